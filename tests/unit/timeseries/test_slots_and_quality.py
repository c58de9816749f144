"""Hours made of increments, totals and what stands behind them, gaps, virtual meters."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from shuangkong.kernel.period import CHINA_STANDARD_TIME
from shuangkong.rules import at
from shuangkong.timeseries.gaps import completeness, gaps
from shuangkong.timeseries.increments import Flag, Increment, meter_increments
from shuangkong.timeseries.quality import NOTHING, Aggregate, combined, gathered
from shuangkong.timeseries.readings import Fitting, Reading, meter_conventions
from shuangkong.timeseries.slots import slot_start, slots, span_total
from shuangkong.timeseries.virtual_meters import main_sub_difference, virtual_total

DAY = datetime(2023, 5, 1, tzinfo=CHINA_STANDARD_TIME)
HOUR = timedelta(hours=1)


def _moment(hours: float) -> datetime:
    return DAY + HOUR * hours


def _increment(start: float, end: float, amount: str | None, *flags: Flag) -> Increment:
    return Increment(_moment(start), _moment(end), None if amount is None else Decimal(amount), frozenset(flags), _moment(end))


def test_an_outage_of_three_hours_is_spread_by_time_and_flagged() -> None:
    made = [_increment(7.75, 8, "1"), _increment(8, 11, "10", Flag.CAUGHT_UP), _increment(11, 11.25, "2")]
    found = slots(made, step=HOUR, decimals=6)
    assert [str(slot.total.amount) for slot in found.values()] == ["1", "3.333333", "3.333333", "3.333334", "2"]
    assert [slot.total.estimated_pct for slot in found.values()] == [0, 100, 100, 100, 0]
    assert [slot.total.coverage_pct for slot in found.values()] == [25, 100, 100, 100, 25]


def test_what_is_unknown_covers_nothing_and_is_not_zero() -> None:
    [slot] = slots([_increment(8, 9, None, Flag.UNKNOWN)], step=HOUR, decimals=6).values()
    assert (slot.total.amount, slot.total.coverage_pct, slot.flags) == (None, 0, {Flag.UNKNOWN})


def test_the_grid_stands_in_chinese_time_whatever_the_zone_of_the_reading() -> None:
    utc = datetime.fromisoformat("2023-04-30T16:30:00+00:00")
    assert slot_start(utc, step=timedelta(days=1)) == DAY


def test_the_first_hour_of_a_new_meter_is_there() -> None:
    conventions = meter_conventions(at(date(2023, 12, 31)))
    heard = [Reading(_moment(n / 4), Decimal(100 + n), _moment(n / 4)) for n in range(1, 9)]
    record = meter_increments(heard, fittings=[Fitting(DAY, first_register=Decimal(100))], as_of=_moment(24), conventions=conventions)
    found = slots(record.increments, step=HOUR, decimals=6)
    assert [str(slot.total.amount) for slot in found.values()] == ["4", "4"]
    total = span_total(found, start=DAY, end=_moment(24), fittings=[Fitting(DAY)], as_of=_moment(4))
    assert (total.amount, total.coverage_pct, total.as_of) == (8, 50, _moment(2))


def test_a_county_without_meters_never_holds_up_the_city() -> None:
    full, none, silent = Aggregate(Decimal(5), HOUR, HOUR), Aggregate(None, NOTHING, NOTHING), Aggregate(None, NOTHING, HOUR)
    whole = gathered({"a": full, "new": none})
    assert (whole.total.amount, whole.total.coverage_pct, whole.unmetered) == (5, 100, ("new",))
    part = gathered({"a": full, "b": silent, "new": none})
    assert (part.total.amount, part.total.coverage_pct, part.silent) == (5, 50, ("b",))
    assert gathered({"new": none}).total.amount is None


def test_a_total_over_nothing_is_not_zero() -> None:
    empty = combined([])
    assert (empty.amount, empty.coverage_pct, empty.estimated_pct, empty.as_of) == (None, None, None, None)


def test_an_announced_stop_is_no_gap() -> None:
    moments = [_moment(n) for n in range(24) if n not in (3, 4, 10, 11, 12)]
    found = gaps(moments, start=DAY, end=_moment(24), interval=HOUR, stopped=[(_moment(10), _moment(13))])
    assert [(gap.start, gap.end, gap.missing) for gap in found] == [(_moment(3), _moment(5), 2)]
    [day] = completeness(moments, start=DAY, end=_moment(24), interval=HOUR, step=timedelta(days=1), stopped=[(_moment(10), _moment(13))])
    assert (day.due, day.received) == (21, 19)


def test_a_value_sent_during_a_stop_counts_and_twice_counts_once() -> None:
    [day] = completeness([DAY, DAY], start=DAY, end=_moment(2), interval=HOUR, step=timedelta(days=1), stopped=[(DAY, _moment(2))])
    assert (day.due, day.received, day.pct) == (1, 1, 100)
    [none] = completeness([], start=DAY, end=_moment(2), interval=HOUR, step=timedelta(days=1), stopped=[(DAY, _moment(2))])
    assert none.pct is None


def test_a_virtual_meter_waits_for_all_its_meters() -> None:
    totals = {"in": Aggregate(Decimal(100), HOUR, HOUR), "out": Aggregate(None, NOTHING, HOUR)}
    found = virtual_total({"in": Decimal(1), "out": Decimal(-1)}, totals)
    assert (found.amount, found.missing, found.quality.coverage_pct) == (None, ("out",), 50)
    assert virtual_total({"in": Decimal("0.4")}, totals).amount == 40
    assert virtual_total({}, totals).amount is None


def test_sub_meters_may_count_more_than_the_main_one() -> None:
    found = main_sub_difference(Aggregate(Decimal(100), HOUR, HOUR), {"a": Aggregate(Decimal(103), HOUR, HOUR)})
    assert (found.difference, found.pct) == (-3, -3)
    silent = main_sub_difference(Aggregate(Decimal(100), HOUR, HOUR), {"a": Aggregate(None, NOTHING, HOUR)})
    assert (silent.difference, silent.missing) == (None, ("a",))
    assert main_sub_difference(Aggregate(Decimal(0), HOUR, HOUR), {}).pct is None
