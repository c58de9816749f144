"""Readings as they come in the field, each with the figure that must come of it."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from shuangkong.kernel.period import CHINA_STANDARD_TIME
from shuangkong.rules import at
from shuangkong.timeseries.increments import Flag, Increment, MeterRecord, meter_increments
from shuangkong.timeseries.readings import Fitting, Reading, SetAsideReason, meter_conventions

CONVENTIONS = meter_conventions(at(date(2023, 12, 31)))
DAY = datetime(2023, 5, 1, tzinfo=CHINA_STANDARD_TIME)
STEP = timedelta(minutes=15)
LATE = DAY + timedelta(days=30)


def _heard(*registers: str | None, first: int = 0) -> list[Reading]:
    """A reading every 15 minutes, heard a minute later; None was never sent."""
    return [
        Reading(DAY + STEP * n, Decimal(register), DAY + STEP * n + timedelta(minutes=1))
        for n, register in enumerate(registers, start=first)
        if register is not None
    ]


def _record(heard: list[Reading], *fittings: Fitting, as_of: datetime = LATE) -> MeterRecord:
    return meter_increments(heard, fittings=fittings or (Fitting(DAY),), as_of=as_of, conventions=CONVENTIONS)


def _amounts(record: MeterRecord) -> list[str | None]:
    return [None if each.amount is None else str(each.amount) for each in record.increments]


def _flags(increment: Increment) -> set[str]:
    return {flag.name for flag in increment.flags}


def test_increments_between_readings_times_the_multiplier() -> None:
    assert _amounts(_record(_heard("10", "10.5", "12"), Fitting(DAY, multiplier=Decimal(40)))) == ["20.0", "60.0"]


def test_the_first_hour_counts_from_the_register_at_fitting() -> None:
    record = _record(_heard("103", "105", first=1), Fitting(DAY, first_register=Decimal(100)))
    assert (_amounts(record), record.increments[0].start) == (["3", "2"], DAY)


def test_without_that_register_the_first_reading_only_begins() -> None:
    assert _amounts(_record(_heard("103", "105", first=1))) == ["2"]


def test_an_outage_keeps_its_whole_amount_and_is_flagged() -> None:
    record = _record(_heard("100", None, None, None, "108", "110"))
    assert _amounts(record) == ["8", "2"]
    assert [_flags(each) for each in record.increments] == [{"CAUGHT_UP"}, set()]


def test_a_late_reading_counts_and_mends_the_outage() -> None:
    late = Reading(DAY + 2 * STEP, Decimal(107), DAY + timedelta(days=3))
    heard = [*_heard("100", None, None, None, "108"), late]
    assert _amounts(_record(heard, as_of=DAY + timedelta(days=2))) == ["8"]
    assert _amounts(_record(heard)) == ["7", "1"]


def test_a_correction_wins_from_when_it_is_heard() -> None:
    heard = [*_heard("100", "105", "110"), Reading(DAY + STEP, Decimal(103), DAY + timedelta(days=1))]
    assert _amounts(_record(heard, as_of=DAY + timedelta(hours=2))) == ["5", "5"]
    assert _amounts(_record(heard)) == ["3", "7"]


def test_sent_twice_counts_once() -> None:
    heard = _heard("100", "105")
    assert _record(heard + heard) == _record(heard)


def test_a_reset_counts_what_has_passed_since_and_says_so() -> None:
    record = _record(_heard("100", "105", "2", "4"))
    assert _amounts(record) == ["5", "2", "2"]
    assert _flags(record.increments[1]) == {"RESET"}


def test_a_change_of_meter_nobody_announced_is_unknown() -> None:
    record = _record(_heard("9000", "9005", "700", "704"), Fitting(DAY, most_per_hour=Decimal(40)))
    assert _amounts(record) == ["5", None, "4"]
    assert _flags(record.increments[1]) == {"RESET", "UNKNOWN"}


def test_an_announced_change_of_meter_loses_nothing() -> None:
    change = DAY + STEP + timedelta(minutes=5)
    old = Fitting(DAY, change, last_register=Decimal("107"), multiplier=Decimal(10))
    new = Fitting(change, first_register=Decimal(0), multiplier=Decimal(20))
    record = _record(_heard("100", "105", "1", "3"), old, new)
    assert _amounts(record) == ["50", "20", "20", "40"]
    assert all(not each.flags for each in record.increments)


def test_a_change_without_registers_leaves_a_span_unknown() -> None:
    change = DAY + STEP + timedelta(minutes=5)
    record = _record(_heard("100", "105", "1", "3"), Fitting(DAY, change), Fitting(change))
    assert _amounts(record) == ["5", None, "2"]


def test_a_new_multiplier_holds_from_its_fitting() -> None:
    change = DAY + STEP
    fittings = Fitting(DAY, change, multiplier=Decimal(10), last_register=Decimal(105)), Fitting(change, multiplier=Decimal(15))
    assert _amounts(_record(_heard("100", "105", "107"), *fittings)) == ["50", "30"]


def test_a_register_that_goes_round() -> None:
    record = _record(_heard("99995", "3", "8"), Fitting(DAY, rolls_over_at=Decimal(100000)))
    assert (_amounts(record), _flags(record.increments[0])) == (["8", "5"], {"ROLLED_OVER"})


def test_more_than_can_pass_is_kept_and_flagged() -> None:
    record = _record(_heard("100", "105", "900", "905"), Fitting(DAY, most_per_hour=Decimal(40)))
    assert _amounts(record) == ["5", "795", "5"]
    assert _flags(record.increments[1]) == {"OVER_LIMIT"}


def test_a_spike_and_a_dip_are_set_aside_and_nothing_is_lost() -> None:
    fitting = Fitting(DAY, most_per_hour=Decimal(40))
    for odd, reason in (("900", SetAsideReason.SPIKE), ("3", SetAsideReason.DIP)):
        record = _record(_heard("100", odd, "110", "115"), fitting)
        assert _amounts(record) == ["10", "5"]
        assert [each.reason for each in record.set_aside] == [reason]
        assert _flags(record.increments[0]) == {"CAUGHT_UP"}


def test_a_fall_waits_for_the_next_reading() -> None:
    waiting = _record(_heard("100", "105", "2"))
    assert (_amounts(waiting), [each.reason for each in waiting.set_aside]) == (["5"], [SetAsideReason.PENDING])


def test_a_first_reading_below_the_register_at_fitting_waits_too() -> None:
    waiting = _record(_heard("0", first=1), Fitting(DAY, first_register=Decimal(51)))
    assert (waiting.increments, [each.reason for each in waiting.set_aside]) == ((), [SetAsideReason.PENDING])
    assert _amounts(_record(_heard("0", "2", first=1), Fitting(DAY, first_register=Decimal(51)))) == ["0", "2"]


def test_a_fall_before_the_meter_was_taken_off_waits_for_nothing() -> None:
    old = Fitting(DAY, DAY + 4 * STEP, last_register=Decimal(9))
    record = _record(_heard("100", "105", "110", "2"), old)
    assert (_amounts(record), record.set_aside) == (["5", "5", "2", "7"], ())


def test_a_clock_ahead_is_set_aside_and_the_others_stand() -> None:
    wrong = Reading(DAY + timedelta(days=400), Decimal(101), DAY + STEP)
    record = _record([*_heard("100", "105"), wrong])
    assert (_amounts(record), [each.reason for each in record.set_aside]) == (["5"], [SetAsideReason.CLOCK_AHEAD])


def test_five_minutes_ahead_is_borne_and_six_not() -> None:
    for minutes, count in ((5, 1), (6, 0)):
        ahead = Reading(DAY + STEP, Decimal(105), DAY + STEP - timedelta(minutes=minutes))
        assert len(_record([*_heard("100"), ahead]).increments) == count


def test_before_the_meter_was_there_nothing_counts() -> None:
    record = _record([Reading(DAY - timedelta(days=9000), Decimal(1), DAY), *_heard("100", "105")])
    assert (_amounts(record), [each.reason for each in record.set_aside]) == (["5"], [SetAsideReason.NO_METER])


def test_a_negative_register_is_set_aside() -> None:
    assert [each.reason for each in _record(_heard("-4", "5", "6")).set_aside] == [SetAsideReason.BELOW_ZERO]


def test_no_reading_no_increment() -> None:
    assert _record([]).increments == ()


def test_every_flag_has_words() -> None:
    assert all(flag.value for flag in Flag)
