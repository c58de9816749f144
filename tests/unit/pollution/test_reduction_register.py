"""Offsets, shares, double counting, verification, progress and score."""

from datetime import date
from decimal import Decimal

import pytest

from shuangkong.kernel.faults import InputRefused
from shuangkong.pollution.campaign import NoSchedule, campaign_score
from shuangkong.pollution.progress import (
    Attribution,
    TooFewStates,
    YearsOutOfPlan,
    credited_by_year,
    reduction_progress,
    yearly_attribution,
)
from shuangkong.pollution.reduction import MajorPollutant, Reduction, State
from shuangkong.pollution.register import RegisterEntry, SharesDoNotAddUp, count, exclusive_pair
from shuangkong.pollution.verification import (
    DeductionNeedsFigure,
    ReductionStage,
    UnknownDeduction,
    VerificationFinding,
    reversed_levels,
    verify,
)
from shuangkong.rules import at

RULES = at(date(2023, 12, 31))


def entry(project_id: str, before: str = "100", after: str = "40", **more: object) -> RegisterEntry:
    fields = {"method": "N4", "pollutant": MajorPollutant.NOX} | more
    return RegisterEntry(project_id, reduction=Reduction(State(Decimal(before)), State(Decimal(after)), "", ""), **fields)  # type: ignore[arg-type]


def test_offsets_and_rights_sold_come_off() -> None:
    (one,) = count([entry("a", offset_t=Decimal(20), rights_sold_t=Decimal(5))], rules=RULES)
    assert one.countable_t == Decimal(35)


def test_what_came_off_is_shown() -> None:
    shares = [entry("a", share=Decimal("0.6"), offset_t=Decimal(20), rights_sold_t=Decimal(5)), entry("a", share=Decimal("0.4"))]
    assert [each.working for each in count(shares, rules=RULES)] == [
        "Rc = R × s − Eo − Es = 60 × 0.6 − 20 − 5 = 11 t", "Rc = R × s = 60 × 0.4 = 24 t",
    ]  # fmt: skip
    assert [each.working for each in count([entry("a")], rules=RULES)] == [""]


def test_more_offset_than_reduced_is_kept_below_zero_and_flagged() -> None:
    (one,) = count([entry("a", offset_t=Decimal(70))], rules=RULES)
    assert one.countable_t == Decimal(-10)
    assert len(one.warnings) == 1


@pytest.mark.parametrize(("finished", "expected"), [("2020-12-31", 0), ("2021-01-01", 60)])
def test_only_what_was_finished_from_2021_counts(finished: str, expected: int) -> None:
    (one,) = count([entry("a", finished_on=date.fromisoformat(finished))], rules=RULES)
    assert one.countable_t == expected


@pytest.mark.parametrize(
    ("stage", "expected"),
    [(ReductionStage.PLANNED, 0), (ReductionStage.BUILDING, 0), (ReductionStage.COMPLETED, 60), (ReductionStage.RECOGNISED, 60), (ReductionStage.REMOVED, 0)],
)
def test_a_project_counts_once_it_is_finished(stage: ReductionStage, expected: int) -> None:
    (one,) = count([entry("a", stage=stage)], rules=RULES)
    assert one.countable_t == expected


def test_shares_of_a_joint_project_add_up_to_one() -> None:
    whole = count([entry("a", share=Decimal("0.6")), entry("a", share=Decimal("0.4"))], rules=RULES)
    assert [each.countable_t for each in whole] == [Decimal(36), Decimal(24)]
    with pytest.raises(SharesDoNotAddUp):
        count([entry("a", share=Decimal("0.6")), entry("a", share=Decimal("0.3"))], rules=RULES)
    with pytest.raises(SharesDoNotAddUp):
        count([entry("a"), entry("a")], rules=RULES)
    with pytest.raises(InputRefused) as refused:
        count([entry("a", share=Decimal("0.6")), entry("b", share=Decimal("0.3"))], rules=RULES)
    assert len(refused.value.faults) == 2


def test_the_later_project_on_a_unit_counts_the_further_step_only() -> None:
    retrofit = entry("retrofit", "100", "40", unit_key="厂1#炉", finished_on=date(2021, 6, 1))
    removal = entry("removal", "100", "0", method="N1", unit_key="厂1#炉", finished_on=date(2023, 6, 1))
    found = count([removal, retrofit], rules=RULES)  # the order of finishing decides, not that of the file
    assert [each.countable_t for each in found] == [Decimal(40), Decimal(60)]
    assert "retrofit（N4）" in found[0].warnings[0].zh
    assert "removal（N1）" in found[0].warnings[0].zh


