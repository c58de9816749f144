"""A verdict on a target that no figure decides: proposed with evidence, confirmed by another person, superseded and never overwritten."""

import json
from base64 import b64encode
from datetime import date
from functools import partial
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from filing_steps import Person
from security_steps import client_of
from test_api_areas import called as token_client
from test_chain import run

from shuangkong.access.roles import Role
from shuangkong.assessment.evaluation import ProposalKind
from shuangkong.kernel.faults import InputRefused
from shuangkong.plan.trajectory import Light
from shuangkong.plan.verdict import VerdictAct, VerdictState, VerdictWord
from shuangkong.services import clock
from shuangkong.services.attachments import AttachmentRefused
from shuangkong.services.board_pages import board_page
from shuangkong.services.chain import system_actor
from shuangkong.services.chain_verification import verify_chain
from shuangkong.services.cycle_results import computed
from shuangkong.services.deployment import city
from shuangkong.services.people import Member, NotPermitted, appoint, member
from shuangkong.services.target_pages import target_page
from shuangkong.services.verdicts import (
    NoVerdictPossible,
    OwnVerdict,
    answer_verdict,
    confirmed_verdicts,
    open_verdict_evidence,
    propose_verdict,
    returned_verdicts,
    waiting_verdicts,
)
from shuangkong.services.work_pages import work_page
from shuangkong.store.models import AssessmentCycle, ChainLink, TargetVerdict, VerdictEvidence
from shuangkong.web.board import rows

TARGET, LEAD, YEAR = "T102", "development_reform", 2025
PAGE = ("出台节能政策清单.pdf", b"%PDF-1.4 policies")
SAID = "出台节能减排配套政策9件，机制运行正常。"


@pytest.fixture(autouse=True)
def nothing_drawn() -> None:
    rows._drawn.cache_clear()


@pytest.fixture
def lead(person: Person) -> Member:
    return person(Role.LEAD_AGENCY, LEAD)


@pytest.fixture
def approver(person: Person) -> Member:
    return person(Role.APPROVER, "statistics")


def called(client: Client, method: str, path: str, told: Any = None) -> tuple[int, Any]:
    """Ask the API; return status and answer."""
    answer = client.generic(method, f"/api{path}", "" if told is None else json.dumps(told), content_type="application/json")
    return answer.status_code, answer.json()


def proposed(who: Member, word: VerdictWord = VerdictWord.ON_COURSE, **changed: object) -> int:
    return propose_verdict(**{"target": TARGET, "year": YEAR, "word": word, "statement": SAID, "who": who, "files": [PAGE], **changed})


def refusal(what: type[InputRefused], **changed: object) -> str:
    with pytest.raises(what) as refused:
        proposed(**changed)
    return refused.value.faults[0].line()


def light(**moment: object) -> Light:
    row = board_page(year=YEAR, **moment).row(TARGET)
    assert row is not None
    return row.row.light


def test_a_verdict_counts_once_another_person_confirmed_it(lead: Member, approver: Member) -> None:
    assert "定性待评判 21" in board_page(year=YEAR).answer.zh
    verdict = proposed(lead)
    assert light() is Light.GREY
    assert [one.row.pk for one in waiting_verdicts(who=approver)] == [verdict]
    assert answer_verdict(verdict_id=verdict, act=VerdictAct.CONFIRM, who=approver) == (TARGET, YEAR, VerdictState.CONFIRMED)
    page = board_page(year=YEAR)
    assert page.answer.zh == "83 项指标：顺利 1，预警 0，滞后 0，待数据 62，定性待评判 20"
    row = page.row(TARGET)
    assert row is not None
    assert (row.row.light, row.state_words.zh, row.row.reason and row.row.reason.zh) == (Light.GREEN, "顺利", "定性，评判为顺利")
    assert target_page(target=TARGET, year=YEAR, who=lead).finding.zh == "节能减排政策机制更加完善：2025 年评判为顺利"
    assert waiting_verdicts(who=approver) == ()
    assert [one.line() for one in verify_chain().findings] == []


