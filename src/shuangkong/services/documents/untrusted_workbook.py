"""Opens the archive that a sent workbook is (来历不明的工作簿): every limit, checked before anything is unpacked.

The directory of the archive is judged first, then each part is unpacked in small pieces and parsed as it comes, so that a bomb or an
endless sheet ends early. Nothing is executed, fetched or resolved: a document type, and so every entity, is refused; embedded files
are never opened. What the parts mean is told by `workbook_values`.
"""

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from xml.parsers import expat

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words

# Every limit with its reason. A return of 2 000 rows and 20 columns is under 1 MB packed, 10 MB unpacked, 40 000 cells.
FILE_LIMIT_MB = 20  # twenty times the largest honest return; scans belong to the attachments
UNPACKED_LIMIT_MB = 100  # ten times the largest honest return; bounds memory and the time of parsing
RATIO_LIMIT = 200  # honest sheets pack 5 to 60 times; deflate can reach 1 000, which only a bomb does
RATIO_FREE_MB = 5  # below this unpacked size a high ratio harms nobody
PART_LIMIT = 2_000  # parts of the archive; a workbook of 100 sheets with drawings has some 500
SHEET_LIMIT = 100  # sheets of a workbook
ROW_LIMIT = 20_000  # rows with content a sheet: ten times the longest list of any form
CELL_LIMIT = 1_000_000  # cells with content a sheet; at this size parsing takes a few seconds
ELEMENT_LIMIT = 3_000_000  # rows and cells, blank ones too: LibreOffice pads sheets to the last row, a bomb pads further
TEXT_LIMIT = 32_767  # letters in a cell: the limit of Excel itself

Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]
Text = Callable[[str], None]

_MEGABYTE = 1024 * 1024
_PIECE = 64 * 1024
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, expat.ExpatError, KeyError, ValueError, OSError)
_SAVE_AS = Words("用 Excel、WPS 或 LibreOffice 打开，另存为“.xlsx 工作簿”后重新上传", "open it in Excel, WPS or LibreOffice, save it as .xlsx and upload again")
_SEND_AGAIN = Words("重新保存一次，等保存完成后再上传；仍不行请重新下载模板", "save it once more, wait until that is done, and upload again; failing that, download the template anew")
SPLIT = Words("核对是否选错文件；删去模板以外的工作表和内容", "check that it is the right file; remove sheets and content that are not of the template")


class UnreadableWorkbook(Refusal):
    """The file is no workbook that can be read safely (工作簿无法读取)."""

    def __init__(self, name: str, rule: Words, remedy: Words) -> None:
        super().__init__(thing=Words("文件", "file"), value=name or ".xlsx", rule=rule, remedy=remedy)


def open_archive(content: bytes, *, name: str = "") -> zipfile.ZipFile:
    """Return the archive of an .xlsx after its limits are checked (打开压缩包).

    Parameters
    ----------
    content : bytes
        The file. What it is, is told by its bytes, never by its name.
    name : str
        Name of the file, for refusals only.

    Raises
    ------
    UnreadableWorkbook
        If it is empty, another kind of file, encrypted, with macros, damaged, or passes a limit.
    """
    _refuse_foreign(content, name)
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except _DAMAGE:
        raise damaged(name) from None
    _refuse_bomb(archive, len(content), name)
    _refuse_other_archive(archive, name)
    return archive


def parse_whole(archive: zipfile.ZipFile, part: str, start: Start, name: str) -> None:
    for _ in parsed(archive, part, start, lambda tag: None, lambda piece: None, name):
        pass


