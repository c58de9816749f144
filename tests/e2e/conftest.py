"""Fixtures of the browser journeys: a browser for the session, pages that are watched, and looks at three widths."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browser import CHECKOUT, Watch, settle, started
from component_server import ComponentServer
from playwright.sync_api import Browser, Page

# Playwright's own loop runs in the main thread; Django would take it for ours and refuse its database there.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

LOOKS = CHECKOUT / "out" / "e2e"
WIDTHS = {"1440": (1440, 900), "1024": (1024, 768), "390": (390, 844)}

NewPage = Callable[..., Page]
Look = Callable[[Page, str], list[Path]]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all journeys; every page has its own context, so no cookie is shared."""
    with started() as browser:
        yield browser


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Fails the test for console errors, breaches of the content policy and requests beyond this machine."""
    watch = Watch()
    yield watch
    assert watch.found() == []


@pytest.fixture
def new_page(browser: Browser, watch: Watch) -> Iterator[NewPage]:
    """`new_page(viewport=(1440, 900), language="zh-CN")`: a watched page in a context of its own, that of another person."""
    contexts = []

    def make(*, viewport: tuple[int, int] = (1440, 900), language: str = "zh-CN") -> Page:
        context = browser.new_context(
            viewport={"width": viewport[0], "height": viewport[1]}, locale=language, timezone_id="Asia/Shanghai", accept_downloads=True,
            permissions=["clipboard-read", "clipboard-write"],
        )  # fmt: skip
        context.set_default_timeout(10_000)
        context.on("page", watch.follow)
        contexts.append(context)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """A desk's page, 1440 × 900, Chinese."""
    return new_page()


@pytest.fixture
def look() -> Look:
    """`look(page, "board")`: whole-page screenshots at the three widths in out/e2e, to be looked at; nothing may stick out sideways."""

    def take(page: Page, name: str) -> list[Path]:
        LOOKS.mkdir(parents=True, exist_ok=True)
        files = []
        for width, (across, down) in WIDTHS.items():
            page.set_viewport_size({"width": across, "height": down})
            settle(page)
            files.append(LOOKS / f"{name}-{width}.png")
            # As tall as the page: what sticks to the window's edge would else be drawn over the middle.
            page.set_viewport_size({"width": across, "height": max(down, page.evaluate("document.documentElement.scrollHeight"))})
            settle(page)
            page.screenshot(path=files[-1])
            assert page.evaluate("document.documentElement.scrollWidth") <= across, f"{name} sticks out at {width}"
        return files

    return take


@pytest.fixture
def components() -> Iterator[ComponentServer]:
    """The page of every component, without Django."""
    server = ComponentServer()
    server.start()
    yield server
    server.shutdown()
    server.server_close()
