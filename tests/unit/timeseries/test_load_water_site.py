"""Load, water and site figures."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from shuangkong.kernel.period import CHINA_STANDARD_TIME
from shuangkong.rules import at
from shuangkong.timeseries.load_curve import LoadPoint, load_curve, load_summary
from shuangkong.timeseries.site_efficiency import (
    PartAboveWhole,
    cooling_plant_efficiency,
    local_consumption,
    power_usage_effectiveness,
)
from shuangkong.timeseries.water_balance import (
    NetworkYear,
    NoWaterSupplied,
    district_balance,
    least_night_flow,
    network_leakage,
    reclaimed_share_pct,
)

RULES = at(date(2023, 12, 31))
DAY = datetime(2023, 5, 1, tzinfo=CHINA_STANDARD_TIME)


def _curve(*loads: int) -> list[LoadPoint]:
    return [LoadPoint(DAY + timedelta(hours=n), Decimal(load)) for n, load in enumerate(loads)]


def test_power_is_energy_by_the_hour() -> None:
    quarter = load_curve({DAY: Decimal("12.5"), DAY + timedelta(minutes=15): None}, step=timedelta(minutes=15))
    assert [point.load for point in quarter] == [50]


def test_peak_base_and_load_factor() -> None:
    found = load_summary(_curve(*([10] * 2 + [20] * 18 + [50] * 2)), rules=RULES)
    assert found.peak is not None
    assert (found.peak.load, found.peak.start, found.base) == (50, DAY + timedelta(hours=20), 10)
    assert found.mean == Decimal(480) / 22
    assert load_summary([], rules=RULES).peak is None
    assert load_summary(_curve(0, 0), rules=RULES).load_factor_pct is None


def test_leakage_with_every_correction() -> None:
    # loss 15; households 0.08 × 50 % = 4; pipes 0.99 × (0.2 − 0.0693) × 100 = 12.9, bound 3; pressure 1; frost 1
    year = NetworkYear(Decimal(1000), Decimal(850), Decimal(500), Decimal(200), Decimal("0.6"), Decimal("1.5"))
    found = network_leakage(year, rules=RULES)
    assert (found.loss_pct, found.leakage_pct, found.meets_first) == (15, 6, True)


@pytest.mark.parametrize(("pressure", "points"), [("0.35", "0"), ("0.36", "0.5"), ("0.55", "0.5"), ("0.56", "1"), ("0.75", "1"), ("0.76", "2")])
def test_pressure_steps(pressure: str, points: str) -> None:
    found = network_leakage(NetworkYear(Decimal(100), Decimal(90), pressure_mpa=Decimal(pressure)), rules=RULES)
    assert found.corrections == {"pressure": Decimal(points)}


def test_what_is_not_known_is_not_corrected_for_and_grades_turn_on_their_bounds() -> None:
    for registered, grades in (("90", (True, True)), ("89.9", (False, True)), ("88", (False, True)), ("87.9", (False, False))):
        found = network_leakage(NetworkYear(Decimal(100), Decimal(registered)), rules=RULES)
        assert (found.corrections, found.meets_first, found.meets_second) == ({}, *grades)
    with pytest.raises(NoWaterSupplied):
        network_leakage(NetworkYear(Decimal(0), Decimal(0)), rules=RULES)


def test_a_short_network_is_corrected_upwards() -> None:
    found = network_leakage(NetworkYear(Decimal(1000), Decimal(900), pipe_km=Decimal(10)), rules=RULES)
    assert found.leakage_pct == Decimal(13)


def test_a_district_with_a_silent_meter_has_no_balance() -> None:
    found = district_balance(inlets={"a": Decimal(5)}, outlets={}, users={"b": None})
    assert (found.loss, found.missing) == (None, ("b",))
    assert district_balance(inlets={}, outlets={}, users={}).loss is None


def test_the_least_flow_is_sought_at_night() -> None:
    found = least_night_flow(_curve(1, 9, 8, 7, 2), rules=RULES)
    assert found is not None
    assert found.load == 7
    assert least_night_flow([], rules=RULES) is None


def test_reclaimed_water_of_nothing_treated_has_no_share() -> None:
    assert reclaimed_share_pct(by_purpose_m3={"工业生产": Decimal(1)}, treated_m3=Decimal(0)) is None


def test_pue_and_cooling() -> None:
    assert power_usage_effectiveness(total_kwh=Decimal(1), it_kwh=Decimal(0)) is None
    assert cooling_plant_efficiency(cooling_kwh=Decimal(1), electricity_kwh=Decimal(0)) is None
    with pytest.raises(PartAboveWhole):
        power_usage_effectiveness(total_kwh=Decimal(1), it_kwh=Decimal(2))


def test_a_park_that_generates_nothing_has_no_local_share() -> None:
    found = local_consumption(generated_kwh=Decimal(0), exported_kwh=Decimal(0), imported_kwh=Decimal(9), stored_in_kwh=Decimal(0), stored_out_kwh=Decimal(0))
    assert (found.local_pct, found.self_supply_pct) == (None, 0)
    with pytest.raises(PartAboveWhole):
        local_consumption(generated_kwh=Decimal(1), exported_kwh=Decimal(9), imported_kwh=Decimal(2), stored_in_kwh=Decimal(0), stored_out_kwh=Decimal(0))
