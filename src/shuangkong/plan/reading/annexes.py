"""Tables of targets: one indicator for many places, many indicators with base and target columns, or both."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from shuangkong.plan.reading.draft import DraftTarget
from shuangkong.plan.reading.layout import Table
from shuangkong.plan.reading.sentences import Horizon
from shuangkong.plan.reading.words import LOWER_IS_BETTER, POLLUTANTS

_NUMBER = re.compile(
    r"^(?P<open>\[)?(?P<bound>[<>≤≥]=?|不低于|不高于|不超过|大于|小于|约|超过|低于|高于)?(?P<figure>-?\d[\d,\u066c]*(?:\.\d+)?)(?:[—~\-](?P<high>\d+(?:\.\d+)?))?(?P<unit>%|‰|个?百分点|[^\]\d以左上下（）年月日]*?)(?P<close>\])?(?P<tail>以上|及以上|以下|以内|左右|上下)?(?:（(?P<paren>[^）]*)）)?$"
)
_BOUNDS = {"<": "<", "小于": "<", "低于": "<", ">": ">", "大于": ">", "超过": ">", "高于": ">", "≤": "<=", "<=": "<=", "不高于": "<=", "不超过": "<=", "≥": ">=", ">=": ">=", "不低于": ">=", "约": "~="}
_TAILS = {"以上": ">=", "及以上": ">=", "以下": "<=", "以内": "<=", "左右": "~=", "上下": "~="}
# A row lacks at most its number, its field and its place.
MERGED_LIMIT = 3
_SQUARE = str.maketrans("〔〕【】［］", "[][][]")
_YEAR = re.compile(r"(20\d\d)年?")
_UNIT_IN_HEADER = re.compile(r"（(?:单位：)?(?P<unit>[^（）]*(?:%|吨|公里|千瓦|时|个|家|克|米|亩|百分点|元|户|辆|台|座|‰)[^（）]*)）")
_TABLE_UNIT = re.compile(r"单位：(?P<units>[^）)；。]+)")
_IN_PER_CENT = re.compile(r"[率比]$|比例|比重|占比|下降|降低|降幅|提高|覆盖|份额")
_PLACE_HEADER = re.compile(r"^(?:各)?(?:县区|区县|县市区|县（市、区）|县（区）|区（县）|县（市）区|市县|地区|区域|行政区划?|市州|州市|地市|盟市|各地|城市|市|县|区|辖区|设区市|省辖市|地方|县市|乡镇|街道|乡镇（街道）|镇（街道）|园区|企业名称|单位名称|责任区域|行政区域|市（州）|市（地）|各市|旗县区)$")
_NAME_HEADER = re.compile(r"指标|名称|项目|目标名称|内容|领域指标|任务")
_SKIP_HEADER = re.compile(r"^(?:序号|编号|责任|牵头|配合|备注|说明|类别|分类|领域|行业|类型$)")
_NATURE_HEADER = re.compile(r"属性|性质|指标类型")
_BASE_HEADER = re.compile(r"实际|基数|基期|基准|现状|完成值|基础值")
_CHANGE_HEADER = re.compile(r"变化|年均|累计|增幅|增速|变幅|\[")
_BESIDE_THE_POINT = re.compile("投资|资金|金额|经费|时限|时间|期限|联系|电话")
_CAPPED = re.compile("控制(?:目标|指标|总量|量|数|值)|上限")
_TARGET_HEADER = re.compile("目标|任务|计划|规划|要求|预期|指标值|到")
_TONNAGE = re.compile("(?:重点工程)?(?:减排|削减|排放)(?:总)?量")
_FALLING = re.compile(r"下降|降低|减少|削减|减排|压减|降幅|节能")
# A figure of these is none that an earlier level could be compared with.
_ANOTHER_THING = re.compile(r"下降|降低|减少|削减|减排|压减|降幅|增量|新增")
_FORM_OF_FIGURE = re.compile(r"20\d\d年?|（[^（）]*）|实际|基数|基期|基准|现状|完成|目标|指标|规划|计划|任务|要求|预期|控制|值|数$")
_TOTALS = re.compile(r"^(?:全[市省县区州]|合计|总计|全[市省]合计)$")


@dataclass(slots=True)
class Column:
    """What a column holds (列的含义): role, header text, year and unit named in the header."""

    role: str
    header: str
    year: int | None = None
    unit: str = ""


def read_table(table: Table, *, clause: str, horizon: Horizon, whole_scope: str) -> list[DraftTarget]:
    """Return the targets of a table (附表识别).

    Parameters
    ----------
    table : Table
        Rows of cells as laid out, header rows first.
    clause : str
        Where the table stands: 附件1, or the number of a clause.
    """
    rows = [[re.sub(r"\s", "", cell).translate(_SQUARE) for cell in row] for row in table.rows]
    count = _header_rows(rows)
    columns = _columns(rows[:count], horizon)
    if not any(column.role == "place" for column in columns):
        for column in columns:
            if column.role == "target" and column.year is None and not _TARGET_HEADER.search(column.header):
                column.role = "skip"
    if not any(column.role == "target" for column in columns) and not any(column.role == "change" for column in columns):
        return []
    captions = table.title + "".join(row[0] for row in rows[:count] if len(row) == 1)
    general = _TABLE_UNIT.search(captions)
    table_units = re.split("[、，,和及]", general["units"]) if general else []
    reader = _Rows(columns, clause, _indicator_of_title(table.title), table_units, horizon, whole_scope)
    return [target for row in rows[count:] if len([cell for cell in row if cell]) > 1 for target in reader.targets(_aligned(row, columns))]


def _aligned(row: list[str], columns: Sequence[Column]) -> list[str]:
    """A cell merged with the one above or beside it is lost when a table is copied: shift the row to where its figures fit."""
    missing = min(len(columns) - len(row), MERGED_LIMIT)
    shifted = [[""] * blanks + row for blanks in range(missing + 1)]
    return max(shifted, key=lambda cells: sum(map(_fits, columns, cells)), default=row)


def _fits(column: Column, cell: str) -> int:
    is_figure = bool(_NUMBER.match(cell))
    if not cell or column.role == "skip":
        return 0
    return 1 if is_figure == (column.role in {"base", "target", "change"}) else -1


def _header_rows(rows: Sequence[Sequence[str]]) -> int:
    """Return how many rows are header: those before the first that names something and has a number."""
    for place, row in enumerate(rows):
        filled = [cell for cell in row if cell]
        if place and len(filled) == 1 and not filled[0].startswith("单位") and place + 1 < len(rows) and _is_data(rows[place + 1]):
            return place
        if _is_data(row):
            return place
    return len(rows)


def _is_data(row: Sequence[str]) -> bool:
    return any(cell and _NUMBER.match(cell) and not re.fullmatch(r"20\d\d年?", cell) for cell in row[1:])


def _columns(header: Sequence[Sequence[str]], horizon: Horizon) -> list[Column]:
    """Merge header rows: an empty cell below takes its header from above, also from the spanning one to its left."""
    lines = [list(row) for row in header if len(row) > 1]
    if not lines:
        return []
    width = max(len(line) for line in lines)
    spanned = len(lines) > 1
    texts = [""] * width
    for depth, line in enumerate(lines):
        carried = ""
        for place in range(width):
            cell = line[place].strip("-—/") if place < len(line) else ""
            if cell:
                carried = cell
            elif depth + 1 < len(lines) and spanned and place < width and place < len(lines[depth + 1]) and lines[depth + 1][place]:
                cell = carried
            texts[place] += cell if cell not in texts[place] or not cell else ""
    return [_column(text, place, horizon) for place, text in enumerate(texts)]


def _column(text: str, place: int, horizon: Horizon) -> Column:
    unit = _UNIT_IN_HEADER.search(text)
    named = _YEAR.findall(text)
    year = int(named[-1]) if named else None
    column = Column("", text, year, unit["unit"] if unit else "")
    bare = re.sub(r"（[^）]*）$", "", text)
    if _NATURE_HEADER.search(bare):
        column.role = "nature"
    elif _PLACE_HEADER.match(text) or _PLACE_HEADER.match(bare):
        column.role = "place"
    elif bare in {"单位", "计量单位", "指标单位"}:
        column.role = "place" if place == 0 else "unit"
    elif _SKIP_HEADER.match(bare) or _BESIDE_THE_POINT.search(bare):
        column.role = "skip"
    elif (year is not None and horizon.base is not None and year <= horizon.base) or (_BASE_HEADER.search(bare) and "目标" not in bare):
        column.role = "base"
    elif _CHANGE_HEADER.search(bare) and "目标" not in bare.replace("2025年指标", ""):
        column.role = "change"
    elif place == 0 or (_NAME_HEADER.search(bare) and year is None and "目标值" not in bare and place < 3 and not re.search("目标", bare)):
        column.role = "name"
    elif bare:
        column.role = "target"
    return column


def _indicator_of_title(title: str) -> str:
    """“十四五”各县区能耗强度降低目标 → 能耗强度降低目标."""
    title = re.sub(r"（[^）]*）", "", title)
    title = re.sub(r"^.{0,8}?[“\"]?十[一二三四五六七]五[”\"]?(?:时期|期间)?|^20\d\d[—\-~至年]*(?:20\d\d年)?", "", title)
    title = re.sub(r"^全[市省](?=各)|^各(?:县（[^）]*）|[市县区旗州盟地]+)(?:（[^）]*）)?|^分[县市区地]+", "", title)
    return re.sub(r"(?:分解)?(?:计划|情况)?(?:表|一览表|分解表|分配表|清单)$", "", title)


class _Rows:
    """Reads data rows by the roles of the columns."""

    def __init__(self, columns: list[Column], clause: str, title: str, table_units: list[str], horizon: Horizon, whole_scope: str) -> None:
        self._columns = columns
        self._clause = clause
        self._title = title
        self._table_units = table_units
        self._horizon = horizon
        self._whole_scope = whole_scope
        self._targets_count = sum(1 for column in columns if column.role == "target")

    def targets(self, row: list[str]) -> list[DraftTarget]:
        """Return the targets of one row."""
        filled = {column.role: cell for column, cell in zip(self._columns, row, strict=False) if cell}
        name = filled.get("name", "")
        place = filled.get("place", "")
        if not name and not place:
            return []
        change = filled.get("change", "")
        found = []
        for column, cell in zip(self._columns, row, strict=False):
            if column.role != "target" or not cell:
                continue
            number = _NUMBER.match(cell)
            if number:
                found.append(self._target(row, number, column, name, place, filled, self._base_of(column, row), change))
        number = _NUMBER.match(change)
        if not found and number:
            column = next(column for column, cell in zip(self._columns, row, strict=False) if column.role == "change" and cell)
            found.append(self._target(row, number, column, name, place, filled, self._base_of(column, row), ""))
        return found

    def _base_of(self, column: Column, row: list[str]) -> re.Match[str] | None:
        """Return the base figure of a column: under the same heading of an earlier year, or the only one of its unit."""
        bases = [(base, cell) for base, cell in zip(self._columns, row, strict=False) if base.role == "base"]
        same = [cell for base, cell in bases if _stem(base.header) == _stem(column.header)]
        is_another = bool(_ANOTHER_THING.search(column.header)) or len(bases) != 1 or bases[0][0].unit != column.unit
        cell = same[0] if same else "" if is_another else bases[0][1]
        return _NUMBER.match(cell)

    def _unit_above(self, indicator: str) -> str:
        """Return the unit stated above the table; of two the one that suits the indicator."""
        per_cent = [unit for unit in self._table_units if unit == "%"]
        others = [unit for unit in self._table_units if unit != "%"]
        suiting = (per_cent if _IN_PER_CENT.search(indicator) else others) if per_cent and others else per_cent or others
        return suiting[0] if len(suiting) == 1 else ""

    def _target(
        self,
        row: list[str],
        number: re.Match[str],
        column: Column,
        name: str,
        place: str,
        filled: dict[str, str],
        base_cell: re.Match[str] | None,
        change: str,
    ) -> DraftTarget:
        own_unit = _UNIT_IN_HEADER.search(name)
        indicator = name.replace(own_unit.group(), "") if own_unit else name
        if not indicator:
            header = re.sub(r"（[^）]*）$|(?:20\d\d年?[—~\-至到]+)?20\d\d年", "", column.header)
            indicator = header if self._targets_count > 1 and not re.fullmatch(r"(?:目标值?|指标值?)?", header) else self._title or header
            tonnage = _TONNAGE.search(self._title)
            if tonnage and POLLUTANTS.fullmatch(re.sub(r"（[^）]*）", "", indicator)):
                indicator += tonnage.group()
        unit = number["unit"] or filled.get("unit", "") or (own_unit["unit"] if own_unit else "") or column.unit or (self._unit_above(indicator) if not number["open"] or name == "" else "")
        unit = "" if unit in {"—", "-", "/", "无"} else unit.replace("个百分点", "百分点")
        operator, sure, note = self._operator(number, indicator if name else indicator + column.header + self._title, unit, base_cell, change)
        nature = filled.get("nature", "")
        years = [header.year for header in self._columns if header.role == "base" and header.year]
        relative = _FALLING.search(indicator + column.header + self._title) is not None
        base_year = years[0] if years else (self._horizon.base if relative and not name else None)
        scope = self._whole_scope if not place or _TOTALS.match(place) else place
        return DraftTarget(
            clause=self._clause,
            indicator=indicator,
            operator=operator,
            value=number["figure"].replace(",", "").replace("\u066c", ""),
            unit=unit,
            base_year=base_year,
            base_value=base_cell["figure"] if base_cell and not base_cell["open"] else None,
            target_year=column.year or self._horizon.last,
            scope=scope,
            commitment="binding" if "约束" in nature or "约束性" in (number["paren"] or "") else None,
            phrase=" | ".join(cell for cell in row if cell)[:80],
            confidence_pct=sure,
            value_high=number["high"],
            note=note or ("方括号内为变化率或累计值" if number["open"] else ""),
        )

    def _operator(self, number: re.Match[str], words: str, unit: str, base_cell: re.Match[str] | None, change: str) -> tuple[str, int, str]:
        """A printed bound decides; else the base: a lower target caps; else the words."""
        if number["bound"]:
            return _BOUNDS[number["bound"]], 100, ""
        if number["tail"]:
            return _TAILS[number["tail"]], 100, ""
        figure = number["figure"].replace(",", "")
        if unit == "%" and figure == "100":
            return "=", 100, ""
        if figure.startswith("-"):
            return "<=", 100, ""
        if re.search(r"(?:下降|降低|减少|削减)(?:率|比例|幅度|目标)?(?:（|$)", words):
            return ">=", 100, ""
        if base_cell:
            base, target = (part["figure"].replace(",", "").replace("\u066c", "") for part in (base_cell, number))
            return ("<=" if _less(target, base) else ">="), 100, ""
        if change.startswith("-") or _CAPPED.search(words):
            return "<=", 100, ""
        if _FALLING.search(words):
            return ">=", 100, ""
        if LOWER_IS_BETTER.search(words):
            return "<=", 70, "越低越好的指标，按不高于读"
        return ">=", 90, ""


def _stem(header: str) -> str:
    """The heading without year, unit and whether it is actual or planned."""
    return _FORM_OF_FIGURE.sub("", header)


def _less(figure: str, other: str) -> bool:
    """Compare two printed figures without turning them into numbers of another kind."""
    from decimal import Decimal

    return Decimal(figure) < Decimal(other)
