"""An auditor looks: who did what, the state of the chain, one act and its proof; and sees that a tampered row is found."""

import io
import re
from datetime import timedelta

import pytest
from django.test import Client
from django_tasks_db.models import DBTaskResult
from docx import Document
from filing_steps import Person, carried, open_window, submitted
from test_chain import run

from shuangkong.access.roles import Role
from shuangkong.evidence.verification import verify
from shuangkong.returns.states import ReturnAct
from shuangkong.services.people import Member
from shuangkong.services.signing_in import one_time_token
from shuangkong.store.models import ChainLink, FilingAct

WHOLE_WAY = (ReturnAct.ACCEPT, ReturnAct.REVIEW, ReturnAct.APPROVE, ReturnAct.LOCK)


def _signed_in(who: Member) -> Client:
    client = Client()
    token = one_time_token(person_id=who.pk, purpose="sign-in", lasts=timedelta(hours=1))
    client.post(f"/sign-in/{token}")
    return client


@pytest.fixture
def locked(person: Person) -> int:
    open_window()
    filing = submitted(person)
    carried(filing, person, *WHOLE_WAY)
    return filing


@pytest.fixture
def auditor(locked: int, person: Person) -> Client:
    return _signed_in(person(Role.AUDITOR, "411700"))


def test_who_did_what_by_person_kind_subject_and_day(auditor: Client) -> None:
    told = auditor.get("/audit", {"person": "核定人statistics", "kind": "LOCKING", "subject": "return/", "begin": "2026-03-01", "end": "2026-03-02"}).content.decode()
    assert re.findall(r"谁做了什么：(\d+) 条", told) == ["1"]
    assert "return/205-1/U001/2025" in told
    assert re.findall(r"谁做了什么：(\d+) 条", auditor.get("/audit", {"end": "2026-03-01"}).content.decode()) == ["0"]
    assert auditor.get("/audit", {"begin": "someday"}).status_code == 422


def test_one_act_with_its_content_proof_and_sheet(auditor: Client, locked: int) -> None:
    index = FilingAct.objects.get(filing_id=locked, act="LOCK").link
    told = auditor.get(f"/audit/acts/{index}").content.decode()
    assert all(one in told for one in ("cells energy.raw_coal.consumed", "<td>1020</td>", "核定人statistics", "相符", "同一对象的其他办理"))
    result = verify(auditor.post(f"/audit/acts/{index}/bundle").content)
    assert (result.is_verified, len(result.links)) == (True, 1)
    assert ChainLink.objects.order_by("-index")[0].kind == "export"
    assert "由公布的链头覆盖" in auditor.get(f"/audit/acts/{index}").content.decode()
    sheet = auditor.post("/audit/sheet", {"subject": "return/205-1/U001/2025"})
    assert "四位一组" in "".join(paragraph.text for paragraph in Document(io.BytesIO(sheet.content)).paragraphs)
    assert ChainLink.objects.order_by("-index")[0].subject == "export/sheet/return/205-1/U001/2025"
    assert "审批单（Word，印有存证链公布值）" in auditor.get(f"/returns/{locked}").content.decode()
    head = re.findall(r"/audit/heads/(sha256:\w+)", auditor.get("/audit/heads").content.decode())
    assert head[0] in auditor.get(f"/audit/heads/{head[0]}").content.decode()
    assert auditor.get("/audit/acts/99999").status_code == 422


def test_an_auditor_sees_that_a_tampered_row_is_found(auditor: Client) -> None:
    assert "尚未校验" in auditor.get("/audit/chain").content.decode()
    auditor.post("/audit/chain/verify")
    assert "正在校验" in auditor.get("/audit/chain").content.decode()
    _work()
    assert 'data-tone="good"' in auditor.get("/audit/chain").content.decode()
    run("UPDATE store_observationrow SET value = '900' WHERE element = 'raw_coal_consumed'", "store_observationrow")
    auditor.post("/audit/chain/verify")
    _work()
    told = auditor.get("/audit/chain").content.decode()
    assert "不成立" in told
    assert re.search(r"store_observationrow 第\d+行（raw_coal_consumed U001 2025）的 value 现为 900，存证为 1020；存证于第\d+环（2026-03-02 锁定 return/205-1/U001/2025，核定人statistics）", told)
    assert "is 900, sealed as 1020" in auditor.get("/audit/chain", {"lang": "en"}).content.decode()


def _work() -> None:
    """Do what waits, as the worker would; the worker itself closes the connection that a test holds."""
    for waiting in DBTaskResult.objects.ready():
        waiting.claim("test")
        waiting.set_successful(waiting.task.call())


def test_a_unit_sees_what_was_done_to_its_own_returns_and_no_others(locked: int, person: Person) -> None:
    own, other = _signed_in(person(Role.REPORTER, "U001")), _signed_in(person(Role.REPORTER, "U002"))
    index = FilingAct.objects.get(filing_id=locked, act="APPROVE").link
    assert own.get(f"/audit/acts/{index}").status_code == 200
    assert other.get(f"/audit/acts/{index}").status_code == 422
    assert "U001" not in other.get("/audit").content.decode()
    assert other.post(f"/audit/acts/{index}/bundle").status_code == 422
    assert other.post("/audit/sheet", {"subject": "return/205-1/U001/2025"}).status_code == 422
    assert other.post("/audit/chain/verify").status_code == 403


def test_administrators_and_strangers_see_nothing_of_it(locked: int, person: Person) -> None:
    for role in (Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDIT_ADMINISTRATOR):
        assert _signed_in(person(role, "411700")).get("/audit").status_code == 403
    assert Client().get("/audit").status_code == 302
