"""Number phrases: bound, figure, unit, bound — “不低于 25 %”, “1.2万吨左右”, “十家以上”, “14%—15%”."""

import re
from dataclasses import dataclass, replace

from shuangkong.plan.reading.words import TAILS

_SCALE = "(?:[百千万亿]|百万|千万|万亿)?"
_MEASURES = (
    "吨标准煤 吨标煤 吨煤炭 吨煤 吨二氧化碳当量 吨二氧化碳 吨油当量 蒸吨 吨 千克标准煤 公斤标准煤 克标准煤 千克 公斤 克 毫克 微克 "
    "千瓦时 千瓦 兆瓦时 兆瓦 吉瓦时 吉瓦 kWh kW MW GW 度电 度 平方公里 平方千米 平方米 ㎡ m2 立方米 m3 公里 千米 米 亩 公顷 "
    "吉焦 千焦 GJ tce kgce 升 标箱 标准箱 TEU μg ug mg g kg t L m³ m² km² hm² 元"
)
_COUNTS = (
    "家次 家 个 座 项 台（套） 台套 台 套 辆标台 标台 辆 艘 处 条 对 所 名 件 种 类 例 宗 株 头 只 口 眼 支 间 栋 幢 "
    "户 人次 人 村 批次 片 块 张 组 班 期 倍 场 枪 车位 床 乡镇 街道 天 小时 次"
)


def _union(words: str) -> str:
    return "|".join(sorted(map(re.escape, words.split()), key=len, reverse=True))


_PER = rf"(?:(?:/|每){_SCALE}(?:{_union(_MEASURES)}|百公里|百吨公里|吨公里|人公里|人·?[日天年]|床·?日|标准立方米|m³|小时|[日天月年人户]|万元|亿元|次|辆|台|重量箱|公里)(?:·(?:平方公里|平方米|公里|[日天月年人户]))*)*"
_UNIT = rf"(?:%|‰|个?百分点|{_SCALE}(?:{_union(_MEASURES)}){_PER}|{_SCALE}(?:{_union(_COUNTS)}){_PER})"
_FIGURE = r"-?\d+(?:\.\d+)?"
_CHINESE_FIGURE = "(?:[二两三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九]百(?:[零〇]?[一二三四五六七八九]?十?[一二三四五六七八九]?)?|[二两三四五六七八九])"
_TAIL = rf"(?:（[^（）]{{1,4}}）(?=[或及]?以[上下内]))?(?P<tail>{_union(' '.join(TAILS))})?"

# 14.5% ; 7.14万吨 ; 14%—15% ; 6400吨/日左右. Not inside a word (5G, PM2.5, GB16297) nor behind 第.
QUANTITY = re.compile(
    rf"(?<![A-Za-z\d.第〔\-/])(?P<figure>{_FIGURE})(?P<low_unit>{_UNIT})?(?:[—~\-]+|至|到)(?P<high>{_FIGURE})(?P<range_unit>{_UNIT}){_TAIL.replace('tail', 'range_tail')}"
    rf"|(?<![A-Za-z\d.第〔\-/])(?P<single>{_FIGURE})(?P<unit>{_UNIT}){_TAIL}"
)
# 百分之十二 ; 十家 (only counted things; 一 and bare 百、千、万 are figures of speech)
CHINESE_QUANTITY = re.compile(
    rf"百分之(?P<percent>[零一二三四五六七八九十百]{{1,5}})(?:点(?P<decimals>[零一二三四五六七八九]{{1,3}}))?{_TAIL.replace('tail', 'percent_tail')}"
    rf"|(?<![第一-十百千万零])(?P<count>{_CHINESE_FIGURE})(?P<unit>家|座|个(?!百分点)|处|辆|台|套|户){_TAIL}"
)
_SPELLED = re.compile("百分之|[十百两二三四五六七八九零](?:家|座|个|处|辆|台|套|户)")
FRACTION = re.compile(r"(?:[一二三四五六七八九十]{1,2}分之[一二三四五六七八九十]{1,2}|一半)(?:以上|左右|以内)?")
_BARE = re.compile(rf"(?<![A-Za-z\d.第〔\-/])(?P<single>{_FIGURE})(?![\d.A-Za-z年月日号个%]){_TAIL}")
COUNTED = frozenset(_COUNTS.split()) - {"倍", "天", "小时", "次", "期", "人次"}
# 分别达到1.2、0.5和3.4万吨: the unit stands once, behind the last figure.
_UNIT_ONCE = re.compile(rf"(?<![A-Za-z\d.第〔\-/])(?P<figures>{_FIGURE}(?:[、和及]{_FIGURE})+)(?P<unit>{_UNIT}){_TAIL}")
_DIGITS = {char: place for place, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}


