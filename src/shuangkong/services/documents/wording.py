"""How figures, signs and dates are printed, the same on every page and sheet."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from shuangkong.kernel.language import Language, Words
from shuangkong.kernel.rounding import grouped, plain, round_gbt8170
from shuangkong.kernel.units import symbol_en
from shuangkong.services.documents.report import Coverage, Figure, Mark

MISSING = "—"
_UNITS_EN = {
    "个百分点": "pp", "百分点": "pp", "万吨标准煤": "10k tce", "吨标准煤": "tce", "tce/万元": "tce/10k yuan", "亿元": "100m yuan",
    "万元": "10k yuan", "分": "points", "家": "units", "个": "units", "吨/日": "t/d", "平方公里": "km²", "吨": "t", "万吨": "10k t",
    "亿千瓦时": "100m kWh", "克标准煤/千瓦时": "gce/kWh", "千克标准煤/吨": "kgce/t", "千瓦时/百公里": "kWh/100km", "万tce": "10k tce", "万tCO2": "10k tCO₂", "tCO2/万元": "tCO₂/10k yuan", "万t": "10k t", "km2": "km²",
    "日": "days", "月": "months", "年": "years", "工作日": "working days", "项": "items", "份": "copies", "次": "times", "人": "people", "万kWh": "10k kWh", "万m3": "10k m³", "tce/万m3": "tce/10k m³",
    "m3/万元": "m³/10k yuan", "m3": "m³", "亿kWh": "100m kWh", "tCO2/万m3": "tCO₂/10k m³", "kg/万m3": "kg/10k m³", "头": "head", "小时": "hours", "时": "h", "分钟": "minutes",
    "个月": "months", "条": "entries", "字": "characters", "个字符": "characters", "季度": "quarters", "次/d": "times a day", "头/亩": "head per mu", "g/(人·d)": "g per person and day",
    "台": "sets", "辆": "vehicles", "座": "sites", "件": "cases", "户": "households", "对": "pairs", "万人": "10k people", "密封点": "sealing points", "次/期": "times a period",
}  # fmt: skip
_UNITS_ZH = {
    "tce": "吨标准煤", "万tce": "万吨标准煤", "10^4 tce": "万吨标准煤", "tce/万元": "吨标准煤/万元", "gce/kWh": "克标准煤/千瓦时",
    "kgce/t": "千克标准煤/吨", "t": "吨", "万t": "万吨", "t/d": "吨/日", "百分点": "个百分点", "kWh": "千瓦时",
    "万kWh": "万千瓦时", "亿kWh": "亿千瓦时", "kWh/100km": "千瓦时/百公里", "1": "", "m3": "立方米", "万m3": "万立方米",
    "m3/万元": "立方米/万元", "tCO2": "吨CO₂", "万tCO2": "万吨CO₂", "tCO2/万元": "吨CO₂/万元", "km2": "平方公里",
}  # fmt: skip
OPERATORS = {
    ">=": Words("≥", "≥"), ">": Words("＞", ">"), "<=": Words("≤", "≤"), "<": Words("＜", "<"), "=": Words("＝", "="),
    "~=": Words("约", "about"), "qualitative": Words("定性", "qualitative"), "external": Words("上级下达", "set from above"),
}  # fmt: skip


def unit_text(unit: str, language: Language = "zh") -> str:
    """Return a unit as the field writes it.

    Examples
    --------
    >>> unit_text("tce/万元"), unit_text("百分点"), unit_text("百分点", "en"), unit_text("1")
    ('吨标准煤/万元', '个百分点', 'pp', '')
    """
    if language == "zh":
        return _UNITS_ZH.get(unit, unit)
    return _UNITS_EN.get(unit, "" if unit == "1" else symbol_en(unit))


def number_text(number: Decimal, decimals: int, *, is_change: bool = False, is_formal: bool = False) -> str:
    """Round once and print with thousands separators; a change carries its sign.

    Examples
    --------
    >>> number_text(Decimal("14798.126"), 1), number_text(Decimal("-3.14"), 1, is_change=True)
    ('14,798.1', '−3.1')
    >>> number_text(Decimal("3.14"), 1, is_change=True, is_formal=True), number_text(Decimal("0"), 1, is_change=True)
    ('＋3.1', '0.0')
    """
    plus, minus = ("＋", "－") if is_formal else ("+", "−")
    printed = grouped(number, decimals)
    if printed.startswith("-"):
        return minus + printed[1:]
    return plus + printed if is_change and round_gbt8170(number, decimals) > 0 else printed


def figure_text(figure: Figure, language: Language = "zh", *, with_unit: bool = False, is_formal: bool = False) -> str:
    """Return a figure as printed, or a dash when missing.

    Examples
    --------
    >>> figure_text(Figure(Decimal("12"), "%", 1), with_unit=True), figure_text(Figure(None, "%"))
    ('12.0%', '—')
    """
    if figure.number is None:
        return MISSING
    printed = number_text(figure.number, figure.decimals, is_change=figure.is_change, is_formal=is_formal)
    unit = unit_text(figure.unit, language) if with_unit else ""
    return printed + ("" if unit.startswith("%") or not unit else " ") + unit


def unrounded(figure: Figure) -> str:
    """Return the figure without rounding, as the working keeps it.

    Examples
    --------
    >>> unrounded(Figure(Decimal("11.960000"), "%"))
    '11.96'
    """
    return MISSING if figure.number is None else plain(figure.number)


def target_text(operator: str, figure: Figure, language: Language = "zh") -> str:
    """Return a target with its bound: ≥ 12.0.

    Examples
    --------
    >>> target_text(">=", Figure(Decimal("12"), "%", 0)), target_text("qualitative", Figure(None))
    ('≥ 12', '定性')
    """
    words = OPERATORS.get(operator)
    sign = words.in_language(language) if words else operator
    return sign if figure.number is None else f"{sign} {figure_text(figure, language)}"


def coverage_text(coverage: Coverage | None) -> str:
    """Return how many were held of how many expected.

    Examples
    --------
    >>> coverage_text(Coverage(12, 13)), coverage_text(None)
    ('12/13', '—')
    """
    return MISSING if coverage is None else f"{coverage.held}/{coverage.expected}"


def marks_text(marks: Iterable[Mark], language: Language = "zh") -> str:
    """Return the marks as words.

    Examples
    --------
    >>> marks_text((Mark.SIMULATED, Mark.UNVERIFIED))
    '模拟、未核实'
    """
    return ("、" if language == "zh" else ", ").join(mark.value.in_language(language) for mark in marks)


def listed_text(several: Iterable[Words], language: Language = "zh") -> str:
    """Return several names as one text.

    Examples
    --------
    >>> listed_text((Words("统计局", "Statistics"), Words("住建局", "Housing"))), listed_text((Words("煤", "coal"), Words("电", "power")), "en")
    ('统计局、住建局', 'coal, power')
    """
    return ("、" if language == "zh" else ", ").join(one.in_language(language) for one in several)


def day_text(day: date, language: Language = "zh") -> str:
    """Return a day as documents write it.

    Examples
    --------
    >>> day_text(date(2024, 6, 30)), day_text(date(2024, 6, 30), "en")
    ('2024年6月30日', '2024-06-30')
    """
    return f"{day.year}年{day.month}月{day.day}日" if language == "zh" else day.isoformat()


def decimals_of(number: Decimal | None) -> int:
    """Return how many decimals a figure is written with.

    Examples
    --------
    >>> decimals_of(Decimal("12.50")), decimals_of(Decimal("1E+2")), decimals_of(None)
    (1, 0, 0)
    """
    exponent = number.normalize().as_tuple().exponent if number is not None else 0
    return max(0, -exponent) if isinstance(exponent, int) else 0
