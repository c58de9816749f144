"""Slips, changes, ratios, meters and capacity, on histories small enough to work out by hand."""

from typing import Any

import pytest

from check_returns import COAL, ELECTRICITY, OUTPUT, found, months, returned

WAVE = [98, 101, 103, 99, 100, 102, 97, 100, 101, 99, 100, 102]  # median 100
SLIPS = ("C033", "C034", "C035", "C036")


@pytest.mark.parametrize(
    ("figure", "codes"),
    [
        ("100", []), ("1000", ["C033"]), ("10.2", ["C033"]), ("9900", ["C034"]), ("1", ["C034"]), ("100000", ["C035"]), ("1000000", ["C036"]),
        ("450", []),  # 4.5 times is a change, no slip
        ("510", ["C033"]), ("2010", ["C033"]), ("2100", []),  # between ten and a hundred times the nearer must be near
    ],
)  # fmt: skip
def test_a_slip_of_unit_is_told_by_its_power_of_ten(figure: str, codes: list[str]) -> None:
    dossier = returned({ELECTRICITY: figure, OUTPUT: 500}, history=months(ELECTRICITY, WAVE, output_t=[500] * 12))
    assert [finding.code for code in SLIPS for finding in found(code, dossier)] == codes


def test_what_activity_shares_is_no_slip() -> None:
    history = months(ELECTRICITY, WAVE, output_t=[500] * 12)
    assert found("C033", returned({ELECTRICITY: 10, OUTPUT: 50}, history=history)) == ()
    assert found("C033", returned({ELECTRICITY: 10, OUTPUT: 0}, history=history)) == ()


def test_three_periods_are_too_few_to_know_the_usual() -> None:
    assert found("C033", returned({ELECTRICITY: 1000}, history=months(ELECTRICITY, WAVE[:3]))) == ()
    assert len(found("C033", returned({ELECTRICITY: 1000}, history=months(ELECTRICITY, WAVE[:4])))) == 1


def test_heat_given_in_the_wrong_unit() -> None:
    history = months("heat_consumed_gj", [1000] * 6, output_t=[500] * 6)
    assert len(found("C037", returned({"heat_consumed_gj": "4186.8", OUTPUT: 500}, history=history))) == 1
    assert found("C037", returned({"heat_consumed_gj": "5000", OUTPUT: 500}, history=history)) == ()


@pytest.mark.parametrize(("figure", "output", "is_odd"), [("199", 500, False), ("230", 500, True), ("230", 1150, False), ("230", 0, False), ("43", 500, True)])
def test_a_change_against_the_period_before_unless_activity_explains_it(figure: str, output: int, is_odd: bool) -> None:
    dossier = returned({ELECTRICITY: figure, OUTPUT: output}, history=months(ELECTRICITY, [100] * 12, output_t=[500] * 12))
    assert bool(found("C039", dossier)) is is_odd


def test_the_return_after_an_odd_one_is_not_odd() -> None:
    history = months(ELECTRICITY, [*WAVE, 1000], output_t=[500] * 13)
    assert found("C039", returned({ELECTRICITY: 100, OUTPUT: 500}, history=history)) == ()


def test_a_change_against_the_year_before() -> None:
    history = months(ELECTRICITY, [100] * 24, output_t=[500] * 24)
    assert found("C038", returned({ELECTRICITY: "199", OUTPUT: 500}, history=history)) == ()
    (finding,) = found("C038", returned({ELECTRICITY: "250", OUTPUT: 500}, history=history))
    assert "2.5 倍" in finding.odd.zh


# Ratios wander by 1 %: the floor of 25 % rules. 0.2 per tonne is usual, 0.25 the limit.
STEADY = months(ELECTRICITY, [f"{100 + (-1) ** month}" for month in range(12)], output_t=[500] * 12)


@pytest.mark.parametrize(("figure", "is_odd"), [("124", False), ("127", True), ("81", False), ("79", True)])
def test_electricity_against_output(figure: str, is_odd: bool) -> None:
    assert bool(found("C043", returned({ELECTRICITY: figure, OUTPUT: 500}, history=STEADY))) is is_odd


def test_near_a_standstill_the_base_load_rules() -> None:
    assert found("C043", returned({ELECTRICITY: 90, OUTPUT: 299}, history=STEADY)) == ()
    assert len(found("C043", returned({ELECTRICITY: 90, OUTPUT: 301}, history=STEADY))) == 1


