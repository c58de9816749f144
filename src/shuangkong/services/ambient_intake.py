"""Figures of air and water that are handed over (环境质量数据导入): a table or a JSON list, looked at row by row, brought in whole or not at all.

What is handed over is sealed as it came; the rows of the lake carry the moment of that act, and lead back to who reported them. The same again
changes nothing, another figure is a correction and the earlier one stays.
"""

import base64
import csv
import io
import json
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.db import transaction

from shuangkong.access.roles import Permission
from shuangkong.evidence.act import ActKind
from shuangkong.kernel.faults import Fault, InputRefused, Refusal
from shuangkong.kernel.language import Language, Words
from shuangkong.kernel.period import CHINA_STANDARD_TIME
from shuangkong.kernel.text import number_in
from shuangkong.lake.intake import bring_in
from shuangkong.lake.readings import Merged, Reading
from shuangkong.rules import at
from shuangkong.services import clock
from shuangkong.services.ambient_factors import (
    AIR_CODES,
    AIR_NAMES,
    BELOW,
    HOUR,
    LAB,
    WATER_CODES,
    air_unit,
    water_name,
    water_unit,
)
from shuangkong.services.chain import Actor, record_export, seal
from shuangkong.services.documents.tabular import Column, read_table
from shuangkong.services.monitoring_kinds import PointKind
from shuangkong.services.monitoring_points import Point, points_on
from shuangkong.services.organisations import Tree, tree_on
from shuangkong.services.people import Member, NotPermitted, reader_of
from shuangkong.services.readings import conventions_on, open_lake
from shuangkong.services.sealed_secret import SecretUnreadable, opened, sealed

SUBJECT = "ambient/"
LARGEST_FILE = 2 * 1024 * 1024
ROWS_MOST = 20_000
KINDS = (PointKind.RIVER_SECTION, PointKind.WATER_SOURCE, PointKind.AIR_STATION)
_LASTS = timedelta(hours=8)
_REASON = "导入环境质量监测数据"
_MONTH = re.compile(r"(\d{4})[-/.年](\d{1,2})月?")
_MOMENT = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]+(\d{1,2})(?::(\d{2})|时)(?::\d{2})?)?")
_MOST = Decimal(10) ** 9
_KNOWN_ON = date(2024, 1, 1)


class ImportExpired(Refusal):
    """What was looked at is not what comes back, or is too old (预检已失效)."""

    def __init__(self) -> None:
        super().__init__(
            thing=Words("导入预检", "dry run"), value="", rule=Words("已失效或不是您上传的", "has expired or is not yours"), remedy=Words("重新上传文件", "upload the file again")
        )


class ToldRow(NamedTuple):
    """A row as it was handed over (导入行): where it stands, the point, the time, and texts by item."""

    place: Words
    point: str
    time: str
    figures: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RowLooked:
    """A row that was looked at (行预检)."""

    row: ToldRow
    readings: tuple[Reading, ...]
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class ImportRun:
    """What a file would bring (导入预检); nothing is written yet, the ticket brings it in."""

    name: str
    rows: tuple[RowLooked, ...]
    ticket: str = ""

    @property
    def rejected(self) -> tuple[RowLooked, ...]:
        """The rows that cannot be taken."""
        return tuple(row for row in self.rows if row.faults)

    @property
    def readings(self) -> tuple[Reading, ...]:
        """The figures of the others."""
        return tuple(one for row in self.rows if not row.faults for one in row.readings)

    @property
    def points(self) -> tuple[str, ...]:
        """The points they are of."""
        return tuple(sorted({one.point for one in self.readings}))


def columns() -> tuple[Column, ...]:
    """Return the columns of the table: point, time, and every item of water and air (导入列)."""
    water = tuple(
        Column(item, Words(f"{name.zh}（{water_unit(item)}）" if water_unit(item) else name.zh, item), (name.zh, code), required=False)
        for item, code in WATER_CODES.items() for name in (water_name(item, _KNOWN_ON),)
    )  # fmt: skip
    air = tuple(Column(item, Words(f"{name.zh}（{air_unit(item)}）", item), (name.zh, name.en, AIR_CODES[item]), required=False) for item, name in AIR_NAMES.items())
    return (
        Column("point", Words("监测点", "point"), ("监测点编码", "断面", "断面名称", "水源地", "站点", "站点编码", "点位名称", "code")),
        Column("time", Words("时间", "time"), ("监测时间", "年月", "月份", "采样日期", "日期", "ts")), *water, *air,
    )  # fmt: skip