def parsed(archive: zipfile.ZipFile, part: str, start: Start, end: End, text: Text, name: str) -> Iterator[None]:
    """Unpack and parse a part piece by piece; yield after each."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text

    def refuse_document_type(*told: object) -> None:
        raise UnreadableWorkbook(name, Words("内含 XML 实体声明", "declares XML entities"), _SAVE_AS)

    parser.StartDoctypeDeclHandler = refuse_document_type
    try:
        with archive.open(part) as unpacked:
            while piece := unpacked.read(_PIECE):
                parser.Parse(piece, False)
                yield
            parser.Parse(b"", True)
        yield
    except _DAMAGE as trouble:
        if isinstance(trouble, UnreadableWorkbook):
            raise
        raise damaged(name) from None


def damaged(name: str) -> UnreadableWorkbook:
    return UnreadableWorkbook(name, Words("文件不完整或已损坏", "is incomplete or damaged"), _SEND_AGAIN)


def _refuse_foreign(content: bytes, name: str) -> None:
    def refused(zh: str, en: str, remedy: Words = _SAVE_AS) -> UnreadableWorkbook:
        return UnreadableWorkbook(name, Words(zh, en), remedy)

    if not content.strip(b"\x00 \t\r\n"):
        raise refused("文件为空", "is empty", _SEND_AGAIN)
    if len(content) > FILE_LIMIT_MB * _MEGABYTE:
        raise refused(f"超过 {FILE_LIMIT_MB} MB 的上限", f"is larger than the limit of {FILE_LIMIT_MB} MB", SPLIT)
    if content.startswith(b"PK"):
        return
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf-16-le") in content:
            remedy = Words("打开后在“文件—信息—保护工作簿”中清除打开密码，保存后重新上传", "open it, remove the password under File, Info, Protect Workbook, save and upload again")
            raise refused("设有打开密码", "is protected by a password", remedy)
        raise refused("是旧版 .xls 文件", "is an old .xls file")
    if content[:2] in (b"\x09\x00", b"\x09\x02", b"\x09\x04", b"\x09\x08"):
        raise refused("是旧版 .xls 文件", "is an old .xls file")
    head = content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith(b"%pdf"):
        raise refused("实为 PDF", "is really a PDF", Words("上传填好的 .xlsx；PDF 作为附件上传", "upload the filled .xlsx; a PDF goes to the attachments"))
    if head.startswith(b"<"):
        raise refused("实为网页或 XML", "is really a web page or XML")
    if b"\x00" not in content[:1024] or content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise refused("实为 CSV 等文本，不是工作簿", "is text such as CSV, not a workbook", Words(
            "重新下载模板，把数值粘贴进去后上传", "download the template anew, paste the values into it and upload that",
        ))  # fmt: skip
    raise refused("不是 .xlsx 工作簿", "is not an .xlsx workbook")


def _refuse_bomb(archive: zipfile.ZipFile, packed: int, name: str) -> None:
    parts = archive.infolist()
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > PART_LIMIT:
        raise UnreadableWorkbook(name, Words(f"包内超过 {PART_LIMIT} 个部件", f"holds more than {PART_LIMIT} parts"), SPLIT)
    if unpacked > UNPACKED_LIMIT_MB * _MEGABYTE:
        raise UnreadableWorkbook(name, Words(f"展开后超过 {UNPACKED_LIMIT_MB} MB 的上限", f"unpacks to more than {UNPACKED_LIMIT_MB} MB"), SPLIT)
    if unpacked > RATIO_FREE_MB * _MEGABYTE and unpacked > RATIO_LIMIT * packed:
        raise UnreadableWorkbook(name, Words(f"压缩比超过 {RATIO_LIMIT} 倍", f"is packed more than {RATIO_LIMIT} times"), SPLIT)
    if any(part.flag_bits & 1 for part in parts):
        raise UnreadableWorkbook(name, Words("压缩包设有密码", "is an archive with a password"), _SAVE_AS)
    if any(part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for part in parts):
        raise damaged(name)


def _refuse_other_archive(archive: zipfile.ZipFile, name: str) -> None:
    parts = {part.lower() for part in archive.namelist()}
    if any(part.endswith("vbaproject.bin") or "/macrosheets/" in part for part in parts):
        raise UnreadableWorkbook(name, Words("含有宏", "contains macros"), Words(
            "另存为不含宏的“.xlsx 工作簿”后重新上传", "save it as .xlsx, which holds no macros, and upload again",
        ))  # fmt: skip
    for part, kind in (
        ("xl/workbook.bin", Words("是 .xlsb 二进制工作簿", "is a binary .xlsb workbook")), ("content.xml", Words("是 .ods 等开放文档", "is an OpenDocument file")),
        ("word/document.xml", Words("实为 Word 文档", "is really a Word document")), ("ppt/presentation.xml", Words("实为演示文稿", "is really a presentation")),
    ):  # fmt: skip
        if part in parts:
            raise UnreadableWorkbook(name, kind, _SAVE_AS)
    if "[content_types].xml" not in parts:
        raise UnreadableWorkbook(name, Words("实为压缩包，不是工作簿", "is an archive, not a workbook"), _SAVE_AS)
