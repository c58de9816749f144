"""The demo city in the database: organisations, one person per post, windows, the pack's observations; all of it marked 模拟."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from django.db import transaction

from shuangkong.access.roles import Role
from shuangkong.evidence.act import ActKind
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period
from shuangkong.plan.organisations import JurisdictionKind
from shuangkong.services import clock
from shuangkong.services.chain import Actor, seal, system_actor
from shuangkong.services.deployment import catalogue, city
from shuangkong.services.filing_forms import forms
from shuangkong.services.indicators import load_observations, observation_tables
from shuangkong.services.organisations import OrganisationFacts, OrganisationKind, register_organisation
from shuangkong.services.people import appoint, register_person
from shuangkong.services.signing_in import one_time_token
from shuangkong.services.windows import set_window, usual_window
from shuangkong.store.models import ObservationRow, Organisation

_BEGIN = date(2020, 1, 1)
_KINDS = {
    JurisdictionKind.CITY: OrganisationKind.CITY, JurisdictionKind.DISTRICT: OrganisationKind.COUNTY, JurisdictionKind.COUNTY: OrganisationKind.COUNTY,
    JurisdictionKind.FUNCTIONAL_ZONE: OrganisationKind.ZONE,
}  # fmt: skip
STATISTICS, REFORM, ECOLOGY = "statistics", "development_reform", "ecology_environment"


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """One post of the demo (演示岗位): who signs in for it."""

    sign_in_name: str
    full_name: str
    role: Role
    organisation: str


def load_organisations() -> None:
    """Register the jurisdictions and agencies of the pack (载入组织)."""
    pack, actor = city(), system_actor(city().code)
    with transaction.atomic():
        for one in sorted(pack.jurisdictions, key=lambda one: (one.kind is not JurisdictionKind.CITY, one.code)):
            if one.kind in _KINDS:
                facts = OrganisationFacts(name=one.name, parent=one.parent)
                register_organisation(code=one.code, kind=_KINDS[one.kind], facts=facts, valid_from=one.valid_from or _BEGIN, actor=actor, reason="载入城市包")
        for agency in pack.agencies:
            facts = OrganisationFacts(name=agency.name, parent=pack.code)
            register_organisation(code=agency.code, kind=OrganisationKind.AGENCY, facts=facts, valid_from=_BEGIN, actor=actor, reason="载入城市包")


def load_pack_observations(folder: Path) -> int:
    """Load the observation tables of a folder, each sealed as one act (载入观测值); returns how many rows."""
    actor, count = system_actor(city().code), 0
    for table in observation_tables(folder):
        store, _ = load_observations([table], catalogue(), city().jurisdictions)
        with transaction.atomic():
            sealed = seal(kind=ActKind.LOADING, subject=f"data/{table.name}", content=table.read_bytes(), actor=actor, reason="载入城市包数据", is_simulated="simulated" in table.name)
            rows = [
                ObservationRow(
                    element=one.element, org=one.org, period=str(one.period), value=one.value, unit=str(one.unit), grade=one.grade.name, source=one.source,
                    reported_by=one.reported_by, approved_by=one.approved_by, recorded_at=one.recorded_at, note=one.note, link=sealed.link,
                )
                for one in store
            ]  # fmt: skip
            ObservationRow.objects.bulk_create(rows, batch_size=1000)
            count += len(rows)
    return count


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


def load_people(actor: Actor) -> dict[str, int]:
    """Register the people of the demo and appoint them (载入人员); returns their keys by sign-in name."""
    keys = {}
    for one in demo_people():
        keys[one.sign_in_name] = register_person(sign_in_name=one.sign_in_name, full_name=one.full_name, is_simulated=True)
        appoint(person_id=keys[one.sign_in_name], role=one.role, organisation=one.organisation, valid_from=_BEGIN, actor=actor, reason="演示任职")
    return keys


def load_windows(actor: Actor, year: int) -> None:
    """Open the windows of the year before and of its quarters (开放填报期)."""
    for form in forms().values():
        period = Period.year(year - 1)
        usual = usual_window(form, period)
        set_window(form=form, period=period, opens_on=usual.opens_on, due_on=max(usual.due_on, clock.today() + timedelta(days=30)), closes_on=None, actor=actor, reason="演示填报期")


def load_demo_city() -> dict[str, int]:
    """Fill an empty database with the demo city (载入演示城市); returns the people's keys by sign-in name, nothing where it is filled already."""
    if Organisation.objects.exists():
        return {}
    actor = system_actor(city().code)
    with transaction.atomic():
        seal(kind=ActKind.CHAIN_OPENING, subject=f"city/{city().code}", content={"city": city().code, "plan": city().plan.id}, actor=actor, is_simulated=True)
    load_organisations()
    load_pack_observations(city().folder / "data")
    facts = OrganisationFacts(name=Words("模拟水泥厂001", "Simulated cement works 001"), parent="411721", tags=frozenset({"industrial", "above_scale", "key_energy_user"}))
    register_organisation(code="U001", kind=OrganisationKind.UNIT, facts=facts, valid_from=_BEGIN, actor=actor, reason="演示单位", is_simulated=True)
    keys = load_people(actor)
    load_windows(actor, clock.today().year)
    return keys


def sign_in_links(origin: str) -> list[tuple[DemoPerson, str]]:
    """Return a fresh one-time link per demo person (一次性登录链接)."""
    from shuangkong.store.models import Person

    keys = dict(Person.objects.filter(is_simulated=True).values_list("sign_in_name", "pk"))
    return [
        (one, f"{origin}/sign-in/{one_time_token(person_id=keys[one.sign_in_name], purpose='sign-in', lasts=timedelta(hours=12))}")
        for one in demo_people() if one.sign_in_name in keys
    ]  # fmt: skip