def try_import(*, name: str, content: bytes, who: Member) -> ImportRun:
    """Look at a table row by row and write nothing (导入预检).

    Raises
    ------
    InputRefused
        With what is wrong with the file as a whole.
    """
    if len(content) > LARGEST_FILE:
        raise InputRefused([Fault(Words("文件", "file"), name, Words("超过 2 MB", "is larger than 2 MB"), Words("分月上传", "upload it month by month"))])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / (Path(name).name or "table.csv")
        path.write_bytes(content)
        table = read_table(path, columns=columns())
    items = [column for column in table.columns if column not in ("point", "time")]
    rows = [ToldRow(row.place, row["point"], row["time"], {item: row[item] for item in items if row[item]}) for row in table.rows]
    broken: dict[Words | None, list[Fault]] = {}
    for fault in table.faults:
        broken.setdefault(fault.where, []).append(fault)
    looked = tuple(RowLooked(one.row, one.readings, (*broken.get(one.row.place, ()), *one.faults)) for one in look_at(rows, who=who))
    told = {"who": who.pk, "until": (clock.now() + _LASTS).isoformat(), "name": name, "content": base64.b64encode(content).decode("ascii")}
    return ImportRun(name, looked, sealed(json.dumps(told), owner=_owner(who)))


def apply_import(*, ticket: str, who: Member, reason: str = "") -> tuple[int, Merged]:
    """Bring in all that was looked at (导入); returns the place of its link and what became of the figures.

    Raises
    ------
    ImportExpired
        If the ticket is another's, or old.
    InputRefused
        If any row cannot be taken.
    """
    try:
        told = json.loads(opened(ticket, owner=_owner(who)))
    except (SecretUnreadable, ValueError) as wrong:
        raise ImportExpired from wrong
    if clock.now() > datetime.fromisoformat(told["until"]):
        raise ImportExpired
    content = base64.b64decode(told["content"])
    return _enter(try_import(name=told["name"], content=content, who=who), content=content, who=who, reason=reason)


def import_rows(rows: Sequence[ToldRow], *, content: bytes, name: str, who: Member, reason: str = "") -> tuple[int, Merged]:
    """Bring in rows that a machine hands over, all or none (接口导入); raise as `apply_import`."""
    if len(rows) > ROWS_MOST:
        raise InputRefused([Fault(Words("行数", "rows"), str(len(rows)), Words(f"超过 {ROWS_MOST}", f"are more than {ROWS_MOST}"), Words("分批发送", "send them in parts"))])
    return _enter(ImportRun(name, tuple(look_at(rows, who=who))), content=content, who=who, reason=reason)


def _enter(run: ImportRun, *, content: bytes, who: Member, reason: str) -> tuple[int, Merged]:
    if run.rejected:
        raise InputRefused([fault for row in run.rejected for fault in row.faults][:50])
    if not run.readings:
        raise InputRefused([Fault(Words("文件", "file"), run.name, Words("没有数据行", "has no rows"), Words("填好后上传", "fill it in and upload it"))])
    points = {one.code: one for one in points_on(point__code__in=list(run.points))}
    actor = _actor(who, {one.organisation for one in points.values()}, tree_on(clock.today()))
    return bring_in_sealed(run.readings, content=content, name=run.name, actor=actor, reason=reason, is_simulated=any(one.is_simulated for one in points.values()))


def bring_in_sealed(readings: Sequence[Reading], *, content: bytes, name: str, actor: Actor, reason: str, is_simulated: bool) -> tuple[int, Merged]:
    """Seal what was handed over as it came, and bring its figures into the lake under the moment of that act (存证并入湖)."""
    with transaction.atomic():
        act = seal(kind=ActKind.MONITORING_CHANGE, subject=SUBJECT + name[:80], content=content, actor=actor, reason=reason.strip()[:200] or _REASON, is_simulated=is_simulated)
        lake = open_lake(Path(settings.DATA), conventions=conventions_on(clock.today()))
        merged = bring_in(lake, readings, now=act.recorded_at, origin=f"ambient:{act.link}")
    return act.link, merged


