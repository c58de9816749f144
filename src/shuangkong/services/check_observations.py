"""Reads a long table of figures into dossiers, so that the catalogue can judge any file.

Columns: element, org, period, value, unit; optional note, recorded_at, source, parent (the org above), trade. An element may carry a
prefix: `meter:` the meters' total, `target:` the target (a ceiling; `floor:` where more is better), `coefficient:` the declared
coefficient in tce per unit. Several rows of one figure with different recorded_at are its versions. An empty value with the note
不适用 says not applicable; an empty value alone is an empty cell.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, time
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path

from shuangkong.checks.model import Dossier, Figure, Holding, Layout, PrintedRange, TargetFigure, Trait
from shuangkong.indicators.declaration import Element, ElementKind
from shuangkong.kernel.faults import Fault, InputRefused
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import CHINA_STANDARD_TIME, Period
from shuangkong.kernel.units import Unit, unit
from shuangkong.rules import RulesOnDay
from shuangkong.services.check_dossiers import DEPTH, coefficient_ranges, traits
from shuangkong.services.cities import open_city
from shuangkong.services.documents.tabular import Column, Row, Table, read_table
from shuangkong.services.indicators import load_indicators
from shuangkong.services.observation_rows import LONG_COLUMNS, folded

COLUMNS = (
    *LONG_COLUMNS,
    Column("parent", Words("上级", "parent"), ("上级单位", "所属地区"), required=False),
    Column("trade", Words("行业", "trade"), required=False),
)
_NOT_APPLICABLE = "不适用"
_PREFIXES = ("meter", "target", "floor", "coefficient")
Key = tuple[str, str, Period]


@dataclass(frozen=True, slots=True)
class GivenDossiers:
    """The returns of a file (待核报表), by org and period, with the notices of the reading."""

    dossiers: tuple[Dossier, ...]
    notices: tuple[Words, ...]
    is_simulated: bool


def read_dossiers(path: Path, *, rules: RulesOnDay) -> GivenDossiers:
    """Read a file into one dossier per org and period (读入待核报表).

    Raises
    ------
    InputRefused
        With every fault of the table and its rows.
    """
    table = read_table(path, columns=COLUMNS)
    reading = _Reading(_known(rules))
    for row in table.rows:
        reading.take(row)
    table.refuse_if_faulty(reading.faults)
    if not reading.versions:
        raise InputRefused([_nothing(path)])
    return GivenDossiers(tuple(_dossiers(reading, coefficient_ranges(rules))), table.notices, _is_simulated(table))


def _known(rules: RulesOnDay) -> dict[str, Trait]:
    """Return the elements of the forms and, below them, those of the city pack."""
    city = open_city()
    elements = load_indicators(folder=city.folder, jurisdictions=city.jurisdictions).catalogue.elements
    return {**{code: _trait(one) for code, one in elements.items()}, **traits(rules)}


def _trait(element: Element) -> Trait:
    tags = {ElementKind.FLOW: ("flow", "typed"), ElementKind.STOCK: ("stock",)}.get(element.kind, ("rate",))
    return Trait(element.code, element.name, element.unit, frozenset(tags))


@dataclass
class _Reading:
    """What the rows said, as they are taken."""

    known: dict[str, Trait]
    faults: list[Fault] = field(default_factory=list)
    versions: dict[Key, list[Figure]] = field(default_factory=lambda: defaultdict(list))
    beside: dict[tuple[str, str, Period], dict[str, Decimal]] = field(default_factory=lambda: defaultdict(dict))  # by prefix, org, period
    parents: dict[str, str] = field(default_factory=dict)
    trades: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.spellings = {folded(said): code for code, trait in self.known.items() for said in (code, *trait.name)}

    def take(self, row: Row) -> None:
        """Keep what one row says, or note what is wrong with it."""
        before = len(self.faults)
        prefix, code = self._element(row)
        period, figure, recorded_at = self._period(row), self._figure(row), self._moment(row)
        org = row["org"]
        if not org:
            self._fault(row, COLUMNS[1].name, "", "未填单位", "names no organisation")
        trait = self.known.get(code)
        if trait is None or period is None or len(self.faults) > before:
            return
        factor = Decimal(1) if prefix == "coefficient" else self._factor(row, trait.unit)
        if factor is None:
            return
        for told, column in ((self.parents, "parent"), (self.trades, "trade")):
            if row[column]:
                told[org] = row[column]
        key = (code, org, period)
        converted = None if figure is None else figure * factor
        if prefix:
            if converted is not None:
                self.beside[prefix, org, period][code] = converted
            return
        moment = recorded_at or datetime.combine(period.end, time(), CHINA_STANDARD_TIME)
        if any(one.recorded_at == moment for one in self.versions[key]):
            self._fault(row, COLUMNS[0].name, f"{code} {org} {period}", "与前面一行重复", "repeats a row above")
            return
        is_not_applicable = figure is None and _NOT_APPLICABLE in (row["note"] + row["value"])
        self.versions[key].append(Figure(code, org, period, converted, trait.unit, is_not_applicable, moment))

    def _element(self, row: Row) -> tuple[str, str]:
        said = row["element"]
        prefix, colon, rest = said.replace("：", ":").partition(":")
        if not colon or prefix not in _PREFIXES:
            prefix, rest = "", said
        code = self.spellings.get(folded(rest), "")
        if not code:
            near = "、".join(get_close_matches(rest, [*self.known, *(trait.name.zh for trait in self.known.values())], n=3, cutoff=0.5))
            self._fault(row, COLUMNS[0].name, said, "不是已知指标" + (f"，是否为 {near}" if near else ""), f"is no known element{', perhaps ' + near if near else ''}")
        return prefix, code

    def _period(self, row: Row) -> Period | None:
        try:
            return Period.parse(row["period"])
        except InputRefused as refused:
            self.faults.extend(fault.at(row.place) for fault in refused.faults)
            return None

    def _figure(self, row: Row) -> Decimal | None:
        said = row["value"]
        if not said or said == _NOT_APPLICABLE:
            return None
        figure = row.number("value")
        if figure is None:
            self._fault(row, COLUMNS[3].name, said, "不是数", "is not a number")
        return figure

    def _factor(self, row: Row, own: Unit) -> Decimal | None:
        try:
            return unit(row["unit"]).factor_to(own) if row["unit"] else Decimal(1)
        except InputRefused as refused:
            self.faults.extend(fault.at(row.place) for fault in refused.faults)
            return None

    def _moment(self, row: Row) -> datetime | None:
        if not row["recorded_at"]:
            return None
        try:
            moment = datetime.fromisoformat(row["recorded_at"])
        except ValueError:
            self._fault(row, COLUMNS[8].name, row["recorded_at"], "不是日期时间", "is no date and time")
            return None
        return moment if moment.tzinfo else moment.replace(tzinfo=CHINA_STANDARD_TIME)

    def _fault(self, row: Row, thing: Words, said: str, zh: str, en: str) -> None:
        self.faults.append(Fault(thing, said, Words(zh, en), Words("改正后重试", "correct it and try again"), row.place))


def _dossiers(reading: _Reading, ranges: dict[str, PrintedRange]) -> list[Dossier]:
    returns: dict[tuple[str, Period], dict[str, Figure]] = defaultdict(dict)
    superseded: dict[str, dict[tuple[str, Period], tuple[Figure, ...]]] = defaultdict(dict)
    for (code, org, period), told in reading.versions.items():
        told.sort(key=lambda one: one.recorded_at)
        returns[org, period][code] = told[-1]
        if told[1:]:
            superseded[org][code, period] = tuple(told[:-1])
    children: dict[str, list[str]] = defaultdict(list)
    for org, parent in reading.parents.items():
        children[parent].append(org)
    layouts = _layouts(reading, returns)
    holdings = _holdings(reading, returns, set(children))
    first: dict[tuple[str, int], Period] = {}
    made = []
    for org, period in sorted(returns):
        first.setdefault((org, period.months), period)
        beside = {prefix: reading.beside.get((prefix, org, period), {}) for prefix in _PREFIXES}
        made.append(Dossier(
            org=org, name=Words(org, org), period=period, layout=layouts[org], figures=returns[org, period],
            history=_history(returns, org, period, first[org, period.months]), versions=superseded[org],
            meters={code: Figure(code, org, period, figure, reading.known[code].unit, False, _end(period)) for code, figure in beside["meter"].items()},
            peers=holdings[period], coefficients=beside["coefficient"], ranges=ranges,
            children={child: returns[child, period] for child in children[org] if (child, period) in returns},
            children_expected=len(children[org]) or None,
            targets={
                **{code: TargetFigure(figure, is_ceiling=True) for code, figure in beside["target"].items()},
                **{code: TargetFigure(figure, is_ceiling=False) for code, figure in beside["floor"].items()},
            },
        ))  # fmt: skip
    return made


def _layouts(reading: _Reading, returns: dict[tuple[str, Period], dict[str, Figure]]) -> dict[str, Layout]:
    """A unit's form is what any unit of its level reports in the file; orgs that report the same share one layout."""
    told: dict[str, set[str]] = defaultdict(set)
    for (org, _), figures in returns.items():
        told[org] |= set(figures)
    by_level: dict[bool, set[str]] = defaultdict(set)
    above = set(reading.parents.values())
    for org, codes in told.items():
        by_level[org in above] |= codes
    made = {is_above: Layout(trait for code, trait in reading.known.items() if code in codes) for is_above, codes in by_level.items()}
    return {org: made[org in above] for org in told}


