"""Rows held against the chain: how each table hangs on it, said in one place; what no longer agrees is named.

A row that hangs on the chain has a `link`. Its moment, reason and person must be those of the act sealed there, and every column that
the sealed content names must say what the content says. A new table is added to `TABLES`, and where its content names a column
otherwise, says so there.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any, NamedTuple, TypeVar
from unicodedata import normalize

from django.db import connection, models

from shuangkong.evidence.act import ActKind
from shuangkong.evidence.canonical import NotCanonical, from_canonical
from shuangkong.evidence.chain import Link, named
from shuangkong.evidence.digest import Digest, UnreadableDigest, digest
from shuangkong.evidence.finding import Finding, FindingKind
from shuangkong.kernel.faults import InputRefused
from shuangkong.kernel.language import Words
from shuangkong.store import models as tables
from shuangkong.store.append_only import unguarded_tables
from shuangkong.store.models import ChainContent, ChainLink

CHUNK = 500
_STANDS_IN = "（代"  # as `Actor.post` says it
_One = TypeVar("_One")
_NAMING = ("form", "organisation", "filing", "person", "cycle", "finding", "appointment", "jurisdiction", "element", "org", "period", "item", "target", "verdict", "code", "sign_in_name")


class Held(NamedTuple):
    """A link with what it sealed (链环及其内容)."""

    link: Link
    content: bytes | None

    @property
    def plain(self) -> Any:
        """The content as a plain value, None where it is none."""
        try:
            return from_canonical(self.content or b"")
        except NotCanonical:
            return None


Reading = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Hanging:
    """How a table hangs on the chain (数据表与存证链的关系).

    `says` gives, by key of the sealed content, what a row says where the column bears another name; `is_bytes` is the column that
    holds the sealed bytes themselves, `actor` that of whoever acted. `may_be_unsealed` rows need no link.
    """

    model: Any
    says: Mapping[str, Reading] = field(default_factory=dict)
    is_bytes: str = ""
    actor: str = "person"
    may_be_unsealed: bool = False


TABLES: tuple[Hanging, ...] = (
    Hanging(tables.WindowVersion),
    Hanging(tables.Waiver),
    Hanging(tables.Appointment, actor="granted_by"),
    Hanging(
        tables.AppointmentEnd, {"organisation": lambda row: row.appointment.organisation.code, "role": lambda row: row.appointment.role},
        actor="ended_by",
    ),
    Hanging(
        tables.OrganisationVersion,
        {"code": lambda row: row.organisation.code, "kind": lambda row: row.organisation.kind, "name": lambda row: row.name_zh},
    ),
    Hanging(tables.Remark),
    Hanging(tables.Amendment),
    Hanging(tables.AmendmentDecision),
    Hanging(tables.FindingStep, may_be_unsealed=True),
    Hanging(tables.CheckWaiver),
    Hanging(tables.AssessmentStep),
    Hanging(tables.SelfEvaluation),
    Hanging(tables.SelfEvaluationSignature),
    Hanging(tables.LineJudgement),
    Hanging(tables.Appeal),
    Hanging(tables.AppealAnswer),
    Hanging(tables.FrozenResult, is_bytes="content"),
    Hanging(tables.HandOver),
    Hanging(tables.TargetVerdict),
    Hanging(tables.VerdictDecision),
    Hanging(tables.AlarmStep, may_be_unsealed=True),
)
# What an act of some kinds on some subjects must have left behind, in one of these tables.
_OWED: tuple[tuple[tuple[ActKind, ...], str, tuple[Any, ...]], ...] = (
    (
        (ActKind.SUBMISSION, ActKind.WITHDRAWAL, ActKind.ACCEPTANCE, ActKind.SENDING_BACK, ActKind.REVIEW, ActKind.APPROVAL, ActKind.LOCKING),
        "return/", (tables.FilingAct,),
    ),
    ((ActKind.AMENDMENT,), "return/", (tables.FilingAct, tables.Amendment, tables.AmendmentDecision)),
    ((ActKind.REMARK,), "return/", (tables.Remark,)),
    ((ActKind.WINDOW_CHANGE,), "window/", (tables.WindowVersion,)),
    ((ActKind.ORGANISATION_CHANGE,), "organisation/", (tables.OrganisationVersion,)),
    ((ActKind.ROLE_CHANGE,), "person/", (tables.Appointment, tables.AppointmentEnd)),
    ((ActKind.WAIVER,), "waiver/", (tables.Waiver,)),
    ((ActKind.VERIFICATION, ActKind.WAIVER), "check-waiver/", (tables.CheckWaiver,)),
    (
        (ActKind.ASSESSMENT_RUN, ActKind.SELF_EVALUATION, ActKind.APPEAL, ActKind.ASSESSMENT_FREEZE, ActKind.PUBLICATION, ActKind.SENDING_BACK),
        "assessment/", (tables.AssessmentStep,),
    ),
    ((ActKind.SELF_EVALUATION,), "assessment/", (tables.SelfEvaluation, tables.SelfEvaluationSignature)),
    ((ActKind.APPEAL,), "assessment/", (tables.Appeal, tables.AppealAnswer)),
    ((ActKind.ASSESSMENT_FREEZE,), "assessment/", (tables.FrozenResult,)),
    ((ActKind.HANDING_OVER,), "assessment/", (tables.HandOver,)),
    ((ActKind.VERIFICATION, ActKind.FINDING_CLOSURE, ActKind.WAIVER), "finding/", (tables.FindingStep,)),
    ((ActKind.SUBMISSION,), "verdict/", (tables.TargetVerdict,)),
    ((ActKind.APPROVAL, ActKind.SENDING_BACK, ActKind.WITHDRAWAL), "verdict/", (tables.VerdictDecision,)),
    ((ActKind.SUBMISSION, ActKind.SENDING_BACK, ActKind.FINDING_CLOSURE), "alarm/", (tables.AlarmStep,)),
)  # fmt: skip


def octets(told: Any) -> bytes:
    """Return what a column of bytes holds (取字节); a hand that wrote text there is to be told of, not to stop the looking."""
    return told.encode() if isinstance(told, str) else bytes(told)


def chunks(each: Iterable[_One], size: int = CHUNK) -> Iterator[list[_One]]:
    """Yield lists of at most `size` (分批)."""
    rest = iter(each)
    while some := list(islice(rest, size)):
        yield some


def held_at(indices: Iterable[int | None], *, with_content: bool = True) -> dict[int, Held]:
    """Return the links at some places with what they sealed (取链环); what cannot be read is left out, the chain's own walk tells of it."""
    rows = ChainLink.objects.filter(pk__in={index for index in indices if index is not None}).values_list("index", "sealed")
    links = {}
    for index, sealed in rows:
        try:
            links[index] = Link.from_bytes(octets(sealed))
        except InputRefused:
            continue
    wanted = {str(link.act.content) for link in links.values()} if with_content else set()
    contents = {key: octets(content) for key, content in ChainContent.objects.filter(pk__in=wanted).values_list("digest", "content")}
    return {index: Held(link, _intact(contents.get(str(link.act.content)), link)) for index, link in links.items()}


