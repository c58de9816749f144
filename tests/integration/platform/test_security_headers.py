"""What every answer carries, what no answer tells, which requests are not taken."""

import json
import re
import subprocess
import sys
import types
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import include
from django.urls import path as address
from security_steps import client_of
from test_route_role_matrix import routes

from shuangkong.access.roles import Role
from shuangkong.services.people import Member
from shuangkong.web.security.policies import PUBLIC, policy

People = Callable[..., Member]
SOURCE = Path(__file__).parents[3] / "src" / "shuangkong"
HEADERS = {
    "X-Frame-Options": "DENY", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "private, no-store",
}  # fmt: skip


@policy(PUBLIC)
def failing_view(request: HttpRequest) -> HttpResponse:
    raise OSError("/srv/secret/path password=hunter2")


def failing_urls() -> types.ModuleType:
    made = types.ModuleType("failing_urls")
    made.urlpatterns = [address("fails", failing_view), address("", include("shuangkong.web.urls"))]
    made.handler404, made.handler500 = "shuangkong.web.refusals.not_found", "shuangkong.web.refusals.failed"
    return made


@pytest.mark.parametrize("page", ["/sign-in", "/returns", "/nowhere", "/healthz", "/fails", "/people", "/account"])
def test_every_answer_carries_the_headers(person: People, page: str) -> None:
    client = client_of(person(Role.REVIEWER, "411721"))
    with override_settings(ROOT_URLCONF=failing_urls()):
        client.raise_request_exception = False
        for answer in (client.get(page), Client(raise_request_exception=False).get(page)):
            assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
            policy_told = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
            assert policy_told["script-src"] == policy_told["style-src"] == policy_told["default-src"] == "'self'"
            assert (policy_told["object-src"], policy_told["base-uri"], policy_told["frame-ancestors"]) == ("'none'", "'none'", "'none'")
            assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_a_failure_tells_its_number_and_nothing_else(person: People, caplog: pytest.LogCaptureFixture) -> None:
    with override_settings(ROOT_URLCONF=failing_urls()):
        answer = Client(raise_request_exception=False).get("/fails")
    text = answer.content.decode()
    assert answer.status_code == 500
    assert not any(told in text for told in ("hunter2", "/srv/secret", "OSError", "Traceback", "failing_view"))
    number = re.search(r"[0-9a-f]{8}", text)
    assert number
    assert number[0] in caplog.text


@pytest.mark.parametrize("page", ["/nowhere", "/returns/999999", "/targets/%3Cscript%3E", "/sign-in/%27%22%3E%3Cscript%3Ealert(1)%3C/script%3E", "/%2e%2e/etc/passwd"])
def test_what_is_not_there_is_told_without_running_what_was_typed(person: People, page: str) -> None:
    answer = client_of(person(Role.REVIEWER, "411721")).get(page)
    assert answer.status_code in (200, 404, 422)
    assert "<script>" not in answer.content.decode()
    assert "Traceback" not in answer.content.decode()


def test_no_form_is_taken_without_its_token(person: People) -> None:
    key = client_of(person(Role.REVIEWER, "411721")).session.session_key
    taken = []
    for number, route in enumerate(routes()):  # each from an address of its own: too many from one are held back before they are looked at
        client = Client(enforce_csrf_checks=True, raise_request_exception=False, REMOTE_ADDR=f"10.0.{number // 250}.{number % 250 + 1}")
        client.cookies["sessionid"] = key
        answer = client.post(route.address, {"reason": "forged"})
        is_refused = answer.status_code in ((401, 403, 405) if route.is_api else (403,))
        if not is_refused:
            taken.append(f"{route.address}: {answer.status_code}")
    assert taken == []


def test_the_api_takes_no_cookie_for_a_token(person: People) -> None:
    client = client_of(person(Role.REVIEWER, "411721"))
    assert client.get("/api/work").status_code == 401


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(person: People) -> None:
    client = client_of(person(Role.REVIEWER, "411721"))
    cookie = client.cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


def test_a_real_deployment_is_closed_by_default(tmp_path: Path) -> None:
    program = (
        "import json; from shuangkong.config import settings as s;"
        "print(json.dumps({name: getattr(s, name) for name in ('DEBUG','SESSION_COOKIE_SECURE','CSRF_COOKIE_SECURE','SESSION_COOKIE_HTTPONLY',"
        "'SECURE_HSTS_SECONDS','ALLOWED_HOSTS','IS_DEMO','SESSION_IDLE_SECONDS','SESSION_ABSOLUTE_SECONDS','DATA_UPLOAD_MAX_MEMORY_SIZE')}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env={"PATH": "", "SHUANGKONG_DATA": str(tmp_path), "PYTHONPATH": str(SOURCE.parent)}, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == {
        "DEBUG": False, "SESSION_COOKIE_SECURE": True, "CSRF_COOKIE_SECURE": True, "SESSION_COOKIE_HTTPONLY": True, "SECURE_HSTS_SECONDS": 31_536_000,
        "ALLOWED_HOSTS": ["127.0.0.1", "localhost", "[::1]"], "IS_DEMO": False, "SESSION_IDLE_SECONDS": 1800, "SESSION_ABSOLUTE_SECONDS": 28_800,
        "DATA_UPLOAD_MAX_MEMORY_SIZE": 8_388_608,
    }  # fmt: skip
    assert (tmp_path / "secret.key").stat().st_mode & 0o077 == 0


