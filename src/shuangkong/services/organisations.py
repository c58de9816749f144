"""Organisations: who belongs to whom on which day; a change is a new row from a day on, and the past keeps what it was."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from functools import cached_property, lru_cache

from django.db import transaction
from django.db.models import Max, Min

from shuangkong.evidence.act import ActKind
from shuangkong.evidence.canonical import Plain
from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period
from shuangkong.services.chain import Actor, Sealed, seal
from shuangkong.store.models import Organisation, OrganisationVersion


class OrganisationKind(Enum):
    """What an organisation is (组织类别)."""

    CITY = "市"
    COUNTY = "县区"
    ZONE = "功能区"
    PARK = "园区"
    UNIT = "用能单位"
    AGENCY = "部门"

    @property
    def is_jurisdiction(self) -> bool:
        """Whether it is one of those that are assessed: counties, districts and functional zones."""
        return self in (OrganisationKind.COUNTY, OrganisationKind.ZONE)


_FILERS = {kind: "JURISDICTION" if kind.is_jurisdiction else kind.name for kind in OrganisationKind}


class UnknownOrganisation(Refusal):
    """No organisation has this code on this day (未知组织)."""

    def __init__(self, code: str) -> None:
        super().__init__(
            thing=Words("组织", "organisation"), value=code, rule=Words("当日没有这个组织", "does not exist on that day"),
            remedy=Words("核对代码和日期", "check the code and the day"),
        )  # fmt: skip


class BadOrganisation(Refusal):
    """The change of an organisation cannot be made (机构变更不成立)."""

    def __init__(self, code: str, rule: Words) -> None:
        super().__init__(thing=Words("组织", "organisation"), value=code, rule=rule, remedy=Words("改正后重新提交", "correct it and try again"))


@dataclass(frozen=True, slots=True)
class Node:
    """An organisation as it is on a day (组织)."""

    pk: int
    code: str
    kind: OrganisationKind
    name: Words
    parent: str | None
    park: str | None
    tags: frozenset[str]
    credit_code: str
    is_simulated: bool

    @property
    def filer(self) -> str:
        """The name of the kind of filer it is, as forms ask for it."""
        return _FILERS[self.kind]


class Tree:
    """All organisations of one day (组织树): who belongs to whom."""

    def __init__(self, nodes: Mapping[str, Node]) -> None:
        self._nodes = nodes
        self._above: dict[str, frozenset[str]] = {}
        self._below: dict[str, list[Node]] = {}
        for node in nodes.values():
            for above in {node.parent, node.park} - {None}:
                self._below.setdefault(str(above), []).append(node)

    def __iter__(self) -> Iterator[Node]:
        return iter(self._nodes.values())

    def __contains__(self, code: object) -> bool:
        return code in self._nodes

    def find(self, code: str) -> Node:
        """Return the organisation with a code; raise `UnknownOrganisation`."""
        if code not in self._nodes:
            raise UnknownOrganisation(code)
        return self._nodes[code]

    def signed(self, told: str) -> Words:
        """Return who filed or approved, its organisation by name (署名): rows keep the code, which does not change when the name does.

        Kept as "U001 张三"; what names no organisation stays as it is.
        """
        code, _, name = told.partition(" ")
        node = self._nodes.get(code)
        return Words(f"{node.name.zh} {name}".strip(), f"{node.name.en} {name}".strip()) if node else Words(told, told)

    def get(self, code: str) -> Node | None:
        """Return the organisation with a code, or None."""
        return self._nodes.get(code)

    def of_kind(self, *kinds: OrganisationKind) -> tuple[Node, ...]:
        """Return the organisations of some kinds, in order of code."""
        return tuple(sorted((node for node in self if node.kind in kinds), key=lambda node: node.code))

    def below(self, code: str) -> tuple[Node, ...]:
        """Return what belongs directly to it, in order of code."""
        return tuple(sorted(self._below.get(code, ()), key=lambda node: node.code))

    def covers(self, above: str, code: str) -> bool:
        """Tell whether `code` is `above` or belongs to it, at any depth, also as the tenant of a park (归属)."""
        if code not in self._nodes:
            return above == code
        if code not in self._above:
            self._above[code] = self._up_from(code)
        return above in self._above[code]

    def _up_from(self, code: str) -> frozenset[str]:
        seen: set[str] = set()
        waiting = [code]
        while waiting:
            here = waiting.pop()
            node = self._nodes.get(here)
            if here not in seen and node is not None:
                waiting.extend(part for part in (node.parent, node.park) if part)
            seen.add(here)
        return frozenset(seen)

    def jurisdiction_of(self, code: str) -> Node | None:
        """Return the county or zone it lies in; itself when it is one."""
        node = self._nodes.get(code)
        while node is not None and not node.kind.is_jurisdiction:
            node = self._nodes.get(node.parent or "")
        return node

    @cached_property
    def city(self) -> Node:
        """The city itself."""
        return self.of_kind(OrganisationKind.CITY)[0]


def tree_on(day: date) -> Tree:
    """Return the organisations as they are on a day (某日组织树)."""
    return tree_known(day, newest_version())


def newest_version() -> int | None:
    """Return the key of the newest change, which trees are kept by (最新变更)."""
    newest: int | None = OrganisationVersion.objects.aggregate(Max("id"))["id__max"]
    return newest


def tree_known(day: date, newest: int | None) -> Tree:
    """Return the organisations as they are on a day for who asks of many days and knows the newest change (某日组织树)."""
    days = _change_days(newest)
    at = bisect_right(days, day)
    return _tree(days[at - 1] if at else date.min, newest)


def trees_known(newest: int | None) -> list[tuple[date, Tree]]:
    """Return every tree there was or is to be, each with the day from which it holds, for who knows the newest change (历次组织树)."""
    return [(day, _tree(day, newest)) for day in _change_days(newest)]


@lru_cache(maxsize=4)
def _change_days(newest: int | None) -> tuple[date, ...]:
    """The days on which anything began to hold: between two of them the tree is one."""
    return tuple(OrganisationVersion.objects.order_by("valid_from").values_list("valid_from", flat=True).distinct())


def tree_of(period: Period) -> Tree:
    """Return the organisations as they belonged on the last day of a period (期末组织树): figures of the past stay with the past."""
    return tree_on(period.end - timedelta(days=1))


def beginnings() -> Mapping[str, date]:
    """Return the day from which each organisation has been there (设立日): it owes nothing for what ended before."""
    return _beginnings(OrganisationVersion.objects.aggregate(Max("id"))["id__max"])


@lru_cache(maxsize=4)
def _beginnings(newest: int | None) -> Mapping[str, date]:
    return dict(OrganisationVersion.objects.values("organisation__code").annotate(first=Min("valid_from")).values_list("organisation__code", "first"))


@lru_cache(maxsize=32)
def _tree(day: date, newest: int | None) -> Tree:
    codes = dict(Organisation.objects.values_list("pk", "code"))
    latest: dict[int, OrganisationVersion] = {}
    for version in OrganisationVersion.objects.filter(valid_from__lte=day).select_related("organisation").order_by("valid_from", "id"):
        latest[version.organisation_id] = version
    nodes = {}
    for version in latest.values():
        if version.is_closed:
            continue
        organisation = version.organisation
        nodes[organisation.code] = Node(
            pk=organisation.pk, code=organisation.code, kind=OrganisationKind[organisation.kind],
            name=Words(version.name_zh, version.name_en or version.name_zh), parent=codes.get(version.parent_id), park=codes.get(version.park_id),
            tags=frozenset(version.tags), credit_code=organisation.credit_code, is_simulated=organisation.is_simulated,
        )  # fmt: skip
    return Tree(nodes)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationFacts:
    """What is to hold of an organisation from a day on (组织登记事项)."""

    name: Words
    parent: str | None = None
    park: str | None = None
    tags: frozenset[str] = frozenset()
    is_closed: bool = False


def register_organisation(
    *, code: str, kind: OrganisationKind, facts: OrganisationFacts, valid_from: date, actor: Actor, reason: str, credit_code: str = "", is_simulated: bool = False
) -> int:
    """Register a new organisation (登记组织); returns the place of its link in the chain.

    Raises
    ------
    BadOrganisation
        If the code is taken, or the parent is not there on the day.
    """
    with transaction.atomic():
        if Organisation.objects.filter(code=code).exists():
            raise BadOrganisation(code, Words("代码已被使用", "the code is taken"))
        sealed = seal(
            kind=ActKind.ORGANISATION_CHANGE, subject=f"organisation/{code}", content=_content(code, kind, facts, valid_from) | {"credit_code": credit_code},
            actor=actor, reason=reason, is_simulated=is_simulated,
        )  # fmt: skip
        organisation = Organisation.objects.create(
            code=code, kind=kind.name, credit_code=credit_code, is_simulated=is_simulated, recorded_at=sealed.recorded_at
        )
        _add_version(organisation, facts, valid_from, reason, sealed)
    return sealed.link


def change_organisation(*, code: str, facts: OrganisationFacts, valid_from: date, actor: Actor, reason: str) -> int:
    """Let something else hold of an organisation from a day on (机构变更): a move, a new name, an end.

    Raises
    ------
    UnknownOrganisation
        If it was never registered.
    BadOrganisation
        If the day lies before the last change, or it would belong to itself.
    """
    with transaction.atomic():
        organisation = Organisation.objects.select_for_update().filter(code=code).first()
        if organisation is None:
            raise UnknownOrganisation(code)
        last = organisation.versions.order_by("-valid_from", "-id").first()
        if last and valid_from < last.valid_from:
            raise BadOrganisation(code, Words(f"早于上次变更日 {last.valid_from}", f"lies before the last change on {last.valid_from}"))
        if facts.parent and tree_on(valid_from).covers(code, facts.parent):
            raise BadOrganisation(code, Words("不能隶属于自己或下级", "cannot belong to itself or to what belongs to it"))
        sealed = seal(
            kind=ActKind.ORGANISATION_CHANGE, subject=f"organisation/{code}", content=_content(code, OrganisationKind[organisation.kind], facts, valid_from),
            actor=actor, reason=reason, is_simulated=organisation.is_simulated,
        )  # fmt: skip
        _add_version(organisation, facts, valid_from, reason, sealed)
    return sealed.link


def _content(code: str, kind: OrganisationKind, facts: OrganisationFacts, valid_from: date) -> dict[str, Plain]:
    return {
        "code": code, "kind": kind.name, "name": facts.name.zh, "parent": facts.parent, "park": facts.park, "tags": sorted(facts.tags),
        "is_closed": facts.is_closed, "valid_from": valid_from,
    }  # fmt: skip


def _add_version(organisation: Organisation, facts: OrganisationFacts, valid_from: date, reason: str, sealed: Sealed) -> None:
    def found(code: str | None) -> Organisation | None:
        if code is None:
            return None
        there = Organisation.objects.filter(code=code).first()
        if there is None:
            raise UnknownOrganisation(code)
        return there

    OrganisationVersion.objects.create(
        organisation=organisation, valid_from=valid_from, recorded_at=sealed.recorded_at, name_zh=facts.name.zh, name_en=facts.name.en,
        parent=found(facts.parent), park=found(facts.park), tags=sorted(facts.tags), is_closed=facts.is_closed, reason=reason, link=sealed.link,
    )  # fmt: skip
