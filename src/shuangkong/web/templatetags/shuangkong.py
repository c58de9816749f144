"""Tags and filters of every template: words in the reader's language, figures as the field writes them, doors to their working.

Language: `{% t "报表" "Returns" %}`, `{% words form.name %}`, `{% name_of_unit "tce" %}`.

A figure is a door, anywhere it stands:

    {% door value href decimals=1 unit="%" period="2023年" basis="等价值" coverage="12/13" source="县年报" grade="模拟" why=reason %}

`value` is a Decimal (rounded once here), a text, or None (printed as — with `why`); `href` is where it opens, "" where nothing does. What is
given shows on hover and focus; `as_of` is the day of the page where none is given. `{% figure_door element org period value … %}` opens
an observation's own page, `/figures/<element>/<org>/<period>`.

Addresses keep the time machine: `{% link "target" target.id year=2023 %}` adds the page's `as_of`; `{% here lang="en" as_of="" %}` is this page
with its query changed (empty takes away); `{% there "/audit/acts/" 12 as href %}` is empty where no such route exists or the reader may not
take it.

Lights and marks: `{% light_of line.light %}`, `{% marks_of row.marks %}`; `{% spark points %}` draws a small trend. None of them needs style or script.
"""

import json
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import Any

from django import template
from django.http import QueryDict
from django.urls import Resolver404, resolve, reverse
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from shuangkong.access.roles import Role
from shuangkong.kernel.language import Language, Words
from shuangkong.kernel.period import CHINA_STANDARD_TIME
from shuangkong.kernel.provenance import Confidence
from shuangkong.kernel.rounding import round_gbt8170
from shuangkong.plan.trajectory import Light
from shuangkong.returns.form import Cell
from shuangkong.services.documents.report import Mark
from shuangkong.services.documents.wording import number_text, unit_text
from shuangkong.services.rule_pages import rubric_name
from shuangkong.web.security.policies import Policy, may_pass, policy_of

register = template.Library()
ENGLISH: dict[Enum, str] = {
    Confidence.PUBLISHED: "read in the published text", Confidence.SECONDARY: "quoted by others", Confidence.MEMORY: "from memory, to be checked",
    Confidence.DESIGN: "set by this system",
}  # fmt: skip
HAN = re.compile("[\u4e00-\u9fff《》（）〔〕。，、；：]")
# From the first Chinese character to the last, with digits, clauses and signs between; in English around them nothing is taken.
HAN_RUN = re.compile("([\u4e00-\u9fff《》（）〔〕。，、；：][^A-Za-z;,.:]*[\u4e00-\u9fff《》（）〔〕。，、；：]|[\u4e00-\u9fff《》（）〔〕。，、；：])")
BASES = {
    "当量值": Words("当量值", "calorific value"), "等价值": Words("等价值", "equivalent value"), "2020年不变价": Words("2020年不变价", "2020 prices"),
}
SYSTEM_POST = "系统"
FACTS = ("unit", "period", "basis", "coverage", "as_of", "source", "grade", "why")


def _language(context: template.Context) -> Language:
    return "en" if context.get("language") == "en" else "zh"


@register.simple_tag(takes_context=True)
def t(context: template.Context, zh: str, en: str) -> str:
    """Return the text in the reader's language: `{% t "报表" "Returns" %}`."""
    return Words(zh, en).in_language(_language(context))


@register.simple_tag(takes_context=True)
def words(context: template.Context, told: Words | str | None) -> str:
    """Return `Words` in the reader's language: `{% words form.name %}`."""
    if told is None:
        return ""
    return told.in_language(_language(context)) if isinstance(told, Words) else str(told)


@register.simple_tag(takes_context=True)
def quoting(context: template.Context, told: Words | str | None) -> SafeString:
    """Return a text whose Chinese says so on an English page (标明中文): what people wrote, names, citations, phrases of the plan."""
    return _in_tongue("" if told is None else told.in_language(_language(context)) if isinstance(told, Words) else str(told), _language(context))


@register.simple_tag(takes_context=True)
def entered(context: template.Context, cell: Cell, text: str) -> SafeString:
    """Return what stands in a cell, or how it changed, as it is shown (填报内容); — where nothing stands."""
    return _in_tongue(cell.choice(text).in_language(_language(context)) or "—", _language(context))


def _in_tongue(text: str, language: Language) -> SafeString:
    if language == "zh" or not HAN.search(text):
        return conditional_escape(text)
    parts = HAN_RUN.split(text)  # Chinese stands at the odd places
    return format_html_join("", "{}", ((format_html('<span lang="zh-Hans">{}</span>', part) if at % 2 else part,) for at, part in enumerate(parts)))


