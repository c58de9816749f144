"""The assessment of the packaged city, against the cases planted in its data (data/README.md), and of input files."""

import json
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

import pytest

from shuangkong.assessment.rubric import Cycle
from shuangkong.kernel.faults import InputRefused
from shuangkong.services.assessment_inputs import read_inputs
from shuangkong.services.assessments import (
    AssessedJurisdiction,
    Assessment,
    YearOutsidePlan,
    run_assessment,
)
from shuangkong.services.cities import City, open_city
from shuangkong.services.indicators import CityIndicators, load_catalogue, load_indicators


@lru_cache(maxsize=1)
def city() -> City:
    return open_city()


@lru_cache(maxsize=1)
def indicators() -> CityIndicators:
    return load_indicators(folder=city().folder, jurisdictions=city().jurisdictions)


def _assess(cycle: Cycle, year: int, as_of: date | None = None, rubric: str | None = None) -> Assessment:
    return run_assessment(city=city(), indicators=indicators(), cycle=cycle, year=year, as_of=as_of, rubric_id=rubric)


def _of(assessment: Assessment, name: str) -> AssessedJurisdiction:
    return next(one for one in assessment.jurisdictions if one.jurisdiction.name.zh == name)


def test_all_thirteen_are_assessed_in_the_order_of_their_codes() -> None:
    codes = [one.jurisdiction.code for one in _assess(Cycle.ANNUAL, 2023).jurisdictions]
    assert len(codes) == 13
    assert codes == sorted(codes)


def test_the_county_that_fails_year_and_cumulative_is_vetoed() -> None:
    one = _of(_assess(Cycle.ANNUAL, 2023), "正阳县")
    assert (one.card.grade, [veto.code for veto in one.card.vetoes]) == ("未完成", ["V1"])


def test_the_county_over_its_total_is_exempt_because_intensity_was_met() -> None:
    card = _of(_assess(Cycle.ANNUAL, 2025), "确山县").card
    total = next(score for score in card.items if score.code == "A3")
    assert total.is_exempt
    assert "超出总量目标" in total.reason.zh
    assert next(score for score in card.items if score.code == "A4").points == 0


def test_year_missed_and_cumulative_met_is_capped() -> None:
    card = _of(_assess(Cycle.ANNUAL, 2025), "遂平县").card
    assert (card.grade, [cap.code for cap in card.caps]) == ("基本完成", ["C1"])


def test_a_missing_year_leaves_the_grade_open_and_names_what_is_missing() -> None:
    card = _of(_assess(Cycle.ANNUAL, 2022), "平舆县").card
    first = next(score for score in card.items if score.code == "A1")
    assert (card.grade, first.points) == (None, None)
    assert "平舆县2022年缺“能源消费总量（等价值）”" in first.reason.zh


def test_a_zone_whose_data_stopped_gets_no_grade() -> None:
    assert _of(_assess(Cycle.ANNUAL, 2024), "高新区").card.grade is None


def test_a_late_revision_changes_the_judgement_but_not_the_past() -> None:
    early = _of(_assess(Cycle.ANNUAL, 2023, date(2024, 6, 30)), "汝南县").card
    later = _of(_assess(Cycle.ANNUAL, 2023, date(2024, 12, 31)), "汝南县").card
    assert (early.items[0].is_met, later.items[0].is_met) == (True, False)
    assert _of(_assess(Cycle.ANNUAL, 2023, date(2024, 6, 30)), "汝南县").card == early


def test_the_same_knowledge_gives_the_same_bytes() -> None:
    def told() -> str:
        fresh = load_indicators(folder=city().folder, jurisdictions=city().jurisdictions)
        run = run_assessment(city=city(), indicators=fresh, cycle=Cycle.ANNUAL, year=2023, as_of=date(2024, 6, 30))
        return json.dumps(run.as_json(), ensure_ascii=False)

    assert told() == told()


def test_the_declared_adjustment_shows_before_and_after() -> None:
    card = _of(_assess(Cycle.ANNUAL, 2024), "确山县").card
    assert card.score - card.score_before_adjustment == Decimal("1.5")


