"""The indicators of a city: read its declarations and observations, list and explain."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any

from shuangkong.indicators.catalogue import Catalogue, catalogue
from shuangkong.indicators.declaration import Element, element_from, indicator_from
from shuangkong.indicators.evaluate import Evaluator, IndicatorResult
from shuangkong.indicators.observations import Observation, ObservationStore, Snapshot
from shuangkong.indicators.rendering import formula_in_words
from shuangkong.indicators.working import OrgTree
from shuangkong.kernel.faults import Fault, InputRefused
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import CHINA_STANDARD_TIME, Period
from shuangkong.kernel.provenance import DataGrade
from shuangkong.kernel.rounding import plain, round_gbt8170
from shuangkong.kernel.units import unit
from shuangkong.plan.organisations import Jurisdictions
from shuangkong.rules import RuleBook, RuleValue, book
from shuangkong.services.documents.structured import read_structured
from shuangkong.services.documents.tabular import Column, Row, read_table

SNAPSHOTS_KEPT = 16
ELEMENTS_FILE = "indicators/elements.yaml"
COLUMNS = (
    Column("element", Words("数据元素", "element"), ("元素", "指标要素")),
    Column("org", Words("单位", "org"), ("县区", "组织", "地区")),
    Column("period", Words("时期", "period")),
    Column("value", Words("数值", "value"), numeric=True),
    Column("unit", Words("计量单位", "unit")),
    Column("grade", Words("数据等级", "grade")),
    Column("source", Words("来源", "source")),
    Column("reported_by", Words("填报单位", "reported_by"), ("填报人",)),
    Column("approved_by", Words("审核单位", "approved_by"), ("审核人",)),
    Column("recorded_at", Words("记录时间", "recorded_at")),
    Column("note", Words("备注", "note"), required=False),
)
_GRADES: Mapping[str, DataGrade] = {
    word: grade for grade in DataGrade for word in (grade.value, grade.name.lower(), grade.name)
}


@dataclass(frozen=True, slots=True)
class CityIndicators:
    """A city's checked declarations and its observations (城市指标), ready to be evaluated as known on any day."""

    catalogue: Catalogue
    store: ObservationStore
    orgs: OrgTree
    jurisdictions: Jurisdictions
    notices: tuple[Words, ...] = ()
    _snapshots: dict[date | None, Snapshot] = field(default_factory=dict, repr=False, compare=False)

    def snapshot(self, as_of: date | None) -> Snapshot:
        """Return the observations as known at the end of a day; None takes all."""
        found = self._snapshots.get(as_of)
        if found is None:
            found = self.store.as_known(as_of)
            if len(self._snapshots) >= SNAPSHOTS_KEPT:
                self._snapshots.clear()
            self._snapshots[as_of] = found
        return found

    def evaluator(self, *, as_of: date | None) -> Evaluator:
        """Return an evaluator over what was known at the end of a day."""
        return Evaluator(self.catalogue, self.snapshot(as_of), self.orgs)


def load_indicators(
    *,
    folder: Path,
    jurisdictions: Jurisdictions,
    rules: RuleBook | None = None,
    observations: ObservationStore | None = None,
    data: Path | None = None,
) -> CityIndicators:
    """Read the declarations and data of a city pack (载入城市指标).

    Parameters
    ----------
    folder : Path
        The pack, with `indicators/*.yaml` and `data/*.csv`.
    jurisdictions : Jurisdictions
        Whose figures they are, and who is summed for whom.
    rules : RuleBook, optional
        The package's own where none is given.
    observations : ObservationStore, optional
        Takes the place of the pack's own data.
    data : Path, optional
        A folder whose observation tables come on top of the pack's, such as what `observations load` keeps.

    Returns
    -------
    CityIndicators

    Raises
    ------
    InputRefused
        With every fault of the declarations; when those are sound, with every fault of the data.
    """
    checked = load_catalogue(folder, rules=rules)
    if observations is not None:
        return CityIndicators(checked, observations, org_tree(jurisdictions), jurisdictions)
    tables = [*observation_tables(folder / "data"), *(observation_tables(data) if data else ())]
    store, notices = load_observations(tables, checked, jurisdictions)
    return CityIndicators(checked, store, org_tree(jurisdictions), jurisdictions, notices)


def load_catalogue(folder: Path, *, rules: RuleBook | None = None) -> Catalogue:
    """Read and check the elements and indicators a pack declares; raise `InputRefused` with every fault."""
    faults: list[Fault] = []
    files = sorted(path for path in (folder / "indicators").glob("*.yaml") if path.name != Path(ELEMENTS_FILE).name)
    elements = [
        element_from(raw, where=_file(ELEMENTS_FILE), faults=faults)
        for raw in _entries(folder / ELEMENTS_FILE, "elements", faults)
    ]
    declarations = [
        indicator_from(raw, where=_file(f"indicators/{path.name}"), faults=faults)
        for path in files
        for raw in _entries(path, "indicators", faults)
    ]
    if faults:
        raise InputRefused(faults)
    return catalogue(elements=elements, indicators=declarations, rules=rules or book())


