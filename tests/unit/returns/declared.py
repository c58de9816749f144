"""Small invented forms for the tests of returns."""

from typing import Any

from shuangkong.kernel.faults import Fault
from shuangkong.kernel.language import Words
from shuangkong.kernel.units import unit
from shuangkong.returns.entries import Entry, entry_from
from shuangkong.returns.form import CellKey, Form
from shuangkong.returns.reading import DeclaredElement, form_from

WHERE = Words("returns/x.yaml", "returns/x.yaml")
KNOWN = {"gdp": DeclaredElement(Words("生产总值", "GDP"), unit("亿元"), Words("全部生产活动的最终成果。", "Result of all production."), frozenset({"flow"}))}


def column(code: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "name": code.upper(), "name_en": code, "meaning": "说明。", "meaning_en": "What it is.", **more}


def row(code: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "name": code.upper(), "name_en": code, "unit": "t", **more}


def raw_form(*tables: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "code": "x-1", "edition": "2021", "name": "表", "name_en": "form", "filer": "unit", "agency": "statistics", "grain": "year",
        "due": {"month": 3, "day": 31}, "basis": {"document": "制度"}, "confidence": "memory", "verified": False, "valid_from": "2021-01-01",
        "tables": list(tables), **more,
    }  # fmt: skip


def grid(code: str, columns: list[dict[str, Any]], rows: list[Any], **more: Any) -> dict[str, Any]:
    return {"code": code, "name": code.upper(), "name_en": code, "columns": columns, "rows": rows, **more}


def listing(code: str, columns: list[dict[str, Any]], max_rows: int = 5) -> dict[str, Any]:
    return {"code": code, "name": code.upper(), "name_en": code, "kind": "list", "columns": columns, "max_rows": max_rows}


def faults_of(raw: dict[str, Any]) -> list[str]:
    found: list[Fault] = []
    assert form_from(raw, where=WHERE, faults=found, known=KNOWN) is None or not found
    return [fault.line() for fault in found]


def form_of(raw: dict[str, Any]) -> Form:
    found: list[Fault] = []
    form = form_from(raw, where=WHERE, faults=found, known=KNOWN)
    assert form is not None, [fault.line() for fault in found]
    return form


def filled(form: Form, cells: dict[str, str]) -> dict[CellKey, Entry]:
    """Type texts into cells; a text that is refused fails the test."""
    entries = {}
    for text, typed in cells.items():
        key = CellKey.parse(text)
        cell = form.cell(key)
        assert cell is not None, text
        entry = entry_from(cell, typed)
        assert isinstance(entry, Entry), entry
        entries[key] = entry
    return entries