def test_against_the_trade() -> None:
    peers = {f"厂{number}": {ELECTRICITY: 90 + number, OUTPUT: 500} for number in range(10)} | {"甲厂": {ELECTRICITY: 500, OUTPUT: 500}}
    trades = dict.fromkeys(peers, "水泥")
    assert len(found("C047", returned({ELECTRICITY: 500, OUTPUT: 500}, peers=peers, trades=trades))) == 1
    assert found("C047", returned({ELECTRICITY: 300, OUTPUT: 500}, peers=peers, trades=trades)) == ()
    assert found("C047", returned({ELECTRICITY: 500, OUTPUT: 500}, peers=peers, trades=trades | {"甲厂": "铸造"})) == ()


@pytest.mark.parametrize(
    ("code", "sound", "odd"),
    [
        ("C053", {"institution_energy_tce": 200, "energy_users_count": 100}, {"institution_energy_tce": 201}),
        ("C054", {"institution_electricity_10k_kwh": 30, "floor_area_m2": 1000}, {"institution_electricity_10k_kwh": 31}),
        ("C055", {"institution_water_m3": 15000, "energy_users_count": 100}, {"institution_water_m3": 15001}),
        ("C056", {"comprehensive_energy_tce": 500, "value_added_10k_yuan": 1}, {"comprehensive_energy_tce": 501}),
        # 1,000 kW for the 744 hours of May are 74.4 万kWh.
        ("C027", {ELECTRICITY: "74.4", "power_capacity_kw": 1000}, {ELECTRICITY: "74.5"}),
    ],
)  # fmt: skip
def test_limits_of_what_can_be(code: str, sound: dict[str, Any], odd: dict[str, Any]) -> None:
    assert found(code, returned(sound)) == ()
    assert [finding.code for finding in found(code, returned(sound | odd))] == [code]


def test_an_impossible_load_is_said_in_hours() -> None:
    (finding,) = found("C027", returned({ELECTRICITY: 100, "power_capacity_kw": 1000}))
    assert "1000 小时，本期只有 744 小时" in finding.odd.zh


@pytest.mark.parametrize(("output", "is_odd"), [(300, True), (240, False)])
def test_output_without_energy(output: int, is_odd: bool) -> None:
    history = months(COAL, [100] * 6, output_t=[500] * 6)
    assert bool(found("C051", returned({COAL: 0, OUTPUT: output}, history=history))) is is_odd


def test_electricity_without_output() -> None:
    history = months(OUTPUT, [500] * 6, electricity_consumed_10k_kwh=[100] * 6)
    assert len(found("C052", returned({OUTPUT: 0, ELECTRICITY: 90}, history=history))) == 1
    assert found("C052", returned({OUTPUT: 0, ELECTRICITY: 15}, history=history)) == ()


@pytest.mark.parametrize(("period", "now", "is_odd"), [("2024-05", "99", True), ("2024-05", "100", False), ("2024-01", "20", False)])
def test_a_cumulative_figure_does_not_fall_within_the_year(period: str, now: str, is_odd: bool) -> None:
    dossier = returned({"energy_ytd_tce": now}, history=[{"energy_ytd_tce": 100}], period=period)
    assert bool(found("C022", dossier)) is is_odd


def test_a_cumulative_figure_is_the_one_before_plus_this_period() -> None:
    history = [{"energy_ytd_tce": 100}]
    assert found("C023", returned({"energy_ytd_tce": 130, "comprehensive_energy_tce": 30}, history=history)) == ()
    assert len(found("C023", returned({"energy_ytd_tce": 135, "comprehensive_energy_tce": 30}, history=history))) == 1
    assert found("C023", returned({"energy_ytd_tce": 30, "comprehensive_energy_tce": 30}, history=history, period="2024-01")) == ()


@pytest.mark.parametrize(("figure", "is_odd"), [("103", False), ("103.1", True), ("96.9", True)])
def test_electricity_against_its_meters(figure: str, is_odd: bool) -> None:
    assert bool(found("C028", returned({ELECTRICITY: figure}, meters={ELECTRICITY: 100}))) is is_odd


def test_purchase_price_against_the_past() -> None:
    history = months("coal_purchased_t", [1000] * 12, coal_purchase_10k_yuan=[85 + month % 2 for month in range(12)])
    assert found("C049", returned({"coal_purchased_t": 1000, "coal_purchase_10k_yuan": 100}, history=history)) == ()
    assert len(found("C049", returned({"coal_purchased_t": 1000, "coal_purchase_10k_yuan": 900}, history=history))) == 1
