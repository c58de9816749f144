"""Whoever keeps people, security or records sees no figure: not on a page, not by the API."""

import json

import pytest
from browser import Watch
from conftest import Look, SignedIn
from playwright.sync_api import expect

FIGURES = ("/targets/T001", "/figures/above_scale_industry_energy_tce/411721/2024", "/places/411721", "/units/U001", "/returns", "/findings", "/assessments", "/monitoring", "/monitoring/points/U001.DA001")


@pytest.mark.parametrize(
    ("name", "own", "heading"),
    [("system-admin", "/people", "人员"), ("security-admin", "/people", "人员"), ("audit-admin", "/access-log", "操作记录")],
)
def test_an_administrator_cannot_see_data(name: str, own: str, heading: str, signed_in: SignedIn, watch: Watch, look: Look) -> None:
    watch.allow(r"status of 40[13]")
    page = signed_in(name, own)
    expect(page.get_by_role("heading", level=1)).to_contain_text(heading)
    assert page.get_by_role("navigation", name="主菜单").get_by_role("link", name="报表").count() == 0
    for path in FIGURES:
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 403, path
        expect(page.get_by_role("alert")).to_contain_text("没有")
        expect(page.locator(".sk-remedy")).not_to_be_empty()
        assert page.locator("main td.sk-num").count() == 0
    look(page, f"journey-refused-{name}")
    for path in ("/api/board", "/api/indicators"):
        status, told = page.evaluate("async (path) => { const answer = await fetch(path); return [answer.status, await answer.text()]; }", path)
        assert status == 401, path  # it asks for a token, which is issued for posts that see figures
        assert json.loads(told), path
