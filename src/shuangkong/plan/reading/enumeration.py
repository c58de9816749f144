"""Lists in front of numbers: who and what “分别” (in order), “均” (to all) and shared words stand for.

“市中心城区和县城污泥无害化处置率” is two names that share their end; “主要农作物农药、化肥利用率” share both ends;
“污水处理率、再生水利用率” share nothing. What belongs to whom is decided by known words first, by equal length last.
"""

import re
from dataclasses import dataclass

from shuangkong.plan.reading.words import MEASURE_END, PLACE, POLLUTANTS, SCOPES, SHARED_HEAD, SHARED_TAIL, WHOLE

_SEPARATOR = re.compile("、|以及|及其|和|与|及")
_NOT_A_PLACE = re.compile(r"(?:园区|社区|工业区|小区|灌区|景区|校区|片区|库区|矿区|林区|山区|牧区|街区|服务区|建成区|城市|都市|地市|各县|各区|各市|重点地区)$")
# 哈尔滨、齐齐哈尔、大庆、绥化4市散煤用量
_COUNTED_POLLUTANTS = re.compile(r"^等?(?:\d|[两三四五六])?[项种个]?(?:主要)?(?:大气|水)?污染物(?=.)")
_COUNTED_PLACES = re.compile(r"^(?P<item>[\u4e00-\u9fff]{1,6}?)(?:等)?(?:\d{1,2}|[两三四五六七八九十]{1,2})(?:个)?(?:市|县|区|省|地区|地市|县市|县区|城市)(?P<tail>[\u4e00-\u9fff（）]+)$")


@dataclass(frozen=True, slots=True)
class Named:
    """One scope and indicator that a list stands for (口径与指标)."""

    scope: str
    indicator: str


def single(subject: str) -> Named:
    """Return scope and indicator of a subject that is not a list (口径识别).

    Examples
    --------
    >>> single("全市再生水利用率"), single("县城污水处理率")
    (Named(scope='全市', indicator='再生水利用率'), Named(scope='县城', indicator='县城污水处理率'))
    """
    whole = WHOLE.match(subject)
    if whole:
        rest = subject[whole.end() :].lstrip("的，")
        inner = single(rest) if rest else Named("", "")
        return Named(inner.scope or whole.group(), rest) if rest else Named(whole.group(), "")
    scope = SCOPES.match(subject)
    if (scope and len(scope.group()) > 2) or (scope and scope.group() in {"县城", "市区"}):
        return Named(scope.group(), subject)
    place = place_at_start(subject)
    if place:
        rest = subject[len(place) :]
        return Named(place, rest.lstrip("的") or subject)
    return Named("", subject)


def place_at_start(subject: str) -> str:
    """Return the named place a subject begins with, "" when none."""
    for end in ("省", "市", "县", "区", "州", "盟", "旗"):
        at = subject.find(end, 2, 10)
        while at > 0:
            name = subject[: at + 1]
            if re.fullmatch("[\u4e00-\u9fff]+", name) and not _NOT_A_PLACE.search(name) and subject[at + 1 : at + 2] not in ("场", "政", "域", "级", ""):
                return name if not re.search("[的和与及占比率量达]|单位|生产|能源|城乡|万元|人均|亩均|农村|规模|重点|新建|市场", name) else ""
            at = subject.find(end, at + 1, 10)
    return ""


def spread(subject: str, count: int) -> list[Named] | None:
    """Return the `count` things a subject lists, in order; None when it does not list so many (并列展开).

    Examples
    --------
    >>> [item.indicator for item in spread("主要农作物农药、化肥利用率", 2)]
    ['主要农作物农药利用率', '主要农作物化肥利用率']
    >>> [item.scope for item in spread("市、县污泥无害化处置率", 2)]
    ['市', '县']
    """
    for parts in _splits(subject):
        crossed = _crossed(parts, count)
        if crossed is not None:
            return crossed
        if len(parts) == count:
            return _named(parts)
    return None


def listed(subject: str) -> list[Named]:
    """Return all things a subject lists, for a value that goes to each (均)."""
    for parts in _splits(subject):
        if len(parts) > 1:
            return _named(parts)
    return [single(subject)]