def test_three_on_one_unit_telescope() -> None:
    steps = [("a", "40", 2021), ("b", "25", 2022), ("c", "10", 2023)]
    found = count([entry(name, "100", after, unit_key="u", finished_on=date(year, 1, 1)) for name, after, year in steps], rules=RULES)
    assert [each.countable_t for each in found] == [Decimal(60), Decimal(15), Decimal(15)]


def test_v1_beside_v2_counts_once_until_settled() -> None:
    pair = [entry(name, method=code, pollutant=MajorPollutant.VOCS, unit_key="涂装线") for name, code in (("a", "V1"), ("b", "V2"))]
    assert [each.countable_t for each in count(pair, rules=RULES)] == [Decimal(60), Decimal(0)]


def test_one_project_claiming_by_both_methods_of_a_pair_is_flagged_or_settled() -> None:
    def pair(**more: object) -> list[RegisterEntry]:
        return [entry("a", method=code, pollutant=MajorPollutant.VOCS, **more) for code in ("V6", "V1", "V2")]

    found = count(pair(), rules=RULES)  # whether they are on one unit nobody said
    assert [each.countable_t for each in found] == [Decimal(60), Decimal(60), Decimal(60)]
    assert [len(each.warnings) for each in found] == [0, 0, 1]
    assert "V3" in found[2].warnings[0].zh
    settled = count(pair(unit_key="涂装线")[1:], rules=RULES)
    assert [each.countable_t for each in settled] == [Decimal(60), Decimal(0)]


def test_a_sewer_behind_an_expanded_plant_counts_what_it_adds_to_removal() -> None:
    def plant(name: str, method: str, removed: int, finished: date) -> RegisterEntry:
        made = Reduction(State.treated(generated_t=Decimal(500), removed_t=Decimal(100)), State.treated(generated_t=Decimal(500), removed_t=Decimal(removed)), "", "")
        return RegisterEntry(name, method, MajorPollutant.COD, made, unit_key="污水厂", finished_on=finished)

    found = count([plant("w1", "W1", 300, date(2021, 5, 1)), plant("w3", "W3", 350, date(2022, 5, 1))], rules=RULES)
    assert [each.countable_t for each in found] == [Decimal(200), Decimal(50)]


def test_different_pollutants_and_units_do_not_meet() -> None:
    apart = [entry("a", unit_key="u"), entry("b", unit_key="v"), entry("c", pollutant=MajorPollutant.VOCS, unit_key="u")]
    assert [each.countable_t for each in count(apart, rules=RULES)] == [Decimal(60), Decimal(60), Decimal(60)]


def test_every_pair_of_the_table_is_found_in_either_order() -> None:
    for one, other in [("W1", "W3"), ("W1", "W7"), ("W4", "W2"), ("N1", "N3"), ("N1", "N4"), ("V1", "V2"), ("V5", "V6")]:
        assert exclusive_pair(one, other, rules=RULES) == exclusive_pair(other, one, rules=RULES) is not None
    assert exclusive_pair("W1", "W2", rules=RULES) is None


@pytest.mark.parametrize(
    ("findings", "verified", "counted"),
    [
        ([], 100, 100),
        ([("not_running", None)], 0, 0),
        ([("data_invalid", None)], 0, 0),
        ([("permit_not_changed", None)], 0, 0),
        ([("load_below_capacity", "80")], 80, 80),
        ([("load_below_capacity", "120")], 100, 100),
        ([("effluent_above_standard", "5")], 95, 95),
        ([("effluent_above_standard", "5"), ("load_below_capacity", "80")], 76, 76),  # cap first, then the share
        ([("counted_elsewhere", "30")], 100, 70),
        ([("carbon_balance", "60"), ("offset_given", "10"), ("rights_sold", "5")], 60, 45),
    ],
)
def test_deductions(findings: list[tuple[str, str | None]], verified: int, counted: int) -> None:
    found = verify(
        claimed_t=Decimal(100), rules=RULES,
        findings=[VerificationFinding(code, None if figure is None else Decimal(figure)) for code, figure in findings],
    )  # fmt: skip
    assert (found.verified_t, found.counted_t) == (verified, counted)
    assert sum(each.deducted_t for each in found.deductions) == Decimal(100) - counted


def test_pending_and_removed_are_told_apart() -> None:
    pending = verify(claimed_t=Decimal(1), findings=[VerificationFinding("evidence_missing")], rules=RULES)
    removed = verify(claimed_t=Decimal(1), findings=[VerificationFinding("data_invalid")], rules=RULES)
    assert (pending.is_pending, pending.is_removed) == (True, False)
    assert (removed.is_pending, removed.is_removed) == (False, True)


