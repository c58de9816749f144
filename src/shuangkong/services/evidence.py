"""Use cases of evidence: verify a bundle offline, export an assessment run as one."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from shuangkong.evidence.act import Act, ActKind
from shuangkong.evidence.bundle import assemble, packed
from shuangkong.evidence.canonical import Plain, canonical
from shuangkong.evidence.chain import Link, append
from shuangkong.evidence.container import LIMIT_BYTES, NotABundle
from shuangkong.evidence.digest import Algorithm, Digest, digest
from shuangkong.evidence.docket import docket
from shuangkong.evidence.head import daily_heads
from shuangkong.evidence.verification import Verification, verify
from shuangkong.indicators.observations import Observation, Snapshot
from shuangkong.kernel.faults import InputRefused, Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.provenance import DataGrade
from shuangkong.rules import RuleBook, RuleValue, book
from shuangkong.services.assessments import Assessment
from shuangkong.services.documents.assessment_docx import assessment_docx
from shuangkong.services.documents.assessment_xlsx import assessment_xlsx
from shuangkong.services.indicators import CityIndicators
from shuangkong.services.reports.assessment_results import compose_results

RESULT_FILE, WORD_FILE, WORKBOOK_FILE = "assessment.json", "assessment.docx", "assessment.xlsx"
OBSERVATIONS_FILE, RULES_FILE = "observations.jsonl", "rules.jsonl"
RUN_FILE, EXPORT_FILE = "run.json", "export.json"
_OURS = (RESULT_FILE, WORD_FILE, WORKBOOK_FILE, OBSERVATIONS_FILE, RULES_FILE, RUN_FILE, EXPORT_FILE)
_SIMULATED = DataGrade.SIMULATED.value


class UnfitAttachment(Refusal):
    """A file cannot go into the bundle (附件不可用)."""

    def __init__(self, path: Path, rule: Words) -> None:
        super().__init__(thing=Words("附件", "attachment"), value=path.name, rule=rule, remedy=Words("改用别的文件或改名", "use another file or rename it"))


def verify_bundle(*, path: Path, published: str | None = None) -> Verification:
    """Verify a bundle with nothing but its file (离线校验存证包).

    Parameters
    ----------
    path : Path
        The bundle.
    published : str, optional
        A head's digest as printed on the approval sheet.

    Raises
    ------
    InputRefused
        If the file is no bundle, or the digest is none.
    """
    anchor = Digest.parse("".join(published.split()).lower()) if published is not None else None
    try:
        return verify(_content_of(path), published=anchor)
    except NotABundle as refused:
        raise InputRefused(fault.at(Words(path.name, path.name)) for fault in refused.faults) from None


def _content_of(path: Path) -> bytes:
    try:
        if path.stat().st_size > LIMIT_BYTES:
            raise NotABundle(Words(f"大于 {LIMIT_BYTES} 字节", f"is larger than {LIMIT_BYTES} bytes"))
        return path.read_bytes()
    except OSError as trouble:
        raise NotABundle(Words(f"读不到（{trouble.strerror}）", f"cannot be read ({trouble.strerror})")) from None


def read_attachments(paths: Iterable[Path]) -> dict[str, bytes]:
    """Read files to go into a bundle beside the result (读取附件).

    Raises
    ------
    UnfitAttachment
        If one cannot be read, or two bear one name.
    """
    found: dict[str, bytes] = {}
    for path in paths:
        if path.name in found or path.name in _OURS:
            raise UnfitAttachment(path, Words("与包内另一文件重名", "has the name of another file of the bundle"))
        try:
            found[path.name] = path.read_bytes()
        except OSError as trouble:
            raise UnfitAttachment(path, Words(f"读不到（{trouble.strerror}）", f"cannot be read ({trouble.strerror})")) from None
    return found


def export_assessment(
    *,
    assessment: Assessment,
    indicators: CityIndicators,
    as_of: date | None,
    inputs_name: str | None = None,
    actor: str,
    post: str,
    recorded_at: datetime,
    algorithm: Algorithm,
    attachments: Mapping[str, bytes] | None = None,
) -> bytes:
    """Return an evidence bundle of an assessment run (导出考核存证包).

    It holds the result, also as the official report in Word and as a workbook, every figure in the version in force, every rule in
    force at the end of the year, and the attachments; its acts are the run and the export.

    Parameters
    ----------
    assessment : Assessment
        The run.
    indicators : CityIndicators
        What it was run on.
    as_of : date or None
        The day it was asked for; None stands for everything recorded.
    inputs_name : str, optional
        Name of the file that took the place of the city's observations; it belongs among the attachments.
    actor, post : str
        Who exports it.
    recorded_at : datetime
        The moment of both acts, with its zone.
    algorithm : Algorithm
        Of every digest.
    attachments : mapping of file name to bytes, optional
        Such as the signed sheet.

    Returns
    -------
    bytes
        The same arguments give the same bytes.
    """
    known = indicators.snapshot(as_of)
    report = compose_results(assessment, catalogue=indicators.catalogue, inputs_name=inputs_name)
    files = {
        RESULT_FILE: canonical(assessment.as_json()),
        WORD_FILE: assessment_docx(report, "zh"),
        WORKBOOK_FILE: assessment_xlsx(report, "zh"),
        OBSERVATIONS_FILE: observation_lines(known),
        RULES_FILE: rule_lines(book(), date(assessment.year, 12, 31)),
        **(attachments or {}),
    }
    city = assessment.city
    subject = f"assessment/{city.code}/{assessment.cycle.value}/{assessment.year}"
    run = docket(files, algorithm)
    export = canonical({"attachments": sorted(attachments or {}), "engine": assessment.engine, "of": digest(run, algorithm), "subject": subject})

    def act(kind: ActKind, content: bytes) -> Act:
        return Act(
            kind=kind, actor=actor, post=post, organisation=city.code, recorded_at=recorded_at, subject=subject,
            content=digest(content, algorithm), marks=_marks(assessment, known),
        )  # fmt: skip

    first = append(act(ActKind.ASSESSMENT_RUN, run), after=None, algorithm=algorithm)
    chain: list[Link] = [first, append(act(ActKind.EXPORT, export), after=first, algorithm=algorithm)]
    cycle = assessment.cycle.words
    bundle = assemble(
        title=Words(f"{city.name.zh} {assessment.year} {cycle.zh}", f"{city.name.en} {assessment.year} {cycle.en}"),
        chain=chain, heads=daily_heads(chain, algorithm), contents={**files, RUN_FILE: run, EXPORT_FILE: export}, algorithm=algorithm,
    )  # fmt: skip
    return packed(bundle)


def _marks(assessment: Assessment, known: Snapshot) -> tuple[str, ...]:
    marks = {mark for one in assessment.jurisdictions for mark in one.marks}
    return tuple(marks | {_SIMULATED} if any(one.grade is DataGrade.SIMULATED for one in known.current()) else marks)


def observation_lines(known: Snapshot) -> bytes:
    """Return every figure in the version in force, one canonical line each (观测值存证文件)."""
    return _lines(_observation(one) for one in known.current())


def rule_lines(rules: RuleBook, day: date) -> bytes:
    """Return every rule in force on a day, one canonical line each (规则存证文件)."""
    return _lines(_rule(line) for line in _in_force(rules, day))


def _lines(each: Iterable[Plain]) -> bytes:
    return b"".join(sorted(canonical(one) + b"\n" for one in each))


def _observation(one: Observation) -> dict[str, Any]:
    return {
        "element": one.element, "org": one.org, "period": str(one.period), "value": one.value, "unit": str(one.unit), "grade": one.grade.value,
        "source": one.source, "reported_by": one.reported_by, "approved_by": one.approved_by, "recorded_at": one.recorded_at, "note": one.note,
    }  # fmt: skip


def _in_force(rules: RuleBook, day: date) -> Iterable[RuleValue]:
    return (line for rule in rules.rules.values() if (line := rule.at(day)) is not None)


def _rule(line: RuleValue) -> dict[str, Any]:
    return {**line.cited(), "value": line.value, "unit": line.unit}
