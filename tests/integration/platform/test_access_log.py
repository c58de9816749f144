"""The access log: what is in it, who reads it, that it is only added to, that exports and uploads are limited."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client
from security_steps import FAR, GOOD, OTHER, client_of, enter, with_password

from shuangkong.access.roles import Role
from shuangkong.services import access_log, clock
from shuangkong.services.access_log import AccessKind, LogFilter, TooMany, count_against_limit, log
from shuangkong.services.chain import links
from shuangkong.services.chain_verification import verify_chain
from shuangkong.services.people import Member
from shuangkong.store.models import AccessEntry

People = Callable[..., Member]
CITY = "411700"


def kinds() -> list[str]:
    return list(AccessEntry.objects.order_by("id").values_list("kind", flat=True))


def test_who_came_failed_was_refused_and_left(person: People) -> None:
    who = with_password(person(Role.REPORTER, "U001"))
    client = Client()
    enter(client, who.sign_in_name, OTHER, FAR)
    enter(client, who.sign_in_name, GOOD, FAR)
    client.get("/people", REMOTE_ADDR=FAR)
    client.post("/sign-out", REMOTE_ADDR=FAR)
    assert kinds() == ["SIGN_IN_FAILED", "SIGNED_IN", "REFUSED", "SIGNED_OUT"]
    assert set(AccessEntry.objects.values_list("sign_in_name", "address")) == {(who.sign_in_name, FAR)}
    assert AccessEntry.objects.get(kind="REFUSED").path == "/people"


def test_no_password_code_or_token_is_ever_in_it(person: People) -> None:
    who = with_password(person(Role.REPORTER, "U001"))
    client = Client()
    enter(client, who.sign_in_name, "a-secret-typed-wrong")
    enter(client, who.sign_in_name, GOOD)
    client.post("/account/password", {"current": GOOD, "password": OTHER, "again": OTHER})
    text = " ".join(" ".join(map(str, row)) for row in AccessEntry.objects.values_list())
    assert not any(secret in text for secret in ("a-secret-typed-wrong", GOOD, OTHER))
    assert "PASSWORD_SET" in kinds()


def test_what_administrators_do_is_in_it_with_their_address(person: People) -> None:
    client, key = client_of(person(Role.SYSTEM_ADMINISTRATOR, CITY)), person(Role.REPORTER, "U001").pk
    client.post(f"/people/{key}/link", {"reason": "试"}, REMOTE_ADDR=FAR)
    row = AccessEntry.objects.get(kind="ADMINISTERED")
    assert (row.sign_in_name, row.address, row.said) == ("system_administrator-411700", FAR, "发放一次性链接：reporter-U001")


def test_rows_are_neither_changed_nor_deleted(person: People) -> None:
    log(AccessKind.SIGNED_IN, name="x")
    for change in (lambda: AccessEntry.objects.update(sign_in_name="y"), lambda: AccessEntry.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_the_audit_administrator_filters_and_exports_and_the_export_is_sealed_and_logged(person: People) -> None:
    log(AccessKind.REFUSED, name='=HYPERLINK("http://evil")', address=FAR, path="/returns", said="+1")
    log(AccessKind.SIGNED_IN, name="somebody", address=FAR)
    client = client_of(person(Role.AUDIT_ADMINISTRATOR, CITY))
    page = client.get("/access-log?kind=REFUSED").content.decode()
    assert "HYPERLINK" in page
    assert "somebody" not in page
    answer = client.post("/access-log.csv?kind=REFUSED&begin=2026-03-02&end=2026-03-02")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row[1:] for row in rows[1:]] == [["拒绝访问", "'=HYPERLINK(\"http://evil\")", FAR, "/returns", "'+1"]]
    assert list(links())[-1].act.kind.code == "export"
    assert kinds()[-1] == "EXPORTED"
    assert verify_chain().is_sound


@pytest.mark.parametrize("query", ["begin=yesterday", "end=2026-13-01", "page=99999", "page=x", "kind=NONE", "address=%27%20OR%201=1"])
def test_what_is_typed_into_the_address_breaks_nothing(person: People, query: str) -> None:
    assert client_of(person(Role.AUDITOR, CITY)).get(f"/access-log?{query}").status_code in (200, 422)


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR])
def test_the_other_administrators_do_not_read_what_is_kept_of_them(person: People, role: Role) -> None:
    client = client_of(person(role, CITY))
    assert [client.get(page).status_code for page in ("/access-log", "/access-log.csv")] == [403, 403]


def test_only_rows_older_than_the_rule_may_be_archived(person: People, monkeypatch: pytest.MonkeyPatch) -> None:
    present = datetime(2026, 3, 2, 1, tzinfo=UTC)
    for moment in ("2023-02-28T15:59:59+00:00", "2023-02-28T16:00:01+00:00"):
        monkeypatch.setattr(clock, "now", lambda moment=moment: datetime.fromisoformat(moment))
        log(AccessKind.SIGNED_IN, name=moment)
    monkeypatch.setattr(clock, "now", lambda: present)
    assert [row.sign_in_name for row in access_log.expired()] == ["2023-02-28T15:59:59+00:00"]
    octets = access_log.export_log(who=person(Role.AUDIT_ADMINISTRATOR, CITY), asked=None)
    assert octets.decode("utf-8-sig").count("\n") == 2
    assert AccessEntry.objects.count() == 2


def test_pages_of_the_log_are_bounded(person: People) -> None:
    for _ in range(access_log.PAGE + 5):
        log(AccessKind.SIGNED_IN, name="x")
    first = access_log.page_of_log(asked=LogFilter())
    assert (len(first.lines), first.count, first.pages) == (access_log.PAGE, access_log.PAGE + 5, 2)


def test_exports_are_limited_for_a_person_and_not_for_another(person: People, monkeypatch: pytest.MonkeyPatch) -> None:
    client = client_of(person(Role.AUDIT_ADMINISTRATOR, CITY))
    answers = [client.post("/access-log.csv").status_code for _ in range(62)]
    assert answers == [200] * 60 + [429] * 2
    assert client_of(person(Role.AUDITOR, CITY)).post("/access-log.csv").status_code == 200
    later = clock.now() + timedelta(minutes=11)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert client.post("/access-log.csv").status_code == 200


def test_uploads_are_limited_wherever_they_are_sent(person: People) -> None:
    who = person(Role.REPORTER, "U001")
    for _ in range(60):
        count_against_limit(AccessKind.UPLOADED, name=who.sign_in_name, address=FAR, path="/x")
    with pytest.raises(TooMany):
        count_against_limit(AccessKind.UPLOADED, name=who.sign_in_name, address=FAR, path="/x")
    client = client_of(who)
    assert client.post("/returns/open", {"file": SimpleUploadedFile("a.xlsx", b"x")}).status_code == 429
