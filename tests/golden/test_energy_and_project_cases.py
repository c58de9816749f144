"""Worked cases of energy and projects, run through the operations of `compute`."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from shuangkong.services.compute.energy import OPS as ENERGY
from shuangkong.services.compute.operation import Inputs
from shuangkong.services.compute.projects import OPS as PROJECTS
from shuangkong.services.documents.structured import read_structured

FOLDERS = ("henan_2016", "dual_control", "price_steps", "decomposition")


def _cases() -> Iterator[Any]:
    for folder in FOLDERS:
        for file in sorted((Path(__file__).parent / folder).glob("*.yaml")):
            golden = read_structured(file)
            assert golden["document"]
            assert golden["computed_by"]
            for case in golden["cases"]:
                yield pytest.param(case, id=f"{folder}/{case['id']}")


def _flat(figure: Any) -> list[Decimal]:
    if isinstance(figure, Sequence) and not isinstance(figure, str):
        return [Decimal(item) for item in figure]
    return [Decimal(figure)]


@pytest.mark.parametrize("case", list(_cases()))
def test_the_worked_case_is_met(case: dict[str, Any]) -> None:
    outcome = (ENERGY | PROJECTS)[case["op"]](Inputs(case["inputs"]))
    for name, expected in case["expected"].items():
        found, wanted = _flat(outcome.outputs[name]), _flat(expected)
        assert len(found) == len(wanted)
        for one, other in zip(found, wanted, strict=True):
            assert abs(one - other) <= Decimal(case["tolerance"]), (name, one, other)
