"""Whatever is typed, what was read is kept and read back as itself; nothing typed brings the reader down."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from shuangkong.kernel.faults import Fault
from shuangkong.kernel.language import Words
from shuangkong.kernel.units import unit
from shuangkong.returns.entries import Entry, entry_from
from shuangkong.returns.form import Cell, CellKey, EntryKind

CELL = Cell(
    key=CellKey("t", "r", "c"), name=Words("数", "figure"), kind=EntryKind.NUMBER, unit=unit("t"), decimals=4, meaning=Words("", ""), formula="", prefill="",
    element="", is_required=False, allows_not_applicable=True, choices=("是", "否"), tags=frozenset(), group="",
)  # fmt: skip
CELLS = st.sampled_from([replace(CELL, kind=kind, decimals=decimals) for kind in EntryKind for decimals in (0, 4, 10)])
FIGURES = st.decimals(min_value=Decimal(-(10**14)), max_value=Decimal(10**14), places=4)
TYPED = st.one_of(
    st.text(), FIGURES.map(str), FIGURES.map(lambda figure: f"{figure:,}"), FIGURES.map(lambda figure: f"{figure:e}"), st.dates().map(str),
    st.text(alphabet="0123456789.,+-eE ％%吨tk年月日/—不适用=（）'", max_size=20),
)  # fmt: skip


@given(CELLS, TYPED)
def test_what_was_read_is_read_back_from_what_is_stored(cell: Cell, typed: str) -> None:
    entry = entry_from(cell, typed)
    if isinstance(entry, Entry):
        assert entry_from(cell, entry.stored()) == entry
        assert entry.stored()
    elif isinstance(entry, Fault):
        assert entry.rule.zh
        assert entry.remedy.en


@given(FIGURES)
def test_every_way_of_writing_a_figure_is_that_figure(figure: Decimal) -> None:
    for typed in (str(figure), f"{figure:,}", f" {figure} 吨", f"{figure:f}".translate(str.maketrans("0123456789.-", "０１２３４５６７８９．－"))):
        entry = entry_from(CELL, typed)
        assert isinstance(entry, Entry), typed
        assert entry.number == figure
