"""Outcomes without a figure: what a person judges with evidence, and what a higher level sets.

Only clear ones: inside a dated sentence a result that is stated; outside one only “all”, “basically gone” and values set
from above. Plans are full of orders (推进、加强 …); those are tasks, not targets.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outcome:
    """A target without a figure (定性目标)."""

    indicator: str
    operator: str
    note: str = ""


_ALL = re.compile(r"全部(?:完成|实现|配建|淘汰|达到|达标|建成|纳入|关停|退出|采用|改造|更换|使用|执行|清零)|全面(?:实现|达到|完成|建成|消除|淘汰|执行)(?!.*行动计划)|全覆盖|应[\u4e00-\u9fff]尽[\u4e00-\u9fff]")
_NEARLY = re.compile(r"基本(?:消除|实现|建成|形成|完成|达到|淘汰|建立|清零)")
_ABOVE = re.compile(
    r"(?:完成|达到|实现|落实)(?:国家|省|自治区|上级|市)[^，。]{0,12}?(?:下达|分解|核定|规定|确定|定)的?(?P<what>[^，。]*?(?:目标|任务|指标|要求)(?:任务)?)"
)
_ABOVE_BEHIND = re.compile(r"^(?P<what>[^，。]{4,30}?)(?:完成|控制在|达到|满足|不超过)(?:国家|省|自治区|上级|市)[^，。]{0,12}?(?:下达|分解|核定|规定|确定|定|要求)[^，。]*$")
_RESULT = re.compile(
    r"合理增长|大幅(?:度)?(?:提升|提高|下降|减少|降低|增强)|显著(?:提升|提高|下降|增强|改善|降低)|明显(?:提升|提高|改善|增强|下降|降低)|进一步(?:提升|提高|下降|优化|完善|健全|降低)|持续(?:改善|提升|下降|优化|减少)|更加(?:完善|健全)|"
    r"建成一批|创建一批|打造一批|培育一批|(?:达到|接近)[^，。]{0,8}(?:先进|标杆|领先)水平|取得[^，。]{0,6}(?:成效|进展|突破)|(?:得到|实现)(?:有效|合理)(?:控制|增长)|合理控制|负增长|零增长|稳步(?:提升|提高|下降)|稳定达标"
)
_ORDER = re.compile(r"^(?:推进|推动|加强|加快|开展|强化|坚持|鼓励|支持|完善|健全|落实|严格|引导|探索|实施|组织|深入|积极|大力|坚决|持续推进|统筹)")
_CONDITION = re.compile(r"^(?:对|凡|若|未|根据|结合|按照|依据|把|将)|的(?:地方|地区|县区?|企业|单位|项目)$")
_SUBJECT_LIMIT = 60


def outcome_in(text: str, *, is_chain: bool) -> Outcome | None:
    """Return the outcome that a segment states (定性目标识别); `is_chain` when a year governs it.

    Examples
    --------
    >>> outcome_in("基本消除农村黑臭水体", is_chain=False)
    Outcome(indicator='农村黑臭水体基本消除', operator='qualitative', note='')
    >>> outcome_in("推进绿色工厂建设", is_chain=True) is None
    True
    """
    if len(text) < 5 or len(text) > _SUBJECT_LIMIT or _CONDITION.search(text):
        return None
    if above := _ABOVE.search(text) or _ABOVE_BEHIND.match(text):
        what = re.sub(r"^[“”十一二三四五六七八九]*五”|^的|控制目标$", lambda found: found.group() if "目标" in found.group() else "", above["what"])
        what = what.strip("“”的")
        ahead = text[: above.start()].strip("确保按期圆满，")
        if len(what) <= 4 and "目标" in what + "目标":
            what = ahead if len(ahead) >= 4 else ""
        return Outcome(what, "external", "数值由上级下达") if what else None
    if _ALL.search(text):
        return Outcome(text, "qualitative", "“全部”“全面”可读作100%")
    if nearly := _NEARLY.search(text):
        if nearly.group() == "基本消除":
            thing = text[nearly.end() :]
            scope = text[: nearly.start()]
            return Outcome(f"{scope if len(scope) <= 6 else ''}{thing}基本消除" if len(thing) > 2 else text, "qualitative")
        return Outcome(text, "qualitative") if is_chain or nearly.start() > 2 else None
    if is_chain and _RESULT.search(text) and not _ORDER.match(text):
        return Outcome(text, "qualitative")
    return None
