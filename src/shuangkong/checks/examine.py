"""Runs the catalogue over returns."""

from collections.abc import Iterable, Mapping

from shuangkong.checks import aggregation, arithmetic, digits, invention, plausibility, timeliness
from shuangkong.checks.catalogue import Binding, Check, Kind, bindings
from shuangkong.checks.catalogue import catalogue as _catalogue
from shuangkong.checks.model import Dossier, Finding, Layout
from shuangkong.rules import RulesOnDay

KINDS: Mapping[str, Kind] = {
    **arithmetic.KINDS, **plausibility.KINDS, **invention.KINDS, **digits.KINDS, **aggregation.KINDS, **timeliness.KINDS,
}  # fmt: skip


def catalogue(rules: RulesOnDay) -> tuple[Check, ...]:
    """Return the checks in force on a day, by code (核查目录).

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> len(catalogue(at(date(2024, 6, 30)))) >= 60
    True
    """
    return _catalogue(rules, KINDS)


def applying(checks: Iterable[Check], layout: Layout) -> tuple[tuple[Check, Kind, Binding], ...]:
    """Return every check with every set of elements it meets in a form, worked out once per form (适用核查)."""
    return tuple((check, KINDS[check.kind], bound) for check in checks for bound in bindings(check, layout))


def examine(dossier: Dossier, checks: Iterable[Check]) -> tuple[Finding, ...]:
    """Return what the checks find in one return, the gravest first (核查一份报表).

    Parameters
    ----------
    dossier : Dossier
        The return with its history, peers, children, meters and targets; what is missing is not judged.
    checks : Iterable of Check
        As `catalogue` gives them.
    """
    return examine_bound(dossier, applying(checks, dossier.layout))


def examine_bound(dossier: Dossier, bound: Iterable[tuple[Check, Kind, Binding]]) -> tuple[Finding, ...]:
    """Return what checks already bound to the form find; for many returns of one form (批量核查)."""
    found = [finding for check, kind, binding in bound for finding in kind.find(check, binding, dossier)]
    return tuple(sorted(found, key=lambda finding: (finding.severity.rank, finding.code)))