@register.simple_tag(takes_context=True)
def choice_of(context: template.Context, cell: Cell, label: str) -> str:
    """Return a choice of a cell as it is shown (选项)."""
    return cell.choice(label).in_language(_language(context))


@register.simple_tag(takes_context=True)
def called(context: template.Context, told: Enum) -> str:
    """Return what a value of a list is called (枚举名称): its Chinese word, or its English name as words."""
    return str(told.value) if _language(context) == "zh" else ENGLISH.get(told, told.name.lower().replace("_", " "))


@register.simple_tag(takes_context=True)
def name_of_unit(context: template.Context, symbol: object) -> str:
    """Return a unit as the field writes it (计量单位)."""
    return unit_text(str(symbol or ""), _language(context))


@register.simple_tag(takes_context=True)
def post(context: template.Context, role: str) -> str:
    """Return the name of a post as it is shown (岗位), from its name or from the word the chain holds."""
    if role == SYSTEM_POST:
        return Words(role, "system").in_language(_language(context))
    held = next((one for one in Role if role in (one.name, one.value)), None)
    return held.words.in_language(_language(context)) if held else role


@register.simple_tag(takes_context=True)
def light_of(context: template.Context, light: Light, told: Words | None = None) -> SafeString:
    """Return a light as colour, shape and word (灯号); `told` in the place of its usual word."""
    return format_html('<span class="sk-light" data-light="{}">{}</span>', light.value, (told or light.words).in_language(_language(context)))


@register.simple_tag(takes_context=True)
def marks_of(context: template.Context, marks: Iterable[Mark]) -> SafeString:
    """Return marks as word and pattern (标记)."""
    return format_html_join(" ", '<span class="sk-mark" data-mark="{}">{}</span>', ((mark.name, mark.value.in_language(_language(context))) for mark in marks))


@register.simple_tag(takes_context=True)
def rubric(context: template.Context, code: str) -> str:
    """Return the name of a scoring table (计分表名称)."""
    return rubric_name(code).in_language(_language(context))


@register.simple_tag(takes_context=True)
def mark_of(context: template.Context, told: str) -> SafeString:
    """Return a mark that was kept by its Chinese word (标记); the word itself where it is none of ours."""
    mark = next((one for one in Mark if one.value.zh == told), None)
    return marks_of(context, (mark,)) if mark else format_html('<span class="sk-mark" lang="zh-Hans">{}</span>', told)


@register.simple_tag(takes_context=True)
def door(context: template.Context, value: Decimal | str | None, href: str, *, decimals: int = 2, change: bool = False, **facts: object) -> SafeString:
    """Return a figure that opens (数据门): see the head of this module.

    Raises
    ------
    TypeError
        For a fact that the hover does not know.
    """
    unknown = set(facts) - set(FACTS)
    if unknown:
        raise TypeError(f"door knows no {', '.join(sorted(unknown))}; facts are {', '.join(FACTS)}")
    language = _language(context)
    basis = str(facts.get("basis") or "")
    told = {**facts, "basis": BASES.get(basis, basis), "as_of": facts.get("as_of") or day(context.get("as_of") or context.get("known_on")), "unit": unit_text(str(facts.get("unit") or ""), language)}
    given = [(name.replace("_", "-"), one.in_language(language) if isinstance(one, Words) else str(one)) for name in FACTS if (one := told.get(name)) and one != "—"]
    attributes = format_html_join("", ' data-{}="{}"', given)
    if language == "en" and any(HAN.search(one) for _, one in given):  # a source, as its reporter wrote it
        attributes = format_html('{} lang="zh-Hans"', attributes)
    if value is None:
        why = dict(given).get("why", "")
        missing = format_html('<span class="sk-missing" title="{}">—</span>', why)
        return format_html('<a class="sk-door" href="{}"{}>—</a>', href, attributes) if href else missing
    text = value if isinstance(value, str) else number_text(value, decimals, is_change=change)
    return format_html('<a class="sk-door" href="{}"{}>{}</a>', href, attributes, text) if href else format_html("<span{}>{}</span>", attributes, text)


@register.simple_tag(takes_context=True)
def figure_door(context: template.Context, element: str, org: str, period: object, value: Decimal | str | None, **rest: Any) -> SafeString:
    """Return an observation that opens to its own page (观测值的门)."""
    return door(context, value, link(context, "figure", element, org, str(period)), period=str(period), **rest)


@register.simple_tag(takes_context=True)
def link(context: template.Context, route: str, *parts: object, **query: object) -> str:
    """Return the address of a route, known on the day of this page (保留截至日的地址)."""
    return _with_query(reverse(route, args=[str(part) for part in parts]), {"as_of": _asked(context), **query})


