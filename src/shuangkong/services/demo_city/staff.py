"""The people of the demo city (演示人员): one per post at every level; none of them exists."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from shuangkong.access.roles import Role
from shuangkong.returns.form import FilerKind, Form
from shuangkong.services.chain import Actor
from shuangkong.services.deployment import city
from shuangkong.services.filing_forms import forms
from shuangkong.services.organisations import OrganisationKind, Tree
from shuangkong.services.people import appoint, register_person
from shuangkong.simulation.organisations import UnitsProfile

BEGIN = date(2020, 1, 1)
STATISTICS, REFORM, ECOLOGY = "statistics", "development_reform", "ecology_environment"
_GIVEN = "建国志强秀英海燕明远春梅文静国栋晓东玉兰永胜雪梅大伟俊杰红霞"
_DESKS = ((Role.REPORTER, "reporter"), (Role.REVIEWER, "reviewer"), (Role.APPROVER, "approver"))


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """One post of the demo (演示岗位): who signs in for it."""

    sign_in_name: str
    full_name: str
    role: Role
    organisation: str
    since: date = BEGIN
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Hand:
    """Somebody who did something to a return (经手人)."""

    person_id: int
    name: str
    role: Role
    organisation: str


Staff = dict[tuple[Role, str], Hand]


def demo_people() -> tuple[DemoPerson, ...]:
    """Return one person per role, and the reporters and reviewers of a county and a unit (演示人员)."""
    code = city().code
    told = [
        ("unit-reporter", "企业填报员（模拟）", Role.REPORTER, "U001"), ("county-reviewer", "县审核员（模拟）", Role.REVIEWER, "411721"),
        ("county-approver", "县核定人（模拟）", Role.APPROVER, "411721"), ("county-reporter", "县填报员（模拟）", Role.REPORTER, "411721"),
        ("county-head", "县第一责任人（模拟）", Role.FIRST_RESPONSIBLE, "411721"), ("city-reviewer", "市审核员（模拟）", Role.REVIEWER, STATISTICS),
        ("city-approver", "市核定人（模拟）", Role.APPROVER, STATISTICS), ("verifier", "核查员（模拟）", Role.VERIFIER, ECOLOGY),
        ("lead-agency", "牵头部门经办（模拟）", Role.LEAD_AGENCY, REFORM), ("supporting-agency", "配合部门经办（模拟）", Role.SUPPORTING_AGENCY, "transport"),
        ("assessor", "考核员（模拟）", Role.ASSESSOR, REFORM), ("government", "市政府（模拟）", Role.GOVERNMENT, code),
        ("recipient", "市委组织部接收人（模拟）", Role.RECIPIENT, code), ("auditor", "审计员（模拟）", Role.AUDITOR, code),
        ("system-admin", "系统管理员（模拟）", Role.SYSTEM_ADMINISTRATOR, code), ("security-admin", "安全管理员（模拟）", Role.SECURITY_ADMINISTRATOR, code),
        ("audit-admin", "审计管理员（模拟）", Role.AUDIT_ADMINISTRATOR, code),
    ]  # fmt: skip
    return tuple(DemoPerson(*one) for one in told)


def all_people(tree: Tree, profile: UnitsProfile | None) -> Iterator[DemoPerson]:
    """Yield everybody, those with a sign-in link first (全部演示人员)."""
    named = [one for one in demo_people() if one.organisation in tree]
    yield from named
    held = {(one.role, one.organisation) for one in named}
    for organisation, role, title in _posts(tree):
        if (role, organisation) not in held:
            yield DemoPerson(f"{title}-{organisation}", _name(f"{title}-{organisation}", profile), role, organisation)
    heads: Mapping[str, Any] = profile.stated["heads"] if profile else {"since": BEGIN, "changed": {}}
    for node in (node for node in tree if node.kind.is_jurisdiction):
        if (Role.FIRST_RESPONSIBLE, node.code) in held:
            continue
        changed = heads["changed"].get(node.code)
        if changed:
            yield DemoPerson(f"former-head-{node.code}", _name(f"former-{node.code}", profile), Role.FIRST_RESPONSIBLE, node.code, heads["since"], changed)
        yield DemoPerson(f"head-{node.code}", _name(f"head-{node.code}", profile), Role.FIRST_RESPONSIBLE, node.code, changed or heads["since"])


def _posts(tree: Tree) -> Iterator[tuple[str, Role, str]]:
    owners = {form.agency for form in forms().values()}
    for node in sorted(tree, key=lambda node: (node.kind.name, node.code)):
        if node.kind.is_jurisdiction or node.code in owners:
            yield from ((node.code, role, title) for role, title in _DESKS)
        elif node.kind in (OrganisationKind.UNIT, OrganisationKind.PARK):
            yield node.code, Role.REPORTER, "reporter"
        elif node.kind is OrganisationKind.AGENCY:
            yield node.code, Role.SUPPORTING_AGENCY, "officer"


def _name(seed: str, profile: UnitsProfile | None) -> str:
    """A name made of common parts, marked: nobody is meant."""
    if profile is None:
        return f"{seed}（模拟）"
    draw = profile.random(f"name {seed}")
    return f"{draw.choice(profile.stated['surnames'])}{draw.choice(_GIVEN)}{draw.choice(_GIVEN)}（模拟）"


def load_staff(people: Iterator[DemoPerson], actor: Actor) -> Staff:
    """Register people and appoint them (载入人员); returns who holds which post."""
    staff: Staff = {}
    for one in people:
        key = register_person(sign_in_name=one.sign_in_name, full_name=one.full_name, is_simulated=True)
        appoint(person_id=key, role=one.role, organisation=one.organisation, valid_from=one.since, valid_to=one.until, actor=actor, reason="演示任职")
        staff[one.role, one.organisation] = Hand(key, one.full_name, one.role, one.organisation)
    return staff


def hands_of(form: Form, organisation: str, *, above: str | None, staff: Staff) -> tuple[Hand, Hand, Hand, Hand]:
    """Return who submits, reviews, approves and locks a return (经手人): a unit's go through its county, all others through the agency."""
    desk = above if above is not None and form.filer in (FilerKind.UNIT, FilerKind.PARK) else form.agency
    return (
        staff[Role.REPORTER, organisation], staff[Role.REVIEWER, desk], staff[Role.APPROVER, desk], staff[Role.APPROVER, form.agency],
    )  # fmt: skip