def test_a_later_verdict_takes_the_place_and_the_past_stays_known(lead: Member, approver: Member, still_clock: object) -> None:
    still_clock.set("2026-03-03")
    answer_verdict(verdict_id=proposed(lead), act=VerdictAct.CONFIRM, who=approver)
    still_clock.set("2026-04-10")
    second = proposed(lead, VerdictWord.BEHIND)
    still_clock.set("2026-04-20")
    answer_verdict(verdict_id=second, act=VerdictAct.CONFIRM, who=approver)
    known = {day: light(as_of=date.fromisoformat(day)) for day in ("2026-03-02", "2026-03-03", "2026-04-19", "2026-04-20")}
    assert known == {"2026-03-02": Light.GREY, "2026-03-03": Light.GREEN, "2026-04-19": Light.GREEN, "2026-04-20": Light.RED}
    judging = target_page(target=TARGET, year=YEAR, who=lead, as_of=date(2026, 4, 15)).judging
    assert judging is not None
    assert judging.in_force is not None
    assert judging.waiting is not None
    assert (judging.in_force.word, judging.waiting.word, judging.waiting.possible, judging.may_propose) == (VerdictWord.ON_COURSE, VerdictWord.BEHIND, (), False)
    links = list(ChainLink.objects.filter(subject=f"verdict/{TARGET}/{YEAR}").order_by("index"))
    assert [one.kind for one in links] == ["submission", "approval", "submission", "approval"]
    assert links[0].content_digest in bytes(links[2].sealed).decode()  # the later names the content it takes the place of


def test_an_earlier_years_verdict_is_told_and_gives_no_light(lead: Member, approver: Member) -> None:
    answer_verdict(verdict_id=proposed(lead, year=2024), act=VerdictAct.CONFIRM, who=approver)
    row = board_page(year=YEAR).row(TARGET)
    assert row is not None
    assert row.row.reason is not None
    assert (row.row.light, row.row.reason.zh) == (Light.GREY, "2025 年待评判；2024 年评判为顺利")
    assert [one.year for one in confirmed_verdicts(year=2024, as_of=date(2026, 3, 2))] == [2024]


def _proposal(cycle: AssessmentCycle) -> ProposalKind:
    return next(one.proposal.kind for one in computed(cycle).evaluated if one.line.target.id == TARGET)


def test_the_mid_term_evaluation_reads_it(lead: Member, approver: Member) -> None:
    cycle = AssessmentCycle(cycle="midterm", year=2022, rubric=city().defaults.rubric, as_of=clock.today())
    assert _proposal(cycle) is ProposalKind.JUDGE
    answer_verdict(verdict_id=proposed(lead, VerdictWord.BEHIND, year=2022), act=VerdictAct.CONFIRM, who=approver)
    assert _proposal(cycle) in (ProposalKind.STRENGTHEN, ProposalKind.WARN)


def test_nobody_confirms_the_own_verdict_nor_from_below(lead: Member, person: Person) -> None:
    both = person(Role.LEAD_AGENCY, LEAD)
    verdict = proposed(both)
    with pytest.raises(NotPermitted):
        answer_verdict(verdict_id=verdict, act=VerdictAct.CONFIRM, who=both)
    with pytest.raises(NotPermitted):
        answer_verdict(verdict_id=verdict, act=VerdictAct.CONFIRM, who=person(Role.APPROVER, "411721"))
    with pytest.raises(NotPermitted):
        answer_verdict(verdict_id=verdict, act=VerdictAct.WITHDRAW, who=person(Role.LEAD_AGENCY, "transport"), reason="误报")


