"""Sums, parts, stocks, bounds, empty cells: on the limit and one step beyond, worked by hand."""

from typing import Any

import pytest

from check_returns import COAL, ELECTRICITY, LAYOUT, NOT_APPLICABLE, OUTPUT, found, returned
from shuangkong.checks.model import Severity

COEFFICIENTS = {ELECTRICITY: "1.229", COAL: "0.7143"}


@pytest.mark.parametrize(
    ("total", "is_odd"),
    # 100 万kWh × 1.229 + 1000 t × 0.7143 = 837.2; the larger of 0.2 % of the total and 1 tce may be missing: 1.67 and 1.68.
    [("837.2", False), ("838.87", False), ("838.89", True), ("835.5", True), ("122.9", True)],
)
def test_total_energy_is_the_sum_of_carriers_times_coefficients(total: str, is_odd: bool) -> None:
    dossier = returned({ELECTRICITY: 100, COAL: 1000, "energy_total_tce": total}, coefficients=COEFFICIENTS)
    assert bool(found("C001", dossier)) is is_odd


def test_the_finding_says_by_how_much_and_on_what_it_rests() -> None:
    (finding,) = found("C001", returned({ELECTRICITY: 100, COAL: 1000, "energy_total_tce": "900"}, coefficients=COEFFICIENTS))
    assert finding.severity is Severity.BLOCKS_SUBMISSION
    assert "相差 62.8（7%）" in finding.odd.zh
    assert [name for name, _ in finding.evidence] == ["energy_total_tce", ELECTRICITY, COAL]
    assert all([*finding.usual, *finding.remedy])


@pytest.mark.parametrize("gone", [{COAL: None}, {"energy_total_tce": None}])
def test_what_is_empty_is_not_judged_as_nought(gone: dict[str, Any]) -> None:
    assert found("C001", returned({ELECTRICITY: 100, COAL: 1000, "energy_total_tce": "122.9", **gone}, coefficients=COEFFICIENTS)) == ()


def test_what_is_not_applicable_adds_nothing() -> None:
    assert found("C001", returned({ELECTRICITY: 100, COAL: NOT_APPLICABLE, "energy_total_tce": "122.9"}, coefficients=COEFFICIENTS)) == ()


def test_without_a_declared_coefficient_there_is_no_sum() -> None:
    assert found("C001", returned({ELECTRICITY: 100, "energy_total_tce": "1"})) == ()


@pytest.mark.parametrize(
    ("closing", "is_odd"),
    # 200 + 900 bought + 0 own − 1000 used − 0 = 100; 1 % of consumption is 10 t.
    [("100", False), ("110", False), ("110.1", True), ("89.9", True), ("90", False)],
)
def test_stock_identity_within_one_percent_of_consumption(closing: str, is_odd: bool) -> None:
    stock = {"coal_opening_t": 200, "coal_purchased_t": 900, COAL: 1000, "coal_closing_t": closing}
    assert bool(found("C004", returned(stock))) is is_odd


