"""From the city's energy by its meters down to a works, the load of its year, one month of it, and the factor behind its coal equivalent."""

import re

from browser import settle
from conftest import Look, SignedIn
from playwright.sync_api import expect

YEAR = "/monitoring/energy/units/U001?period=2025"
ASKED_AT_MOST = 3000


def test_an_officer_explores_a_years_load(signed_in: SignedIn, look: Look) -> None:
    page = signed_in("auditor")
    page.set_default_timeout(60_000)  # the city's past is being brought in beside it, on the same cores
    # The platform brings two years of quarter hours into the lake and rolls them up by itself once it serves.
    assert any("load-heat" in page.request.get(YEAR).text() for _ in range(ASKED_AT_MOST))
    page.goto("/monitoring/energy")
    settle(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("驻马店市")
    page.goto(YEAR)
    settle(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("计量用能")
    expect(page.locator("figure[data-name=load-heat] canvas").first).to_be_visible()
    expect(page.locator("dl.sk-facts")).to_contain_text("负荷率")
    look(page, "journey-load-of-a-year")

    page.get_by_label("只看一个月").fill("2025-03")
    page.get_by_role("button", name="查看").click()
    page.wait_for_url("**month=2025-03**")
    settle(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("2025年3月")
    page.locator("figure[data-name=load-curve]").get_by_role("button", name="表", exact=True).click()
    expect(page.locator("table[data-name=load-parts] tbody tr")).to_have_count(31)
    expect(page.locator("table[data-name=differences] tbody tr")).to_have_count(1)
    page.locator("table[data-name=carriers] a.sk-door").first.click()
    settle(page)
    expect(page).to_have_url(re.compile("/rules/energy.coal_equivalent"))