def test_whoever_holds_both_posts_still_needs_another(person: Person) -> None:
    one = person(Role.LEAD_AGENCY, LEAD)
    appoint(person_id=one.pk, role=Role.APPROVER, organisation="statistics", valid_from=date(2020, 1, 1), actor=system_actor("411700"), reason="测试任职")
    both = member(one.pk)
    verdict = proposed(both)
    assert work_page(who=both).verdicts == ()
    with pytest.raises(OwnVerdict, match="不能自己认定或退回"):
        answer_verdict(verdict_id=verdict, act=VerdictAct.CONFIRM, who=both)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"target": "T001"}, "有数值的目标由数据判定"), ({"target": "T999"}, "方案没有这项目标"), ({"year": 2027}, "应在 2021 年至今年之间"),
        ({"year": 2020}, "应在 2021 年至今年之间"), ({"statement": " \n"}, "没有写评判说明"), ({"statement": "长" * 2001}, "超过 2000 个字"),
    ],
)  # fmt: skip
def test_what_cannot_be_judged_is_refused_with_the_remedy(lead: Member, changed: dict[str, object], said: str) -> None:
    assert said in refusal(NoVerdictPossible, who=lead, **changed)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([], "没有佐证"), ([("空.pdf", b"")], "是空文件"), ([("表.xlsx", b"PK\x03\x04")], "不是 PDF、PNG 或 JPEG"), ([("大.pdf", b"%PDF-" + b"0" * (10 * 1024 * 1024))], "超过 10 MB"),
        ([(f"{number}.pdf", b"%PDF-" + bytes([number])) for number in range(21)], "佐证超过 20 个"),
    ],
)  # fmt: skip
def test_evidence_is_known_by_its_content(lead: Member, files: list[tuple[str, bytes]], said: str) -> None:
    assert said in refusal(AttachmentRefused, who=lead, files=files)
    assert TargetVerdict.objects.count() == VerdictEvidence.objects.count() == 0


def test_only_a_lead_agency_judges(person: Person) -> None:
    for role, organisation in ((Role.LEAD_AGENCY, "transport"), (Role.REPORTER, "411721"), (Role.APPROVER, "statistics"), (Role.AUDITOR, "411700")):
        with pytest.raises(NotPermitted):
            proposed(person(role, organisation))


def test_one_waits_at_a_time_and_is_answered_once(lead: Member, approver: Member) -> None:
    verdict = proposed(lead)
    assert "已有评判待认定" in refusal(NoVerdictPossible, who=lead)
    with pytest.raises(NoVerdictPossible, match="没有写理由"):
        answer_verdict(verdict_id=verdict, act=VerdictAct.SEND_BACK, who=approver)
    answer_verdict(verdict_id=verdict, act=VerdictAct.SEND_BACK, who=approver, reason="补充文号")
    with pytest.raises(NoVerdictPossible, match="已经办理"):
        answer_verdict(verdict_id=verdict, act=VerdictAct.CONFIRM, who=approver)
    assert [one.row.pk for one in returned_verdicts(who=lead)] == [verdict]
    kept = VerdictEvidence.objects.get().digest
    again = proposed(lead, statement="补充文号后再报。", files=[], kept=[kept, "sha256:none"])
    assert returned_verdicts(who=lead) == ()
    answer_verdict(verdict_id=again, act=VerdictAct.WITHDRAW, who=lead, reason="数据有误")
    assert light() is Light.GREY
    assert [one.number for one in TargetVerdict.objects.order_by("id")] == [1, 2]
    assert [one.line() for one in verify_chain().findings] == []


@pytest.mark.parametrize(
    ("table", "statement", "said"),
    [
        ("store_targetverdict", "UPDATE store_targetverdict SET word = 'MET'", "word 现为 MET，存证为 ON_COURSE"),
        ("store_targetverdict", "UPDATE store_targetverdict SET statement = '好'", "statement 现为 好"),
        ("store_targetverdict", "UPDATE store_targetverdict SET year = 2024", "year 现为 2024，存证为 2025"),
        ("store_verdictdecision", "UPDATE store_verdictdecision SET act = 'SEND_BACK'", "act 现为 SEND_BACK，存证为 CONFIRM"),
        ("store_verdictdecision", "DELETE FROM store_verdictdecision", "store_verdictdecision 缺少一行"),
        ("store_verdictevidence", "UPDATE store_verdictevidence SET name = 'x.pdf'", "name 现为 x.pdf"),
        ("store_verdictevidence", "UPDATE store_verdictevidence SET content = '%PDF-2'", "content 现为"),
        ("store_verdictevidence", "DELETE FROM store_verdictevidence", "评判佐证 出台节能政策清单.pdf"),
    ],
)
def test_what_is_changed_behind_the_programs_back_is_named(lead: Member, approver: Member, table: str, statement: str, said: str) -> None:
    answer_verdict(verdict_id=proposed(lead), act=VerdictAct.CONFIRM, who=approver)
    assert [one.line() for one in verify_chain().findings] == []
    run(statement, table)
    told = [one.line() for one in verify_chain().findings]
    assert any(said in line and table in line for line in told), told


