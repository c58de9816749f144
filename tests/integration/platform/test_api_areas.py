"""The API, area by area: what is described, who may, files both ways, limits."""

import json
from typing import Any

import pytest
from cycle_steps import decided_cycle
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from filing_steps import FORM, PERIOD, Person, carried, open_window, submitted
from ninja import Schema
from security_steps import client_of

from shuangkong.access.roles import Permission, Role
from shuangkong.returns.states import ReturnAct
from shuangkong.services import api_tokens, clock
from shuangkong.services.api_tokens import issue_token
from shuangkong.services.people import Member
from shuangkong.store.models import ApiToken, Filing
from shuangkong.web.api.operations import api

READ, FILE = Permission.FIGURES_READ, Permission.RETURN_FILE
JSON = "application/json"


def called(who: Member, *scopes: Permission) -> Client:
    token = issue_token(who=who, name="试", scopes=scopes or [one for one in Permission if who.may(one)], days=9)
    return Client(headers={"authorization": f"Bearer {token}"})


def forced(who: Member) -> Client:
    """A client with a token that names every scope, also for one who may ask for none."""
    scopes = [one.name for one in Permission]
    ApiToken.objects.create(
        digest=api_tokens._digest(f"sk_{who.pk}"), person_id=who.pk, name="试", scopes=scopes, expires_at=clock.now().replace(year=2027), recorded_at=clock.now(),
    )  # fmt: skip
    return Client(headers={"authorization": f"Bearer sk_{who.pk}"})


def test_every_operation_is_described_both_ways() -> None:
    paths = json.loads(json.dumps(api.get_openapi_schema(), default=str))["paths"]
    lacking = []
    for path, methods in paths.items():
        for method, told in methods.items():
            answers = told["responses"]
            fine = " / " in told["summary"] and told.get("description") and "content" in answers["200"] and all(str(status) in answers for status in (401, 403, 404, 409, 422, 429))
            lacking += [] if fine and told.get("security") else [f"{method} {path}"]
    assert lacking == []
    assert len(paths) == 122


def test_no_two_shapes_have_one_name() -> None:
    """One would take the place of the other in the description."""
    found: dict[str, set[type]] = {}
    waiting: list[type] = [Schema]
    while waiting:
        one = waiting.pop()
        waiting += one.__subclasses__()
        if one.__module__.startswith("shuangkong.web.api"):
            found.setdefault(one.__name__, set()).add(one)
    assert [name for name, shapes in found.items() if len(shapes) > 1] == []
    assert len(found) > 100


def test_the_body_is_json_of_whole_characters(person: Person) -> None:
    client = called(person(Role.REPORTER, "U001"))
    assert client.post("/api/returns", "form=1", content_type="text/plain").status_code == 415
    assert client.post("/api/returns", "{", content_type=JSON).status_code == 400
    assert client.post("/api/returns", {"form": FORM}, content_type=JSON).status_code == 422
    for odd in ("\x00", "\ud800"):
        answer = client.post("/api/returns", json.dumps({"form": odd, "organisation": "U001", "period": PERIOD}), content_type=JSON)
        assert answer.status_code == 422
        assert answer.json()["faults"] == ["请求内容“…”——含空字符或残缺字符；删去后重试"]
    assert client.get("/api/units/U%00").status_code == 422
    assert client.get("/api/findings?period=%00").status_code == 422


def test_an_approvers_token_locks_only_where_its_scope_says_so(person: Person) -> None:
    open_window()
    filing = submitted(person)
    carried(filing, person, ReturnAct.ACCEPT, ReturnAct.REVIEW, ReturnAct.APPROVE)
    agency = person(Role.APPROVER, "statistics")
    told = {"act": "LOCK", "version": Filing.objects.get(pk=filing).version}
    assert called(agency, READ).post(f"/api/returns/{filing}/acts", told, content_type=JSON).status_code == 403
    assert called(agency, READ, Permission.RETURN_LOCK).post(f"/api/returns/{filing}/acts", told, content_type=JSON).status_code == 200
    seen = called(person(Role.REPORTER, "U001"), READ).get(f"/api/observations?org=U001&period={PERIOD}&limit=2").json()
    assert len(seen["items"]) == 2
    assert seen["count"] > 2
    assert called(person(Role.REPORTER, "U002"), READ).get(f"/api/observations?org=U001&period={PERIOD}").json() == {"count": 0, "items": []}
    assert called(person(Role.REPORTER, "U001"), READ).get("/api/observations").status_code == 422


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDIT_ADMINISTRATOR])
def test_no_token_of_an_administrator_reads_a_figure(person: Person, role: Role) -> None:
    client = forced(person(role, "411700"))
    for path in ("board", "observations?org=411700", "figures?element=a&org=411700&period=2024", "places", "units", "work", "assessments", "findings"):
        assert client.get(f"/api/{path}").status_code == 403, path


