"""Reads YAML and JSON files with every number as a Decimal, never a binary float."""

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.services.documents.content import decoded, read_content

SIZE_LIMIT_MB = 8
DEPTH_LIMIT = 40
NODE_LIMIT = 2_000_000
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9_]*)")
_USUAL_REMEDY = Words("提供 YAML 或 JSON 文件", "give a YAML or JSON file")


class UnreadableFile(Refusal):
    """The file cannot be read as YAML or JSON (文件无法读取)."""

    def __init__(self, path: Path, rule: Words, remedy: Words | None = None) -> None:
        super().__init__(thing=Words("文件", "file"), value=path.name or str(path), rule=rule, remedy=remedy or _USUAL_REMEDY)


class _DecimalLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # the C class has no stubs
    """The safe loader, with decimals kept exact and dates and timestamps as they are written."""


def _decimal(loader: Any, node: Any) -> Decimal | str:
    text: str = loader.construct_scalar(node).replace("_", "")
    try:
        figure = Decimal(text)
    except ArithmeticError:
        return text
    return figure if figure.is_finite() else text


def _integer(loader: Any, node: Any) -> int | str:
    """A code such as 010 is no octal number, and 12:30 none of base sixty."""
    text: str = loader.construct_scalar(node)
    return int(text) if _INTEGER.fullmatch(text) else text


def _day(loader: Any, node: Any) -> Any:
    """Let the reader of an input name a day that the calendar lacks, such as 2022-02-30."""
    try:
        return loader.construct_yaml_timestamp(node)
    except ValueError:
        return loader.construct_scalar(node)


_DecimalLoader.add_constructor("tag:yaml.org,2002:float", _decimal)
_DecimalLoader.add_constructor("tag:yaml.org,2002:int", _integer)
_DecimalLoader.add_constructor("tag:yaml.org,2002:timestamp", _day)
# YAML 1.1 takes the bare word `on` for true, and `on` is the name of an input here: only true and false are booleans.
_DecimalLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool" or first in "tTfF"]
    for first, resolvers in _DecimalLoader.yaml_implicit_resolvers.items()
}


def read_structured(path: Path) -> Any:
    """Return the content of a YAML or JSON file; raise `UnreadableFile` with the reason and the line."""
    text = _text(path)
    try:
        if path.suffix.lower() == ".json":
            return json.loads(text, parse_float=Decimal, parse_constant=str)
        _bounded(path, text)
        return yaml.load(text, _DecimalLoader)
    except json.JSONDecodeError as trouble:
        raise UnreadableFile(
            path, Words(f"第{trouble.lineno}行第{trouble.colno}列不是合法的 JSON", f"line {trouble.lineno} column {trouble.colno} is not JSON")
        ) from None
    except UnreadableFile:
        raise
    except (yaml.YAMLError, RecursionError, ValueError) as trouble:
        mark = getattr(trouble, "problem_mark", None)
        line = f"{mark.line + 1}" if mark else "?"
        raise UnreadableFile(path, Words(f"第{line}行不是合法的 YAML", f"line {line} is not YAML")) from None


def _bounded(path: Path, text: str) -> None:
    """Refuse what nests too deep for the loader's stack, or what references blow up beyond memory."""
    sizes = [0]  # nodes so far, at each open level, references counted in full
    anchored: dict[str | None, int] = {}
    opened: list[str | None] = []
    for event in yaml.parse(text, _DecimalLoader):
        match event:
            case yaml.AliasEvent():
                sizes[-1] += anchored.get(event.anchor, 1)
            case yaml.CollectionStartEvent():
                opened.append(event.anchor)
                sizes.append(1)
            case yaml.CollectionEndEvent():
                size = sizes.pop()
                sizes[-1] += size
                anchored[opened.pop()] = size
            case yaml.ScalarEvent():
                sizes[-1] += 1
        if len(sizes) > DEPTH_LIMIT or sizes[-1] > NODE_LIMIT:
            raise UnreadableFile(path, Words("嵌套过深或引用展开过大", "nests too deep, or its references grow too large"))


def _text(path: Path) -> str:
    read = decoded(read_content(path, limit_mb=SIZE_LIMIT_MB, refuse=UnreadableFile))
    if read is None:
        raise UnreadableFile(path, Words("不是文本文件", "is not a text file"))
    return read[0]
