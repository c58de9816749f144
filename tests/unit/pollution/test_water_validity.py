"""Waste water: repaired values, effective means, the 30-day maximum."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from shuangkong.kernel.period import CHINA_STANDARD_TIME
from shuangkong.pollution.water_validity import WaterDay, WeighedValue, effective_mean, fill_days, held_values, repaired
from shuangkong.rules import at

RULES = at(date(2023, 12, 31))
FIRST = date(2023, 5, 1)


def _days(*kg: int | None, **more: object) -> list[WaterDay]:
    return [WaterDay(FIRST + timedelta(days=n), None if each is None else Decimal(each), **more) for n, each in enumerate(kg)]  # type: ignore[arg-type]


def test_the_analysers_own_detection_limit_goes_before_the_usual_one() -> None:
    assert repaired(concentration_mg_l=Decimal(9), factor="COD", rules=RULES, detection_limit_mg_l=Decimal(15)).used_mg_l == 2
    assert repaired(concentration_mg_l=Decimal("0.019"), factor="NH3_N", rules=RULES).used_mg_l == Decimal("0.01")


def test_a_factor_without_a_repair_value_is_taken_as_it_is() -> None:
    found = repaired(concentration_mg_l=Decimal("-0.1"), factor="pH", rules=RULES)
    assert (found.used_mg_l, found.is_repaired) == (Decimal("-0.1"), False)


def test_the_original_stays_beside_the_repaired_value() -> None:
    found = repaired(concentration_mg_l=Decimal("1.5"), factor="COD", rules=RULES)
    assert (found.original_mg_l, found.used_mg_l, found.is_repaired) == (Decimal("1.5"), Decimal(2), True)


def test_hours_without_flow_are_invalid_and_weigh_nothing() -> None:
    values = [WeighedValue(Decimal(20), Decimal(10))] * 18 + [WeighedValue(Decimal(900), Decimal(0))] * 6
    found = effective_mean(values, rules=RULES)
    assert (found.mean_mg_l, found.valid_count) == (20, 18)


def test_one_valid_hour_fewer_makes_no_mean() -> None:
    values = [WeighedValue(Decimal(20), Decimal(10))] * 17 + [WeighedValue(None, Decimal(10))] * 7
    assert effective_mean(values, rules=RULES).mean_mg_l is None


def test_a_missing_day_takes_the_highest_of_the_last_30_valid_days() -> None:
    found = fill_days(_days(500, *range(1, 31), None), passed_checks=[], rules=RULES)[-1]
    assert (found.kg, found.window_start, found.window_end, found.is_short_history) == (30, date(2023, 5, 2), date(2023, 6, 1), False)


def test_a_replaced_day_feeds_no_window_and_short_history_is_told() -> None:
    found = fill_days(_days(5, None, 3, None), passed_checks=[], rules=RULES)
    assert [day.kg for day in found] == [5, 5, 3, 5]
    assert [day.is_short_history for day in found] == [False, True, False, True]
    assert found[1].original_kg is None


def test_the_window_ends_before_the_last_passed_check() -> None:
    found = fill_days(_days(5, 6, 70, 80, None), passed_checks=[FIRST + timedelta(days=2)], rules=RULES)
    assert found[-1].kg == 6


def test_four_manual_measurements_outside_sampling_time_come_first() -> None:
    def last(count: int, due: bool) -> Decimal | None:
        days = [*_days(9), WaterDay(FIRST + timedelta(days=1), None, was_sampling_due=due, manual_kg=(Decimal(2), Decimal(4)) * (count // 2))]
        return fill_days(days, passed_checks=[], rules=RULES)[-1].kg

    assert [last(4, False), last(2, False), last(4, True)] == [3, 9, 9]


def test_a_stopped_day_emits_nothing() -> None:
    assert fill_days([*_days(9), WaterDay(FIRST + timedelta(days=1), None, is_stopped=True)], passed_checks=[], rules=RULES)[-1].kg == 0


def test_a_result_holds_no_longer_than_its_cycle() -> None:
    at_hour = [datetime(2023, 5, 1, hour, tzinfo=CHINA_STANDARD_TIME) for hour in range(4)]
    found = held_values([(at_hour[0], Decimal(30)), (at_hour[1], Decimal(40))], starts=at_hour, longest=timedelta(hours=2))
    assert found == (30, 40, 40, None)
