"""The list of monitoring in Excel (监测清单): what is registered to take away, a dry run of what comes back, and all of it entered as one act or none.

The file may hold passwords and keys. Between dry run and entry it travels enciphered, so that no page shows them, and belongs to who sent it.
"""

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, TypeVar

from shuangkong.access.roles import Permission
from shuangkong.hj212.crc import Variant
from shuangkong.kernel.faults import Fault, InputRefused, Refusal
from shuangkong.kernel.language import Language, Words
from shuangkong.kernel.period import day_named
from shuangkong.kernel.rounding import plain
from shuangkong.kernel.text import number_in
from shuangkong.services import clock
from shuangkong.services.chain import record_export
from shuangkong.services.documents.monitoring_workbook import (
    Cells,
    ListRow,
    ListSheet,
    monitoring_workbook,
    read_monitoring_workbook,
)
from shuangkong.services.documents.official_workbook import Cover, WorkbookSheet, columns_of, official_workbook
from shuangkong.services.documents.return_workbook.found import Change
from shuangkong.services.monitoring_kinds import SETTINGS, TRAITS, PointKind, Statistic, TraitKind
from shuangkong.services.monitoring_pages import Setup, seen_points, setups_on
from shuangkong.services.monitoring_points import Limit, Point, limits_on, points_on
from shuangkong.services.monitoring_register import (
    DeviceEntry,
    Entries,
    LimitEntry,
    PointEntry,
    faults_of,
    homes_of,
    record,
)
from shuangkong.services.organisations import tree_on
from shuangkong.services.people import Member, reader_of
from shuangkong.services.sealed_secret import SecretUnreadable, opened, sealed

LARGEST_FILE = 2 * 1024 * 1024  # ten thousand rows are under 1 MB; the enciphered file goes to the page and back
_LASTS = timedelta(hours=8)
_E = TypeVar("_E", bound=Enum)
Entry = PointEntry | LimitEntry | DeviceEntry
_YES, _NO = Words("是", "yes"), Words("否", "no")
_FROM = Words("生效日", "from the day")
POINTS = ListSheet("points", Words("监测点", "Points"), {
    "code": Words("编码", "code"), "organisation": Words("所属代码", "code of organisation"), "kind": Words("类别", "kind"), "name_zh": Words("名称", "name (Chinese)"),
    "name_en": Words("英文名称", "name (English)"), **{name: trait.name for name, trait in TRAITS.items()}, "is_closed": Words("关闭", "closed"), "valid_from": _FROM,
})  # fmt: skip
LIMITS = ListSheet("limits", Words("限值", "Limits"), {
    "point": Words("监测点编码", "code of point"), "factor": Words("因子编码", "factor"), "statistic": Words("均值", "mean over"), "low": Words("下限", "low"),
    "high": Words("上限", "high"), "unit": Words("单位", "unit"), "is_converted": Words("折算", "converted"), "document": Words("依据", "document"), "clause": Words("条款", "clause"),
    "valid_from": _FROM, "valid_to": Words("失效日", "until before"),
})  # fmt: skip
DEVICES = ListSheet("devices", Words("设备", "Devices"), {
    "mn": Words("MN", "MN"), "point": Words("监测点编码", "code of point"), "edition": Words("标准版本", "edition"), "checksum": Words("校验算法", "checksum"),
    "password": Words("访问密码（不填不变）", "password (empty: stays)"), "key": Words("SM4密钥（不填不变）", "SM4 key (empty: stays)"),
    **{name: Words(f"{one.name.zh}（{one.unit}）", f"{one.name.en} ({one.unit})") for name, one in SETTINGS.items()}, "is_retired": Words("停用", "retired"), "valid_from": _FROM,
})  # fmt: skip
SHEETS = (POINTS, LIMITS, DEVICES)
_NAMING = {"points": ("code",), "limits": ("point", "factor"), "devices": ("mn",)}
_NOTES = (
    Words("三张工作表：监测点、限值、设备。已登记的都在内；改动、增加的行上传后预检，未改的行不动。", "Three sheets: points, limits, devices. What is registered stands there; rows changed or added are looked at when uploaded, others stay."),
    Words(f"类别填：{'、'.join(one.value for one in PointKind)}；均值填：{'、'.join(one.value for one in Statistic)}；是否类填 是 或 否。", f"Kinds: {', '.join(one.words.en for one in PointKind)}; means: {', '.join(one.name.lower() for one in Statistic)}; yes or no."),
    Words("限值上下限都空表示自生效日起取消。无量纲（如 pH）单位填 1。", "A limit with both ends empty is none from that day on. Where there is no unit, as for pH, write 1."),
    Words(f"校验算法填：{'、'.join(Variant)}。密码和密钥不导出；不填则不变。", f"Checksums: {', '.join(Variant)}. Passwords and keys are never exported; left empty they stay."),
    Words("有一行未通过，整份清单都不登记；改好后重新上传。", "While one row is rejected nothing of the list is entered; mend it and upload again."),
)


