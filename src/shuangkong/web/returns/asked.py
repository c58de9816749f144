"""What the pages of returns are asked, read into what use cases take; what cannot be read is refused with the remedy."""

import json
from enum import Enum
from typing import Any, TypeVar

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words

_One = TypeVar("_One", bound=Enum)


class NotUnderstood(Refusal):
    """The request says something that cannot be read (请求无法识别)."""

    def __init__(self, thing: Words, value: object) -> None:
        super().__init__(
            thing=thing, value=str(value)[:60], rule=Words("无法识别", "cannot be read"), remedy=Words("刷新页面后重试", "reload the page and try again"),
        )  # fmt: skip


def one_of(kind: type[_One], name: str, thing: Words) -> _One:
    """Return the member of an enumeration with a name; raise `NotUnderstood`."""
    if name not in kind.__members__:
        raise NotUnderstood(thing, name)
    return kind[name]


def version_in(request: HttpRequest) -> int:
    """Return the version that a form was made for; raise `NotUnderstood`."""
    said = request.POST.get("version", "")
    if not (said.isascii() and said.isdecimal() and len(said) <= 9):
        raise NotUnderstood(Words("报表版本", "version"), said)
    return int(said)


def cells_in(request: HttpRequest) -> tuple[Any, dict[str, str]]:
    """Return what an entry grid sends: what it knows, and texts by cell; raise `NotUnderstood`."""
    thing = Words("保存请求", "request to save")
    try:
        told = json.loads(request.body)
        version, cells = told["version"], told["cells"]
    except (ValueError, KeyError, TypeError, RecursionError) as wrong:
        raise NotUnderstood(thing, "JSON") from wrong
    if not isinstance(cells, dict) or not all(isinstance(text, str) for text in cells.values()):
        raise NotUnderstood(thing, "cells")
    return version, cells


def file_in(request: HttpRequest) -> tuple[str, bytes]:
    """Return name and content of the file that was sent; raise `NotUnderstood`."""
    sent = request.FILES.get("file")
    if not isinstance(sent, UploadedFile):
        raise NotUnderstood(Words("文件", "file"), "没有选择文件")
    return sent.name or "", sent.read()
