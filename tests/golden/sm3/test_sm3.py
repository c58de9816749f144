from pathlib import Path
from typing import Any

import pytest
import yaml

from shuangkong.evidence.digest import Algorithm, digest
from shuangkong.evidence.sm3 import sm3

CASES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "vectors.yaml").read_text("utf-8"))["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_the_printed_hash_is_met_by_our_own_and_by_the_one_in_use(case: dict[str, Any]) -> None:
    message = bytes.fromhex(case["message"])
    assert sm3(message).hex() == case["expected"]
    assert str(digest(message, Algorithm.SM3)) == f"sm3:{case['expected']}"
