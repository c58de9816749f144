"""Worked cases of others, through the operations people call."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from shuangkong.kernel.rounding import round_gbt8170
from shuangkong.services.compute.monitoring import OPS as MONITORING
from shuangkong.services.compute.operation import Inputs
from shuangkong.services.compute.pollution import OPS as POLLUTION

OPS = POLLUTION | MONITORING
HERE = Path(__file__).parent


def _cases(name: str) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = yaml.safe_load((HERE / name).read_text("utf-8"))["cases"]
    return cases


@pytest.mark.parametrize("case", _cases("emission_validity.yaml"), ids=lambda case: case["id"])
def test_conversion_chain(case: dict[str, Any]) -> None:
    found = OPS[case["op"]](Inputs(case["inputs"])).outputs[case["output"]]
    assert round_gbt8170(found, case["decimals"]) == Decimal(case["expected"])


@pytest.mark.parametrize("case", _cases("plan_schedule.yaml"), ids=lambda case: case["pollutant"])
def test_even_schedule_of_the_plan(case: dict[str, Any]) -> None:
    inputs = {"target_t": case["target_t"], "years_total": 5, "counted_t": [case["yearly_t"]]}
    found = OPS["reduction_progress"](Inputs(inputs)).outputs
    assert (found["scheduled_t"], found["ratio"], found["light"]) == (Decimal(case["yearly_t"]), 1, "GREEN")
