"""Units and parks of the demo city (演示单位): registered with what happened to them, and six years of their returns."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from shuangkong.indicators.observations import Observation
from shuangkong.kernel.period import Period
from shuangkong.returns.entries import Entry
from shuangkong.returns.form import CellKey
from shuangkong.returns.formula import CoalFactor, completed
from shuangkong.returns.states import ReturnState
from shuangkong.services.chain import Actor
from shuangkong.services.demo_city.hands import steps_to
from shuangkong.services.demo_city.staff import BEGIN, Staff, hands_of
from shuangkong.services.filing_forms import form_of, forms
from shuangkong.services.loaded_returns import PastFile, PastReturn, load_returns
from shuangkong.services.organisations import (
    OrganisationFacts,
    OrganisationKind,
    change_organisation,
    register_organisation,
)
from shuangkong.services.return_forms import form_factors
from shuangkong.simulation.key_unit_reports import STAMPED_PAGE, key_unit_report
from shuangkong.simulation.organisations import SimulatedUnit, UnitsProfile, simulated_parks, simulated_units
from shuangkong.simulation.pollution_reports import sewage_report, source_report
from shuangkong.simulation.unit_reports import (
    UnitYear,
    YearReports,
    bent,
    industrial_reports,
    institution_report,
    unit_years,
)

CONSUMPTION, TRANSFORMATION, INSTITUTION, KEY_REPORT = "205-1", "205-2", "institution-energy", "key-unit-report"
SOURCE, SEWAGE = "pollution-industrial", "pollution-central"
SHOWN_UNIT, SHOWN_PLACE = "U001", "411721"
# Where the returns of the last year stand, by the last digits of the unit; all others are locked.
_LIFE = {
    5: ReturnState.DRAFT, 8: ReturnState.SUBMITTED, 11: ReturnState.ACCEPTED, 14: ReturnState.REVIEWED, 16: ReturnState.SENT_BACK, 18: ReturnState.APPROVED,
}  # fmt: skip
_NOT_BEGUN, _CYCLE = 2, 20
_BENT_STATES = {"spike": ReturnState.SUBMITTED, "copied": ReturnState.ACCEPTED, "slip": ReturnState.DRAFT}  # a slip of unit is stopped before it is submitted
_KEY_REPORT_YEARS = 2
_POLLUTION_YEARS = 2
_Batches = dict[tuple[str, str], list[PastReturn]]


@dataclass
class UnitCity:
    """The simulated units with all that their returns are made from (模拟单位全貌)."""

    profile: UnitsProfile
    units: tuple[SimulatedUnit, ...]
    years: Mapping[tuple[str, int], UnitYear]
    bent: Mapping[str, str]
    factors: dict[tuple[str, int], Mapping[str, CoalFactor]] = field(default_factory=dict)

    def factors_of(self, code: str, year: int) -> Mapping[str, CoalFactor]:
        """Return the coefficients of a form for a year."""
        if (code, year) not in self.factors:
            self.factors[code, year] = form_factors(forms()[code], date(year, 1, 1))
        return self.factors[code, year]

    def is_key_user(self, unit: SimulatedUnit) -> bool:
        """Whether it used enough in the first year to be a key energy user."""
        first = self.years.get((unit.code, self.profile.years[0]))
        return first is not None and first.energy_tce >= Decimal(self.profile.stated["key_user_tce"])


def unit_city(profile: UnitsProfile, observations: Iterable[Observation], *, fraud_seed: int | None) -> UnitCity:
    """Return the units whose returns add up to their share of what the places report (模拟单位)."""
    wanted: dict[str, dict[tuple[str, int], Decimal]] = {profile.stated["energy_element"]: {}, profile.stated["value_added_element"]: {}}
    for one in sorted(observations, key=lambda one: one.recorded_at):
        if one.element in wanted and one.value is not None and len(str(one.period)) == 4:
            wanted[one.element][one.org, int(str(one.period))] = one.value
    energy, value_added = wanted.values()
    units = simulated_units(profile)
    seed = profile.stated["fraud_seed"] if fraud_seed is None else fraud_seed
    return UnitCity(profile, units, unit_years(profile, units, energy=energy, value_added=value_added), bent(profile, units, seed=seed, near=SHOWN_PLACE))


def register_units(shown: UnitCity, actor: Actor) -> None:
    """Register parks and units, and what happened to them since (登记园区和单位)."""
    for park in simulated_parks(shown.profile):
        facts = OrganisationFacts(name=park.name, parent=park.place)
        register_organisation(code=park.code, kind=OrganisationKind.PARK, facts=facts, valid_from=BEGIN, actor=actor, reason="演示园区", is_simulated=True)
    for unit in shown.units:
        tags = unit.tags | ({"key_energy_user"} if shown.is_key_user(unit) else set())
        facts = OrganisationFacts(name=unit.name, parent=unit.place, park=unit.park, tags=tags)
        register_organisation(
            code=unit.code, kind=OrganisationKind.UNIT, facts=facts, valid_from=BEGIN, actor=actor, reason="演示单位", credit_code=unit.credit_code, is_simulated=True
        )
        for change in unit.changes:
            then = OrganisationFacts(name=unit.name, parent=change.place, park=change.park, tags=tags, is_closed=change.is_closed)
            change_organisation(code=unit.code, facts=then, valid_from=change.on, actor=actor, reason=change.reason)


def load_unit_returns(shown: UnitCity, *, staff: Staff, keys: Mapping[str, int], actor: Actor) -> list[int]:
    """Load the returns of all units for all years, one sealed batch a form and year (载入单位历年报表).

    Returns
    -------
    list of int
        Filings of the last year that wait for somebody, for the checks to look at.
    """
    batches: _Batches = defaultdict(list)
    for unit in shown.units:
        for code, year, one in _returns_of(shown, unit, staff, keys):
            batches[code, str(year)].append(one)
    waiting = []
    for (code, period), returns in sorted(batches.items()):
        made = load_returns(form=form_of(code, Period.parse(period)), period=period, returns=returns, actor=actor)
        waiting += [made[one.organisation, one.round] for one in returns if one.steps and one.state is not ReturnState.LOCKED]
    return waiting


def _returns_of(shown: UnitCity, unit: SimulatedUnit, staff: Staff, keys: Mapping[str, int]) -> Iterator[tuple[str, int, PastReturn]]:
    made: YearReports | None = None
    before: dict[str, Mapping[CellKey, Entry]] = {}
    years = shown.profile.years
    for year in years:
        place = unit.place_in(year)
        if place is None:
            return
        typed: dict[str, Mapping[CellKey, Entry]] = {}
        if unit.is_industrial:
            amount = shown.years[unit.code, year]
            figures = {carrier: factor.figure for carrier, factor in shown.factors_of(CONSUMPTION, year).items()}
            made = industrial_reports(shown.profile, unit, year, amount, factors=figures, before=made, fraud=shown.bent.get(unit.code, ""))
            typed[CONSUMPTION] = made.consumption
            if made.transformation:
                typed[TRANSFORMATION] = made.transformation
            if shown.is_key_user(unit) and years[-1] - _KEY_REPORT_YEARS <= year < years[-1]:
                typed[KEY_REPORT] = key_unit_report(shown.profile, unit, year, made, amount)
            if year > years[-1] - _POLLUTION_YEARS and "pollution_source" in unit.tags:
                typed[SOURCE] = source_report(shown.profile, unit, year, made)
        elif unit.kind == "institution":
            typed[INSTITUTION] = institution_report(shown.profile, unit, year)
        elif year > years[-1] - _POLLUTION_YEARS and "central_facility" in unit.tags:
            typed[SEWAGE] = sewage_report(shown.profile, unit, year)
        state = _state(shown, unit, year)
        for code, cells in typed.items():
            whole = completed(forms()[code], cells, factors=shown.factors_of(code, year), previous=before.get(code, {}))
            before[code] = whole
            if state is not None:
                yield code, year, _past(shown, unit, code, year, cells, whole, ReturnState.LOCKED if code in (SOURCE, SEWAGE) else state, staff, keys[unit.code], place)


def _past(
    shown: UnitCity, unit: SimulatedUnit, code: str, year: int, cells: Mapping[CellKey, Entry], whole: Mapping[CellKey, Entry], state: ReturnState,
    staff: Staff, key: int, place: str,
) -> PastReturn:  # fmt: skip
    form = forms()[code]
    hands = hands_of(form, unit.code, above=place, staff=staff)
    draw = shown.profile.random(f"day {unit.code} {code} {year}")
    submitted = datetime(year + 1, 2, 8, 1, tzinfo=UTC) + timedelta(days=draw.randint(0, 24), minutes=draw.randint(0, 480))
    files = (PastFile(f"{unit.name.zh}{year}年盖章页.pdf", "application/pdf", STAMPED_PAGE, hands[0].person_id),) if form.needs_attachment else ()
    return PastReturn(
        organisation=unit.code, organisation_id=key, entries=whole, steps=steps_to(state, hands, submitted), typed=None if state is ReturnState.LOCKED else cells,
        files=files, opened_at=submitted - timedelta(days=2),
    )  # fmt: skip


def _state(shown: UnitCity, unit: SimulatedUnit, year: int) -> ReturnState | None:
    """Where the return stands: all years but the last are locked; None: not begun."""
    if year != shown.profile.years[-1]:
        return ReturnState.LOCKED
    if unit.code in shown.bent:
        return _BENT_STATES[shown.bent[unit.code]]
    number = int(unit.code[1:]) % _CYCLE
    if number == _NOT_BEGUN or unit.code == SHOWN_UNIT:
        return None
    return _LIFE.get(number, ReturnState.LOCKED)