class ListExpired(Refusal):
    """What was read is not what comes back, or is too old (预检已失效)."""

    def __init__(self) -> None:
        super().__init__(
            thing=Words("清单预检", "dry run of the list"), value="", rule=Words("已失效或不是您上传的", "has expired or is not yours"), remedy=Words("重新上传清单", "upload the list again")
        )


@dataclass(frozen=True, slots=True)
class RowReading:
    """A row of the list and what would become of it (清单行预检)."""

    row: ListRow
    change: Change
    entry: Entry | None
    faults: tuple[Fault, ...]

    @property
    def name(self) -> str:
        """What the row is about; of a limit also the factor."""
        return " ".join(filter(None, (self.row.cells.get(key, "") for key in _NAMING[self.row.sheet.key])))


@dataclass(frozen=True, slots=True)
class ListRun:
    """What a list would do (清单预检): nothing is entered yet; the ticket enters it."""

    name: str
    rows: tuple[RowReading, ...]
    ticket: str

    def of(self, *changes: Change) -> tuple[RowReading, ...]:
        """Return the rows with these changes."""
        return tuple(row for row in self.rows if row.change in changes)

    @property
    def rejected(self) -> tuple[RowReading, ...]:
        """The rows that cannot be taken."""
        return self.of(Change.REJECTED)

    @property
    def touched(self) -> tuple[RowReading, ...]:
        """The rows that would be entered."""
        return self.of(Change.ADDED, Change.CHANGED)

    @property
    def counts(self) -> Mapping[Words, int]:
        """How many rows of each change."""
        return {one.value: len(self.of(one)) for one in (Change.ADDED, Change.CHANGED, Change.UNCHANGED, Change.REJECTED)}


def template_of(*, who: Member, language: Language = "zh") -> bytes:
    """Return the list with what is registered for the organisations in a person's charge (下载清单); the taking out is sealed."""
    tree = tree_on(clock.today())
    points = [one for one in seen_points(who) if who.posts_over(Permission.MONITORING_MANAGE, one.organisation, tree)]
    codes = {one.code for one in points}
    rows = {
        "points": [_point_cells(one, language) for one in points], "limits": [_limit_cells(one, language) for one in limits_on() if one.point in codes],
        "devices": [_device_cells(one, language) for one in setups_on() if one.point in codes],
    }  # fmt: skip
    content = monitoring_workbook(SHEETS, rows, notes=_NOTES, told_on=clock.today(), language=language)
    record_export(what="monitoring/list", actor=reader_of(who, Permission.MONITORING_MANAGE), content={"points": len(points)}, is_simulated=any(one.is_simulated for one in points))
    return content


def _flag(value: object, language: Language) -> str:
    return (_YES if value else _NO).in_language(language)


def _point_cells(one: Point, language: Language) -> Cells:
    told = {name: _flag(value, language) if isinstance(value, bool) else str(value) for name, value in one.traits.items()}
    return told | {
        "code": one.code, "organisation": one.organisation, "kind": one.kind.words.in_language(language), "name_zh": one.name.zh, "name_en": one.name.en,
        "valid_from": one.valid_from.isoformat(), "is_closed": _flag(one.is_closed, language),
    }  # fmt: skip


