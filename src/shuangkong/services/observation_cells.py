"""Reads one given figure into an observation: names resolved, unit converted, everything wrong noted with its cell."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from difflib import get_close_matches

from shuangkong.indicators.declaration import Element, ElementKind, Scope
from shuangkong.indicators.observations import Observation
from shuangkong.kernel.faults import Fault, InputRefused
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import CHINA_STANDARD_TIME, Grain, Period
from shuangkong.kernel.provenance import DataGrade
from shuangkong.kernel.text import number_in
from shuangkong.kernel.units import unit
from shuangkong.plan.organisations import Jurisdictions
from shuangkong.services.observation_rows import GivenRow, folded, near_misses, spellings

_GRADES = {word.casefold(): grade for grade in DataGrade for word in (grade.value, grade.name)}
UNSTATED_REPORTER = "文件未注明"
_ABSURD = Decimal(10) ** 15
_LARGEST_RATE = Decimal(10) ** 5
_PERIOD_AS_TEXT = Words(
    "写成 2025、2025H1、2025Q2 或 2025-05；单元格设为文本，以免 Excel 改成日期", "write 2025, 2025H1, 2025Q2 or 2025-05, in a cell set to text, lest Excel make it a date"
)
_LAST_MOMENT = timedelta(seconds=1)


class ObservationReader:
    """Reads given rows one by one (观测值读取), noting faults, and keeps count of the units it converted."""

    def __init__(
        self, *, elements: Mapping[str, Element], jurisdictions: Jurisdictions, source: str, recorded_at: datetime | None
    ) -> None:
        self._elements = elements
        self._codes = spellings(elements)
        self._jurisdictions = jurisdictions
        self._city = jurisdictions.root().code
        self._source = source
        self._recorded_at = recorded_at
        self._converted: Counter[tuple[str, str]] = Counter()

    def notices(self) -> tuple[Words, ...]:
        """Return what was converted, once per pair of units."""
        return tuple(
            Words(f"{count} 个数由 {given} 换算为 {own}", f"{count} figures converted from {given} to {own}")
            for (given, own), count in self._converted.items()
        )

    def read(self, row: GivenRow, faults: list[Fault]) -> Observation | None:
        """Return the observation, None where the row has a fault."""
        before = len(faults)
        element = self._element(row, faults)
        org = self._org(row, element, faults)
        period = self._period(row, faults)
        figure = self._figure(row, element, faults)
        grade = self._grade(row, faults)
        recorded_at = self._moment(row, period, faults)
        if len(faults) > before or element is None or period is None or recorded_at is None:
            return None
        return Observation(
            element.code, org, period, figure, element.unit, grade, row.text("source") or self._source,
            row.text("reported_by") or UNSTATED_REPORTER, row.text("approved_by"), recorded_at, row.text("note"),
        )  # fmt: skip

    def _element(self, row: GivenRow, faults: list[Fault]) -> Element | None:
        text = row.text("element")
        code = self._codes.get(folded(text))
        if code is not None:
            return self._elements[code]
        near = near_misses(text, self._elements)
        remedy = Words(f"是否为 {near}", f"perhaps {near}") if near else Words("改为指标代码或名称", "use the code or name of an element")
        faults.append(Fault(Words("指标", "element"), text, Words("没有这个指标", "is no element"), remedy, row.place))
        return None

    def _org(self, row: GivenRow, element: Element | None, faults: list[Fault]) -> str:
        text = row.text("org")
        try:
            code = self._jurisdictions.find(text).code
        except InputRefused:
            named = [spelling for one in self._jurisdictions for spelling in (one.name.zh, one.code, *one.aliases)]
            near = "、".join(get_close_matches(text, named, n=3, cutoff=0.4))
            listed = near or "、".join(one.name.zh for one in self._jurisdictions if len(one.code) == 6)
            remedy = Words(f"是否为 {listed}", f"perhaps {listed}")
            faults.append(Fault(Words("单位名称", "org"), text, Words("不是本市的县区", "is no jurisdiction of this city"), remedy, row.place))
            return ""
        if element is not None:
            self._within_scope(element, code, row, faults)
        return code

    def _within_scope(self, element: Element, org: str, row: GivenRow, faults: list[Fault]) -> None:
        is_city = org == self._city
        if (element.scope is Scope.CITY and not is_city) or (element.scope is Scope.JURISDICTION and is_city):
            whose = Words("只由市本级填报", "is told by the city alone") if is_city is False else Words("只由县区填报", "is told by jurisdictions alone")
            faults.append(Fault(
                Words("单位名称", "org"), row.text("org"), Words(f"“{element.name.zh}”{whose.zh}", f"'{element.name.en}' {whose.en}"),
                Words("改正单位名称或删去该行", "mend the place or remove the row"), row.place,
            ))

    def _period(self, row: GivenRow, faults: list[Fault]) -> Period | None:
        text = row.text("period")
        try:
            period = Period.parse(text)
        except InputRefused as refused:
            faults.extend(fault.at(row.place) for fault in refused.faults)
            return None
        if period.grain is Grain.DAY:
            faults.append(Fault(Words("时期", "period"), text, Words("是一天", "is a single day"), _PERIOD_AS_TEXT, row.place))
            return None
        if self._recorded_at is not None and period.start > self._recorded_at.astimezone(CHINA_STANDARD_TIME).date():
            remedy = Words("核对年份", "check the year")
            faults.append(Fault(Words("时期", "period"), text, Words("尚未开始", "has not begun"), remedy, row.place))
            return None
        return period

    def _figure(self, row: GivenRow, element: Element | None, faults: list[Fault]) -> Decimal | None:
        text, symbol = row.text("value"), row.text("unit")
        if not text:
            if not row.text("note"):
                faults.append(_wrong(row, "", Words("为空而无说明", "is empty without a word why"), Words("填写数值；不适用的在备注写明原因", "give it, or say in the note why it does not apply")))
            return None
        given = number_in(text.removesuffix("%") if symbol in ("%", "") and element is not None and element.unit.symbol == "%" else text)
        if given is None:
            faults.append(_wrong(row, text, Words("不是数", "is not a number"), Words("填写一个数，单位写在计量单位列", "give a number; the unit goes into its column")))
            return None
        if element is None:
            return None
        figure = self._in_own_unit(given, symbol, element, row, faults)
        if figure is not None:
            _check_size(figure, element, row, faults)
        return figure

    def _in_own_unit(self, given: Decimal, symbol: str, element: Element, row: GivenRow, faults: list[Fault]) -> Decimal | None:
        if not symbol:
            return given
        try:
            factor = unit(symbol).factor_to(element.unit)
        except InputRefused as refused:
            faults.extend(fault.at(row.place) for fault in refused.faults)
            return None
        if factor != 1:
            self._converted[symbol, str(element.unit)] += 1
        return given * factor

    def _grade(self, row: GivenRow, faults: list[Fault]) -> DataGrade:
        text = row.text("grade")
        grade = _GRADES.get(text.casefold()) if text else DataGrade.REPORTED
        if grade is None:
            listed = "、".join(one.value for one in DataGrade)
            faults.append(Fault(
                Words("数据等级", "grade"), text, Words("不是数据等级", "is no data grade"), Words(f"改为 {listed} 之一", f"use one of {listed}"), row.place
            ))
        return grade or DataGrade.REPORTED

    def _moment(self, row: GivenRow, period: Period | None, faults: list[Fault]) -> datetime | None:
        text = row.text("recorded_at")
        if not text:
            if self._recorded_at is not None:
                return self._recorded_at
            return None if period is None else datetime.combine(period.end, datetime.min.time(), CHINA_STANDARD_TIME) - _LAST_MOMENT
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            remedy = Words("写成 2024-03-15 或 2024-03-15T09:00:00+08:00", "write 2024-03-15 or 2024-03-15T09:00:00+08:00")
            faults.append(Fault(Words("记录时间", "recorded_at"), text, Words("不是时间", "is no moment"), remedy, row.place))
            return None
        return moment if moment.tzinfo else moment.replace(tzinfo=CHINA_STANDARD_TIME)


def _check_size(figure: Decimal, element: Element, row: GivenRow, faults: list[Fault]) -> None:
    """Refuse what cannot be: a negative quantity, unless a net one; a figure beyond any city's."""
    remedy = Words("核对数值和计量单位", "check figure and unit")
    is_quantity = element.kind in (ElementKind.FLOW, ElementKind.STOCK)
    if figure < 0 and is_quantity and not element.code.startswith("net_"):
        faults.append(_wrong(row, row.text("value"), Words(f"“{element.name.zh}”不能为负", f"'{element.name.en}' cannot be negative"), remedy))
    elif abs(figure) > (_ABSURD if is_quantity else _LARGEST_RATE):
        faults.append(_wrong(row, row.text("value"), Words("大得不合理", "is absurdly large"), remedy))


def _wrong(row: GivenRow, text: str, rule: Words, remedy: Words) -> Fault:
    return Fault(Words("数值", "value"), text, rule, remedy, row.place)
