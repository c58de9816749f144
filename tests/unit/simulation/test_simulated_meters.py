"""Simulated meters: registers rise, come to what the meter should count, and are the same from wherever one asks."""

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest

from shuangkong.simulation.meters import Shape, SimulatedMeter

BEGIN, DAY = date(2025, 1, 1), datetime(2025, 6, 10)  # noqa: DTZ001  # naive China Standard Time, as readings
YEAR = 1_000_000_000


@pytest.mark.parametrize("number", [1, 5])
def test_a_register_is_the_same_from_wherever_one_asks(number: int) -> None:
    meter = SimulatedMeter("M1", "M1", Shape.DAY_SHIFT, YEAR, number)
    whole = dict(meter.registers(DAY, DAY + timedelta(days=8), begin=BEGIN))
    part = dict(meter.registers(DAY + timedelta(days=6, minutes=15), DAY + timedelta(days=8), begin=BEGIN))
    assert part == {minutes - 8655: register for minutes, register in whole.items() if minutes >= 8655}


@pytest.mark.parametrize("shape", Shape)
def test_a_year_comes_to_what_the_meter_counts_and_never_falls(shape: Shape) -> None:
    told = list(SimulatedMeter("M1", "M1", shape, YEAR, 1).registers(datetime(2025, 1, 1), datetime(2026, 1, 1, 0, 15), begin=BEGIN))  # noqa: DTZ001
    assert (told[0], told[-1]) == ((0, 0), (525_600, YEAR))
    assert all(later[1] >= earlier[1] for earlier, later in pairwise(told))


def test_some_lose_hours_and_some_turn_over() -> None:
    lost = [minutes for minutes, _ in SimulatedMeter("M1", "M1", Shape.FLAT, YEAR, 4).registers(DAY, DAY + timedelta(days=2), begin=BEGIN)]
    assert [(earlier, later) for earlier, later in pairwise(lost) if later - earlier != 15] == [(1440 + 8 * 60 + 45, 1440 + 17 * 60)]
    turned = [register for _, register in SimulatedMeter("M1", "M1", Shape.FLAT, YEAR, 1, 10_000_000).registers(DAY, DAY + timedelta(days=9), begin=BEGIN)]
    assert max(turned) < 10_000_000
    assert sum(later < earlier for earlier, later in pairwise(turned)) == 2