def test_a_deduction_must_be_known_and_have_its_figure() -> None:
    with pytest.raises(UnknownDeduction):
        verify(claimed_t=Decimal(1), findings=[VerificationFinding("mood")], rules=RULES)
    for figure in (None, Decimal(-1), Decimal(101)):
        with pytest.raises(DeductionNeedsFigure):
            verify(claimed_t=Decimal(1), findings=[VerificationFinding("effluent_above_standard", figure)], rules=RULES)


def test_a_level_above_that_recognises_more_is_flagged() -> None:
    assert reversed_levels([("企业", Decimal(10)), ("县", Decimal(10)), ("市", Decimal(9)), ("省", None)]) == ()
    assert len(reversed_levels([("企业", Decimal(10)), ("市", Decimal(9)), ("省", None), ("国家", Decimal("9.1"))])) == 1


@pytest.mark.parametrize(
    ("counted", "light"),
    [("159.9", "RED"), ("160", "YELLOW"), ("199.9", "YELLOW"), ("200", "GREEN"), ("300", "GREEN")],
)
def test_lights_on_and_beside_the_thresholds(counted: str, light: str) -> None:
    made = reduction_progress(target_t=Decimal(1000), years_total=5, counted_t=[Decimal(counted)], rules=RULES)
    assert (made.scheduled_t, made.light.name) == (Decimal(200), light)


def test_years_beyond_the_plan_are_refused() -> None:
    for counted in ([], [Decimal(1)] * 6):
        with pytest.raises(YearsOutOfPlan):
            reduction_progress(target_t=Decimal(1000), years_total=5, counted_t=counted, rules=RULES)


def test_yearly_attribution_keeps_a_rise_below_zero() -> None:
    assert yearly_attribution({2022: Decimal(95), 2020: Decimal(100), 2021: Decimal(90)}) == {2021: Decimal(10), 2022: Decimal(-5)}
    with pytest.raises(TooFewStates):
        yearly_attribution({2020: Decimal(1)})


@pytest.mark.parametrize(
    ("stable_on", "expected"),
    [("2022-01-01", {2022: 120, 2023: 0}), ("2022-01-02", {2022: 110, 2023: 10}), ("2022-12-31", {2022: 0, 2023: 120})],
)
def test_months_prorated_carries_the_rest_over(stable_on: str, expected: dict[int, int]) -> None:
    found = credited_by_year(reduction_t=Decimal(120), stable_on=date.fromisoformat(stable_on), attribution=Attribution.MONTHS_PRORATED)
    assert found == expected


FOUR = {each: Decimal(100) for each in MajorPollutant}


@pytest.mark.parametrize(
    ("done", "points", "grade"),
    [("100", "100", "优秀"), ("120", "105", "优秀"), ("150", "105", "优秀"), ("110", "102.5", "优秀"), ("90", "90", "优秀"),
     ("89.9", "89.9", "良好"), ("70", "70", "良好"), ("60", "60", "合格"), ("59", "59", "不合格"), ("-5", "0", "不合格")],
)  # fmt: skip
def test_campaign_points_and_grades(done: str, points: str, grade: str) -> None:
    found = campaign_score(cumulative_t=dict.fromkeys(FOUR, Decimal(done)), scheduled_t=FOUR, is_fraud_proved=False, rules=RULES)
    assert (found.points, found.grade) == (Decimal(points), grade)


def test_one_failing_pollutant_is_flagged_however_good_the_mean() -> None:
    done = {MajorPollutant.COD: Decimal(120), MajorPollutant.NH3_N: Decimal(120), MajorPollutant.NOX: Decimal(120), MajorPollutant.VOCS: Decimal(99)}
    found = campaign_score(cumulative_t=done, scheduled_t=FOUR, is_fraud_proved=False, rules=RULES)
    assert found.points == Decimal("103.5")  # (3 × 105 + 99) ÷ 4
    assert found.failing == (MajorPollutant.VOCS,)


def test_fraud_vetoes_and_missing_tonnes_leave_the_score_open() -> None:
    good = dict.fromkeys(FOUR, Decimal(120))
    assert campaign_score(cumulative_t=good, scheduled_t=FOUR, is_fraud_proved=True, rules=RULES).grade == "不合格"
    missing = campaign_score(cumulative_t={**good, MajorPollutant.COD: None}, scheduled_t=FOUR, is_fraud_proved=False, rules=RULES)
    assert (missing.points, missing.grade) == (None, None)
    with pytest.raises(NoSchedule):
        campaign_score(cumulative_t=good, scheduled_t={MajorPollutant.COD: Decimal(0)}, is_fraud_proved=False, rules=RULES)
