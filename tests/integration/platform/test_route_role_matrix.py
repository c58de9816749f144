"""Every route × every role: the gate does what the view declares, and nobody gets in by a route that was forgotten.

New routes are covered as they come. A route open to everybody, or to everybody signed in, must be named in `OPEN`; a new converter
needs a sample in `SAMPLES`.
"""

import hashlib
import re
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver, include, path
from django.urls.converters import IntConverter, StringConverter
from security_steps import client_of

from shuangkong.access.roles import ADMINISTRATORS, GRANTS, Permission, Role
from shuangkong.services import clock
from shuangkong.services.people import Member
from shuangkong.store.models import ApiToken
from shuangkong.web.api.operations import Allowed, api
from shuangkong.web.security.policies import PUBLIC, SIGNED_IN, PolicyGate, policy, policy_of

OPEN = {
    PUBLIC: {"healthz", "sign-in", "sign-in-step", "use-link", "password-link"},
    SIGNED_IN: {"account", "own-password", "own-second-factor", "replace-own-device", "own-recovery-codes", "end-own-sessions", "session-keep", "sign-out"},
}  # fmt: skip
API = "api:"  # its operations are asked one by one below
API_OPEN = {"", "openapi.json"}  # the first is the place of all the others and answers 404
UNWELL = 503  # what /healthz answers where no backup was ever made
SAMPLES: dict[type, Any] = {IntConverter: 1, StringConverter: "none"}
PLACES = {
    Role.REPORTER: "U001", Role.REVIEWER: "411721", Role.APPROVER: "411721", Role.FIRST_RESPONSIBLE: "411721", Role.VERIFIER: "ecology_environment",
    Role.LEAD_AGENCY: "development_reform", Role.SUPPORTING_AGENCY: "transport", Role.ASSESSOR: "development_reform",
}  # fmt: skip
# What an auditor's visit may write: the log of the visit, the own session and account, the seal and published head of
# what was carried out, the task that verifies the chain.
OF_THE_VISIT = (
    "store_accessentry", "store_session", "store_signinfailure", "store_signintoken", "store_totpsecret", "store_recoverycode", "store_chainlink",
    "store_chaincontent", "store_publishedhead", "django_tasks_database_dbtaskresult",
)  # fmt: skip
People = Callable[..., Member]


class Route(NamedTuple):
    """An address and what its view declares."""

    address: str
    name: str
    view: Any

    @property
    def declared(self) -> tuple[Any, ...]:
        return policy_of(self.view) or ()

    @property
    def is_api(self) -> bool:
        return self.name.startswith(API)

    def lets(self, role: Role) -> bool:
        """Tell whether the gate must let a role pass."""
        return PUBLIC in self.declared or SIGNED_IN in self.declared or any(one in GRANTS[role] for one in self.declared)


def routes(resolver: URLResolver | None = None, before: str = "/", space: str = "") -> Iterator[Route]:
    """Yield every route there is, with sample arguments filled in."""
    for entry in (resolver or get_resolver()).url_patterns:
        told = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry, told, space + (f"{entry.namespace}:" if entry.namespace else ""))
            continue
        assert isinstance(entry, URLPattern)
        for name, converter in entry.pattern.converters.items():
            kind = type(converter)
            assert kind in SAMPLES, f"{told}: add a sample of {kind.__name__} to SAMPLES for <{name}>"
            told = told.replace(f"<{name}>", str(SAMPLES[kind])).replace(f"<int:{name}>", str(SAMPLES[kind])).replace(f"<str:{name}>", str(SAMPLES[kind]))
        assert "<" not in told, f"{told}: an argument has no sample"
        yield Route(told, space + (entry.name or told), entry.callback)


def undeclared(found: Iterator[Route]) -> list[str]:
    """Return the routes whose view says nothing of who may use it."""
    return [route.address for route in found if not route.declared]


@policy(Permission.FIGURES_READ)
def declared_view(request: HttpRequest) -> HttpResponse:
    return HttpResponse("seen")


def forgotten_view(request: HttpRequest) -> HttpResponse:
    return HttpResponse("seen")


def forgotten_urls() -> types.ModuleType:
    made = types.ModuleType("forgotten_urls")
    made.urlpatterns = [path("declared", declared_view, name="declared"), path("forgotten/<int:number>", forgotten_view, name="forgotten"), path("", include("shuangkong.web.urls"))]
    made.handler500 = "shuangkong.web.refusals.failed"
    return made


@pytest.fixture
def sessions(person: People) -> dict[Role | None, str]:
    """Sign one person in for each role and return the session keys; None signs nobody in."""
    return {None: ""} | {role: client_of(person(role, PLACES.get(role, "411700"))).session.session_key for role in Role}


