"""The catalogue: numbered checks read from dated rules, each naming a kind of rule, its roles, options and limits.

Two tables, one key. `checks.catalogue.C001` says what is checked, on what legal basis, how grave it is and who may waive it;
`checks.thresholds.C001` holds the limits, which are ours where no document gives them. Both are dated, so a return of last year is
judged again as it was judged then.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from shuangkong.checks.model import Dossier, Finding, FindingPlace, Layout, Severity
from shuangkong.checks.robust import as_float64
from shuangkong.kernel.faults import Fault, InputRefused
from shuangkong.kernel.language import Words
from shuangkong.rules import NoRuleOnDay, RulesOnDay, RuleValue, UnknownRule

CATALOGUE, THRESHOLDS = "checks.catalogue", "checks.thresholds"


@dataclass(frozen=True, slots=True)
class Binding:
    """The elements a check meets in a form (对应指标), by role."""

    roles: Mapping[str, tuple[str, ...]]

    def many(self, role: str) -> tuple[str, ...]:
        """Return the elements of a role."""
        return self.roles.get(role, ())

    def one(self, role: str) -> str:
        """Return the first element of a role that must be there."""
        return self.roles[role][0]

    def told(self, role: str, dossier: Dossier) -> str:
        """Return the first element of a role that the return reports, else the first."""
        return next((code for code in self.roles[role] if code in dossier.figures), self.roles[role][0])


@dataclass(frozen=True)
class Check:
    """One line of the catalogue (核查项). `limits` are exact, `near` the same as float64 for statistics."""

    code: str
    name: Words
    kind: str
    severity: Severity
    each: str
    over: Mapping[str, str]
    options: Mapping[str, str]
    limits: Mapping[str, Decimal]
    waived_by: str
    waived_months: int
    remedy: Words
    basis: RuleValue
    thresholds: RuleValue
    near: Mapping[str, float] = field(default_factory=dict)

    def finding(
        self, dossier: Dossier, elements: tuple[str, ...], *, odd: Words, usual: Words, evidence: Mapping[str, Decimal] | None = None
    ) -> Finding:
        """Return a finding of this check on a return; the figures of its elements stand in evidence unless others are given."""
        told = {code: figure for code in elements if (figure := dossier.value(code)) is not None} if evidence is None else evidence
        where = FindingPlace(dossier.org, dossier.period, elements)
        return Finding(self.code, self.severity, where, odd, usual, self.remedy, tuple(told.items()))


Findings = Iterator[Finding]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of rule (规则种类): its function, and what a line of the catalogue must give it.

    The first of `roles` is the one that `each: element` walks. `choices` are the options and what each may say.
    """

    find: Callable[[Check, Binding, Dossier], Findings]
    roles: tuple[str, ...]
    limits: tuple[str, ...] = ()
    optional_roles: tuple[str, ...] = ()
    optional_limits: tuple[str, ...] = ()
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def bindings(check: Check, layout: Layout) -> tuple[Binding, ...]:
    """Return what a check applies to in a form (适用指标).

    A form without elements for one of the roles is none of the check's business, unless the role's expression begins with `?`.
    """
    held: tuple[Binding, ...] | None = layout.bound.get(check.code)
    if held is None:
        held = layout.bound[check.code] = tuple(_bound(check, layout))
    return held


def _bound(check: Check, layout: Layout) -> Iterator[Binding]:
    match check.each:
        case "element":
            main, *others = check.over
            for code in layout.select(check.over[main]):
                rest = {role: tuple(other for other in _selected(check, role, layout, None) if other != code) for role in others}
                yield from _complete(check, {main: (code,), **rest})
        case "group":
            for group in layout.groups:
                yield from _complete(check, {role: _selected(check, role, layout, group) for role in check.over})
        case _:
            yield from _complete(check, {role: _selected(check, role, layout, None) for role in check.over})