def _holdings(reading: _Reading, returns: dict[tuple[str, Period], dict[str, Figure]], above: set[str]) -> dict[Period, Holding]:
    figures: dict[Period, dict[str, dict[str, Decimal]]] = defaultdict(dict)
    for (org, period), told in returns.items():
        same = figures[period]
        if org not in above:
            same[org] = {code: one.value for code, one in told.items() if one.value is not None}
    return {period: Holding(held, reading.trades) for period, held in figures.items()}


def _history(
    returns: dict[tuple[str, Period], dict[str, Figure]], org: str, period: Period, first: Period
) -> list[dict[str, Figure]]:
    told: list[dict[str, Figure]] = []
    before = period.previous()
    while before >= first and len(told) < DEPTH:
        told.append(returns.get((org, before), {}))
        before = before.previous()
    return told[::-1]


def _end(period: Period) -> datetime:
    return datetime.combine(period.end, time(), CHINA_STANDARD_TIME)


def _is_simulated(table: Table) -> bool:
    return any("模拟" in row["source"] + row["note"] or row["grade"] in ("模拟", "SIMULATED") for row in table.rows)


def _nothing(path: Path) -> Fault:
    return Fault(Words("文件", "file"), path.name, Words("没有报表数据", "holds no returns"), Words("至少填一行", "fill in at least one row"))
