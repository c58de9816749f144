"""What the audit pages show: who did what, the state of the chain, one act with its proof; each as far as the reader may see."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from django.db.models import Q

from shuangkong.access.roles import Permission
from shuangkong.assessment.cycle_states import CycleState
from shuangkong.evidence.act import ActKind
from shuangkong.evidence.canonical import NotCanonical, canonical, from_canonical
from shuangkong.evidence.chain import Link
from shuangkong.evidence.digest import digest
from shuangkong.evidence.docket import read_docket
from shuangkong.evidence.head import Head
from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Language, Words
from shuangkong.kernel.period import CHINA_STANDARD_TIME
from shuangkong.services import clock
from shuangkong.services.assessment_cycles import subject_of
from shuangkong.services.audit_subjects import Subject, organisation_in_words, subjects_in_words
from shuangkong.services.chain import algorithm, content_of, content_of_digest, record_export
from shuangkong.services.chain_export import export_bundle, scope_of_act
from shuangkong.services.chain_loaded import is_batch
from shuangkong.services.chain_tasks import VerificationTold, ask_for_verification, last_verification
from shuangkong.services.filing_observations import end_of
from shuangkong.services.organisations import OrganisationKind, tree_on
from shuangkong.services.people import Member, NotPermitted, reader_of
from shuangkong.services.publication import approval_sheet, head_text, published_heads
from shuangkong.store.models import AssessmentCycle, ChainLink, FilingAct

PAGE = 100
_MOST_LINES, _MOST_TEXT = 2000, 300
_WIDE = frozenset({OrganisationKind.CITY, OrganisationKind.AGENCY})


class UnknownAct(Refusal):
    """There is no such act, or none the reader may see (没有这一环)."""

    def __init__(self, asked: object) -> None:
        super().__init__(
            thing=Words("存证", "evidence"), value=asked, rule=Words("没有，或不在您的查看范围", "is not there, or not for you to see"),
            remedy=Words("从审计列表进入", "come from the list"),
        )  # fmt: skip


class WholeBatch(Refusal):
    """The bundle of a batch holds the returns of others too (整批载入)."""

    def __init__(self, index: int) -> None:
        super().__init__(
            thing=Words("存证包", "bundle"), value=index, rule=Words("一环含全部单位，只向市级提供", "holds every organisation and is for the city alone"),
            remedy=Words("取本单位报表的审批单，其中写明载入批次和链环", "take the approval sheet of the return, which names the batch and its link"),
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ActFilter:
    """Which acts are asked for (筛选)."""

    person: str = ""
    kind: ActKind | None = None
    subject: str = ""
    begin: date | None = None
    end: date | None = None

    def condition(self) -> Q:
        """Return it for the database."""
        found = Q(actor__icontains=self.person) if self.person else Q()
        if self.kind:
            found &= Q(kind=self.kind.code)
        if self.subject:
            found &= Q(subject__icontains=self.subject)
        if self.begin:
            found &= Q(recorded_at__gte=datetime.combine(self.begin, time(), CHINA_STANDARD_TIME).astimezone(UTC))
        if self.end:
            found &= Q(recorded_at__lt=end_of(self.end))
        return found


@dataclass(frozen=True, slots=True)
class ActLine:
    """One act on the list (办理记录)."""

    index: int
    kind: Words
    actor: str
    organisation: str
    subject: str
    reason: str
    recorded_at: datetime
    told: Subject
    organisation_name: Words


@dataclass(frozen=True, slots=True)
class ActPage:
    """A page of acts, the newest first."""

    lines: tuple[ActLine, ...]
    count: int
    number: int
    pages: int


@dataclass(frozen=True, slots=True)
class ChainState:
    """Where the chain stands (链状态)."""

    count: int
    head: str
    verification: VerificationTold
    may_verify: bool


@dataclass(frozen=True, slots=True)
class ShownAct:
    """One act with its proof (一次行为): the link, its content as lines, the head that covers it and the path to it."""

    link: Link
    is_link_sound: bool
    is_content_sound: bool
    content: tuple[tuple[str, str], ...]
    text: str
    head: Head | None
    others: tuple[ActLine, ...]
    told: Subject
    organisation_name: Words
    is_partial: bool = False


def sees_all(who: Member) -> bool:
    """Tell whether the whole chain is open to a person: a post of the city or of one of its agencies (查看全链)."""
    return any(post.allows(Permission.EVIDENCE_READ) and post.kind in _WIDE for post in who.posts)


def _visible(who: Member) -> Any:
    """Return the links a person may see: all, or what was done by or to the organisations of the posts."""
    if sees_all(who):
        return ChainLink.objects.all()
    codes = _organisations_of(who)
    done_to = FilingAct.objects.filter(filing__organisation__code__in=codes).values("link")
    return ChainLink.objects.filter(Q(organisation__in=codes) | Q(index__in=done_to))


def _organisations_of(who: Member) -> frozenset[str]:
    tree = tree_on(clock.today())
    return frozenset(node.code for node in tree if who.posts_over(Permission.EVIDENCE_READ, node.code, tree))


def _own_of_batch(content: bytes | None, who: Member) -> bytes | None:
    """Return what a batch of returns says of the organisations a person may see; of the others nothing."""
    told: Any = from_canonical(content or b"null")
    if not isinstance(told, Mapping):
        return content
    codes = _organisations_of(who)
    return canonical({**told, "returns": [one for one in told["returns"] if one["organisation"] in codes]})


def page_of_acts(*, who: Member, asked: ActFilter, number: int = 1) -> ActPage:
    """Return a page of the acts a person may see (谁做了什么)."""
    rows = _visible(who).filter(asked.condition()).order_by("-index")
    count = rows.count()
    pages = max(1, -(-count // PAGE))
    number = min(max(1, number), pages)
    return ActPage(_lines(rows[(number - 1) * PAGE : number * PAGE]), count, number, pages)


def _lines(rows: Iterable[Any]) -> tuple[ActLine, ...]:
    found = tuple(rows)
    told = subjects_in_words({row.subject for row in found})
    return tuple(
        ActLine(
            row.index, ActKind[row.kind.upper()].words, row.actor, row.organisation, row.subject, row.reason, row.recorded_at, told[row.subject],
            organisation_in_words(row.organisation),
        )
        for row in found
    )  # fmt: skip


def chain_state(*, who: Member) -> ChainState:
    """Return where the chain stands and what the last verification found (链状态)."""
    last = ChainLink.objects.order_by("-index").first()
    return ChainState(last.index + 1 if last else 0, last.digest if last else "", last_verification(), sees_all(who))


def verify_in_background(*, who: Member) -> None:
    """Have the chain verified (立即校验); raise `NotPermitted` for who sees only a part."""
    if not sees_all(who):
        raise NotPermitted(Permission.AUDIT_LOG_READ)
    ask_for_verification()


def show_act(*, who: Member, index: int, language: Language = "zh") -> ShownAct:
    """Return one act with its digests recomputed, its content readable, the head that covers it (查看一环)."""
    row = _visible(who).filter(pk=index).first()
    if row is None:
        raise UnknownAct(index)
    link = Link.from_bytes(bytes(row.sealed))
    content = content_of(link.act)
    is_sound = content is not None and digest(content, link.act.content.algorithm) == link.act.content
    others = _visible(who).filter(subject=row.subject).exclude(pk=index).order_by("-index")[:20]
    head = next((head for head in published_heads() if head.covers(link)), None)
    is_partial = is_batch(link) and is_sound and not sees_all(who)
    if is_partial:
        content = _own_of_batch(content, who)
    lines = tuple(_content_lines(content or b""))[:_MOST_LINES]
    text = "" if lines else (content or b"")[:4000].decode("utf-8-sig", "replace")
    return ShownAct(link, link.sealed() == link.digest, is_sound, lines, text, head, _lines(others), subjects_in_words((row.subject,))[row.subject], organisation_in_words(row.organisation), is_partial)


def _content_lines(content: bytes) -> Iterator[tuple[str, str]]:
    listed = read_docket(content)
    for name, told in listed.items():
        kept = content_of_digest(str(told)) if name.endswith("changes.json") else None
        if kept is not None:
            yield from _content_lines(kept)
        else:
            yield name, str(told)
    if not listed:
        try:
            yield from _leaves(from_canonical(content))
        except NotCanonical:
            return


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        if set(value) == {"new", "old", "path"}:
            yield str(value["path"]), f"{value['old'] or '—'} → {value['new'] or '—'}"
            return
        for key, one in value.items():
            yield from _leaves(one, f"{path} {key}".strip())
    elif isinstance(value, list | tuple) and any(isinstance(one, Mapping | list) for one in value):
        for place, one in enumerate(value):
            yield from _leaves(one, f"{path} {place + 1}".strip())
    else:
        yield path, "、".join(map(str, value)) if isinstance(value, list | tuple) else "—" if value is None else str(value)[:_MOST_TEXT]


def bundle_of_act(*, who: Member, index: int) -> bytes:
    """Return the proof bundle of an act (下载存证包), the export sealed."""
    row = _visible(who).filter(pk=index).first()
    if row is None:
        raise UnknownAct(index)
    if is_batch(Link.from_bytes(bytes(row.sealed))) and not sees_all(who):
        raise WholeBatch(index)
    return export_bundle(scope=scope_of_act(index), actor=reader_of(who, Permission.EVIDENCE_READ))


def sheet_of_subject(*, who: Member, subject: str, language: Language) -> bytes:
    """Return the approval sheet of a thing whose acts the person may see (审批单), the export sealed."""
    if not (_visible(who).filter(subject=subject).exists() or _is_published(subject) or _is_loaded(subject, who)):
        raise UnknownAct(subject)
    sheet = approval_sheet(subject=subject, title=subjects_in_words((subject,))[subject].words, language=language)
    record_export(what=f"sheet/{subject}", actor=reader_of(who, Permission.EVIDENCE_READ), content={"file": digest(sheet, algorithm()), "language": language})
    return sheet


def _is_loaded(subject: str, who: Member) -> bool:
    """Tell whether it is a return that came with a batch, of an organisation whose evidence the person reads: nothing was sealed under its own name."""
    kind, _, rest = subject.partition("/")
    form, organisation, period = rest.split("/") if kind == "return" and rest.count("/") == 2 else ("", "", "")
    was = FilingAct.objects.filter(filing__form=form, filing__organisation__code=organisation, filing__period=period)
    return was.exists() and (sees_all(who) or bool(who.posts_over(Permission.EVIDENCE_READ, organisation, tree_on(clock.today()))))


def _is_published(subject: str) -> bool:
    """Tell whether it is an assessment whose result everybody may read."""
    return any(subject_of(cycle) == subject and CycleState[cycle.state].is_public for cycle in AssessmentCycle.objects.all())


def head_as_text(*, told: str) -> str:
    """Return a published head as text (链头文本)."""
    head = next((head for head in published_heads() if str(head.digest) == told), None)
    if head is None:
        raise UnknownAct(told)
    return head_text(head)
