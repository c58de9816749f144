"""Writes what could not be taken from a workbook as a workbook of its own (退回清单): where, what, why, and what to do."""

from collections.abc import Iterator
from datetime import date

from shuangkong.kernel.language import Language, Words
from shuangkong.services.documents.official_workbook import Cover, WorkbookSheet, columns_of, official_workbook
from shuangkong.services.documents.return_workbook.found import Change, WorkbookReading


def rejects_workbook(reading: WorkbookReading, *, told_on: date, language: Language = "zh") -> bytes:
    """Return the rejected cells as a workbook (未通过清单).

    Parameters
    ----------
    reading : WorkbookReading
        Of an upload or a paste.
    told_on : date
        Date of the file.
    """

    def said(words: Words) -> str:
        return words.in_language(language)

    title = said(Words("未通过的内容", "What could not be taken"))
    counts = [(said(change.value), str(number)) for change, number in reading.counts.items()]
    notices = [(said(Words("提示", "notice")), said(notice)) for notice in reading.notices]
    columns = columns_of("位置|项目|原填内容|问题|改正办法|单元格代码", "place|item|as filled|what is wrong|what to do|code of the cell", language)
    sheet = WorkbookSheet(said(Words("未通过", "Rejected")), title, columns, list(_rows(reading, language)))
    remedy = Words("按“改正办法”改好原文件后重新上传；已通过的格不受影响。", "Mend the file as told and upload it again; cells that passed are not touched.")
    before = [(title, said(remedy)), *counts]
    return official_workbook(Cover(said(Words("说明", "Notes")), before, notices), [sheet], title=title, author="shuangkong", told_on=told_on, language=language)


def _rows(reading: WorkbookReading, language: Language) -> Iterator[tuple[str, ...]]:
    by_fault = [(cell.fault, cell.value, str(cell.key)) for cell in reading.cells if cell.change is Change.REJECTED]
    for fault, value, key in [*by_fault, *((fault, fault.value, "") for fault in reading.faults)]:
        if fault is not None:
            place = fault.where.in_language(language) if fault.where else ""
            yield place, fault.thing.in_language(language), value, fault.rule.in_language(language), fault.remedy.in_language(language), key
