"""What the checks found, held against the chain: each submission seals its findings, none may be altered, taken away or added since."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from shuangkong.checks.lifecycle import FindingAct, FindingState
from shuangkong.evidence.act import ActKind
from shuangkong.evidence.canonical import NotCanonical, from_canonical
from shuangkong.evidence.chain import Link
from shuangkong.evidence.finding import Finding
from shuangkong.kernel.language import Words
from shuangkong.returns.states import ReturnAct
from shuangkong.services.chain_loaded import SUBJECT
from shuangkong.services.chain_rows import altered, chunks, held_at, missing, octets, stray
from shuangkong.services.filing_records import FINDING_COLUMNS, finding_content
from shuangkong.store.models import ChainLink, FilingAct, FindingRecord, FindingStep, Submission

CHECKED = "findings/"  # of submissions that were loaded and checked afterwards

_Told = Mapping[str, Any]


def check_findings() -> Iterator[Finding]:
    """Yield what findings and their rectification say otherwise than was sealed with the submissions (核查发现校验)."""
    checked = _checked()
    batches = ChainLink.objects.filter(kind=ActKind.LOADING.code, subject__startswith=SUBJECT).values("index")
    acts = FilingAct.objects.filter(act=ReturnAct.SUBMIT.name).order_by("pk")
    seen: set[int] = set()
    for some in chunks(acts.exclude(link__in=batches).values_list("submission_id", "link").iterator(chunk_size=200), 200):
        links = {index: held.link for index, held in held_at((link for _, link in some), with_content=False).items()}
        contents = dict(Submission.objects.filter(pk__in=[key for key, _ in some]).values_list("pk", "content"))
        records = _records([key for key, _ in some])
        for key, place in some:
            told, link = _plain(contents.get(key)), links.get(place)
            if told is not None and link is not None:
                yield from _of_submission(records[key], told.get("findings", ()), link)
                yield from _rectified(key, told.get("rectified", ()), link)
        seen.update(key for key, _ in some)
    loaded = dict(Submission.objects.filter(digest__in=checked).values_list("pk", "digest"))
    records = _records(loaded)
    for key, stated in loaded.items():
        told, link = checked[stated]
        yield from _of_submission(records[key], told["findings"], link)
    spare = FindingRecord.objects.select_related("filing", "submission").order_by("pk").iterator(chunk_size=500)
    why = Words("没有随上报存证", "was not sealed with a submission")
    yield from (stray(row, why) for row in spare if row.submission_id not in seen and row.submission_id not in loaded)
    yield from _unsealed_steps()


def _checked() -> dict[str, tuple[_Told, Link]]:
    indices = ChainLink.objects.filter(kind=ActKind.VERIFICATION.code, subject__startswith=CHECKED).values_list("index", flat=True)
    return {one["submission"]: (one, held.link) for held in held_at(indices).values() if held.plain is not None for one in held.plain["checked"]}


def _records(submissions: Any) -> Mapping[int, list[FindingRecord]]:
    found: dict[int, list[FindingRecord]] = defaultdict(list)
    for row in FindingRecord.objects.filter(submission_id__in=list(submissions)).select_related("filing", "submission").order_by("pk"):
        found[int(row.submission_id or 0)].append(row)
    return found


def _plain(content: Any) -> _Told | None:
    try:
        told: Any = from_canonical(octets(content or b""))
    except NotCanonical:
        return None
    return told if isinstance(told, Mapping) else None


def _of_submission(rows: list[FindingRecord], told: Any, link: Link) -> Iterator[Finding]:
    due, left = list(told), []
    for row in rows:
        if finding_content(row) in due:
            due.remove(finding_content(row))
        else:
            left.append(row)
        if row.submission is not None and (row.recorded_at, row.filing_id) != (row.submission.recorded_at, row.submission.filing_id):
            yield altered(row, "recorded_at", row.recorded_at, row.submission.recorded_at, link)
    for row in left:
        sealed = min(due, key=lambda one: sum(getattr(row, name) != one[name] for name in FINDING_COLUMNS), default=None)
        if sealed is None:
            yield stray(row, Words("没有随上报存证", "was not sealed with its submission"), link)
            continue
        due.remove(sealed)
        yield from (altered(row, name, getattr(row, name), sealed[name], link) for name in FINDING_COLUMNS if getattr(row, name) != sealed[name])
    for one in due:
        yield missing("store_findingrecord", link, Words(f"{one['code']} {one['org']} {one['period']}", f"{one['code']} {one['org']} {one['period']}"))


def _rectified(submission: int, told: Any, link: Link) -> Iterator[Finding]:
    if not told:
        return
    moment = link.act.recorded_at
    kept = set(FindingStep.objects.filter(finding_id__in=list(told), act=FindingAct.RECTIFY.name, recorded_at=moment, link=None).values_list("finding_id", flat=True))
    for key in told:
        if key not in kept:
            yield missing("store_findingstep", link, Words(f"问题 {key} 的整改", f"the rectification of finding {key}"))


def _unsealed_steps() -> Iterator[Finding]:
    """Yield the steps that bear no link of their own and are no rectification that a submission sealed."""
    for step in FindingStep.objects.filter(link=None).select_related("finding__filing", "person").order_by("pk"):
        submission = Submission.objects.filter(filing_id=step.finding.filing_id, recorded_at=step.recorded_at, person_id=step.person_id).first()
        told = _plain(submission.content) if submission else None
        if (
            told is None or step.finding_id not in told.get("rectified", ())
            or (step.act, step.state_after) != (FindingAct.RECTIFY.name, FindingState.RECTIFIED.name)
        ):  # fmt: skip
            yield stray(step, Words("没有存证", "was never sealed"))
