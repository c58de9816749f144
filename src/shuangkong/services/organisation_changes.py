"""Organisations as people see and change them (组织沿革): a tree of any day with search, what held from when, and changes as official acts."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, replace
from datetime import date, timedelta

from shuangkong.access.roles import Permission
from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.returns.states import ReturnState
from shuangkong.services import clock
from shuangkong.services.organisations import (
    BadOrganisation,
    Node,
    OrganisationFacts,
    OrganisationKind,
    Tree,
    UnknownOrganisation,
    change_organisation,
    tree_on,
)
from shuangkong.services.people import Member, NotPermitted, actor_of
from shuangkong.services.slices import Slice, slice_of
from shuangkong.services.trades import TAG, TAG_WORDS, trade_code, trade_name, trades_on
from shuangkong.services.unit_standing import Due, returns_due
from shuangkong.store.models import OrganisationVersion

_MOVABLE = (OrganisationKind.UNIT, OrganisationKind.PARK)
KIND_WORDS = {
    OrganisationKind.CITY: Words("市", "city"), OrganisationKind.COUNTY: Words("县区", "county or district"), OrganisationKind.ZONE: Words("功能区", "functional zone"),
    OrganisationKind.PARK: Words("园区", "park"), OrganisationKind.UNIT: Words("用能单位", "energy-using unit"), OrganisationKind.AGENCY: Words("部门", "agency"),
}  # fmt: skip
_ORDER = tuple(KIND_WORDS)


class NotMovable(Refusal):
    """Jurisdictions and agencies come with the city pack (不在此变更)."""

    def __init__(self, node: Node) -> None:
        super().__init__(
            thing=Words("组织", "organisation"), value=node.code, rule=Words("县区和部门随城市包变更", "jurisdictions and agencies change with the city pack"),
            remedy=Words("修改城市包", "change the city pack"),
        )  # fmt: skip


class NoReason(Refusal):
    """A change of an organisation is an official act and says why (未写理由)."""

    def __init__(self) -> None:
        super().__init__(
            thing=Words("理由", "reason"), value="", rule=Words("机构变更必须写明理由", "a change of an organisation needs a reason"),
            remedy=Words("写明依据，如批文、迁址公告", "say on what it rests, such as a decision or a notice of removal"),
        )  # fmt: skip


class NothingChanged(Refusal):
    """What is asked for holds already (没有变更)."""

    def __init__(self, node: Node) -> None:
        super().__init__(
            thing=Words("机构变更", "change of an organisation"), value=node.name.zh, rule=Words("与现有情况相同，没有要变更的", "says what holds already"),
            remedy=Words("改了内容再提交", "change something first"),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Version:
    """What held of an organisation for some days (沿革): `until` is the last of them, None while it still holds."""

    valid_from: date
    until: date | None
    name: Words
    parent: str
    parent_name: Words
    park: str
    park_name: Words
    is_closed: bool
    reason: str
    link: int | None
    trade: Words | None = None

    def held_on(self, day: date) -> bool:
        """Tell whether it held on a day."""
        return self.valid_from <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Branch:
    """An organisation with what belongs to it (组织树的一支)."""

    node: Node
    kind: Words
    below: tuple["Branch", ...]
    count: int


@dataclass(frozen=True, slots=True)
class TreePage:
    """The organisations of a day (组织树), or those that a search finds."""

    day: date
    asked: str
    root: Branch | None
    found: Slice[Node]
    counts: tuple[tuple[Words, int], ...]
    names: dict[str, Words]


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """One organisation from its beginning (沿革), and what a person may change of it."""

    code: str
    name: Words
    kind: OrganisationKind
    node: Node | None
    history: tuple[Version, ...]
    may_rename: bool
    may_change: bool
    parents: tuple[Node, ...]
    parks: tuple[Node, ...]
    trades: Mapping[str, Words]
    trade: str
    tags: Mapping[str, Words]
    pending: tuple[Due, ...]


def tree_page(*, day: date | None = None, asked: str = "", number: int = 1) -> TreePage:
    """Return the organisations as they are on a day, or those whose code, name or tag holds every word asked for (组织树)."""
    held = day or clock.today()
    tree = tree_on(held)
    words = asked.lower().split()
    names = {node.code: node.name for node in tree}
    found = tuple(sorted((node for node in tree if _is_found(node, words)), key=lambda node: (_ORDER.index(node.kind), node.code))) if words else ()
    counts = tuple((told, len(tree.of_kind(kind))) for kind, told in KIND_WORDS.items() if kind is not OrganisationKind.CITY)
    cities = tree.of_kind(OrganisationKind.CITY)
    return TreePage(held, asked, _branch(tree, cities[0]) if cities and not words else None, slice_of(found, number), counts, names)


def _is_found(node: Node, words: Iterable[str]) -> bool:
    told = " ".join((node.code, *node.name, node.credit_code, *node.tags)).lower()
    return all(word in told for word in words)


def _branch(tree: Tree, node: Node) -> Branch:
    """A tenant stands under its jurisdiction; the park is told beside it."""
    below = [one for one in tree.below(node.code) if one.parent == node.code]
    below.sort(key=lambda one: (_ORDER.index(one.kind), one.code))
    branches = tuple(_branch(tree, one) for one in below)
    return Branch(node, KIND_WORDS[node.kind], branches, sum(one.count + 1 for one in branches))


def history_of(code: str) -> tuple[Version, ...]:
    """Return what held of an organisation, the oldest first (沿革).

    Where two versions begin on one day the later act counts, and the earlier never held.
    """
    rows = list(OrganisationVersion.objects.filter(organisation__code=code).order_by("valid_from", "id"))
    if not rows:
        return ()
    called = _names({key for row in rows for key in (row.parent_id, row.park_id) if key})
    held = [row for row, following in zip(rows, [*rows[1:], None], strict=True) if following is None or following.valid_from > row.valid_from]
    return tuple(
        Version(
            row.valid_from, following.valid_from - timedelta(days=1) if following else None, Words(row.name_zh, row.name_en or row.name_zh),
            *called.get(row.parent_id, ("", Words("", ""))), *called.get(row.park_id, ("", Words("", ""))), row.is_closed, row.reason, row.link,
            trade_name(trade_code(row.tags), row.valid_from),
        )
        for row, following in zip(held, [*held[1:], None], strict=True)
    )  # fmt: skip


def _names(keys: set[int]) -> dict[int | None, tuple[str, Words]]:
    rows = OrganisationVersion.objects.filter(organisation_id__in=keys).select_related("organisation").order_by("valid_from", "id")
    return {row.organisation_id: (row.organisation.code, Words(row.name_zh, row.name_en or row.name_zh)) for row in rows}


def seen_place(code: str, who: Member, *, kind: OrganisationKind, day: date) -> Node:
    """Return an organisation that a person may read, as it is on a day or, once closed, as it last was (可见组织).

    Raises
    ------
    UnknownOrganisation
        If none of this kind has the code.
    NotPermitted
        If the person may not read its figures.
    """
    tree = tree_on(day)
    if code not in tree:
        history = history_of(code)
        last = max((one.until for one in history if not one.is_closed and one.until), default=None)
        tree = tree_on(last) if last is not None and last < day else tree
    node = tree.find(code)
    if node.kind is not kind:
        raise UnknownOrganisation(code)
    if not who.sees(code, tree):
        raise NotPermitted(Permission.FIGURES_READ, code)
    return node


def history_page(*, code: str, who: Member) -> HistoryPage:
    """Return an organisation from its beginning, with what the person may change of it and, to who may see it, what it has pending (沿革).

    Raises
    ------
    UnknownOrganisation
        If it was never registered.
    """
    row = OrganisationVersion.objects.filter(organisation__code=code).select_related("organisation").order_by("-valid_from", "-id").first()
    if row is None:
        raise UnknownOrganisation(code)
    tree = tree_on(clock.today())
    kind = OrganisationKind[row.organisation.kind]
    may_rename = kind in _MOVABLE and code in tree and bool(who.posts_over(Permission.WINDOW_MANAGE, code, tree))
    may = may_rename and bool(offices_of(who, tree))
    return HistoryPage(
        code=code, name=Words(row.name_zh, row.name_en or row.name_zh), kind=kind, node=tree.get(code), history=history_of(code), may_rename=may_rename, may_change=may,
        parents=tree.of_kind(OrganisationKind.COUNTY, OrganisationKind.ZONE) if may else (), parks=tree.of_kind(OrganisationKind.PARK) if may else (),
        trades=trades_on(clock.today()) if may and kind is OrganisationKind.UNIT else {}, trade=trade_code(row.tags), tags=TAG_WORDS if may and kind is OrganisationKind.UNIT else {},
        pending=pending_of(code) if kind in _MOVABLE and _is_seen(code, who) else (),
    )  # fmt: skip


def pending_of(code: str) -> tuple[Due, ...]:
    """Return the returns of an organisation that are owed or not locked yet (未办结报表), also of one that has closed."""
    node = _last_node(code)
    due = returns_due([node]) if node else ()
    return tuple(one for one in due if one.state is not ReturnState.LOCKED and not one.is_waived)


def _last_node(code: str) -> Node | None:
    tree = _last_tree(code)
    return tree.get(code) if tree else None


def _last_tree(code: str) -> Tree | None:
    """The organisations of today, or of the last day on which it was there."""
    today = tree_on(clock.today())
    if code in today:
        return today
    last = max((one.until for one in history_of(code) if not one.is_closed and one.until), default=None)
    return tree_on(last) if last else None


def _is_seen(code: str, who: Member) -> bool:
    tree = _last_tree(code)
    return tree is not None and who.sees(code, tree)


def offices_of(who: Member, tree: Tree) -> list[str]:
    """Return the city agencies in whose name a person may change organisations (办理部门)."""
    return [post.organisation for post in who.posts_over(Permission.WINDOW_MANAGE, tree.city.code, tree) if post.kind is OrganisationKind.AGENCY]


def change(
    *, code: str, name_zh: str, name_en: str, parent: str, park: str, is_closed: bool, valid_from: date, who: Member, reason: str, trade: str | None = None,
    tags: Set[str] | None = None,
) -> int:
    """Move, rename or close a unit or park from a day on, let it join or leave a park, be of another trade or of other kinds (机构变更); returns the place of its link.

    Raises
    ------
    NotPermitted
        Unless the person is in charge of it; and, for all but its name, unless that is for an agency of the city: where a unit is
        counted is not for one of two counties to say.
    NoReason, NothingChanged, NotMovable, BadOrganisation, UnknownOrganisation
        If it cannot be.
    """
    tree = tree_on(clock.today())
    node = tree.find(code)
    if node.kind not in _MOVABLE:
        raise NotMovable(node)
    held = tree_on(valid_from).get(code) or node  # what is to hold from then on already may not be what holds today
    is_name_alone = not is_closed and parent in ("", held.parent) and (park or None) == held.park and trade in (None, trade_code(held.tags)) and tags in (None, held.tags & set(TAG_WORDS))
    offices = offices_of(who, tree)
    if not (is_name_alone or offices):
        raise NotPermitted(Permission.WINDOW_MANAGE, code)
    actor = actor_of(who, Permission.WINDOW_MANAGE, code, among=offices)
    if not reason.strip():
        raise NoReason
    facts = facts_told(held, name_zh.strip(), name_en.strip(), parent or held.parent or "", park, is_closed, tree_on(valid_from))
    facts = replace(facts, tags=tags_told(held, trade, tags, valid_from))
    if facts == OrganisationFacts(name=held.name, parent=held.parent, park=held.park, tags=held.tags):
        raise NothingChanged(held)
    return change_organisation(code=code, facts=facts, valid_from=valid_from, actor=actor, reason=reason.strip())


def tags_told(node: Node, trade: str | None, tags: Set[str] | None, day: date) -> frozenset[str]:
    """Return the tags of an organisation with another trade or of other kinds, None where they stay (标签); raise `BadOrganisation`."""
    held = node.tags
    if tags is not None:
        if not tags <= set(TAG_WORDS) or (tags and node.kind is not OrganisationKind.UNIT):
            raise BadOrganisation(node.code, Words("单位类别无法识别", "is of a kind that is unknown"))
        held = (held - set(TAG_WORDS)) | tags
    if trade is None:
        return held
    if trade and (node.kind is not OrganisationKind.UNIT or trade not in trades_on(day)):
        raise BadOrganisation(node.code, Words(f"行业“{trade}”不是 GB/T 4754 的工业大类", f"{trade} is no industrial division of GB/T 4754"))
    return frozenset(tag for tag in held if not tag.startswith(TAG)) | ({TAG + trade} if trade else frozenset())


def facts_told(node: Node, zh: str, en: str, parent: str, park: str, is_closed: bool, tree: Tree) -> OrganisationFacts:
    """Return what is to hold of a unit or park (机构情况); raise `BadOrganisation` where it cannot belong there."""
    if not tree.find(parent).kind.is_jurisdiction:
        raise BadOrganisation(node.code, Words("应隶属于县区或功能区", "must belong to a county or zone"))
    home = tree.jurisdiction_of(park) if park else None
    if park and (node.kind is not OrganisationKind.UNIT or tree.find(park).kind is not OrganisationKind.PARK):
        raise BadOrganisation(node.code, Words("只有单位可以入驻园区", "only a unit can join a park"))
    if park and (home is None or home.code != parent):
        raise BadOrganisation(node.code, Words("园区不在所属县区", "the park lies in another jurisdiction"))
    name = Words(zh or node.name.zh, en or (node.name.en if zh in ("", node.name.zh) else zh))
    return OrganisationFacts(name=name, parent=parent, park=park or None, tags=node.tags, is_closed=is_closed)
