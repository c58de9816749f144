from shuangkong.indicators.declaration import Direction, ElementKind, Missing, Scope, element_from, indicator_from
from shuangkong.kernel.faults import Fault
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Grain

WHERE = Words("文件", "file")
ELEMENT = {"code": "coal_t", "name": "煤", "name_en": "Coal", "unit": "吨", "kind": "flow", "aliases": ["煤炭"]}
INDICATOR = {"code": "one", "name": "一", "unit": "%", "decimals": 1, "formula": "x", "missing": "partial", "grain": "month", "base_year": 2020}


def test_declarations_are_read_into_types() -> None:
    faults: list[Fault] = []
    element = element_from(ELEMENT, where=WHERE, faults=faults)
    assert (element.name, str(element.unit), element.kind, element.scope) == (Words("煤", "Coal"), "t", ElementKind.FLOW, Scope.BOTH)
    assert element.aliases == ("煤炭",)
    indicator = indicator_from(INDICATOR, where=WHERE, faults=faults)
    assert (indicator.missing, indicator.grain, indicator.base_year, indicator.decimals) == (Missing.PARTIAL, Grain.MONTH, 2020, 1)
    assert (indicator.name.en, indicator.direction) == ("一", Direction.NEUTRAL)
    assert faults == []


def test_every_fault_of_a_declaration_is_told() -> None:
    faults: list[Fault] = []
    element_from({"code": "e", "unit": "斤两", "kind": "heap", "aliases": "x", "colour": "red"}, where=WHERE, faults=faults)
    indicator_from(
        {**INDICATOR, "decimals": "2", "missing": None, "grain": "week", "base_year": 20, "formula": " ", "scope": "moon"},
        where=WHERE, faults=faults,
    )  # fmt: skip
    things = [f"{fault.where.en}: {fault.thing.en}" for fault in faults]
    assert things == [
        "file e: field colour", "file e: field name", "file e: unit", "file e: field kind", "file e: field aliases",
        "file one: field grain", "file one: field decimals", "file one: field formula", "file one: field missing",
        "file one: field base_year", "file one: field scope",
    ]  # fmt: skip
