"""Returns held against the chain: every step replayed from draft to where the return is said to stand, every submission against its seal."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import chain as joined
from typing import Any

from shuangkong.access.roles import Role
from shuangkong.evidence.act import ActKind
from shuangkong.evidence.canonical import NotCanonical, from_canonical
from shuangkong.evidence.chain import Link
from shuangkong.evidence.digest import digest
from shuangkong.evidence.finding import Finding
from shuangkong.kernel.language import Words
from shuangkong.returns.states import RETURN_STATES, ReturnAct, ReturnState
from shuangkong.services.chain_checks import check_findings
from shuangkong.services.chain_loaded import batch_findings, files_gone, is_batch
from shuangkong.services.chain_rows import act_differences, altered, chunks, held_at, octets, parsed, stray
from shuangkong.services.filing_records import subject_of
from shuangkong.store.models import Attachment, Filing, FilingAct, Submission

_KINDS = {
    ReturnAct.SUBMIT: {ActKind.SUBMISSION}, ReturnAct.WITHDRAW: {ActKind.WITHDRAWAL}, ReturnAct.ACCEPT: {ActKind.ACCEPTANCE},
    ReturnAct.SEND_BACK: {ActKind.SENDING_BACK}, ReturnAct.REVIEW: {ActKind.REVIEW}, ReturnAct.APPROVE: {ActKind.APPROVAL},
    ReturnAct.LOCK: {ActKind.LOCKING, ActKind.AMENDMENT},
}  # fmt: skip
_SYSTEM = "SYSTEM"


def filing_findings() -> Iterator[Finding]:
    """Yield what returns, their steps, submissions and attachments say otherwise than what was sealed (报表校验)."""
    for some in chunks(Filing.objects.select_related("organisation").order_by("pk").iterator(chunk_size=200), 200):
        keys = [filing.pk for filing in some]
        acts, submissions = _by_filing(FilingAct.objects.select_related("person").order_by("version_after"), keys), _by_filing(
            Submission.objects.select_related("person").order_by("number"), keys
        )
        links = {index: held.link for index, held in held_at((one.link for one in joined(*acts.values())), with_content=False).items()}
        for filing in some:
            yield from _filing(filing, acts[filing.pk], {one.pk: one for one in submissions[filing.pk]}, links)
    yield from batch_findings()
    yield from check_findings()
    yield from _attachments()


def _by_filing(rows: Any, keys: list[int]) -> Mapping[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows.filter(filing_id__in=keys):
        found[row.filing_id].append(row)
    return found


def _filing(filing: Filing, acts: list[FilingAct], submissions: Mapping[int, Submission], links: Mapping[int, Link]) -> Iterator[Finding]:
    link: Link | None = None
    state, version, submitted = ReturnState.DRAFT, 0, set()
    for act in acts:
        before, link = link, links.get(act.link)
        if link is None:
            yield stray(act, Words(f"所指的第{act.link}环不存在", f"points at link {act.link}, which is not there"))
            continue
        if not is_batch(link):  # what came with a batch is held against the batch
            yield from _act(filing, act, submissions.get(act.submission_id or 0), link)
        if before is not None and before.index >= link.index and not (is_batch(link) and before == link):
            yield stray(act, Words(f"排在第{before.index}环之后，却挂在更早的一环", f"follows link {before.index} and hangs on an earlier one"), link)
        done = _named(ReturnAct, act.act)
        after = RETURN_STATES.steps.get((state, done)) if done else None
        for column, said, due in (
            ("version_after", act.version_after, version + 1), ("state_before", act.state_before, state.name), ("state_after", act.state_after, after.name if after else None),
        ):  # fmt: skip
            if said != due:
                yield altered(act, column, said, due, link)
        state, version = after or _named(ReturnState, act.state_after) or state, act.version_after
        if done is ReturnAct.SUBMIT:
            submitted.add(act.submission_id)
    if (filing.state, filing.version) != (state.name, version):
        column, said, due = ("state", filing.state, state.name) if filing.state != state.name else ("version", filing.version, version)
        if link is not None:
            yield altered(filing, column, said, due, link)
        else:
            yield stray(filing, Words(f"的 {column} 为 {said}，没有任何存证的办理", f"has {column} {said} without any sealed act"))
    for key, submission in submissions.items():
        if key not in submitted:
            yield stray(submission, Words("没有存证的上报与之对应", "answers to no sealed submission"))


def _act(filing: Filing, act: FilingAct, submission: Submission | None, link: Link) -> Iterator[Finding]:
    yield from act_differences(act, link)
    told = link.act
    done = _named(ReturnAct, act.act)
    if done is None or told.kind not in _KINDS[done]:
        yield altered(act, "act", act.act, told.kind.code, link)
    if act.organisation != told.organisation:
        yield altered(act, "organisation", act.organisation, told.organisation, link)
    if told.subject != subject_of(filing):
        yield altered(act, "filing", subject_of(filing), told.subject, link)
    post = told.post.partition("（代")[0]
    role = _named(Role, act.role)
    if post != (role.value if role else "系统" if act.role == _SYSTEM else act.role):
        yield altered(act, "role", act.role, told.post, link)
    if submission is None:
        yield altered(act, "submission", None, told.content.short, link)
        return
    if parsed(submission.digest) != told.content:
        yield altered(submission, "digest", submission.digest, told.content, link)
    if done is ReturnAct.SUBMIT:
        yield from _submission(filing, submission, link)


def _submission(filing: Filing, submission: Submission, link: Link) -> Iterator[Finding]:
    yield from act_differences(submission, link)
    content = octets(submission.content)
    kept = digest(content, link.act.content.algorithm)
    if kept != link.act.content:
        yield altered(submission, "content", kept.short, link.act.content.short, link)
        return
    try:
        told: Any = from_canonical(content)
    except NotCanonical:
        return
    for key, said in (
        ("form", filing.form), ("organisation", filing.organisation.code), ("period", filing.period), ("round", filing.round), ("edition", filing.edition)
    ):
        if told.get(key) != said:
            yield altered(filing, key, said, told.get(key), link)
    yield from files_gone(filing, told, link)


def _attachments() -> Iterator[Finding]:
    for row in Attachment.objects.select_related("filing", "person").order_by("pk").iterator(chunk_size=50):
        stated = parsed(row.digest)
        if stated is not None and digest(octets(row.content), stated.algorithm) != stated:
            yield stray(row, Words(f"的内容与其摘要 {stated.short} 不符", f"does not match its digest {stated.short}"))


def _named(kind: Any, name: str) -> Any:
    return kind.__members__.get(name)
