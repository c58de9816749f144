"""Loaded returns held against the chain: what the batch said of each, beside the rows of its steps, submissions and figures."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from shuangkong.evidence.act import ActKind
from shuangkong.evidence.canonical import from_canonical
from shuangkong.evidence.chain import Link
from shuangkong.evidence.digest import digest
from shuangkong.evidence.finding import Finding
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period
from shuangkong.kernel.provenance import DataGrade
from shuangkong.returns.form import CellKey, FilerKind, Form
from shuangkong.services.chain_rows import Held, altered, held_at, missing, octets, parsed, stray
from shuangkong.services.deployment import city
from shuangkong.services.filing_forms import form_of
from shuangkong.services.filing_records import entry_stored
from shuangkong.store.models import ChainLink, Filing, FilingAct, ObservationRow, Submission

SUBJECT = "returns/"
_NO_FILES = b'{"attachments":{}'
_Key = tuple[str, int]


def figures_org(form: Form, organisation: str) -> str:
    """Return whom figures of a return are about: the city where an agency files for it (数据所属)."""
    return city().code if form.filer in (FilerKind.AGENCY, FilerKind.CITY) else organisation


def is_batch(link: Link) -> bool:
    """Tell whether a link sealed a batch of returns (是否历史报表载入)."""
    return link.act.kind is ActKind.LOADING and link.act.subject.startswith(SUBJECT)


def batch_findings() -> Iterator[Finding]:
    """Yield what the steps and submissions of loaded returns say otherwise than their batch (历史报表校验)."""
    indices = ChainLink.objects.filter(kind=ActKind.LOADING.code, subject__startswith=SUBJECT).order_by("index").values_list("index", flat=True)
    for index in list(indices):
        held = held_at([index]).get(index)
        if held is not None and isinstance(held.plain, Mapping):
            yield from _steps_of(held)


def _steps_of(held: Held) -> Iterator[Finding]:
    told = held.plain
    due: dict[_Key, Mapping[str, Any]] = {(one["organisation"], one["round"]): one for one in told["returns"]}
    kept: dict[_Key, list[FilingAct]] = {}
    rows = FilingAct.objects.filter(link=held.link.index).select_related("filing__organisation", "person", "submission__person").order_by("version_after")
    for row in rows:
        filing = row.filing
        if (filing.form, filing.period, filing.edition) != (told["form"], told["period"], told["edition"]):
            yield stray(row, Words("不属于所载入的报表", "belongs to another return than was loaded"), held.link)
            continue
        kept.setdefault((filing.organisation.code, filing.round), []).append(row)
    for key, acts in kept.items():
        if key not in due:
            yield stray(acts[0], Words("在所载入的报表中没有", "is not in the batch that was loaded"), held.link)
    for key, one in due.items():
        yield from _of_return(one, kept.get(key, []), held.link)


def _of_return(one: Mapping[str, Any], acts: list[FilingAct], link: Link) -> Iterator[Finding]:
    for number, step in enumerate(one["steps"]):
        if number >= len(acts):
            yield missing("store_filingact", link, Words(f"{one['organisation']} {step['act']}", f"{one['organisation']} {step['act']}"))
            continue
        row = acts[number]
        said = {
            "act": row.act, "recorded_at": row.recorded_at, "person": row.person.full_name if row.person else None, "organisation": row.organisation,
            "role": row.role, "reason": row.reason, "version_after": row.version_after,
        }  # fmt: skip
        due = {
            "act": step["act"], "recorded_at": step["at"], "person": step["by"], "organisation": step["organisation"], "role": step["role"], "reason": step["why"],
            "version_after": number + 1,
        }  # fmt: skip
        yield from (altered(row, name, said[name], due[name], link) for name in due if said[name] != due[name])
    yield from (stray(row, Words("在所载入的报表中没有", "is not in the batch that was loaded"), link) for row in acts[len(one["steps"]) :])
    if acts:
        yield from _of_submission(one, acts[0].submission, link)


def _of_submission(one: Mapping[str, Any], submission: Submission | None, link: Link) -> Iterator[Finding]:
    if submission is None:
        yield missing("store_submission", link, Words(one["organisation"], one["organisation"]))
        return
    if submission.digest != one["submission"]:
        yield altered(submission, "digest", submission.digest, one["submission"], link)
    stated = parsed(one["submission"])
    if stated is not None and digest(octets(submission.content), stated.algorithm) != stated:
        yield altered(submission, "content", digest(octets(submission.content), stated.algorithm).short, stated.short, link)
    elif stated is not None and not octets(submission.content).startswith(_NO_FILES):  # keys are in order, the files first
        told: Any = from_canonical(octets(submission.content))
        yield from files_gone(submission.filing, told, link)
    by, first = submission.person, one["steps"][0]
    for column, said, due in (("recorded_at", submission.recorded_at, first["at"]), ("person", by.full_name if by else None, first["by"])):
        if said != due:
            yield altered(submission, column, said, due, link)


def files_gone(filing: Filing, told: Mapping[str, Any], link: Link) -> Iterator[Finding]:
    """Yield the attachments that a submission named and that are gone (附件缺失)."""
    files = told.get("attachments", {})
    kept = set(filing.attachments.values_list("name", "digest")) if files else set()
    yield from (missing("store_attachment", link, Words(name, name)) for name, stated in files.items() if (name, stated) not in kept)


def batch_figures(rows: Iterable[ObservationRow], held: Held) -> Iterator[Finding]:
    """Yield what the figures of loaded returns say otherwise than what was submitted (历史报表数据校验)."""
    told = held.plain
    if not isinstance(told, Mapping):
        return
    form = form_of(told["form"], Period.parse(told["period"]))
    due = dict(_due(form, told))
    for row in rows:
        sealed = due.pop((row.element, row.org), None)
        if sealed is None or row.period != told["period"]:
            yield stray(row, Words("在所载入的报表中没有", "is not in the batch that was loaded"), held.link)
            continue
        yield from (altered(row, name, getattr(row, name), value, held.link) for name, value in sealed.items() if getattr(row, name) != value)
    for element, org in due:
        yield missing("store_observationrow", held.link, Words(f"{element} {org} {told['period']}", f"{element} {org} {told['period']}"))


def _due(form: Form, told: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], Mapping[str, Any]]]:
    making = {one["submission"]: one for one in told["returns"] if one["figures"]}
    contents = Submission.objects.filter(filing__form=told["form"], filing__period=told["period"]).values_list("digest", "content")
    for stated, content in contents.iterator(chunk_size=200):
        one, due = making.get(stated), parsed(stated)
        if one is None or due is None or digest(octets(content), due.algorithm) != due:
            continue  # named with its submission
        cells: Any = from_canonical(octets(content))
        first, last = one["steps"][0], one["steps"][-1]
        for raw, text in cells["cells"].items():
            key = CellKey.parse(raw)
            cell = form.cell(key)
            if cell is None or not cell.element:
                continue
            yield cell.about(figures_org(form, one["organisation"])), {
                "value": entry_stored(form, key, text).number, "unit": str(cell.unit or "1"), "grade": DataGrade.SIMULATED.name,
                "source": f"{form.name.zh}（{form.code}）", "reported_by": f"{one['organisation']} {first['by']}",
                "approved_by": f"{last['organisation']} {last['by']}", "recorded_at": last["at"],
            }  # fmt: skip