def _selected(check: Check, role: str, layout: Layout, group: str | None) -> tuple[str, ...]:
    return layout.select(check.over[role].removeprefix("?"), group)


def _complete(check: Check, roles: dict[str, tuple[str, ...]]) -> Iterator[Binding]:
    if all(elements or check.over[role].startswith("?") for role, elements in roles.items()):
        yield Binding(roles)


def catalogue(rules: RulesOnDay, kinds: Mapping[str, Kind]) -> tuple[Check, ...]:
    """Return the checks in force on a day, by code (核查目录).

    Parameters
    ----------
    rules : RulesOnDay
        The rules of the day of checking.
    kinds : Mapping
        Name → kind of rule.

    Returns
    -------
    tuple of Check
        Lines that did not yet hold on the day are left out.

    Raises
    ------
    InputRefused
        With every line that names an unknown kind, role, option or severity, or lacks a limit.
    """
    faults: list[Fault] = []
    checks: list[Check] = []
    for code in sorted(rules.book.below(CATALOGUE)):
        try:
            basis, thresholds = rules.get(f"{CATALOGUE}.{code}"), rules.get(f"{THRESHOLDS}.{code}")
        except NoRuleOnDay:
            continue
        except UnknownRule as unknown:
            faults.extend(unknown.faults)
            continue
        wrong = list(_faults(code, basis.value, thresholds.value, kinds))
        faults.extend(wrong)
        if not wrong:
            checks.append(_check(code, basis, thresholds))
    if faults:
        raise InputRefused(faults)
    return tuple(checks)


def _check(code: str, basis: RuleValue, thresholds: RuleValue) -> Check:
    stated, limits = basis.value, dict(thresholds.value)
    return Check(
        code=code, name=basis.name, kind=stated["kind"], severity=Severity[stated["severity"]], each=stated["each"],
        over=stated["over"], options=stated["options"] or {}, limits=limits,
        waived_by=stated["waived_by"] or "", waived_months=int(stated["waived_months"] or 0),
        remedy=Words(str(basis.labels.get("remedy", "")), str(basis.labels.get("remedy_en", ""))),
        basis=basis, thresholds=thresholds, near={name: as_float64(limit) for name, limit in limits.items()},
    )  # fmt: skip


def _faults(code: str, stated: Mapping[str, Any], limits: Mapping[str, Decimal], kinds: Mapping[str, Kind]) -> Iterator[Fault]:
    kind = kinds.get(str(stated["kind"]))
    if kind is None:
        yield _fault(code, "kind", stated["kind"], kinds)
        return
    if stated["severity"] not in Severity.__members__:
        yield _fault(code, "severity", stated["severity"], Severity.__members__)
    if stated["each"] not in ("element", "group", "return"):
        yield _fault(code, "each", stated["each"], ("element", "group", "return"))
    over, options = stated["over"] or {}, stated["options"] or {}
    yield from _mismatch(code, "over", over, kind.roles, kind.optional_roles)
    yield from _mismatch(code, "limits", limits, kind.limits, kind.optional_limits)
    for name, said in options.items():
        if said not in kind.choices.get(name, ()):
            yield _fault(code, f"options.{name}", said, kind.choices.get(name, ()))


def _mismatch(code: str, part: str, given: Mapping[str, object], required: tuple[str, ...], optional: tuple[str, ...]) -> Iterator[Fault]:
    for name in required:
        if name not in given:
            yield _fault(code, part, name, required)
    for name in given:
        if name not in required and name not in optional:
            yield _fault(code, part, name, (*required, *optional))


def _fault(code: str, part: str, said: object, allowed: object) -> Fault:
    names = ", ".join(str(each) for each in allowed) if isinstance(allowed, Mapping | tuple) else str(allowed)
    return Fault(
        Words(f"核查目录 {part}", f"catalogue {part}"), str(said), Words("缺少或不认识", "is missing or unknown"),
        Words(f"应为：{names}", f"one of: {names}"), Words(code, code),
    )  # fmt: skip
