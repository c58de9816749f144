"""What makes a number a target: the grammar around it, without memory of other sentences."""

import itertools
import re

from shuangkong.plan.reading.phrases import Phrase, clean_subject
from shuangkong.plan.reading.quantities import Quantity, bare_figures_in, quantities_in
from shuangkong.plan.reading.sentences import GONE, Segment
from shuangkong.plan.reading.words import BOUND_AT_END, MEASURE_END, MONEY_SUBJECT, WITHOUT_UNIT

# Behind the number: it qualifies something (“…的用能单位”), it is no target; “…的目标” still is.
QUALIFIES = re.compile(r"^的(?!目标|任务|要求|水平|总体目标|预期)")
PART_OF_WORD = re.compile(r"^(?:级|型|号|版|档|制|期|工作日|月|方面|环节|年|阶段|类别)")
# What a machine or a process must have, not what a place is to reach.
_TECHNICAL = re.compile(r"(?:碘值|碘吸附值|风速|风量|停留时间|温度|含氧量|含硫量|含硫率|硫分|灰分|热值|蒸气压|压力|粘度|厚度|高度|深度|间距|距离|时限)$")
# How inspectors and examiners work; what whoever builds something must observe at any time.
SUPERVISION = re.compile("抽查|检查|督查|得分|权重|综合考核|奖励|补助|补贴|罚款")
ENTRY = re.compile("(?:新建|新上|拟建|改扩建).*(?:项目|煤矿|企业|装置).*(?:规模|能耗|煤耗|电耗|水耗|产能|浓度|强度)")
_AMOUNT_END = re.compile(r"[量额数值]$|浓度$|能力$|面积$|里程$")
# 4.3米焦炉, 10蒸吨锅炉: figures that only ever say how big one thing is.
SIZES = frozenset({"米", "蒸吨", "蒸吨/小时", "千瓦", "兆瓦", "MW"})
_OF_SIZE = frozenset({"以上", "及以上", "或以上", "以下", "及以下", "或以下"})
_SIZED_THING = re.compile(r"(?:级(?:及?以[上下])?)?的?[\u4e00-\u9fff（）\ue000]{2,24}$")
_CONDITION = re.compile(r"(?:^|[，；])(?:凡|若|如果|对于?|未|不足|尚未|奖励|补助|罚款)")
MONEY = re.compile(r"^[百千万亿]*元$")
_SPELLED_NEEDS = re.compile(r"创建|建成|培育|遴选|打造|新增|新建|评选|认定|树立|选树|建设")
_ONLY_FIGURES = re.compile(r"^[、和及与]*$")
ENDS_ITEM = re.compile(rf"[{GONE}]*(?:$|[、和及与])")
# Verbs that take many objects: only a measurable subject makes their number a target.
_WEAK_VERBS = frozenset({"完成", "实现", "覆盖", "占", "保持", "稳定"})
_ARRIVES = re.compile(r"(?:到|至|在|为|达)$")
_TO_NOTHING = re.compile(r"(?:为|降至|降到|降为|归|保持)0$")
_SUMMED_UP = re.compile("(?:主要)?(?:大气|水)?污染物")
_NO_THING = re.compile(r"^(?:以上|以下|左右|的|共计|合计|总计)*(?:$|[、，；。）])")


def figures_of(segment: Segment) -> list[Quantity]:
    """Return the numbers of a segment that may be targets; “等9种” counts the list before it, “三个行动” nothing."""
    text = segment.text
    found = [quantity for quantity in quantities_in(text) if not (quantity.is_count and (text[: quantity.start].endswith("等") or _SUMMED_UP.match(text, quantity.end)))]
    if not found and WITHOUT_UNIT.search(text):
        found = [figure for figure in bare_figures_in(text) if BOUND_AT_END.search(text[: figure.start]) or _ARRIVES.search(text[: figure.start])]
    if not found and _TO_NOTHING.search(text):
        found = bare_figures_in(text)[-1:]
    found = _without_sizes(text, found)
    return [quantity for quantity in found if not quantity.is_spelled or quantity.unit == "%" or _is_spelled_count(segment, quantity)]


def _without_sizes(text: str, found: list[Quantity]) -> list[Quantity]:
    """Leave out sizes of things that are counted themselves: “淘汰4吨及以下锅炉30台” orders thirty, not four."""
    kept = found[-1:]
    for quantity, following in reversed(list(itertools.pairwise(found))):
        thing = text[quantity.end : following.start]
        is_size = (quantity.tail in _OF_SIZE or thing.startswith("级")) and not quantity.is_count and quantity.unit not in {"%", "百分点"}
        if not (is_size and following.is_count and _SIZED_THING.match(thing)):
            kept.insert(0, quantity)
    return kept


