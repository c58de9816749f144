"""Data checks as use cases: list the catalogue, judge a file, and measure the checks on planted fraud (模拟)."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from shuangkong.checks.catalogue import Check
from shuangkong.checks.examine import applying, catalogue, examine, examine_bound
from shuangkong.checks.model import Finding
from shuangkong.kernel.language import Language, Words
from shuangkong.kernel.rounding import plain
from shuangkong.rules import at, book
from shuangkong.services.check_dossiers import Shelf
from shuangkong.services.check_observations import read_dossiers
from shuangkong.simulation.fraud import PATTERNS, Plant, plants
from shuangkong.simulation.returns import MONTHS_A_YEAR, clean_returns

LEAST_RECALL, MOST_FALSE_PER_1000 = 0.9, 5.0
Progress = Callable[[Words], None]


def checks_on(day: date | None) -> tuple[Check, ...]:
    """Return the catalogue of a day, of the newest rules when None is given (核查目录)."""
    return catalogue(at(day or _newest()))


def _newest() -> date:
    return max(line.valid_from for rule in book().below("checks").values() for line in rule.lines)


def check_as_json(check: Check, language: Language) -> dict[str, Any]:
    """Return a line of the catalogue as plain values."""
    return {
        "code": check.code, "name": check.name.in_language(language), "kind": check.kind, "severity": check.severity.name,
        "severity_name": check.severity.value, "each": check.each, "over": dict(check.over), "options": dict(check.options),
        "limits": {name: plain(limit) for name, limit in check.limits.items()}, "waived_by": check.waived_by, "waived_months": check.waived_months,
        "remedy": check.remedy.in_language(language), "basis": check.basis.cited(), "thresholds": check.thresholds.cited(),
    }  # fmt: skip


def finding_as_json(finding: Finding, check: Check, language: Language) -> dict[str, Any]:
    """Return a finding as plain values; figures as strings."""
    return {
        "code": finding.code, "name": check.name.in_language(language), "severity": finding.severity.name,
        "org": finding.where.org, "period": str(finding.where.period), "elements": list(finding.where.elements),
        "odd": finding.odd.in_language(language), "usual": finding.usual.in_language(language), "remedy": finding.remedy.in_language(language),
        "evidence": {name: plain(figure) for name, figure in finding.evidence}, "basis": str(check.basis.citation),
        "verified": check.basis.verified and check.thresholds.verified,
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class FileFindings:
    """What the checks say of a file (文件核查结果): returns judged, findings, notices of the reading."""

    returns: int
    findings: tuple[Finding, ...]
    checks: dict[str, Check]
    notices: tuple[Words, ...]
    is_simulated: bool

    def as_json(self, language: Language) -> dict[str, Any]:
        """Return the whole as plain values."""
        return {
            "returns": self.returns, "simulated": self.is_simulated,
            "counts": dict(Counter(finding.severity.name for finding in self.findings)),
            "findings": [finding_as_json(finding, self.checks[finding.code], language) for finding in self.findings],
        }  # fmt: skip


def check_file(*, path: Path, on: date | None, org: str | None = None, period: str | None = None) -> FileFindings:
    """Judge the returns of an observations file (核查文件).

    Parameters
    ----------
    path : Path
        A long table: element, org, period, value, unit; see `check_observations`.
    on : date, optional
        The rules of which day; the newest when None.
    org, period : str, optional
        Judge this one alone; the others remain history, peers and children.

    Raises
    ------
    InputRefused
        With every fault of the file.
    """
    given = read_dossiers(path, rules=at(on or _newest()))
    checks = checks_on(on)
    judged = [one for one in given.dossiers if (org is None or one.org == org) and (period is None or str(one.period) == period)]
    found = [finding for dossier in judged for finding in examine(dossier, checks)]
    found.sort(key=lambda finding: (finding.severity.rank, finding.where.org, finding.where.period, finding.code))
    return FileFindings(len(judged), tuple(found), {check.code: check for check in checks}, given.notices, given.is_simulated)


@dataclass(frozen=True, slots=True)
class PatternResult:
    """How one planted pattern fared (单项检出)."""

    code: str
    name: Words
    expected: tuple[str, ...]
    planted: int
    found: int

    @property
    def recall(self) -> float | None:
        """Found ÷ planted; None when the city was too small to carry the pattern."""
        return self.found / self.planted if self.planted else None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How the checks fare on simulated returns (核查评估，模拟)."""

    seed: int
    units: int
    clean_returns: int
    false_by_check: dict[str, int]
    patterns: tuple[PatternResult, ...]

    @property
    def false_findings(self) -> int:
        """Findings of any severity on clean returns."""
        return sum(self.false_by_check.values())

    @property
    def false_per_1000(self) -> float:
        """False findings per 1,000 clean returns."""
        return 1000 * self.false_findings / self.clean_returns if self.clean_returns else 0.0

    @property
    def meets(self) -> bool:
        """Whether every planted pattern reaches the recall asked for, and clean returns are left in peace."""
        return self.false_per_1000 <= MOST_FALSE_PER_1000 and all(
            one.recall is None or one.recall >= LEAST_RECALL for one in self.patterns
        )

    def as_json(self, language: Language) -> dict[str, Any]:
        """Return the evaluation as plain values, marked as simulated."""
        return {
            "simulated": True, "mark": "模拟", "fraud_seed": self.seed, "units": self.units, "clean_returns": self.clean_returns,
            "false_findings": self.false_findings, "false_per_1000": f"{self.false_per_1000:.2f}", "false_by_check": self.false_by_check,
            "patterns": [
                {
                    "pattern": one.code, "name": one.name.in_language(language), "expected": list(one.expected), "planted": one.planted,
                    "found": one.found, "recall": None if one.recall is None else f"{one.recall:.3f}",
                }
                for one in self.patterns
            ],
            "meets": self.meets,
        }  # fmt: skip