def stood_in_for(indices: Iterable[int | None]) -> dict[int, str]:
    """Return for whom somebody stood in, of the links at some places where that was so (被代办人)."""
    posts = {index: held.link.act.post for index, held in held_at(indices, with_content=False).items()}
    return {index: post.partition(_STANDS_IN)[2].removesuffix("）") for index, post in posts.items() if _STANDS_IN in post}


def _intact(content: bytes | None, link: Link) -> bytes | None:
    """Return content that is what was sealed, else None: what it is not is told by the chain's own walk, and nothing is held against it."""
    return content if content is not None and digest(content, link.act.content.algorithm) == link.act.content else None


def guard_findings() -> Iterator[Finding]:
    """Yield the append-only tables that have lost their triggers (触发器)."""
    for table in unguarded_tables(connection):
        yield Finding(FindingKind.GUARD_MISSING, Words(f"{table} 的触发器不在或被改动", f"{table}: its triggers are gone or changed"))


def row_findings() -> Iterator[Finding]:
    """Yield every row of `TABLES` that does not say what was sealed, and every act whose row is gone (数据行校验)."""
    for hanging in TABLES:
        yield from _table_findings(hanging)
    for kinds, prefix, owners in _OWED:
        yield from _gone(kinds, prefix, owners)
    yield from _evidence_findings()
    yield from _verdict_evidence_findings()
    yield from _alarm_file_findings()
    for cycle in tables.AssessmentCycle.objects.order_by("pk"):
        last = cycle.steps.order_by("version_after").last()
        held = held_at([last.link], with_content=False).get(last.link) if last else None
        if last is None or held is None:
            yield stray(cycle, Words("没有存证的办理", "has no sealed act"))
            continue
        for column, due in (("state", last.state_after), ("version", last.version_after)):
            if getattr(cycle, column) != due:
                yield altered(cycle, column, getattr(cycle, column), due, held.link)