def _splits(subject: str) -> list[list[str]]:
    """Return the ways to cut the list: at all separators, at 、 and the last 和, at 、 alone."""
    everywhere = [part for part in _SEPARATOR.split(subject) if part]
    commas = [part for part in subject.split("、") if part]
    last = [part for part in re.split("以及|和|与|及", commas[-1], maxsplit=1) if part] if commas else []
    ways = [everywhere, [*commas[:-1], *last], commas]
    return [way for place, way in enumerate(ways) if way not in ways[:place]]


def _named(parts: list[str]) -> list[Named]:
    """Give each part the words it shares with the others."""
    if len(parts) == 1:
        return [single(parts[0])]
    whole = WHOLE.match(parts[0])
    general = whole.group() if whole else ""
    first, *others = parts
    first = first[len(general) :].lstrip("的")
    head, tail = "", ""
    last = others[-1]
    scope_like = _scope_length(last)
    counted = _COUNTED_PLACES.match(last)
    if counted:
        places = [first, *others[:-1], counted["item"]]
        return [Named(place, counted["tail"].lstrip("的")) for place in places]
    if pollutant := _all_pollutants([first, *others]):
        head, tail, others[-1] = pollutant
    elif scope_like and all(is_scope(part) for part in [first, *others[:-1]]):
        tail = last[scope_like:].lstrip("的")
        scopes = [first, *others[:-1], last[:scope_like]]
        return [Named(scope, scope + tail if SCOPES.fullmatch(scope) else tail) for scope in scopes]
    elif not all(MEASURE_END.search(part) and len(part) > 2 for part in [first, *others[:-1]]):
        tail = _shared_tail(last, others[:-1] or [first])
    shared = SHARED_HEAD.match(first)
    if not head and shared and tail and len(first) > len(shared.group()) and not any(SHARED_HEAD.match(part) for part in others):
        head = shared.group()
    names = [first, *(head + part for part in others)]
    names = [name if not tail or name.endswith(tail) else name + tail for name in names]
    first_scope = single(first).scope
    return [_with_scope(name, first_scope if place and not tail else "", general) for place, name in enumerate(names)]


def _with_scope(name: str, inherited: str, general: str) -> Named:
    own = single(name)
    if inherited and not own.scope and SCOPES.fullmatch(inherited):
        return Named(inherited, inherited + own.indicator)
    return Named(own.scope or inherited or general, own.indicator)


def _all_pollutants(parts: list[str]) -> tuple[str, str, str] | None:
    """Return (head, tail, last pollutant) of a list of pollutants: “主要污染物 [COD、氨氮] 重点工程减排量”."""
    first = POLLUTANTS.search(parts[0])
    last = POLLUTANTS.match(parts[-1])
    if not first or first.end() != len(parts[0]) or not last or not all(POLLUTANTS.fullmatch(part) for part in parts[1:-1]):
        return None
    return parts[0][: first.start()], _COUNTED_POLLUTANTS.sub("", parts[-1][last.end() :]), last.group()


def is_scope(part: str) -> bool:
    """Whether a part of a list names a place or a kind of place (口径)."""
    return bool(SCOPES.fullmatch(part)) or bool(re.search(r"(?:地区|流域|平原|城市群)$", part)) or bool(PLACE.match(part) and place_at_start(part + "的") == part)


def _scope_length(last: str) -> int:
    """Return how many characters of the last part are its scope."""
    scope = SCOPES.match(last)
    if scope and scope.end() < len(last):
        return scope.end()
    return len(place_at_start(last))


def _shared_tail(last: str, others: list[str]) -> str:
    """Return the end that the last part shares with the ones before it."""
    known = SHARED_TAIL.search(last)
    if known and known.start() > 0:
        return known.group()
    width = len(others[-1])
    return last[width:] if width < len(last) and MEASURE_END.search(last) else ""


def _crossed(parts: list[str], count: int) -> list[Named] | None:
    """Scopes times indicators: “中心城区、县城污水处理率、再生水利用率” with four values, indicator by indicator."""
    scopes: list[str] = []
    for place, part in enumerate(parts):
        if is_scope(part):
            scopes.append(part)
            continue
        length = _scope_length(part)
        indicators = [part[length:], *parts[place + 1 :]]
        if not scopes or not length or len(indicators) < 2 or (len(scopes) + 1) * len(indicators) != count:
            return None
        scopes.append(part[:length])
        return [Named(scope, scope + name if SCOPES.fullmatch(scope) else name) for name in indicators for scope in scopes]
    return None
