"""A unit fills in its yearly report in Excel, files it, is sent back and files again."""

from decimal import Decimal
from pathlib import Path

from browser import Watch, settle
from conftest import Look, SignedIn
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from playwright.sync_api import Page, expect

RETURN, UNIT = "能源购进、消费与库存", "模拟水泥厂001"
SCAN = {"name": "盖章页.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n"}
GROWTH = Decimal("1.02")


def by_title(sheet: Worksheet) -> dict[str, int]:
    """Return the columns of a sheet by their titles, as a reader finds them."""
    return {str(cell.value).replace("\n", " "): cell.column for cell in sheet[6] if cell.value}


def fill_in(template: Path) -> None:
    """Fill in a year a little above the one that stands beside it; stocks stay as they were."""
    book = load_workbook(template)
    energy, total, output = (book[name] for name in ("分品种能源收支", "能源合计", "生产经营"))
    at = by_title(energy)

    def before(row: int, title: str) -> Decimal | None:
        told = energy.cell(row, at[f"上期 2024 {title}"]).value
        return None if told in (None, "×", "不适用") else Decimal(str(told))

    used = [row for row in range(8, energy.max_row + 1) if before(row, "消费量合计") is not None]
    assert [energy.cell(row, at["指标名称"]).value for row in used] == ["原煤", "柴油", "电力"]
    for row in used:
        parts = {title: ((before(row, title) or Decimal(0)) * GROWTH).quantize(Decimal("0.01")) for title in ("1.工业生产消费", "2.非工业生产消费")}
        told = parts | {"消费量合计": sum(parts.values()), "购进量": sum(parts.values())}
        for title in ("其中：自省外购进", "购进金额 （万元）", "合计中：运输工具消费"):
            if (known := before(row, title)) is not None:
                told[title] = (known * GROWTH).quantize(Decimal("0.01"))
        if energy.cell(row, at["年初库存量"]).value != "×":
            told["年末库存量"] = Decimal(str(energy.cell(row, at["年初库存量"]).value))
        for title, figure in told.items():
            energy.cell(row, at[title]).value = float(figure)
    at = by_title(output)
    for line in range(8, output.max_row + 1):
        known, cell = output.cell(line, at["上期 2024"]).value, output.cell(line, at["本期"])
        if isinstance(known, int | float) and cell.value is None:
            cell.value = int(known * GROWTH)
    at = by_title(total)
    for line in range(8, total.max_row + 1):
        cell = total.cell(line, at["本期 （吨标准煤）"])
        if total.cell(line, at["上期 2024"]).value == "不适用" and cell.value is None:
            cell.value = "不适用"
    book.save(template)


def open_from_work(page: Page, button: str) -> None:
    page.keyboard.press("g")
    page.keyboard.press("w")
    page.get_by_role("heading", level=1).filter(has_text="待办").wait_for()
    page.get_by_role("row").filter(has_text=RETURN).filter(has_text=UNIT).get_by_text(button, exact=True).click()
    page.get_by_role("heading", level=1).filter(has_text=UNIT).wait_for()
    settle(page)


def test_a_unit_files_its_yearly_report_from_excel_and_is_sent_back(signed_in: SignedIn, watch: Watch, look: Look, tmp_path: Path) -> None:
    watch.allow(r"status of 422 .*/act")  # sent back without a reason
    unit = signed_in("unit-reporter")
    open_from_work(unit, "填报")
    template = tmp_path / "205-1.xlsx"
    unit.get_by_text("用 Excel 填报").click()
    with unit.expect_download() as leaving:
        unit.get_by_role("button", name="下载模板").click()
    leaving.value.save_as(template)
    fill_in(template)

    unit.get_by_label("填好的模板").set_input_files(template)
    unit.get_by_role("button", name="上传并预检").click()
    expect(unit.get_by_role("heading", level=1)).to_have_text("预检：不变 0，修改 0，新增 25，清空 0，未通过 0")
    look(unit, "journey-unit-dry-run")
    unit.get_by_role("button", name="应用").click()
    settle(unit)
    expect(unit.locator("#cell-energy\\.electricity\\.industrial input")).to_have_value("4974.57")
    expect(unit.locator("main")).to_contain_text("必填 5 / 5")
    look(unit, "journey-unit-entry")

    unit.get_by_label("盖章页").set_input_files(files=[SCAN])  # type: ignore[list-item]
    unit.get_by_role("button", name="上传附件").click()
    expect(unit.locator("#attachments")).to_contain_text("盖章页.pdf")
    unit.get_by_role("button", name="上报").click()
    expect(unit.locator(".sk-lede .sk-state")).to_have_text("已上报")

    county = signed_in("county-reviewer")
    open_from_work(county, "受理")
    look(county, "journey-county-review")
    county.get_by_role("button", name="退回").click()
    expect(county.get_by_role("alert")).to_contain_text("理由")
    county.go_back()
    county.get_by_label("理由或意见").fill("购进金额请按增值税发票核对")
    county.get_by_role("button", name="退回").click()
    expect(county.locator(".sk-lede .sk-state")).to_have_text("已退回")

    open_from_work(unit, "继续填报")
    expect(unit.get_by_role("note").filter(has_text="退回")).to_contain_text("购进金额请按增值税发票核对")
    cost = unit.locator("#cell-energy\\.electricity\\.cost")
    cost.get_by_role("textbox").click()
    unit.keyboard.type("3300.5")
    unit.keyboard.press("Enter")
    expect(cost).to_have_attribute("data-state", "saved")
    look(unit, "journey-unit-sent-back")
    unit.get_by_role("button", name="上报").click()
    expect(unit.locator(".sk-lede .sk-state")).to_have_text("已上报")
    expect(unit.get_by_role("list").filter(has_text="退回")).to_contain_text("购进金额请按增值税发票核对")
    county.reload()
    expect(county.get_by_role("heading", name="与上次上报相比改动")).to_contain_text("1")
    expect(county.get_by_role("row").filter(has_text="购进金额").filter(has_text="3,300.5").first).to_be_visible()
