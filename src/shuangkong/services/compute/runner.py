"""Runs the field's calculations by name: a list of `{id, op, inputs}` → results with working."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, DecimalException
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

from shuangkong.kernel.faults import Fault, InputRefused
from shuangkong.kernel.language import Words
from shuangkong.kernel.rounding import plain
from shuangkong.services.compute.operation import Inputs, Operation, Outcome
from shuangkong.services.documents.structured import read_structured

_AREAS = ("energy_factors", "energy", "projects", "pollution", "monitoring", "assessment")


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of one entry of the file."""

    id: str
    op: str
    outcome: Outcome

    def as_json(self) -> dict[str, Any]:
        """Return the result in the shape of the formats page."""
        return {
            "id": self.id,
            "op": self.op,
            "outputs": jsonable(self.outcome.outputs),
            "rules": [rule.cited() for rule in self.outcome.rules],
            "working": self.outcome.working + ("（依据未核实）" if any(not rule.verified for rule in self.outcome.rules) else ""),
        }


@lru_cache(maxsize=1)
def operations() -> Mapping[str, Operation]:
    """Return every operation by name, in the order of the areas."""
    found: dict[str, Operation] = {}
    for area in _AREAS:
        found |= import_module(f"shuangkong.services.compute.{area}").OPS
    return found


def compute_file(*, path: Path) -> list[Result]:
    """Run every entry of a YAML or JSON file.

    Raises
    ------
    InputRefused
        With every fault of every entry; then nothing is returned at all.
    """
    entries = read_structured(path)
    if isinstance(entries, Mapping):
        entries = entries.get("cases", [entries] if "op" in entries else None)
    if not isinstance(entries, list) or not entries:
        raise InputRefused([_not_a_list(path)])
    faults: list[Fault] = []
    results: list[Result] = []
    for number, entry in enumerate(entries, start=1):
        try:
            results.append(_run(number, entry))
        except InputRefused as refused:
            faults.extend(refused.faults)
    if faults:
        raise InputRefused(faults)
    return results


def _run(number: int, entry: Any) -> Result:
    if not isinstance(entry, Mapping):
        raise InputRefused([_bad_entry(number, entry)])
    id_ = str(entry.get("id", number))
    where = Words(f"第{number}项（{id_}）", f"entry {number} ({id_})")
    name = str(entry.get("op", ""))
    operation = operations().get(name)
    if operation is None:
        raise InputRefused([_unknown_operation(name, where)])
    raw = entry.get("inputs") or {}
    if not isinstance(raw, Mapping):
        raise InputRefused([_bad_entry(number, raw)])
    try:
        return Result(id_, name, operation(Inputs({str(key): value for key, value in raw.items()}, where)))
    except InputRefused as refused:
        raise InputRefused(fault if fault.where else fault.at(where) for fault in refused.faults) from None
    except DecimalException:
        raise InputRefused([_no_arithmetic(name, where)]) from None


def jsonable(value: Any) -> Any:
    """Return a value with every number as plain text."""
    match value:
        case Decimal():
            return plain(value)
        case int() if not isinstance(value, bool):
            return str(value)
        case Mapping():
            return {str(key): jsonable(item) for key, item in value.items()}
        case list() | tuple():
            return [jsonable(item) for item in value]
    return value


def _not_a_list(path: Path) -> Fault:
    return Fault(
        Words("文件", "file"), path.name,
        Words("应为 {id, op, inputs} 的列表且不为空", "must be a list of {id, op, inputs} and not be empty"),
        Words("参照 shuangkong compute --help 的例子", "see the example of shuangkong compute --help"),
    )


def _bad_entry(number: int, entry: object) -> Fault:
    return Fault(
        Words("计算项", "entry"), str(entry), Words("应为含 id、op、inputs 的键值表", "must be a mapping with id, op and inputs"),
        Words("补全该项", "complete it"), Words(f"第{number}项", f"entry {number}"),
    )


def _unknown_operation(name: str, where: Words) -> Fault:
    near = difflib.get_close_matches(name, operations(), n=3)
    listed = "、".join(near) if near else "、".join(operations())
    return Fault(
        Words("op", "op"), name, Words("没有这个计算", "is no known operation"), Words(f"可选：{listed}", f"choose from: {listed}"), where
    )


def _no_arithmetic(name: str, where: Words) -> Fault:
    return Fault(
        Words("计算", "operation"), name, Words("按所给输入无法计算（除以零或超出范围）", "cannot be computed from these inputs (division by zero or out of range)"),
        Words("核对输入项", "check the inputs"), where,
    )
