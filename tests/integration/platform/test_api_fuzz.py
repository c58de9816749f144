"""The API asked whatever its own description allows, and what it does not, by people of several roles: never a failure of ours, never another answer than described."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest
import schemathesis
from cycle_steps import evaluated, started
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from filing_steps import FORM, Person, open_window, submitted
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from shuangkong.access.roles import Permission, Role
from shuangkong.config.wsgi import application
from shuangkong.services import api_tokens, clock
from shuangkong.services.deployment import catalogue, city
from shuangkong.services.people import Member
from shuangkong.store.models import ApiToken, FindingRecord

PLACES = {Role.REPORTER: "U001", Role.APPROVER: "411721", Role.ASSESSOR: "development_reform", Role.SECURITY_ADMINISTRATOR: "411700"}
EXAMPLES = 2
SEED = 20260302
HOST = {"Host": "localhost", "Accept-Encoding": "identity"}
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


def token_of(who: Member) -> str:
    """Give somebody a token for everything the posts allow, whether or not the role may ask for one itself."""
    token = f"sk_fuzz_{who.pk}"
    scopes = [one.name for one in Permission]
    ApiToken.objects.create(
        digest=api_tokens._digest(token), person_id=who.pk, name="试", scopes=scopes, expires_at=clock.now().replace(year=2027), recorded_at=clock.now(),
    )  # fmt: skip
    return token


@contextmanager
def undone() -> Iterator[None]:
    """Take back what a request did."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand requests in a moment that stands still would only meet the limits."""
    monkeypatch.setattr(api_tokens, "count_call", lambda token: None)
    monkeypatch.setattr("shuangkong.web.api.gate.count_call", lambda token: None)
    monkeypatch.setattr("shuangkong.web.security.logged.count_against_limit", lambda kind, **told: None)
    monkeypatch.setattr("shuangkong.web.api.gate.count_against_limit", lambda kind, **told: None)


@pytest.fixture
def kept_connection() -> Iterator[None]:
    """A request begins and ends with closing connections that are in a transaction; the test's own must stay, as in Django's client."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


class Asked(NamedTuple):
    """The description as published, who asks, and what there is to ask for."""

    schema: Any
    tokens: dict[Role | None, str]
    known: dict[str, dict[str, Any]]


@pytest.fixture
def described(unlimited: None, kept_connection: None, person: Person) -> Asked:
    """A city with a return submitted and an assessment started."""
    open_window()
    filing = submitted(person)
    cycle = started(person)
    evaluated(cycle, person)
    reporter = person(Role.REPORTER, "U001")
    tokens = {role: token_of(person(role, place)) for role, place in PLACES.items()} | {None: "sk_unknown"}
    of = {"returns": {"filing": filing}, "assessments": {"cycle": cycle.pk, "code": "411721"}, "people": {"person": reporter.pk}, "acts": {"index": 3}, "results": {"cycle": cycle.pk}}
    codes = {"targets": city().plan.targets[0].id, "indicators": next(iter(catalogue().indicators)), "forms": FORM, "places": "411721", "units": "U001",
             "organisations": "U001", "rules": "security.limits.api_calls_per_minute"}  # fmt: skip
    finding = FindingRecord.objects.order_by("id").first()
    known = of | {area: {"code": code} for area, code in codes.items()} | ({"findings": {"finding": finding.pk}} if finding else {})
    return Asked(schemathesis.openapi.from_wsgi("/api/openapi.json", application, headers=HOST), tokens, known)


def asked(told: Asked, operation: Any, mode: GenerationMode, wrong: list[str]) -> Callable[[], None]:
    """Return a run of an operation with generated requests, by everybody, that notes every answer that does not conform."""
    names = set(re.findall(r"{(\w+)}", operation.path))
    there = {name: value for name, value in told.known.get(operation.path.split("/")[2], {}).items() if name in names} if mode is GenerationMode.POSITIVE else {}

    @seed(SEED)
    @settings(max_examples=EXAMPLES, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(operation.as_strategy(mode, path_parameters=there))
    def run(case: Any) -> None:
        for role, token in told.tokens.items():
            with undone():
                answer = case.call(headers={**HOST, "Authorization": f"Bearer {token}"})
            try:
                case.validate_response(answer, checks=CHECKS)
            except FailureGroup as found:  # all of them at once, not the first alone
                wrong.append(f"{operation.label} as {role and role.name}: {answer.status_code} {answer.text[:200]} " + " | ".join(str(one) for one in found.exceptions)[:400])
            if role is None and answer.status_code not in (401, 404, 405):
                wrong.append(f"{operation.label}: {answer.status_code} to a stranger")

    return run


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.name.lower())
def test_whatever_is_asked_the_answer_is_as_described(described: Asked, mode: GenerationMode) -> None:
    wrong: list[str] = []
    for found in described.schema.get_all_operations():
        asked(described, found.ok(), mode, wrong)()
    assert wrong == []
