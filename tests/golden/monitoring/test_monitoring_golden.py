"""Worked cases of monitoring: by the operations people call, and of meters whose readings go wrong."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from shuangkong.kernel.period import CHINA_STANDARD_TIME
from shuangkong.kernel.rounding import round_gbt8170
from shuangkong.rules import at
from shuangkong.services.compute.monitoring import OPS
from shuangkong.services.compute.operation import Inputs
from shuangkong.services.compute.runner import jsonable
from shuangkong.timeseries.increments import Flag, meter_increments
from shuangkong.timeseries.readings import Fitting, Reading, meter_conventions
from shuangkong.timeseries.slots import slots, span_total

HERE = Path(__file__).parent
DAY = datetime(2023, 5, 1, tzinfo=CHINA_STANDARD_TIME)
HOUR, QUARTER = timedelta(hours=1), timedelta(minutes=15)


def _cases(name: str) -> list[dict[str, Any]]:
    golden = yaml.safe_load((HERE / name).read_text("utf-8"))
    assert golden["computed_by"]
    cases: list[dict[str, Any]] = golden["cases"]
    return cases


@pytest.mark.parametrize("case", _cases("operations.yaml"), ids=lambda case: case["id"])
def test_the_operation_gives_the_worked_figure(case: dict[str, Any]) -> None:
    found = OPS[case["op"]](Inputs(case["inputs"])).outputs
    for name, expected in case["expected"].items():
        if isinstance(found[name], Decimal):
            assert round_gbt8170(found[name], case["decimals"]) == Decimal(expected), name
        else:
            assert jsonable(found[name]) == jsonable(expected), name


@pytest.mark.parametrize("case", _cases("meters.yaml"), ids=lambda case: case["id"])
def test_the_meter_gives_the_worked_hours(case: dict[str, Any]) -> None:
    figures = {name: Decimal(case[key]) for name, key in (("first_register", "first"), ("rolls_over_at", "rolls_over_at"), ("most_per_hour", "most_per_hour")) if key in case}
    fittings = [Fitting(DAY, multiplier=Decimal(case.get("multiplier", 1)), **figures)]
    heard = [
        Reading(DAY + QUARTER * n, Decimal(register), DAY + QUARTER * n + (HOUR * 24 if n - 1 in case.get("late", ()) else timedelta(minutes=1)))
        for n, register in enumerate(case["registers"], start=1)
        if register is not None
    ]
    conventions = meter_conventions(at(date(2023, 12, 31)))
    record = meter_increments(heard, fittings=fittings, as_of=DAY + HOUR * 48, conventions=conventions)
    filled = slots(record.increments, step=HOUR, decimals=conventions.spread_decimals)
    total = span_total(filled, start=DAY, end=DAY + HOUR * 2, fittings=fittings, as_of=DAY + HOUR * 48)
    assert [slot.total.amount for slot in filled.values()] == [Decimal(hour) for hour in case["hours"]]
    assert total.coverage_pct == Decimal(case["coverage"])
    assert total.estimated_pct is not None
    assert round_gbt8170(total.estimated_pct, 4) == Decimal(case["estimated"])
    assert [place for place, slot in enumerate(filled.values()) if Flag.OVER_LIMIT in slot.flags] == case.get("over_limit_hours", [])
