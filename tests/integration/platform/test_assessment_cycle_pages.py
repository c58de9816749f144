"""The pages of the assessment, walked through as the people who use them."""

import re
from datetime import timedelta

import pytest
from cycle_steps import (
    AS_OF,
    CITY,
    COUNTY,
    OTHER_COUNTY,
    REFORM,
    Person,
    acted,
    decided_cycle,
    evaluated,
    frozen,
    started,
)
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from shuangkong.access.roles import Role
from shuangkong.assessment.cycle_states import CycleAct
from shuangkong.services.assessment_cycles import result_digest
from shuangkong.services.cycle_results import decided
from shuangkong.services.people import Member
from shuangkong.services.signing_in import one_time_token
from shuangkong.store.models import AssessmentCycle, SelfEvaluation


def signed_in(who: Member) -> Client:
    client = Client(headers={"host": "localhost"})
    token = one_time_token(person_id=who.pk, purpose="sign-in", lasts=timedelta(hours=1))
    client.post(f"/sign-in/{token}")
    return client


def test_an_assessor_starts_a_year_and_sees_ranking_and_next_step(person: Person) -> None:
    cycle = started(person)
    client = signed_in(person(Role.ASSESSOR, REFORM))
    listed = client.get("/assessments").content.decode()
    assert "自评中" in listed
    assert "各县区自评并由第一责任人签署" in listed
    told = client.post("/assessments/start", {"cycle": "annual", "year": "2023", "rubric": "city-default", "as_of": AS_OF.isoformat()})
    assert told.status_code == 302
    assert AssessmentCycle.objects.filter(year=2023).exists()
    acted(cycle, person, CycleAct.REVIEW, CycleAct.ANNOUNCE)
    page = client.get(f"/assessments/{cycle.pk}").content.decode()
    assert 'data-chart="dots"' in page
    assert "确山县" in page
    assert 'type="application/json"' in page
    assert page.count("<tr>") >= 14


@pytest.mark.parametrize(
    "told", [{"cycle": "x", "year": "2023", "as_of": "2026-03-01"}, {"cycle": "annual", "year": "二零", "as_of": "2026-03-01"}, {"cycle": "annual", "year": "2023", "as_of": "昨天"}, {}]
)
def test_a_bad_form_is_refused_in_words(person: Person, told: dict[str, str]) -> None:
    client = signed_in(person(Role.ASSESSOR, REFORM))
    assert client.post("/assessments/start", told).status_code == 422


def test_a_county_writes_signs_and_appeals(person: Person) -> None:
    cycle = started(person)
    reporter, head = signed_in(person(Role.REPORTER, COUNTY)), signed_in(person(Role.FIRST_RESPONSIBLE, COUNTY))
    form = f"/assessments/{cycle.pk}/{COUNTY}/self-evaluation"
    assert "计算得分" in reporter.get(form).content.decode()
    sent = {"item": ["A1", "B1"], "points.A1": "19", "statement.A1": "完成", "points.B1": "", "before": "", "summary": "好", "files.A1": SimpleUploadedFile("证明.pdf", b"%PDF-1.7 x")}
    assert reporter.post(form, sent).status_code == 302
    row = SelfEvaluation.objects.get(cycle=cycle)
    assert reporter.post(form, {**sent, "files.A1": SimpleUploadedFile("证明.pdf", b"%PDF-1.7 x")}).status_code == 409
    assert reporter.post(f"/assessments/{cycle.pk}/{COUNTY}/sign", {"evaluation": row.pk}).status_code == 403
    assert head.post(f"/assessments/{cycle.pk}/{COUNTY}/sign", {"evaluation": row.pk}).status_code == 302
    sheet = head.get(f"/assessments/{cycle.pk}/{COUNTY}").content.decode()
    assert "证明.pdf" in sheet
    assert "签署于" in sheet
    assert "第一责任人411721" in sheet
    evidence = cycle.evidence.get()
    answer = reporter.post(f"/assessments/{cycle.pk}/evidence/{evidence.pk}")
    assert answer.content == b"%PDF-1.7 x"
    assert answer["Content-Disposition"].startswith("attachment")
    assert signed_in(person(Role.REPORTER, OTHER_COUNTY)).post(f"/assessments/{cycle.pk}/evidence/{evidence.pk}").status_code == 403
    acted(cycle, person, CycleAct.REVIEW, CycleAct.ANNOUNCE)
    assert head.post(f"/assessments/{cycle.pk}/{COUNTY}/B1/appeal", {"reason": "已整改"}).status_code == 302
    assessor = signed_in(person(Role.ASSESSOR, REFORM))
    key = cycle.appeals.get().pk
    assert assessor.post(f"/assessments/{cycle.pk}/appeals/{key}", {"decision": "upheld", "points": "12", "reason": "属实"}).status_code == 302
    sheet = head.get(f"/assessments/{cycle.pk}/{COUNTY}").content.decode()
    assert "申诉成立：属实" in sheet
    assert "裁定" in sheet


