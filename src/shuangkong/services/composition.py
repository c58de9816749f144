"""What a city pack says a jurisdiction's figures are made of (构成): read from its `composition.yaml`, and what is wrong with it."""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shuangkong.kernel.faults import Fault, InputRefused
from shuangkong.kernel.language import Words
from shuangkong.services.documents.structured import read_structured

COMPOSITION_FILE = "composition.yaml"
_SHARES = ("whole", "part")


@dataclass(frozen=True, slots=True)
class Composition:
    """Which figure of units a figure of a jurisdiction is made of (构成规则)."""

    element: str
    of: str
    tags: frozenset[str]
    is_whole: bool


def read_composition(folder: Path) -> dict[str, Composition]:
    """Return the pack's rules of composition by element (构成规则); none where it has no such file."""
    return {
        one["element"]: Composition(one["element"], one["of"], frozenset(one.get("tags", ())), one.get("share") == "whole") for one in _lines(folder)
    }


def composition_faults(folder: Path, *, known: Container[str]) -> list[Fault]:
    """Return what is wrong with a pack's rules of composition (检查构成规则).

    Parameters
    ----------
    folder : Path
        The pack.
    known : container of str
        Every element that its catalogue or its returns know.
    """
    try:
        lines = _lines(folder)
    except InputRefused as refused:
        return [fault.at(_PLACE) for fault in refused.faults]
    faults: list[Fault] = []
    for one in lines:
        if not isinstance(one, Mapping):
            faults.append(_fault("composition", one, Words("应为键值表", "is not a mapping"), Words("写成 element: …, of: …", "write element: …, of: …")))
            continue
        for name in ("element", "of"):
            if one.get(name) not in known:
                faults.append(_fault(name, one.get(name, ""), Words("不是数据元素", "is no element"), Words("改用 indicators/elements.yaml 或报表中的代码", "use a code of elements.yaml or of a return")))
        if one.get("share") not in _SHARES:
            faults.append(_fault("share", one.get("share", ""), Words("不认识", "is unknown"), Words("改为 whole 或 part", "use whole or part")))
        if not isinstance(one.get("tags", []), list):
            faults.append(_fault("tags", one["tags"], Words("应为列表", "is not a list"), Words("写成 [above_scale]", "write [above_scale]")))
    return faults


_PLACE = Words(COMPOSITION_FILE, COMPOSITION_FILE)


def _lines(folder: Path) -> list[Any]:
    path = folder / COMPOSITION_FILE
    raw: Any = read_structured(path) if path.exists() else {"composition": []}
    lines = raw.get("composition") if isinstance(raw, Mapping) else None
    if not isinstance(lines, list):
        raise InputRefused([_fault("composition", "", Words("缺少列表", "has no list"), Words("写成 composition: [ … ]", "write composition: [ … ]"))])
    return lines


def _fault(name: str, value: object, rule: Words, remedy: Words) -> Fault:
    return Fault(Words(f"构成规则 {name}", f"composition, {name}"), str(value), rule, remedy, _PLACE)