@register.simple_tag(takes_context=True)
def here(context: template.Context, **changes: object) -> str:
    """Return this page's address with its query changed; an empty value takes a name away (本页地址)."""
    request = context["request"]
    query = request.GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value not in ("", None):
            query[name] = str(value)
    return str(request.path) + (f"?{query.urlencode()}" if query else "")


@register.simple_tag(takes_context=True)
def there(context: template.Context, *parts: object) -> str:
    """Return an address if the platform has such a page and the reader may go there, else nothing (有则成链接)."""
    path = "".join(str(part) for part in parts)
    declared, who = _declared(path), context.get("member")
    return path if declared is not None and (who is None or may_pass(who, declared)) else ""


@register.simple_tag(takes_context=True)
def spark(context: template.Context, points: Sequence[tuple[int, Decimal | None]]) -> SafeString:
    """Return a small trend line; a missing year is a gap (走势)."""
    known = [(at, value) for at, (_, value) in enumerate(points) if value is not None]
    if len(known) < 2:
        return mark_safe("")
    low, high = min(value for _, value in known), max(value for _, value in known)
    step, span = Decimal(60) / (len(points) - 1), (high - low) or Decimal(1)
    places = {at: (f"{2 + at * step:.1f}", f"{(18 - (value - low) / span * 16 if high > low else Decimal(10)):.1f}") for at, value in known}
    runs: list[list[str]] = [[]]
    for at in range(len(points)):
        if at in places:
            runs[-1].append(",".join(places[at]))
        elif runs[-1]:
            runs.append([])
    lines = format_html_join("", '<polyline points="{}" fill="none" stroke="currentColor" stroke-width="1.5"/>', ((" ".join(run),) for run in runs if len(run) > 1))
    dots = format_html_join("", '<circle cx="{}" cy="{}" r="2" fill="currentColor"/>', (run[0].split(",") for run in runs if len(run) == 1))
    last = places[known[-1][0]]
    (first_at, first), (last_at, newest) = known[0], known[-1]
    told = f"{points[first_at][0]}: {number_text(first, 2)} → {points[last_at][0]}: {number_text(newest, 2)}"
    return format_html(
        '<svg class="sk-spark" width="66" height="20" viewBox="0 0 66 20" role="img" aria-label="{}"><title>{}</title>{}{}<circle cx="{}" cy="{}" r="2.5" fill="currentColor"/></svg>',
        told, told, lines, dots, *last,
    )  # fmt: skip


@register.filter
def figure(value: Decimal | None, decimals: int = 2) -> str:
    """Return a figure rounded once, thousands separated; — where there is none (数值显示)."""
    return "—" if value is None else f"{round_gbt8170(value, decimals):,f}"


@register.filter
def change(value: Decimal, decimals: int = 2) -> str:
    """Return a change with its sign (变化)."""
    return number_text(value, decimals, is_change=True)


@register.filter
def as_json(value: Any) -> SafeString:
    """Return data for a chart inside `<script type="application/json">`, safe there (图表数据)."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return mark_safe(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))


@register.filter
def exact(value: Decimal | None) -> str:
    """Return a figure as it was filed, thousands separated."""
    return "—" if value is None else f"{value:,f}"


@register.filter
def day(value: date | datetime | None) -> str:
    """Return a day as 2023-06-30, China Standard Time."""
    if value is None:
        return "—"
    return (value.astimezone(CHINA_STANDARD_TIME) if isinstance(value, datetime) else value).strftime("%Y-%m-%d")


@register.filter
def moment(value: datetime | None) -> str:
    """Return a moment as 2023-06-30 09:05, China Standard Time."""
    return "—" if value is None else value.astimezone(CHINA_STANDARD_TIME).strftime("%Y-%m-%d %H:%M")


@register.filter
def item(mapping: Any, key: Any) -> Any:
    """Return what a mapping holds for a key, None where nothing."""
    return mapping.get(key)


def _asked(context: template.Context) -> str:
    known = context.get("as_of")
    return known.isoformat() if known else ""


def _with_query(path: str, query: dict[str, object]) -> str:
    told = QueryDict(mutable=True)
    for name, value in query.items():
        if value not in ("", None):
            told[name] = str(value)
    return f"{path}?{told.urlencode()}" if told else path


@lru_cache(maxsize=4096)
def _declared(path: str) -> tuple[Policy, ...] | None:
    """Who may go to an address, None where there is no page."""
    try:
        return policy_of(resolve(path).func)
    except Resolver404:
        return None
