"""Between levels, and about when."""

from datetime import date, datetime
from typing import Any

import pytest

from check_returns import COAL, ELECTRICITY, OUTPUT, found, months, returned

UNIT_ENERGY = "unit_energy_ytd_kgce_per_t"


@pytest.mark.parametrize(("figure", "expected", "is_odd"), [
    ("300", 3, False), ("301.5", 3, False), ("301.6", 3, True), ("298.4", 3, True),
    ("400", 4, False), ("298.4", 4, True),  # one is still missing: more is possible, less is not
])  # fmt: skip
def test_the_whole_is_the_sum_of_those_below(figure: str, expected: int, is_odd: bool) -> None:
    below = [{"comprehensive_energy_tce": each} for each in (50, 100, 150)]
    dossier = returned({"comprehensive_energy_tce": figure}, children=below, children_expected=expected)
    assert bool(found("C078", dossier)) is is_odd


def test_without_those_below_nothing_is_said() -> None:
    assert found("C078", returned({"comprehensive_energy_tce": 5})) == ()


@pytest.mark.parametrize(("told", "is_odd"), [(19, False), (18, True)])
def test_coverage(told: int, is_odd: bool) -> None:
    below: list[dict[str, Any]] = [{"comprehensive_energy_tce": 1} for _ in range(told)]
    dossier = returned({"comprehensive_energy_tce": told}, children=below, children_expected=20)
    assert bool(found("C081", dossier)) is is_odd


@pytest.mark.parametrize(("growth", "is_odd"), [("6.0", False), ("8.0", False), ("8.1", True), ("5.9", True)])
def test_a_rate_lies_between_those_of_the_parts(growth: str, is_odd: bool) -> None:
    below = [{"gdp_growth_pct": each} for each in ("6.0", "7.5", "8.0")]
    assert bool(found("C082", returned({"gdp_growth_pct": growth}, children=below, children_expected=3))) is is_odd


def test_first_digits_over_the_units_of_a_county() -> None:
    # Benford's law gives 30 % ones; the invented ones begin with 7, 8 or 9 alone.
    natural = [{"comprehensive_energy_tce": str(round(100 * 1.07**number)), ELECTRICITY: str(round(13 * 1.11**number))} for number in range(40)]
    invented = [{"comprehensive_energy_tce": f"{7 + number % 3}12", ELECTRICITY: f"{7 + number % 3}3"} for number in range(40)]
    assert found("C066", returned({"comprehensive_energy_tce": 1, ELECTRICITY: 1}, children=natural, period="2024-12")) == ()
    assert len(found("C066", returned({"comprehensive_energy_tce": 1, ELECTRICITY: 1}, children=invented, period="2024-12"))) == 1


@pytest.mark.parametrize(("filed", "is_odd"), [("2024-06-09T23:59:00+08:00", False), ("2024-06-09T16:01:00+00:00", True), ("2024-06-10T00:00:00+08:00", True)])
def test_late_by_the_day_in_china(filed: str, is_odd: bool) -> None:
    dossier = returned({OUTPUT: 1}, due=date(2024, 6, 9), filed_at=datetime.fromisoformat(filed))
    assert bool(found("C085", dossier)) is is_odd


@pytest.mark.parametrize(("revisions", "is_odd"), [(2, False), (3, True)])
def test_revised_again_and_again(revisions: int, is_odd: bool) -> None:
    versions = {(OUTPUT, "2024-05"): [(str(100 + number), 40 - number) for number in range(revisions)]}
    assert bool(found("C086", returned({OUTPUT: 100}, versions=versions))) is is_odd


@pytest.mark.parametrize(("first", "days", "is_odd"), [("109", 151, True), ("109", 150, False), ("108", 151, False), ("88", 151, True)])
def test_revised_late_and_much(first: str, days: int, is_odd: bool) -> None:
    versions = {(OUTPUT, "2024-05"): [(first, days)]}
    assert bool(found("C087", returned({OUTPUT: 100}, versions=versions))) is is_odd


@pytest.mark.parametrize(("revised", "first", "figure", "is_odd"), [
    ((1, 2, 3), "110", "349.00", True),  # 1,230 became 1,200: unrevised the year stood at 357.7 against 350
    ((1, 2), "110", "349.00", False),  # two are too few
    ((1, 2, 3), "90", "349.00", False),  # away from the target
    ((1, 2, 3), "110", "340.00", False),  # it was met all the same
    ((1, 2, 3), "110", "351.00", False),  # it is not met
])  # fmt: skip
def test_revisions_toward_the_target(revised: tuple[int, ...], first: str, figure: str, is_odd: bool) -> None:
    versions = {(COAL, f"2024-{month:02}"): [(first, 60)] for month in revised}
    history = months(COAL, [100] * 11)
    dossier = returned({COAL: 100, UNIT_ENERGY: figure}, history=history, versions=versions, targets={UNIT_ENERGY: "350"}, period="2024-12")
    assert bool(found("C088", dossier)) is is_odd


def test_a_first_filing_is_no_revision() -> None:
    assert found("C086", returned({OUTPUT: 100})) == ()
