"""An exceedance that the simulated loggers bring about is raised by itself, answered by the unit, sent back, answered again, closed by the county."""

import re

from browser import settle
from conftest import Look, SignedIn
from playwright.sync_api import Page, expect

RELOADS_MOST, LOOK_MS = 80, 3_000  # loggers, drain and chores begin when the city is served


def first_alarm(page: Page) -> str:
    """Return the address of an exceedance that is over, once there is one."""
    row = page.get_by_role("row").filter(has_text="已恢复正常").first
    for _ in range(RELOADS_MOST):
        page.goto("/monitoring/alarms?state=RAISED&kind=EXCEEDANCE")
        try:
            expect(row).to_be_visible(timeout=LOOK_MS)
        except AssertionError:
            continue
        found = row.get_by_role("link").first.get_attribute("href")
        assert found is not None
        return found
    raise AssertionError("no exceedance was raised")


def test_an_exceedance_is_raised_answered_and_closed(signed_in: SignedIn, look: Look) -> None:
    city = signed_in("city-reviewer", "/monitoring")
    city.get_by_role("link", name="报警", exact=True).click()
    alarm = first_alarm(city)
    look(city, "journey-alarms")
    city.goto(alarm)
    settle(city)
    expect(city.get_by_role("heading", level=1)).to_contain_text("限值")
    look(city, "journey-alarm-raised")
    unit = re.search(r"\b([A-Z]\d{3})\.D", city.get_by_role("heading", level=1).inner_text())
    assert unit is not None

    reporter = signed_in(f"reporter-{unit[1]}", "/work")
    expect(reporter.get_by_role("heading", name="报警待答复")).to_be_visible()
    reporter.locator(f"a[href='{alarm}']").click()
    reporter.get_by_label("原因").fill("脱硫循环泵跳停，浆液供应不足")
    reporter.get_by_label("措施").fill("切换备用泵")
    reporter.get_by_role("button", name="答复", exact=True).click()
    expect(reporter.locator(".sk-lede .sk-state")).to_have_text("待核实")
    assert reporter.get_by_role("button", name="办结", exact=True).count() == 0

    city.goto("/work")
    expect(city.get_by_role("heading", name="报警待核实")).to_be_visible()
    city.locator(f"a[href='{alarm}']").click()
    city.get_by_label("核实意见").fill("请附备用泵切换时刻")
    city.get_by_role("button", name="退回", exact=True).click()
    expect(city.locator(".sk-lede .sk-state")).to_have_text("待答复")

    reporter.goto(alarm)
    reporter.get_by_label("原因").fill("脱硫循环泵跳停，浆液供应不足")
    reporter.get_by_label("措施").fill("十分钟内切换备用泵，已恢复")
    reporter.get_by_role("button", name="答复", exact=True).click()

    city.goto(alarm)
    city.get_by_label("核实意见").fill("属实，已恢复")
    city.get_by_role("button", name="办结", exact=True).click()
    expect(city.locator(".sk-lede .sk-state")).to_have_text("已办结")
    for said in ("脱硫循环泵跳停", "请附备用泵切换时刻", "十分钟内切换备用泵", "属实，已恢复"):
        expect(city.locator(".sk-trail")).to_contain_text(said)
    look(city, "journey-alarm-closed")
    city.goto("/monitoring/devices")
    expect(city.get_by_role("heading", level=1)).to_contain_text("在线")
    look(city, "journey-devices")
    city.locator("table[data-name=devices] th a").first.click()
    settle(city)
    look(city, "journey-device")