def _is_spelled_count(segment: Segment, quantity: Quantity) -> bool:
    """“建成十家” is a count when a year or 以上 stands with it."""
    ahead, behind = segment.text[: quantity.start], segment.text[quantity.end :]
    return bool(_SPELLED_NEEDS.search(ahead[-8:])) and (segment.context.has_year or bool(quantity.tail)) and not PART_OF_WORD.match(behind)


def is_governed(phrase: Phrase, subject: str, *, is_dated: bool) -> bool:
    """Whether the words around the number make it a target of the subject; `is_dated` when a year governs it."""
    last = phrase.quantities[-1]
    if QUALIFIES.match(phrase.tail.lstrip(GONE)) or PART_OF_WORD.match(phrase.tail):
        return False
    if len(re.sub("[^\u4e00-\u9fffA-Z]", "", subject)) < 2 or _CONDITION.search(phrase.head):
        return False
    if MONEY.match(last.unit) and not MONEY_SUBJECT.search(subject):
        return False
    if last.unit in {"天", "小时", "次", "期"} and not subject.endswith(("天数", "日数", "次数", "小时数")):
        return False
    if _TECHNICAL.search(subject) or SUPERVISION.search(subject):
        return False
    if phrase.bound and not is_dated and ENTRY.fullmatch(subject):
        return False
    measured = bool(MEASURE_END.search(subject))
    behind = phrase.tail.lstrip(GONE)
    qualifies_noun = bool(re.match("(?![和及与或并且])[\u4e00-\u9fff]", behind))
    if qualifies_noun and last.tail and last.unit not in {"%", "百分点"}:
        return False
    if phrase.verb and phrase.verb not in _WEAK_VERBS:
        return True
    if phrase.verb or phrase.bound:
        return measured
    of_another_kind = last.unit == "%" and bool(_AMOUNT_END.search(subject))
    return measured and not qualifies_noun and not last.is_count and not of_another_kind


def thing_behind(tail: str) -> str:
    """Return the noun behind a counting number, "" when none stands there."""
    if _NO_THING.match(tail) or PART_OF_WORD.match(tail):
        return ""
    thing = re.match(rf"的?(?:[^、，；。{GONE}]|、(?=[^、，；。]{{1,8}}等))+", tail)
    name = thing.group() if thing else ""
    return name if re.match("的?[\u4e00-\u9fffA-Za-z“]", name) and len(name) >= 2 else ""


def indicator_name(phrase: Phrase, name: str, quantity: Quantity, base_year: int | None) -> str:
    """Name the indicator after its change: 下降率, 较2020年增加; what is meant per year says so."""
    if "年均" in phrase.flags or re.match(rf"[{GONE}，、]*年均", phrase.head):
        phrase.flags.discard("年均")
        phrase.head = phrase.head.replace("年均", "", 1)
        return f"{indicator_name(phrase, name, quantity, base_year).removeprefix('年均')}（年均）"
    if phrase.kind not in {"fall", "rise"} or phrase.verb.startswith(("降幅", "减幅", "增幅")) or name.startswith(phrase.verb):
        return name
    if quantity.unit == "百分点" or (name.endswith(("率", "比例", "比重", "占比")) and not name.endswith(phrase.verb + "率")):
        return f"{name}{f'较{base_year}年' if base_year else ''}{phrase.verb}"
    if re.search(r"(?:下降|降低|减少|削减|增长|提高)(?:率|幅度)?$", name):
        return name
    return f"{name}{phrase.verb}率" if quantity.unit == "%" else f"{name}{phrase.verb}"


def is_order(making: re.Match[str], phrase: Phrase) -> bool:
    """Whether 建成, 减排 … is an order here, not part of a name (减排量, 治理率)."""
    if making["verb"] in {"实现", "达到", "达", "实施", "支持"} or phrase.head[making.end() : making.end() + 1] in set("量率力的"):
        return False
    inside_name = not clean_subject(phrase.head).startswith(making["verb"])
    return not (inside_name and phrase.bound and MEASURE_END.search(phrase.subject))


def own_base_year(phrase: Phrase, segment: Segment) -> int | None:
    """Return the base year printed inside the phrase: 比2020年, 在2020年基础上."""
    years = [year for place, year in segment.bases if phrase.start <= place < phrase.quantities[-1].end]
    return years[-1] if years else None


def rejoined(found: list[Segment]) -> list[Segment]:
    """Join “分别达到98%，95%” again, where commas stand for 、."""
    joined: list[Segment] = []
    for segment in found:
        before = joined[-1] if joined else None
        in_order = before is not None and before.sentence == segment.sentence and ("分别" in before.text or "依次" in before.text)
        if before is not None and in_order and _has_only_figures(segment.text):
            before.text = before.text + "、" * (segment.start - before.end) + segment.text
        else:
            joined.append(segment)
    return joined


def _has_only_figures(text: str) -> bool:
    bare = text
    for quantity in reversed(quantities_in(text)):
        bare = bare[: quantity.start] + bare[quantity.end :]
    return bare != text and bool(_ONLY_FIGURES.match(bare))
