"""Use cases of reduction accounting: rows of projects → tonnes with method, working and warnings."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Any

from shuangkong.kernel.faults import Fault, InputRefused
from shuangkong.kernel.language import Language, Words
from shuangkong.kernel.rounding import plain
from shuangkong.pollution.methods.catalogue import METHODS
from shuangkong.pollution.progress import Attribution, credited_by_year
from shuangkong.pollution.reduction import MajorPollutant
from shuangkong.pollution.register import Counted, count, key_project_reduction_t
from shuangkong.rules import RulesOnDay, RuleValue, at
from shuangkong.services.documents.structured import read_structured
from shuangkong.services.documents.tabular import Column, read_table
from shuangkong.services.reduction_rows import DESCRIPTIONS, REGISTER_COLUMNS, ReadRow, read_row

_IDENTITY = (
    Column("id", Words("编号", "id"), ("项目编号", "project_id")),
    Column("method", Words("核算方法", "method"), ("方法", "method_code")),
    Column("pollutant", Words("污染物", "pollutant")),
)


@dataclass(frozen=True, slots=True)
class ComputedProject:
    """One row of the file, accounted (核算结果)."""

    counted: Counted
    warnings: tuple[Words, ...]
    rules: tuple[RuleValue, ...]
    credited_t: Mapping[int, Decimal]
    co2_t: Decimal | None
    texts: Mapping[str, str]

    @property
    def reduction_t(self) -> Decimal:
        """Computed by the method, this row's share of a joint project. [t/a]"""
        return self.counted.entry.reduction.reduction_t * self.counted.entry.share

    @property
    def working(self) -> str:
        """Formula, figures and result, and what came off after it."""
        return "; ".join(step for step in (self.counted.entry.reduction.explained(), self.counted.working) if step)

    @property
    def verified(self) -> bool:
        """Whether somebody has verified the method and every rule used."""
        return all(rule.verified for rule in self.rules)

    def as_json(self, language: Language = "zh") -> dict[str, Any]:
        """Return the project as plain values, numbers as strings."""
        entry = self.counted.entry
        shown: dict[str, Any] = {
            "id": entry.project_id,
            "method": entry.method,
            "pollutant": entry.pollutant.value,
            "reduction_t": plain(self.reduction_t),
            "countable_t": plain(self.counted.countable_t),
            "working": self.working,
            "warnings": [warning.in_language(language) for warning in self.warnings],
            "verified": self.verified,
            "stamp": "" if self.verified else "未核实",
            "rules": [rule.cited() for rule in self.rules],
        }
        if self.credited_t:
            shown["credited_t"] = {str(year): plain(tonnes) for year, tonnes in self.credited_t.items()}
        if self.co2_t is not None:
            shown["co2_reduction_t"] = plain(self.co2_t)
        return shown | dict(self.texts)


@dataclass(frozen=True, slots=True)
class ComputedReductions:
    """All projects of a file with their totals by pollutant (减排量核算表)."""

    projects: tuple[ComputedProject, ...]
    notice: Words | None = None

    @property
    def total_t(self) -> dict[MajorPollutant, Decimal]:
        """What is countable by pollutant, those present only. [t/a]"""
        return key_project_reduction_t([project.counted for project in self.projects])

    @property
    def total_reduction_t(self) -> dict[MajorPollutant, Decimal]:
        """What was computed by pollutant, before anything came off. [t/a]"""
        totals = dict.fromkeys(self.total_t, Decimal(0))
        for project in self.projects:
            totals[project.counted.entry.pollutant] += project.reduction_t
        return totals

    def as_json(self, language: Language = "zh") -> dict[str, Any]:
        """Return the shape of the formats page; `total_t` sums what is countable."""
        return {
            "projects": [project.as_json(language) for project in self.projects],
            "total_t": {each.value: plain(tonnes) for each, tonnes in self.total_t.items()},
            "total_reduction_t": {each.value: plain(tonnes) for each, tonnes in self.total_reduction_t.items()},
        }


def compute_reductions(*, path: Path, on: date) -> ComputedReductions:
    """Account every project of a CSV, xlsx, YAML or JSON file (减排量核算).

    Parameters
    ----------
    path : Path
        Rows of projects.
    on : date
        The day whose rules hold; `date.max` for the newest.

    Returns
    -------
    ComputedReductions
        In input order.

    Raises
    ------
    InputRefused
        With every fault of every row; then nothing is accounted.
    """
    if _is_structured(path):
        return compute_rows(rows=_structured_rows(path), on=on)
    inputs = dict.fromkeys(chain.from_iterable(form.names for each in METHODS.values() for form in each.forms))
    figures = [name for name in (*REGISTER_COLUMNS, *inputs) if name not in DESCRIPTIONS]
    columns = [*_IDENTITY, *(Column(name, Words(name, name), required=False) for name in DESCRIPTIONS)]
    columns += [Column(name, Words(name, name), required=False, numeric=True) for name in figures]
    table = read_table(path, columns=columns, unknown="refuse")
    rows = [(row.place, row.cells) for row in table.rows]
    try:
        computed = compute_rows(rows=rows, on=on)
    except InputRefused as refused:
        table.refuse_if_faulty(refused.faults)
        raise
    table.refuse_if_faulty()
    return replace(computed, notice=table.notice)


