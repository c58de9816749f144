"""Sentences, their segments, and what a segment inherits: target year, base year, 力争, whether it tells of the past."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from shuangkong.plan.reading.normalise import Passage

# Stands for characters that grammar must not see: insides of brackets and titles, markers already understood.
HIDDEN = "\ue000"
GONE = "\ue001"
# No clause of a real sentence is longer; what is, is a run of something else, and is left unread.
SEGMENT_LIMIT = 600
# 全市力争到2025年 still opens a sentence; a longer run in front of a year is a subject.
OPENING_WORDS = 6

_INSIDE = re.compile(r"(?<=（)[^（）]*(?:（[^（）]*）[^（）]*)*(?=）)|(?<=《)[^《》]*(?=》)|(?<=〔)[^〔〕]*(?=〕)|(?<=【)[^【】]*(?=】)")
_SENTENCE = re.compile(r"[^。！？]*[。！？]?")
_NUMERALS = "一二三四五六七八九"

# 比2020年 ; 较2020年底 ; 与2020年相比 ; 在2020年基础上 ; 以2020年为基数 ; 比“十三五”末
_BASE = re.compile(
    r"(?:比|较|与|同|相比于?|相较于?|在|以)?(?:(?P<year>20\d\d)年|[“\"]?十(?P<plan>[一二三四五六七])五[”\"]?)(?:底|末|年底|年末|期末|时期末)?"
    r"(?:(?:的?水平|实际)?(?:相比|相较|的?基础上|水平上|基数上|[\u4e00-\u9fff]{0,12}为(?:基数|基期|基准)|为基数|为基期|为基准年?|为基年))"
    r"|(?:比|较|同比|相比|相较)(?P<year2>20\d\d)年(?:底|末|度|水平)?|(?:比|较)[“\"]?十(?P<plan2>[一二三四五六七])五[”\"]?(?:时期)?(?:末|期末|时)?"
)
# 到2025年 ; 2025年底前 ; 2023年、2024年、2025年 ; 2021—2025年 ; 2023-2025年期间
_YEAR = re.compile(
    r"(?:到|至|在|自|从|截至|截止|截止到|截至到)?(?P<listed>20\d\d(?:年?[、和及与]20\d\d)*)(?:年?[—~\-至到]+(?P<last>20\d\d))?年(?!\d{1,2}月\d)(?:\d{1,2}月)?(?:年?底|年?末|期间)?(?:之?前|以前)?"
)
# “十四五”时期 ; “十四五”末 ; “十四五”以来 ; “十四五”“十五五”期间
_PERIOD = re.compile(r"(?:到|至|在)?[“\"‘]?十(?P<plan>[一二三四五六七])五[”\"’]?(?:[、和及与]?[“\"‘]?十(?P<next>[一二三四五六七])五[”\"’]?)?(?:规划)?(?P<part>时期末?|期间|期末|末期?|规划期末?|以来|收官)")
_LEADING_PERIOD = re.compile(r"^(?P<lead>全?[市省县区]?)[“\"‘]?十(?P<plan>[一二三四五六七])五[”\"’]?，?(?=全|单位|能耗|万元)")
_PAST = re.compile(r"目前|截至目前|截至(?!20[2-9]\d年底?前)|同比|以来|已经|已达|已建成|已累计|已完成|累计完成了|上年|去年|“?十三五”?(?:期间|时期)")
# 某政发〔2022〕5号 or 2022年6月8日 on a line of its own; 2022年6月8日印发 ; 发布时间：2022-06-08
_ISSUED = re.compile(
    r"^ *[\u4e00-\u9fff]{1,12}〔(20\d\d)〕\d+号 *$|^ *（?(20\d\d)年\d{1,2}月\d{1,2}日）? *$|(20\d\d)年\d{1,2}月\d{1,2}日印发|发布(?:时间|日期)： *(20\d\d)",
    re.MULTILINE,
)
_STRETCH_AHEAD = re.compile(r"(?:力争|争取|努力争取)[，]?$")
_BACKGROUND = re.compile(r"现状|回顾|成效|形势|面临|发展基础|工作基础|基本情况|存在问题|编制背景")


@dataclass(frozen=True, slots=True)
class Horizon:
    """The years a plan spans (规划期): its last year, the base year before it, and the year it was issued where that is printed."""

    last: int | None
    base: int | None
    issued: int | None = None


@dataclass(slots=True)
class Context:
    """What holds for the segments that follow (语境)."""

    years: list[int] = field(default_factory=list)
    base_year: int | None = None
    has_year: bool = False
    in_period: bool = False
    is_stretch: bool = False
    is_past: bool = False
    is_told: bool = False


@dataclass(slots=True)
class Segment:
    """A stretch between commas (分句): grammar's view, the same characters as the passage."""

    text: str
    start: int
    sentence: int
    starts_sentence: bool
    context: Context
    bases: list[tuple[int, int]] = field(default_factory=list)
    dates: list[tuple[int, list[int]]] = field(default_factory=list)

    @property
    def end(self) -> int:
        """Place behind the last character."""
        return self.start + len(self.text)

    @property
    def is_dated_within(self) -> bool:
        """Whether the year stands behind the subject (“覆盖率2023年达到60%”), so that it is the subject's own."""
        return bool(self.dates) and len(self.text[: self.dates[0][0]].strip(GONE)) > OPENING_WORDS

    def years_at(self, place: int) -> list[int]:
        """Return the years that hold at a place: of several named in the segment the last before it."""
        ahead = [years for start, years in self.dates if start < place]
        return ahead[-1] if len(self.dates) > 1 and ahead else self.context.years


