"""What people type and paste: read when it can mean one thing only, refused with the remedy when not."""

from decimal import Decimal
from typing import Any

import pytest

from shuangkong.kernel.faults import Fault
from shuangkong.kernel.language import Words
from shuangkong.kernel.units import unit
from shuangkong.returns.entries import Entry, entry_from
from shuangkong.returns.form import Cell, CellKey, EntryKind


def cell(kind: EntryKind = EntryKind.NUMBER, *, symbol: str = "t", decimals: int = 2, **more: Any) -> Cell:
    said: dict[str, Any] = {
        "key": CellKey("t", "r", "c"), "name": Words("产量", "output"), "kind": kind, "unit": unit(symbol) if kind is EntryKind.NUMBER else None,
        "decimals": decimals, "meaning": Words("", ""), "formula": "", "prefill": "", "element": "", "is_required": False, "allows_not_applicable": True,
        "choices": (), "tags": frozenset(), "group": "",
    }  # fmt: skip
    return Cell(**{**said, **more})


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("12.5", "12.5"), (" 12.50 ", "12.50"), ("0", "0"), ("0.00", "0.00"), ("-0", "0"), ("1,234,567.8", "1234567.8"), ("１，２３４．５", "1234.5"),
        ("1 234 567", "1234567"), ("−3", "-3"), ("－３", "-3"), ("—3", "-3"), ("+5", "5"), (".5", "0.5"), ("5.", "5"), ("1.2e3", "1200"), ("1.5E-1", "0.15"),
        ("'12", "12"), ("12.5 t", "12.5"), ("12.5吨", "12.5"), ("12.340000000", "12.34"), ("999999999999999", "999999999999999"),
        ("\u200b12\u00a0", "12"), ("007", "7"),
    ],
)  # fmt: skip
def test_a_figure_is_read(typed: str, stored: str) -> None:
    entry = entry_from(cell(), typed)
    assert isinstance(entry, Entry), entry
    assert entry.stored() == stored
    assert entry.number == Decimal(stored)


@pytest.mark.parametrize("typed", ["不适用", " 不适用 ", "N/A", "n/a", "NA", "#N/A", "-", "--", "—", "――", "－", "/"])
def test_not_applicable_has_many_spellings(typed: str) -> None:
    assert entry_from(cell(), typed) == Entry(is_not_applicable=True)


@pytest.mark.parametrize("typed", ["", "   ", "\u3000", "\u200b", "\n"])
def test_an_empty_cell_has_no_entry(typed: str) -> None:
    assert entry_from(cell(), typed) is None


@pytest.mark.parametrize(
    ("typed", "rule", "remedy"),
    [
        ("12.345", "小数超过 2 位", "保留 2 位小数"),
        ("1e-3", "小数超过 2 位", "保留 2 位小数"),
        ("1000000000000000", "整数超过 15 位", "核对小数点和计量单位"),
        ("1e300", "整数超过 15 位", "核对小数点和计量单位"),
        ("1e-300", "小数超过 2 位", "保留 2 位小数"),
        ("12%", "此栏单位是 t，不是 %", "按 t 填数"),
        ("12.5 tce", "此栏单位是 t，不是 tce", "按 t 填数"),
        ("12.5 kg", "此栏单位是 t，不是 kg", "折算后填 0.0125（单位 t）"),
        ("3万吨", "此栏单位是 t，不是 万t", "折算后填 30000（单位 t）"),
        ("3万", "数字后有“万”", "只填数字，如 1234.5"),
        ("12 件左右", "数字后有“件左右”", "只填数字，如 1234.5"),
        ("约12", "不是数", "只填数字，如 1234.5"),
        ("1,2,3", "不是数", "只填数字，如 1234.5"),
        ("12,34", "不是数", "只填数字，如 1234.5"),
        ("1 2", "不是数", "只填数字，如 1234.5"),
        ("1.2.3", "不是数", "只填数字，如 1234.5"),
        ("(12)", "不是数", "只填数字，如 1234.5"),
        ("nan", "不是数", "只填数字，如 1234.5"),
        ("Infinity", "不是数", "只填数字，如 1234.5"),
        ("一二三", "不是数", "只填数字，如 1234.5"),
        ("=A1+1", "是公式，不是数", "粘贴为数值"),
        ("＝1+1", "是公式，不是数", "粘贴为数值"),
        ("#REF!", "不是数", "只填数字，如 1234.5"),
        ("2024-03-05", "数字后有“-03-05”", "只填数字，如 1234.5"),
    ],
)
def test_a_figure_that_could_mean_anything_else_is_refused(typed: str, rule: str, remedy: str) -> None:
    fault = entry_from(cell(), typed)
    assert isinstance(fault, Fault), fault
    assert (fault.rule.zh, fault.remedy.zh) == (rule, remedy)
    assert fault.where == Words("t.r.c", "t.r.c")


