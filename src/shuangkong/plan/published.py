"""A plan kept as data, said again in the words of a published text, so that the two can be compared."""

import re
from collections.abc import Mapping
from dataclasses import replace

from shuangkong.plan.model import Clause, Plan, Target, TargetKind
from shuangkong.plan.organisations import Agencies, Jurisdictions
from shuangkong.plan.reading import DraftClause, DraftPlan, DraftTarget, RawTable

_WORDS_OF_UNIT = {
    "t": "吨", "kg": "千克", "g": "克", "tce": "吨标准煤", "kgce": "千克标准煤", "gce": "克标准煤", "kWh": "千瓦时", "kW": "千瓦", "MW": "兆瓦",
    "km2": "平方公里", "km": "公里", "m3": "立方米", "m2": "平方米", "d": "日", "a": "年", "100km": "百公里", "1": "",
}  # fmt: skip
# A text prints the base year of these; that of a level or a count is the pack's own.
_SAYS_BASE = {TargetKind.RELATIVE_CHANGE, TargetKind.POINT_CHANGE}
_SCALED = re.compile(r"([百千万亿]*)(.*)")


def published(plan: Plan, *, agencies: Agencies, jurisdictions: Jurisdictions) -> DraftPlan:
    """Return what a text of the plan would say: bodies by name, units in words, nothing that was derived (方案还原).

    Parameters
    ----------
    plan : Plan
        As loaded from a city pack, bodies and scopes by code.
    agencies, jurisdictions
        Those of the city.
    """
    return DraftPlan(
        title=plan.title,
        edition=plan.edition,
        clauses=tuple(_clause(clause, agencies, jurisdictions) for clause in plan.clauses),
        targets=tuple(_target(target, jurisdictions) for target in plan.targets),
        annexes=tuple(RawTable(annex.number, annex.title, (annex.header, *annex.rows)) for annex in plan.annexes),
    )


def with_names(plan: DraftPlan, names: Mapping[str, str]) -> DraftPlan:
    """Return the plan with every known spelling of a body replaced by its one name (单位名称归一)."""

    def named(bodies: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(names.get(body, body) for body in bodies)

    return replace(plan, clauses=tuple(replace(clause, lead=named(clause.lead), support=named(clause.support)) for clause in plan.clauses))


def unit_in_words(unit: str) -> str:
    """Return a unit as plans print it (计量单位中文写法).

    Examples
    --------
    >>> [unit_in_words(unit) for unit in ("万t", "kgce/t", "km2", "%", "家")]
    ['万吨', '千克标准煤/吨', '平方公里', '%', '家']
    """
    pieces = [_SCALED.fullmatch(piece) for piece in unit.split("/")]
    return "/".join(found[1] + _WORDS_OF_UNIT.get(found[2], found[2]) for found in pieces if found)


def _clause(clause: Clause, agencies: Agencies, jurisdictions: Jurisdictions) -> DraftClause:
    lead = () if clause.is_lead_derived else clause.lead
    return DraftClause(
        clause.number,
        clause.title,
        tuple(agencies.find(code).name.zh for code in lead),
        tuple(agencies.find(code).name.zh for code in clause.support),
        tuple(jurisdictions.find(code).name.zh for code in clause.implied),
    )


def _target(target: Target, jurisdictions: Jurisdictions) -> DraftTarget:
    scope = target.scope_name or (jurisdictions.find(target.scope).name.zh if target.scope else "")
    base_value = None if target.base_value is None else f"{target.base_value:f}"
    return DraftTarget(
        clause=target.clause,
        indicator=target.name.zh,
        operator=target.operator.value,
        value=None if target.value is None else f"{target.value:f}",
        unit=unit_in_words(target.unit),
        base_year=target.base_year if target.kind in _SAYS_BASE or target.clause.startswith("附件") else None,
        base_value=base_value if base_value and base_value in target.phrase else None,
        target_year=target.target_year,
        scope=scope,
        stretch_value=None if target.stretch_value is None else f"{target.stretch_value:f}",
        commitment="stretch" if target.is_stretch else None,
        alt_group=target.alt_group,
        hold_every_year=target.hold_every_year,
        phrase=target.phrase,
    )
