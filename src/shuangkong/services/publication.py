"""Heads that go out: taken day by day, kept as published, printed on the approval sheet of a return or an assessment."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from operator import itemgetter
from typing import Any

import segno
from django.db import transaction

from shuangkong.access.roles import Role
from shuangkong.evidence.act import ActKind
from shuangkong.evidence.canonical import from_canonical
from shuangkong.evidence.chain import Link
from shuangkong.evidence.digest import Digest
from shuangkong.evidence.head import Head, head_of
from shuangkong.evidence.tree import Tree
from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Language, Words
from shuangkong.kernel.period import CHINA_STANDARD_TIME
from shuangkong.returns.states import ReturnAct
from shuangkong.services import clock
from shuangkong.services.chain import algorithm
from shuangkong.services.chain_loaded import SUBJECT
from shuangkong.services.chain_rows import held_at
from shuangkong.services.deployment import city
from shuangkong.services.documents.official_document import OfficialDocument, ThreeLineTable
from shuangkong.services.filing_observations import end_of
from shuangkong.services.snapshots import snapshot
from shuangkong.store.models import ChainLink, PublishedHead

_GROUP, _PARTS_OF_A_RETURN = 4, 3


class NothingSealed(Refusal):
    """There is no act for this (没有存证)."""

    def __init__(self, what: object) -> None:
        super().__init__(
            thing=Words("存证", "evidence"), value=what, rule=Words("没有存证的行为", "has no sealed act"), remedy=Words("办理后再取", "act first"),
        )  # fmt: skip


def publish_head(*, day: date | None = None) -> Head:
    """Take the head of the chain at the end of a day, now where none is given, and keep it as published (公布链头).

    The order of the chain goes before the clock: a head covers the links before the first that was recorded after the day.
    Taking it twice gives the one that is kept.
    """
    with snapshot():
        tree, last = _tree_until(day)
    if last is None:
        raise NothingSealed(day or clock.today())
    head = head_of(tree, last, day=day or max(clock.today(), last.act.recorded_at.astimezone(CHINA_STANDARD_TIME).date()))
    with transaction.atomic():
        PublishedHead.objects.get_or_create(
            digest=str(head.digest), defaults={"day": head.day, "sealed": head.to_bytes(), "count": head.count, "recorded_at": clock.now()}
        )
    return head


def _tree_until(day: date | None) -> tuple[Tree, Link | None]:
    tree, index = Tree(algorithm()), -1
    end = end_of(day) if day else None
    for place, told, moment in ChainLink.objects.order_by("index").values_list("index", "digest", "recorded_at").iterator(chunk_size=5000):
        if end is not None and moment >= end:
            break
        tree.append(Digest.parse(told))
        index = place
    return tree, Link.from_bytes(bytes(ChainLink.objects.get(pk=index).sealed)) if index >= 0 else None


def published_heads() -> tuple[Head, ...]:
    """Return the heads that were published, by how much they cover (已公布链头)."""
    return tuple(Head.from_bytes(bytes(sealed))[0] for sealed in PublishedHead.objects.order_by("count", "pk").values_list("sealed", flat=True))


def covering_head(index: int) -> Head:
    """Return the newest published head where it covers a link, else take one now (覆盖链头)."""
    newest = published_heads()[-1:]
    return newest[0] if newest and newest[0].last >= index else publish_head()


def grouped(told: Digest) -> str:
    """Return a digest as people compare it: the algorithm, then digits in groups of four (分组摘要).

    Examples
    --------
    >>> from shuangkong.evidence.digest import Algorithm, digest
    >>> grouped(digest(b"abc", Algorithm.SHA256))[:21]
    'sha256: ba78 16bf 8f0'
    """
    name, _, digits = str(told).partition(":")
    return f"{name}: " + " ".join(digits[start : start + _GROUP] for start in range(0, len(digits), _GROUP))


def head_text(head: Head) -> str:
    """Return a head as plain text to print or read out (链头文本), in both languages."""
    return "\n".join((
        f"{city().name.zh}  存证链公布值 / published head of the evidence chain",
        f"日期 / day: {head.day.isoformat()}",
        f"链环数 / links: {head.count}",
        f"公布值 / digest: {grouped(head.digest)}",
        f"          {head.digest}",
        f"链尾 / last link: {head.chain_head}",
        f"树根 / root: {head.root}",
        "校验 / verify: shuangkong evidence verify 存证包 --head 公布值", "",
    ))  # fmt: skip


def head_code(head: Head) -> bytes:
    """Return the digest of a head as a QR code, PNG (公布值二维码)."""
    written = io.BytesIO()
    segno.make(str(head.digest), error="m", micro=False).save(written, kind="png", scale=6, border=4)
    return written.getvalue()


@dataclass(frozen=True, slots=True)
class SignedStep:
    """One line of an approval sheet (办理栏): what, who, in which post, when, why, which link.

    `is_told` is of what was done before the platform ran: the link is that of the batch that tells of it, the moment the one told.
    """

    act: Words
    actor: str
    post: str
    organisation: str
    recorded_at: datetime
    reason: str
    link: int
    digest: Digest
    is_told: bool = False


def steps_of(subject: str) -> tuple[SignedStep, ...]:
    """Return every act on a thing, in the order of the chain (办理过程); what was only taken out or said of it is none."""
    rows = ChainLink.objects.filter(subject=subject).exclude(kind__in=[ActKind.EXPORT.code, ActKind.REMARK.code]).order_by("index").values_list("sealed", flat=True)
    links = [Link.from_bytes(bytes(sealed)) for sealed in rows]
    return (*_told_steps(subject), *(_step(one) for one in links))


def _step(link: Link) -> SignedStep:
    act = link.act
    return SignedStep(act.kind.words, act.actor, act.post, act.organisation, act.recorded_at, act.reason, link.index, link.digest)


def _told_steps(subject: str) -> Iterator[SignedStep]:
    """Yield the loading of a return that came with a batch, then the steps that the batch tells of it."""
    kind, *rest = subject.split("/")
    if kind != "return" or len(rest) != _PARTS_OF_A_RETURN:
        return
    form, organisation, period = rest
    batches = ChainLink.objects.filter(kind=ActKind.LOADING.code, subject=f"{SUBJECT}{form}/{period}").values_list("index", flat=True)
    for _, (link, content) in sorted(held_at(batches).items()):
        told: Any = from_canonical(content) if content else {"returns": ()}
        of_return = [one for one in told["returns"] if one["organisation"] == organisation]
        if of_return:
            yield _step(link)
        for step in (step for one in sorted(of_return, key=itemgetter("round")) for step in one["steps"]):
            yield SignedStep(
                ReturnAct[step["act"]].words, step["by"], Role[step["role"]].value if step["role"] in Role.__members__ else step["role"], step["organisation"], step["at"], step["why"],
                link.index, link.digest, is_told=True,
            )  # fmt: skip


def approval_sheet(*, subject: str, title: Words, language: Language = "zh") -> bytes:
    """Return the approval sheet of a return or an assessment in Word (审批单): who did what when, link by link, and the published head.

    Parameters
    ----------
    subject : str
        Its lasting name in the chain.
    title : Words
        What it is, for people.

    Raises
    ------
    NothingSealed
        If nothing was ever done to it.
    """
    steps = steps_of(subject)
    if not steps:
        raise NothingSealed(subject)
    head = covering_head(max(one.link for one in steps))
    document = OfficialDocument(
        title=Words(f"{title.zh}\n审批单", f"{title.en}\nApproval sheet"), language=language, author=city().name.zh, subject=subject, told_on=head.day
    )
    document.heading(Words("办理过程", "What was done"))
    document.table(_step_table(steps, language))
    document.heading(Words("存证", "Evidence"))
    loaded = sorted({one.link for one in steps if one.is_told})
    if loaded:
        named = "、".join(map(str, loaded))
        document.paragraph(Words(
            f"带“*”的办理在平台运行之前，当时未逐步存证：随第{named}环成批载入，时间和办理人为载入时所述，存证的是载入这一行为。",
            f"What bears * was done before the platform ran and was not sealed step by step: it was loaded in a batch with link {named}; who and when are as told then, and what is sealed is the loading.",
        ))  # fmt: skip
    document.paragraph(Words(
        f"以上办理均已存入存证链。{head.day.isoformat()} 公布的链头覆盖第{head.first}环至第{head.last}环，公布值如下，四位一组：",
        f"All of this is sealed in the evidence chain. The head published on {head.day.isoformat()} covers links {head.first} to {head.last}; its digest, in groups of four:",
    ))  # fmt: skip
    document.paragraph(Words(grouped(head.digest), grouped(head.digest)))
    document.picture(head_code(head), width_mm=38)
    document.paragraph(Words(
        f"对象：{subject}。校验方法：shuangkong evidence verify 存证包 --head 公布值。",
        f"Subject: {subject}. To verify: shuangkong evidence verify BUNDLE --head DIGEST.",
    ))  # fmt: skip
    document.signature(())
    return document.content()


def _step_table(steps: tuple[SignedStep, ...], language: Language) -> ThreeLineTable:
    columns = ("链环", "办理", "办理人", "岗位", "单位", "时间", "意见") if language == "zh" else ("Link", "Act", "By", "Post", "For", "When", "Reason")
    rows = [
        (
            f"{one.link}", one.act.in_language(language) + ("*" if one.is_told else ""), one.actor, one.post, one.organisation,
            one.recorded_at.astimezone(CHINA_STANDARD_TIME).strftime("%Y-%m-%d %H:%M"), one.reason or "—",
        )
        for one in steps
    ]  # fmt: skip
    return ThreeLineTable(columns, rows, (12, 16, 30, 24, 24, 30, 20), frozenset({0}))