def issue_year(text: str) -> int | None:
    """Return the year a document gives as its own: beside its number, its date, or where it was printed or published (印发年份).

    Examples
    --------
    >>> issue_year("某政发〔2022〕5号\\n某市方案\\n落实《国务院方案》（国发〔2021〕33号）\\n")
    2022
    """
    years = [int(found[1] or found[2] or found[3] or found[4]) for found in _ISSUED.finditer(text)]
    return max(years, default=None)


def horizon_of(text: str, title: str) -> Horizon:
    """Return the plan's span, from its title or else from what it speaks of most (规划期识别).

    Examples
    --------
    >>> horizon_of("", "某市“十四五”节能减排综合工作方案")
    Horizon(last=2025, base=2020, issued=None)
    """
    for place in (title, text[:4000]):
        period = re.search(r"十([一二三四五六七])五", place)
        span = re.search(r"（(20\d\d)[年]?[—~\-至到]+(20\d\d)年?）", place)
        if span:
            return Horizon(int(span[2]), int(span[1]) - 1)
        if period:
            last = plan_end(period[1])
            return Horizon(last, last - 5)
    years = re.findall(r"到(20\d\d)年", text)
    return Horizon(int(max(sorted(set(years)), key=years.count)), None) if years else Horizon(None, None)


def plan_end(numeral: str) -> int:
    """Return the last year of the five-year plan 十…五: the first one ended in 1957 and the tenth in 2005."""
    return 2005 + 5 * (_NUMERALS.index(numeral) + 1)


def grammar_view(text: str) -> str:
    """Return the text with the insides of brackets and book titles hidden, of the same length (屏蔽括注)."""
    return _INSIDE.sub(lambda match: HIDDEN * len(match.group()), text)


