"""What holds for every meter, whatever is read, lost, repeated or late."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from shuangkong.kernel.period import CHINA_STANDARD_TIME
from shuangkong.rules import at
from shuangkong.timeseries.increments import Increment, meter_increments
from shuangkong.timeseries.quality import combined
from shuangkong.timeseries.readings import Fitting, Reading, meter_conventions
from shuangkong.timeseries.slots import slots, spread

CONVENTIONS = meter_conventions(at(date(2023, 12, 31)))
DAY = datetime(2023, 5, 1, tzinfo=CHINA_STANDARD_TIME)
LATE = DAY + timedelta(days=40)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
amounts = st.decimals(min_value=0, max_value=10**6, places=3, allow_nan=False, allow_infinity=False)


@st.composite
def rising(draw: st.DrawFn) -> list[Reading]:
    """Readings at distinct minutes of two days whose registers only rise."""
    minutes = sorted(draw(st.sets(st.integers(0, 2880), min_size=2, max_size=40)))
    register = Decimal(0)
    readings = []
    for minute in minutes:
        register += draw(amounts)
        readings.append(Reading(DAY + MINUTE * minute, register, DAY + MINUTE * (minute + draw(st.integers(0, 5000)))))
    return readings


@given(readings=rising(), multiplier=st.sampled_from([Decimal(1), Decimal("0.5"), Decimal(120)]))
def test_increments_sum_to_last_less_first(readings: list[Reading], multiplier: Decimal) -> None:
    record = meter_increments(readings, fittings=[Fitting(DAY, multiplier=multiplier)], as_of=LATE, conventions=CONVENTIONS)
    total = sum(each.amount for each in record.increments if each.amount is not None)
    assert total == (readings[-1].register - readings[0].register) * multiplier
    assert record.set_aside == ()


@given(readings=rising(), data=st.data())
def test_order_of_arrival_and_repetition_change_nothing(readings: list[Reading], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(readings + data.draw(st.lists(st.sampled_from(readings)))))
    fitting = [Fitting(DAY)]
    assert meter_increments(shuffled, fittings=fitting, as_of=LATE, conventions=CONVENTIONS) == meter_increments(
        readings, fittings=fitting, as_of=LATE, conventions=CONVENTIONS
    )


@given(readings=rising(), data=st.data())
def test_losing_readings_between_loses_no_amount(readings: list[Reading], data: st.DataObject) -> None:
    kept = [readings[0], *(each for each in readings[1:-1] if data.draw(st.booleans())), readings[-1]]
    totals = [
        sum(each.amount for each in meter_increments(some, fittings=[Fitting(DAY)], as_of=LATE, conventions=CONVENTIONS).increments if each.amount is not None)
        for some in (readings, kept)
    ]
    assert totals[0] == totals[1]


@given(
    start=st.integers(0, 3000), length=st.integers(1, 5000), amount=st.decimals(min_value=0, max_value=10**9, places=9, allow_nan=False),
    decimals=st.integers(0, 6), step=st.sampled_from([MINUTE * 15, HOUR, HOUR * 24]),
)  # fmt: skip
def test_a_spread_sums_to_what_was_caught_up_to_the_last_decimal(start: int, length: int, amount: Decimal, decimals: int, step: timedelta) -> None:
    increment = Increment(DAY + MINUTE * start, DAY + MINUTE * (start + length), amount, frozenset(), LATE)
    parts = list(spread(increment, step=step, decimals=decimals))
    assert sum(part for _, _, part in parts if part is not None) == amount
    assert sum((covered for _, covered, _ in parts), timedelta(0)) == MINUTE * length
    assert all(part is not None and part >= 0 for _, _, part in parts)
    assert [moment for moment, _, _ in parts] == sorted({moment for moment, _, _ in parts})


@given(readings=rising())
def test_a_roll_up_of_roll_ups_is_the_roll_up(readings: list[Reading]) -> None:
    made = meter_increments(readings, fittings=[Fitting(DAY)], as_of=LATE, conventions=CONVENTIONS).increments
    hours = slots(made, step=HOUR, decimals=6)
    quarters = slots(made, step=MINUTE * 15, decimals=6)
    by_hours, by_quarters = (combined(slot.total for slot in filled.values()) for filled in (hours, quarters))
    assert (by_hours.amount, by_hours.covered, by_hours.estimated, by_hours.as_of) == (
        by_quarters.amount, by_quarters.covered, by_quarters.estimated, by_quarters.as_of,
    )  # fmt: skip


@given(readings=rising(), odd=st.lists(st.tuples(st.integers(-9, 9000), amounts, st.integers(-9000, 0)), max_size=5))
def test_a_clock_far_ahead_harms_no_other_reading(readings: list[Reading], odd: list[tuple[int, Decimal, int]]) -> None:
    wrong = [Reading(DAY + timedelta(days=60, minutes=minute), register, DAY + timedelta(days=20, minutes=ahead)) for minute, register, ahead in odd]
    fitting = [Fitting(DAY)]
    clean = meter_increments(readings, fittings=fitting, as_of=LATE, conventions=CONVENTIONS)
    mixed = meter_increments(readings + wrong, fittings=fitting, as_of=LATE, conventions=CONVENTIONS)
    assert mixed.increments == clean.increments


@given(registers=st.lists(amounts, min_size=1, max_size=30), bound=st.one_of(st.none(), amounts))
def test_any_sequence_of_registers_gives_ordered_spans_and_no_negative_amount(registers: list[Decimal], bound: Decimal | None) -> None:
    readings = [Reading(DAY + MINUTE * 15 * n, register, DAY + MINUTE * 15 * n) for n, register in enumerate(registers)]
    record = meter_increments(readings, fittings=[Fitting(DAY, most_per_hour=bound)], as_of=LATE, conventions=CONVENTIONS)
    spans = [(each.start, each.end) for each in record.increments]
    assert all(one[1] == other[0] for one, other in pairwise(spans))
    assert all(each.amount is None or each.amount >= 0 for each in record.increments)
    used = {each.start for each in record.increments} | {each.end for each in record.increments} | {each.reading.at for each in record.set_aside}
    assert len(used) == len(readings) or not record.increments
