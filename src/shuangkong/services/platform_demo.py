"""The demo city in the database (演示城市): the pack's organisations and data, 300 units, people at every level, six years of returns; all 模拟.

Everything is loaded in one transaction: a start that is killed leaves nothing behind, and a second start loads nothing.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

from django.db import connection, transaction

from shuangkong.evidence.act import ActKind
from shuangkong.indicators.observations import Observation
from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Grain, Period
from shuangkong.plan.organisations import JurisdictionKind
from shuangkong.services import clock
from shuangkong.services.chain import Actor, links, open_chain, seal, system_actor
from shuangkong.services.demo_city.findings import load_findings
from shuangkong.services.demo_city.meters import load_meters
from shuangkong.services.demo_city.monitoring import load_monitoring
from shuangkong.services.demo_city.pack_returns import Version, load_pack_returns, versions_of
from shuangkong.services.demo_city.sector_returns import load_sector_returns
from shuangkong.services.demo_city.staff import BEGIN, DemoPerson, all_people, demo_people, load_staff
from shuangkong.services.demo_city.units import load_unit_returns, register_units, unit_city
from shuangkong.services.demo_city.verdicts import load_verdicts
from shuangkong.services.deployment import catalogue, city
from shuangkong.services.filing_forms import forms
from shuangkong.services.indicators import load_observations, observation_tables
from shuangkong.services.loaded_returns import insert_rows
from shuangkong.services.organisations import OrganisationFacts, OrganisationKind, register_organisation, tree_on
from shuangkong.services.signing_in import one_time_token
from shuangkong.services.windows import set_window, usual_window
from shuangkong.simulation.organisations import read_units_profile
from shuangkong.store.models import ObservationRow, Organisation, Person

_KINDS = {
    JurisdictionKind.CITY: OrganisationKind.CITY, JurisdictionKind.DISTRICT: OrganisationKind.COUNTY, JurisdictionKind.COUNTY: OrganisationKind.COUNTY,
    JurisdictionKind.FUNCTIONAL_ZONE: OrganisationKind.ZONE,
}  # fmt: skip
_DAYS_TO_FILE = timedelta(days=30)


class NotADemoDatabase(Refusal):
    """The database holds a real city (不是演示数据库); the demo leaves it alone."""

    def __init__(self) -> None:
        super().__init__(
            thing=Words("数据库", "database"), value=connection.settings_dict["NAME"], rule=Words("不是演示数据，不予改动", "holds no demo data and is left alone"),
            remedy=Words("去掉 --demo，或用 --data 指定一个新文件夹", "leave out --demo, or name a new folder with --data"),
        )  # fmt: skip

Told = Callable[[Words], None]


def _silent(words: Words) -> None:
    """Tell nobody."""


def load_organisations() -> None:
    """Register the jurisdictions and agencies of the pack (载入组织)."""
    pack, actor = city(), system_actor(city().code)
    with transaction.atomic():
        for one in sorted(pack.jurisdictions, key=lambda one: (one.kind is not JurisdictionKind.CITY, one.code)):
            if one.kind in _KINDS:
                facts = OrganisationFacts(name=one.name, parent=one.parent)
                register_organisation(code=one.code, kind=_KINDS[one.kind], facts=facts, valid_from=one.valid_from or BEGIN, actor=actor, reason="载入城市包")
        for agency in pack.agencies:
            facts = OrganisationFacts(name=agency.name, parent=pack.code)
            register_organisation(code=agency.code, kind=OrganisationKind.AGENCY, facts=facts, valid_from=BEGIN, actor=actor, reason="载入城市包")


def load_pack_observations(folder: Path) -> int:
    """Load the observation tables of a folder, each sealed as one act (载入观测值); returns how many rows."""
    return _load_tables(_read_tables(folder), {})


def _load_tables(read: Mapping[Path, list[Observation]], filings: Mapping[Version, int]) -> int:
    """Load tables of observations; `filings` says in which return each version of a figure came, so that its row leads there."""
    actor, count = system_actor(city().code), 0
    number = {id(one): version for version, one in versions_of(one for store in read.values() for one in store)}
    for table, observations in read.items():
        with transaction.atomic():
            sealed = seal(kind=ActKind.LOADING, subject=f"data/{table.name}", content=table.read_bytes(), actor=actor, reason="载入城市包数据", is_simulated="simulated" in table.name)
            count += insert_rows(
                ObservationRow,
                (
                    ObservationRow(
                        element=one.element, org=one.org, period=str(one.period), value=one.value, unit=str(one.unit), grade=one.grade.name, source=one.source,
                        reported_by=one.reported_by, approved_by=one.approved_by, recorded_at=one.recorded_at, note=one.note, link=sealed.link,
                        filing_id=filings.get(number[id(one)]),
                    )
                    for one in observations
                ),
            )  # fmt: skip
    return count


def _read_tables(folder: Path) -> dict[Path, list[Observation]]:
    return {table: list(load_observations([table], catalogue(), city().jurisdictions)[0]) for table in observation_tables(folder)}


def load_windows(actor: Actor, year: int) -> None:
    """Open the windows of a year, of its last quarter, and of those quarters and plans of this year that are due (开放填报期)."""
    today = clock.today()
    quarters = [Period.parse(f"{year}Q4"), *(Period.parse(f"{today.year}Q{number}") for number in range(1, 5))]
    for form in forms().values():
        periods = quarters if form.grain is Grain.QUARTER else [Period.year(year), Period.year(today.year)] if form.grain is Grain.YEAR else _plan_periods()
        for period in dict.fromkeys(periods):
            usual = usual_window(form, period)
            if usual.opens_on <= today:
                due = max(usual.due_on, today + _DAYS_TO_FILE)
                set_window(form=form, period=period, opens_on=usual.opens_on, due_on=due, closes_on=None, actor=actor, reason="演示填报期")


def _plan_periods() -> list[Period]:
    first, last = city().defaults.base_year + 1, max((target.target_year or 0 for target in city().plan.targets), default=0)
    return [Period.years(first, last)] if last > first else []


def load_demo_city(*, fraud_seed: int | None = None, told: Told = _silent) -> dict[str, int]:
    """Fill an empty database with the demo city (载入演示城市); returns the people's keys by sign-in name, nothing where it is filled already.

    Parameters
    ----------
    fraud_seed : int, optional
        Which units invent figures; the profile's own where none is given.
    told : callable, optional
        Hears which step begins.

    Raises
    ------
    NotADemoDatabase
        If the database holds anything else.
    """
    if Organisation.objects.exists():
        _require_demo()
        return {}
    with transaction.atomic():
        return _load(fraud_seed, told)


def _require_demo() -> None:
    first = next(links(), None)
    if first is None or not first.act.marks:
        raise NotADemoDatabase


def _load(fraud_seed: int | None, told: Told) -> dict[str, int]:
    actor, folder = system_actor(city().code), city().folder / "data"
    open_chain(is_simulated=True)
    profile = read_units_profile(folder)
    tables = _read_tables(folder)
    observations = [one for some in tables.values() for one in some]
    told(Words("登记县区、部门、园区和单位", "registering places, agencies, parks and units"))
    load_organisations()
    shown = unit_city(profile, observations, fraud_seed=fraud_seed) if profile else None
    if shown:
        register_units(shown, actor)
    told(Words("登记各级人员", "registering the people of every level"))
    keys = dict(Organisation.objects.values_list("code", "pk"))
    ever = tree_on(BEGIN)
    staff = load_staff(all_people(ever, profile), actor)
    told(Words("载入县区和部门历年报表", "loading the returns of places and agencies"))
    carried = load_pack_returns(observations, staff=staff, tree=ever, actor=actor)
    _load_tables(tables, carried.filings)
    if profile:
        load_sector_returns(profile, observations, staff=staff, tree=ever, actor=actor)
    last_year = profile.years[-1] if profile else clock.today().year - 1
    load_windows(actor, last_year)
    load_verdicts(staff, year=last_year)
    if shown:
        told(Words("载入单位历年报表", "loading the returns of units"))
        waiting = load_unit_returns(shown, staff=staff, keys=keys, actor=actor)
        told(Words("核查待办报表", "checking the returns that wait"))
        load_findings(waiting, first=shown.bent)
        told(Words("登记监测点、限值和设备", "registering points, limits and devices of monitoring"))
        load_monitoring(shown, staff=staff, tree=tree_on(clock.today()), actor=actor)
        load_meters(shown, actor=actor)
    return dict(Person.objects.values_list("sign_in_name", "pk"))


def sign_in_links(origin: str) -> list[tuple[DemoPerson, str]]:
    """Return a fresh one-time link per demo person (一次性登录链接)."""
    keys = dict(Person.objects.filter(is_simulated=True).values_list("sign_in_name", "pk"))
    return [
        (one, f"{origin}/sign-in/{one_time_token(person_id=keys[one.sign_in_name], purpose='sign-in', lasts=timedelta(hours=12))}")
        for one in demo_people() if one.sign_in_name in keys
    ]  # fmt: skip
