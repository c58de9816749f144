"""Correcting what is locked: asked for with evidence, consented to by another, a new round; only changed figures get new versions."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from filing_steps import FORM, PERIOD, Person, carried, fill, open_window, submitted
from signed_client import signed_in

from shuangkong.access.roles import Role
from shuangkong.returns.states import ReturnAct
from shuangkong.services.amendments import AmendmentNotPossible, SameAsker, ask_amendment, decide_amendment
from shuangkong.services.attachments import AttachmentRefused
from shuangkong.services.chain import system_actor
from shuangkong.services.chain_verification import verify_chain
from shuangkong.services.filings import NotEditable, save_cells, submit_filing
from shuangkong.services.people import NotPermitted, appoint, end_appointment, member
from shuangkong.store.models import Amendment, Appointment, ChainLink, Filing, ObservationRow, Submission

PDF = b"%PDF-1.4\n%%EOF\n"
WHOLE_WAY = (ReturnAct.ACCEPT, ReturnAct.REVIEW, ReturnAct.APPROVE, ReturnAct.LOCK)


def locked(person: Person) -> int:
    open_window()
    filing = submitted(person)
    carried(filing, person, *WHOLE_WAY)
    return filing


def asked(person: Person, filing: int) -> int:
    return ask_amendment(filing_id=filing, reason="盘点漏计", name="盘点表.pdf", content=PDF, who=person(Role.REPORTER, "U001"))


def test_only_changed_figures_get_a_new_version_under_an_act_that_names_what_it_replaces(person: Person, still_clock: "object") -> None:
    filing = locked(person)
    before = ObservationRow.objects.count()
    second = decide_amendment(amendment_id=asked(person, filing), consents=True, reason="佐证属实", who=person(Role.APPROVER, "statistics"))
    assert second is not None
    reporter = person(Role.REPORTER, "U001")
    still_clock.set("2026-08-03")  # type: ignore[attr-defined]  # the window has closed; a correction has its consent instead
    page = signed_in(reporter).get(f"/returns/{second}").content.decode()
    assert "第 2 轮" in page.replace("  ", " ")
    assert 'name="energy.raw_coal.cost" value="80"' in page
    save_cells(filing_id=second, version=0, texts={"energy.raw_coal.cost": "81"}, who=reporter)
    submit_filing(filing_id=second, version=0, who=reporter)
    reviewed = signed_in(person(Role.REVIEWER, "411721")).get(f"/returns/{second}").content.decode()
    assert "与锁定内容相比更正 1" in reviewed
    for finding in Filing.objects.get(pk=second).findings.filter(severity="NEEDS_EXPLANATION"):
        from shuangkong.checks.lifecycle import FindingAct
        from shuangkong.services.finding_cases import act_on_finding

        act_on_finding(finding_id=finding.pk, act=FindingAct.EXPLAIN, who=reporter, reason="更正后核对无误")
    carried(second, person, *WHOLE_WAY)
    added = list(ObservationRow.objects.filter(filing_id=second).values_list("element", "value"))
    assert added == [("raw_coal_cost", Decimal("81"))]
    assert ObservationRow.objects.count() == before + 1
    first = Submission.objects.get(filing_id=filing)
    lock = ChainLink.objects.filter(kind="amendment", subject=f"return/{FORM}/U001/{PERIOD}").order_by("index").last()
    assert lock is not None
    assert first.digest.encode() in bytes(lock.sealed)
    assert verify_chain().is_sound
    with pytest.raises(NotEditable):
        save_cells(filing_id=filing, version=5, texts={"energy.raw_coal.cost": "1"}, who=reporter)


def test_asked_once_decided_once_by_another_person_of_the_agency(person: Person) -> None:
    filing = locked(person)
    request = asked(person, filing)
    with pytest.raises(AmendmentNotPossible, match="等待答复"):
        asked(person, filing)
    for who in (person(Role.APPROVER, "411721"), person(Role.REVIEWER, "statistics"), person(Role.REPORTER, "U001"), person(Role.AUDITOR, "411700")):
        with pytest.raises(NotPermitted):
            decide_amendment(amendment_id=request, consents=True, reason="同意", who=who)
    approver = person(Role.APPROVER, "statistics")
    with pytest.raises(AmendmentNotPossible, match="理由"):
        decide_amendment(amendment_id=request, consents=True, reason=" ", who=approver)
    assert decide_amendment(amendment_id=request, consents=False, reason="佐证不足", who=approver) is None
    with pytest.raises(AmendmentNotPossible, match="已经答复"):
        decide_amendment(amendment_id=request, consents=True, reason="再同意", who=approver)
    again = asked(person, filing)
    assert decide_amendment(amendment_id=again, consents=True, reason="属实", who=approver)
    with pytest.raises(AmendmentNotPossible, match="新一轮"):
        asked(person, filing)
    assert Filing.objects.filter(organisation__code="U001", form=FORM).count() == 2


def test_the_asker_does_not_decide_even_in_a_post_gained_since(person: Person) -> None:
    filing = locked(person)
    reporter, county = person(Role.REPORTER, "U001"), system_actor("411700")
    request = asked(person, filing)
    for post in Appointment.objects.filter(person_id=reporter.pk):
        end_appointment(appointment_id=post.pk, ended_on=date(2026, 3, 2), actor=county, reason="调任")
    appoint(person_id=reporter.pk, role=Role.APPROVER, organisation="statistics", valid_from=date(2026, 3, 2), actor=county, reason="调任")
    with pytest.raises(SameAsker):
        decide_amendment(amendment_id=request, consents=True, reason="同意", who=member(reporter.pk))


def test_without_reason_evidence_or_lock_nothing_is_asked(person: Person) -> None:
    open_window()
    filing, reporter = submitted(person), person(Role.REPORTER, "U001")
    with pytest.raises(AmendmentNotPossible, match="尚未锁定"):
        asked(person, filing)
    carried(filing, person, *WHOLE_WAY)
    with pytest.raises(AmendmentNotPossible, match="理由"):
        ask_amendment(filing_id=filing, reason=" ", name="a.pdf", content=PDF, who=reporter)
    with pytest.raises(AttachmentRefused):
        ask_amendment(filing_id=filing, reason="盘点漏计", name="a.pdf", content=b"no scan", who=reporter)
    with pytest.raises(NotPermitted):
        ask_amendment(filing_id=filing, reason="盘点漏计", name="a.pdf", content=PDF, who=person(Role.REPORTER, "U002"))
    assert not Amendment.objects.exists()


def test_by_the_pages_from_asking_to_the_open_round(person: Person) -> None:
    filing = locked(person)
    client, keeper = signed_in(person(Role.REPORTER, "U001")), signed_in(person(Role.APPROVER, "statistics"))
    assert client.post(f"/returns/{filing}/amendments", {"reason": "盘点漏计", "file": SimpleUploadedFile("a.pdf", PDF)}).status_code == 302
    assert "更正待答复" in keeper.get("/work").content.decode()
    request = Amendment.objects.get()
    assert "盘点漏计" in keeper.get(f"/returns/{filing}").content.decode()
    assert keeper.post(f"/returns/amendments/{request.pk}", {"answer": "PERHAPS", "reason": "x"}).status_code == 422
    answer = keeper.post(f"/returns/amendments/{request.pk}", {"answer": "CONSENT", "reason": "属实"})
    opened = Filing.objects.get(round=2)
    assert answer["Location"] == f"/returns/{opened.pk}"
    assert "继续填报" in client.get("/work").content.decode()
    fill(opened.pk, person(Role.REPORTER, "U001"))
    assert client.post("/returns/999999/amendments", {"reason": "x", "file": SimpleUploadedFile("a.pdf", PDF)}).status_code == 404
