"""Tags and filters of every template: words in the reader's language, figures as the field writes them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template

from shuangkong.kernel.language import Words
from shuangkong.kernel.period import CHINA_STANDARD_TIME
from shuangkong.kernel.rounding import round_gbt8170

register = template.Library()


@register.simple_tag(takes_context=True)
def t(context: template.Context, zh: str, en: str) -> str:
    """Return the text in the reader's language: `{% t "报表" "Returns" %}`."""
    return en if context.get("language") == "en" else zh


@register.simple_tag(takes_context=True)
def words(context: template.Context, told: Words | str | None) -> str:
    """Return `Words` in the reader's language: `{% words form.name %}`."""
    if told is None:
        return ""
    return told.in_language(context.get("language", "zh")) if isinstance(told, Words) else str(told)


@register.filter
def figure(value: Decimal | None, decimals: int = 2) -> str:
    """Return a figure rounded once, thousands separated; — where there is none (数值显示)."""
    return "—" if value is None else f"{round_gbt8170(value, decimals):,f}"


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