def _limit_cells(one: Limit, language: Language) -> Cells:
    return {
        "point": one.point, "factor": one.factor, "statistic": one.statistic.value if language == "zh" else one.statistic.name.lower(), "low": "" if one.low is None else plain(one.low),
        "high": "" if one.high is None else plain(one.high), "unit": one.unit, "is_converted": _flag(one.is_converted, language), "document": one.document, "clause": one.clause,
        "valid_from": one.valid_from.isoformat(), "valid_to": one.valid_to.isoformat() if one.valid_to else "",
    }  # fmt: skip


def _device_cells(one: Setup, language: Language) -> Cells:
    return {name: str(value) for name, value in one.settings.items()} | {
        "mn": one.mn, "point": one.point, "edition": one.edition, "checksum": one.checksum, "is_retired": _flag(one.is_retired, language), "valid_from": one.valid_from.isoformat(),
    }  # fmt: skip


def try_list(*, name: str, content: bytes, who: Member) -> ListRun:
    """Read a list against the register and enter nothing (清单预检).

    Raises
    ------
    UnreadableWorkbook, InputRefused
        With what is wrong with the file as a whole.
    """
    if len(content) > LARGEST_FILE:
        raise InputRefused([Fault(Words("文件", "file"), name, Words("超过 2 MB", "is larger than 2 MB"), Words("分成几份上传", "upload it in parts"))])
    rows = _judged(read_monitoring_workbook(content, SHEETS, name=name), who)
    told = {"who": who.pk, "until": (clock.now() + _LASTS).isoformat(), "name": name, "content": base64.b64encode(content).decode("ascii")}
    return ListRun(name, tuple(rows), sealed(json.dumps(told), owner=_owner(who)))


def apply_list(*, ticket: str, reason: str, who: Member) -> tuple[int, int]:
    """Enter all of a list that was looked at (登记清单); returns the place of its link and how many rows.

    Raises
    ------
    ListExpired
        If the ticket is another's, or old.
    InputRefused
        If any row cannot be taken by now, or nothing would change.
    """
    run = _again(ticket, who)
    if run.rejected:
        raise InputRefused([fault for row in run.rejected for fault in row.faults][:50])
    entries = [row.entry for row in run.touched]
    if not entries:
        raise InputRefused([Fault(Words("清单", "list"), run.name, Words("没有要登记的内容", "has nothing to enter"), Words("改动后重新上传", "change it and upload again"))])
    return record(_entries(entries), who=who, reason=reason), len(entries)


def rejects_of(*, ticket: str, who: Member, language: Language = "zh") -> bytes:
    """Return the workbook of the rows that could not be taken (未通过清单)."""
    run = _again(ticket, who)

    def said(words: Words) -> str:
        return words.in_language(language)

    lines = [
        (said(row.row.place), row.name, said(fault.thing), fault.value, said(fault.rule), said(fault.remedy)) for row in run.rejected for fault in row.faults
    ]  # fmt: skip
    title = said(Words("监测清单未通过的行", "Rows of the list that could not be taken"))
    columns = columns_of("位置|对象|事项|原填|问题|改正办法", "place|thing|fact|as filled|what is wrong|what to do", language)
    sheet = WorkbookSheet(said(Words("未通过", "Rejected")), title, columns, lines)
    cover = Cover(said(Words("说明", "Notes")), [(title, said(_NOTES[-1]))])
    record_export(what="monitoring/list", actor=reader_of(who, Permission.MONITORING_MANAGE), content={"as": "rejects", "rows": len(lines)})
    return official_workbook(cover, [sheet], title=title, author="shuangkong", told_on=clock.today(), language=language)


def _owner(who: Member) -> str:
    return f"monitoring-list/{who.pk}"


def _again(ticket: str, who: Member) -> ListRun:
    try:
        told = json.loads(opened(ticket, owner=_owner(who)))
    except SecretUnreadable as wrong:
        raise ListExpired from wrong
    if clock.now() > datetime.fromisoformat(told["until"]):
        raise ListExpired
    return try_list(name=told["name"], content=base64.b64decode(told["content"]), who=who)