def test_evidence_opens_to_posts_over_the_city_and_is_sealed(lead: Member, person: Person) -> None:
    proposed(lead)
    evidence = VerdictEvidence.objects.get().pk
    assert open_verdict_evidence(evidence_id=evidence, who=person(Role.AUDITOR, "411700")) == (PAGE[0], "application/pdf", PAGE[1])
    assert ChainLink.objects.order_by("-index").values_list("subject", flat=True).first() == f"export/verdict/{TARGET}"
    with pytest.raises(NotPermitted):
        open_verdict_evidence(evidence_id=evidence, who=person(Role.REPORTER, "411721"))


def test_the_pages_carry_it_from_the_empty_state_to_the_light(lead: Member, approver: Member, person: Person) -> None:
    mine, theirs = client_of(lead), client_of(approver)
    page, form = f"/targets/{TARGET}?year={YEAR}", f"/targets/{TARGET}/verdicts/{YEAR}"
    empty = mine.get(page).content.decode()
    assert all(told in empty for told in ("2025 年待评判", form, "市发展改革委"))
    assert form not in theirs.get(page).content.decode()
    assert mine.get(form).status_code == 200
    sent = mine.post(form, {"word": "WARNING", "statement": SAID, "files": [SimpleUploadedFile(*PAGE)]})
    assert (sent.status_code, sent["Location"]) == (302, f"/targets/{TARGET}?year={YEAR}#verdict")
    verdict = TargetVerdict.objects.get()
    work = theirs.get("/work").content.decode()
    assert all(told in work for told in ("评判待认定", SAID))
    assert f"/verdicts/{verdict.pk}/act" in theirs.get(page).content.decode()
    assert theirs.post(f"/verdicts/{verdict.pk}/act", {"act": "CONFIRM"}).status_code == 302
    shown = theirs.get(page).content.decode()
    assert all(told in shown for told in ("2025 年评判为预警", 'data-light="YELLOW">预警', SAID, lead.full_name, approver.full_name, PAGE[0]))
    assert 'data-light="YELLOW">预警' in theirs.get(f"/?year={YEAR}&light=YELLOW").content.decode()
    taken = theirs.post(f"/verdicts/evidence/{VerdictEvidence.objects.get().pk}")
    assert b"".join(taken) == PAGE[1]
    assert "judged warning in 2025" in theirs.get(f"{page}&lang=en").content.decode()
    county = client_of(person(Role.REPORTER, "411721"))
    assert "/audit/acts/" in shown
    assert not any(told in county.get(page).content.decode() for told in ("/audit/acts/", "/verdicts/evidence/", "/act\""))  # nothing that is refused when followed


def test_a_program_judges_by_the_same_rules(lead: Member, approver: Member) -> None:
    mine, theirs = partial(called, token_client(lead)), partial(called, token_client(approver))
    told = {"year": YEAR, "word": "MET", "statement": SAID, "files": [{"name": PAGE[0], "content": b64encode(PAGE[1]).decode()}]}
    assert mine("POST", f"/targets/{TARGET}/verdicts", {**told, "files": [{"name": "x.pdf", "content": "?"}]})[0] == 422
    status, answer = mine("POST", f"/targets/{TARGET}/verdicts", told)
    assert status == 200
    verdict = answer["key"]
    assert theirs("GET", "/work")[1]["verdicts_to_confirm"] == [verdict]
    assert mine("POST", f"/verdicts/{verdict}/acts", {"act": "CONFIRM"})[0] == 403
    assert theirs("POST", f"/verdicts/{verdict}/acts", {"act": "CONFIRM"}) == (200, {"state": "CONFIRMED"})
    (shown,) = theirs("GET", f"/targets/{TARGET}/verdicts?year={YEAR}")[1]["items"]
    assert (shown["word"], shown["state"], shown["decision"]["person"], shown["evidence"][0]["name"]) == ("MET", "CONFIRMED", approver.full_name, PAGE[0])
    assert theirs("GET", f"/targets/{TARGET}?year={YEAR}")[1]["target"]["verdict"] == "MET"
    assert theirs("GET", "/targets/T999/verdicts")[0] == 404
    assert mine("GET", f"/targets/{TARGET}/verdicts?as_of=2026-03-01")[1]["count"] == 0