def _evidence_findings() -> Iterator[Finding]:
    """Yield the evidence of self-evaluations that is gone or differs from what was named (自评佐证校验)."""
    for one in tables.SelfEvaluation.objects.order_by("pk"):
        named_files = {(item, told) for item, said in one.items.items() for told in said["evidence"]}
        held = held_at([one.link], with_content=False).get(one.link) if named_files else None
        if held is None:
            continue
        kept = {(row.item, row.digest): row for row in tables.SelfEvaluationEvidence.objects.filter(cycle=one.cycle_id, jurisdiction=one.jurisdiction)}
        for item, told in sorted(named_files):
            row, stated = kept.get((item, told)), parsed(told)
            if row is None:
                yield missing("store_selfevaluationevidence", held.link, Words(f"{one.jurisdiction} {item} 佐证", f"evidence of {one.jurisdiction} {item}"))
            elif stated is None or digest(octets(row.content), stated.algorithm) != stated:
                yield altered(row, "content", "—" if stated is None else digest(octets(row.content), stated.algorithm).short, told, held.link)


def _verdict_evidence_findings() -> Iterator[Finding]:
    """Yield the evidence of verdicts that is gone or differs from what was named (评判佐证校验)."""
    kept = {(row.plan, row.target, row.digest): row for row in tables.VerdictEvidence.objects.order_by("pk")}
    for some in chunks(tables.TargetVerdict.objects.order_by("pk").iterator(chunk_size=CHUNK)):
        held = held_at((one.link for one in some), with_content=False)
        for one, told in ((verdict, told) for verdict in some if verdict.link in held for told in verdict.evidence):
            row, stated, link = kept.get((one.plan, one.target, told["digest"])), parsed(told["digest"]), held[one.link].link
            if row is None:
                yield missing("store_verdictevidence", link, Words(f"{one.target} 评判佐证 {told['name']}", f"evidence {told['name']} of {one.target}"))
            elif stated is None or digest(octets(row.content), stated.algorithm) != stated:
                yield altered(row, "content", "—" if stated is None else digest(octets(row.content), stated.algorithm).short, told["digest"], link)
            elif row.name != told["name"]:
                yield altered(row, "name", row.name, told["name"], link)


