"""One number with the words around it: subject, verb, bound, thing counted."""

import itertools
import re
from dataclasses import dataclass, field

from shuangkong.plan.reading.quantities import Quantity
from shuangkong.plan.reading.sentences import GONE
from shuangkong.plan.reading.words import (
    ADVERB_AT_END,
    BOUND_AT_END,
    BOUNDS,
    HOLDS,
    IN_ORDER,
    IS_AT_END,
    LOWER_IS_BETTER,
    MAKING,
    STRETCH,
    TAILS,
    TO_ALL,
    VERB_AT_END,
    VERBS,
)

_LIST_GAP = re.compile(rf"[{GONE}、，和及与以或至]*")
_LEADING = re.compile(
    rf"^(?:[{GONE}、，：]|\d{{1,2}}[.、](?!\d)|[“\"][^”\"]{{0,8}}[”\"]$|确保|力争|争取|努力|推动|促进|使得?|保证|其中|同时|并且|并|以及|且|将|在此基础上|除[^，]{{1,20}}外|原则上|总体上|"
    r"[^，：]{0,12}?(?:提出|表示|明确|要求|指出)|(?:逐步|加快|持续|不断|着力|积极|大力|有效|切实|深入|稳步|进一步|有序|全力|按照|按|实现|推进))+"
)
_LEADING_VERB = re.compile(r"^(?:多渠道|提高|提升|加强|强化|推进|降低|增加|完善|优化|扩大|严格控制|合理控制)(?=[\u4e00-\u9fff（]{3,}(?:率|比例|比重|占比|水平|面积|能耗|总量)$)")
_SHARE_OF = re.compile(r"^(?P<part>.{2,40}?)(?:达到|占到|占|达|(?:提高|提升|增加|扩大|下降|降低|压减)[到至])(?P<whole>.{2,30}?)的$")
_FROM = re.compile(rf"(?:从|由)[{GONE}的]*$")


@dataclass(slots=True)
class Phrase:
    """A verb phrase around one or more numbers that share it (指标短语)."""

    head: str
    quantities: list[Quantity]
    start: int = 0
    nouns: list[tuple[int, int]] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    tail: str = ""
    tail_start: int = 0
    is_alternative: bool = False
    subject: str = ""
    verb: str = ""
    bound: str = ""
    flags: set[str] = field(default_factory=set)
    is_told: bool = False
    base_figure: Quantity | None = None

    @property
    def kind(self) -> str:
        """Kind of change the verb tells: level, level_down, cap, fall, rise, or "" without a verb."""
        return VERBS[self.verb].kind if self.verb in VERBS else ""

    @property
    def is_in_order(self) -> bool:
        """Whether 分别 was said."""
        return bool(self.flags & IN_ORDER)

    @property
    def is_to_all(self) -> bool:
        """Whether 均 was said."""
        return bool(self.flags & TO_ALL)

    @property
    def is_stretch(self) -> bool:
        """Whether 力争 was said."""
        return bool(self.flags & STRETCH)

    @property
    def holds(self) -> bool:
        """Whether the level must hold all along (稳定、保持、每年)."""
        return bool(self.flags & HOLDS) or self.verb in HOLDS

    def operator(self, quantity: Quantity, indicator: str) -> tuple[str, int, str]:
        """Return operator, confidence [%] and remark for one number."""
        tail = quantity.tail or self.quantities[-1].tail if self.is_in_order else quantity.tail
        if tail and TAILS[tail] == "~=":
            return "~=", 100, ""
        if self.bound:
            return BOUNDS[self.bound], 100, ""
        if tail:
            return TAILS[tail], 100, ""
        if (quantity.unit, quantity.figure) in {("%", "100"), ("%", "0"), ("", "0")} and self.kind not in {"fall", "rise", "cap"}:
            return "=", 100, ""
        if self.kind in {"level", ""} and self.verb not in {"覆盖", "完成"} and LOWER_IS_BETTER.search(indicator):
            return "<=", 70, "越低越好的指标写“达到”，按不高于读"
        return (VERBS[self.verb].operator if self.verb in VERBS else ">="), 100 if self.verb else 90, ""


