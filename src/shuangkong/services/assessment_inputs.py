"""Reads the file that takes the place of a pack's observations in an assessment.

Its columns are data elements; and, stated outright, indicators and the facts that scoring tables derive from the plan. A stated
indicator goes before its formula and into every formula above it; a stated fact goes straight into the table.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from shuangkong.indicators.catalogue import Catalogue, catalogue
from shuangkong.indicators.declaration import Element, ElementKind, Scope
from shuangkong.indicators.observations import ObservationStore
from shuangkong.kernel.language import Words
from shuangkong.kernel.units import Unit, unit
from shuangkong.rules import book
from shuangkong.services.assessment_facts import DERIVED_FACTS, Given
from shuangkong.services.cities import City
from shuangkong.services.indicators import CityIndicators, org_tree
from shuangkong.services.observations import read_observations

_STATED = "stated_"


@dataclass(frozen=True, slots=True)
class AssessmentInputs:
    """What an input file holds (考核输入): indicators ready to be evaluated on it, facts stated outright, notices."""

    indicators: CityIndicators
    given: Given
    notices: tuple[Words, ...]


def read_inputs(path: Path, *, city: City, declared: Catalogue) -> AssessmentInputs:
    """Read a file that takes the place of the pack's observations (读取考核输入).

    Parameters
    ----------
    path : Path
        CSV, xlsx, YAML or JSON; long or wide.
    city : City
        Whose jurisdictions they are.
    declared : Catalogue
        The city's elements and indicators.

    Raises
    ------
    InputRefused
        With every fault of the file.
    """
    taken = {spelling for one in declared.elements.values() for spelling in (one.code, one.name.zh, *one.aliases)}
    statable = {code: one.declaration.unit for code, one in declared.indicators.items() if code not in taken}
    facts = {code: unit(symbol) for code, symbol in DERIVED_FACTS.items() if code not in taken and code not in statable}
    columns = {code: _column(code, measured_in) for code, measured_in in {**statable, **facts}.items()}
    read = read_observations(path, elements={**declared.elements, **columns}, jurisdictions=city.jurisdictions)
    stated = {one.element for one in read.store} & set(statable)
    store = ObservationStore(
        replace(one, element=_STATED + one.element) if one.element in stated else one for one in read.store if one.element not in facts
    )
    # A fact of the plan, or an indicator a table asks for by the name of a fact, needs no formula: it is taken as it stands.
    given = {
        (one.element, one.org, one.period.last_year): one.value
        for one in read.store
        if one.element in facts and one.value is not None
    }
    checked = _with_stated(declared, {code: statable[code] for code in sorted(stated)})
    return AssessmentInputs(CityIndicators(checked, store, org_tree(city.jurisdictions), city.jurisdictions), given, read.notices)


def _column(code: str, measured_in: Unit) -> Element:
    return Element(code, Words(code, code), measured_in, ElementKind.FLOW, Scope.BOTH)


def _with_stated(declared: Catalogue, stated: Mapping[str, Unit]) -> Catalogue:
    """Let a stated figure of an indicator go before its formula."""
    if not stated:
        return declared
    names = {code: declared.indicators[code].declaration.name for code in stated}
    elements = [
        Element(_STATED + code, Words(f"{names[code].zh}（直接给出）", f"{names[code].en}, stated"), measured_in, ElementKind.FLOW, Scope.BOTH)
        for code, measured_in in stated.items()
    ]
    declarations = [
        replace(one.declaration, formula=f"coalesce({_STATED}{code}, {one.declaration.formula})") if code in stated else one.declaration
        for code, one in declared.indicators.items()
    ]
    return catalogue(elements=[*declared.elements.values(), *elements], indicators=declarations, rules=book())