def _alarm_file_findings() -> Iterator[Finding]:
    """Yield the files of answers to alarms that are gone or differ from what was named (报警附件校验)."""
    kept = {(row.alarm_id, row.digest): row for row in tables.AlarmFile.objects.order_by("pk")}
    for some in chunks(tables.AlarmStep.objects.filter(link__isnull=False).order_by("pk").iterator(chunk_size=CHUNK)):
        held = held_at((one.link for one in some), with_content=False)
        for one, told in ((step, told) for step in some if step.link in held for told in step.facts.get("files", ())):
            row, stated, link = kept.get((one.alarm_id, told["digest"])), parsed(told["digest"]), held[one.link].link
            if row is None:
                yield missing("store_alarmfile", link, Words(f"报警附件 {told['name']}", f"file {told['name']} of an alarm"))
            elif stated is None or digest(octets(row.content), stated.algorithm) != stated:
                yield altered(row, "content", "—" if stated is None else digest(octets(row.content), stated.algorithm).short, told["digest"], link)


def _table_findings(hanging: Hanging) -> Iterator[Finding]:
    model = hanging.model
    related = [one.name for one in model._meta.fields if isinstance(one, models.ForeignKey)]
    rows = model.objects.select_related(*related).order_by("link", "pk").iterator(chunk_size=CHUNK)
    before: Any = None
    for some in chunks(rows):
        held = held_at(row.link for row in some)
        for row in some:
            if row.link is None:
                if not hanging.may_be_unsealed:
                    yield stray(row, Words("没有存证", "was never sealed"))
                continue
            if row.link not in held:
                yield stray(row, Words(f"所指的第{row.link}环不存在", f"points at link {row.link}, which is not there"))
                continue
            if before is not None and before.link == row.link:
                yield stray(row, Words(f"与第{before.pk}行挂在同一环", f"hangs on the same link as row {before.pk}"), held[row.link].link)
            elif before is not None and before.pk > row.pk:
                yield stray(row, Words(f"次序与第{before.pk}行颠倒", f"stands out of order with row {before.pk}"), held[row.link].link)
            yield from differences(row, held[row.link], hanging)
            before = row


def differences(row: Any, held: Held, hanging: Hanging) -> Iterator[Finding]:
    """Yield what a row says otherwise than its act and content (逐列比对)."""
    yield from act_differences(row, held.link, hanging.actor)
    if hanging.is_bytes:
        kept = octets(getattr(row, hanging.is_bytes))
        if digest(kept, held.link.act.content.algorithm) != held.link.act.content:
            yield altered(row, hanging.is_bytes, digest(kept, held.link.act.content.algorithm).short, held.link.act.content.short, held.link)
        return
    sealed = held.plain
    if not isinstance(sealed, Mapping):
        return
    columns = {one.name for one in row._meta.fields}
    for key, told in sealed.items():
        if key in hanging.says:
            said = (hanging.says[key](row),)
        elif key in columns:
            said = _readings(getattr(row, key))
        else:
            continue
        if not any(same(one, told) for one in said):
            yield altered(row, key, said[0], told, held.link)


def act_differences(row: Any, link: Link, actor: str = "person") -> Iterator[Finding]:
    """Yield what the moment, reason and person of a row say otherwise than the act (办理要素比对)."""
    act = link.act
    if row.recorded_at != act.recorded_at:
        yield altered(row, "recorded_at", row.recorded_at, act.recorded_at, link)
    # An act that says why by itself leaves the column empty.
    if getattr(row, "reason", ""):
        if _text(row.reason) != act.reason:
            yield altered(row, "reason", row.reason, act.reason, link)
    elif act.reason and hasattr(row, "reason") and not act.kind.needs_precedent:
        yield altered(row, "reason", "", act.reason, link)
    person = getattr(row, actor, None)
    if person is not None and person.full_name != act.actor and act.actor not in _names_sealed(person):
        yield altered(row, actor, person.full_name, act.actor, link)


def _names_sealed(person: Any) -> set[str]:
    """Return the names a person was registered with or renamed to, as sealed."""
    links = ChainLink.objects.filter(kind=ActKind.ROLE_CHANGE.code, subject=f"person/{person.sign_in_name}").values_list("index", flat=True)
    told = [held.plain for held in held_at(links).values()]
    return {str(one["full_name"]) for one in told if isinstance(one, Mapping) and "full_name" in one}


