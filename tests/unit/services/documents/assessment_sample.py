"""An invented assessment, for tests of how it is set: one vetoed, one exempt and adjusted, one open; two proposals."""

from datetime import date
from decimal import Decimal

from shuangkong.kernel.language import Words
from shuangkong.services.documents.assessment_report import (
    AdjustmentLine,
    AssessmentReport,
    CitedReason,
    Passage,
    PlaceResult,
    PollutantLine,
    PollutantSheet,
    ProposalGroup,
    Section,
    TargetEvaluation,
)
from shuangkong.services.documents.report import Figure, Mark, Scorecard, ScoreLine

TABLE = "示例计分表"
MARKS = (Mark.SIMULATED, Mark.UNVERIFIED)
NO_DATA = Words("缺少数据：河口县2022年缺“煤炭消费总量”", "missing: coal of Hekou, 2022")


def points(told: str | None, reason: Words | None = None) -> Figure:
    return Figure(None if told is None else Decimal(told), "分", 2, reason)


def card(code: str, zh: str, en: str, score: str | None, grade: Words, second: str | None) -> Scorecard:
    return Scorecard(
        code=code, name=Words(zh, en), score=points(score), grade=grade,
        items=(
            ScoreLine("A1", Words("能耗强度", "intensity"), points("40.125"), Figure(Decimal(60), "分", 0), Words("下降 2.6%", "fell 2.6 %"), f"{TABLE} A1", (Mark.SIMULATED,)),
            ScoreLine("A4", Words("煤炭", "coal"), points(second, NO_DATA if second is None else None), Figure(Decimal(40), "分", 0),
                      Words("未超出", "within") if second else NO_DATA, f"{TABLE} A4"),
        ),
    )  # fmt: skip


def place(result: Scorecard, before: str, max_scored: str, reason: str, **more: object) -> PlaceResult:
    return PlaceResult(
        card=result, before=points(before), max_scored=Figure(Decimal(max_scored), "分", 0), grade_reason=Words(reason, reason), marks=MARKS, **more,  # type: ignore[arg-type]
    )  # fmt: skip


POLLUTANTS = PollutantSheet(
    score=points("61.5"), grade=Words("合格", "passed"), reason=Words("氨氮未达进度", "behind schedule: NH3-N"), marks=(Mark.SIMULATED,),
    lines=(
        PollutantLine(Words("化学需氧量", "COD"), Figure(Decimal("120"), "%", 1), points("100"), Words("累计认定 12 t", "12 t")),
        PollutantLine(Words("氨氮", "NH3-N"), Figure(Decimal("23.04"), "%", 1), points("23.04"), Words("累计认定 1 t", "1 t")),
    ),
)  # fmt: skip


def target(target_id: str, zh: str, actual: str | None, expected: str | None) -> TargetEvaluation:
    return TargetEvaluation(
        target_id=target_id, clause="二(一)", name=Words(zh, "a target"), scope=Words("", ""), nature=Words("约束性", "binding"),
        actual=Figure(None if actual is None else Decimal(actual), "%", 1), operator=">=", aim=Figure(Decimal(12), "%", 0), target_year=2025,
        pace_pct=Figure(Decimal("31.4"), "%", 1), expected=Figure(None if expected is None else Decimal(expected), "%", 2),
        reason=Words("进度为应达的 31.4%", "31.4 % of the pace due"), marks=MARKS,
    )  # fmt: skip


def sample_results() -> AssessmentReport:
    met, failed, unscored = Words("完成", "met"), Words("未完成", "not met"), Words("未评定", "open")
    return AssessmentReport(
        city=Words("示例市", "Sample"), title=Words("示例市2022年度\n考核结果", "Sample: results of 2022"), plan_title="示例方案", cycle=Words("中期评估", "mid-term evaluation"),
        year=2022, as_of=date(2023, 6, 30), engine="shuangkong test", rubric=Words(TABLE, "sample table"),
        opening=Words("根据示例方案，现将结果报告如下。", "The results are as follows."), answer=Words("3 个县区：完成 1 个", "3 jurisdictions: 1 met"),
        sections=(
            Section(Words("考核依据", "Basis"), (Passage(Words("计分表", "table"), Words("【未核实】示例。", "[unverified] sample.")),)),
            Section(Words("考核结果", "Results"), (Passage(Words("总体", "in all"), Words("完成 1 个。", "1 met.")),), has_results=True),
            Section(Words("异议和复核", "Appeal"), (Passage(Words("申请复核", "review"), Words("可申请。", "may apply.")),)),
        ),
        places=(
            place(card("990001", "东山区", "Dongshan", "70", failed, "29.875"), "70", "100", "否决：目标未完成", vetoes=(CitedReason(Words("目标未完成", "missed"), f"{TABLE} 否决一"),)),
            place(
                card("990002", "石桥县", "Shiqiao", "81.625", met, "40"), "80.125", "100", "总分 81.62", pollutants=POLLUTANTS,
                exemptions=(CitedReason(Words("免于考核总量", "total waived"), "方案三（一）"),),
                adjustments=(AdjustmentLine(Figure(Decimal("1.5"), "分", 1, is_change=True), Words("跨周期折算", "spread"), "示例文件 第2条"),),
            ),
            place(card("990003", "河口县", "Hekou", "40.125", unscored, None), "40.125", "60", "暂不评定等次，缺少数据：煤炭", is_open=True),
        ),
        groups=(
            ProposalGroup(Words("约束性目标不调整，预警督办", "binding: warned"), (target("T050", "能耗强度降低率", "1.5951937", "3.84"),)),
            ProposalGroup(Words("先补齐数据", "complete the data first"), (target("T067", "平均电耗", None, None),)),
        ),
        marks=MARKS,
    )  # fmt: skip
