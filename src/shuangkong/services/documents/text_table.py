"""Sets tables as plain text for a terminal (文本表格), aligned by the width of Chinese characters."""

import unicodedata
from collections.abc import Collection, Sequence


def text_table(columns: Sequence[str], rows: Sequence[Sequence[str]], *, right: Collection[int] = ()) -> str:
    """Return columns and rows as aligned lines; a row of one cell stands across the table.

    Examples
    --------
    >>> print(text_table(("县区", "得分"), [("驿城区", "91.5"), ("县", "6.0")], right={1}))
    县区    得分
    ────────────
    驿城区  91.5
    县       6.0
    """
    full = [row for row in rows if len(row) == len(columns)]
    widths = [max(display_width(name), *(display_width(row[index]) for row in full)) if full else display_width(name) for index, name in enumerate(columns)]
    lines = [_line(columns, widths, right), "─" * (sum(widths) + 2 * (len(widths) - 1))]
    lines += [_line(row, widths, right) if len(row) == len(columns) else row[0] for row in rows]
    return "\n".join(lines)


def display_width(text: str) -> int:
    """Return the columns a text takes: two for a Chinese character.

    Examples
    --------
    >>> display_width("A1：煤")
    6
    """
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def cut(text: str, width: int) -> str:
    """Return the text in no more than so many columns, an ellipsis for what is left off.

    Examples
    --------
    >>> cut("煤炭消费总量", 8), cut("煤炭", 8)
    ('煤炭消…', '煤炭')
    """
    kept = text
    while display_width(kept) > width:
        kept = kept[:-1]
    return kept if kept == text else kept[:-1] + "…"


def _line(cells: Sequence[str], widths: Sequence[int], right: Collection[int]) -> str:
    padded = []
    for index, (cell, width) in enumerate(zip(cells, widths, strict=True)):
        space = " " * (width - display_width(cell))
        padded.append(space + cell if index in right else cell + space)
    return "  ".join(padded).rstrip()