@pytest.mark.parametrize(("code", "sound", "odd"), [
    ("C002", {"energy_total_tce": 100, "energy_industrial_tce": 96, "energy_non_industrial_tce": 4}, {"energy_non_industrial_tce": 6}),
    ("C003", {"comprehensive_energy_tce": 80, "energy_industrial_tce": 100, "transformation_output_tce": 15, "recovered_tce": 5}, {"recovered_tce": 8}),
    ("C005", {"coal_feedstock_t": 10, COAL: 10}, {"coal_feedstock_t": "10.1"}),
    ("C006", {"coal_transport_t": 10, COAL: 10}, {"coal_transport_t": 11}),
    ("C007", {"coal_purchased_outside_t": 10, "coal_purchased_t": 10}, {"coal_purchased_outside_t": 11}),
    ("C009", {"transformation_input_tce": 50, "energy_industrial_tce": 50}, {"transformation_input_tce": 51}),
    ("C010", {"transformation_output_tce": 40, "transformation_input_tce": 40}, {"transformation_output_tce": 41}),
    ("C011", {"recovered_tce": 5, "energy_industrial_tce": 50}, {"recovered_tce": 51}),
    ("C012", {OUTPUT: 0}, {OUTPUT: "-0.1"}),
    ("C013", {"coal_closing_t": 0}, {"coal_closing_t": -1}),
    ("C014", {"non_fossil_share_pct": 100}, {"non_fossil_share_pct": "100.1"}),
    ("C015", {"gdp_growth_pct": "-5.2"}, {"gdp_growth_pct": "-61"}),
    ("C018", {OUTPUT: 1, ELECTRICITY: 1, "energy_total_tce": 1, "comprehensive_energy_tce": 1}, {OUTPUT: None}),
    ("C025", {"renewable_power_used_10k_kwh": 3, ELECTRICITY: 3}, {"renewable_power_used_10k_kwh": "3.01"}),
    ("C026", {"output_year_t": 120, "output_capacity_t": 100}, {"output_year_t": 121}),
    ("C031", {"meters_fitted_count": 20, "meters_required_count": 20}, {"meters_fitted_count": 21}),
    ("C032", {"meters_fitted_count": 19, "meters_required_count": 20}, {"meters_fitted_count": 18}),
    ("C079", {"place_energy_tce": 100, "comprehensive_energy_tce": 101}, {"comprehensive_energy_tce": "101.1"}),
    ("C080", {"place_energy_tce": 400, "comprehensive_energy_tce": 100}, {"place_energy_tce": 401}),
])  # fmt: skip
def test_on_the_limit_and_one_step_beyond(code: str, sound: dict[str, Any], odd: dict[str, Any]) -> None:
    assert found(code, returned(sound)) == ()
    assert [finding.code for finding in found(code, returned(sound | odd))] == [code]


def test_not_applicable_satisfies_what_is_required() -> None:
    rest = {ELECTRICITY: 1, "energy_total_tce": 1, "comprehensive_energy_tce": 1}
    assert found("C018", returned({OUTPUT: NOT_APPLICABLE, **rest})) == ()


@pytest.mark.parametrize(("opening", "is_odd"), [("100", False), ("100.1", False), ("100.2", True)])
def test_opening_is_the_last_closing(opening: str, is_odd: bool) -> None:
    dossier = returned({"coal_opening_t": opening}, history=[{"coal_closing_t": 100}])
    assert bool(found("C008", dossier)) is is_odd


def test_opening_is_not_judged_where_the_last_return_is_missing() -> None:
    assert found("C008", returned({"coal_opening_t": 5}, history=[{"coal_closing_t": 100}, {}])) == ()


@pytest.mark.parametrize(("coefficient", "codes"), [("0.7143", set()), ("0.95", set()), ("0.9501", {"C017"}), ("714.3", {"C016", "C017"}), ("0", {"C016", "C017"})])
def test_declared_coefficients(coefficient: str, codes: set[str]) -> None:
    dossier = returned({COAL: 10}, coefficients={COAL: coefficient})
    assert {finding.code for code in ("C016", "C017") for finding in found(code, dossier)} == codes


@pytest.mark.parametrize(("said", "told", "codes"), [
    (None, 4, {"C019"}), (None, 3, set()), (NOT_APPLICABLE, 4, {"C020"}), (NOT_APPLICABLE, 3, set()), ("12", 6, set()),
])  # fmt: skip
def test_silence_against_the_units_own_past(said: str | None, told: int, codes: set[str]) -> None:
    history = [{COAL: 10, OUTPUT: 5} if month < told else {COAL: NOT_APPLICABLE, OUTPUT: 5} for month in range(6)]
    dossier = returned({COAL: said, OUTPUT: 5}, history=history)
    assert {finding.code for code in ("C019", "C020") for finding in found(code, dossier)} == codes


def test_a_unit_at_a_standstill_may_be_silent() -> None:
    assert found("C019", returned({COAL: None, OUTPUT: 0}, history=[{COAL: 10, OUTPUT: 5}] * 6)) == ()


@pytest.mark.parametrize(("said", "is_odd"), [("100.00", False), ("100.10", False), ("100.11", True), ("0.1", True)])
def test_unit_energy_is_energy_over_output(said: str, is_odd: bool) -> None:
    figures = {"unit_energy_ytd_kgce_per_t": said, "energy_ytd_tce": 500, "output_ytd_t": 5000}
    assert bool(found("C021", returned(figures))) is is_odd


def test_a_form_without_the_elements_is_none_of_the_checks_business() -> None:
    assert LAYOUT.select("opening", "electricity") == ()
    assert found("C004", returned({ELECTRICITY: 5})) == ()
