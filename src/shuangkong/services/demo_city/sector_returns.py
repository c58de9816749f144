"""The statistics of fields in the demo city (演示分领域能源统计): counties and the agencies in charge, the last two years, all locked."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal

from shuangkong.indicators.observations import Observation
from shuangkong.kernel.period import Period
from shuangkong.returns.entries import Entry
from shuangkong.returns.form import CellKey, FilerKind, Form
from shuangkong.returns.formula import completed
from shuangkong.returns.states import ReturnState
from shuangkong.services.chain import Actor
from shuangkong.services.demo_city.hands import steps_to
from shuangkong.services.demo_city.staff import Staff, hands_of
from shuangkong.services.deployment import city
from shuangkong.services.filing_forms import form_of
from shuangkong.services.loaded_returns import PastReturn, load_returns
from shuangkong.services.organisations import Tree
from shuangkong.services.return_forms import form_factors
from shuangkong.simulation.organisations import UnitsProfile
from shuangkong.simulation.sector_reports import sector_report

_YEARS = 2
_SUBMITTED = (4, 20)  # month and day of the year after


def load_sector_returns(profile: UnitsProfile, observations: Iterable[Observation], *, staff: Staff, tree: Tree, actor: Actor) -> None:
    """Load the returns on energy by field that follow from each place's total (载入分领域能源统计)."""
    wanted = profile.stated["energy_element"]
    ordered = sorted((one for one in observations if one.element == wanted and one.value is not None), key=lambda one: one.recorded_at)
    totals = {(one.org, str(one.period)): one.value for one in ordered}
    for code in profile.stated["sector_energy"]:
        before: dict[str, Mapping[CellKey, Entry]] = {}
        for year in profile.years[-_YEARS:]:
            form = form_of(code, Period.year(year))
            returns = list(_returns(profile, form, year, totals, staff, tree, before))
            load_returns(form=form, period=str(year), returns=returns, actor=actor)


def _returns(
    profile: UnitsProfile, form: Form, year: int, totals: Mapping[tuple[str, str], Decimal | None], staff: Staff, tree: Tree, before: dict[str, Mapping[CellKey, Entry]]
) -> Iterator[PastReturn]:
    factors = form_factors(form, datetime(year, 1, 1, tzinfo=UTC).date())
    counted = {carrier: factor.figure for carrier, factor in factors.items()}
    of_agency = form.filer is FilerKind.AGENCY
    for place in [city().code] if of_agency else [one for one, period in totals if period == str(year) and one != city().code]:
        total, filer = totals.get((place, str(year))), form.agency if of_agency else place
        if total is None:
            continue
        cells = sector_report(profile, form, place, year=year, total_tce=total, factors=counted)
        before[filer] = completed(form, cells, factors=factors, previous=before.get(filer, {}))
        submitted = datetime(year + 1, *_SUBMITTED, 1, tzinfo=UTC)
        steps = steps_to(ReturnState.LOCKED, hands_of(form, filer, above=None, staff=staff), submitted)
        yield PastReturn(organisation=filer, organisation_id=tree.find(filer).pk, entries=before[filer], steps=steps)