def segments(passage: Passage, horizon: Horizon, *, clause_title: str) -> Iterator[Segment]:
    """Return the segments of a paragraph with their context (分句及语境继承)."""
    view = grammar_view(passage.text)
    is_past = bool(_BACKGROUND.search(clause_title))
    for number, sentence in enumerate(match for match in _SENTENCE.finditer(view) if match.group()):
        context = Context(is_past=is_past, is_told="同比" in sentence.group())
        opening = replace(context)
        in_opening = first = True
        is_own = False
        for start, end in _commas(view, sentence.start(), sentence.end()):
            opens_part = first or view[start - 1] == "；"
            # The sentence's own year comes back with a new part and after a year that was one subject's own.
            if opens_part + opening.has_year + is_own >= 2:
                context = replace(opening, is_past=context.is_past)
            segment = Segment(view[start:end], start, number, first, context)
            understand(segment, horizon)
            context = segment.context
            is_own = segment.is_dated_within or (is_own and not segment.dates and not opens_part)
            in_opening = bool(segment.dates) if opens_part and not first else in_opening
            if in_opening and not is_own and (not opening.has_year or context.years[-1:] >= opening.years[-1:]):
                opening = replace(context)
            first = False
            yield segment
            context = replace(context)
        is_past = context.is_past


def _commas(view: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    left = start
    for place in range(start, end):
        if view[place] in "，；：。！？":
            if 0 < place - left <= SEGMENT_LIMIT:
                yield left, place
            left = place + 1
    if 0 < end - left <= SEGMENT_LIMIT:
        yield left, end


def understand(segment: Segment, horizon: Horizon) -> None:
    """Read the markers of a segment into its context and take them out of its text."""
    context = segment.context
    if re.match("确保|保证", segment.text):
        context.is_stretch = False
    if "20" not in segment.text and "五" not in segment.text:
        context.is_past |= bool(_PAST.search(segment.text))
        return
    for found in list(_BASE.finditer(segment.text)):
        year = found["year"] or found["year2"]
        plan = found["plan"] or found["plan2"]
        base_year = int(year) if year else plan_end(plan)
        segment.bases.append((found.start(), base_year))
        if not segment.text[: found.start()].strip(GONE):
            context.base_year = base_year
        _hide(segment, found.start(), found.end())
    for rule in (_PERIOD, _LEADING_PERIOD):
        for found in list(rule.finditer(segment.text)):
            last = plan_end(found["plan"])
            later = [plan_end(found["next"])] if found.groupdict().get("next") else []
            past = horizon.last is not None and last < horizon.last
            _set_years(context, [last, *later], is_past=past or "以来" in found.group())
            segment.dates.append((found.start(), context.years))
            if not past:
                context.base_year = last - 5 if not found.group().endswith("末") else context.base_year
                context.in_period = True
            _take_out(segment, found.start(), found.end())
    for found in list(_YEAR.finditer(segment.text)):
        years = [int(year) for year in re.findall(r"20\d\d", found["listed"])]
        if found["last"]:
            context.base_year = years[0] - 1 if horizon.base in {None, years[0] - 1} else None
            context.in_period = True
            years = [int(found["last"])]
        past = horizon.base is not None and years[-1] <= horizon.base
        if past and re.search(r"[从由]$", segment.text[: found.start()] or " "):
            _hide(segment, found.start(), found.end())
            continue
        is_due = bool(re.match("到|至", found.group())) or found.group().endswith(("前", "底", "末"))
        told = not is_due and (context.is_told or (horizon.issued is not None and years[-1] < horizon.issued))
        _set_years(context, years, is_past=past or told or "自" in found.group())
        if not context.is_past:
            segment.dates.append((found.start(), context.years))
        _take_out(segment, found.start(), found.end())
    context.is_past |= bool(_PAST.search(segment.text))


def _set_years(context: Context, years: list[int], *, is_past: bool) -> None:
    context.years = years
    context.has_year = True
    context.is_past = is_past
    if is_past:
        context.in_period = False


def _take_out(segment: Segment, start: int, end: int) -> None:
    """Hide a year; 力争 right in front of it governs the whole sentence."""
    ahead = _STRETCH_AHEAD.search(segment.text[:start])
    if ahead:
        segment.context.is_stretch = True
        start = ahead.start()
    _hide(segment, start, end)


def _hide(segment: Segment, start: int, end: int) -> None:
    segment.text = segment.text[:start] + GONE * (end - start) + segment.text[end:]