def test_percent_is_taken_where_percent_is_asked_for() -> None:
    assert entry_from(cell(symbol="%"), "12.5％") == Entry(number=Decimal("12.5"))
    assert entry_from(cell(symbol="%"), "12.5") == Entry(number=Decimal("12.5"))


def test_units_of_counting_are_one_unit() -> None:
    assert entry_from(cell(symbol="家", decimals=0), "12 个") == Entry(number=Decimal(12))


def test_a_whole_number_takes_no_decimals_but_excel_noughts() -> None:
    assert entry_from(cell(decimals=0), "12.00") == Entry(number=Decimal(12))
    fault = entry_from(cell(decimals=0), "12.5")
    assert isinstance(fault, Fault)
    assert fault.remedy.zh == "填整数"


def test_where_not_applicable_is_no_answer_it_is_refused() -> None:
    fault = entry_from(cell(allows_not_applicable=False), "不适用")
    assert isinstance(fault, Fault)
    assert fault.line() == "t.r.c：产量“不适用”——此项不能填“不适用”；填报实际值"


def test_a_computed_cell_takes_nothing() -> None:
    fault = entry_from(cell(formula="1"), "12")
    assert isinstance(fault, Fault)
    assert fault.rule.zh == "是计算栏，不能填写"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("2024-03-05", "2024-03-05"), ("2024/3/5", "2024-03-05"), ("2024.3.5", "2024-03-05"), ("2024年3月5日", "2024-03-05"), ("２０２４年３月５日", "2024-03-05"),
        ("20240305", "2024-03-05"), ("2024-03-05 00:00:00", "2024-03-05"), ("45356", "2024-03-05"), ("45356.0", "2024-03-05"), ("2024-02-29", "2024-02-29"),
        ("不适用", "不适用"),
    ],
)  # fmt: skip
def test_a_day_is_read_in_its_spellings(typed: str, stored: str) -> None:
    entry = entry_from(cell(EntryKind.DATE), typed)
    assert isinstance(entry, Entry), entry
    assert entry.stored() == stored


@pytest.mark.parametrize(
    ("typed", "rule"),
    [
        ("2023-02-29", "日历上没有这一天"), ("2024-13-01", "日历上没有这一天"), ("2024-03", "不是完整的年月日"), ("2024", "不是完整的年月日"),
        ("3/5/2024", "不是完整的年月日"), ("5/3/24", "不是完整的年月日"), ("2024-03-05 13:30", "不是完整的年月日"), ("12", "不是完整的年月日"), ("0000-00-00", "日历上没有这一天"),
    ],
)  # fmt: skip
def test_a_day_that_is_none_is_refused(typed: str, rule: str) -> None:
    fault = entry_from(cell(EntryKind.DATE), typed)
    assert isinstance(fault, Fault), fault
    assert fault.rule.zh == rule


def test_a_choice_is_taken_by_its_label_alone() -> None:
    choices = cell(EntryKind.CHOICE, choices=("是", "否", "1级"))
    assert entry_from(choices, " 是 ") == Entry(text="是")
    assert entry_from(choices, "１级") == Entry(text="1级")
    fault = entry_from(choices, "也许")
    assert isinstance(fault, Fault)
    assert fault.line() == "t.r.c：产量“也许”——不在选项中；选 是、否、1级 之一"


def test_a_text_is_kept_as_it_was_written_on_one_line() -> None:
    assert entry_from(cell(EntryKind.TEXT), "  某某水泥\n有限公司 \x00") == Entry(text="某某水泥 有限公司")
    assert entry_from(cell(EntryKind.TEXT), "-") == Entry(text="-")
    assert entry_from(cell(EntryKind.TEXT), "（一）") == Entry(text="（一）")
    assert entry_from(cell(EntryKind.TEXT), "N/A") == Entry(is_not_applicable=True)


@pytest.mark.parametrize("typed", ["=HYPERLINK(\"x\")", "' =1+1", "字" * 501])
def test_a_text_that_is_a_formula_or_too_long_is_refused(typed: str) -> None:
    assert isinstance(entry_from(cell(EntryKind.TEXT), typed), Fault)
