"""New units and parks (机构登记): entered by an agency of the city, from a day on; jurisdictions and agencies come with the city pack."""

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from datetime import date

from shuangkong.access.roles import Permission
from shuangkong.kernel.language import Words
from shuangkong.services import clock
from shuangkong.services.organisation_changes import KIND_WORDS, NoReason, facts_told, offices_of, tags_told
from shuangkong.services.organisations import BadOrganisation, Node, OrganisationKind, register_organisation, tree_on
from shuangkong.services.people import Member, NotPermitted, actor_of
from shuangkong.services.trades import TAG_WORDS, trades_on
from shuangkong.store.models import Organisation

KINDS = (OrganisationKind.UNIT, OrganisationKind.PARK)
_CODE = re.compile(r"[A-Z][A-Z0-9-]{1,19}")
_CREDIT_CODE = re.compile(r"[0-9A-HJ-NP-RT-UW-Y]{18}")  # GB 32100: no I, O, S, V, Z


@dataclass(frozen=True, slots=True)
class RegisterForm:
    """What can be chosen when an organisation is entered (登记表)."""

    kinds: Mapping[str, Words]
    parents: tuple[Node, ...]
    parks: tuple[Node, ...]
    trades: Mapping[str, Words]
    tags: Mapping[str, Words]


def register_form(*, who: Member) -> RegisterForm | None:
    """Return what a person who may enter organisations can choose, None for who may not (登记表)."""
    tree = tree_on(clock.today())
    if not offices_of(who, tree):
        return None
    parents, parks = tree.of_kind(OrganisationKind.COUNTY, OrganisationKind.ZONE), tree.of_kind(OrganisationKind.PARK)
    return RegisterForm({kind.name: KIND_WORDS[kind] for kind in KINDS}, parents, parks, trades_on(clock.today()), TAG_WORDS)


def register(
    *, code: str, kind: OrganisationKind, name_zh: str, name_en: str, parent: str, park: str, credit_code: str, trade: str, tags: Set[str], valid_from: date, who: Member,
    reason: str,
) -> int:  # fmt: skip
    """Enter a unit or a park, from a day on (登记组织); returns the place of its link.

    Raises
    ------
    NotPermitted
        Unless the person acts for an agency of the city.
    NoReason, BadOrganisation, UnknownOrganisation
        If it cannot be.
    """
    tree, today = tree_on(valid_from), tree_on(clock.today())
    offices = offices_of(who, today)
    if not offices:
        raise NotPermitted(Permission.WINDOW_MANAGE)
    actor = actor_of(who, Permission.WINDOW_MANAGE, today.city.code, among=offices)
    if not reason.strip():
        raise NoReason
    told = code.strip().upper()
    _require_sound(told, kind, name_zh.strip(), credit_code)
    new = Node(0, told, kind, Words(name_zh.strip(), name_en.strip() or name_zh.strip()), parent, park or None, frozenset(), credit_code, who.is_simulated)
    facts = facts_told(new, *new.name, parent, park, False, tree)
    facts = replace(facts, tags=tags_told(new, trade, tags, valid_from))
    return register_organisation(
        code=told, kind=kind, facts=facts, valid_from=valid_from, actor=actor, reason=reason.strip(), credit_code=credit_code, is_simulated=who.is_simulated
    )


def _require_sound(code: str, kind: OrganisationKind, name: str, credit_code: str) -> None:
    if kind not in KINDS:
        raise BadOrganisation(code, Words("县区和部门随城市包登记", "jurisdictions and agencies come with the city pack"))
    if not _CODE.fullmatch(code):
        raise BadOrganisation(code, Words("代码应为 2 至 20 位大写字母、数字或连字符，以字母开头", "a code is 2 to 20 capitals, digits or hyphens, a letter first"))
    if not name:
        raise BadOrganisation(code, Words("没有名称", "has no name"))
    if credit_code and not _CREDIT_CODE.fullmatch(credit_code):
        raise BadOrganisation(code, Words("统一社会信用代码应为 18 位数字和大写字母", "a unified social credit code has 18 digits and capitals"))
    if credit_code and Organisation.objects.filter(credit_code=credit_code).exists():
        raise BadOrganisation(code, Words("统一社会信用代码已登记", "the unified social credit code is registered already"))
