"""An invented city, for tests of how a report is set: every light, every mark, a gap, a place without data, a veto."""

from datetime import date
from decimal import Decimal

from shuangkong.kernel.language import Words
from shuangkong.plan.trajectory import Light
from shuangkong.services.documents.report import (
    Assessment,
    BoardPart,
    BoardRow,
    Column,
    Comparison,
    Coverage,
    DataNote,
    Decomposition,
    Figure,
    InputLine,
    Mark,
    PlaceRow,
    Ranking,
    RankingRow,
    Remark,
    Report,
    RuleLine,
    Scorecard,
    ScoreLine,
    Source,
    Step,
    Trajectory,
    TrajectoryPoint,
    Working,
)

PLACES = [
    ("990001", "东山区", "Dongshan", "14.9"), ("990002", "河口县", "Hekou", "13.2"), ("990003", "石桥县", "Shiqiao", "11.4"),
    ("990004", "双柳县", "Shuangliu", "10.9"), ("990005", "白塔县", "Baita", "10.1"), ("990006", "云溪县", "Yunxi", "9.7"),
    ("990007", "长亭县", "Changting", "9.6"), ("990008", "临川县", "Linchuan", "8.8"), ("990009", "南屏县", "Nanping", "8.1"),
    ("990010", "青原县", "Qingyuan", "7.2"), ("9900Z1", "经开区", "Development Zone", "5.3"), ("9900Z2", "高新区", "High-Tech Zone", ""),
]  # fmt: skip
SIMULATED = (Mark.SIMULATED,)
NO_DATA = Words("未报送 2023 年数据", "2023 not reported")


def points(*actual: str | None) -> tuple[TrajectoryPoint, ...]:
    planned = ["0", "2.52", "4.98", "7.38", "9.72", "12"]
    return tuple(
        TrajectoryPoint(2020 + index, None if told is None else Decimal(told), Decimal(planned[index]), SIMULATED if index > 1 else ())
        for index, told in enumerate([*actual, *[None] * (6 - len(actual))])
    )


def light_of(told: str) -> Light:
    if not told:
        return Light.GREY
    return Light.GREEN if Decimal(told) >= Decimal("9.7") else Light.YELLOW if Decimal(told) >= Decimal("8.5") else Light.RED


def row(target_id: str, clause: str, zh: str, en: str, aim: str, now: str, light: Light, **more: object) -> BoardRow:
    unit = str(more.pop("unit", "%"))
    decimals = int(str(more.pop("decimals", 1)))
    pace = str(more.pop("pace", ""))
    settled: dict[str, object] = {
        "scope": Words("全市", "city"), "nature": Words("约束性", "binding"), "operator": ">=", "base": Figure(None, unit),
        "period": "2024", "coverage": Coverage(12, 13), "lead": (Words("市发展改革委", "Reform Commission"),), "anchor": f"w-{target_id}",
    }  # fmt: skip
    settled.update(more)
    return BoardRow(
        target_id=target_id, clause=clause, name=Words(zh, en), target=Figure(Decimal(aim) if aim else None, unit, decimals),
        current=Figure(Decimal(now) if now else None, unit, decimals, NO_DATA if not now else None),
        pace_pct=Figure(Decimal(pace) if pace else None, "%", 1), light=light, **settled,  # type: ignore[arg-type]
    )  # fmt: skip


