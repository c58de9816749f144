"""How requests are read: JSON and nothing else, no character that no text has."""

import json
from collections.abc import Iterable
from typing import Any, cast

from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from ninja.errors import HttpError
from ninja.parser import Parser

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words

_UNSUPPORTED = 415


class Unprintable(Refusal):
    """A text holds what no text has: NUL, or half of a character (含非法字符)."""

    def __init__(self) -> None:
        super().__init__(
            thing=Words("请求内容", "request"), value="…", rule=Words("含空字符或残缺字符", "holds a NUL or half of a character"),
            remedy=Words("删去后重试", "take it out"),
        )  # fmt: skip


def refuse_unprintable(text: str) -> None:
    """Raise `Unprintable` for a text that no database keeps."""
    if "\x00" in text or any("\ud800" <= one <= "\udfff" for one in text):
        raise Unprintable


def _texts(told: Any) -> Iterable[str]:
    waiting = [told]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            waiting += [*one, *one.values()]
        elif isinstance(one, list):
            waiting += one


class StrictParser(Parser):
    """Reads JSON that says it is JSON (请求解析)."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        """Return the body; raise `HttpError` 415 for another content type."""
        if request.content_type != "application/json":
            raise HttpError(_UNSUPPORTED, "application/json")
        told = json.loads(request.body.decode("utf-8"))
        for text in _texts(told):
            refuse_unprintable(text)
        return cast(dict[str, Any], told)

    def parse_querydict(self, data: MultiValueDict[str, Any], list_fields: list[str], request: HttpRequest) -> dict[str, Any]:
        """Return the parameters."""
        for text in _texts([list(data), *(data.getlist(name) for name in data)]):
            refuse_unprintable(text)
        return super().parse_querydict(data, list_fields, request)
