"""The platform's register of meters: installations by date, places above, and who may enter what; the roll-up by it."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from conftest import CITY, COUNTY, UNIT

from shuangkong.access.roles import Role
from shuangkong.kernel.faults import InputRefused
from shuangkong.kernel.language import Words
from shuangkong.lake.rollup import PlaceRow
from shuangkong.services.meter_registers import known_meters, meters_on, registers_on
from shuangkong.services.monitoring_kinds import MeterFlow, PointKind
from shuangkong.services.monitoring_register import Entries, PointEntry, record

MAIN = "U001.M001"


def meter(code: str = MAIN, day: date = date(2024, 1, 1), *, is_closed: bool = False, **traits: str) -> PointEntry:
    told = {"carrier": "电力", "flow": "消费", "serial": "A1", "multiplier": "40", "first_reading": "0", **traits}
    return PointEntry(code=code, organisation=UNIT, kind=PointKind.METER, name=Words("总表", "main meter"), valid_from=day, traits=told, is_closed=is_closed)


@pytest.fixture
def reviewer(person):
    return person(Role.REVIEWER, COUNTY)


def test_a_replaced_meter_is_two_installations_of_one_point(reviewer) -> None:
    renamed = meter(day=date(2024, 6, 1), note="换新名称")
    other = meter(day=date(2025, 3, 1), serial="A2", multiplier="60", fitted_at="10:30", first_reading="5", last_reading="900.5")
    sub = meter("U001.M002", parent_meter=MAIN, purpose="IT 设备", serial="B1")
    record(Entries([meter(), renamed, other, sub]), who=reviewer, reason="安装记录")
    told = registers_on()
    first, second, below = told.meters
    assert (first.point, first.unit, first.carrier, first.flow, first.multiplier) == (MAIN, UNIT, "electricity", "consumption", Decimal(40))
    assert (first.valid_from, first.valid_to, first.first_reading, first.last_reading) == (datetime(2024, 1, 1), datetime(2025, 3, 1, 10, 30), Decimal(0), Decimal("900.5"))  # noqa: DTZ001
    assert (second.multiplier, second.first_reading, second.last_reading) == (Decimal(60), Decimal(5), None)
    assert below.unit == ""
    assert set(told.ancestry) == {PlaceRow(UNIT, UNIT), PlaceRow(UNIT, COUNTY), PlaceRow(UNIT, CITY)}
    assert {row.carrier for row in told.factors} == {"electricity"}


def test_meters_of_a_day_and_how_readings_may_name_them(reviewer) -> None:
    record(Entries([meter(), meter("U001.M002", serial="S2", carrier="再生水", flow="供入", parent_meter=MAIN)]), who=reviewer, reason="安装记录")
    record(Entries([meter(day=date(2026, 2, 1), is_closed=True, last_reading="77")]), who=reviewer, reason="拆除")
    main, water = meters_on()
    assert (main.is_closed, water.carrier.key, water.carrier.energy, water.flow, water.parent_meter) == (True, "reclaimed_water", None, MeterFlow.SUPPLY, MAIN)
    assert known_meters() == {"U001.M002": ("U001.M002", UNIT), "S2": ("U001.M002", UNIT)}
    closed = registers_on().meters[0]
    assert (closed.valid_to, closed.last_reading) == (datetime(2026, 2, 1), Decimal(77))  # noqa: DTZ001


@pytest.mark.parametrize(("traits", "said"), [
    ({"carrier": "没有电"}, "没有电"), ({"multiplier": "0"}, "大于零"), ({"parent_meter": MAIN}, "不能是自己"), ({"flow": "向上"}, "应为"), ({"fitted_at": "25:00"}, "时刻"),
])  # fmt: skip
def test_what_no_meter_can_be_is_refused(reviewer, traits: dict[str, str], said: str) -> None:
    with pytest.raises(InputRefused, match=said):
        record(Entries([meter(**traits)]), who=reviewer, reason="安装记录")
