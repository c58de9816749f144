"""The Excel template for loading figures in bulk: one row per element and place, to be filled in and read back."""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from shuangkong.indicators.declaration import Element, Scope
from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period
from shuangkong.plan.organisations import Jurisdictions
from shuangkong.services.documents.placing import put_in_place


class UnknownAgency(Refusal):
    """No element is told by this agency (没有该部门的指标)."""

    def __init__(self, asked: str, known: Sequence[str]) -> None:
        super().__init__(
            thing=Words("数据来源部门", "agency"), value=asked, rule=Words("没有由它提供的指标", "tells no element"),
            remedy=Words(f"改为 {'、'.join(known)} 之一", f"use one of {', '.join(known)}"),
        )  # fmt: skip


_HEADS = (("指标", 44), ("单位名称", 12), ("时期", 10), ("数值", 16), ("计量单位", 12), ("数据来源", 24), ("填报单位", 22), ("备注", 30))
_PERIOD_COLUMN = 3
_MEANINGS = (("代码", 42), ("指标", 44), ("English", 44), ("计量单位", 12), ("填报范围", 10), ("数据来源部门", 22), ("指标解释", 80))
_SCOPE_WORDS = {Scope.CITY: "市本级", Scope.JURISDICTION: "县区", Scope.BOTH: "市和县区"}
_HEAD_FILL = PatternFill("solid", fgColor="DCE6F1")


def write_template(
    *, path: Path, elements: Mapping[str, Element], jurisdictions: Jurisdictions, periods: Sequence[str], agency: str | None = None
) -> int:
    """Write the template (填报模板) and return how many figures it asks for.

    Parameters
    ----------
    path : Path
        The workbook to write.
    elements : Mapping
        The city's elements by code.
    jurisdictions : Jurisdictions
        The city and those that add up to it.
    periods : sequence of str
        One row is made for each; with none, the column is left for the user to fill.
    agency : str, optional
        Only the elements that this agency vouches for.

    Raises
    ------
    UnreadablePeriod, UnknownAgency
        If a period is none, or no element is of the agency.
    """
    periods = [str(Period.parse(period)) for period in periods]
    known = sorted({one.agency for one in elements.values() if one.agency})
    if agency is not None and agency not in known:
        raise UnknownAgency(agency, known)
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = "填报"
    wanted = [one for one in elements.values() if agency is None or one.agency == agency]
    city = jurisdictions.root()
    asked = 0
    _head(sheet, _HEADS)
    for element in wanted:
        places = [] if element.scope is Scope.CITY else list(jurisdictions.partition(city.code))
        for place in [*([] if element.scope is Scope.JURISDICTION else [city]), *places]:
            for period in periods or [""]:
                sheet.append([element.name.zh, place.name.zh, period, None, str(element.unit), "", "", ""])
                asked += 1
    for (period_cell,) in sheet.iter_rows(min_row=2, min_col=_PERIOD_COLUMN, max_col=_PERIOD_COLUMN):
        period_cell.number_format = "@"  # text, lest Excel make 2023-05 the first of May
    meanings = workbook.create_sheet("指标解释")
    _head(meanings, _MEANINGS)
    for element in wanted:
        meanings.append([
            element.code, element.name.zh, element.name.en, str(element.unit), _SCOPE_WORDS[element.scope], element.agency, element.definition.zh,
        ])  # fmt: skip
    written = io.BytesIO()
    workbook.save(written)
    put_in_place(path, written.getvalue())
    return asked


def _head(sheet: Worksheet, heads: Sequence[tuple[str, int]]) -> None:
    sheet.append([name for name, _ in heads])
    for number, (_, width) in enumerate(heads, 1):
        cell = sheet.cell(1, number)
        cell.font, cell.fill, cell.alignment = Font(bold=True), _HEAD_FILL, Alignment(vertical="center")
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(heads))}1"
