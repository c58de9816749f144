"""Plans, laboratory results and checks of monitors as a table (自行监测清单): looked at row by row, entered as one act or not at all; what stands already is left alone."""

import base64
import csv
import io
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import TypeVar

from shuangkong.access.roles import Permission
from shuangkong.hj212.editions import factor_by_code
from shuangkong.kernel.faults import Fault, InputRefused
from shuangkong.kernel.language import Language, Words
from shuangkong.kernel.period import CHINA_STANDARD_TIME, day_named
from shuangkong.kernel.text import number_in
from shuangkong.pollution.instrument_checks import CheckKind, CheckOutcome
from shuangkong.pollution.self_monitoring import Frequency, ResultSource
from shuangkong.services import clock
from shuangkong.services.ambient_factors import BELOW
from shuangkong.services.ambient_intake import ImportExpired, figure_of, moment_in
from shuangkong.services.chain import record_export
from shuangkong.services.documents.tabular import Column, Row, read_table
from shuangkong.services.monitoring_pages import seen_points
from shuangkong.services.organisations import tree_on
from shuangkong.services.outlet_checks import CheckEntry, check_row, checks_in_force, entry_from
from shuangkong.services.people import Member, reader_of
from shuangkong.services.sealed_secret import SecretUnreadable, opened, sealed
from shuangkong.services.self_monitoring import (
    FREQUENCY_WORDS,
    KINDS,
    SOURCE_WORDS,
    TOLD_BY,
    FindingEntry,
    PlanEntry,
    enter_self_monitoring,
    faults_of,
    outlets_named,
    plans_in_force,
    results_in_force,
)

LARGEST_FILE = 2 * 1024 * 1024
_LASTS = timedelta(hours=8)
Entry = PlanEntry | FindingEntry | CheckEntry
_Named = TypeVar("_Named", CheckKind, CheckOutcome)


class ListKind(Enum):
    """What a table holds (清单类别)."""

    PLAN = "自行监测方案"
    RESULTS = "手工监测结果"
    CHECKS = "仪器检查记录"

    @property
    def words(self) -> Words:
        """The kind as it is shown."""
        return Words(self.value, {"PLAN": "plan of self-monitoring", "RESULTS": "laboratory results", "CHECKS": "checks of monitors"}[self.name])


