"""From the list of findings to the series, the explanation, the mended return and the end of a planted spike."""

import re
from decimal import Decimal

from browser import settle
from conftest import Look, SignedIn
from playwright.sync_api import Locator, Page, expect

UNIT, CODE, REPORTER = "模拟机械厂021", "U021", "reporter-U021"
SPIKE = "C038 能源消费同比异常"


def open_finding(page: Page) -> None:
    page.keyboard.press("g")
    page.keyboard.press("f")
    page.get_by_role("heading", level=1).filter(has_text="核查问题").wait_for()
    page.get_by_label("单位或县区代码").fill(CODE)
    page.get_by_role("button", name="筛选", exact=True).click()
    page.get_by_role("row").filter(has_text=UNIT).get_by_role("link", name=SPIKE).click()
    page.get_by_role("heading", level=1).filter(has_text=UNIT).wait_for()
    settle(page)


def say(page: Page, act: str, reason: str, then: str) -> None:
    page.get_by_label("说明或理由").fill(reason)
    page.get_by_role("button", name=act, exact=True).click()
    expect(page.locator(".sk-lede .sk-state")).to_have_text(then)


def electricity(page: Page, column: str) -> Locator:
    return page.locator(f"#cell-energy\\.electricity\\.{column}")


def test_a_statistician_follows_a_planted_fraud_to_its_end(signed_in: SignedIn, look: Look) -> None:
    statistician = signed_in("city-reviewer")
    open_finding(statistician)
    expect(statistician.locator("figure.sk-chart figcaption")).to_contain_text("历期")
    assert statistician.locator("figure.sk-chart tbody tr").count() == 6
    year_before = Decimal(str(statistician.locator("figure.sk-chart tbody tr").nth(4).locator("td").text_content()).replace(",", "").strip())
    look(statistician, "journey-finding")
    statistician.goto(f"/units/{CODE}")
    expect(statistician.get_by_role("heading", name="逐年")).to_be_visible()
    look(statistician, "journey-unit-series")
    statistician.get_by_role("row").filter(has_text="活动水平").get_by_role("link", name="2025", exact=True).click()
    settle(statistician)
    statistician.get_by_label("说一句").fill("用电量为上年 2.25 倍而产量没有变化，请说明或核对电费单")
    statistician.get_by_role("button", name="发送").click()
    expect(statistician.locator("#discussion")).to_contain_text("请说明或核对电费单")

    unit = signed_in(REPORTER, "/work")
    expect(unit.get_by_role("heading", name="问题待说明")).to_be_visible()
    unit.get_by_role("link", name=SPIKE).click()
    settle(unit)
    say(unit, "说明", "抄表时把两块表的读数相加了，正在更正", "已说明")

    open_finding(statistician)
    say(statistician, "退回说明", "更正后重新上报，再办结", "待处理")

    unit.get_by_role("link", name=re.compile("能源购进")).click()
    settle(unit)
    unit.get_by_label("理由或意见").fill("更正电力数据")
    unit.get_by_role("button", name="撤回").click()
    expect(unit.locator(".sk-lede .sk-state")).to_have_text("填报中")
    settle(unit)
    office = Decimal(electricity(unit, "non_industrial").get_by_role("textbox").input_value())
    for column, figure in (("industrial", year_before - office), ("consumed", year_before), ("purchased", year_before)):
        electricity(unit, column).get_by_role("textbox").fill(str(figure))
        unit.keyboard.press("Enter")
        expect(electricity(unit, column)).to_have_attribute("data-state", "saved")
    unit.get_by_role("button", name="上报").click()
    expect(unit.locator(".sk-lede .sk-state")).to_have_text("已上报")

    open_finding(statistician)
    expect(statistician.locator(".sk-lede .sk-state")).to_have_text("已整改")
    expect(statistician.locator(".sk-trail")).to_contain_text("第2次上报后不再出现")
    say(statistician, "办结", "更正后与产量相称", "已办结")
    look(statistician, "journey-finding-closed")
