"""Computed cells: figures, what is missing, 不适用, and the working shown."""

from decimal import Decimal
from typing import Any

import pytest
from declared import column, filled, form_of, grid, listing, raw_form, row

from shuangkong.returns.entries import Entry
from shuangkong.returns.form import CellKey, Form
from shuangkong.returns.formula import CoalFactor, completed, computed, prefilled

FACTORS = {"coal": CoalFactor(Decimal("0.7143")), "coke": CoalFactor(Decimal("0.9714"))}


def answer(formula: str, cells: dict[str, str], **more: Any) -> tuple[str | None, str]:
    """What a formula in row `all` makes of rows a, b and c."""
    rows = [row("a", tags="fuel", unit="1"), row("b", tags="fuel own", unit="1"), row("c", unit="1"), row("all", unit="1", formula=formula)]
    table = grid("t", [column("v", decimals=4)], rows)
    form = form_of(raw_form(table))
    result = computed(form, filled(form, cells), factors={}, **more)[CellKey("t", "all", "v")]
    return result.entry.stored() if result.entry else None, result.working.zh


@pytest.mark.parametrize(
    ("formula", "cells", "stored", "working"),
    [
        ("[a.v] + [b.v]", {"t.a.v": "12.5", "t.b.v": "3"}, "15.5", "ALL = A 12.5 + B 3"),
        ("[a.v] + [b.v] * [c.v]", {"t.a.v": "1", "t.b.v": "2", "t.c.v": "3"}, "7", "ALL = A 1 + B 2 × C 3"),
        ("([a.v] + [b.v]) * [c.v]", {"t.a.v": "1", "t.b.v": "2", "t.c.v": "3"}, "9", "ALL = (A 1 + B 2) × C 3"),
        ("[a.v] - ([b.v] - [c.v])", {"t.a.v": "1", "t.b.v": "2", "t.c.v": "3"}, "2", "ALL = A 1 − (B 2 − C 3)"),
        ("[a.v] / [b.v] / [c.v]", {"t.a.v": "12", "t.b.v": "2", "t.c.v": "3"}, "2", "ALL = A 12 ÷ B 2 ÷ C 3"),
        ("[a.v] / ([b.v] * [c.v])", {"t.a.v": "12", "t.b.v": "2", "t.c.v": "3"}, "2", "ALL = A 12 ÷ (B 2 × C 3)"),
        ("-[a.v] + 1000", {"t.a.v": "1"}, "999", "ALL = −A 1 + 1000"),
        ("sum(t, v, a..b)", {"t.a.v": "1", "t.b.v": "2", "t.c.v": "4"}, "3", "ALL = A 1 + B 2"),
        ("sum(t, v, #fuel)", {"t.a.v": "1", "t.b.v": "2", "t.c.v": "4"}, "3", "ALL = A 1 + B 2"),
        ("sum(t, v, #fuel !own)", {"t.a.v": "1", "t.b.v": "2", "t.c.v": "4"}, "1", "ALL = A 1"),
        ("sum(t, v, a..c)", {"t.a.v": "0.1", "t.b.v": "0.2", "t.c.v": "不适用"}, "0.3", "ALL = A 0.1 + B 0.2"),
        ("[a.v] - [b.v] - [c.v]", {"t.a.v": "5", "t.b.v": "不适用", "t.c.v": "不适用"}, "5", "ALL = A 5"),
        ("[a.v] - [b.v]", {"t.a.v": "不适用", "t.b.v": "2"}, "不适用", "ALL：各项均不适用"),
        ("[a.v] * 100 / [b.v] - 100", {"t.a.v": "不适用", "t.b.v": "2"}, "不适用", "ALL：各项均不适用"),
        ("[a.v] * [b.v]", {"t.a.v": "不适用", "t.b.v": "2"}, "不适用", "ALL：各项均不适用"),
        ("sum(t, v, a..b)", {"t.a.v": "不适用", "t.b.v": "不适用"}, "不适用", "ALL：各项均不适用"),
        ("[a.v] + [b.v]", {"t.a.v": "0", "t.b.v": "0"}, "0", "ALL = A 0 + B 0"),
        ("[a.v] + [b.v]", {"t.a.v": "1"}, None, "ALL：缺“B”，暂不计算"),
        ("sum(t, v, a..c)", {"t.a.v": "1", "t.c.v": "1"}, None, "ALL：缺“B”，暂不计算"),
        ("[a.v] / [b.v]", {"t.a.v": "1", "t.b.v": "0"}, None, "ALL：除数为零，暂不计算"),
        ("[a.v] / ([b.v] - [c.v])", {"t.a.v": "1", "t.b.v": "2", "t.c.v": "2"}, None, "ALL：除数为零，暂不计算"),
        ("[a.v] + previous([a.v])", {"t.a.v": "1"}, None, "ALL：上期没有“A”，暂不计算"),
    ],
)  # fmt: skip
def test_a_formula_is_worked_out_and_shown(formula: str, cells: dict[str, str], stored: str | None, working: str) -> None:
    assert answer(formula, cells) == (stored, working)