def _actor(who: Member, organisations: Iterable[str], tree: Tree) -> Actor:
    held = [who.posts_over(Permission.MONITORING_REPORT, one, tree) for one in organisations]
    posts = [post for post in held[0] if all(post in others for others in held)] if held else []
    if not posts:
        raise NotPermitted(Permission.MONITORING_REPORT)
    return Actor(who.pk, who.full_name, posts[0].role, posts[0].organisation, posts[0].stands_in_for)


def _owner(who: Member) -> str:
    return f"ambient-import/{who.pk}"


def look_at(rows: Iterable[ToldRow], *, who: Member) -> Iterator[RowLooked]:
    """Yield each row with the readings it makes and what is wrong with it (逐行校验)."""
    points = [one for one in points_on(point__kind__in=[kind.name for kind in KINDS]) if not one.is_closed]
    known = {name: one for one in points for name in (one.name.zh, one.code)}
    tree, seen = tree_on(clock.today()), set[tuple[str, str]]()
    for row in rows:
        point, wrong = known.get(row.point.strip()), list[Fault]()
        if point is None:
            wrong.append(Fault(Words("监测点", "point"), row.point, Words("没有登记为断面、水源地或空气站", "is no registered section, source or air station"), Words("填写编码或全名，或先登记", "give its code or full name, or register it")))
        elif point.organisation in tree and not who.posts_over(Permission.MONITORING_REPORT, point.organisation, tree):
            wrong.append(Fault(Words("监测点", "point"), row.point, Words("不在您的职责范围", "is not in your charge"), Words("由其所在县区或市级部门填报", "its county or an agency of the city reports it")))
        readings: list[Reading] = []
        if point is not None:
            readings, faults = readings_of_row(row, point, now=clock.now())
            wrong += faults
            key = (point.code, readings[0].ts if readings else row.time)
            if key in seen:
                wrong.append(Fault(Words("监测点和时间", "point and time"), f"{row.point} {row.time}", Words("文件中重复", "stands in the file twice"), Words("只留一行", "keep one row")))
            seen.add(key)
        yield RowLooked(row, tuple(readings), tuple(one.at(row.place) for one in wrong))


def readings_of_row(row: ToldRow, point: Point, *, now: datetime) -> tuple[list[Reading], list[Fault]]:
    """Return what a row says of a point, and what is wrong with it (行解析): a month or a day is a laboratory's, an hour a station's."""
    told = _time(row.time)
    wrong: list[Fault] = []
    is_air = point.kind is PointKind.AIR_STATION
    if told is None:
        wrong.append(Fault(Words("时间", "time"), row.time, Words("无法识别", "cannot be read"), Words("水质写 2024-03 或 2024-03-05，小时值写 2024-03-05 08:00", "write 2024-03 or 2024-03-05 for water, 2024-03-05 08:00 for an hour")))
    elif told[0] > now.astimezone(CHINA_STANDARD_TIME).replace(tzinfo=None):
        wrong.append(Fault(Words("时间", "time"), row.time, Words("尚未到来", "is still to come"), Words("核对时间", "check it")))
    elif is_air and not told[1]:
        wrong.append(Fault(Words("时间", "time"), row.time, Words("空气站须按小时", "air is told by the hour"), Words("写成 2024-03-05 08:00；日均由系统计算", "write 2024-03-05 08:00; days are worked out here")))
    codes, readings = AIR_CODES if is_air else WATER_CODES, []
    if not row.figures:
        wrong.append(Fault(Words("数值", "figures"), "", Words("整行没有数值", "the row has none"), Words("填写至少一项，或删去该行", "give one at least, or leave the row out")))
    for item, text in row.figures.items():
        found = figure_of(text, day=told[0].date() if told else now.date())
        rule = _broken(item, found[0] if found else None, is_here=item in codes)
        if rule is not None:
            wrong.append(Fault(AIR_NAMES.get(item) or water_name(item, _KNOWN_ON), text, rule, Words("核对后改正", "check and correct it")))
        elif told is not None and found is not None:
            readings.append(Reading(point.code, codes[item], HOUR if told[1] else LAB, told[0].isoformat(sep=" "), format(found[0], "f"), found[1]))
    return readings, wrong


