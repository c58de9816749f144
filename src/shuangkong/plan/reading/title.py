"""What a plan is called and which edition it is, from the lines in front of its first heading."""

import re
from collections.abc import Callable, Sequence

# A title that stands further down is the title of something else.
FIRST_LINES = 40
# “实施方案” alone on a line is the end of a longer title.
BARE_TITLE_LIMIT = 6
_TITLE = re.compile(r"(?:方案|规划|计划|意见|行动|措施|办法|细则|纲要|通知|要点)(?P<edition>（[^）]{2,30}）)?$")
_EDITION = re.compile(r"（(?P<edition>[^）]*(?:征求意见|送审|讨论|审议|草案|修订|试行|公示|初)[^）]*)）")


def title_in(filled: Sequence[str], opens_text: Callable[[str], bool]) -> tuple[str, str]:
    """Return the plan's title and edition; a plan's own name is preferred to the notice that issues it."""
    candidates: list[tuple[str, str]] = []
    for place, first in enumerate(filled):
        if opens_text(first) or len(candidates) >= 3:
            break
        goes_on = re.search(r"(?:关于|印发|的|“十[一二三四五六七]五”)$", first)
        goes_before = len(first) <= BARE_TITLE_LIMIT and place and not re.search("[。，；：号]$", filled[place - 1])
        for joined in (filled[place - 1] + first if goes_before else first, first + (filled[place + 1] if goes_on and place + 1 < len(filled) else "")):
            bare = joined.replace(" ", "")
            if 4 <= len(bare) <= 70 and _TITLE.search(bare) and not re.search("[。，；：]|^附件", bare):
                following = filled[place + 1].replace(" ", "") if place + 1 < len(filled) else ""
                edition = _EDITION.search(bare) or _EDITION.fullmatch(following)
                candidates.append((bare, edition["edition"] if edition else ""))
                break
    own = [found for found in candidates if not re.sub("（.*", "", found[0]).endswith("通知")]
    if own or candidates:
        name, edition_name = (own or candidates)[0]
        issued = re.search(r"印发《?(?P<name>[^《》]{4,50}?)》?的?通知$", name)
        name = issued["name"] if issued else name
        return (name.replace(f"（{edition_name}）", "") if edition_name else name), edition_name
    quoted = re.search(r"《([^》]{4,60}(?:方案|规划|计划|意见|行动))》?", "".join(filled[:3]))
    opening = re.match(r"[^，。；：《》]{4,50}?(?:方案|规划|行动计划)(?=（|为)", filled[0].replace(" ", "") if filled else "")
    edition = _EDITION.search(filled[0][:90]) if opening else None
    name = opening.group() if opening else quoted[1] if quoted else ""
    return name, edition["edition"] if edition else ""