def load_observations(
    tables: Iterable[Path], checked: Catalogue, jurisdictions: Jurisdictions
) -> tuple[ObservationStore, tuple[Words, ...]]:
    """Read observation tables (载入观测值).

    Returns
    -------
    tuple
        The store, and the notices of the table reader.

    Raises
    ------
    InputRefused
        With every fault of every file, by row.
    """
    faults: list[Fault] = []
    notices: list[Words] = []
    store = ObservationStore()
    for path in tables:
        try:
            table = read_table(path, columns=COLUMNS)
        except InputRefused as refused:
            faults.extend(_placed(fault, path) for fault in refused.faults)
            continue
        faults.extend(_placed(fault, path) for fault in table.faults)
        notices.extend(Words(f"{path.name}：{notice.zh}", f"{path.name}: {notice.en}") for notice in table.notices)
        reader = _Observations(path, checked, jurisdictions, faults)
        store.extend(observation for row in table.rows if (observation := reader.read(row)) is not None)
    if faults:
        raise InputRefused(faults)
    return store, tuple(notices)


def observation_tables(folder: Path) -> list[Path]:
    """Return the tables of observations in a folder; registers lie beside them under other headers."""
    tables = []
    for path in sorted(folder.glob("*.csv")):
        with path.open("rb") as opened:
            header = opened.readline().decode("utf-8-sig", errors="replace").lower()
        if "element" in header or "数据元素" in header:
            tables.append(path)
    return tables


def org_tree(jurisdictions: Jurisdictions) -> OrgTree:
    """Return who is summed for whom, by the accounting partition of the pack (组织树)."""
    children = {one.code: tuple(part.code for part in jurisdictions.partition(one.code)) for one in jurisdictions}
    return OrgTree({code: parts for code, parts in children.items() if parts}, {one.code: one.name for one in jurisdictions})


def list_indicators(*, checked: Catalogue) -> list[dict[str, Any]]:
    """Return every indicator with its formula in Chinese (指标一览), in the order of the declarations' dependencies."""
    listed = []
    for indicator in checked.indicators.values():
        told = indicator.declaration
        listed.append({
            "code": told.code, "name": told.name.zh, "name_en": told.name.en, "unit": str(told.unit), "decimals": told.decimals,
            "formula": told.formula, "formula_zh": formula_in_words(indicator, checked).zh, "missing": told.missing.value,
            "base_year": told.base_year, "grain": told.grain.name.lower(), "scope": told.scope.value, "clause": told.clause,
            "definition": told.definition.zh, "direction": told.direction.value,
        })  # fmt: skip
    return listed


def explain_indicator(
    *, indicators: CityIndicators, code: str, org: str, period: str, as_of: date | None
) -> dict[str, Any]:
    """Return a figure with its formula, working, rules and inputs (指标解释), as plain values for JSON.

    Parameters
    ----------
    indicators : CityIndicators
        The loaded city.
    code : str
        An indicator.
    org : str
        Code, full name or alias of a jurisdiction.
    period : str
        `2023`, `2023H1`, `2023Q2`, `2023-05` or `2021-2025`.
    as_of : date or None
        As known at the end of that day; None is the newest recorded moment.

    Raises
    ------
    UnknownIndicator, UnknownJurisdiction, UnreadablePeriod
        With near misses or the forms accepted.
    """
    indicator = indicators.catalogue.indicator(code)
    jurisdiction = indicators.jurisdictions.find(org)
    result = indicators.evaluator(as_of=as_of).evaluate(code, org=jurisdiction.code, period=Period.parse(period))
    snapshot = indicators.snapshot(as_of)
    declaration = indicator.declaration
    return {
        "code": code,
        "name": declaration.name.zh,
        "name_en": declaration.name.en,
        "org": jurisdiction.code,
        "org_name": jurisdiction.name.zh,
        "period": str(result.period),
        "value": None if result.value is None else plain(result.value),
        "rounded": None if result.value is None else format(round_gbt8170(result.value, declaration.decimals), "f"),
        "unit": str(result.unit),
        "coverage": str(result.coverage),
        "as_of": _moment(snapshot),
        "reason": result.reason._asdict() if result.reason else None,
        "missing": [gap.zh for gap in result.gaps],
        "marks": list(result.marks),
        "clause": declaration.clause,
        "definition": declaration.definition.zh,
        "formula": declaration.formula,
        "formula_zh": formula_in_words(indicator, indicators.catalogue).zh,
        "working": result.trace().text(),
        "rules": [_rule_as_json(rule) for rule in result.rules],
        "inputs": _inputs_as_json(result, indicators, snapshot),
    }


def _rule_as_json(rule: RuleValue) -> dict[str, Any]:
    return {**rule.cited(), "value": plain(rule.number), "unit": rule.unit}


def _inputs_as_json(result: IndicatorResult, indicators: CityIndicators, snapshot: Snapshot) -> list[dict[str, Any]]:
    return [
        {
            "element": one.element,
            "name": indicators.catalogue.name(one.element).zh,
            "org": one.org,
            "org_name": indicators.orgs.name(one.org).zh,
            "period": str(one.period),
            "value": None if one.value is None else plain(one.value),
            "unit": str(one.unit),
            "grade": one.grade.value,
            "source": one.source,
            "reported_by": one.reported_by,
            "approved_by": one.approved_by,
            "recorded_at": one.recorded_at.isoformat(),
            "note": one.note,
            "version": len(snapshot.versions(*one.key)),
        }
        for one in result.inputs
    ]


