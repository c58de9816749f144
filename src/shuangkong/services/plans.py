"""Use cases of plan texts: read a file, give the draft as JSON, compare two (规划文本的读取与比对)."""

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.plan.difference import Difference, FieldChange, compare
from shuangkong.plan.published import published, with_names
from shuangkong.plan.reading import Doubt, DraftClause, DraftPlan, DraftTarget, RawTable, read_plan
from shuangkong.services.cities import CITY_FILE, open_city

TEXT_LIMIT_BYTES = 4_000_000
WORD_LIMIT_BYTES = 60_000_000

_SIMPLE_MARKS = "的和在年是到了以有。，、"
_TRADITIONAL_MARKS = "標準與個業發設實現強產動區環減節廠達"
_SIMPLIFIED_MARKS = "标准与个业发设实现强产动区环减节厂达"


class UnreadablePlan(Refusal):
    """The file is no plan text (规划文件不可读)."""


@dataclass(frozen=True, slots=True)
class ReadPlan:
    """A draft plan, what was noticed on the way, and the names of bodies by spelling where they are known (读取结果)."""

    plan: DraftPlan
    notices: tuple[Words, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)


def read_plan_file(path: Path) -> ReadPlan:
    """Read a plan from .txt, .md, .docx, the JSON that `plan parse` printed, or a city pack or its plan folder (读取规划文件).

    Raises
    ------
    UnreadablePlan
        If the file is missing, empty, binary, too large, or holds neither a clause nor a target.
    InputRefused
        With every fault of a city pack.
    """
    if path.is_dir():
        return _pack_plan(path)
    content = _bytes_of(path)
    if content[:4] == b"PK\x03\x04":
        text, notices = _word_text(content, path), tuple[Words, ...]()
    else:
        text, notices = _decoded(content, path)
        if text.lstrip().startswith("{"):
            return ReadPlan(plan_from_json(text, path), notices)
    plan = read_plan(text)
    if not plan.clauses and not plan.targets:
        raise _unreadable(path, Words("没有找到条款、目标或附表", "no clause, target or table was found"))
    return ReadPlan(plan, notices)


def _pack_plan(folder: Path) -> ReadPlan:
    """Return the default plan of a city pack, or the plan that one of its folders holds."""
    pack = next((place for place in (folder, *folder.resolve().parents[:2]) if (place / CITY_FILE).is_file()), None)
    if pack is None:
        raise _unreadable(folder, Words("文件夹不是城市包，也不在城市包内", "is neither a city pack nor inside one"), Words("给出含 city.yaml 的文件夹", "give the folder that holds city.yaml"))
    city = open_city(pack)
    plan = city.plan if pack == folder else next((plan for plan in city.plans if plan.id == folder.resolve().name), None)
    if plan is None:
        raise _unreadable(folder, Words("不是城市包中的方案", "is no plan of its city pack"), Words("给出 plan 下以方案 id 命名的文件夹", "give a folder below plan named by the plan's id"))
    names = {spelling: agency.name.zh for agency in city.agencies for spelling in agency.spellings}
    return ReadPlan(published(plan, agencies=city.agencies, jurisdictions=city.jurisdictions), names=names)


def plan_as_json(plan: DraftPlan) -> dict[str, Any]:
    """Return the draft plan under the keys of `plan parse` (规划草稿 JSON)."""
    return {
        "title": plan.title,
        "edition": plan.edition,
        "clauses": [asdict(clause) for clause in plan.clauses],
        "targets": [_target_as_json(target) for target in plan.targets],
        "annexes": [asdict(table) for table in plan.annexes],
        "unsure": [asdict(doubt) for doubt in plan.unsure],
    }


def _target_as_json(target: DraftTarget) -> dict[str, Any]:
    """Confidence is 0–1 in JSON, whole per cent inside."""
    entry = asdict(target)
    entry["confidence"] = entry.pop("confidence_pct") / 100
    return entry


def _target_from_json(entry: Mapping[str, Any]) -> DraftTarget:
    fields = {name: found for name, found in entry.items() if name != "confidence"}
    return DraftTarget(**fields, confidence_pct=round(entry.get("confidence", 1) * 100))