def test_the_period_before_is_named_as_such() -> None:
    previous = {CellKey("t", "a", "v"): Entry(number=Decimal("7"))}
    assert answer("[a.v] - previous([a.v])", {"t.a.v": "10"}, previous=previous) == ("3", "ALL = A 10 − 上期A 7")


def energy_form(**more: Any) -> Form:
    table = grid(
        "energy",
        [column("used"), column("rate", unit="tce/row", decimals=4, prefill="factor(row)"), column("tce", unit="tce", formula="[used] * [rate]")],
        [row("coal", group="coal"), row("coke"), row("wood")], **more,
    )  # fmt: skip
    total = grid("total", [column("v")], [row("all", unit="tce", formula="sum(energy, tce)"), row("check", unit="tce", formula="sum(energy, used * rate)")])
    return form_of(raw_form(table, total, conversion="calorific"))


def shown(form: Form, cells: dict[str, str]) -> dict[str, str]:
    results = computed(form, filled(form, cells), factors=FACTORS)
    return {str(key): result.working.zh if result.entry is None else f"{result.entry.stored()} | {result.working.zh}" for key, result in results.items()}


def test_a_wholly_empty_row_of_a_sparse_table_is_no_part_of_the_sum() -> None:
    told = shown(energy_form(sparse=True), {"energy.coal.used": "1000"})
    assert told["energy.coal.tce"] == "714.3000 | COAL·TCE = USED 1000 × RATE 0.7143"
    assert told["total.all.v"] == "714.3000 | ALL = COAL 714.3"
    assert told["total.check.v"] == "714.3000 | CHECK = COAL 1000 × 0.7143"


def test_an_empty_row_of_a_full_table_stops_the_sum() -> None:
    assert shown(energy_form(), {"energy.coal.used": "1000"})["total.all.v"] == "ALL：缺“COKE·USED”，暂不计算"


def test_a_row_begun_and_left_stops_the_sum_and_names_the_cell() -> None:
    told = shown(energy_form(sparse=True), {"energy.coal.used": "1000", "energy.coke.rate": "0.9"})
    assert told["total.all.v"] == "ALL：缺“COKE·USED”，暂不计算"


def test_what_is_typed_goes_before_what_is_filled_in_beforehand() -> None:
    told = shown(energy_form(sparse=True), {"energy.coal.used": "1000", "energy.coal.rate": "0.8"})
    assert told["energy.coal.tce"] == "800.0 | COAL·TCE = USED 1000 × RATE 0.8"


def test_a_carrier_without_coefficient_stays_empty_and_says_so() -> None:
    assert shown(energy_form(sparse=True), {"energy.wood.used": "5"})["energy.wood.tce"] == "WOOD·TCE：缺“WOOD·RATE”，暂不计算"


def test_nothing_filled_in_is_no_nought() -> None:
    assert shown(energy_form(sparse=True), {})["total.all.v"] == "ALL：“ENERGY”尚未填写，暂不计算"


