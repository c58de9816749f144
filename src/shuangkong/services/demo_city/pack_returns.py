"""The pack's observations laid out as the returns that carried them (城市包数据对应的报表): a figure on a page leads to its return."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from shuangkong.indicators.observations import Observation
from shuangkong.kernel.period import Grain, Period
from shuangkong.returns.entries import Entry
from shuangkong.returns.form import CellKey, FilerKind, Form
from shuangkong.returns.formula import completed
from shuangkong.returns.states import ReturnState
from shuangkong.services.chain import Actor
from shuangkong.services.demo_city.hands import LOCKED_AFTER, steps_to
from shuangkong.services.demo_city.staff import Staff, hands_of
from shuangkong.services.deployment import city
from shuangkong.services.filing_forms import form_of, forms
from shuangkong.services.loaded_returns import PastReturn, load_returns
from shuangkong.services.organisations import Tree
from shuangkong.services.return_forms import form_factors

REVISED_BECAUSE = "数据修订后重报"


class Version(NamedTuple):
    """One version of one figure (数据版本): which figure, and the how manieth."""

    element: str
    org: str
    period: str
    number: int


class _Return(NamedTuple):
    form: str
    organisation: str
    period: str


@dataclass(frozen=True, slots=True)
class PackReturns:
    """Where each version of the pack's figures stands (数据所在报表): the key of its filing."""

    filings: Mapping[Version, int]


def versions_of(observations: Iterable[Observation]) -> Iterator[tuple[Version, Observation]]:
    """Yield the observations with their number among the versions of their figure, the first heard first (数据版本)."""
    told: dict[tuple[str, str, str], list[Observation]] = defaultdict(list)
    for one in observations:
        told[one.element, one.org, str(one.period)].append(one)
    for key, some in told.items():
        for number, one in enumerate(sorted(some, key=lambda each: each.recorded_at), start=1):
            yield Version(*key, number), one


def load_pack_returns(observations: Iterable[Observation], *, staff: Staff, tree: Tree, actor: Actor) -> PackReturns:
    """Load the returns that carry the pack's observations, a round for each time they were told anew (载入城市包数据的报表).

    Figures that no form asks for have none: they stand on the page that published them.
    """
    carried = _carried(observations)
    filings: dict[Version, int] = {}
    batches: dict[tuple[str, str], list[_Return]] = defaultdict(list)
    for place in carried:
        batches[place.form, place.period].append(place)
    before: dict[tuple[str, str], Mapping[CellKey, Entry]] = {}
    for (code, period), places in sorted(batches.items(), key=lambda pair: (pair[0][0], Period.parse(pair[0][1]).start)):
        form = form_of(code, Period.parse(period))
        returns = [
            one for place in places for one in _rounds(form, place, carried[place], staff, tree, before.get((code, place.organisation), {}))
        ]
        for one in returns:
            before[code, one.organisation] = one.entries
        keys = load_returns(form=form, period=period, returns=returns, actor=actor)
        for place in places:
            filings |= {version: keys[place.organisation, version.number] for version, _ in carried[place]}
    return PackReturns(filings)


def _carried(observations: Iterable[Observation]) -> dict[_Return, list[tuple[Version, Observation]]]:
    asked: dict[tuple[str, FilerKind, Grain], Form] = {}
    for form in forms().values():
        if form.filer in (FilerKind.AGENCY, FilerKind.JURISDICTION):
            asked |= {(element, form.filer, form.grain): form for element in form.by_element if (element, form.filer, form.grain) not in asked}
    of_county = {(*element.split("@"), form.grain): form for form in forms().values() for element in form.by_element if "@" in element}
    found: dict[_Return, list[tuple[Version, Observation]]] = defaultdict(list)
    for version, one in versions_of(observations):
        stated = of_county.get((one.element, one.org, one.period.grain))  # by the city, of a county
        if stated is not None and stated.valid_from <= one.period.start:
            found[_Return(stated.code, stated.agency, str(one.period))].append((version, one))
            continue
        filer = FilerKind.AGENCY if one.org == city().code else FilerKind.JURISDICTION
        carrier = asked.get((one.element, filer, one.period.grain))
        if carrier is not None and carrier.valid_from <= one.period.start:
            organisation = carrier.agency if filer is FilerKind.AGENCY else one.org
            found[_Return(carrier.code, organisation, str(one.period))].append((version, one))
    return found


def _rounds(
    form: Form, place: _Return, told: list[tuple[Version, Observation]], staff: Staff, tree: Tree, before: Mapping[CellKey, Entry]
) -> Iterator[PastReturn]:
    typed: dict[CellKey, Entry] = {}
    factors = form_factors(form, Period.parse(place.period).start)
    hands = hands_of(form, place.organisation, above=None, staff=staff)
    for number in range(1, max(version.number for version, _ in told) + 1):
        now = [one for version, one in told if version.number == number]
        for one in now:
            cell = form.figure(one.element, one.org)
            if cell is not None and not cell.is_computed:
                typed[cell.key] = Entry(number=one.value) if one.value is not None else Entry(is_not_applicable=True)
        locked_at = max(one.recorded_at for one in now)
        statement = REVISED_BECAUSE if number > 1 else ""
        yield PastReturn(
            organisation=place.organisation, organisation_id=tree.find(place.organisation).pk, round=number, makes_figures=False,
            entries=completed(form, typed, factors=factors, previous=before),
            steps=steps_to(ReturnState.LOCKED, hands, locked_at - LOCKED_AFTER, statement=statement),
        )  # fmt: skip
