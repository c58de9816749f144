from decimal import Decimal

import pytest

from shuangkong.energy.intensity import ImpossibleChange
from shuangkong.energy.progress import (
    UnusableTarget,
    UnusableYears,
    annual_rate_pct,
    annual_totals,
    increment_cap_left_tce,
    progress,
    remaining_rate_pct,
)


def _progress(fall: str, target: str = "12", elapsed: str = "2", total: str = "5"):
    return progress(
        cumulative_reduction_pct=Decimal(fall), target_pct=Decimal(target), years_elapsed=Decimal(elapsed), years_total=Decimal(total)
    )


def test_both_yardsticks_meet_at_nothing_and_at_all() -> None:
    assert _progress("0").progress_log_pct == _progress("0").progress_linear_pct == 0
    assert _progress("12").progress_log_pct == _progress("12").progress_linear_pct == 100


def test_half_way_by_logarithm_is_the_square_root() -> None:
    # 0.9 x 0.9 = 0.81: a fall of 10 % is half of the way to 19 %
    found = _progress("10", target="19")
    assert round(found.progress_log_pct, 20) == 50
    assert found.progress_linear_pct == Decimal("1000") / Decimal("19")
    assert round(found.ahead_log_points, 20) == 10


def test_a_rise_is_negative_progress() -> None:
    assert _progress("-1").progress_log_pct < 0
    assert round(_progress("-1").progress_linear_pct, 4) == Decimal("-8.3333")


@pytest.mark.parametrize("target", ["0", "-1", "100"])
def test_a_target_must_be_a_fall(target: str) -> None:
    with pytest.raises(UnusableTarget):
        _progress("1", target=target)


@pytest.mark.parametrize(("elapsed", "total"), [("6", "5"), ("-1", "5"), ("0", "0")])
def test_years_must_fit(elapsed: str, total: str) -> None:
    with pytest.raises(UnusableYears):
        _progress("1", elapsed=elapsed, total=total)


def test_nothing_falls_by_all() -> None:
    with pytest.raises(ImpossibleChange):
        _progress("100")


def test_annual_rate_of_the_plan() -> None:
    # by an integer fifth root of 0.88 to 30 digits, worked apart from this code
    assert round(annual_rate_pct(target_pct=Decimal(12), years=Decimal(5)), 12) == Decimal("2.524261446921")
    assert annual_rate_pct(target_pct=Decimal(12), years=Decimal(1)) == 12


def test_remaining_rate() -> None:
    assert remaining_rate_pct(target_pct=Decimal(19), cumulative_reduction_pct=Decimal(0), years_left=Decimal(2)) == 10
    assert remaining_rate_pct(target_pct=Decimal(12), cumulative_reduction_pct=Decimal(12), years_left=Decimal(3)) == 0
    assert remaining_rate_pct(target_pct=Decimal(12), cumulative_reduction_pct=Decimal(20), years_left=Decimal(1)) == -10


@pytest.mark.parametrize("left", ["0", "-1"])
def test_no_year_left_gives_no_rate(left: str) -> None:
    with pytest.raises(UnusableYears):
        remaining_rate_pct(target_pct=Decimal(12), cumulative_reduction_pct=Decimal(5), years_left=Decimal(left))


def test_totals_follow_growth_and_target() -> None:
    assert [round(total, 18) for total in annual_totals(Decimal(1000), [Decimal(10), Decimal(10)], target_pct=Decimal(19))] == [990, Decimal("980.1")]
    assert annual_totals(Decimal(1000), [Decimal(0)], target_pct=Decimal(19), years=Decimal(2)) == (900,)
    with pytest.raises(ImpossibleChange):
        annual_totals(Decimal(1000), [Decimal(-100)], target_pct=Decimal(12))


def test_increment_cap_can_be_overdrawn() -> None:
    assert increment_cap_left_tce(increment_cap_tce=Decimal(100), increments_tce=[Decimal(70), Decimal(50), Decimal(-10)]) == -10
