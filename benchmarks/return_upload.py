"""A list of 2 000 rows uploaded: opened, found by its markers, each cell read and set against what stood there.

    python benchmarks/return_upload.py

Size: 2 000 rows of 20 columns (text, choice, date, 16 figures, one computed), every tenth cell changed. The floor, in the same run:
openpyxl reading the values of the same bytes, with no check at all. Budget: 5 s.
"""

import io
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import openpyxl

from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Grain, Period
from shuangkong.kernel.provenance import Citation, Confidence
from shuangkong.kernel.units import unit
from shuangkong.returns.entries import Entry
from shuangkong.returns.form import CellKey, Column, Deadline, EntryKind, FilerKind, Form, Table, TableKind
from shuangkong.services.documents.return_workbook.found import Change, WorkbookReading
from shuangkong.services.documents.return_workbook.reading import read_return_workbook
from shuangkong.services.documents.return_workbook.template import return_template

ROWS, FIGURES, RUNS = 2_000, 16, 3
BUDGET_S = 5
_PERIOD = Period.year(2024)


def invented_form() -> Form:
    """Return a form of one long list."""
    columns = (
        Column(code="name", name=Words("名称", "name"), kind=EntryKind.TEXT),
        Column(code="level", name=Words("等级", "level"), kind=EntryKind.CHOICE, choices=("1级", "2级", "3级")),
        Column(code="started", name=Words("投运日期", "since"), kind=EntryKind.DATE),
        *(Column(code=f"figure_{number}", name=Words(f"数值{number}", f"figure {number}"), unit=unit("t")) for number in range(FIGURES)),
        Column(code="both", name=Words("合计", "both"), unit=unit("t"), formula="[figure_0] + [figure_1]"),
    )
    table = Table(code="list", name=Words("清单", "list"), kind=TableKind.LIST, columns=columns, max_rows=ROWS)
    return Form(
        code="bench", edition="1", name=Words("压力测试", "benchmark"), filer=FilerKind.UNIT, agency="fgw", grain=Grain.YEAR, deadline=Deadline(month=3, day=31),
        basis=Citation("-"), confidence=Confidence.DESIGN, verified=False, tables=(table,), valid_from=date(2021, 1, 1),
    )  # fmt: skip


def invented_entries(*, shift: int) -> dict[CellKey, Entry]:
    """Return a full list; with a shift every tenth figure is another."""
    entries: dict[CellKey, Entry] = {}
    for row in range(1, ROWS + 1):
        entries[CellKey("list", str(row), "name")] = Entry(text=f"{row}号设备")
        entries[CellKey("list", str(row), "level")] = Entry(text="2级")
        entries[CellKey("list", str(row), "started")] = Entry(text="2019-05-01")
        for number in range(FIGURES):
            moved = shift if (row + number) % 10 == 0 else 0
            entries[CellKey("list", str(row), f"figure_{number}")] = Entry(number=Decimal(row * 100 + number + moved).scaleb(-2))
    return entries


def floor(content: bytes) -> None:
    """Read the same bytes with openpyxl alone."""
    for sheet in openpyxl.load_workbook(io.BytesIO(content), data_only=True).worksheets:
        for row in sheet.iter_rows(values_only=True):
            tuple(row)


def median_s(run: Callable[[], object]) -> float:
    """Return the median time of a few runs."""
    taken = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        run()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def main() -> int:
    """Time both and print the ratio; exit 1 over the budget."""
    form, stood = invented_form(), invented_entries(shift=0)
    begun = time.perf_counter()
    content = return_template(form, organisation_code="u", organisation_name="示例", period=_PERIOD, entries=invented_entries(shift=1), previous={})
    print(f"template written: {time.perf_counter() - begun:.2f} s, {len(content) / 1024:,.0f} KiB")

    def upload() -> WorkbookReading:
        return read_return_workbook(content, form=form, organisation_code="u", period=_PERIOD, entries=stood)

    counts = upload().counts
    cells = ROWS * (FIGURES + 3)
    changed = ROWS * FIGURES // 10
    assert (counts[Change.UNCHANGED], counts[Change.CHANGED], sum(counts.values())) == (cells - changed, changed, cells)
    taken, floor_s = median_s(upload), median_s(lambda: floor(content))
    print(f"{ROWS} rows, {cells} cells read and checked: {taken:.2f} s (median of {RUNS}), floor {floor_s:.2f} s, ratio {taken / floor_s:.1f}, budget {BUDGET_S} s")
    return int(taken > BUDGET_S)


if __name__ == "__main__":
    sys.exit(main())
