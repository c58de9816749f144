"""The shell of a bundle: named parts in a zip whose bytes follow from the parts alone.

Parts are stored, not compressed, with a fixed date, in the order of their names: no compressor's version can change the bytes, and any
change outside the parts shows when the shell is made again from them. A re-packed bundle is still read, within limits.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from shuangkong.evidence.finding import Finding, FindingKind
from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words

LIMIT_BYTES = 1 << 30
LIMIT_PARTS = 20_000
LIMIT_RATIO = 200
_RATIO_FROM_BYTES = 1 << 20
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
_NAME = re.compile(r"(?!\.)[\w.()（）-]+(/(?!\.)[\w.()（）-]+)*")


class NotABundle(Refusal):
    """The bytes are no evidence bundle (不是存证包)."""

    def __init__(self, rule: Words, value: object = "") -> None:
        super().__init__(
            thing=Words("存证包", "evidence bundle"), value=value, rule=rule,
            remedy=Words("使用 evidence export 导出的原文件", "use the file that evidence export wrote"),
        )  # fmt: skip


class UnfitPartName(Refusal):
    """A part cannot have this name (部件名不合要求)."""

    def __init__(self, name: str) -> None:
        super().__init__(
            thing=Words("部件名", "part name"), value=name,
            rule=Words("只能是文字、数字、点、横线和括号，以 / 分层，不以点开头", "may hold only letters, digits, dots, dashes and brackets, with / between levels, none beginning with a dot"),
            remedy=Words("改名", "rename it"),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Opened:
    """The parts of a container (打开的存证包), and what is wrong with the shell."""

    parts: Mapping[str, bytes]
    findings: tuple[Finding, ...]


def is_part_name(name: str) -> bool:
    """Tell whether a part may have this name: it can never lead outside the folder it is unpacked in."""
    return len(name) <= 200 and _NAME.fullmatch(name) is not None


def closed(parts: Mapping[str, bytes]) -> bytes:
    """Return the container of some parts; the same parts give the same bytes (封装).

    Raises
    ------
    UnfitPartName
        If a name is unfit.
    """
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(parts):
            if not is_part_name(name):
                raise UnfitPartName(name)
            part = zipfile.ZipInfo(name, _FIRST_DAY)
            part.create_system = 0
            archive.writestr(part, parts[name])
    return written.getvalue()


def opened(content: bytes) -> Opened:
    """Return the parts of a container, each read within the limits (拆封).

    Raises
    ------
    NotABundle
        If it is no zip, or one that would unpack beyond the limits.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _read(archive, content)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, UnicodeDecodeError, RuntimeError, OverflowError, EOFError) as trouble:
        raise NotABundle(Words(f"不是可读的 zip 文件（{trouble}）", f"is no readable zip file ({trouble})")) from None


def _read(archive: zipfile.ZipFile, content: bytes) -> Opened:
    entries = archive.infolist()
    _within_limits(entries)
    parts: dict[str, bytes] = {}
    findings = []
    for entry in entries:
        name = entry.filename
        if not is_part_name(name) or name in parts:
            findings.append(Finding(FindingKind.PART_STRAY, Words(f"{name!r} 重名或名称不合要求", f"{name!r} is there twice or badly named")))
            continue
        try:
            parts[name] = archive.read(entry)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as trouble:
            findings.append(Finding(FindingKind.PART_UNREADABLE, Words(f"{name}（{trouble}）", f"{name} ({trouble})")))
    if not findings and closed(parts) != content:
        findings.append(
            Finding(FindingKind.CONTAINER_ALTERED, Words("部件之外的字节与导出时不同，或经重新打包", "bytes outside the parts differ from the export, or it was packed again"))
        )
    return Opened(parts, tuple(findings))


def _within_limits(entries: list[zipfile.ZipInfo]) -> None:
    total = sum(entry.file_size for entry in entries)
    swollen = [entry for entry in entries if entry.file_size > _RATIO_FROM_BYTES and entry.file_size > LIMIT_RATIO * max(entry.compress_size, 1)]
    if len(entries) > LIMIT_PARTS:
        raise NotABundle(Words(f"部件超过 {LIMIT_PARTS} 个", f"has more than {LIMIT_PARTS} parts"), len(entries))
    if total > LIMIT_BYTES:
        raise NotABundle(Words(f"展开后超过 {LIMIT_BYTES} 字节", f"would unpack to more than {LIMIT_BYTES} bytes"), total)
    if swollen:
        raise NotABundle(Words(f"压缩比超过 {LIMIT_RATIO}，疑为压缩炸弹", f"is compressed more than {LIMIT_RATIO} times, as a zip bomb is"), swollen[0].filename)
