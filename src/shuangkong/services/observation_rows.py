"""Turns a file of figures, long or wide, table or structured, into rows that each hold one figure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from shuangkong.indicators.declaration import Element
from shuangkong.kernel.faults import Fault, InputRefused
from shuangkong.kernel.language import Words
from shuangkong.kernel.text import narrow
from shuangkong.kernel.units import UnknownUnit, unit
from shuangkong.services.documents.structured import UnreadableFile, read_structured
from shuangkong.services.documents.tabular import Column, Row, read_header, read_table, row_place

LONG_COLUMNS = (
    Column("element", Words("指标", "element"), ("数据元素", "元素", "指标要素", "指标名称", "指标代码", "要素")),
    Column("org", Words("单位名称", "org"), ("县区", "地区", "单位", "组织", "jurisdiction", "organisation", "organization", "region")),
    Column("period", Words("时期", "period"), ("年份", "年度", "期间", "时间", "year")),
    Column("value", Words("数值", "value"), ("数据", "指标值", "figure"), numeric=True),
    Column("unit", Words("计量单位", "unit"), required=False),
    Column("grade", Words("数据等级", "grade"), ("等级",), required=False),
    Column("source", Words("数据来源", "source"), ("来源", "出处"), required=False),
    Column("reported_by", Words("填报单位", "reported_by"), ("填报人", "填报岗位"), required=False),
    Column("approved_by", Words("审核单位", "approved_by"), ("审核人", "审核岗位"), required=False),
    Column("recorded_at", Words("记录时间", "recorded_at"), ("填报时间", "上报时间"), required=False),
    Column("note", Words("备注", "note"), ("说明",), required=False),
)
WIDE_COLUMNS = tuple(column for column in LONG_COLUMNS if column.key not in ("element", "value", "unit"))
_STRUCTURED = (".yaml", ".yml", ".json")
_UNIT_IN_HEADER = re.compile(r"(?P<name>.+?)\s*[（(\[](?P<unit>[^（()）\[\]]+)[）)\]]")


@dataclass(frozen=True, slots=True)
class GivenRow:
    """One figure as given (一个数): its cells as text by the keys of the long form, and where it stands."""

    cells: Mapping[str, str]
    place: Words

    def text(self, key: str) -> str:
        """Return the cell, empty when not given."""
        return self.cells.get(key, "")


@dataclass(slots=True)
class GivenRows:
    """The rows of a file (待读各行), with the notices and faults met on the way."""

    rows: list[GivenRow] = field(default_factory=list)
    notices: list[Words] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def spellings(elements: Mapping[str, Element]) -> dict[str, str]:
    """Return what elements are called in tables → their code; codes before names before aliases.

    Names and aliases are matched without regard to width, case and blanks.
    """
    known: dict[str, str] = {}
    for say in (lambda one: (one.code,), lambda one: one.name, lambda one: one.aliases):
        for element in elements.values():
            for spelling in say(element):
                known.setdefault(folded(spelling), element.code)
    return known


def folded(text: str) -> str:
    """Return a spelling as it is compared."""
    return re.sub(r"\s", "", narrow(text)).casefold()


def rows_of(path: Path, *, elements: Mapping[str, Element]) -> GivenRows:
    """Read a file into one row per figure (读入各行).

    Raises
    ------
    InputRefused
        If the file or its header cannot be read at all; faults of single rows are carried along.
    """
    if path.suffix.lower() in _STRUCTURED:
        return _structured(path, elements)
    header = read_header(path)
    known = spellings(elements)
    if _is_long(header):
        return _long(path)
    return _wide(path, header, known, elements)


def _is_long(header: tuple[str, ...]) -> bool:
    heads = {folded(name) for name in LONG_COLUMNS[0].headers()}
    return any(folded(cell) in heads for cell in header)


def _long(path: Path) -> GivenRows:
    table = read_table(path, columns=LONG_COLUMNS)
    given = GivenRows(notices=list(table.notices), faults=list(table.faults))
    blank = 0
    for row in table.rows:
        if row["value"] or row["note"]:
            given.rows.append(GivenRow(row.cells, row.place))
        else:
            blank += 1
    if blank:
        given.notices.append(Words(f"{blank} 行未填数值，跳过", f"{blank} rows without a figure are skipped"))
    return given


def _wide(path: Path, header: tuple[str, ...], known: Mapping[str, str], elements: Mapping[str, Element]) -> GivenRows:
    if sum(map(bool, header)) == 1:
        raise InputRefused([_title_row(next(filter(None, header)))])
    plain_heads = {folded(name) for column in WIDE_COLUMNS for name in column.headers()}
    columns: dict[str, tuple[str, str]] = {}
    faults: list[Fault] = []
    for printed in header:
        if not printed or folded(printed) in plain_heads:
            continue
        found = _element_in_header(printed, known)
        if found is None:
            faults.append(_unknown_head(printed, elements))
        else:
            columns[printed] = found
    if faults or not columns:
        raise InputRefused(faults or [_unknown_head(",".join(header), elements)])
    wanted = [*WIDE_COLUMNS, *(Column(printed, Words(printed, printed), numeric=True) for printed in columns)]
    table = read_table(path, columns=wanted)
    given = GivenRows(notices=list(table.notices), faults=list(table.faults))
    for row in table.rows:
        given.rows.extend(_spread(row, columns))
    return given


def _title_row(printed: str) -> Fault:
    return Fault(
        Words("表头", "header"), printed, Words("只有一格，不是列名", "is one cell, not the names of columns"),
        Words("删去标题行，第一行写列名", "remove the title; name the columns in the first row"), row_place(1),
    )  # fmt: skip


def _spread(row: Row, columns: Mapping[str, tuple[str, str]]) -> Iterator[GivenRow]:
    shared = {column.key: row[column.key] for column in WIDE_COLUMNS if column.key != "note"}
    for printed, (code, symbol) in columns.items():
        if row[printed]:
            place = Words(f"{row.place.zh}“{printed}”列", f"{row.place.en}, column {printed}")
            yield GivenRow({**shared, "element": code, "value": row[printed], "unit": symbol, "note": row["note"]}, place)


def _element_in_header(printed: str, known: Mapping[str, str]) -> tuple[str, str] | None:
    """Return code and unit of a head such as 能源消费总量（万吨标准煤）; the unit is empty where none is printed."""
    if folded(printed) in known:
        return known[folded(printed)], ""
    parted = _UNIT_IN_HEADER.fullmatch(printed.strip())
    if parted is None or folded(parted["name"]) not in known:
        return None
    try:
        return known[folded(parted["name"])], str(unit(parted["unit"]))
    except UnknownUnit:
        return known[folded(parted["name"])], parted["unit"]


def _structured(path: Path, elements: Mapping[str, Element]) -> GivenRows:
    document = read_structured(path)
    if isinstance(document, Mapping) and isinstance(document.get("observations"), list):
        document = document["observations"]
    if not isinstance(document, list) or not document:
        raise UnreadableFile(path, Words("不是观测值的列表", "is not a list of observations"))
    known, given = spellings(elements), GivenRows()
    keys = {folded(name): column.key for column in LONG_COLUMNS for name in column.headers()}
    for number, entry in enumerate(document, 1):
        place = Words(f"第{number}项", f"item {number}")
        if not isinstance(entry, Mapping):
            rule = Words("不是键值对", "is not a mapping")
            given.faults.append(Fault(Words("观测值", "observation"), str(entry), rule, _KEYS_REMEDY, place))
            continue
        _structured_entry(entry, place, keys, known, elements, given)
    return given


_KEYS_REMEDY = Words("写成 {element, org, period, value, unit}", "write {element, org, period, value, unit}")


def _structured_entry(
    entry: Mapping[Any, Any], place: Words, keys: Mapping[str, str], known: Mapping[str, str],
    elements: Mapping[str, Element], given: GivenRows,
) -> None:  # fmt: skip
    cells: dict[str, str] = {}
    figures: dict[str, tuple[str, str, str]] = {}
    for printed, raw in entry.items():
        key = keys.get(folded(str(printed)))
        if key is not None:
            cells[key] = "" if raw is None else str(raw)
            continue
        found = _element_in_header(str(printed), known)
        if found is None:
            given.faults.append(_unknown_head(str(printed), elements).at(place))
        elif raw is not None:
            figures[str(printed)] = (*found, str(raw))
    if "element" in cells:
        given.rows.append(GivenRow(cells, place))
    for printed, (code, symbol, figure) in figures.items():
        told = Words(f"{place.zh} {printed}", f"{place.en} {printed}")
        given.rows.append(GivenRow({**cells, "element": code, "unit": symbol, "value": figure}, told))
    if "element" not in cells and not figures:
        rule = Words("没有指标", "names no element")
        given.faults.append(Fault(Words("观测值", "observation"), str(dict(entry)), rule, _KEYS_REMEDY, place))


def _unknown_head(printed: str, elements: Mapping[str, Element]) -> Fault:
    near = near_misses(printed, elements)
    return Fault(
        Words("列名", "column"), printed, Words("不是指标，也不是本表的列", "is neither an element nor a column of this table"),
        Words(f"是否为 {near}", f"perhaps {near}") if near else Words("改为指标代码或名称", "use the code or name of an element"), row_place(1),
    )  # fmt: skip


def near_misses(text: str, elements: Mapping[str, Element]) -> str:
    """Return the element names and codes nearest to a text, empty when none is near."""
    named = [spelling for one in elements.values() for spelling in (one.name.zh, one.code, *one.aliases)]
    return "、".join(get_close_matches(text, named, n=3, cutoff=0.5))
