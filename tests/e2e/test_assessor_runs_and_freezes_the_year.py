"""A year's assessment from its start to the receipt: evaluated, signed, reviewed, appealed against, frozen, published, handed over."""

from pathlib import Path

from browser import settle
from conftest import Look, SignedIn
from docx import Document
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

YEAR, COUNTY = "2024", "西平县"


def press(page: Page, name: str, *, confirm: bool = False, reason: str = "") -> None:
    """Press a button of the page, with the reason beside it where one is asked for; agree where the page asks back."""
    button = page.get_by_role("button", name=name, exact=True)
    if reason:
        page.locator("form").filter(has=button).get_by_role("textbox").last.fill(reason)
    if confirm:
        button.click()
        button = page.get_by_role("dialog").get_by_role("button", name=name, exact=True)
    with page.expect_navigation():
        button.click()
    settle(page)


def test_an_assessor_runs_and_the_government_freezes_the_year(signed_in: SignedIn, look: Look, tmp_path: Path) -> None:
    assessor = signed_in("assessor", "/assessments")
    assessor.locator("select[name=year]").select_option(YEAR)
    press(assessor, "启动")
    expect(assessor.get_by_role("heading", level=1)).to_contain_text(YEAR)
    cycle = assessor.url.split("://")[1].split("/", 1)[1]

    reporter = signed_in("county-reporter", f"/{cycle}")
    reporter.get_by_role("rowheader", name=COUNTY).get_by_role("link").click()
    reporter.get_by_role("link", name="填写自评").click()
    reporter.get_by_label("A1 自评分").fill("18")
    reporter.get_by_label("A1 说明").fill("年度目标完成")
    reporter.get_by_label("自评概述").fill("总体完成")
    look(reporter, "journey-self-evaluation")
    press(reporter, "提交自评")
    expect(reporter.locator("dl.sk-facts")).to_contain_text("尚未签署")
    sheet = reporter.url.split("://")[1].split("/", 1)[1]

    head = signed_in("county-head", f"/{sheet}")
    press(head, "签署自评", confirm=True)
    expect(head.locator("dl.sk-facts")).to_contain_text("签署于")

    assessor.reload()
    press(assessor, "转入审核", reason="自评已齐")
    press(assessor, "公示", reason="审核完毕")
    look(assessor, "journey-cycle")

    head.reload()
    line = head.locator("section#A1")
    line.get_by_text("对本项申诉").click()
    line.get_by_label("理由和依据").fill("产值口径与统计公报不一致")
    press(head, "提交申诉")
    expect(line).to_contain_text("产值口径与统计公报不一致")

    assessor.goto(f"/{sheet}")
    settle(assessor)
    look(assessor, "journey-score-sheet")
    line = assessor.locator("section#A1")
    line.get_by_label("决定").select_option("成立")
    line.get_by_label("核定分").fill("20")
    line.get_by_label("理由", exact=True).fill("核对统计公报后成立")
    press(assessor, "答复")
    expect(assessor.get_by_role("row").filter(has_text="产值口径")).to_contain_text("成立 20")
    assessor.goto(f"/{cycle}")
    press(assessor, "结束申诉", reason="申诉已全部答复")

    government = signed_in("government", f"/{cycle}")
    government.get_by_role("link", name="审定冻结").click()
    settle(government)
    look(government, "journey-freeze")
    government.get_by_label("审定依据").fill("市政府常务会议纪要（模拟）")
    government.get_by_label("已核对以上内容").check()
    press(government, "冻结", confirm=True)
    government.goto(f"/{cycle}/frozen")
    settle(government)
    expect(government.locator("main")).to_contain_text("同一截至日重算一致")
    look(government, "journey-frozen")
    assessor.goto(f"/{cycle}/frozen")
    settle(assessor)
    word = Document(str(download(assessor, "导出 Word", tmp_path)))
    assert any(COUNTY in cell.text for table in word.tables for row in table.rows for cell in row.cells)
    book = load_workbook(download(assessor, "导出 Excel", tmp_path))
    assert any(COUNTY in str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)

    assessor.goto(f"/{cycle}")
    press(assessor, "公布", confirm=True)
    press(assessor, "移交市委组织部", confirm=True)

    recipient = signed_in("recipient", "/results")
    with recipient.expect_download() as leaving:
        recipient.get_by_role("button", name="下载存证包").click()
    assert leaving.value.path().read_bytes()[:2] == b"PK"
    press(recipient, "回执", confirm=True)
    expect(recipient.locator("dl.sk-facts").first).not_to_contain_text("未回执")
    look(recipient, "journey-receipt")


def download(page: Page, form: str, to: Path) -> Path:
    with page.expect_download() as leaving:
        page.get_by_role("button", name=form, exact=True).click()
    leaving.value.save_as(to / leaving.value.suggested_filename)
    return to / leaving.value.suggested_filename
