"""From the board to the return a unit filed: who, when, and which link of the chain; then the same as it was known in the past."""

import re

from browser import settle
from conftest import Look, SignedIn
from playwright.sync_api import expect

COUNTY = "411721"


def test_an_officer_opens_a_target_down_to_the_filed_figure(signed_in: SignedIn, look: Look) -> None:
    page = signed_in("auditor")
    expect(page.get_by_role("heading", level=1)).to_contain_text("项指标")
    look(page, "journey-board")
    page.get_by_label("查找").fill("西平县")
    page.get_by_role("button", name="筛选", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="筛选出")).to_be_visible()
    page.locator("table[data-name=board] tbody th a").first.click()
    settle(page)
    expect(page.get_by_role("heading", name="怎么算的")).to_be_visible()
    look(page, "journey-target")
    page.locator("table[data-name=inputs] a.sk-door").first.click()
    settle(page)
    expect(page.locator("dl.sk-facts")).to_contain_text("存证")
    look(page, "journey-figure")

    page.goto(f"/figures/above_scale_industry_energy_tce/{COUNTY}/2024")
    settle(page)
    expect(page.get_by_role("heading", name="由什么构成")).to_be_visible()
    look(page, "journey-made-of")
    page.locator("table[data-name=parts] a.sk-door").first.click()
    settle(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("模拟")
    expect(page.get_by_role("heading", name="经手")).to_be_visible()
    page.locator("dl.sk-facts a[href^='/returns/']").click()
    settle(page)
    expect(page.locator(".sk-lede .sk-state").first).to_have_text("已锁定")
    record = page.locator(".sk-trail").last
    for hand in ("上报", "受理", "审核", "核定", "锁定"):
        expect(record).to_contain_text(hand)
    expect(record).to_contain_text(re.compile(r"存证第 \d+ 环"))
    page.go_back()
    page.locator("dl.sk-facts a[href^='/audit/acts/']").click()
    settle(page)
    assert page.locator("dl.sk-facts .badge").all_inner_texts() == ["相符", "相符"]
    look(page, "journey-chain-link")


def test_the_board_as_it_was_known_differs(signed_in: SignedIn) -> None:
    page = signed_in("lead-agency")
    now = page.get_by_role("heading", level=1).inner_text()
    page.get_by_label("截至", exact=True).fill("2024-06-30")
    page.get_by_label("截至", exact=True).press("Enter")
    page.wait_for_url("**as_of=2024-06-30**")
    settle(page)
    expect(page.get_by_role("note").filter(has_text="截至 2024-06-30 所知")).to_be_visible()
    assert page.get_by_role("heading", level=1).inner_text() != now
    page.get_by_role("link", name="回到现在").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(now)
