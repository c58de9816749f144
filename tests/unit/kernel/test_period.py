from datetime import date

import pytest

from shuangkong.kernel.period import FiveYearPlan, Grain, Period, UnreadablePeriod, day_named


@pytest.mark.parametrize(
    ("text", "start", "end", "grain"),
    [
        ("2023", date(2023, 1, 1), date(2024, 1, 1), Grain.YEAR),
        ("2023年", date(2023, 1, 1), date(2024, 1, 1), Grain.YEAR),
        ("2023H2", date(2023, 7, 1), date(2024, 1, 1), Grain.HALF),
        ("2023Q4", date(2023, 10, 1), date(2024, 1, 1), Grain.QUARTER),
        ("2023年第二季度", date(2023, 4, 1), date(2023, 7, 1), Grain.QUARTER),
        ("2023-12", date(2023, 12, 1), date(2024, 1, 1), Grain.MONTH),
        ("2024-02-29", date(2024, 2, 29), date(2024, 3, 1), Grain.DAY),
        ("2021-2025", date(2021, 1, 1), date(2026, 1, 1), Grain.YEARS),
        ("2021—2025年", date(2021, 1, 1), date(2026, 1, 1), Grain.YEARS),
    ],
)
def test_periods_are_half_open(text: str, start: date, end: date, grain: Grain) -> None:
    period = Period.parse(text)
    assert (period.start, period.end, period.grain) == (start, end, grain)


@pytest.mark.parametrize("text", ["", "23", "2023Q5", "2023-13", "2023-02-30", "9999-12-31", "2025-2021", "二〇二三", "2023 Q1x"])
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(UnreadablePeriod):
        Period.parse(text)


@pytest.mark.parametrize("text", ["2023", "2023H1", "2023Q2", "2023-05", "2023-05-06", "2021-2025"])
def test_printing_reads_back(text: str) -> None:
    assert str(Period.parse(text)) == text


@pytest.mark.parametrize(
    ("text", "before", "last_year"),
    [("2023", "2022", "2022"), ("2023Q1", "2022Q4", "2022Q1"), ("2023-01", "2022-12", "2022-01"), ("2024-02-29", "2024-02-28", "2023-02-28")],
)
def test_previous_and_same_period_last_year(text: str, before: str, last_year: str) -> None:
    period = Period.parse(text)
    assert str(period.previous()) == before
    assert period.year_on_year().start == Period.parse(last_year).start


def test_the_fourteenth_plan() -> None:
    plan = FiveYearPlan.number(14)
    assert (plan.base_year, str(plan.period)) == (2020, "2021-2025")


def test_year_to_date_runs_from_january() -> None:
    assert Period.parse("2023Q3").year_to_date() == Period(date(2023, 1, 1), date(2023, 10, 1))


@pytest.mark.parametrize("text", ["2021-2025", "2023-02-30", "2023-13", "yesterday", "", "20230630"])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(UnreadablePeriod):
        day_named(text)