def _entries(some: list[Any]) -> Entries:
    return Entries(
        [one for one in some if isinstance(one, PointEntry)], [one for one in some if isinstance(one, LimitEntry)], [one for one in some if isinstance(one, DeviceEntry)]
    )


def _judged(rows: list[ListRow], who: Member) -> Iterator[RowReading]:
    read = [(row, *_entry_of(row)) for row in rows]
    held = _Held()
    fresh = [(row, entry, faults, held.change_of(entry) if entry else Change.REJECTED) for row, entry, faults in read]
    entries = _entries([entry for _, entry, _, change in fresh if entry is not None and change is not Change.UNCHANGED])
    homes, tree = homes_of(entries), tree_on(clock.today())
    found: dict[Words | None, list[Fault]] = {}
    for fault in faults_of(entries, homes):
        found.setdefault(fault.where, []).append(fault)
    in_list = {one.code: one.organisation for one in entries.points}
    for row, entry, faults, change in fresh:
        wrong = [*faults, *found.get(row.place, ())]
        home = _home_of(entry, homes, in_list)
        if entry is not None and home in tree and not who.posts_over(Permission.MONITORING_MANAGE, home, tree):
            wrong.append(Fault(Words("所属单位", "organisation"), home, Words("不在您的职责范围", "is not in your charge"), Words("由其所在县区或市级部门登记", "its county or an agency of the city enters it")).at(row.place))
        yield RowReading(row, Change.REJECTED if wrong else change, entry, tuple(wrong))


def _home_of(entry: Entry | None, homes: Mapping[str, str], in_list: Mapping[str, str]) -> str:
    if entry is None or isinstance(entry, PointEntry):
        return entry.organisation if entry else ""
    return homes.get(entry.point) or in_list.get(entry.point, "")


class _Held:
    """What the register says today."""

    def __init__(self) -> None:
        self.points = {one.code: one for one in points_on()}
        self.limits = {(one.point, one.factor, one.statistic, one.is_converted): one for one in limits_on()}
        self.devices = {one.mn: one for one in setups_on()}

    def change_of(self, entry: Entry) -> Change:
        """Tell whether an entry adds, changes or repeats what stands in the register."""
        if isinstance(entry, PointEntry):
            point = self.points.get(entry.code)
            same = point is not None and (point.name, dict(point.traits), point.is_closed, point.organisation, point.kind) == (entry.name, dict(entry.traits), entry.is_closed, entry.organisation, entry.kind)
            return _change(point, same=same and point is not None and point.valid_from == entry.valid_from)
        if isinstance(entry, LimitEntry):
            limit = self.limits.get((entry.point, entry.factor, entry.statistic, entry.is_converted))
            keys = ("low", "high", "unit", "document", "clause", "valid_from", "valid_to")
            return _change(limit, same=all(getattr(limit, key, None) == getattr(entry, key) for key in keys))
        device = self.devices.get(entry.mn)
        setup = ("point", "edition", "checksum", "settings", "is_retired", "valid_from")
        is_same = device is not None and all(getattr(device, key) == getattr(entry, key) for key in setup)
        return _change(device, same=is_same and (entry.password, entry.key) == (None, None))


def _change(held: object, *, same: bool) -> Change:
    return Change.ADDED if held is None else Change.UNCHANGED if same else Change.CHANGED


