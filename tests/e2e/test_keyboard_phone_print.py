"""The main pages by keyboard alone, on a telephone, on paper, in English."""

import re

import pytest
from browser import settle
from conftest import LOOKS, NewPage, SignedIn
from playwright.sync_api import expect

MAIN_PAGES = ("/", "/places", "/units", "/work", "/returns", "/findings", "/assessments", "/rules", "/organisations", "/targets/T001", "/units/U001", "/monitoring", "/monitoring/points/U001.DA001", "/monitoring/coverage")
CHINESE = re.compile("[\u4e00-\u9fff]+")


def test_the_board_by_keyboard(signed_in: SignedIn) -> None:
    page = signed_in("lead-agency")
    page.keyboard.press("Tab")
    expect(page.locator(".sk-skip")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator(".sk-brand")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("navigation", name="主菜单").get_by_role("link").first).to_be_focused()
    page.keyboard.press("/")
    expect(page.get_by_label("查找")).to_be_focused()
    page.keyboard.type("水泥")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=**")
    settle(page)
    expect(page.get_by_role("status").filter(has_text="筛选出")).to_be_visible()
    for letter, heading in (("c", "县区"), ("n", "单位"), ("w", "待办"), ("r", "填报"), ("f", "核查问题"), ("a", "考核"), ("u", "规则"), ("b", "项指标")):
        page.keyboard.press("g")
        page.keyboard.press(letter)
        expect(page.get_by_role("heading", level=1)).to_contain_text(heading)
        settle(page)


def test_main_pages_fit_a_telephone(signed_in: SignedIn) -> None:
    page = signed_in("lead-agency", viewport=(390, 844))
    wide = []
    for path in MAIN_PAGES:
        page.goto(path)
        settle(page)
        if page.evaluate("document.documentElement.scrollWidth") > 390:
            wide.append(path)
    assert wide == []


@pytest.mark.parametrize(("name", "path"), [("lead-agency", "/"), ("lead-agency", "/units/U001")])
def test_pages_go_on_paper(name: str, path: str, signed_in: SignedIn) -> None:
    page = signed_in(name, path)
    LOOKS.mkdir(parents=True, exist_ok=True)
    paper = page.pdf(path=LOOKS / f"paper{path.replace('/', '-')}.pdf", format="A4", print_background=True)
    assert paper.startswith(b"%PDF")
    page.emulate_media(media="print")
    expect(page.locator(".sk-header")).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_the_english_board_speaks_english(signed_in: SignedIn, new_page: NewPage) -> None:
    page = signed_in("lead-agency", "/?lang=en", language="en-GB")
    page.screenshot(path=LOOKS / "journey-board-english.png", full_page=True)
    shown = page.locator(".sk-nav, h1, .sk-lede, dl.sk-facts, figcaption, .sk-filter label, th[scope=col], .sk-light, .sk-mark, .sk-note, .sk-footer").all_inner_texts()
    assert [text for text in shown if CHINESE.search(text)] == []