def sample_rows() -> tuple[BoardPart, ...]:
    goals = (
        row("T001", "一(二)", "单位地区生产总值能耗下降率（累计）", "Fall of energy intensity, cumulative", "12", "10.3", Light.GREEN, pace="106.0",
            marks=SIMULATED, remarks=(2,)),
        row("T002", "一(二)", "化学需氧量重点工程减排量", "COD cut by key projects", "14798", "11240.5", Light.YELLOW, unit="t", decimals=1, pace="94.9",
            marks=(Mark.SIMULATED, Mark.UNVERIFIED), lead=(Words("市生态环境局", "Ecology Bureau"),)),
        row("T003", "一(二)", "氨氮重点工程减排量", "Ammonia nitrogen cut by key projects", "215", "120.4", Light.RED, unit="t", pace="70.0", marks=SIMULATED,
            lead=(Words("市生态环境局", "Ecology Bureau"),)),
    )  # fmt: skip
    works = (
        row("T007", "二(一)", "绿色工厂（园区）创建数", "Green factories and parks", "10", "9", Light.GREEN, unit="家", decimals=0, pace="112.5",
            lead=(Words("市工业和信息化局", "Industry Bureau"),), nature=Words("预期性", "indicative"), coverage=None),
        row("T013", "二(二)", "建成一批节能环保示范园区", "A batch of demonstration parks", "", "", Light.GREY, operator="qualitative",
            reason=Words("定性指标，待评议", "qualitative, to be judged"), anchor="", coverage=None, unit=""),
        row("T034", "二(八)", "煤炭消费总量", "Coal consumption", "", "", Light.GREY, operator="external", unit="万t",
            reason=Words("待省下达目标值", "value to come from the province"), anchor="", marks=(Mark.DERIVED,)),
        row("T044", "二(十)", "城镇生活垃圾焚烧处理能力", "Waste incineration capacity", "6400", "6150", Light.GREEN, unit="t/d", decimals=0, operator="~=",
            marks=(Mark.ESTIMATED,), base=Figure(Decimal(3200), "t/d", 0), pace="115.2"),
        row("T062", "附件2", "新建大型数据中心电能利用效率", "PUE of new large data centres", "1.3", "1.32", Light.RED, operator="<", unit="1", decimals=2,
            scope=Words("新建数据中心", "new data centres"), marks=(Mark.SUBSTITUTED,)),
    )  # fmt: skip
    return (
        BoardPart("一(二)", Words("主要目标", "Main targets"), goals),
        BoardPart("二", Words("重点工程", "Key projects"), works),
    )