class _Reader:
    """Reads the cells of a row, keeping what is wrong."""

    def __init__(self, row: ListRow) -> None:
        self.row, self.faults = row, list(row.faults)

    def text(self, key: str) -> str:
        return self.row.cells.get(key, "")

    def _read(self, key: str, reading: Callable[[str], Any], rule: Words) -> Any:
        text = self.text(key)
        if not text or any(fault.thing == self.row.sheet.columns[key] for fault in self.row.faults):
            return None
        told = reading(text)
        if told is None:
            self.faults.append(Fault(self.row.sheet.columns[key], text, rule, Words("改正后重新上传", "correct it and upload again"), self.row.place))
        return told

    def member(self, key: str, kind: type[_E]) -> "_E | None":
        told = {text.lower(): one for one in kind for text in (one.name, str(one.value), getattr(one, "words", Words("", "")).en)}
        found: _E | None = self._read(key, lambda text: told.get(text.lower()), Words(f"应为 {'、'.join(str(one.value) for one in kind)} 之一", f"must be one of {', '.join(one.name.lower() for one in kind)}"))
        if found is None and not self.text(key):
            self.missing(key)
        return found

    def flag(self, key: str) -> bool:
        return bool(self._read(key, lambda text: {"是": True, "yes": True, "否": False, "no": False}.get(text.lower()), Words("应为 是 或 否", "must be yes or no")))

    def figure(self, key: str) -> Decimal | None:
        told: Decimal | None = self._read(key, number_in, Words("不是数", "is no number"))
        return told

    def day(self, key: str, *, is_needed: bool = False) -> date | None:
        told: date | None = self._read(key, _day, Words("应为日期，如 2024-03-01", "must be a day such as 2024-03-01"))
        if is_needed and told is None and not self.text(key):
            self.missing(key)
        return told

    def missing(self, key: str) -> None:
        self.faults.append(Fault(self.row.sheet.columns[key], "", Words("必填", "is needed"), Words("补填", "fill it in"), self.row.place))


def _day(text: str) -> date | None:
    try:
        return day_named(text)
    except InputRefused:
        return None


def _entry_of(row: ListRow) -> tuple[Entry | None, list[Fault]]:
    reader = _Reader(row)
    entry = {"points": _point_of, "limits": _limit_of, "devices": _device_of}[row.sheet.key](reader)
    return (None if reader.faults else entry), reader.faults


def _point_of(told: _Reader) -> PointEntry | None:
    kind, day = told.member("kind", PointKind), told.day("valid_from", is_needed=True)
    traits: dict[str, Any] = {}
    for name, trait in TRAITS.items():
        if trait.kind is TraitKind.FLAG:
            traits |= {name: True} if told.flag(name) else {}
        elif trait.kind is TraitKind.DAY:
            traits |= {name: held.isoformat()} if (held := told.day(name)) else {}
        elif told.text(name):
            traits[name] = told.text(name)
    is_closed = told.flag("is_closed")
    if kind is None or day is None:
        return None
    zh = told.text("name_zh")
    return PointEntry(
        code=told.text("code"), organisation=told.text("organisation"), kind=kind, name=Words(zh, told.text("name_en") or zh), valid_from=day, traits=traits, is_closed=is_closed,
        where=told.row.place,
    )  # fmt: skip


def _limit_of(told: _Reader) -> LimitEntry | None:
    statistic, day, low, high = told.member("statistic", Statistic), told.day("valid_from", is_needed=True), told.figure("low"), told.figure("high")
    valid_to, is_converted = told.day("valid_to"), told.flag("is_converted")
    if statistic is None or day is None:
        return None
    return LimitEntry(
        point=told.text("point"), factor=told.text("factor"), statistic=statistic, low=low, high=high, unit=told.text("unit"), is_converted=is_converted,
        document=told.text("document"), clause=told.text("clause"), valid_from=day, valid_to=valid_to, where=told.row.place,
    )  # fmt: skip


def _device_of(told: _Reader) -> DeviceEntry | None:
    checksum, day = told.member("checksum", Variant), told.day("valid_from", is_needed=True)
    settings = {name: int(figure) for name in SETTINGS if (figure := told.figure(name)) is not None}
    is_retired = told.flag("is_retired")
    if checksum is None or day is None:
        return None
    return DeviceEntry(
        mn=told.text("mn"), point=told.text("point"), edition=told.text("edition"), checksum=checksum, valid_from=day, settings=settings, is_retired=is_retired,
        password=told.text("password") or None, key=told.text("key") or None, where=told.row.place,
    )  # fmt: skip
