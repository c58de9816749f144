"""From readings to hours, substitution and figures: written-out figures over the whole chain, and what a correction changes."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from alarm_steps import heard, hours
from conftest import CITY, COUNTY, UNIT, Clock
from django.conf import LazySettings

from shuangkong.access.roles import Role
from shuangkong.kernel.faults import InputRefused
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import CHINA_STANDARD_TIME, Period
from shuangkong.lake.emissions import EmissionGrain
from shuangkong.pollution.monitoring_validity import HourState
from shuangkong.pollution.reduction import MajorPollutant
from shuangkong.services.chain import system_actor
from shuangkong.services.emission_figures import Refreshed, Standing, emission_of, refresh_emissions
from shuangkong.services.measured_falls import measured_fall
from shuangkong.services.monitoring_kinds import PointKind, Statistic
from shuangkong.services.monitoring_marks import notify_shutdown, set_mark
from shuangkong.services.monitoring_register import Entries, LimitEntry, PointEntry, enter
from shuangkong.services.outlet_hours import outlet_hours

GAS, WATER = f"{UNIT}.DA001", f"{UNIT}.DW001"
NOX, COD = "a21002", "w01018"
START, TODAY = datetime(2026, 2, 20), datetime(2026, 3, 2, 9)  # noqa: DTZ001  # as the readings


@pytest.fixture
def outlets(small_city: None, tmp_path: Path, settings: LazySettings) -> None:
    settings.DATA = str(tmp_path)
    points = [
        PointEntry(code=code, organisation=UNIT, kind=kind, name=Words("模拟排放口", "Simulated outlet"), valid_from=date(2025, 1, 1), traits=traits)
        for code, kind, traits in ((GAS, PointKind.GAS_OUTLET, {"oxygen_pct": "6"}), (WATER, PointKind.WATER_OUTLET, {}))
    ]
    limit = LimitEntry(
        point=GAS, factor=NOX, statistic=Statistic.HOUR, low=None, high=Decimal(50), unit="mg/m3", is_converted=True, document="模拟标准", valid_from=date(2025, 1, 1)
    )
    enter(Entries(points, [limit], []), actor=system_actor(CITY), reason="测试", is_simulated=True)


def _told(point: str, factor: str, kind: str, values: dict[datetime, tuple[str, str]]) -> list[Any]:
    return [one._replace(kind=kind) for start, (value, flag) in values.items() for one in hours(point, start.isoformat(), value, factor=factor, flag=flag)]


def _gas(silent: set[datetime]) -> list[Any]:
    starts = [START + timedelta(hours=at) for at in range((TODAY - START) // timedelta(hours=1))]
    means = {start: ("30", "N") for start in starts if start not in silent}
    means |= {datetime(2026, 2, 25, 5): ("50", "N"), datetime(2026, 3, 1, 10): ("80", "D")}  # noqa: DTZ001
    oxygen = dict.fromkeys(starts[-48:], ("8.5", "N"))
    return [
        *_told(GAS, NOX, "Hour-Avg", means), *_told(GAS, "a00000", "Hour-Cou", {start: ("120000", "N") for start in starts if start not in silent}),
        *_told(GAS, "a19001", "Hour-Avg", oxygen),
    ]  # fmt: skip


def test_gas_hours_are_filled_and_a_correction_changes_the_day_while_the_earlier_stays_askable(
    outlets: None, person: Any, still_clock: Clock
) -> None:  # fmt: skip
    silent = {datetime(2026, 2, 28, 0), datetime(2026, 2, 28, 1)}  # noqa: DTZ001
    heard(_gas(silent))
    noon = datetime(2026, 3, 1, 12, tzinfo=CHINA_STANDARD_TIME)
    set_mark(point=GAS, mark="M", start=noon, end=noon + timedelta(hours=2), who=person(Role.REPORTER, UNIT), reason="更换滤芯")
    still_clock.moment += timedelta(minutes=10)  # nine past nine: the hour from eight is over
    standing = Standing()
    assert refresh_emissions(still_clock(), standing=standing) == Refreshed(outlets=1, days=11)
    assert refresh_emissions(still_clock(), standing=standing) == Refreshed()

    told = outlet_hours(GAS, datetime(2026, 2, 28), TODAY).of(NOX)  # noqa: DTZ001
    assert told is not None
    # 5 of 249 hours are missing: above 90 %, so each takes the highest of the 180 valid hours before, 50 mg/m³ × 120,000 m³.
    assert f"{told.quarters[0].capture_pct:.4f}" == "97.9920"
    gap, fault, marked = told.hours[1], told.hours[34], told.hours[36]
    assert (gap.own.state, gap.is_missing, gap.own.kg, gap.kg) == (HourState.INVALID, True, None, Decimal(6))
    assert (gap.filled.window_start, gap.filled.window_end, gap.filled.window_hours) == (datetime(2026, 2, 20, 12), datetime(2026, 2, 28), 180)  # noqa: DTZ001
    assert (fault.own.mean, fault.own.mark, fault.own.kg, fault.kg) == (Decimal(80), "D", None, Decimal(6))
    assert (marked.own.state, marked.own.said, marked.own.mean, marked.kg) == (HourState.MAINTENANCE, "M", Decimal(30), Decimal(6))
    whole = told.hours[40]
    assert (whole.own.converted, whole.kg, whole.limit and whole.limit.high, whole.held_against) == (Decimal(36), Decimal("3.6"), Decimal(50), Decimal(36))
    # 22 × 3.6 + 2 × 6; 21 × 3.6 + 3 × 6; the day that runs has nine hours.
    assert [(day.kg, day.substituted_kg, day.hours_measured, day.hours_invalid, day.hours_missing) for day in told.days] == [
        (Decimal("91.2"), Decimal(12), 22, 0, 2), (Decimal("93.6"), Decimal(18), 21, 3, 0), (Decimal("32.4"), None, 9, 0, 0),
    ]  # fmt: skip

    known = still_clock()
    still_clock.moment += timedelta(minutes=5)
    corrected = {datetime(2026, 2, 28, 0): ("10", "N"), datetime(2026, 2, 25, 5): ("40", "N")}  # noqa: DTZ001
    heard([*_told(GAS, NOX, "Hour-Avg", corrected), *_told(GAS, "a00000", "Hour-Cou", {datetime(2026, 2, 28, 0): ("120000", "N")})])  # noqa: DTZ001
    assert refresh_emissions(still_clock(), standing=standing) == Refreshed(outlets=1, days=3)
    # The hour that was silent has 1.2 kg, the highest before is now 4.8: 22 × 3.6 + 1.2 + 4.8, and 21 × 3.6 + 3 × 4.8.
    days = emission_of(UNIT, EmissionGrain.DAY, Period(date(2026, 2, 28), date(2026, 3, 2)), factors=[NOX])
    assert [(one.kg, one.substituted_kg) for one in days] == [(Decimal("85.2"), Decimal("4.8")), (Decimal("90.0"), Decimal("14.4"))]
    before = emission_of(UNIT, EmissionGrain.DAY, Period(date(2026, 2, 28), date(2026, 3, 2)), factors=[NOX], as_of=known)
    assert [one.kg for one in before] == [Decimal("91.2"), Decimal("93.6")]
    again = outlet_hours(GAS, datetime(2026, 2, 28), TODAY, as_of=known).of(NOX)  # noqa: DTZ001
    assert again is not None
    assert [day.kg for day in again.days] == [Decimal("91.2"), Decimal("93.6"), Decimal("32.4")]
    # County and city hold the same outlet; of the 216 hours of February 213 have 3.6, one 1.2, the highest and the silent one 4.8.
    (month,) = [one for one in emission_of(COUNTY, EmissionGrain.MONTH, Period.year(2026), factors=[NOX]) if one.start == date(2026, 2, 1)]
    assert month.kg == Decimal("777.6")
    assert emission_of(CITY, EmissionGrain.YEAR, Period.year(2026), factors=[NOX])[0].kg == month.kg + Decimal("90.0") + Decimal("32.4")


def test_water_days_carry_their_mean_or_take_the_highest_before_and_a_stop_emits_nothing(outlets: None, person: Any, still_clock: Clock) -> None:
    first = datetime(2026, 2, 22)  # noqa: DTZ001
    cod = {}
    for at in range(6 * 24):
        start = first + timedelta(hours=at)
        value = {22: "60", 25: "3"}.get(start.day, "30")
        cod[start] = (value, "D" if (start.day == 24 and start.hour >= 10) or (start.day == 26 and start.hour < 2) else "N")
    heard([*_told(WATER, COD, "Hour-Avg", cod), *_told(WATER, "w00000", "Hour-Cou", dict.fromkeys(cod, ("100", "N")))])
    stop = datetime(2026, 2, 27, tzinfo=CHINA_STANDARD_TIME)
    notify_shutdown(organisation=UNIT, point=WATER, start=stop, end=stop + timedelta(days=2), who=person(Role.REPORTER, UNIT), reason="检修")
    told = outlet_hours(WATER, first, datetime(2026, 3, 1)).of(COD)  # noqa: DTZ001
    assert told is not None
    # Ten valid hours make no day's mean: the highest of the days before, 24 × 6. Below detection COD counts as 2 mg/L. Two hours carry 30 mg/L.
    assert [(day.day.day, day.mean, day.kg, day.substituted_kg) for day in told.days] == [
        (22, Decimal(60), Decimal(144), None), (23, Decimal(30), Decimal(72), None), (24, None, Decimal(144), Decimal(144)), (25, Decimal(2), Decimal("4.8"), None),
        (26, Decimal(30), Decimal(72), Decimal(6)), (27, None, Decimal(0), None), (28, None, Decimal(0), None),
    ]  # fmt: skip
    assert (told.days[2].replaced and told.days[2].replaced.window_start, told.days[2].is_short_history) == (date(2026, 2, 22), True)
    assert {hour.own.state for hour in told.hours[5 * 24 :]} == {HourState.STOPPED}
    assert told.hours[3 * 24].own.is_repaired
    assert (told.hours[3 * 24].own.mean, told.hours[3 * 24].kg) == (Decimal(3), Decimal("0.2"))


def test_the_measured_fall_stands_beside_the_claim(outlets: None, still_clock: Clock) -> None:
    for month, value in ((1, "60"), (2, "40")):
        starts = [datetime(2026, month, 10) + timedelta(hours=at) for at in range(24)]  # noqa: DTZ001
        heard([*_told(WATER, COD, "Hour-Avg", dict.fromkeys(starts, (value, "N"))), *_told(WATER, "w00000", "Hour-Cou", dict.fromkeys(starts, ("1000", "N")))])
    # What came before the outlet was first heard of is not due; whole days without data in between take the highest day before: so of January only.
    refresh_emissions(still_clock(), standing=Standing())
    january, february = (Period.month(2026, month) for month in (1, 2))
    fall = measured_fall(point=WATER, pollutant=MajorPollutant.COD, before=january, after=february)
    assert (fall.before_t, fall.after_t) == (Decimal("31.68"), Decimal("39.84"))  # 22 days of 1.44 t; 27 of 1.44 and one of 0.96
    assert fall.fall_t == Decimal("-8.16")
    with pytest.raises(InputRefused):
        measured_fall(point=WATER, pollutant=MajorPollutant.COD, before=january, after=Period.year(2026))
