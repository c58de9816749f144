"""Markers in the workbook of a return (隐藏标记): what a reader goes by, instead of addresses.

The first row of each sheet says whose return it is; a hidden row under the header names the columns, a hidden column the rows. Whatever
is moved, sorted, renamed or inserted, the codes go with it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from urllib.parse import parse_qsl, urlencode

from shuangkong.kernel.language import Words

_PREFIX = "shuangkong-return-1?"
COLUMNS = "shuangkong-columns"
NAME = "name"
_COLUMN, _ROW = "column:", "row:"
NO_CELL = "×"
MARKER_ROWS = 50  # where the markers must stand: our templates have them in the first ten rows, people insert some above


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetIdentity:
    """Whose return a sheet belongs to, and which table of it (表页身份)."""

    form: str
    edition: str
    organisation: str
    period: str
    table: str

    def marker(self) -> str:
        """Return the text that stands hidden on the sheet.

        Examples
        --------
        >>> told = SheetIdentity(form="205-1", edition="2024", organisation="411702", period="2024Q1", table="energy")
        >>> told.marker(), SheetIdentity.parse(told.marker()) == told, SheetIdentity.parse("205-1")
        ('shuangkong-return-1?form=205-1&edition=2024&organisation=411702&period=2024Q1&table=energy', True, None)
        """
        return _PREFIX + urlencode({one.name: getattr(self, one.name) for one in fields(self)})

    @classmethod
    def parse(cls, text: str) -> "SheetIdentity | None":
        """Read a marker; None where the text is none."""
        if not text.startswith(_PREFIX):
            return None
        told = dict(parse_qsl(text.removeprefix(_PREFIX), keep_blank_values=True))
        return cls(**told) if set(told) == {one.name for one in fields(cls)} else None

    def differences(self, other: "SheetIdentity") -> Iterator[tuple[Words, str, str, Words]]:
        """Yield what is not the same, but for the table: name, here, there, and what to do."""
        elsewhere = Words("核对选择的文件，或到对应的报表上传", "check the file, or upload it to the return it belongs to")
        anew = Words("报表已更新，下载新模板，把数值粘贴进去后上传", "the form has changed: download the new template, paste the values into it and upload that")
        for name, words, remedy in (
            ("form", Words("表号", "form"), elsewhere), ("edition", Words("报表版本", "edition"), anew),
            ("organisation", Words("填报单位代码", "organisation"), elsewhere), ("period", Words("报告期", "period"), elsewhere),
        ):  # fmt: skip
            if getattr(self, name) != getattr(other, name):
                yield words, getattr(self, name), getattr(other, name), remedy


def column_marker(code: str) -> str:
    """Return the hidden text above a column."""
    return _COLUMN + code


def row_marker(code: str) -> str:
    """Return the hidden text beside a row."""
    return _ROW + code


def column_code(text: str) -> str | None:
    """Return the code that the hidden text above a column gives; None where it is no marker."""
    return text.removeprefix(_COLUMN) if text.startswith(_COLUMN) else None


def row_code(text: str) -> str | None:
    """Return the code that the hidden text beside a row gives; None where it is no marker."""
    return text.removeprefix(_ROW) if text.startswith(_ROW) else None