@override_settings(ALLOWED_HOSTS=["city.example"])
def test_a_host_that_is_not_ours_is_not_answered(person: People) -> None:
    answer = Client(raise_request_exception=False).get("/sign-in", headers={"host": "evil.example"})
    assert answer.status_code == 400
    assert "evil.example" not in answer.content.decode()


def test_a_body_too_large_or_with_too_many_fields_is_not_read(person: People) -> None:
    client = client_of(person(Role.REPORTER, "U001"))
    client.raise_request_exception = False
    big = client.post("/returns/open", "x=" + "y" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE, content_type="application/x-www-form-urlencoded")
    many = client.post("/returns/open", "&".join(["a=1"] * (settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1)), content_type="application/x-www-form-urlencoded")
    files = client.post("/returns/open", {f"f{number}": SimpleUploadedFile("a", b"x") for number in range(settings.DATA_UPLOAD_MAX_NUMBER_FILES + 1)})
    assert [answer.status_code for answer in (big, many, files)] == [400, 400, 400]


def test_templates_are_files_of_the_package_and_none_is_made_from_text() -> None:
    making = re.compile(r"\bfrom_string\(|\bTemplate\(|render_to_string\(f|(?<!class )Engine\(")
    found = [f"{file.relative_to(SOURCE)}: {line.strip()}" for file in SOURCE.rglob("*.py") for line in file.read_text("utf-8").splitlines() if making.search(line)]
    assert found == []


def test_no_template_switches_escaping_off_but_for_drawings_of_our_own() -> None:
    unescaped = re.compile(r"\|\s*safe\b|autoescape\s+(off|false)|\|\s*safeseq")
    found = {
        str(file.relative_to(SOURCE)) for folder in ("web/templates", "services/documents/templates") for file in (SOURCE / folder).rglob("*")
        if file.is_file() and unescaped.search(file.read_text("utf-8"))
    }  # fmt: skip
    of_ours = {"web/templates/people/enrolment.html", "web/templates/people/replacement.html"}  # the QR code of a second factor
    assert found <= of_ours | {"services/documents/templates/report.html.j2", "services/documents/templates/parts.html.j2"}


def test_no_template_carries_a_script_style_or_handler_that_the_policy_would_stop() -> None:
    inline = re.compile(r"\sstyle=|\son[a-z]{3,}=|<script(?![^>]*\bsrc=)|<style|javascript:", re.IGNORECASE)
    found = [
        f"{file.relative_to(SOURCE)}: {line.strip()[:80]}" for file in (SOURCE / "web" / "templates").rglob("*.html")
        for line in file.read_text("utf-8").splitlines() if inline.search(line) and 'type="application/json"' not in line
    ]  # fmt: skip
    assert found == []


def test_static_files_and_a_host_that_is_not_ours_carry_the_policy_too(db: None) -> None:
    for answer in (Client().get("/static/shuangkong/css/shuangkong.css"), Client().get("/sign-in", headers={"host": "elsewhere.example"})):
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        answer.close()
    assert answer.status_code == 400


def test_only_a_proxy_of_ours_says_that_the_way_was_encrypted(db: None) -> None:
    with override_settings(SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https"), SECURE_HSTS_SECONDS=60):
        for address, told in (("127.0.0.1", True), ("203.0.113.9", False)):
            answer = Client(REMOTE_ADDR=address).get("/sign-in", headers={"X-Forwarded-Proto": "https"})
            assert ("Strict-Transport-Security" in answer.headers) is told


def test_of_a_request_too_large_nothing_is_read(person: People) -> None:
    client = client_of(person(Role.REPORTER, "U001"))
    for path in ("/account/sessions/end", "/api/waivers"):
        answered = client.generic("POST", path, b"x", content_type="multipart/form-data; boundary=b", CONTENT_LENGTH=str(101 * 1024 * 1024))
        assert (answered.status_code, "上限 100 MB" in answered.content.decode("unicode_escape" if path.startswith("/api") else "utf-8")) == (413, True)