def test_administrators_register_and_appoint(person: Person) -> None:
    system, security = forced(person(Role.SYSTEM_ADMINISTRATOR, "411700")), forced(person(Role.SECURITY_ADMINISTRATOR, "411700"))
    made = system.post("/api/people", {"sign_in_name": "new.person", "full_name": "新来", "reason": "调入"}, content_type=JSON).json()["key"]
    told = {"role": "REVIEWER", "organisation": "411721", "reason": "任职文件"}
    assert system.post(f"/api/people/{made}/posts", told, content_type=JSON).status_code == 403
    assert security.post(f"/api/people/{made}/posts", told, content_type=JSON).status_code == 200
    assert [post["role"] for post in system.get(f"/api/people/{made}").json()["person"]["posts"]] == ["REVIEWER"]


def test_a_template_goes_out_and_an_upload_is_tried_before_it_is_applied(person: Person) -> None:
    open_window()
    client = called(person(Role.REPORTER, "U001"))
    filing = client.post("/api/returns", {"form": FORM, "organisation": "U001", "period": PERIOD}, content_type=JSON).json()["filing"]
    template = client.post(f"/api/returns/{filing}/template")
    assert (template.status_code, template.content[:2]) == (200, b"PK")
    known = client.get(f"/api/returns/{filing}").json()["known"]
    sent = SimpleUploadedFile("205-1.xlsx", template.content)
    assert client.post(f"/api/returns/{filing}/upload", {"version": known, "file": sent}).json()["cells"] == []
    trial: dict[str, Any] = client.post(
        f"/api/returns/{filing}/paste", {"version": known, "table": "energy", "row": "raw_coal", "column": "opening", "text": "100"}, content_type=JSON
    ).json()
    assert [(one["key"], one["change"], one["new"]) for one in trial["cells"]] == [("energy.raw_coal.opening", "ADDED", "100")]
    assert client.get(f"/api/returns/{filing}").json()["cells"] == {}
    applied = client.post(f"/api/returns/{filing}/apply", {"ticket": trial["ticket"]}, content_type=JSON)
    assert applied.json()["saved"] == ["energy.raw_coal.opening"]
    page = SimpleUploadedFile("盖章页.pdf", b"%PDF-1.4\n%%EOF\n")
    kept = client.post(f"/api/returns/{filing}/attachments", {"file": page}).json()["key"]
    assert client.post(f"/api/attachments/{kept}").content == b"%PDF-1.4\n%%EOF\n"
    assert called(person(Role.REPORTER, "U002")).post(f"/api/attachments/{kept}").status_code == 403


def test_a_cycle_is_read_and_frozen(person: Person) -> None:
    cycle = decided_cycle(person)
    reader = called(person(Role.ASSESSOR, "development_reform"))
    seen = reader.get(f"/api/assessments/{cycle.pk}").json()
    assert seen["cycle"]["state"] == "DECIDED"
    told = {"version": seen["cycle"]["version"], "seen": seen["digest"], "reason": "市政府常务会议纪要"}
    assert reader.post(f"/api/assessments/{cycle.pk}/freeze", told, content_type=JSON).status_code == 403
    government = forced(person(Role.GOVERNMENT, "411700"))
    assert government.post(f"/api/assessments/{cycle.pk}/freeze", told, content_type=JSON).status_code == 200
    assert government.post(f"/api/assessments/{cycle.pk}/freeze", told, content_type=JSON).status_code in (409, 422)
    assert reader.get(f"/api/assessments/{cycle.pk}/frozen").json()["differences"] == []
    assert reader.get(f"/api/assessments/{cycle.pk}/sheets/411721").status_code == 200


def test_a_token_that_is_used_too_often_waits(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_tokens, "limit", lambda name: 3)
    client, other = called(person(Role.REPORTER, "U001")), called(person(Role.REPORTER, "U002"))
    assert [client.get("/api/forms?limit=1").status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    assert other.get("/api/forms?limit=1").status_code == 200


def test_a_token_is_shown_once_on_its_page_and_a_token_makes_no_other(person: Person) -> None:
    who = person(Role.REPORTER, "U001")
    browser = client_of(who)
    page = browser.post("/tokens/issue", {"name": "企业系统", "days": "30", "scope": ["FIGURES_READ", "TOKEN_MANAGE"]})
    made = page.context["made"]
    assert made in page.content.decode()
    assert page["Cache-Control"] == "no-store"
    assert made not in browser.get("/tokens").content.decode()
    client = Client(headers={"authorization": f"Bearer {made}"})
    listed = client.get("/api/tokens").json()["items"]
    assert [(one["name"], one["scopes"]) for one in listed] == [("企业系统", ["FIGURES_READ", "TOKEN_MANAGE"])]
    assert client.post("/api/tokens", "{}", content_type=JSON).status_code == 405
    assert browser.post("/tokens/issue", {"name": "", "days": "30", "scope": ["FIGURES_READ"]}).status_code == 422
    assert browser.post("/tokens/issue", {"name": "锁定", "days": "x", "scope": ["RETURN_LOCK"]}).status_code == 422
    assert browser.post(f"/tokens/{listed[0]['token']}/revoke").status_code == 302
    assert client.get("/api/tokens").status_code == 401


def test_the_page_of_tokens_is_for_those_who_may_have_some(person: Person) -> None:
    assert client_of(person(Role.SYSTEM_ADMINISTRATOR, "411700")).get("/tokens").status_code == 403