def _broken(item: str, figure: Decimal | None, *, is_here: bool) -> Words | None:
    if not is_here:
        return Words("不是这类监测点的项目", "is not measured at such a point")
    if figure is None:
        return Words("不是数（未检出写 0.05L）", "is no number (below detection: 0.05L)")
    if figure < 0 and item != "TEMPERATURE":
        return Words("小于零", "is below zero")
    if figure >= _MOST or int(figure.as_tuple().exponent) < -6:
        return Words("超出 9 位整数、6 位小数", "has more than 9 integer or 6 decimal digits")
    return Words("pH 应在 0～14 之间", "must be from 0 to 14") if item == "pH" and figure > 14 else None


def figure_of(text: str, *, day: date) -> tuple[Decimal, str] | None:
    """Return a figure and its flag (读数值): below detection, written `0.05L` or `<0.05`, it counts by the share of the limit that the rule gives.

    Examples
    --------
    >>> figure_of("0.05L", day=date(2024, 1, 1)), figure_of("7.2", day=date(2024, 1, 1)), figure_of("没测", day=date(2024, 1, 1))
    ((Decimal('0.025'), 'L'), (Decimal('7.2'), ''), None)
    """
    told = text.strip().replace("＜", "<")
    is_below = told.startswith("<") or told[-1:] in ("L", "l")
    figure = number_in(told.strip("<Ll "))
    if figure is None:
        return None
    if not is_below:
        return figure, ""
    return figure * at(day).get("pollution.ambient.surface_water.below_detection_share").number, BELOW


def _time(text: str) -> tuple[datetime, bool] | None:
    """Return the moment a text says, and whether it says an hour."""
    told = text.strip()
    month = _MONTH.fullmatch(told)
    if month:
        first = _moment_of(month[1], month[2], "1")
        return (first, False) if first else None
    found = moment_in(told)
    return (found.replace(minute=0, second=0), ":" in told or "时" in told) if found else None


def moment_in(text: str) -> datetime | None:
    """Return a day or moment as people and Excel write it (读时刻), None for what is none; naive China Standard Time.

    Examples
    --------
    >>> moment_in("2024/3/5 8:30"), moment_in("2024年3月5日"), moment_in("2024-02-30")
    (datetime.datetime(2024, 3, 5, 8, 30), datetime.datetime(2024, 3, 5, 0, 0), None)
    """
    found = _MOMENT.fullmatch(text.strip())
    return _moment_of(*(found[number] or "0" for number in range(1, 6))) if found else None


def _moment_of(*parts: str) -> datetime | None:
    try:
        return datetime(*map(int, parts))  # type: ignore[arg-type]  # noqa: DTZ001  # as the lake has it
    except ValueError:
        return None


def template_of(*, who: Member, language: Language = "zh") -> bytes:
    """Return the table to fill in, with the sections and sources in a person's charge (下载模板); the taking out is sealed."""
    tree = tree_on(clock.today())
    waters = points_on(point__kind__in=[kind.name for kind in KINDS if kind is not PointKind.AIR_STATION])
    mine = [one for one in waters if not one.is_closed and one.organisation in tree and who.posts_over(Permission.MONITORING_REPORT, one.organisation, tree)]
    head = [one for one in columns() if one.key in ("point", "time") or one.key in WATER_CODES]
    text = io.StringIO()
    csv.writer(text).writerows([[one.name.in_language(language) for one in head], *([one.code, *[""] * (len(head) - 1)] for one in mine)])
    record_export(what="ambient/template", actor=reader_of(who, Permission.MONITORING_REPORT), content={"points": len(mine)}, is_simulated=any(one.is_simulated for one in mine))
    return text.getvalue().encode("utf-8-sig")
