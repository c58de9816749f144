"""A return filled in away from the screen: template, dry run, what is applied; files that are none are refused with the way out."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from filing_steps import FORM, PERIOD, Person, open_window
from openpyxl import load_workbook
from signed_client import signed_in

from shuangkong.access.roles import Role
from shuangkong.services.filing_cells import known_now, save_cells
from shuangkong.services.filing_uploads import NoFile, UploadExpired, apply_upload, try_paste, try_workbook
from shuangkong.services.filings import open_filing
from shuangkong.store.models import Attachment, ChainLink, Filing

COST = "energy.raw_coal.cost"
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


def draft(person: Person) -> tuple[int, Client]:
    open_window()
    reporter = person(Role.REPORTER, "U001")
    return open_filing(form=FORM, organisation="U001", period=PERIOD, who=reporter), signed_in(reporter)


def filled_template(client: Client, filing: int, **texts: object) -> bytes:
    """Return the template with figures of the raw coal row typed in, by the title of their column."""
    content = client.post(f"/returns/{filing}/template").content
    book = load_workbook(io.BytesIO(content))
    sheet = next(one for one in book.worksheets if one.title.startswith("分品种"))
    header = {str(cell.value).split("\n")[0].strip(): cell.column for row in sheet.iter_rows(min_row=1, max_row=12) for cell in row if cell.value}
    row = next(cell.row for line in sheet.iter_rows() for cell in line if cell.value == "原煤")
    for title, value in texts.items():
        sheet.cell(row, header[title]).value = value  # type: ignore[assignment]
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def upload(client: Client, filing: int, content: bytes, name: str = "填好.xlsx") -> "object":
    version = str(known_now(Filing.objects.get(pk=filing)))
    return client.post(f"/returns/{filing}/upload", {"version": version, "file": SimpleUploadedFile(name, content)})


def test_what_was_filled_in_offline_is_shown_cell_by_cell_and_written_only_when_applied(person: Person) -> None:
    filing, client = draft(person)
    save_cells(filing_id=filing, version=0, texts={COST: "80"}, who=person(Role.REPORTER, "U001"))
    content = filled_template(client, filing, 购进金额=95, 购进量="一千")
    page = upload(client, filing, content).content.decode()  # type: ignore[attr-defined]
    assert "修改 1" in page
    assert "未通过 1" in page
    assert dict(Filing.objects.get(pk=filing).cells.values_list("key", "text")) == {COST: "80"}
    ticket = page.split('name="ticket" value="')[1].split('"')[0]
    rejects = page.split('name="ticket" value="')[2].split('"')[0]
    book = client.post(f"/returns/{filing}/rejects", {"ticket": rejects})
    assert "attachment" in book["Content-Disposition"]
    assert load_workbook(io.BytesIO(book.content)).worksheets
    assert client.post(f"/returns/{filing}/apply", {"ticket": rejects}).status_code == 422
    assert client.post(f"/returns/{filing}/apply", {"ticket": ticket}).status_code == 302
    assert dict(Filing.objects.get(pk=filing).cells.values_list("key", "text")) == {COST: "95"}


def test_where_nothing_would_change_nothing_is_offered_to_apply(person: Person) -> None:
    filing, client = draft(person)
    page = upload(client, filing, filled_template(client, filing)).content.decode()  # type: ignore[attr-defined]
    assert "没有要写入的内容" in page
    assert "/apply" not in page


def test_a_ticket_serves_one_return_and_one_person_and_cannot_be_altered(person: Person) -> None:
    filing, client = draft(person)
    reporter, other = person(Role.REPORTER, "U001"), person(Role.REPORTER, "U001", "b")
    run = try_workbook(filing_id=filing, version=0, name="a.xlsx", content=filled_template(client, filing, 购进金额=95), who=reporter)
    for who, ticket in ((other, run.ticket), (reporter, run.ticket[:-2] + "xx"), (reporter, ""), (reporter, "a:b:c")):
        with pytest.raises(UploadExpired):
            apply_upload(filing_id=filing, ticket=ticket, who=who)


def test_what_somebody_changed_after_the_dry_run_is_not_overwritten(person: Person) -> None:
    filing, client = draft(person)
    reporter, other = person(Role.REPORTER, "U001"), person(Role.REPORTER, "U001", "b")
    run = try_workbook(filing_id=filing, version=0, name="a.xlsx", content=filled_template(client, filing, 购进金额=95), who=reporter)
    save_cells(filing_id=filing, version=0, texts={COST: "70"}, who=other)
    answer = client.post(f"/returns/{filing}/apply", {"ticket": run.ticket}, follow=True)
    assert "预检之后他人改过 1 格，未写入" in answer.content.decode()
    assert dict(Filing.objects.get(pk=filing).cells.values_list("key", "text")) == {COST: "70"}


def test_a_pasted_block_is_tried_too(person: Person) -> None:
    filing, _ = draft(person)
    run = try_paste(filing_id=filing, version=0, table="energy", row="raw_coal", column="purchased", text="1000\t0\t80\n", who=person(Role.REPORTER, "U001"))
    assert {str(key): entry.stored() for key, entry in run.reading.changes.items() if entry} == {
        "energy.raw_coal.purchased": "1000", "energy.raw_coal.purchased_outside": "0", "energy.raw_coal.cost": "80",
    }  # fmt: skip


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", b" " * 50_000_000)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600), ("macro.xlsm", b"PK\x03\x04broken"), ("empty.xlsx", b""), ("text.xlsx", b"not a workbook"),
        ("bomb.xlsx", bomb()), ("<script>.xlsx", b"x"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_workbook_is_refused_and_nothing_is_written(person: Person, name: str, content: bytes) -> None:
    filing, client = draft(person)
    answer = upload(client, filing, content, name)
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert "<script>" not in answer.content.decode().replace("<script ", "")  # type: ignore[attr-defined]
    assert not Filing.objects.get(pk=filing).cells.exists()


def test_no_file_or_no_version_is_refused(person: Person) -> None:
    filing, client = draft(person)
    assert client.post(f"/returns/{filing}/upload", {"version": "0"}).status_code == 422
    assert client.post(f"/returns/{filing}/upload", {"version": "-3", "file": SimpleUploadedFile("a.xlsx", b"x")}).status_code == 422
    assert client.post(f"/returns/{filing}/paste", {"version": "0", "at": "x", "text": "1"}).status_code == 422


def test_a_stamped_page_is_known_by_its_content_and_handed_out_safely(person: Person) -> None:
    filing, client = draft(person)
    assert client.post(f"/returns/{filing}/attachments", {"file": SimpleUploadedFile("../盖章 页.exe", PDF, "text/html")}).status_code == 302
    row = Attachment.objects.get(filing=filing)
    assert (row.name, row.media_type) == ("盖章 页.pdf", "application/pdf")
    answer = client.post(f"/returns/attachments/{row.pk}")
    assert answer.content == PDF
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert signed_in(person(Role.REVIEWER, "411722")).post(f"/returns/attachments/{row.pk}").status_code == 403
    assert client.post("/returns/attachments/999999").status_code == 404
    assert list(ChainLink.objects.filter(kind="export").values_list("subject", flat=True)) == ["export/return/205-1/U001/2025"]


@pytest.mark.parametrize("content", [b"", b"<html><script>alert(1)</script>", b"MZ\x90\0", b"PK\x03\x04", b"%PDF-" + b"\0" * (10 * 1024 * 1024)])
def test_what_is_no_scan_or_too_large_is_not_attached(person: Person, content: bytes) -> None:
    filing, client = draft(person)
    assert client.post(f"/returns/{filing}/attachments", {"file": SimpleUploadedFile("scan.pdf", content)}).status_code == 422
    assert not Attachment.objects.exists()


def test_a_file_too_large_is_refused_with_the_limit(person: Person) -> None:
    open_window()
    reporter = person(Role.REPORTER, "U001")
    filing = open_filing(form="205-1", organisation="U001", period="2025", who=reporter)
    with pytest.raises(NoFile) as refused:
        try_workbook(filing_id=filing, version=0, name="大.xlsx", content=bytes(33 * 1024 * 1024), who=reporter)
    assert "过大：超过 32 MB（约 33 MB）" in str(refused.value)