def sample_ranking() -> Ranking:
    rows = tuple(
        RankingRow(
            rank=index + 1 if told else None, code=code, name=Words(zh, en), current=Figure(Decimal(told) if told else None, "%", 1),
            target=Figure(Decimal(12), "%", 0), gap=Figure(Decimal(told) - Decimal("9.72") if told else None, "百分点", 1, is_change=True),
            light=light_of(told), tile=(index % 4, index // 4), marks=SIMULATED if told else (), reason=None if told else NO_DATA,
            anchor="w-T001" if told else "",
        )
        for index, (code, zh, en, told) in enumerate(PLACES)
    )
    return Ranking(
        Words("12 个县区中 6 个达到进度，经开区落后 4.4 个百分点", "6 of 12 places on the path; the Development Zone is 4.4 pp behind"),
        Words("单位地区生产总值能耗累计下降率", "Cumulative fall of energy intensity"), "2021-2024", rows,
    )  # fmt: skip


def sample_assessment() -> Assessment:
    def card(code: str, zh: str, en: str, told: str) -> Scorecard:
        reached = Decimal(told) if told else None
        items = (
            ScoreLine("A1", Words("年度能耗强度", "Intensity, year"), Figure(reached and reached + 5, "分", 1), Figure(Decimal(20), "分", 0),
                      Words("完成率 96.3%，按比例计分", "96.3 % of the target, in proportion"), "本系统设计 A1", (Mark.UNVERIFIED,)),
            ScoreLine("A2", Words("累计进度", "Progress"), Figure(reached and Decimal(20), "分", 1), Figure(Decimal(20), "分", 0),
                      Words("进度达到时间进度", "on the path"), "本系统设计 A2"),
            ScoreLine("C1", Words("重点工程减排量", "Key-project reductions"), Figure(None, "分", 1, Words("缺少数据", "no data")), Figure(Decimal(10), "分", 0),
                      Words("缺少减排台账", "register missing"), "本系统设计 C1"),
        )  # fmt: skip
        vetoed = zh == "经开区"
        grade = Words("未完成", "not met") if vetoed or not told else Words("完成", "met")
        return Scorecard(
            code, Words(zh, en), Figure(reached and reached * 6, "分", 1), grade, items,
            vetoes=(Words("年度与累计目标均未完成", "both year and progress missed"),) if vetoed else (),
            exemptions=(Words("强度达标，总量免于考核", "intensity met, total waived"),) if zh == "东山区" else (),
        )  # fmt: skip

    return Assessment(
        Words("12 个县区：完成 10，未完成 2", "12 places: 10 met, 2 not met"), Words("年度评价", "annual evaluation"), 2024,
        Words("示例评分方案", "sample rubric"), tuple(card(*place) for place in PLACES), (Mark.UNVERIFIED,),
    )  # fmt: skip


def sample_working() -> tuple[Working, ...]:
    rule = RuleLine(
        "energy.warning.ratio", Words("预警等级", "warning levels"), "100 / 90", date(2021, 9, 11), "示例文件〔2021〕1号", "第三条", "已见公开文本", False,
    )  # fmt: skip
    line = InputLine(
        "energy_total", Words("能源消费总量", "Total energy consumption"), Words("示例市", "Example City"), "2024", Figure(Decimal("612.345678"), "万tce", 2),
        "示例市统计年鉴 2025，表 7-1", "王某（市统计局）", "李某（市统计局）", "2025-06-30 09:00", SIMULATED,
    )  # fmt: skip
    short = ("T001", "T002", "T003", "T007", "T044", "T062")
    titles = {one.target_id: one for part in sample_rows() for one in part.rows}
    return tuple(
        Working(
            f"w-{name}", Words(f"{name} {titles[name].name.zh}", f"{name} {titles[name].name.en}"), Words("（基期能耗强度 − 本期能耗强度）÷ 基期能耗强度 × 100", "(base - now) / base * 100"),
            Words("(0.5021 − 0.450384) ÷ 0.5021 × 100 = 10.3039…", "(0.5021 − 0.450384) ÷ 0.5021 × 100 = 10.3039…"), Figure(titles[name].current.number, titles[name].current.unit, 1),
            (rule,), (line,), Words("以 2020 年不变价计算。", "At constant 2020 prices."),
        )
        for name in short
    )


def sample_report() -> Report:
    lead = Trajectory(
        key="T001", place=Words("示例市", "Sample City"), finding=Words("全市能耗强度累计下降 10.3%，超前 0.6 个百分点", "City intensity down 10.3 %, 0.6 pp ahead"),
        indicator=Words("单位地区生产总值能耗累计下降率", "Cumulative fall of energy intensity"), unit="%", decimals=1, target=Decimal(12),
        target_year=2025, points=points("0", "2.9", None, "6.1", "10.3"), required=Words("还需 1.7/年", "1.7 a year to go"),
        light=Light.GREEN, anchor="w-T001",
    )  # fmt: skip
    behind = Trajectory(
        key="T003", place=Words("示例市", "Sample City"), finding=Words("氨氮减排滞后 51.6 吨", "Ammonia nitrogen 51.6 t behind"),
        indicator=Words("氨氮重点工程减排量", "Ammonia nitrogen cut"), unit="t", decimals=1, target=Decimal(215), target_year=2025,
        points=tuple(TrajectoryPoint(2020 + i, Decimal(a) if a else None, Decimal(43 * i), SIMULATED) for i, a in enumerate(["0", "31", "62", "97.5", "120.4", ""])),
        light=Light.RED, anchor="w-T003",
    )  # fmt: skip
    small = tuple(
        Trajectory(
            key=code, place=Words(zh, en), finding=Words(f"{zh}累计下降 {told or '—'}", f"{en} {told or '—'}"),
            indicator=Words("单位地区生产总值能耗累计下降率", "Cumulative fall of energy intensity"), unit="%", decimals=1, target=Decimal(12), target_year=2025,
            points=points("0", "2.2", None if zh == "白塔县" else "4.4", "6.8", told) if told else points("0", "1.9", "3.1") if zh != "高新区" else points(),
            light=light_of(told), is_lead=False,
        )
        for code, zh, en, told in PLACES
    )
    columns = (Column(Words("能源消费总量", "Total energy"), "万tce"), Column(Words("地区生产总值", "GDP"), "亿元"), Column(Words("能耗强度", "Intensity"), "tce/万元"))
    compared = tuple(
        PlaceRow(code, Words(zh, en), (Figure(Decimal(told) * 4, "万tce", 2), Figure(Decimal(told) * 22, "亿元", 1), Figure(Decimal("0.18182"), "tce/万元", 4))
                 if told else (Figure(None, reason=NO_DATA),) * 3, SIMULATED if told else ())
        for code, zh, en, told in PLACES
    )  # fmt: skip
    return Report(
        city=Words("示例市", "Sample City"), plan_title=Words("示例市“十四五”节能减排综合工作方案", "Sample plan"), edition=Words("征求意见稿", "draft for comment"),
        document_number="示政〔2022〕0号", year=2024, as_of=date(2025, 12, 31), engine="双控 0.1.0", parts=sample_rows(),
        legend=Words("进度为已完成份额与时间份额之比。", "Pace is achieved over elapsed."),
        steps=(Words("1 项滞后，由牵头单位说明原因。", "1 behind: its lead explains why."),),
        findings=(
            Words("能耗强度累计下降 10.3%，计划 9.7%，超前 0.6 个百分点。", "Intensity down 10.3 %, path 9.7 %, 0.6 pp ahead."),
            Words("滞后 2 项：氨氮重点工程减排量、新建大型数据中心电能利用效率。", "Behind: ammonia nitrogen, PUE of new data centres."),
            Words("县区中落后最多的是经开区（−4.4 个百分点）；高新区未报送 2023 年数据。", "Furthest behind: the Development Zone (−4.4 pp); High-Tech Zone has not reported."),
        ),
        banner=Words("本报告 6 项指标含模拟数据，不得作为考核依据。凡带“模拟”字样的数均由固定种子生成。", "6 targets rest on simulated data and must not be used to judge anyone."),
        trajectories=(lead, behind, *small), ranking=sample_ranking(),
        comparison=Comparison(Words("各县区 2024 年能耗与产出", "Energy and output by place, 2024"), "2024", columns, compared),
        decomposition=Decomposition(
            Words("强度下降主要来自效率（−0.0431），结构使其上升 0.0092", "Efficiency brought the fall (−0.0431); structure pushed up 0.0092"),
            Words("2020 年", "2020"), Decimal("0.5021"),
            (Step(Words("第一产业效率", "primary, efficiency"), Decimal("-0.0021")), Step(Words("第二产业效率", "secondary, efficiency"), Decimal("-0.0410")),
             Step(Words("结构效应", "structure"), Decimal("0.0092"))),
            Words("2024 年", "2024"), Decimal("0.4682"), "tce/万元", 4, SIMULATED, Words("分产业能耗为模拟。", "Energy by sector is simulated."), "w-T001",
        ),
        assessments=(sample_assessment(),), workings=sample_working(),
        remarks=(Remark(1, "附件2", Words("熟料目标 104 与标杆 100 不一致。", "Clinker target 104 differs from the benchmark 100."), ("T061",)),
                 Remark(2, "附件1", Words("13 个县区目标同为 12%，全市没有余量。", "All places carry 12 %: no reserve."))),
        notes=(DataNote(Words("模拟数据", "Simulated data"), Words("由固定种子生成。", "Made from a fixed seed."), Mark.SIMULATED),
               DataNote(Words("缺报", "Missing"), Words("高新区 2023 年起停报。", "High-Tech Zone stops in 2023."))),
        sources=(Source("示例市统计年鉴 2025", 12, "2020-2024"), Source("本系统模拟（种子 20201231）", 80, "2020-2024", SIMULATED)),
    )  # fmt: skip
