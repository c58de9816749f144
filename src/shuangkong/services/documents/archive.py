"""Rewrites an Office file so that the same content is the same bytes: fixed dates, fixed attributes, chosen parts replaced."""

import io
import zipfile
from collections.abc import Callable, Mapping

_FIRST_DAY = (1980, 1, 1, 0, 0, 0)


def settled(office_file: bytes, changes: Mapping[str, Callable[[str], str]] | None = None) -> bytes:
    """Return the same archive without the traces of when and where it was written.

    Parameters
    ----------
    office_file : bytes
        An .xlsx or .docx.
    changes : mapping of part name to function, optional
        Text parts to rewrite on the way.

    Examples
    --------
    >>> sheet = io.BytesIO()
    >>> with zipfile.ZipFile(sheet, "w") as archive:
    ...     archive.writestr("a.xml", "<a>2024</a>")
    >>> again = settled(sheet.getvalue(), {"a.xml": lambda text: text.replace("2024", "1980")})
    >>> zipfile.ZipFile(io.BytesIO(again)).read("a.xml")
    b'<a>1980</a>'
    """
    changes = changes or {}
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(office_file)) as source, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            part = zipfile.ZipInfo(name, _FIRST_DAY)
            part.compress_type = zipfile.ZIP_DEFLATED
            part.create_system = 0
            body = source.read(name)
            target.writestr(part, changes[name](body.decode()).encode() if name in changes else body)
    return written.getvalue()
