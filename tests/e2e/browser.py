"""The browser of the tests: the machine's Chromium where it is new enough, else the one that npm brings.

`python tests/e2e/browser.py` makes it ready and prints where it is; a machine where it cannot be had fails here, loudly.
"""

import ctypes
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Request, sync_playwright

from shuangkong.web import assets

HERE = Path(__file__).parent
CHECKOUT = HERE.parents[1]
_LEAVINGS = 3  # so many pages may follow one another before the last is waited for
CHROMIUM_AT_LEAST = 109  # the last that runs on Windows 7, which many offices still have
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--hide-scrollbars", "--font-render-hinting=none", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)  # fmt: skip
UNPACK = """
const fs = require("fs"), zlib = require("zlib"), { pipeline } = require("stream");
const [from, to] = process.argv.slice(1);
pipeline(fs.createReadStream(from), zlib.createBrotliDecompress(), fs.createWriteStream(to), (error) => { if (error) throw error; });
"""
FONTS = '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>{fonts}</dir><cachedir>{cache}</cachedir></fontconfig>'


class Chromium(NamedTuple):
    """A browser that can be started: its file and what its environment needs."""

    path: str
    environment: dict[str, str]


def find() -> Chromium:
    """Return the browser named by `CHROMIUM`, else the machine's if new enough, else the one from npm, unpacked once."""
    if named := os.environ.get("CHROMIUM"):
        return Chromium(named, dict(os.environ))
    for path in filter(None, map(shutil.which, NAMES)):
        told = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
        version = re.search(r"(\d+)\.\d+\.\d+", told)
        if version and int(version[1]) >= CHROMIUM_AT_LEAST:
            return Chromium(path, dict(os.environ))
    return _from_npm()


def _from_npm() -> Chromium:
    version = json.loads((HERE / "package-lock.json").read_text("utf-8"))["packages"]["node_modules/@sparticuz/chromium"]["version"]
    place = CHECKOUT / ".cache" / f"chromium-{version}"
    if not (place / "ready").exists():
        _unpack(assets.install(HERE) / "@sparticuz" / "chromium" / "bin", place)
    return Chromium(str(place / "chromium"), _environment(place))


def _unpack(packed: Path, place: Path) -> None:
    place.mkdir(parents=True, exist_ok=True)
    tools = assets.toolchain()
    for name in ("chromium", "al2023.tar", "fonts.tar"):
        subprocess.run([tools.node, "-e", UNPACK, str(packed / f"{name}.br"), str(place / name)], env=tools.environment, check=True)
        if name.endswith(".tar"):
            with tarfile.open(place / name) as pack:
                pack.extractall(place, filter="data")
    (place / "chromium").chmod(0o755)
    (place / "fonts.conf").write_text(FONTS.format(fonts=place / "fonts", cache=place / "fonts-cache"), "utf-8")
    (place / "ready").touch()


def _environment(place: Path) -> dict[str, str]:
    """Its own libraries only where the machine lacks one; its own fonts always, so that every machine shows the same."""
    environment = os.environ | {"FONTCONFIG_FILE": str(place / "fonts.conf")}
    for name in ("libnss3.so", "libnssutil3.so", "libnspr4.so", "libexpat.so.1"):
        try:
            ctypes.CDLL(name)
        except OSError:
            environment["LD_LIBRARY_PATH"] = os.pathsep.join(filter(None, [str(place / "lib"), os.environ.get("LD_LIBRARY_PATH", "")]))
            break
    return environment


@contextmanager
def started() -> Iterator[Browser]:
    """Start the browser with a fresh profile; end it."""
    chromium = find()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.path, args=list(FLAGS), headless=True, chromium_sandbox=False, env=dict(chromium.environment)
        )
        try:
            yield browser
        finally:
            browser.close()


class Watch:
    """What a page must not do: complain on the console, break the content policy, fail, or ask beyond this machine."""

    def __init__(self) -> None:
        self.slips: list[str] = []
        self.allowed: list[re.Pattern[str]] = []

    def allow(self, pattern: str) -> None:
        """Let a slip pass that the test itself brings about."""
        self.allowed.append(re.compile(pattern))

    def follow(self, page: Page) -> None:
        """Listen to a page."""
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.slips.append(f"error: {error}"))
        page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.slips.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.hostname not in ("127.0.0.1", "localhost", "testserver"):
            self.slips.append(f"request beyond this machine: {request.url}")

    def found(self) -> list[str]:
        """Return what was not allowed."""
        return [slip for slip in self.slips if not any(pattern.search(slip) for pattern in self.allowed)]


def settle(page: Page) -> None:
    """Wait until the page's own modules have started, its charts are drawn and its fonts are in; follow it where it is just leaving."""
    for _ in range(_LEAVINGS):
        try:
            return _settle(page)
        except Error as trouble:
            if "Execution context was destroyed" not in str(trouble):
                raise
    return _settle(page)


def _settle(page: Page) -> None:
    page.wait_for_load_state("load")
    page.wait_for_function("() => !document.querySelector('script[src*=\"js/main.\"]') || document.documentElement.dataset.skReady")
    page.wait_for_function(
        "() => [...document.querySelectorAll('figure.sk-chart[data-chart]')].every((figure) => figure.dataset.drawn || !figure.querySelector('script'))"
    )
    # Charts are painted once more when a part of the font arrives, and that may ask for another part.
    page.evaluate("""async () => {
        const frame = () => new Promise((done) => requestAnimationFrame(done));
        for (let calm = 0; calm < 3; calm = document.fonts.status === "loaded" ? calm + 1 : 0) { await document.fonts.ready; await frame(); }
    }""")


if __name__ == "__main__":
    try:
        print(find().path)
    except assets.Refusal as refusal:
        print(refusal, file=sys.stderr)
        sys.exit(2)