def test_what_was_typed_into_a_computed_cell_is_disregarded() -> None:
    form = energy_form(sparse=True)
    entries = {**filled(form, {"energy.coal.used": "1"}), CellKey("energy", "coal", "tce"): Entry(number=Decimal(99))}
    result = computed(form, entries, factors=FACTORS)[CellKey("energy", "coal", "tce")]
    assert result.entry == Entry(number=Decimal("0.7143"))


def test_filled_in_beforehand_are_the_cells_still_empty() -> None:
    form = energy_form(sparse=True)
    found = prefilled(form, filled(form, {"energy.coke.rate": "0.9"}), factors=FACTORS)
    assert {str(key): result.entry.stored() for key, result in found.items() if result.entry} == {"energy.coal.rate": "0.7143"}


def test_the_whole_return_holds_what_is_used_and_what_is_computed() -> None:
    form = energy_form(sparse=True)
    whole = completed(form, filled(form, {"energy.coal.used": "1000"}), factors=FACTORS)
    assert {str(key): entry.stored() for key, entry in whole.items()} == {
        "energy.coal.used": "1000", "energy.coal.rate": "0.7143", "energy.coal.tce": "714.3000", "total.all.v": "714.3000", "total.check.v": "714.3000",
    }  # fmt: skip


def project_form() -> Form:
    choices = ["化学需氧量", "氨氮"]
    projects = listing("projects", [
        column("kind", kind="choice", choices=choices), column("tons", unit="t"), column("kg", unit="kg", formula="[tons] * 1000"),
    ])  # fmt: skip
    total = grid("total", [column("v")], [row("all", formula="sum(projects, tons)"), row("cod", formula="sum(projects, tons, kind=化学需氧量)")])
    return form_of(raw_form(projects, total))


def test_a_list_is_added_up_by_the_rows_it_has_and_by_choice() -> None:
    told = shown(project_form(), {
        "projects.1.kind": "化学需氧量", "projects.1.tons": "3", "projects.3.kind": "氨氮", "projects.3.tons": "4",
    })  # fmt: skip
    assert told == {
        "projects.1.kg": "3000 | 第1行·KG = TONS 3 × 1000", "projects.3.kg": "4000 | 第3行·KG = TONS 4 × 1000",
        "total.all.v": "7 | ALL = 第1行 3 + 第3行 4", "total.cod.v": "3 | COD = 第1行 3",
    }  # fmt: skip


def test_a_list_without_the_choice_is_not_applicable_and_an_empty_list_is_missing() -> None:
    only_ammonia = shown(project_form(), {"projects.1.kind": "氨氮", "projects.1.tons": "4"})
    assert only_ammonia["total.cod.v"] == "不适用 | COD：各项均不适用"
    assert shown(project_form(), {})["total.cod.v"] == "COD：“PROJECTS”尚未填写，暂不计算"


def test_figures_are_not_rounded_on_the_way() -> None:
    table = grid("t", [column("v")], [row("a"), row("b"), row("third", formula="[a.v] / [b.v]"), row("back", formula="[third.v] * 3")])
    form = form_of(raw_form(table))
    results = computed(form, filled(form, {"t.a.v": "1", "t.b.v": "3"}), factors={})
    third = results[CellKey("t", "third", "v")].entry
    assert third is not None
    assert third.number == Decimal(1) / Decimal(3)
    assert results[CellKey("t", "back", "v")].working == ("BACK = THIRD 0.33 × 3", "back = third 0.33 × 3")


def test_what_a_missing_cell_stops_is_told_down_the_line() -> None:
    table = grid("t", [column("v")], [row("a"), row("b", formula="[a.v] * 2"), row("c", formula="[b.v] + 1")])
    form = form_of(raw_form(table))
    assert computed(form, {}, factors={})[CellKey("t", "c", "v")].working == ("C：缺“A”，暂不计算", "c: 'a' is missing, not worked out yet")
