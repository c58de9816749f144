"""How what stands in a cell is written: typed exactly, worked out rounded, a printed coefficient without noughts behind it."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import shuangkong
from shuangkong.returns.entries import Entry
from shuangkong.returns.form import CellKey
from shuangkong.services.filing_differences import entry_text
from shuangkong.services.return_forms import load_forms

FORM = load_forms(Path(shuangkong.__file__).parent / "cities/zhumadian")["205-1"]


def test_a_coefficient_filled_in_beforehand_says_no_nought_that_nobody_printed() -> None:
    cell = FORM.cell(CellKey("energy", "electricity", "coefficient"))
    assert cell is not None
    assert entry_text(cell, Entry(number=Decimal("1.229"))) == "1.229"
    assert entry_text(cell, Entry(number=Decimal("0.714286"))) == "0.71429"
    assert entry_text(replace(cell, prefill="", formula="1"), Entry(number=Decimal("1.229"))) == "1.22900"
    assert entry_text(replace(cell, prefill=""), Entry(number=Decimal("1.10"))) == "1.10"
