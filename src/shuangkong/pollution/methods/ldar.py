"""V4 leak detection and repair (LDAR, 泄漏检测与修复)."""

import re
from dataclasses import dataclass
from decimal import Decimal

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.rounding import plain
from shuangkong.pollution.reduction import TONNES_PER_KG, Reduction, State
from shuangkong.rules import RulesOnDay, RuleValue

_FILLERS = frozenset({"seal", "seals", "service", "in", "for", "the", "vapor", "vapour", "line", "lines", "connection", "connections"})


class UnknownComponent(Refusal):
    """No factor or correlation for this kind of component (密封点类型未知)."""

    def __init__(self, kind: str, known: list[str]) -> None:
        super().__init__(
            thing=Words("密封点类型", "component type"),
            value=kind,
            rule=Words("没有排放系数或相关方程", "has no factor or correlation"),
            remedy=Words(f"改为 {'、'.join(known)} 之一，或给出 factor_kg_per_h", f"use one of {', '.join(known)}, or give factor_kg_per_h"),
        )


@dataclass(frozen=True, slots=True)
class Component:
    """Sealing points of one kind (密封点): screened before and after repair, or leaking at an average factor.

    Screened when both ppmv are given; else the leaks found and repaired, at `factor_kg_per_h` or, where that is not
    given, at the average factor of the kind.
    """

    kind: str
    count: Decimal = Decimal(1)
    factor_kg_per_h: Decimal | None = None
    screening_before_ppmv: Decimal | None = None
    screening_after_ppmv: Decimal | None = None


def repaired(*, components: tuple[Component, ...], hours: Decimal, rules: RulesOnDay) -> Reduction:
    """Return what repaired components no longer leak (LDAR 减排量).

    Parameters
    ----------
    components : tuple of Component
        Sealing points by kind.
    hours : Decimal
        Running hours in the year. [h/a]
    rules : RulesOnDay
        For average factors and screening correlations.

    Returns
    -------
    Reduction
        Unrounded; powers at the working precision of 28 digits. [t/a]

    Raises
    ------
    UnknownComponent
        If a kind has neither a factor of its own nor one in the rules.

    Source
    ------
    EPA-453/R-95-017 SOCMI 平均系数与相关方程，凭记忆，未核实.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> leaks = (Component("valve_gas", Decimal(100), factor_kg_per_h=Decimal("0.00597")),)
    >>> repaired(components=leaks, hours=Decimal(8000), rules=at(date(2023, 12, 31))).reduction_t
    Decimal('4.77600000')
    """
    before_kg_h = after_kg_h = Decimal(0)
    steps: list[str] = []
    used: dict[str, RuleValue] = {}
    for component in components:
        if component.screening_before_ppmv is not None and component.screening_after_ppmv is not None:
            line = _line("correlations", component.kind, rules)
            used[line.path] = line
            leak_before = leak_kg_per_h(screening_ppmv=component.screening_before_ppmv, correlation=line)
            leak_after = leak_kg_per_h(screening_ppmv=component.screening_after_ppmv, correlation=line)
            a, b = plain(line.value["coefficient"]), plain(line.value["exponent"])
            before_ppmv, after_ppmv = plain(component.screening_before_ppmv), plain(component.screening_after_ppmv)
            step = f"{a} × ({before_ppmv}^{b} − {after_ppmv}^{b})"
        else:
            leak_after = Decimal(0)
            if component.factor_kg_per_h is not None:
                leak_before = component.factor_kg_per_h
            else:
                line = _line("factors", component.kind, rules)
                used[line.path] = line
                leak_before = line.number
            step = plain(leak_before)
        before_kg_h += component.count * leak_before
        after_kg_h += component.count * leak_after
        steps.append(f"{plain(component.count)} × {step}")
    return Reduction(
        State(before_kg_h * hours * TONNES_PER_KG),
        State(after_kg_h * hours * TONNES_PER_KG),
        "Σ n × (e0 − e1) × h × 10⁻³",
        f"({' + '.join(steps)}) × {plain(hours)} × 10⁻³",
        rules=tuple(used.values()),
    )


def leak_kg_per_h(*, screening_ppmv: Decimal, correlation: RuleValue) -> Decimal:
    """Return the leak of one component from its screening value (由筛分值求泄漏速率).

    Parameters
    ----------
    screening_ppmv : Decimal
        Net of background. [ppmv]
    correlation : RuleValue
        Coefficient and exponent.

    Returns
    -------
    Decimal
        Zero at zero: the default for components below detection is not applied here. [kg/h]

    Source
    ------
    EPA-453/R-95-017 相关方程，凭记忆，未核实.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> line = at(date(2023, 12, 31)).pollution.ldar.correlations.connector
    >>> leak_kg_per_h(screening_ppmv=Decimal(1), correlation=line)
    Decimal('0.000003050000000000000000000000000')
    """
    if not screening_ppmv:
        return Decimal(0)
    coefficient: Decimal = correlation.value["coefficient"]
    exponent: Decimal = correlation.value["exponent"]
    return coefficient * screening_ppmv**exponent


def _line(table: str, kind: str, rules: RulesOnDay) -> RuleValue:
    known = rules.book.below(f"pollution.ldar.{table}")
    wanted = _folded(kind)
    for key, rule in known.items():
        if wanted in {_folded(name) for name in (key, rule.name.zh, *rule.labels.get("aliases", ()))}:
            return rules.get(rule.path)
    raise UnknownComponent(kind, sorted(known))


def _folded(kind: str) -> frozenset[str]:
    """Return the telling words of a kind, so that `gas valve`, `valve_gas` and `Valves (gas/vapor)` are one."""
    words = re.findall(r"[a-z]+|[\u4e00-\u9fff]+", kind.casefold())
    return frozenset(word.removesuffix("s") if word != "gas" else word for word in words if word not in _FILLERS)
