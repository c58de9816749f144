"""Fixtures of the browser journeys: a browser for the session, pages that are watched, and looks at three widths."""

import base64
import hmac
import os
import struct
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browser import CHECKOUT, Watch, settle, started
from component_server import ComponentServer
from playwright.sync_api import Browser, BrowserContext, Page, StorageState
from served_city import ServedCity

# Playwright's own loop runs in the main thread; Django would take it for ours and refuse its database there.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

LOOKS = CHECKOUT / "out" / "e2e"
PASSWORD = "Wheat-river-27-lantern"  # of people made up for one run, on this machine
WIDTHS = {"1440": (1440, 900), "1024": (1024, 768), "390": (390, 844)}

NewPage = Callable[..., Page]
Look = Callable[[Page, str], list[Path]]
SignedIn = Callable[..., Page]


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
    contexts: list[BrowserContext] = []

    def make(*, viewport: tuple[int, int] = (1440, 900), language: str = "zh-CN", kept: StorageState | None = None, origin: str | None = None) -> Page:
        context = browser.new_context(
            viewport={"width": viewport[0], "height": viewport[1]}, locale=language, timezone_id="Asia/Shanghai", accept_downloads=True,
            permissions=["clipboard-read", "clipboard-write"], storage_state=kept, base_url=origin,
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


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedCity]:
    """The demo city, served; loading takes a while, so all journeys go through one."""
    served = ServedCity(tmp_path_factory.mktemp("city") / "data")
    yield served
    served.stop()


@pytest.fixture(scope="session")
def sessions() -> dict[str, StorageState]:
    """Who has signed in already: a link works once."""
    return {}


def six_digits(secret: str) -> str:
    """Return what an authenticator app shows (RFC 6238)."""
    key = base64.b32decode(secret.replace(" ", ""))
    digest = hmac.digest(key, struct.pack(">Q", int(time.time()) // 30), "sha1")
    number = struct.unpack_from(">I", digest, digest[-1] & 15)[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


@pytest.fixture
def signed_in(platform: ServedCity, sessions: dict[str, StorageState], new_page: NewPage) -> SignedIn:
    """`signed_in("auditor", "/audit")`: a page of that person; who has no link gets a password by way of the administrator."""

    def opened(name: str, path: str = "/", *, viewport: tuple[int, int] = (1440, 900), language: str = "zh-CN") -> Page:
        if name not in sessions:
            entering = new_page()
            entering.goto(platform.links[name] if name in platform.links else _first_password(name))
            if name in platform.links:
                entering.get_by_role("button", name="进入").click()
            else:
                _enter_by_password(entering, name)
            entering.get_by_role("navigation", name="主菜单").wait_for()
            sessions[name] = entering.context.storage_state()
            entering.close()
        page = new_page(viewport=viewport, language=language, kept=sessions[name], origin=platform.origin)
        page.goto(path)
        settle(page)
        return page

    def _first_password(name: str) -> str:
        """Have the administrator issue a link, as for anybody new."""
        administrator = opened("system-admin", f"/people?q={name}")
        administrator.get_by_role("link", name=name, exact=True).click()
        form = administrator.locator("form[action$='/link']")
        form.get_by_role("textbox").fill("首次登录")
        form.get_by_role("button").click()
        link = administrator.locator("main code").inner_text()
        administrator.close()
        return link

    def _enter_by_password(page: Page, name: str) -> None:
        for field in page.locator("input[type=password]").all():
            field.fill(PASSWORD)
        page.get_by_role("button", name="设定").click()
        page.get_by_label("登录名").fill(name)
        page.get_by_label("口令", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.wait_for_load_state()
        if page.get_by_role("heading", name="启用动态口令").is_visible():
            page.get_by_label("六位数").fill(six_digits(page.locator("main code").inner_text()))
            page.get_by_role("button", name="确认").click()
            page.get_by_role("link", name="已保存，继续").click()

    return opened