def cut(text: str, quantities: list[Quantity]) -> list[Phrase]:
    """Cut a segment into phrases: numbers in a list share one, another verb opens the next (短语切分)."""
    opening = re.match(rf"[{GONE}]*(?:或者|或)", text)
    first_head = text[opening.end() if opening else 0 : quantities[0].start]
    phrases = [Phrase(first_head, [quantities[0]], is_alternative=bool(opening))]
    for before, quantity in itertools.pairwise(quantities):
        current = phrases[-1]
        gap = text[before.end : quantity.start]
        if _LIST_GAP.fullmatch(gap) and "或" not in gap:
            current.quantities.append(quantity)
            continue
        making = re.match(rf"(?P<noun>的?[^、和，]{{2,30}}(?:（.*?）)?)[、和及与，]+(?P<verb>{MAKING.pattern.replace('(?P<verb>', '(?:')})?[{GONE}]*$", gap)
        if making and makes(current.head) and not re.search(r"达到|不低于|不少于|比例|率", gap):
            current.nouns.append((before.end, before.end + making.end("noun")))
            current.quantities.append(quantity)
            continue
        alternative = re.match(rf"[{GONE}，、]*(?:或者|或)", gap)
        head = gap[alternative.end() :] if alternative else gap
        if _FROM.search(current.head) and len(current.quantities) == 1:
            phrases[-1] = Phrase(_FROM.sub("", current.head) + head.lstrip("的"), [quantity], current.start, base_figure=before)
            continue
        if not alternative and makes(current.head) and (split := re.match(r"(?P<noun>[^、，]{2,20})[、，](?P<rest>.+)$", gap)):
            current.nouns.append((before.end, before.end + split.end("noun")))
            head = split["rest"]
        current.tail, current.tail_start = gap, before.end
        phrases.append(Phrase(head, [quantity], before.end, is_alternative=bool(alternative)))
    last = phrases[-1]
    last.tail_start = quantities[-1].end
    last.tail = text[last.tail_start :]
    for phrase in phrases:
        _peel(phrase)
    for ahead, phrase in itertools.pairwise(phrases):
        if phrase.subject and not phrase.verb and not phrase.bound and ahead.kind == "level" and re.match("[、和及与]", phrase.head) and re.match("$|[、和及与]", phrase.tail):
            phrase.verb = ahead.verb
    return phrases


def makes(head: str) -> str:
    """Return the making verb a head ends with (创建、建成 …), bound and adverbs aside."""
    bare = head.rstrip(GONE)
    while found := (BOUND_AT_END.search(bare) or re.search(r"(?:总共|累计|力争|至少|共|约|了)$", bare)):
        if bare[found.start() :] == "累计" and found.start() == 0:
            break
        bare = bare[: found.start()].rstrip(GONE)
    found_verbs = [match for match in MAKING.finditer(bare) if match.end() == len(bare)]
    return found_verbs[0]["verb"] if found_verbs else ""


def _peel(phrase: Phrase) -> None:
    """Take bound, verb and adverbs off the end of the head; what remains is the subject."""
    rest = phrase.head.rstrip(GONE)
    if share := _SHARE_OF.match(rest):
        phrase.verb = "占"
        phrase.subject = clean_subject(f"{share['part']}占{share['whole']}比例")
        return
    while rest:
        if not phrase.bound and (found := BOUND_AT_END.search(rest)):
            phrase.bound = found["bound"]
        elif (found := VERB_AT_END.search(rest)) and not (phrase.verb and VERBS[phrase.verb].kind in {"fall", "rise"}):
            deeper = VERBS[found["verb"]].kind in {"fall", "rise"}
            phrase.verb = found["verb"] if deeper or not phrase.verb else phrase.verb
            phrase.is_told |= bool(found["past"])
            phrase.flags.add(found["verb"])
        elif found := ADVERB_AT_END.search(rest):
            phrase.flags.add(found["adverb"])
        elif not phrase.verb and (found := IS_AT_END.search(rest)):
            phrase.verb = "达到"
        else:
            break
        rest = rest[: found.start()].rstrip(GONE)
    phrase.subject = clean_subject(rest)


def clean_subject(subject: str) -> str:
    """Return the subject without what introduces it (主语清理).

    Examples
    --------
    >>> clean_subject("确保集中式饮用水源地水质优良比例")
    '集中式饮用水源地水质优良比例'
    """
    subject = subject.replace(GONE, "")
    subject = _LEADING.sub("", subject)
    subject = _LEADING_VERB.sub("", subject)
    return subject.strip("的，、；：。 ")