def evaluate_checks(*, seed: int, units: int = 300, years: int = 6, per_pattern: int = 20, progress: Progress | None = None) -> Evaluation:
    """Make clean returns, plant fraud, and count what the checks find and what they wrongly find (评估核查，模拟).

    Parameters
    ----------
    seed : int
        Of the city and of the planting.
    units, years, per_pattern : int
        Size of the city, and plants of each pattern.
    progress : callable, optional
        Told what is being done.

    Returns
    -------
    Evaluation
        A plant counts as found when a check meant for its pattern points at the planted unit or place, in a planted month and,
        where the pattern bends one figure, at that figure. Every finding on a clean return counts as false, notices too.
    """
    tell: Progress = progress or (lambda words: None)
    tell(Words(f"模拟 {units} 家单位 {years} 年的报表，种子 {seed}", f"simulating {units} units × {years} years, seed {seed}"))
    city = clean_returns(seed=seed, units=units, years=years)
    shelf = Shelf(city, at(_newest()))
    examiner = _Examiner(shelf)
    tell(Words("核查干净的报表", "checking the clean returns"))
    returns, false = examiner.clean()
    tell(Words("核查植入的造假和差错", "checking planted fraud and slips"))
    planted: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for plant in plants(city, seed=seed, per_pattern=per_pattern):
        planted[plant.pattern] += 1
        found[plant.pattern] += examiner.is_found(plant)
    patterns = tuple(PatternResult(one.code, one.name, one.expected, planted[one.code], found[one.code]) for one in PATTERNS.values())
    return Evaluation(seed, units, returns, dict(sorted(false.items())), patterns)


class _Examiner:
    """The checks bound once to the form of units and to that of places."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf, checks = shelf, checks_on(None)
        self.of_units, self.of_places = applying(checks, shelf.unit_layout), applying(checks, shelf.place_layout)

    def clean(self) -> tuple[int, Counter[str]]:
        """Return how many clean returns there are and what was found in them, by check."""
        returns, false = 0, Counter[str]()
        for unit in self.shelf.city.units:
            for dossier in self.shelf.of_unit(unit):
                returns += 1
                false.update(_codes(examine_bound(dossier, self.of_units)))
        for dossier in self.shelf.of_places(range(MONTHS_A_YEAR, self.shelf.city.month_count)):
            returns += 1
            false.update(_codes(examine_bound(dossier, self.of_places)))
        return returns, false

    def is_found(self, plant: Plant) -> bool:
        """Tell whether a check meant for the pattern points at the plant."""
        return any(_points_at(finding, plant) for finding in self._findings(plant))

    def _findings(self, plant: Plant) -> Iterable[Finding]:
        if plant.org in plant.changed:
            for dossier in self.shelf.of_unit(plant.changed[plant.org], plant.months, changed=plant.changed):
                yield from examine_bound(dossier, self.of_units)
            return
        for dossier in self.shelf.of_places(plant.months, changed=plant.changed, edited=plant.edited):
            if dossier.org == plant.org:
                yield from examine_bound(dossier, self.of_places)


def _codes(findings: Sequence[Finding]) -> list[str]:
    return [finding.code for finding in findings]


def _points_at(finding: Finding, plant: Plant) -> bool:
    return (
        finding.code in PATTERNS[plant.pattern].expected
        and finding.where.org == plant.org
        and (not plant.elements or not set(plant.elements).isdisjoint(finding.where.elements))
    )
