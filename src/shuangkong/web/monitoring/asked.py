"""What the forms of monitoring say, read into entries of the register; what cannot be read is refused with the remedy."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from unicodedata import normalize

from django.http import QueryDict

from shuangkong.hj212.crc import Variant
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import CHINA_STANDARD_TIME, day_named
from shuangkong.kernel.text import number_in
from shuangkong.services.monitoring_kinds import SETTINGS, TRAITS, PointKind, Statistic, TraitKind
from shuangkong.services.monitoring_register import DeviceEntry, LimitEntry, PointEntry
from shuangkong.web.returns.asked import NotUnderstood, one_of


def text_in(told: QueryDict, name: str) -> str:
    """Return a text in normal form, without blanks around it."""
    return normalize("NFC", told.get(name, "")).strip()


def day_in(told: QueryDict, name: str) -> date | None:
    """Return a day, None where none is told."""
    return day_named(text) if (text := text_in(told, name)) else None


def moment_in(told: QueryDict, name: str) -> datetime | None:
    """Return a moment told in China Standard Time, None where none is told; raise `NotUnderstood`."""
    text = text_in(told, name)
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=CHINA_STANDARD_TIME).astimezone(UTC)
    except (ValueError, OverflowError) as wrong:
        raise NotUnderstood(Words("时刻", "moment"), text) from wrong


def figure_in(told: QueryDict, name: str) -> Decimal | None:
    """Return a figure, None where none is told; raise `NotUnderstood`."""
    text = text_in(told, name)
    figure = number_in(text)
    if text and figure is None:
        raise NotUnderstood(Words("数值", "figure"), text)
    return figure


def key_in(told: QueryDict, name: str) -> int | None:
    """Return the key of a row, None where none is told."""
    text = told.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def traits_in(told: QueryDict) -> dict[str, Any]:
    """Return the facts of a point that are told."""
    found: dict[str, Any] = {}
    for name, trait in TRAITS.items():
        text = text_in(told, name)
        if trait.kind is TraitKind.FLAG:
            found |= {name: True} if text == "1" else {}
        elif text:
            found[name] = text
    return found


def point_in(told: QueryDict) -> PointEntry:
    """Return the entry of a point; raise `NotUnderstood`."""
    zh = text_in(told, "name_zh")
    return PointEntry(
        code=text_in(told, "code"), organisation=text_in(told, "organisation"), kind=one_of(PointKind, text_in(told, "kind"), Words("类别", "kind")),
        name=Words(zh, text_in(told, "name_en") or zh), valid_from=_first_day(told), traits=traits_in(told), is_closed=told.get("is_closed") == "1",
    )  # fmt: skip


def limit_in(told: QueryDict) -> LimitEntry:
    """Return the entry of a limit; raise `NotUnderstood`."""
    return LimitEntry(
        point=text_in(told, "code"), factor=text_in(told, "factor").split(" ")[0], statistic=one_of(Statistic, text_in(told, "statistic"), Words("均值时段", "span")),
        low=figure_in(told, "low"), high=figure_in(told, "high"), unit=text_in(told, "unit"), document=text_in(told, "document"), clause=text_in(told, "clause"),
        is_converted=told.get("is_converted") == "1", valid_from=_first_day(told), valid_to=day_in(told, "valid_to"),
    )  # fmt: skip


def device_in(told: QueryDict) -> DeviceEntry:
    """Return the entry of a device; an empty secret is left as it is, a ticked one taken away."""
    settings = {name: int(figure) for name in SETTINGS if (figure := figure_in(told, name)) is not None}
    return DeviceEntry(
        mn=text_in(told, "mn"), point=text_in(told, "code"), edition=text_in(told, "edition"), checksum=_variant(text_in(told, "checksum")), valid_from=_first_day(told),
        settings=settings, is_retired=told.get("is_retired") == "1", password=_secret(told, "password"), key=_secret(told, "key"),
    )  # fmt: skip


def _first_day(told: QueryDict) -> date:
    return day_named(text_in(told, "valid_from"))


def _variant(text: str) -> Variant:
    if text not in list(Variant):
        raise NotUnderstood(Words("校验算法", "checksum"), text)
    return Variant(text)


def _secret(told: QueryDict, name: str) -> str | None:
    return "" if told.get(f"no_{name}") == "1" else told.get(name, "").strip() or None
