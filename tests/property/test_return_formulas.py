"""Totals of any figures: exact, whatever the order; one missing cell leaves them open; 不适用 changes nothing."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from shuangkong.kernel.faults import Fault
from shuangkong.kernel.language import Words
from shuangkong.returns.entries import Entry
from shuangkong.returns.form import CellKey
from shuangkong.returns.formula import computed
from shuangkong.returns.reading import form_from

ROWS = [f"r{number}" for number in range(8)]
FAULTS: list[Fault] = []
FORM = form_from(
    {
        "code": "x", "edition": "1", "name": "表", "name_en": "x", "filer": "unit", "agency": "a", "grain": "year", "due": {"day": 5},
        "basis": {"document": "d"}, "confidence": "design", "verified": False, "valid_from": "2021-01-01",
        "tables": [
            {"code": "t", "name": "表", "name_en": "t", "columns": [{"code": "v", "name": "数", "name_en": "v", "meaning": "数。", "meaning_en": "A figure."}],
             "rows": [{"code": code, "name": code, "name_en": code, "unit": "t"} for code in ROWS]},
            {"code": "s", "name": "计", "name_en": "s", "columns": [{"code": "v", "name": "数", "name_en": "v", "meaning": "数。", "meaning_en": "A figure."}],
             "rows": [{"code": "all", "name": "合计", "name_en": "all", "unit": "t", "formula": "sum(t, v)"}]},
        ],
    },
    where=Words("x", "x"), faults=FAULTS, known={},
)  # fmt: skip
FIGURES = st.lists(st.one_of(st.decimals(min_value=Decimal(-(10**9)), max_value=Decimal(10**9), places=4), st.none()), min_size=8, max_size=8)
ALL = CellKey("s", "all", "v")


@given(FIGURES, st.permutations(range(8)), st.integers(0, 7))
def test_a_total_is_exact_and_open_only_when_something_is_missing(figures: list[Decimal | None], order: list[int], left: int) -> None:
    assert FORM is not None, FAULTS
    entries = {
        CellKey("t", ROWS[place], "v"): Entry(is_not_applicable=True) if figures[place] is None else Entry(number=figures[place]) for place in order
    }
    told = [figure for figure in figures if figure is not None]
    result = computed(FORM, entries, factors={})[ALL]
    assert result.entry == (Entry(number=sum(told[1:], told[0])) if told else Entry(is_not_applicable=True))
    assert result.working.zh.count(" + ") == max(len(told) - 1, 0)
    del entries[CellKey("t", ROWS[left], "v")]
    open_result = computed(FORM, entries, factors={})[ALL]
    assert (open_result.entry, open_result.working.zh) == (None, f"合计：缺“r{left}”，暂不计算")