_POINT, _FACTOR = Column("point", Words("监测点编码", "point"), ("监测点", "排放口编码")), Column("factor", Words("因子", "factor"), ("因子编码", "监测项目", "污染物"))
COLUMNS = {
    ListKind.PLAN: (
        _POINT, _FACTOR, Column("frequency", Words("频次", "frequency"), ("监测频次",)), Column("times", Words("次数", "times"), ("每期次数",), required=False),
        Column("document", Words("依据", "document"), required=False), Column("valid_from", Words("生效日", "from the day"), ("起始日",)),
    ),
    ListKind.RESULTS: (
        _POINT, _FACTOR, Column("start", Words("采样开始", "sampled from"), ("采样时间", "采样日期")), Column("end", Words("采样结束", "sampled to"), required=False),
        Column("value", Words("监测值", "value"), ("结果", "浓度")), Column("unit", Words("单位", "unit"), ("计量单位",)), Column("report_number", Words("报告编号", "report number")),
        Column("laboratory", Words("监测机构", "laboratory"), ("检测机构",), required=False), Column("source", Words("来源", "source"), required=False),
    ),
    ListKind.CHECKS: (
        _POINT, replace(_FACTOR, required=False), Column("kind", Words("检查类别", "kind of check"), ("类别", "检查内容")), Column("at", Words("检查时刻", "at"), ("检查时间", "校准时间")),
        Column("reference", Words("参比值", "reference"), ("标准值", "标气浓度"), required=False), Column("result", Words("测定值", "result"), ("示值", "监测值"), required=False),
        Column("full_scale", Words("量程", "full scale"), ("满量程",), required=False), Column("outcome", Words("结论（无规则可判时）", "outcome, where no rule judges"), ("结论",), required=False),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RowTold:
    """A row that was looked at (行预检)."""

    place: Words
    point: str
    factor: str
    entry: Entry | None
    is_same: bool
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class SelfMonitoringRun:
    """What a table would enter (清单预检)."""

    kind: ListKind
    name: str
    rows: tuple[RowTold, ...]
    ticket: str

    @property
    def rejected(self) -> tuple[RowTold, ...]:
        """The rows that cannot be taken."""
        return tuple(row for row in self.rows if row.faults)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What would be entered."""
        return tuple(row.entry for row in self.rows if row.entry is not None and not row.faults and not row.is_same)

    @property
    def same(self) -> int:
        """How many rows say what stands already."""
        return sum(row.is_same and not row.faults for row in self.rows)


def template_of(*, kind: ListKind, who: Member, language: Language = "zh") -> bytes:
    """Return the table to fill in, with the lines of the plans in a person's charge (下载清单); the taking out is sealed."""
    tree = tree_on(clock.today())
    points = [one for one in seen_points(who, point__kind__in=[each.name for each in KINDS]) if who.posts_over(Permission.MONITORING_REPORT, one.organisation, tree)]
    plans = plans_in_force(points=[one.code for one in points])
    told: list[list[str]] = [[column.name.in_language(language) for column in COLUMNS[kind]]]
    for test, row in plans:
        if test.valid_to is None or test.valid_to > clock.today():
            plan = [test.outlet, test.factor, FREQUENCY_WORDS[test.frequency].in_language(language), str(test.times), row.document, test.valid_from.isoformat()]
            row_of = plan if kind is ListKind.PLAN else [test.outlet, test.factor, *[""] * (len(COLUMNS[kind]) - 2)]
            told += [row_of] if row_of not in told else []
    text = io.StringIO()
    csv.writer(text).writerows(told)
    record_export(what="monitoring/self-monitoring", actor=reader_of(who, Permission.MONITORING_REPORT), content={"rows": len(told) - 1}, is_simulated=any(one.is_simulated for one in points))
    return text.getvalue().encode("utf-8-sig")


def try_list(*, kind: ListKind, name: str, content: bytes, who: Member) -> SelfMonitoringRun:
    """Look at a table row by row and enter nothing (清单预检); raise `InputRefused` for what is wrong with the whole of it."""
    if len(content) > LARGEST_FILE:
        raise InputRefused([Fault(Words("文件", "file"), name, Words("超过 2 MB", "is larger than 2 MB"), Words("分成几份上传", "upload it in parts"))])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / (Path(name).name or "table.csv")
        path.write_bytes(content)
        table = read_table(path, columns=COLUMNS[kind])
    broken: dict[Words | None, list[Fault]] = {}
    for fault in table.faults:
        broken.setdefault(fault.where, []).append(fault)
    read = [_read(kind, row, broken.get(row.place, [])) for row in table.rows]
    told = {"who": who.pk, "kind": kind.name, "until": (clock.now() + _LASTS).isoformat(), "name": name, "content": base64.b64encode(content).decode("ascii")}
    return SelfMonitoringRun(kind, name, tuple(_judged(read, who)), sealed(json.dumps(told), owner=_owner(who)))


def apply_list(*, ticket: str, reason: str, who: Member) -> tuple[int, int]:
    """Enter all that was looked at (登记清单); returns the place of its link and how many rows. Raise `ImportExpired`, `InputRefused`, `NotPermitted`."""
    try:
        told = json.loads(opened(ticket, owner=_owner(who)))
    except (SecretUnreadable, ValueError) as wrong:
        raise ImportExpired from wrong
    if clock.now() > datetime.fromisoformat(told["until"]):
        raise ImportExpired
    run = try_list(kind=ListKind[told["kind"]], name=told["name"], content=base64.b64decode(told["content"]), who=who)
    if run.rejected:
        raise InputRefused([fault for row in run.rejected for fault in row.faults][:50])
    tests, results, checks = _apart(run.entries)
    return enter_self_monitoring(tests=tests, results=results, checks=checks, who=who, reason=reason), len(run.entries)


def _apart(entries: Iterable[Entry]) -> tuple[list[PlanEntry], list[FindingEntry], list[CheckEntry]]:
    found: tuple[list[PlanEntry], list[FindingEntry], list[CheckEntry]] = ([], [], [])
    for one in entries:
        if isinstance(one, PlanEntry):
            found[0].append(one)
        elif isinstance(one, FindingEntry):
            found[1].append(one)
        else:
            found[2].append(one)
    return found


def _owner(who: Member) -> str:
    return f"self-monitoring/{who.pk}"


def _read(kind: ListKind, row: Row, broken: list[Fault]) -> tuple[Row, Entry | None, list[Fault]]:
    faults = list(broken)
    factor = _factor(row["factor"])

    def told(key: str, reader: Callable[[str], object], rule: Words) -> object:
        try:
            found = reader(row[key])
        except (InputRefused, ValueError, KeyError, StopIteration):
            found = None
        if found is None:
            name = next(column.name for column in COLUMNS[kind] if column.key == key)
            faults.append(Fault(name, row[key], rule, Words("改正后重试", "correct it and try again"), row.place))
        return found

    if kind is ListKind.PLAN:
        frequency = told("frequency", _frequency, Words(f"应为 {'、'.join(one.value for one in Frequency)} 之一", "must be day, month, quarter, half-year or year"))
        times = told("times", lambda text: int(text or "1"), Words("不是整数", "is no whole number"))
        first = told("valid_from", day_named, Words("应为日期，如 2024-01-01", "must be a day such as 2024-01-01"))
        if isinstance(frequency, Frequency) and isinstance(times, int) and isinstance(first, date):
            return row, PlanEntry(point=row["point"], factor=factor, frequency=frequency, times=times, valid_from=first, document=row["document"], where=row.place), faults
        return row, None, faults
    if kind is ListKind.CHECKS:
        check = told("kind", lambda text: _named(CheckKind, text), Words(f"应为 {'、'.join(one.value for one in CheckKind)} 之一", f"must be one of {', '.join(one.words.en for one in CheckKind)}"))
        moment = told("at", _moment, Words("应为时刻，如 2024-03-05 09:00", "must be a moment such as 2024-03-05 09:00"))
        figures = [told(name, number_in, Words("不是数", "is no number")) if row[name] else None for name in ("reference", "result", "full_scale")]
        outcome = told("outcome", lambda text: _named(CheckOutcome, text), Words("应为 合格 或 不合格", "must be passed or failed")) if row["outcome"] else None
        if isinstance(check, CheckKind) and isinstance(moment, datetime):
            reference, result, full_scale = (figure if isinstance(figure, Decimal) else None for figure in figures)
            return row, CheckEntry(
                point=row["point"], factor=factor, kind=check, at=moment, reference=reference, result=result, full_scale=full_scale,
                outcome=outcome if isinstance(outcome, CheckOutcome) else None, where=row.place,
            ), faults  # fmt: skip
        return row, None, faults
    start = told("start", _moment, Words("应为时刻，如 2024-03-05 09:00", "must be a moment such as 2024-03-05 09:00"))
    end = told("end", _moment, Words("应为时刻，如 2024-03-05 10:00", "must be a moment such as 2024-03-05 10:00")) if row["end"] else start
    source = told("source", _source, Words("应为 手工自行监测 或 执法监测", "must be manual self-monitoring or supervision"))
    figure = told("value", lambda text: figure_of(text, day=clock.today()), Words("不是数（未检出写 3L）", "is no number (below detection: 3L)"))
    if isinstance(start, datetime) and isinstance(end, datetime) and isinstance(source, ResultSource) and isinstance(figure, tuple):
        value, flag = figure
        return row, FindingEntry(
            point=row["point"], factor=factor, start=start, end=end if end > start else start + timedelta(hours=1), value=Decimal(value), unit=row["unit"],
            report_number=row["report_number"], laboratory=row["laboratory"], is_below=flag == BELOW, source=source, where=row.place,
        ), faults  # fmt: skip
    return row, None, faults


def _factor(text: str) -> str:
    known = factor_by_code()
    return text if text in known else next((code for code, one in known.items() if text and one.zh == text), text)


def _frequency(text: str) -> Frequency:
    return next(one for one in Frequency if text.lower() in (one.value, one.name.lower(), FREQUENCY_WORDS[one].en, one.value.removeprefix("每"))) if text else Frequency[text]


def _named(kinds: type[_Named], text: str) -> _Named:
    return next(one for one in kinds if text.lower() in (one.value, one.name.lower(), one.words.en))


def _source(text: str) -> ResultSource:
    return next(one for one in TOLD_BY if text.lower() in ("", one.value, one.name.lower(), SOURCE_WORDS[one].en))


def _moment(text: str) -> datetime | None:
    found = moment_in(text)
    return found and found.replace(tzinfo=CHINA_STANDARD_TIME)


def _judged(read: list[tuple[Row, Entry | None, list[Fault]]], who: Member) -> Iterator[RowTold]:
    entries = [entry for _, entry, _ in read if entry is not None]
    points, tree = outlets_named({one.point for one in entries}), tree_on(clock.today())
    held_plans = {(test.outlet, test.factor, test.frequency, test.valid_from): row for test, row in plans_in_force(points=points)}
    rows = results_in_force().filter(point__code__in=list(points), report_number__in={one.report_number for one in entries if isinstance(one, FindingEntry)})
    held = {(row.point.code, row.factor, row.start, row.source, row.report_number): row for row in rows}
    checked = {entry_from(row).key: row for row in checks_in_force().filter(point__code__in=list(points), at__in={one.at for one in entries if isinstance(one, CheckEntry)})}
    linked: list[tuple[Row, Entry | None, list[Fault], bool]] = []
    for row, entry, faults in read:
        is_same = False
        if isinstance(entry, PlanEntry):
            plan = held_plans.get((entry.point, entry.factor, entry.frequency, entry.valid_from))
            is_same = plan is not None and (plan.times, plan.document) == (entry.times, entry.document)
        elif isinstance(entry, FindingEntry):
            before = held.get((entry.point, entry.factor, entry.start, entry.source.name, entry.report_number))
            is_same = before is not None and (before.value, before.unit, before.end, before.is_below, before.laboratory) == (entry.value, entry.unit, entry.end, entry.is_below, entry.laboratory)
            entry = replace(entry, replaces=before.pk, report=before.report) if before is not None and not is_same else entry
        elif isinstance(entry, CheckEntry) and (known := checked.get(entry.key)) is not None:
            is_same = check_row(entry).outcome == known.outcome and (known.reference, known.result, known.full_scale) == (entry.reference, entry.result, entry.full_scale)
            entry = entry if is_same else replace(entry, replaces=known.pk)
        linked.append((row, entry, faults, is_same))
    new = [entry for _, entry, _, is_same in linked if entry is not None and not is_same]
    found: dict[Words | None, list[Fault]] = {}
    for fault in faults_of(*_apart(new), points=points):
        found.setdefault(fault.where, []).append(fault)
    for row, entry, faults, is_same in linked:
        point = points.get(row["point"])
        wrong = [*faults, *found.get(row.place, ())]
        if point is not None and not who.posts_over(Permission.MONITORING_REPORT, point.organisation, tree):
            wrong.append(Fault(Words("监测点", "point"), row["point"], Words("不在您的职责范围", "is not in your charge"), Words("由其单位填报", "its unit reports it"), row.place))
        yield RowTold(row.place, row["point"], row["factor"], entry, is_same, tuple(wrong))
