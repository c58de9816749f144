"""Changes of organisations as people make them: who may, of what, with what it was before (机构变更)."""

from dataclasses import dataclass
from datetime import date

from shuangkong.access.roles import Permission
from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.services import clock
from shuangkong.services.organisations import Node, OrganisationFacts, OrganisationKind, change_organisation, tree_on
from shuangkong.services.people import Member, actor_of
from shuangkong.store.models import OrganisationVersion

_MOVABLE = (OrganisationKind.UNIT, OrganisationKind.PARK)


class NotMovable(Refusal):
    """Jurisdictions and agencies come with the city pack (不在此变更)."""

    def __init__(self, node: Node) -> None:
        super().__init__(
            thing=Words("组织", "organisation"), value=node.code, rule=Words("县区和部门随城市包变更", "jurisdictions and agencies change with the city pack"),
            remedy=Words("修改城市包", "change the city pack"),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Version:
    """What held of an organisation from a day on (沿革)."""

    valid_from: date
    name: str
    parent: str
    park: str
    is_closed: bool
    reason: str
    link: int | None


@dataclass(frozen=True, slots=True)
class Changeable:
    """The organisations a person may change, and one of them opened (可变更组织)."""

    nodes: tuple[Node, ...]
    parents: tuple[Node, ...]
    parks: tuple[Node, ...]
    opened: Node | None
    history: tuple[Version, ...]


def changeable(*, who: Member, code: str = "") -> Changeable:
    """Return what of the city's organisations a person may change (可变更组织)."""
    tree = tree_on(clock.today())
    nodes = tuple(node for node in tree.of_kind(*_MOVABLE) if who.posts_over(Permission.WINDOW_MANAGE, node.code, tree))
    opened = next((node for node in nodes if node.code == code), None)
    history: tuple[Version, ...] = ()
    if opened:
        rows = OrganisationVersion.objects.filter(organisation__code=code).select_related("parent", "park").order_by("-valid_from", "-id")
        history = tuple(
            Version(row.valid_from, row.name_zh, row.parent.code if row.parent else "", row.park.code if row.park else "", row.is_closed, row.reason, row.link)
            for row in rows
        )
    return Changeable(nodes, tree.of_kind(OrganisationKind.COUNTY, OrganisationKind.ZONE), tree.of_kind(OrganisationKind.PARK), opened, history)


def change(
    *, code: str, name_zh: str, name_en: str, parent: str, park: str, is_closed: bool, valid_from: date, who: Member, reason: str
) -> int:
    """Move, rename or close a unit or park from a day on (机构变更); returns the place of its link.

    Raises
    ------
    NotPermitted
        Unless the person is in charge of where it is and of where it goes.
    NotMovable, BadOrganisation, UnknownOrganisation
        If it cannot be.
    """
    tree = tree_on(clock.today())
    node = tree.find(code)
    if node.kind not in _MOVABLE:
        raise NotMovable(node)
    actor = actor_of(who, Permission.WINDOW_MANAGE, code)
    for place in {parent, park} - {"", node.parent, node.park}:
        actor_of(who, Permission.WINDOW_MANAGE, tree.find(place).code)
    zh = name_zh.strip() or node.name.zh
    facts = OrganisationFacts(
        name=Words(zh, name_en.strip() or (node.name.en if zh == node.name.zh else zh)), parent=parent or node.parent, park=park or None, tags=node.tags, is_closed=is_closed
    )
    return change_organisation(code=code, facts=facts, valid_from=valid_from, actor=actor, reason=reason)
