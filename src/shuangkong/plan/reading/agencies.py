"""Who is responsible: the brackets at the end of clauses, in the forms that plans use.

（责任单位：A、B） · （A、B按职责分工负责） · （责任单位：A、B牵头，C、D等配合） · （责任单位：A、B等） · （牵头单位：A；配合单位：B、C） ·
责任单位：A、B。 Without any 牵头 all bodies lead.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

_OPEN, _CLOSE = "（【［〔[", "）】］〕]"

# Words that open a statement of responsibility: 责任单位： 牵头部门： 市级责任单位：
_LABEL = re.compile(
    r"(?:[市省县区]级|主要|共同)?(?P<role>牵头|责任|负责|配合|参与|参加|协助|支持|落实|实施|主管|主办|协办|分管)(?:责任)?(?:单位|部门|机关|主体|地区)(?:及分工)?[：为]"
)
_LABEL_INSIDE = re.compile(r"(?<=[^；，。：级要同]) *(?=(?:牵头|责任|配合|参与|协助|协办|主办)(?:责任)?(?:单位|部门)：)")
# Words that close one: …按职责分工负责 …牵头 …等配合
_DUTY = re.compile(
    r"(?:等(?:有关|相关)?(?:单位|部门)?)?(?:共同|分别)?(?:按照?(?:各自)?职责(?:分工)?)?(?:分工)?(?P<duty>牵头(?:负责|落实|组织)?|负责(?:落实)?|配合(?:落实)?|参与|参加|协助|支持|协同|落实|实施)$"
)
# What a name of a public body ends with.
_BODY = re.compile(
    r"(?:局|委|办|厅|院|部|署|社|联|校|馆|总队|支队|大队|政府|中心|公司|集团|协会|学会|联合会|管委会|委员会|工委|党委|办公室|支行|分行|银行|银保监分局|部门|单位|站|所|处|科|区|县|市|乡镇|街道|企业|机关|海关|团)$"
)
_BODY_START = re.compile(r"^(?:市|省|县|区|州|盟|旗|国家|各|自治区|中国|人行|人民银行|国网|有关|相关|团|驻)")
_LOCAL = re.compile(r"^(?:各(?:县|市|区|地|旗|州|盟|乡镇|镇|设区|省辖市|功能区|开发区|园区)|县（|区（)")
# 以下均需各地政府（管委会）落实，不再列出 — from here on local governments are implied.
_FROM_HERE_ON = re.compile(
    r"(?:以下|以后|下文|后文)[^。；]{0,12}?(?P<bodies>各[^，。；]{1,30}?)(?:等)?(?:共同)?(?:负责|落实|实施|配合|承担|抓好)[^。；]{0,6}，?(?:均|均?不再|下同|不)(?:一一|逐一|逐项|单独|重复|另行)?(?:列出|列明|列示|列举|标注|注明)?"
)
_AT_WORK = re.compile("(?:负责落实|负责|落实)$")
# 列第一位的为牵头单位，下同 — a remark on the list, no body in it.
_ORDER_OF_LISTING = re.compile(r"[。；，]?(?:排名?|列)?在?(?:第一位|首位|第一)的?[^。；]{0,6}牵头[^。；]*$")
_ALSO_BELOW = re.compile(r"，?(?:以下|下同|后同)[^。；]{0,40}$")


# A paragraph that only names bodies is shorter than this.
STATEMENT_LIMIT = 160


@dataclass(slots=True)
class Duties:
    """The bodies of one bracket, or of all brackets of a clause (责任分工)."""

    lead: list[str] = field(default_factory=list)
    support: list[str] = field(default_factory=list)
    implied_from_here: list[str] = field(default_factory=list)

    def add(self, other: "Duties") -> None:
        """Take in another bracket, naming each body once."""
        for mine, theirs in ((self.lead, other.lead), (self.support, other.support), (self.implied_from_here, other.implied_from_here)):
            mine.extend(name for name in theirs if name not in mine)
        self.support[:] = [name for name in self.support if name not in self.lead]


def brackets(text: str) -> list[tuple[int, int]]:
    """Return the spans of outermost brackets, both signs included (括号配对)."""
    spans, depth, start = [], 0, 0
    for place, char in enumerate(text):
        if char in _OPEN:
            depth += 1
            start = place if depth == 1 else start
        elif char in _CLOSE and depth:
            depth -= 1
            if depth == 0:
                spans.append((start, place + 1))
    return spans


def duties_in(text: str) -> list[tuple[int, int, Duties]]:
    """Return every statement of responsibility in a paragraph, with its span (责任单位识别)."""
    found = []
    for start, end in brackets(text):
        duties = read_duties(text[start + 1 : end - 1], ends_clause=text[end:].strip("。") == "")
        if duties is not None:
            found.append((start, end, duties))
    rest = text[: found[0][0]] if found else text
    if (not found or found[-1][1] == len(text)) and _is_statement(rest.rstrip("。")):
        duties = read_duties(rest.rstrip("。"), ends_clause=True)
        if duties is not None:
            return [(0, len(rest), duties), *found]
    if not found and (label := _LABEL.search(text)) and (label.start() == 0 or text[label.start() - 1] in "。；"):
        duties = read_duties(text[label.start() :].rstrip("。"), ends_clause=True)
        if duties is not None:
            found.append((label.start(), len(text), duties))
    return found


def _is_statement(text: str) -> bool:
    """Whether a paragraph without brackets only says who is responsible: “市水利局牵头，市林业局配合”."""
    if not 4 <= len(text) <= STATEMENT_LIMIT or not _DUTY.search(text) or re.search("[。：“”]", text):
        return False
    pieces = (_DUTY.sub("", piece) for piece in _outer_split(text, "，；"))
    return all(_BODY.search(name) and (_BODY_START.match(name) or len(name) <= 10) for piece in pieces for name in names(piece))


def read_duties(content: str, *, ends_clause: bool = False) -> Duties | None:
    """Read the inside of a bracket; None when it is not about responsibility.

    Examples
    --------
    >>> read_duties("责任单位：市交通局、市发改委牵头，市财政局、市公安局等配合")
    Duties(lead=['市交通局', '市发改委'], support=['市财政局', '市公安局'], implied_from_here=[])
    >>> read_duties("达到95%以上") is None
    True
    """
    content = content.strip("。；， ")
    labelled = _LABEL.match(content)
    closed = _DUTY.search(content)
    bodies = names(content)
    if not labelled and not (closed and bodies and any(_BODY.search(name) for name in names(content[: closed.start()]))):
        all_bodies = bodies and all(_BODY.search(name) and _BODY_START.match(name) for name in bodies)
        from_here = _FROM_HERE_ON.search(content)
        if not (from_here or (ends_clause and all_bodies and len(bodies[0]) > 2)):
            return None
    return _Statement(content).duties


class _Statement:
    """The pieces of one statement, each with its bodies and its duty."""

    def __init__(self, content: str) -> None:
        self.duties = Duties()
        content = _ORDER_OF_LISTING.sub("", content)
        self._pieces: list[tuple[str, str]] = []
        implied = _FROM_HERE_ON.search(content)
        if implied:
            content = self._take_implied(content[: implied.start()].rstrip("，；。"), implied["bodies"])
        elif below := _ALSO_BELOW.search(content):
            content = self._take_implied(content[: below.start()], "")
        self._cut(content)
        self._assign()

    def _take_implied(self, content: str, bodies_in_sentence: str) -> str:
        """Local governments listed in front of “以下均需…” are implied, not leading."""
        for piece in _outer_split(content, "，；"):
            listed = names(_LABEL.sub("", piece))
            first = next((place for place, name in enumerate(listed) if _LOCAL.match(name)), None)
            if first is not None:
                self.duties.implied_from_here = listed[first:]
                at = content.rfind(listed[first])
                return content[:at].rstrip("、，；和")
        self.duties.implied_from_here = names(bodies_in_sentence)
        return content

    def _cut(self, content: str) -> None:
        """Cut at ；，。 and at labels; 会同 parts lead from support."""
        role = ""
        content = _LABEL_INSIDE.sub("；", content)
        for piece in _outer_split(content, "；，。"):
            label = _LABEL.search(piece)
            if label and label.start() == 0:
                role, piece = label["role"], piece[label.end() :]
            piece = re.sub(r"^由", "", piece)
            if piece.startswith("会同"):
                piece, role = re.sub(r"(?:负责|落实|实施)+$", "", piece.removeprefix("会同")), "配合"
            ahead, joint, behind = piece.partition("会同")
            if joint and ahead:
                self._pieces.append(("牵头", ahead))
                piece, role = behind, "配合"
            for part, duty in _by_duty(piece):
                self._pieces.append((role if role == "配合" else duty or role, part))

    def _assign(self) -> None:
        has_lead = any(duty.startswith(("牵头", "主办", "主管")) for duty, _ in self._pieces)
        waiting: list[str] = []
        for place, (duty, piece) in enumerate(self._pieces):
            listed = names(piece)
            if not duty and place + 1 < len(self._pieces):
                waiting.extend(listed)
                continue
            listed, waiting = waiting + listed, []
            leads = duty.startswith(("牵头", "主办", "主管")) or (not has_lead and not duty.startswith(("配合", "参与", "参加", "协", "支持")))
            bucket = self.duties.lead if leads else self.duties.support
            bucket.extend(name for name in listed if name not in self.duties.lead and name not in self.duties.support)
        if not self.duties.lead and not has_lead and self.duties.support:
            self.duties.lead, self.duties.support = self.duties.support, []


def _by_duty(piece: str) -> Iterable[tuple[str, str]]:
    """Split “A、B牵头C、D配合” at each duty; yield bodies and duty."""
    start = 0
    for found in re.finditer(r"(?:牵头(?:负责|落实)?|按照?(?:各自)?职责(?:分工)?(?:负责|落实)|(?:等)?配合|(?:等)?参与)(?=[市省县区国各由]|$)", piece):
        ahead = piece[start : found.end()]
        duty = _DUTY.search(ahead)
        yield (ahead[: duty.start()] if duty else ahead), (duty["duty"] if duty else "")
        start = found.end()
    if start < len(piece):
        duty = _DUTY.search(piece, start)
        yield (piece[start : duty.start()] if duty else piece[start:]), (duty["duty"] if duty else "")


def names(piece: str) -> list[str]:
    """Return the names in a list of bodies, as printed (单位名单).

    Examples
    --------
    >>> names("市发展改革委、各县（市、区）人民政府等")
    ['市发展改革委', '各县（市、区）人民政府']
    """
    piece = _LABEL.sub("", piece)
    listed = []
    for name in _outer_split(piece, "、，；"):
        listed.extend(_and_split(_AT_WORK.sub("", name)))
    cleaned = (re.sub(r"(?:等(?:有关|相关)?(?:单位|部门)?|分别|共同)$", "", name.strip("。： ")) for name in listed)
    return [name for name in cleaned if name]


def _and_split(name: str) -> list[str]:
    """Split “A局和B局”, but not 市住房和城乡建设局."""
    for found in re.finditer("[和及]|以及", name):
        ahead, behind = name[: found.start()], name[found.end() :]
        are_both = _BODY_START.match(behind) or (re.search("(?:政府|[局委厅办部])$", ahead) and _BODY.search(behind))
        if _BODY.search(ahead) and len(ahead) > 2 and are_both:
            return [ahead, *_and_split(behind)]
    return [name]


def _outer_split(text: str, marks: str) -> list[str]:
    """Split at marks outside brackets."""
    pieces, depth, start = [], 0, 0
    for place, char in enumerate(text):
        depth += (char in _OPEN) - (char in _CLOSE)
        if depth == 0 and char in marks:
            pieces.append(text[start:place])
            start = place + 1
    pieces.append(text[start:])
    return [piece for piece in pieces if piece.strip()]