def test_the_midterm_evaluates_every_target_and_lowers_no_binding_one() -> None:
    run = _assess(Cycle.MIDTERM, 2022)
    assert len(run.proposals) == len(city().plan.targets)
    binding = {proposal.kind.name for proposal in run.proposals if proposal.target.nature.name == "BINDING"}
    assert "REVISE" not in binding
    assert "evaluation" in run.as_json()


def test_the_four_pollutants_stand_beside_the_score() -> None:
    pollutants = _of(_assess(Cycle.FIVE_YEAR, 2025), "驿城区").pollutants
    assert pollutants is not None
    assert [each.pollutant.value for each in pollutants.pollutants] == ["COD", "NH3-N", "NOx", "VOCs"]


def test_a_score_on_simulated_data_and_an_unofficial_table_says_so() -> None:
    assert {"模拟", "未核实"} <= set(_of(_assess(Cycle.ANNUAL, 2023), "西平县").marks)


@pytest.mark.parametrize(("cycle", "year"), [(Cycle.ANNUAL, 2020), (Cycle.ANNUAL, 2026), (Cycle.MIDTERM, 2023), (Cycle.FIVE_YEAR, 2024)])
def test_a_cycle_looks_only_at_its_own_years(cycle: Cycle, year: int) -> None:
    with pytest.raises(YearOutsidePlan):
        _assess(cycle, year)


def _from_file(path: Path, text: str) -> Assessment:
    path.write_text(text, encoding="utf-8")
    read = read_inputs(path, city=city(), declared=load_catalogue(city().folder))
    return run_assessment(city=city(), indicators=read.indicators, cycle=Cycle.ANNUAL, year=2022, as_of=None, given=read.given)


def test_a_wide_file_is_computed_from_its_elements(tmp_path: Path) -> None:
    # Intensity: 1000/400 = 2.5, 1000/(400×1.05) = 2.38095, 1010/(400×1.05×1.05) = 2.29025: falls of 4.7619 % and 3.8095 %.
    run = _from_file(
        tmp_path / "inputs.csv",
        "jurisdiction,period,gdp_current_100m_yuan,gdp_growth_pct,energy_consumed_tce\n"
        "驿城区,2020,400,,1000\n驿城区,2021,,5,1000\n驿城区,2022,,5,1010\n",
    )
    card = _of(run, "驿城区").card
    assert card.items[0].points == 20
    assert "下降 3.81%" in card.items[0].reason.zh
    assert _of(run, "西平县").card.items[0].points is None


def test_a_file_may_state_the_facts_of_the_table_outright(tmp_path: Path) -> None:
    run = _from_file(
        tmp_path / "inputs.yaml",
        "- {jurisdiction: 驿城区, period: 2022, energy_intensity_annual_reduction_pct: 1.5, target_annual_reduction_pct: 3,"
        " intensity_progress_log_pct: 20, time_progress_pct: 40}\n",
    )
    items = {score.code: score.points for score in _of(run, "驿城区").card.items}
    assert (items["A1"], items["A2"]) == (Decimal(10), Decimal(10))


def test_a_stated_indicator_goes_into_every_formula_above_it(tmp_path: Path) -> None:
    # 0.487 → 0.47 is a fall of 3.49 % in the year; 0.5 → 0.47 one of 6 %, ln(0.94) ÷ ln(0.88) = 48.40 % of the way in 40 % of the time.
    run = _from_file(
        tmp_path / "inputs.csv",
        "jurisdiction,period,energy_intensity_tce_per_10k_yuan\n驿城区,2020,0.5\n驿城区,2021,0.487\n驿城区,2022,0.47\n",
    )
    reasons = {score.code: score.reason.zh for score in _of(run, "驿城区").card.items}
    assert "下降 3.49%" in reasons["A1"]
    assert "累计进度 48.4%" in reasons["A2"]


def test_faults_of_an_input_file_come_together(tmp_path: Path) -> None:
    with pytest.raises(InputRefused) as refused:
        _from_file(tmp_path / "inputs.csv", "jurisdiction,period,gdp_growth_pct\n驿成区,2022,5\n驿城区,二〇二二,5\n驿城区,2022,很高\n")
    assert len(refused.value.faults) == 3
