"""Sets the yearly energy-utilisation assessment of a park as an official document (园区年度能源利用评估)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from shuangkong.kernel.language import Language, Words
from shuangkong.kernel.period import CHINA_STANDARD_TIME
from shuangkong.rules import RuleValue, book
from shuangkong.services.documents.official_document import OfficialDocument, ThreeLineTable
from shuangkong.services.documents.wording import MISSING, marks_text, number_text, unit_text
from shuangkong.services.energy_figures import MeteredUse
from shuangkong.services.meter_differences import Difference
from shuangkong.services.organisations import Node, OrganisationKind
from shuangkong.services.place_energy import PlaceEnergyPage
from shuangkong.services.site_energy import SiteFacts

_DIFFERENCES_TOLD = 10


@dataclass(frozen=True, slots=True)
class ParkAssessment:
    """What the assessment is made of (评估内容)."""

    page: PlaceEnergyPage
    county: Node | None
    year: int
    differences: tuple[Difference, ...]
    told_on: date
    engine: str


def park_assessment_docx(report: ParkAssessment, language: Language) -> bytes:
    """Return the assessment as a Word document in `language`; the same figures give the same bytes."""
    page, name = report.page, report.page.node.name
    title = Words(f"{name.zh}\n{report.year}年度能源利用评估报告", f"{name.en}\nYearly assessment of energy use, {report.year}")
    document = OfficialDocument(title=title, language=language, author=report.engine, subject=str(report.year), told_on=report.told_on)
    for heading, paragraphs, table in _sections(report, language):
        document.heading(heading)
        for one in paragraphs:
            document.paragraph(one)
        if table is not None:
            document.table(table[1], legend=table[0])
    if page.marks:
        document.paragraph(Words(f"本报告含{marks_text(page.marks)}数据，仅供演示，不作为正式结论。", f"This report holds {marks_text(page.marks, 'en')} data; it is for demonstration and no official finding."))
    document.signature(())
    return document.content()


def _sections(report: ParkAssessment, language: Language) -> Iterator[tuple[Words, Sequence[Words], tuple[Words, ThreeLineTable] | None]]:
    page = report.page
    yield Words("园区和计量概况", "The park and its meters"), [_overview(report)], None
    yield Words("能源消费总体情况", "Energy used"), [_total(report)], (Words("表1　分品种用能", "Table 1. Energy by carrier"), _carriers(page, language))
    tenants = [part for part in page.parts if part.node.kind is OrganisationKind.UNIT]
    if tenants:
        yield Words("各单位用能", "Who used it"), [_largest(page)], (Words("表2　各单位用能", "Table 2. Energy of each unit"), _units(page, language))
    facts = [*_facts(page.facts, page)] if page.facts else []
    yield Words("能源利用效率", "How well it was used"), facts or [Words("没有登记可以计算站点能效的计量表。", "No meter is registered from which site figures could be made.")], None
    told = [one for one in report.differences if one.found.pct is not None][:_DIFFERENCES_TOLD]
    yield Words("计量与数据质量", "Meters and quality of data"), [*_quality(report)], (Words("表3　总表与分表", "Table 3. Main meters and sub-meters"), _differences(told, language)) if told else None
    yield Words("评估意见", "Findings"), [*_findings(report)], None
    yield Words("数据来源和口径", "Sources and rules"), [*_sources(report)], None


def _overview(report: ParkAssessment) -> Words:
    page = report.page
    place = report.county.name if report.county else Words("", "")
    moment = page.as_of.astimezone(CHINA_STANDARD_TIME).strftime("%Y-%m-%d %H:%M") if page.as_of else MISSING
    running = page.span.end - timedelta(days=1)
    zh = f"{page.node.name.zh}位于{place.zh}，登记计量表 {page.meters} 块，计量单位 {page.units} 家。评估时段 {page.span.start} 至 {running}{'（本年度未完）' if page.span.is_running else ''}，数据截至 {moment}。"
    en = f"{page.node.name.en} lies in {place.en}; {page.meters} meters are registered, {page.units} units metered. Assessed from {page.span.start} to {running}{' (the year still runs)' if page.span.is_running else ''}; figures as of {moment}."
    return Words(zh, en)


def _total(report: ParkAssessment) -> Words:
    total, before = report.page.total, report.page.last_year
    coverage, estimated = _pct(total.quantity.coverage_pct if total else None), _pct(total.quantity.estimated_pct if total else None)
    zh = f"按表计，{report.year}年综合能源消费量 {_tce(total)} 吨标准煤（当量值），对应二氧化碳 {_tonnes(total)} 吨；计量覆盖率 {coverage}，其中估算占 {estimated}。"
    en = f"By its meters {_tce(total)} tce (calorific) were used in {report.year}, with {_tonnes(total)} t of CO2; coverage {coverage}, of it estimated {estimated}."
    if before is None or before.tce is None:
        return Words(f"{zh}上年同期没有表计数据，不作比较。", f"{en} Nothing was metered a year before; no comparison is made.")
    then = _pct(before.quantity.coverage_pct)
    return Words(f"{zh}上年同期 {_tce(before)} 吨标准煤，覆盖率 {then}。", f"{en} A year before: {_tce(before)} tce, coverage {then}.")


def _carriers(page: PlaceEnergyPage, language: Language) -> ThreeLineTable:
    columns = Words("品种|方向|单位|用量|折标（吨标准煤）|CO2（吨）|覆盖率|估算", "carrier|direction|unit|quantity|tce|CO2 (t)|coverage|estimated").in_language(language).split("|")
    rows = [
        (
            row.name.in_language(language), row.flow.in_language(language), unit_text(row.unit, language), _amount(row.use.quantity.amount, 0), _amount(row.use.tce, 1),
            _amount(row.use.tco2, 1), _pct(row.use.quantity.coverage_pct), _pct(row.use.quantity.estimated_pct),
        )
        for row in page.rows
    ]  # fmt: skip
    return ThreeLineTable(columns, rows, (22, 16, 16, 26, 24, 22, 17, 15), frozenset({3, 4, 5, 6, 7}))


def _largest(page: PlaceEnergyPage) -> Words:
    units = [part for part in page.parts if part.node.kind is OrganisationKind.UNIT and part.use is not None and part.use.tce is not None]
    if not units:
        return Words("没有单位有表计数据。", "No unit has meter figures.")
    first = units[0]
    return Words(f"用能最多的是{first.node.name.zh}，{_tce(first.use)} 吨标准煤。", f"{first.node.name.en} used most: {_tce(first.use)} tce.")


def _units(page: PlaceEnergyPage, language: Language) -> ThreeLineTable:
    columns = Words("单位|用能（吨标准煤）|占比|CO2（吨）|覆盖率|估算", "unit|energy (tce)|share|CO2 (t)|coverage|estimated").in_language(language).split("|")
    whole = page.total.kgce if page.total else None
    rows = [
        (
            part.node.name.in_language(language), _tce(part.use), _pct(part.use.kgce * 100 / whole if part.use and part.use.kgce is not None and whole else None),
            _tonnes(part.use), _pct(part.use.quantity.coverage_pct if part.use else None), _pct(part.use.quantity.estimated_pct if part.use else None),
        )
        for part in page.parts if part.node.kind is OrganisationKind.UNIT
    ]  # fmt: skip
    return ThreeLineTable(columns, rows, (56, 28, 18, 22, 18, 16), frozenset({1, 2, 3, 4, 5}))


def _facts(facts: SiteFacts, page: PlaceEnergyPage) -> Iterator[Words]:
    own = facts.own_power
    if own is not None and own.found is not None:
        local, supply = _pct(own.found.local_pct), _pct(own.found.self_supply_pct)
        yield Words(f"自发电就地消纳率 {local}，占园区用电 {supply}（计量覆盖率 {_pct(own.quality.coverage_pct)}）。", f"Of its own power {local} was used on the spot, {supply} of all electricity consumed (coverage {_pct(own.quality.coverage_pct)}).")
    for one in facts.data_centres:
        name, ratio = page.names[one.organisation], _amount(one.ratio, 3)
        yield Words(f"{name.zh}电能利用效率（PUE）{ratio}（覆盖率 {_pct(one.quality.coverage_pct)}）。", f"PUE of {name.en}: {ratio} (coverage {_pct(one.quality.coverage_pct)}).")
    for one in facts.cooling_plants:
        name, ratio = page.names[one.organisation], _amount(one.ratio, 2)
        yield Words(f"{name.zh}制冷站能效比 {ratio}（覆盖率 {_pct(one.quality.coverage_pct)}）。", f"Efficiency of the cooling plant of {name.en}: {ratio} (coverage {_pct(one.quality.coverage_pct)}).")
    if facts.water is not None:
        water = facts.water
        leakage = Words("", "") if water.leakage is None else Words(f"，漏损率 {_pct(water.leakage.leakage_pct)}（CJJ 92，未作修正，未核实）", f", leakage {_pct(water.leakage.leakage_pct)} (CJJ 92, uncorrected, unverified)")
        amounts = (_amount(water.supplied.amount, 0), _amount(water.used.amount, 0))
        yield Words(f"供水 {amounts[0]} m³，用户计量 {amounts[1]} m³，产销差 {_pct(water.balance.pct)}{leakage.zh}。", f"Water supplied {amounts[0]} m³, used {amounts[1]} m³, not accounted for {_pct(water.balance.pct)}{leakage.en}.")
    if facts.reclaimed:
        told = [(name, _amount(total.amount, 0)) for name, total in facts.reclaimed]
        yield Words(f"再生水利用：{'，'.join(f'{name.zh} {amount} m³' for name, amount in told)}。", f"Reclaimed water: {', '.join(f'{name.en} {amount} m³' for name, amount in told)}.")


def _quality(report: ParkAssessment) -> Iterator[Words]:
    page = report.page
    if page.silent:
        yield Words(f"装了表但没有数据：{'、'.join(one.zh for one in page.silent)}。", f"Metered, nothing heard: {', '.join(one.en for one in page.silent)}.")
    partly = [part for part in page.parts if part.use is not None and part.use.quantity.amount is not None and part.use.quantity.covered < part.use.quantity.due]
    yield Words(f"有数据的单位中，{len(partly)} 家计量覆盖不完整；缺数不作零，估算单列。", f"Of those heard {len(partly)} are not covered wholly; what is missing is not zero, estimates are told apart.")
    untold = sum(one.found.difference is None for one in report.differences)
    yield Words(f"带分表的总表 {len(report.differences)} 块，其中 {untold} 块因缺数不能比较。", f"Main meters with sub-meters: {len(report.differences)}; {untold} cannot be compared for want of figures.")


def _differences(told: Sequence[Difference], language: Language) -> ThreeLineTable:
    columns = Words("总表|单位|总表量|分表合计|差额|占总表|覆盖率（低者）", "main meter|unit|main|sub-meters|difference|of main|coverage (least)").in_language(language).split("|")
    rows = [
        (
            one.main.name.in_language(language), unit_text(one.main.carrier.unit, language), _amount(one.total.amount, 0), _amount(one.below.amount, 0),
            _amount(one.found.difference, 0), _pct(one.found.pct), _pct(one.coverage_pct),
        )
        for one in told
    ]  # fmt: skip
    return ThreeLineTable(columns, rows, (44, 14, 24, 24, 20, 16, 16), frozenset({2, 3, 4, 5, 6}))


def _findings(report: ParkAssessment) -> Iterator[Words]:
    page, goal = report.page, report.page.pue_target
    for one in page.facts.data_centres if page.facts and goal and goal.value is not None else ():
        if one.ratio is not None and goal is not None and goal.value is not None:
            name, bound = page.names[one.organisation], goal.value
            told = Words("达到", "meets") if one.ratio < bound else Words("未达到", "does not meet")
            yield Words(f"{name.zh} PUE {told.zh}方案要求（{goal.operator.value} {bound}）。", f"The PUE of {name.en} {told.en} the plan ({goal.operator.value} {bound}).")
    largest = next((one for one in report.differences if one.found.pct), None)
    if largest is not None and largest.found.pct is not None:
        share = _pct(largest.found.pct)
        yield Words(f"总分表差额以{largest.main.name.zh}最大（占总表 {share}），建议核查未装分表的负荷、损耗和倍率。", f"The largest difference is at {largest.main.name.en} ({share} of it): look for unmetered load, losses and multipliers.")
    if page.silent or (page.total and page.total.quantity.covered < page.total.quantity.due):
        yield Words("建议先补齐缺数的计量表，再以本报告的数据作结论。", "Mend the meters that are silent before conclusions are drawn from these figures.")
    yield Words("以上意见由计量数据得出，须经园区和主管部门核实。", "These findings come of meter data and are to be confirmed by the park and its authority.")


def _sources(report: ParkAssessment) -> Iterator[Words]:
    yield Words(
        "用能数据来自登记的计量表的累计示数，逐时计算差值；断数期间按时间分摊并标为估算；总表计入合计，分表不重复计入；单位按评估日的归属计入园区。",
        "Figures are differences of the cumulative registers of registered meters, hour by hour; an outage is spread by time and marked estimated; main meters count, sub-meters "
        "do not count again; units belong to the park as on the day of this report.",
    )
    day = min(report.told_on, date(report.year, 12, 31))
    for path in dict.fromkeys(path for row in report.page.rows for path in (row.coal_rule, row.co2_rule) if path):
        rule = book().rules.get(path)
        line = rule.at(day) if rule else None
        if line is not None:
            yield _cited(line)


def _cited(line: RuleValue) -> Words:
    stamp = Words(line.stamp, "" if line.verified else "unverified")
    said = Words("，".join(filter(None, (line.citation.document, line.citation.clause, stamp.zh))), ", ".join(filter(None, (line.citation.document, line.citation.clause, stamp.en))))
    return Words(f"{line.name.zh}：{said.zh}。", f"{line.name.en}: {said.en}.")


def _amount(figure: Decimal | None, decimals: int) -> str:
    return MISSING if figure is None else number_text(figure, decimals)


def _pct(figure: Decimal | None) -> str:
    return MISSING if figure is None else f"{number_text(figure, 1)}%"


def _tce(use: MeteredUse | None) -> str:
    return _amount(use.tce if use else None, 1)


def _tonnes(use: MeteredUse | None) -> str:
    return _amount(use.tco2 if use else None, 1)