def _moment(snapshot: Snapshot) -> str | None:
    if snapshot.as_of is not None:
        return snapshot.as_of.isoformat()
    newest = snapshot.newest_recorded_at
    return newest.astimezone(CHINA_STANDARD_TIME).isoformat() if newest else None


def _entries(path: Path, key: str, faults: list[Fault]) -> Sequence[Mapping[str, Any]]:
    where = _file(f"indicators/{path.name}")
    try:
        document = read_structured(path)
    except InputRefused as refused:
        faults.extend(fault.at(where) for fault in refused.faults)
        return ()
    entries = document.get(key) if isinstance(document, Mapping) else None
    if not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries):
        rule = Words(f"应为 {key}: 加声明的列表", f"must be {key}: and a list of declarations")
        faults.append(Fault(Words("文件", "file"), path.name, rule, Words("修改该文件", "mend the file"), where))
        return ()
    return entries


def _file(name: str) -> Words:
    return Words(name, name)


def _placed(fault: Fault, path: Path) -> Fault:
    place = fault.where or Words("", "")
    return fault.at(Words(f"{path.name} {place.zh}".strip(), f"{path.name} {place.en}".strip()))


@lru_cache(maxsize=4096)
def _period(text: str) -> Period:
    return Period.parse(text)


class _Observations:
    """Reads rows of one observation table, noting faults."""

    def __init__(self, path: Path, checked: Catalogue, jurisdictions: Jurisdictions, faults: list[Fault]) -> None:
        self._path = path
        self._checked = checked
        self._jurisdictions = jurisdictions
        self._faults = faults
        self._codes = {alias: one.code for one in checked.elements.values() for alias in (one.code, one.name.zh, *one.aliases)}
        self._row = 0

    def read(self, row: Row) -> Observation | None:
        """Return the row's observation, None where it has a fault."""
        self._row = row.number_in_file
        known = len(self._faults)
        element = self._element(row["element"])
        figure = row.number("value")
        if figure is None and row["value"]:
            self._fault("value", row["value"], Words("不是数", "is not a number"), Words("填写一个数", "give a number"))
        if figure is None and not row["value"] and not row["note"]:
            rule = Words("数值为空而无说明", "is empty without a word why")
            self._fault("value", "", rule, Words("填写数值；不适用的在备注写明原因", "give it; where it does not apply, say why in note"))
        grade = _GRADES.get(row["grade"])
        if grade is None:
            listed = "、".join(one.value for one in DataGrade)
            self._fault("grade", row["grade"], Words("不是数据等级", "is no data grade"), Words(f"改为 {listed} 之一", f"use one of {listed}"))
        for key in ("source", "reported_by"):
            if not row[key]:
                self._fault(key, "", Words("缺少", "is missing"), Words("补充", "give it"))
        made = self._located(row)
        recorded_at = self._recorded_at(row["recorded_at"])
        if len(self._faults) > known or element is None or grade is None or made is None or recorded_at is None:
            return None
        try:
            reported = unit(row["unit"])
            reported.factor_to(element.unit)
        except InputRefused as refused:
            self._faults.extend(fault.at(self._where()) for fault in refused.faults)
            return None
        org, period = made
        return Observation(
            element.code, org, period, figure, reported, grade, row["source"], row["reported_by"], row["approved_by"],
            recorded_at, row["note"],
        )  # fmt: skip

    def _element(self, text: str) -> Element | None:
        code = self._codes.get(text)
        if code is None:
            near = get_close_matches(text, self._codes)
            remedy = Words(f"是否为 {'、'.join(near)}", f"perhaps {', '.join(near)}") if near else Words("先在 elements.yaml 中声明", "declare it in elements.yaml")
            self._fault("element", text, Words("未声明的数据元素", "is not declared"), remedy)
            return None
        return self._checked.elements[code]

    def _located(self, row: Row) -> tuple[str, Period] | None:
        try:
            return self._jurisdictions.find(row["org"]).code, _period(row["period"])
        except InputRefused as refused:
            self._faults.extend(fault.at(self._where()) for fault in refused.faults)
            return None

    def _recorded_at(self, text: str) -> datetime | None:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            remedy = Words("写成 2024-03-15T09:00:00+08:00", "write 2024-03-15T09:00:00+08:00")
            self._fault("recorded_at", text, Words("不是时间", "is no moment"), remedy)
            return None
        return moment if moment.tzinfo else moment.replace(tzinfo=CHINA_STANDARD_TIME)

    def _fault(self, key: str, value: str, rule: Words, remedy: Words) -> None:
        name = next(column.name for column in COLUMNS if column.key == key)
        self._faults.append(Fault(name, value, rule, remedy, self._where()))

    def _where(self) -> Words:
        return Words(f"{self._path.name} 第{self._row}行", f"{self._path.name} row {self._row}")