def plan_from_json(text: str, path: Path) -> DraftPlan:
    """Return the draft plan that `plan parse` printed (读取规划 JSON)."""
    try:
        raw = json.loads(text)
        return DraftPlan(
            title=str(raw.get("title", "")),
            edition=str(raw.get("edition", "")),
            clauses=tuple(DraftClause(**_tuples(entry)) for entry in raw["clauses"]),
            targets=tuple(_target_from_json(entry) for entry in raw["targets"]),
            annexes=tuple(RawTable(entry["number"], entry["title"], tuple(map(tuple, entry["rows"]))) for entry in raw.get("annexes", ())),
            unsure=tuple(Doubt(**entry) for entry in raw.get("unsure", ())),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as trouble:
        raise _unreadable(path, Words("不是 plan parse 输出的 JSON", "is not JSON printed by plan parse")) from trouble


def compare_plan_files(old: Path, new: Path) -> tuple[Difference, tuple[Words, ...]]:
    """Compare two plan files or city packs (规划文件比对); a pack's agencies tell which names are one body."""
    before, after = read_plan_file(old), read_plan_file(new)
    names = {**before.names, **after.names}
    return compare(with_names(before.plan, names), with_names(after.plan, names)), (*before.notices, *after.notices)


def difference_as_json(difference: Difference) -> dict[str, Any]:
    """Return a comparison under the keys of `plan diff` (比对结果 JSON)."""
    clauses = [
        {
            "number_old": change.old.number if change.old else None,
            "number_new": change.new.number if change.new else None,
            "title_old": change.old.title if change.old else None,
            "title_new": change.new.title if change.new else None,
            "change": change.change,
            "fields": _fields(change.fields),
        }
        for change in difference.clauses
    ]
    targets = [
        {
            "clause_old": change.old.clause if change.old else None,
            "clause_new": change.new.clause if change.new else None,
            "indicator_old": change.old.indicator if change.old else None,
            "indicator_new": change.new.indicator if change.new else None,
            "scope": (change.new or change.old).scope if change.new or change.old else None,  # type: ignore[union-attr]
            "change": change.change,
            "fields": _fields(change.fields),
            "old": _target_as_json(change.old) if change.old else None,
            "new": _target_as_json(change.new) if change.new else None,
        }
        for change in difference.targets
    ]
    return {
        "title": asdict(difference.title),
        "edition": asdict(difference.edition),
        "clauses": clauses,
        "targets": targets,
        "summary": {"clauses": _counted(clauses), "targets": _counted(targets), "is_same": difference.is_empty},
    }


def _counted(changes: list[dict[str, Any]]) -> dict[str, int]:
    kinds = ("same", "changed", "moved", "added", "dropped")
    return {kind: sum(1 for change in changes if change["change"] == kind) for kind in kinds}


def _fields(fields: Mapping[str, FieldChange]) -> dict[str, Any]:
    return {name: asdict(change) for name, change in fields.items()}


def _tuples(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(found) if isinstance(found, list) else found for name, found in entry.items()}


def _bytes_of(path: Path) -> bytes:
    if not path.is_file():
        raise _unreadable(path, Words("文件不存在", "there is no such file"))
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(8)
    limit = WORD_LIMIT_BYTES if head[:2] == b"PK" else TEXT_LIMIT_BYTES
    if size > limit:
        raise _unreadable(path, Words(f"文件过大（{size} 字节，上限 {limit}）", f"is too large ({size} bytes, limit {limit})"))
    content = path.read_bytes()
    if not content.strip(b" \t\r\n\x00\xef\xbb\xbf"):
        raise _unreadable(path, Words("文件是空的", "is empty"))
    if content[:5] == b"%PDF-":
        raise _unreadable(path, Words("这是 PDF 文件，不是文本", "is a PDF, not text"), Words("把文字复制到 .txt，或另存为 .docx", "copy its text into a .txt, or save it as .docx"))
    if content[:4] == b"\xd0\xcf\x11\xe0":
        raise _unreadable(path, Words("这是旧版 Word（.doc）文件", "is an old Word (.doc) file"), Words("另存为 .docx 或 .txt", "save it as .docx or .txt"))
    return content


def _decoded(content: bytes, path: Path) -> tuple[str, tuple[Words, ...]]:
    """Decode by byte order mark, else UTF-8, else the one of GB 18030 and Big5 that reads like Chinese."""
    encodings: tuple[str, ...]
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ("utf-16",)
    elif b"\x00" in content[:4000]:
        encodings = ("utf-16-le", "utf-16-be")
    else:
        encodings = ("utf-8-sig",)
    texts = dict(_decodings(content, encodings)) or dict(_decodings(content, ("gb18030", "big5hkscs")))
    for encoding, text in texts.items():
        if text.lstrip().startswith("{") and encoding == "utf-8-sig":
            return text, ()
    readable = {name: text for name, text in texts.items() if _likeness_to_chinese(text) > 0}
    if not readable:
        raise _unreadable(path, Words("不是可读的中文文本（二进制或乱码）", "is not readable Chinese text (binary or garbled)"))
    encoding = max(readable, key=lambda name: _likeness_to_chinese(readable[name]))
    notices = () if encoding == "utf-8-sig" else (Words(f"{path.name}：按 {encoding.upper()} 编码读取", f"{path.name}: read as {encoding.upper()}"),)
    return readable[encoding], notices


def _decodings(content: bytes, encodings: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for encoding in encodings:
        try:
            yield encoding, content.decode(encoding)
        except UnicodeDecodeError:
            continue


def _likeness_to_chinese(text: str) -> float:
    """Return the share of everyday characters; nothing for a text with control characters or hardly any Chinese."""
    sample = text[:20_000]
    if any(ord(char) < 32 and char not in "\t\n\r\f\x0b\x1a" for char in sample) or "\ufffd" in sample:
        return 0.0
    chinese = sum(1 for char in sample if "\u4e00" <= char <= "\u9fff")
    if chinese * 10 < len(sample.replace(" ", "")) or not chinese:
        return 0.0
    everyday = sum(sample.count(char) for char in _SIMPLE_MARKS + _TRADITIONAL_MARKS + _SIMPLIFIED_MARKS)
    return (everyday + 0.01) / len(sample)


def _word_text(content: bytes, path: Path) -> str:
    """Return a Word file as lines: paragraphs and tables in order, cells parted by tabs."""
    from docx import Document
    from docx.table import Table

    try:
        document = Document(io.BytesIO(content))
        lines: list[str] = []
        for block in document.iter_inner_content():
            if isinstance(block, Table):
                lines.extend("\t".join(" ".join(cell.text.split()) for cell in row.cells) for row in block.rows)
            else:
                lines.append(block.text)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as trouble:
        raise _unreadable(path, Words("不是 Word 文档（.docx）", "is not a Word document (.docx)")) from trouble
    if not any(line.strip() for line in lines):
        raise _unreadable(path, Words("文档中没有文字", "holds no text"))
    return "\n".join(lines)


def _unreadable(path: Path, rule: Words, remedy: Words | None = None) -> UnreadablePlan:
    return UnreadablePlan(
        thing=Words("规划文件", "plan file"),
        value=path.name,
        rule=rule,
        remedy=remedy or Words("请提供规划正文的 .txt、.md 或 .docx 文件", "give the plan's text as .txt, .md or .docx"),
    )
