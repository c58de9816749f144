"""The evidence chain as kept in the database: every official act seals its content here, in the transaction of the act."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import connection, transaction

from shuangkong.access.roles import Role
from shuangkong.evidence.act import Act, ActKind
from shuangkong.evidence.canonical import Plain, canonical
from shuangkong.evidence.chain import Link, append
from shuangkong.evidence.digest import Algorithm, Digest, digest
from shuangkong.services import clock
from shuangkong.services.deployment import city
from shuangkong.store.models import ChainContent, ChainLink

_TAIL_LOCK = 4117_0001  # any number, the same everywhere: of several writers one at a time holds the chain's tail
_STEP = timedelta(microseconds=1)
_SYSTEM_POST = "系统"


class Actor(NamedTuple):
    """Who acts (行为人): the person, the post held, for which organisation; a stand-in says for whom."""

    person_id: int | None
    name: str
    role: Role | None
    organisation: str
    stands_in_for: str = ""

    @property
    def post(self) -> str:
        """The post as it is sealed."""
        if self.role is None:
            return _SYSTEM_POST
        return f"{self.role.value}（代{self.stands_in_for}）" if self.stands_in_for else self.role.value

    @property
    def role_code(self) -> str:
        """The role as it is stored."""
        return self.role.name if self.role else "SYSTEM"


class Sealed(NamedTuple):
    """What sealing gave (存证结果): the place in the chain, the content's digest, the moment that counts."""

    link: int
    digest: Digest
    recorded_at: datetime


def system_actor(city: str) -> Actor:
    """Return the actor of what the system does by itself, such as loading the city pack (系统)."""
    return Actor(None, "系统", None, city)


def algorithm() -> Algorithm:
    """Return the deployment's digest algorithm (杂凑算法)."""
    return Algorithm(settings.CHAIN_DIGEST)


def seal(
    *, kind: ActKind, subject: str, content: "Plain | bytes", actor: Actor, reason: str = "", previous: Digest | None = None, is_simulated: bool = False
) -> Sealed:
    """Append one link that seals an act; must run inside the transaction of the act (存证).

    Parameters
    ----------
    kind : ActKind
        What was done.
    subject : str
        The lasting name of the thing it was done to.
    content : plain value or bytes
        What the thing now holds; kept by its digest.
    actor : Actor
        Who did it.
    reason : str
        Needed where the kind asks for one.
    previous : Digest, optional
        Of the content it takes the place of.
    is_simulated : bool
        Marks the link 模拟.

    Returns
    -------
    Sealed
        `recorded_at` is the present moment, or a microsecond after the last link when the clock has gone back: what
        was heard later must never sort before.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("seal() belongs in the transaction of the act it seals")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_TAIL_LOCK])
    octets = content if isinstance(content, bytes) else canonical(content)
    last = ChainLink.objects.order_by("-index").first()
    before = Link.from_bytes(bytes(last.sealed)) if last else None
    moment = clock.now()
    if before and moment <= before.act.recorded_at:
        moment = before.act.recorded_at + _STEP
    content_digest = digest(octets, algorithm())
    act = Act(
        kind=kind, actor=actor.name, post=actor.post, organisation=actor.organisation, recorded_at=moment, subject=subject,
        content=content_digest, reason=reason, previous=previous, marks=("模拟",) if is_simulated else (),
    )  # fmt: skip
    link = append(act, after=before, algorithm=algorithm())
    if not ChainContent.objects.filter(pk=str(content_digest)).exists():
        ChainContent.objects.create(digest=str(content_digest), content=octets)
    ChainLink.objects.create(
        index=link.index, digest=str(link.digest), sealed=link.to_bytes(), kind=act.kind.code, subject=act.subject, actor=act.actor,
        organisation=act.organisation, reason=act.reason, content_digest=str(content_digest), recorded_at=act.recorded_at,
    )  # fmt: skip
    return Sealed(link.index, content_digest, act.recorded_at)


def links() -> Iterator[Link]:
    """Yield the chain from the database, in order (链环)."""
    for row in ChainLink.objects.order_by("index").values_list("sealed", flat=True).iterator(chunk_size=2000):
        yield Link.from_bytes(bytes(row))


def content_of(act: Act) -> bytes | None:
    """Return the content that an act sealed, as it is kept (存证内容)."""
    return content_of_digest(str(act.content))


def content_of_digest(told: str) -> bytes | None:
    """Return the content that is kept under a digest, None where there is none."""
    row = ChainContent.objects.filter(pk=told).values_list("content", flat=True).first()
    return None if row is None else bytes(row)


def open_chain(*, is_simulated: bool = False) -> None:
    """Seal the first link where there is none (启链)."""
    pack = city()
    with transaction.atomic():
        if not ChainLink.objects.exists():
            content = {"city": pack.code, "plan": pack.plan.id}
            seal(kind=ActKind.CHAIN_OPENING, subject=f"city/{pack.code}", content=content, actor=system_actor(pack.code), is_simulated=is_simulated)


def record_export(*, what: str, actor: Actor, content: "Plain | bytes" = None, is_simulated: bool = False) -> Sealed:
    """Seal that something was taken out (导出存证); pages and commands that hand out figures call it first.

    Parameters
    ----------
    what : str
        The lasting name of what was taken, such as `return/205-1/U001/2025`, or `table/progress`.
    actor : Actor
        Who took it.
    content : plain value or bytes, optional
        What is known of it, such as filters and row count, or its digest.
    """
    with transaction.atomic():
        return seal(kind=ActKind.EXPORT, subject=f"export/{what}", content={"of": content, "what": what} if not isinstance(content, bytes) else content, actor=actor, is_simulated=is_simulated)
