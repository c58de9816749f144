"""The JSON API: tokens with scope and end, the same use cases as the pages."""

from datetime import date, timedelta

import pytest
from django.test import Client
from filing_steps import FORM, PERIOD, Person, open_window, sound_cells, submitted

from shuangkong.access.roles import Permission, Role
from shuangkong.services import clock
from shuangkong.services.api_tokens import BadToken, bearer, issue_token, revoke_token, tokens_of
from shuangkong.web.api.operations import Allowed, api

READ, FILE = Permission.FIGURES_READ, Permission.RETURN_FILE


def called(token: str) -> Client:
    return Client(headers={"authorization": f"Bearer {token}", "accept": "application/json"})


def test_every_operation_says_which_permission_it_needs() -> None:
    bare = [
        f"{method} {path}" for _, router in api._routers for path, view in router.path_operations.items() for one in view.operations
        for method in one.methods if not all(isinstance(auth, Allowed) and auth.permissions for auth in one.auth_callbacks) or not one.auth_callbacks
    ]  # fmt: skip
    assert bare == []


def test_without_a_token_nothing_is_told(small_city: None) -> None:
    assert Client().get("/api/board").status_code == 401
    assert called("sk_nothing").get("/api/board").status_code == 401
    assert Client().get("/api/openapi.json").status_code == 200


def test_a_return_is_filed_through_the_api(person: Person) -> None:
    open_window()
    token = issue_token(who=person(Role.REPORTER, "U001"), name="企业系统", scopes=[READ, FILE], days=30)
    client = called(token)
    opened = client.post("/api/returns", {"form": FORM, "organisation": "U001", "period": PERIOD}, content_type="application/json")
    filing = opened.json()["filing"]
    saved = client.post(f"/api/returns/{filing}/cells", {"version": 0, "cells": {**sound_cells(), "energy.raw_coal.nowhere": "1"}}, content_type="application/json").json()
    assert list(saved["faults"]) == ["energy.raw_coal.nowhere"]
    told = client.get(f"/api/returns/{filing}").json()
    assert (told["state"], told["cells"]["energy.raw_coal.consumed"]) == ("DRAFT", "1020")
    refused = client.post(f"/api/returns/{filing}/acts", {"act": "SUBMIT", "version": 0}, content_type="application/json")
    assert refused.status_code == 422
    assert refused.json()["faults"]
    assert client.post("/api/returns", {"form": FORM, "organisation": "U002", "period": PERIOD}, content_type="application/json").status_code == 403
    assert client.get("/api/returns/999999").status_code == 404


def test_a_token_does_no_more_than_its_scope(person: Person) -> None:
    open_window()
    token = issue_token(who=person(Role.REPORTER, "U001"), name="只读", scopes=[READ], days=1)
    refused = called(token).post("/api/returns", {"form": FORM, "organisation": "U001", "period": PERIOD}, content_type="application/json")
    assert refused.status_code == 403
    assert "另申请含此范围的令牌" in refused.json()["faults"][0]
    filing = submitted(person)
    assert called(token).post(f"/api/returns/{filing}/acts", {"act": "WITHDRAW", "version": 1, "reason": "试"}, content_type="application/json").status_code == 403


def test_a_token_ends(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    who = person(Role.REPORTER, "U001")
    token = issue_token(who=who, name="短期", scopes=[READ], days=1)
    held = bearer(token)
    assert held is not None
    assert held.pk == who.pk
    later = clock.now() + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert bearer(token) is None


def test_a_token_revoked_is_of_no_use(person: Person) -> None:
    who = person(Role.REPORTER, "U001")
    token = issue_token(who=who, name="收回", scopes=[READ], days=10)
    revoke_token(who=who, token_id=tokens_of(who=who)[0].pk)
    assert bearer(token) is None
    with pytest.raises(BadToken):
        revoke_token(who=who, token_id=tokens_of(who=who)[0].pk)


@pytest.mark.parametrize(("scopes", "days"), [([Permission.RETURN_LOCK], 10), ([], 10), ([READ], 0), ([READ], 367)])
def test_a_token_beyond_its_owner_or_measure_is_refused(person: Person, scopes: list[Permission], days: int) -> None:
    with pytest.raises(BadToken):
        issue_token(who=person(Role.REPORTER, "U001"), name="过界", scopes=scopes, days=days)


def test_no_token_freezes_even_where_its_owner_may(person: Person) -> None:
    from shuangkong.services.chain import system_actor
    from shuangkong.services.people import appoint, member

    key = person(Role.GOVERNMENT, "411700").pk
    appoint(person_id=key, role=Role.SUPPORTING_AGENCY, organisation="411700", valid_from=date(2020, 1, 1), actor=system_actor("411700"), reason="兼任")
    assert member(key).may(Permission.ASSESSMENT_FREEZE)
    with pytest.raises(BadToken, match="不得由程序行使"):
        issue_token(who=member(key), name="自动冻结", scopes=[Permission.ASSESSMENT_FREEZE], days=10)
