"""A return that copies the year before is explained, reviewed by one person, approved by another, locked by the city; its figure then opens."""

import re

from browser import settle
from conftest import Look, SignedIn
from playwright.sync_api import Page, expect

UNIT, REPORTER = "模拟制药厂260", "reporter-U260"
COPIED = "C061"


def act(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def from_work(page: Page, button: str) -> None:
    """Open the return of the unit from the list of what waits."""
    page.keyboard.press("g")
    page.keyboard.press("w")
    page.get_by_role("heading", level=1).filter(has_text="待办").wait_for()
    page.get_by_role("row").filter(has_text=UNIT).get_by_role("link", name=button).click()
    page.get_by_role("heading", level=1).filter(has_text=UNIT).wait_for()
    settle(page)


def test_a_county_reviews_and_approves_and_the_city_locks(signed_in: SignedIn, look: Look) -> None:
    unit = signed_in(REPORTER, "/work")
    unit.get_by_role("link", name=COPIED).click()
    unit.get_by_label("说明或理由").fill("全年停产检修，各品种用量与上年相同，附停产批复")
    act(unit, "说明")
    expect(unit.locator(".sk-lede .sk-state")).to_have_text("已说明")

    county = place_of(unit)
    reviewer = signed_in(f"reviewer-{county}")
    from_work(reviewer, "审核")
    expect(reviewer.locator("main")).to_contain_text("全年停产检修")
    look(reviewer, "journey-review-explained")
    act(reviewer, "审核")
    expect(reviewer.locator(".sk-lede .sk-state")).to_have_text("已审核")
    assert reviewer.get_by_role("button", name="核定", exact=True).count() == 0

    approver = signed_in(f"approver-{county}")
    from_work(approver, "核定")
    act(approver, "核定")
    expect(approver.locator(".sk-lede .sk-state")).to_have_text("已核定")

    city = signed_in("city-approver")
    from_work(city, "锁定")
    act(city, "锁定")
    dialog = city.get_by_role("dialog")
    expect(dialog).to_contain_text("只能申请更正")
    dialog.get_by_role("button", name="锁定").click()
    expect(city.locator(".sk-lede .sk-state")).to_have_text("已锁定")
    look(city, "journey-locked")

    city.locator("#cell-total\\.comprehensive_energy_tce\\.value a.sk-door").click()
    settle(city)
    expect(city.get_by_role("heading", level=1)).to_contain_text(UNIT)
    for hand in ("上报", "受理", "审核", "核定", "锁定"):
        expect(city.locator("main")).to_contain_text(hand)
    expect(city.locator("dl.sk-facts")).to_contain_text(re.compile(r"存证\s*#\d+"))
    look(city, "journey-locked-figure")


def place_of(page: Page) -> str:
    """Return the county of the unit, as its page says."""
    page.goto("/units/U260")
    found = page.locator("main a[href^='/places/']").first.get_attribute("href")
    assert found is not None
    return found.rsplit("/", 1)[1]