def _gone(kinds: tuple[ActKind, ...], prefix: str, owners: tuple[Any, ...]) -> Iterator[Finding]:
    found = ChainLink.objects.filter(kind__in=[kind.code for kind in kinds], subject__startswith=prefix)
    for owner in owners:
        found = found.exclude(index__in=owner.objects.filter(link__isnull=False).values("link"))
    for some in chunks(found.order_by("index").values_list("index", flat=True).iterator(chunk_size=CHUNK)):
        for held in held_at(some).values():
            if ActKind.ROLE_CHANGE in kinds and not (isinstance(held.plain, Mapping) and held.plain.get("act") in ("appoint", "end")):
                continue
            where = "、".join(owner._meta.db_table for owner in owners)
            yield missing(where, held.link)


def missing(table: str, link: Link, what: Words | None = None) -> Finding:
    """Return the finding that a row is gone which an act had left (缺行)."""
    told, more = named(link), what or Words("", "")
    return Finding(
        FindingKind.ROW_MISSING,
        Words(f"{table} 缺少{more.zh or '一行'}，存证于{told.zh}", f"{table}: {more.en or 'a row'} is gone that was sealed by {told.en}"), link.index,
    )  # fmt: skip


def stray(row: Any, why: Words, link: Link | None = None) -> Finding:
    """Return the finding that a row has no business here (多出的行)."""
    name = _named_row(row)
    return Finding(FindingKind.ROW_STRAY, Words(f"{name.zh}{why.zh}", f"{name.en} {why.en}"), link.index if link else None)


def altered(row: Any, column: str, said: object, sealed: object, link: Link) -> Finding:
    """Return the finding that a column says otherwise than what was sealed (被改动的行)."""
    name, told = _named_row(row), named(link)
    return Finding(
        FindingKind.ROW_ALTERED,
        Words(
            f"{name.zh}的 {column} 现为 {_shown(said)}，存证为 {_shown(sealed)}；存证于{told.zh}",
            f"{name.en}: {column} is {_shown(said)}, sealed as {_shown(sealed)} by {told.en}",
        ),
        link.index,
    )


def _named_row(row: Any) -> Words:
    columns = {one.name for one in row._meta.fields}
    columns -= {"filing"} if "element" in columns else set()  # the figure's own name says more
    parts = [_short(getattr(row, name)) for name in _NAMING if name in columns and getattr(row, name) is not None]
    told = " ".join(part for part in parts if part)
    return Words(f"{row._meta.db_table} 第{row.pk}行（{told}）", f"{row._meta.db_table} row {row.pk} ({told})")


def _short(value: Any) -> str:
    for name in ("code", "sign_in_name", "pk"):
        if hasattr(value, name):
            return str(getattr(value, name))
    return str(value)


def _readings(value: Any) -> tuple[Any, ...]:
    """Return the ways in which content may name what a column holds: a row by its code, its name or its key."""
    if isinstance(value, models.Model):
        return tuple(getattr(value, name) for name in ("code", "sign_in_name", "full_name", "digest", "pk") if hasattr(value, name))
    return (value,)


def same(said: Any, sealed: Any) -> bool:
    """Tell whether a column says what was sealed (是否一致)."""
    return _text(said) == _text(sealed)


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, date | Digest):
        return normalize("NFC", str(value))  # as it is sealed
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{key}:{_text(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list | tuple | frozenset | set):
        return "[" + ",".join(_text(one) for one in value) + "]"
    return str(value)


def _shown(value: object) -> str:
    text = "—" if value is None else _text(value)
    return text if len(text) <= 80 else text[:80] + "…"


def parsed(text: str) -> Digest | None:
    """Return a digest that a column holds, None for what is none (读摘要)."""
    try:
        return Digest.parse(text)
    except UnreadableDigest:
        return None