def compute_rows(*, rows: Sequence[tuple[Words, Mapping[str, Any]]], on: date) -> ComputedReductions:
    """Account projects given as rows, each with the words for its place (按行核算减排量).

    Raises
    ------
    InputRefused
        With every fault of every row.
    """
    rules = at(on)
    faults: list[Fault] = []
    read: list[ReadRow] = []
    repeated = _repeated(rows)
    for position, (place, raw) in enumerate(rows):
        if position in repeated:
            faults.append(repeated[position])
        named = raw.get("id") not in (None, "")
        where = Words(f"{place.zh}（{raw['id']}）", f"{place.en} ({raw['id']})") if named else place
        try:
            read.append(read_row(raw, where, rules))
        except InputRefused as refused:
            faults.extend(fault if fault.where else fault.at(where) for fault in refused.faults)
    if faults:
        raise InputRefused(faults)
    counted = count([row.entry for row in read], rules=rules)
    return ComputedReductions(tuple(
        _project(row, each, rules) for row, each in zip(_with_ammonia_check(read), counted, strict=True)
    ))  # fmt: skip


def _repeated(rows: Sequence[tuple[Words, Mapping[str, Any]]]) -> dict[int, Fault]:
    """Return a fault by position for every row that repeats id, method and pollutant of one before, shares of a joint project apart."""
    first: dict[tuple[str, str, str], Words] = {}
    faults: dict[int, Fault] = {}
    for position, (place, raw) in enumerate(rows):
        project_id, code, pollutant = (str(raw.get(name) or "").strip() for name in ("id", "method", "pollutant"))
        if not project_id or raw.get("share") not in (None, ""):
            continue
        with suppress(InputRefused):  # an unknown pollutant is told where the row is read
            pollutant = MajorPollutant.parse(pollutant).value
        before = first.setdefault((project_id, code.upper(), pollutant), place)
        if before is not place:
            faults[position] = Fault(
                Words("项目编号", "project id"), project_id,
                Words(f"与{before.zh}的编号、方法和污染物相同", f"repeats id, method and pollutant of {before.en}"),
                Words("改用不同的编号；各县分摊的项目每行填 share，合计为 1", "give another id; rows of a joint project give `share`, together 1"),
                place,
            )  # fmt: skip
    return faults


def _project(row: ReadRow, counted: Counted, rules: RulesOnDay) -> ComputedProject:
    entry = counted.entry
    method_rule = rules.get(f"pollution.methods.{entry.method}")
    used = (method_rule, *entry.reduction.rules, *counted.rules, *row.co2_rules)
    credited: Mapping[int, Decimal] = {}
    if entry.finished_on is not None and counted.countable_t:
        setting = rules.get("pollution.register.attribution")
        credited = credited_by_year(
            reduction_t=counted.countable_t, stable_on=entry.finished_on, attribution=Attribution(setting.value)
        )
        used = (*used, setting)
    return ComputedProject(counted, (*row.warnings, *counted.warnings), used, credited, row.co2_t, row.texts)


def _with_ammonia_check(rows: Sequence[ReadRow]) -> list[ReadRow]:
    """Warn where a project's NH3-N reduction exceeds its COD reduction."""
    cod_t: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        if row.entry.pollutant is MajorPollutant.COD:
            cod_t[row.entry.project_id] += row.entry.reduction.reduction_t
    warning = Words("氨氮减排量大于化学需氧量减排量", "NH3-N reduction exceeds COD reduction")
    return [
        replace(row, warnings=(*row.warnings, warning))
        if row.entry.pollutant is MajorPollutant.NH3_N
        and row.entry.project_id in cod_t
        and row.entry.reduction.reduction_t > cod_t[row.entry.project_id]
        else row
        for row in rows
    ]


def _is_structured(path: Path) -> bool:
    if path.suffix.lower() in {".json", ".yaml", ".yml"}:
        return True
    try:
        with path.open("rb") as file:
            return file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"[", b"{"))
    except OSError:
        return False  # the table reader says what is wrong with the path


def _structured_rows(path: Path) -> list[tuple[Words, Mapping[str, Any]]]:
    content = read_structured(path)
    if isinstance(content, Mapping):
        content = content.get("projects", [content] if "method" in content else None)
    if not isinstance(content, list) or not content:
        raise InputRefused([Fault(
            Words("文件", "file"), path.name, Words("应为项目的列表且不为空", "must be a list of projects and not be empty"),
            Words("每个项目写 id、method、pollutant 和该方法的输入", "give id, method, pollutant and the method's inputs for each"),
        )])  # fmt: skip
    rows: list[tuple[Words, Mapping[str, Any]]] = []
    faults: list[Fault] = []
    for number, entry in enumerate(content, start=1):
        where = Words(f"第{number}项", f"entry {number}")
        if isinstance(entry, Mapping):
            rows.append((where, {str(key): cell for key, cell in entry.items()}))
        else:
            faults.append(Fault(
                Words("项目", "project"), str(entry), Words("应为键值表", "must be a mapping"),
                Words("写成 {id: …, method: …, pollutant: …}", "write {id: …, method: …, pollutant: …}"), where,
            ))  # fmt: skip
    if faults:
        raise InputRefused(faults)
    return rows
