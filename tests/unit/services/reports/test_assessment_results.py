"""From an assessment of the packaged city to the words of its official report, on the cases planted in the data."""

from datetime import date
from functools import lru_cache

import pytest

from shuangkong.assessment.rubric import Cycle
from shuangkong.services.assessments import run_assessment
from shuangkong.services.cities import City, open_city
from shuangkong.services.documents.assessment_docx import assessment_docx
from shuangkong.services.documents.assessment_report import AssessmentReport
from shuangkong.services.documents.assessment_xlsx import assessment_xlsx
from shuangkong.services.indicators import CityIndicators, load_indicators
from shuangkong.services.reports.assessment_results import compose_results


@lru_cache(maxsize=1)
def loaded() -> tuple[City, CityIndicators]:
    city = open_city()
    return city, load_indicators(folder=city.folder, jurisdictions=city.jurisdictions)


def results(cycle: Cycle, year: int, *, as_of: date | None = None, rubric: str | None = None, inputs_name: str | None = None) -> AssessmentReport:
    city, indicators = loaded()
    assessed = run_assessment(city=city, indicators=indicators, cycle=cycle, year=year, as_of=as_of, rubric_id=rubric)
    return compose_results(assessed, catalogue=indicators.catalogue, inputs_name=inputs_name)


def passages(report: AssessmentReport) -> dict[str, str]:
    return {passage.lead.zh: passage.text.zh for section in report.sections for passage in section.passages}


def test_a_designed_table_is_cited_unverified_and_called_no_finding() -> None:
    told = passages(results(Cycle.ANNUAL, 2023))["计分表"]
    assert told.startswith("【未核实】《市“十四五”节能目标责任评价考核计分表（建议稿）》")
    assert "未经有权机关批准" in told


def test_a_published_table_is_cited_without_that_caution() -> None:
    told = passages(results(Cycle.ANNUAL, 2023, rubric="state-council-2007"))["计分表"]
    assert "国发〔2007〕36号" in told
    assert "未核实" not in told


def test_the_year_is_told_in_words_with_names_and_reasons() -> None:
    report = results(Cycle.ANNUAL, 2023)
    told = passages(report)
    assert (report.title.zh, report.answer.zh) == (
        "驻马店市2023年度\n节能目标责任评价考核结果", "13 个县区（含功能区）：超额完成 3 个，完成 5 个，基本完成 2 个，未完成 2 个，未评定 1 个",
    )  # fmt: skip
    assert told["否决"] == "正阳县、泌阳县（2 个）：能耗强度年度和累计目标均未完成。"
    assert told["封顶"].startswith("汝南县：")
    assert "平舆县" in told["未评定原因"]
    assert told["等次"].startswith("95 分及以上为超额完成，80 分及以上、不足 95 分为完成，60 分及以上、不足 80 分为基本完成，不足 60 分为未完成。")


def test_the_declared_adjustment_is_told_with_citation_before_and_after() -> None:
    report = results(Cycle.ANNUAL, 2024)
    told = passages(report)["调整项"]
    assert "确山县 1.5 分" in told
    assert "模拟文件（非真实） 第2条" in told
    assert [place.card.name.zh for place in report.adjusted] == ["确山县"]


def test_the_mid_term_groups_every_target_and_says_a_proposal_changes_nothing() -> None:
    report = results(Cycle.MIDTERM, 2022)
    assert report.title.zh == "驻马店市“十四五”节能减排中期评估报告"
    assert sum(len(group.targets) for group in report.groups) == len(loaded()[0].plan.targets)
    assert report.groups[0].proposal.zh == "约束性目标不调整，预警督办"
    told = passages(report)
    assert "在原批准机关批准之前，方案的目标和分解一律不变" in told["建议的效力"]
    assert "年度" not in told["否决"]
    either_or = next(one for group in report.groups for one in group.targets if one.target_id == "T037")
    assert either_or.reason.zh.startswith("二选一，以 T038 为准")


def test_only_the_mid_term_evaluates_targets() -> None:
    assert results(Cycle.FIVE_YEAR, 2025).groups == ()


def test_an_input_file_is_named_to_the_reader() -> None:
    assert "【输入文件】数据取自输入文件“甲.csv”" in passages(results(Cycle.ANNUAL, 2023, inputs_name="甲.csv"))["数据时点"]


def test_simulated_data_judge_nobody() -> None:
    assert "不得据以考核任何单位" in passages(results(Cycle.ANNUAL, 2023))["模拟"]


@pytest.mark.parametrize(("cycle", "year"), [(Cycle.ANNUAL, 2023), (Cycle.MIDTERM, 2022)])
def test_the_same_knowledge_gives_the_same_files(cycle: Cycle, year: int) -> None:
    def files() -> tuple[bytes, bytes]:
        report = results(cycle, year, as_of=date(2024, 6, 30))
        return assessment_docx(report, "zh"), assessment_xlsx(report, "zh")

    assert files() == files()


def test_other_knowledge_gives_another_file() -> None:
    early, late = (assessment_docx(results(Cycle.ANNUAL, 2023, as_of=day), "zh") for day in (date(2024, 6, 30), date(2024, 12, 31)))
    assert early != late
