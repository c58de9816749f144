"""Text that no spreadsheet takes for a formula (防公式注入): the one function that every export of ours goes through.

A text that begins with = + - @, a tab or a carriage return is run by Excel when it stands in a CSV file or is typed again. An apostrophe
before it makes it text everywhere. `restored` takes away just what `neutralised` put there, so that a template filled and sent back
holds what was exported.
"""

import re

_DANGEROUS = re.compile(r"'*[=+\-@\t\r＝＋－＠]")
_NEUTRALISED = re.compile(r"''*[=+\-@\t\r＝＋－＠]")


def neutralised(text: str) -> str:
    """Return the text so that it is text in every spreadsheet (公式注入中和).

    Examples
    --------
    >>> neutralised("=HYPERLINK(1)"), neutralised("'=1"), neutralised("3号锅炉"), neutralised("'90年代")
    ("'=HYPERLINK(1)", "''=1", '3号锅炉', "'90年代")
    """
    return f"'{text}" if _DANGEROUS.match(text) else text


def restored(text: str) -> str:
    """Return what `neutralised` was given (还原).

    Examples
    --------
    >>> restored("'=HYPERLINK(1)"), restored("''=1"), restored("'90年代")
    ('=HYPERLINK(1)', "'=1", "'90年代")
    """
    return text[1:] if _NEUTRALISED.match(text) else text