def test_before_publication_a_county_sees_only_its_own_sheet(person: Person) -> None:
    cycle = started(person)
    client = signed_in(person(Role.REPORTER, COUNTY))
    assert client.get(f"/assessments/{cycle.pk}/{COUNTY}").status_code == 200
    assert client.get(f"/assessments/{cycle.pk}/{OTHER_COUNTY}").status_code == 403
    assert "公示前只看本地结果" in client.get(f"/assessments/{cycle.pk}").content.decode()
    acted(cycle, person, CycleAct.REVIEW, CycleAct.ANNOUNCE, CycleAct.CLOSE)
    frozen(cycle, person)
    assert client.get(f"/assessments/{cycle.pk}/frozen").status_code == 403
    acted(cycle, person, CycleAct.PUBLISH)
    assert client.get(f"/assessments/{cycle.pk}/{OTHER_COUNTY}").status_code == 200
    assert "重算一致" in client.get(f"/assessments/{cycle.pk}/frozen").content.decode()
    (subject,) = re.findall(r'name="subject" value="([^"]+)"', client.get(f"/assessments/{cycle.pk}/frozen").content.decode())
    assert client.post("/audit/sheet", {"subject": subject})["Content-Type"].endswith("wordprocessingml.document")


def test_the_government_freezes_and_the_recipient_gives_receipt(person: Person) -> None:
    cycle = decided_cycle(person)
    government, assessor, recipient = signed_in(person(Role.GOVERNMENT, CITY)), signed_in(person(Role.ASSESSOR, REFORM)), signed_in(person(Role.RECIPIENT, CITY))
    assert assessor.get(f"/assessments/{cycle.pk}/freeze").status_code == 403
    page = government.get(f"/assessments/{cycle.pk}/freeze").content.decode()
    digest = result_digest(decided(cycle))
    assert digest in page
    assert "冻结不能撤销" in page
    told = {"version": cycle.version, "seen": digest, "reason": "市政府常务会议纪要"}
    assert assessor.post(f"/assessments/{cycle.pk}/freeze", told).status_code == 403
    assert government.post(f"/assessments/{cycle.pk}/freeze", told).status_code == 302
    assert government.post(f"/assessments/{cycle.pk}/freeze", told).status_code in (409, 422)
    assert assessor.post(f"/assessments/{cycle.pk}/hand-over", {"version": cycle.version + 1}).status_code == 422
    assert recipient.get("/assessments").status_code == recipient.get(f"/assessments/{cycle.pk}").status_code == 403
    assert "尚无移交" in recipient.get("/results").content.decode()
    assert assessor.post(f"/assessments/{cycle.pk}/act", {"act": "PUBLISH", "version": cycle.version + 1}).status_code == 302
    assert assessor.post(f"/assessments/{cycle.pk}/hand-over", {"version": cycle.version + 2}).status_code == 302
    assert re.search(r"2024：\S+（\d+\.\d\d 分）", assessor.get(f"/places/{COUNTY}").content.decode())
    assert "evidence verify" in recipient.get("/results").content.decode()
    bundle = recipient.post(f"/results/{cycle.pk}/bundle")
    assert bundle.content[:2] == b"PK"
    assert bundle["Content-Type"] == "application/zip"
    assert recipient.post(f"/results/{cycle.pk}/receipt", {"version": cycle.version + 3}).status_code == 302
    cycle.refresh_from_db()
    assert cycle.state == "RECEIVED"
    for address in ("", "/frozen", f"/{COUNTY}"):
        assert assessor.get(f"/assessments/{cycle.pk}{address}?lang=en").status_code == 200


def test_word_and_workbook_are_sent_as_files(person: Person) -> None:
    cycle = started(person)
    evaluated(cycle, person)
    acted(cycle, person, CycleAct.REVIEW, CycleAct.ANNOUNCE, CycleAct.CLOSE)
    frozen(cycle, person)
    client = signed_in(person(Role.ASSESSOR, REFORM))
    for form in ("docx", "xlsx"):
        answer = client.post(f"/assessments/{cycle.pk}/export", {"form": form})
        assert answer.status_code == 200
        assert answer.content[:2] == b"PK"
