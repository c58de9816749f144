"""What a file given to us really is, and its text: told by its bytes, never by its name (文件内容).

Read by the readers of tables and of structured files, each of which says in its own words what it wants instead.
"""

import re
from collections.abc import Callable
from pathlib import Path

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words

_CHINESE, _TWO_BYTES = re.compile("[\u2e80-\U0010ffff]"), re.compile("[\x80-\u07ff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x19\x1b-\x1f\x7f\ufffd]")
_CONTROL_BYTE = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x19\x1b-\x1f\x7f]")
_MEGABYTE = 1024 * 1024

Refuse = Callable[[Path, Words, Words | None], Refusal]
"""Makes the refusal of a path with its reason and, where the reader's usual one does not fit, its remedy."""


def read_content(path: Path, *, limit_mb: int, refuse: Refuse) -> bytes:
    """Return the bytes of a file, or raise what `refuse` makes of a folder, a missing, oversized or foreign file."""
    if path.is_dir():
        raise refuse(path, Words("是文件夹，不是文件", "is a folder, not a file"), Words("给出文件路径", "give the path of a file"))
    try:
        if path.stat().st_size > limit_mb * _MEGABYTE:
            raise refuse(
                path, Words(f"超过 {limit_mb} MB 的上限", f"is larger than the limit of {limit_mb} MB"),
                Words("分成几个文件，或核对是否选错文件", "split it, or check that it is the right file"),
            )
        raw = path.read_bytes()
    except FileNotFoundError:
        raise refuse(path, Words("文件不存在", "does not exist"), Words("核对路径", "check the path")) from None
    except OSError as trouble:
        reason = trouble.strerror or str(trouble)
        raise refuse(path, Words(f"无法打开（{reason}）", f"cannot be opened ({reason})"), Words("核对路径和权限", "check path and permission")) from None
    kind = _foreign_kind(raw)
    if kind:
        raise refuse(path, Words(f"实为{kind.zh}，不是所需的文件", f"is really {kind.en}, not the file wanted"), None)
    return raw


def decoded(raw: bytes) -> tuple[str, list[Words]] | None:
    """Return text as Excel and WPS in China write it, with a notice of what was assumed; None where it is binary."""
    marks = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
    marked = next((encoding for mark, encoding in marks.items() if raw.startswith(mark)), None)
    if marked != "utf-16" and _CONTROL_BYTE.search(raw):
        return None
    for encoding in [marked] if marked else ["utf-8", "gb18030"]:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "utf-8" and _looks_like_gbk(raw, text):
            continue
        if _CONTROL.search(text):
            return None
        shown = {"utf-8-sig": "UTF-8 BOM", "gb18030": "GBK", "utf-16": "UTF-16"}.get(encoding)
        return text, [Words(f"已按 {shown} 编码读取", f"read as {shown}")] if shown else []
    return _guessed(raw)


def _guessed(raw: bytes) -> tuple[str, list[Words]] | None:
    import charset_normalizer  # slow to load, and seldom needed

    guess = charset_normalizer.from_bytes(raw[:65536]).best()
    try:
        text = raw.decode(guess.encoding) if guess else ""
    except UnicodeDecodeError:
        text = ""
    if guess is None or not text or _CONTROL.search(text):
        return None
    return text, [Words(f"编码未注明，按 {guess.encoding} 读取，请核对文字", f"encoding guessed as {guess.encoding}; check the words")]


def _foreign_kind(raw: bytes) -> Words | None:
    head = raw[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"%PDF"):
        return Words(" PDF", "a PDF")
    if raw.startswith(b"\xd0\xcf\x11\xe0"):
        return Words("旧版 .xls 或 .doc", "an old .xls or .doc")
    if head[:512].lower().startswith((b"<!doctype", b"<html", b"<table", b"<?xml")):
        return Words("网页或 XML", "a web page or XML")
    if raw.startswith((b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"PK\x05\x06")):
        return Words("压缩包", "an archive")
    return None


def _looks_like_gbk(raw: bytes, text: str) -> bool:
    """Tell whether bytes that happen to be valid UTF-8 are Chinese in GBK: 原煤 in GBK reads ԭú in UTF-8."""
    if _CHINESE.search(text) or not any(found[0].isalpha() for found in _TWO_BYTES.finditer(text)):
        return False
    try:
        return any("\u4e00" <= letter <= "\u9fff" for letter in raw.decode("gb18030"))
    except UnicodeDecodeError:
        return False