@dataclass(frozen=True, slots=True)
class Quantity:
    """One number phrase (数量短语) and its place in the passage."""

    start: int
    end: int
    figure: str
    unit: str
    tail: str = ""
    high: str | None = None
    is_spelled: bool = False

    @property
    def is_count(self) -> bool:
        """Whether things are counted (家、个、座 …), with or without 万."""
        return self.unit.lstrip("百千万亿") in COUNTED


def quantities_in(text: str, offset: int = 0) -> list[Quantity]:
    """Return the number phrases of a text, from left to right (数量识别).

    Examples
    --------
    >>> [(q.figure, q.unit, q.tail) for q in quantities_in("5G基站1.2万座以上，PM2.5浓度降至35微克/立方米，比例14%—15%左右")]
    [('1.2', '万座', '以上'), ('35', '微克/立方米', ''), ('14', '%', '左右')]
    """
    found = [_from_match(match, offset) for match in QUANTITY.finditer(text)]
    if _SPELLED.search(text):
        found.extend(_from_chinese(match, offset) for match in CHINESE_QUANTITY.finditer(text))
    if "分别" in text:
        found = _with_unit_once(text, offset, found)
    return sorted(found, key=lambda quantity: quantity.start)


def _with_unit_once(text: str, offset: int, found: list[Quantity]) -> list[Quantity]:
    """Give the unit of the last figure to the ones before it; 5个、8个百分点 likewise."""
    for match in _UNIT_ONCE.finditer(text):
        figures = list(re.finditer(_FIGURE, match["figures"]))
        start = offset + match.start("figures")
        found = [quantity for quantity in found if not start <= quantity.start < start + len(match["figures"])]
        last_end = offset + match.end()
        for place, figure in enumerate(figures):
            is_last = place == len(figures) - 1
            found.append(
                Quantity(start + figure.start(), last_end if is_last else start + figure.end(), figure.group(), unit_name(match["unit"]), (match["tail"] or "") if is_last else "")
            )
    if any(quantity.unit == "百分点" for quantity in found):
        found = [replace(quantity, unit="百分点") if quantity.unit == "个" else quantity for quantity in found]
    return found


def bare_figures_in(text: str, offset: int = 0) -> list[Quantity]:
    """Return numbers without a unit, for indicators that have none (PUE)."""
    return [
        Quantity(offset + match.start(), offset + match.end(), match["single"], "", match["tail"] or "") for match in _BARE.finditer(text)
    ]


def _from_match(match: re.Match[str], offset: int) -> Quantity:
    start, end = offset + match.start(), offset + match.end()
    if match["single"] is not None:
        return Quantity(start, end, match["single"], unit_name(match["unit"]), match["tail"] or "")
    return Quantity(start, end, match["figure"], unit_name(match["range_unit"]), match["range_tail"] or "", match["high"])


def _from_chinese(match: re.Match[str], offset: int) -> Quantity:
    start, end = offset + match.start(), offset + match.end()
    if match["percent"]:
        decimals = "".join(str(_DIGITS[char]) for char in match["decimals"] or "")
        figure = f"{chinese_number(match['percent'])}{'.' + decimals if decimals else ''}"
        return Quantity(start, end, figure, "%", match["percent_tail"] or "", is_spelled=True)
    return Quantity(start, end, str(chinese_number(match["count"])), match["unit"], match["tail"] or "", is_spelled=True)


def unit_name(unit: str) -> str:
    """Return the unit as printed, 个百分点 as 百分点 (计量单位)."""
    return "百分点" if unit.endswith("百分点") else unit


def chinese_number(numeral: str) -> int:
    """Return a number below a thousand written in characters (中文数字).

    Examples
    --------
    >>> [chinese_number(n) for n in ("十", "十二", "二十", "一百零五", "一百二十三")]
    [10, 12, 20, 105, 123]
    """
    total, digit = 0, 0
    for char in numeral:
        if char in "十百":
            total += (digit or 1) * (10 if char == "十" else 100)
            digit = 0
        else:
            digit = _DIGITS[char]
    return total + digit
