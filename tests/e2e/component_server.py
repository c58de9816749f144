"""A page of every component without Django: its own little server, with the content policy of the platform and a cell address to play on."""

import json
import mimetypes
import re
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, cast
from urllib.parse import urlsplit

from shuangkong.web.assets import VENDOR

FIXTURES = Path(__file__).parent / "fixtures"
STATIC = VENDOR.parent
POLICY = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

Answer = tuple[int, dict[str, Any]]


class ComponentServer(ThreadingHTTPServer):
    """Serves the fixtures; keeps what was posted; answers as a test wants it to."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.posts: list[dict[str, Any]] = []
        self.version = 1
        self.answer: Callable[[dict[str, Any]], Answer] = self.accept
        self.progress = [{"state": "running", "done": 3, "total": 10, "remaining_s": 4}, {"state": "done", "message": "已完成"}]

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def kept(self) -> dict[str, str]:
        """Every cell ever sent, the last text of each."""
        return {key: text for post in self.posts for key, text in post["cells"].items()}

    def accept(self, post: dict[str, Any]) -> Answer:
        """Keep all cells; find the third one odd; compute one figure."""
        self.version += 1
        bought = post["cells"].get("205-1.raw_coal.bought")
        computed = {"205-1.raw_coal.tce": {"value": "714.3", "text": "714.30", "working": f"{bought} × 0.7143"}} if bought else {}
        odd = [key for key, text in post["cells"].items() if text == "1000000"]
        findings = [{"key": key, "severity": "NEEDS_EXPLANATION", "code": "C-101", "text": "比上年多 99 倍，通常在 0.5 至 2 倍之间；请核对单位是否为吨"} for key in odd]
        wrong = [key for key, text in post["cells"].items() if text == "abc"]
        return 200, {
            "version": self.version, "saved": [key for key in post["cells"] if key not in wrong], "computed": computed,
            "faults": [{"key": key, "message": "“abc”不是数；请填数字，没有则填“不适用”"} for key in wrong], "findings": findings,
        }  # fmt: skip

    def start(self) -> None:
        """Serve from a thread of its own."""
        Thread(target=self.serve_forever, daemon=True).start()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def _owner(self) -> ComponentServer:
        return cast(ComponentServer, self.server)

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        if address.path == "/progress":
            answers = self._owner.progress
            self._json(200, answers.pop(0) if len(answers) > 1 else answers[0])
            return
        file = (STATIC / address.path.removeprefix("/static/")) if address.path.startswith("/static/") else FIXTURES / (address.path.strip("/") or "components.html")
        if not file.resolve().is_relative_to(STATIC if address.path.startswith("/static/") else FIXTURES) or not file.is_file():
            self._send(404, "text/plain", b"")
            return
        body = file.read_bytes()
        if "lang=en" in address.query:
            body = body.replace(b'<html lang="zh-Hans">', b'<html lang="en">')
        if "charts=no" in address.query:
            body = re.sub(rb"<figure.*?</figure>", b"", body, flags=re.DOTALL)
        self._send(200, mimetypes.guess_type(file.name)[0] or "application/octet-stream", body)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        if self.path != "/cells":
            self._send(200, "text/html; charset=utf-8", b"<!DOCTYPE html><title>sent</title><link rel='icon' href='/static/shuangkong/icon.svg'>")
            return
        post = json.loads(body)
        self._owner.posts.append(post | {"csrf": self.headers["X-CSRFToken"]})
        self._json(*self._owner.answer(post))

    def _json(self, status: int, body: dict[str, Any]) -> None:
        self._send(status, "application/json", json.dumps(body, ensure_ascii=False).encode())

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8" if kind in ("text/html", "text/css", "text/javascript") else kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent: the tests look at what was posted."""