@pytest.fixture
def passed(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Note of every request whether the gate let it through; of those let through to a view, the first is carried out."""
    noted: list[bool] = []
    done: set[tuple[str, str]] = set()
    gate = PolicyGate.process_view

    def noting(self: PolicyGate, request: HttpRequest, view: Any, args: object, kwargs: object) -> HttpResponse | None:
        answer = gate(self, request, view, args, kwargs)
        noted.append(answer is None)
        if answer is None and (request.method, request.path) in done:
            return HttpResponse(status=204)
        if answer is None:
            done.add((request.method, request.path))
        return answer

    monkeypatch.setattr(PolicyGate, "process_view", noting)
    return noted


@contextmanager
def undone() -> Iterator[None]:
    """Take back whatever a request did, so that the next meets the same city."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def browser() -> Client:
    """One for all requests of a test: a new one reads all middleware anew."""
    return Client(raise_request_exception=False)


def asked(client: Client, session: str, method: str, address: str) -> HttpResponse:
    """Ask as a browser with this session would."""
    client.cookies.clear()
    if session:
        client.cookies["sessionid"] = session
    return client.get(address) if method == "GET" else client.post(address, "", content_type="application/x-www-form-urlencoded")


def test_every_route_declares_who_may_use_it_and_a_forgotten_one_is_found() -> None:
    assert undeclared(routes()) == []
    with override_settings(ROOT_URLCONF=forgotten_urls()):
        assert undeclared(routes()) == ["/forgotten/1"]


def test_the_gate_itself_refuses_a_view_that_declares_nothing(browser: Client, sessions: dict[Role | None, str]) -> None:
    with override_settings(ROOT_URLCONF=forgotten_urls()):
        client = Client()
        client.cookies["sessionid"] = sessions[Role.REVIEWER]
        assert client.get("/declared").content == b"seen"
        with pytest.raises(RuntimeError, match="declares no policy"):
            client.get("/forgotten/1")


def test_a_converter_without_a_sample_is_told_clearly() -> None:
    made = types.ModuleType("new_urls")
    made.urlpatterns = [path("new/<slug:name>", declared_view)]
    with override_settings(ROOT_URLCONF=made), pytest.raises(AssertionError, match="add a sample of SlugConverter"):
        list(routes())


def test_open_routes_are_the_ones_named_here() -> None:
    found = {kind: {route.name for route in routes() if kind in route.declared and not route.is_api} for kind in OPEN}
    assert found == OPEN


def test_every_route_and_every_role_both_ways(browser: Client, sessions: dict[Role | None, str], passed: list[bool]) -> None:
    wrong = []
    for route in routes():
        if route.is_api:
            continue
        for role, session in sessions.items():
            for method in ("GET", "POST"):
                passed.clear()
                with undone():
                    status = asked(browser, session, method, route.address).status_code
                may = PUBLIC in route.declared if role is None else route.lets(role)
                refused_with = {302} if role is None or route.address == "/" else {403}
                if passed != [may] or (status >= 500 and status != UNWELL) or (not may and status not in refused_with):
                    wrong.append(f"{method} {route.address} as {role.name if role else 'nobody'}: {status}, {'passed' if passed == [True] else 'refused'}")
    assert wrong == []


def test_no_administrator_gets_anything_under_the_reading_of_figures() -> None:
    slips = [f"{route.address} {role.name}" for route in routes() if Permission.FIGURES_READ in route.declared for role in ADMINISTRATORS if route.lets(role)]
    assert slips == []


def test_an_auditor_reads_and_writes_nothing(browser: Client, sessions: dict[Role | None, str]) -> None:
    written: list[str] = []

    def watching(execute: Callable[..., Any], sql: str, *told: Any) -> Any:
        verb = sql.split(None, 1)[0].upper()
        if verb in ("INSERT", "UPDATE", "DELETE", "REPLACE") and not any(f'"{table}"' in sql for table in OF_THE_VISIT):
            written.append(sql[:80])
        return execute(sql, *told)

    for route in routes():
        for method in ("GET", "POST"):
            before = len(written)
            with undone(), connection.execute_wrapper(watching):
                asked(browser, sessions[Role.AUDITOR], method, route.address)
            written[before:] = [f"{method} {route.address}: {sql}" for sql in written[before:]]
    assert written == []


def test_every_operation_of_the_api_asks_for_its_permission(browser: Client, person: People, monkeypatch: pytest.MonkeyPatch) -> None:
    noted: list[bool] = []
    gate = Allowed.authenticate

    def noting(self: Allowed, request: HttpRequest, token: str) -> Any:
        noted.append(False)
        who = gate(self, request, token)
        noted[-1] = who is not None
        return who

    monkeypatch.setattr(Allowed, "authenticate", noting)
    tokens = {}
    for role in Role:
        tokens[role] = f"sk_{role.name}"
        ApiToken.objects.create(
            digest=hashlib.sha256(tokens[role].encode()).hexdigest(), person_id=person(role, PLACES.get(role, "411700")).pk, name="试",
            scopes=[one.name for one in Permission], expires_at=clock.now() + timedelta(days=1), recorded_at=clock.now(),
        )  # fmt: skip
    asked_of = {str(route.address).removeprefix("/api/"): route for route in routes() if route.is_api}
    wrong, seen = [], set()
    for _, router in api._routers:
        for told, view in router.path_operations.items():
            address = re.sub(r"{\w+}", "none", re.sub(r"{int:\w+}", "1", told.lstrip("/")))
            for operation in view.operations:
                guards = [guard for guard in operation.auth_callbacks if isinstance(guard, Allowed)]
                assert guards, f"{told} asks for no permission"
                assert address in asked_of, f"/api/{address}: a parameter of {told} has no sample here"
                seen.add(address)
                for role, token in {None: "sk_unknown", **tokens}.items():
                    noted.clear()
                    for method in operation.methods:
                        with undone():
                            answer = browser.generic(method, f"/api/{address}", "{}", content_type="application/json", headers={"Authorization": f"Bearer {token}"})
                        may = role is not None and any(GRANTS[role].intersection(guard.permissions) for guard in guards)
                        refused_with = 401 if role is None else 403
                        if noted != [may] or answer.status_code >= 500 or (not may and answer.status_code != refused_with):
                            wrong.append(f"{method} /api/{address} as {role.name if role else 'nobody'}: {answer.status_code}")
    assert wrong == []
    assert set(asked_of) - seen == API_OPEN
