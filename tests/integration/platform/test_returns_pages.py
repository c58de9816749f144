"""The pages of returns as their users meet them: they answer, say what they should, and refuse what cannot be read."""

import json
from datetime import date

import pytest
from django.test import Client
from filing_steps import FORM, PERIOD, Person, carried, fill, open_window, submitted
from signed_client import signed_in

from shuangkong.access.roles import Role
from shuangkong.returns.states import ReturnAct
from shuangkong.services.chain import system_actor
from shuangkong.services.filing_cells import known_now
from shuangkong.services.filings import act_on_filing, open_filing, submit_filing
from shuangkong.services.people import appoint, member
from shuangkong.store.models import Filing

JSON = "application/json"


def draft(person: Person) -> tuple[int, Client]:
    open_window()
    reporter = person(Role.REPORTER, "U001")
    return open_filing(form=FORM, organisation="U001", period=PERIOD, who=reporter), signed_in(reporter)


def save(client: Client, filing: int, cells: dict[str, str], version: str | None = None) -> tuple[int, dict[str, object]]:
    told = version or str(known_now(Filing.objects.get(pk=filing)))
    answer = client.post(f"/returns/{filing}/cells", json.dumps({"version": told, "cells": cells}), content_type=JSON, headers={"accept": JSON})
    return answer.status_code, answer.json()


def test_my_work_counts_in_words_and_warns_before_the_due_day(person: Person, still_clock: "object") -> None:
    open_window()
    client = signed_in(person(Role.REPORTER, "U001"))
    assert "待办 1 件" in client.get("/work").content.decode()
    still_clock.set("2026-03-27")  # type: ignore[attr-defined]
    client = signed_in(person(Role.REPORTER, "U001"))
    assert "还有 2 个工作日到期" in client.get("/work").content.decode()
    still_clock.set("2026-04-08")  # type: ignore[attr-defined]
    page = signed_in(person(Role.REPORTER, "U001")).get("/work").content.decode()
    assert "逾期 1 件" in page
    assert "已逾期 5 个工作日" in page  # 1, 2, 3, 7 and 8 April: 清明 rests from the 4th to the 6th
    assert "没有待办" in signed_in(person(Role.AUDITOR, "411700")).get("/work").content.decode()


def test_the_entry_page_has_the_grid_with_meaning_and_marks(person: Person) -> None:
    filing, client = draft(person)
    page = client.get(f"/returns/{filing}").content.decode()
    assert 'data-save-url="/returns/' in page
    assert 'name="energy.raw_coal.consumed"' in page
    assert "报告期内企业各种用途实际消费的该品种" in page
    assert "此格不适用" in page
    assert '<span data-filled="required_filled">0</span> /' in page


def test_saving_answers_what_follows_and_what_is_odd(person: Person) -> None:
    filing, client = draft(person)
    status, told = save(client, filing, {"energy.raw_coal.consumed": "1020", "energy.raw_coal.industrial": "900", "energy.raw_coal.non_industrial": "0", "energy.raw_coal.cost": "八十"})
    assert status == 200
    assert set(told["saved"]) == {"energy.raw_coal.consumed", "energy.raw_coal.industrial", "energy.raw_coal.non_industrial"}  # type: ignore[call-overload]
    assert [one["key"] for one in told["faults"]] == ["energy.raw_coal.cost"]  # type: ignore[attr-defined]
    assert told["computed"]["energy.raw_coal.coal_equivalent"]["text"] == "728.59"  # type: ignore[index]  # 1020 × 0.7143
    assert "C002" in {one["code"] for one in told["findings"]}  # type: ignore[attr-defined]
    before = told["filled"]  # type: ignore[index]
    assert (before["filled"], before["required_filled"]) == (3, 0)
    told = save(client, filing, {"total.recovered_tce.value": "0", "energy.raw_coal.non_industrial": ""})[1]
    assert (told["filled"]["filled"], told["filled"]["required_filled"], told["filled"]["missing"]) == (3, 1, before["missing"] - 1)  # type: ignore[index]


def test_of_two_people_at_one_cell_the_later_is_told_and_nothing_is_lost(person: Person) -> None:
    filing, first = draft(person)
    second = signed_in(person(Role.REPORTER, "U001", "b"))
    loaded = str(known_now(Filing.objects.get(pk=filing)))
    assert save(first, filing, {"energy.raw_coal.cost": "80", "energy.coke.cost": "5"}, loaded)[0] == 200
    status, told = save(second, filing, {"energy.raw_coal.cost": "81", "energy.diesel.cost": "7"}, loaded)
    assert status == 409
    (clash,) = told["conflicts"]  # type: ignore[misc]
    assert (clash["key"], clash["value"], clash["who"]) == ("energy.raw_coal.cost", "80", "填报人U001")
    known = str(told["version"])
    assert save(second, filing, {"energy.diesel.cost": "7"}, known)[0] == 200
    assert save(second, filing, {"energy.raw_coal.cost": "81"}, known)[0] == 200  # knowingly
    status, told = save(second, filing, {"energy.coke.cost": "6"}, known)
    assert status == 409, "a cell the page has never seen changed is still told"
    kept = dict(Filing.objects.get(pk=filing).cells.values_list("key", "text"))
    assert kept == {"energy.raw_coal.cost": "81", "energy.coke.cost": "5", "energy.diesel.cost": "7"}


def test_an_emptied_cell_is_a_change_that_others_are_told_of(person: Person) -> None:
    filing, first = draft(person)
    assert save(first, filing, {"energy.raw_coal.cost": "80"})[0] == 200
    loaded = str(known_now(Filing.objects.get(pk=filing)))
    assert save(first, filing, {"energy.raw_coal.cost": ""}, loaded)[0] == 200
    status, told = save(signed_in(person(Role.REPORTER, "U001", "b")), filing, {"energy.raw_coal.cost": "82"}, loaded)
    assert (status, told["conflicts"][0]["value"]) == (409, "")  # type: ignore[index]


def test_submitting_shows_everything_missing_with_links_to_the_cells(person: Person) -> None:
    filing, client = draft(person)
    save(client, filing, {"energy.raw_coal.consumed": "10"})
    answer = client.post(f"/returns/{filing}/act", {"act": "SUBMIT", "version": "0"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "没有办成" in page
    assert 'href="#cell-output.output_t.value"' in page
    assert 'href="#cell-output.value_added_10k_yuan.value"' in page


def test_a_return_from_submission_to_lock_by_its_pages(person: Person) -> None:
    filing, client = draft(person)
    fill(filing, person(Role.REPORTER, "U001"))
    assert client.post(f"/returns/{filing}/act", {"act": "SUBMIT", "version": "0"}).status_code == 302
    reviewer, approver, keeper = (signed_in(person(role, place)) for role, place in ((Role.REVIEWER, "411721"), (Role.APPROVER, "411721"), (Role.APPROVER, "statistics")))
    page = reviewer.get(f"/returns/{filing}").content.decode()
    assert "先看：问题" in page
    assert "现在由审核人办理" in page
    for number, (hands, act) in enumerate(((reviewer, "ACCEPT"), (reviewer, "REVIEW"), (approver, "APPROVE"), (keeper, "LOCK")), start=1):
        assert hands.post(f"/returns/{filing}/act", {"act": act, "version": str(number)}).status_code == 302
    again = keeper.post(f"/returns/{filing}/act", {"act": "LOCK", "version": "4"}, follow=True)  # the second of two clicks
    assert "已锁定，无需重复办理" in again.content.decode()
    assert "没有办成" not in again.content.decode()
    assert approver.post(f"/returns/{filing}/act", {"act": "LOCK", "version": "4"}).status_code == 403
    assert Filing.objects.get(pk=filing).version == 5
    locked = client.get(f"/returns/{filing}").content.decode()
    assert "已锁定" in locked
    assert "申请更正" in locked
    assert "/figures/raw_coal_consumed/U001/2025" in locked


def test_who_approves_a_version_that_has_just_changed_is_told_by_whom(person: Person) -> None:
    open_window()
    filing = submitted(person)
    carried(filing, person, ReturnAct.ACCEPT, ReturnAct.REVIEW, ReturnAct.SEND_BACK)
    answer = signed_in(person(Role.APPROVER, "411721")).post(f"/returns/{filing}/act", {"act": "APPROVE", "version": "3"})
    assert answer.status_code == 422  # sent back: it cannot be approved at all
    answer = signed_in(person(Role.REVIEWER, "411721")).post(f"/returns/{filing}/act", {"act": "SEND_BACK", "version": "2", "reason": "晚了"})
    assert answer.status_code == 422
    fill(filing, person(Role.REPORTER, "U001"))
    client = signed_in(person(Role.REPORTER, "U001"))
    answer = client.post(f"/returns/{filing}/act", {"act": "SUBMIT", "version": "2"})
    assert answer.status_code == 409
    assert "审核人411721" in answer.content.decode()


def test_sent_back_without_a_reason_is_refused(person: Person) -> None:
    open_window()
    filing = submitted(person)
    answer = signed_in(person(Role.REVIEWER, "411721")).post(f"/returns/{filing}/act", {"act": "SEND_BACK", "version": "1", "reason": " "})
    assert answer.status_code == 422
    assert "必须写明理由" in answer.content.decode()


def test_the_review_shows_the_period_before_in_every_table(person: Person) -> None:
    open_window(period="2024")
    reporter = person(Role.REPORTER, "U001")
    earlier = open_filing(form=FORM, organisation="U001", period="2024", who=reporter)
    fill(earlier, reporter, **{"energy.raw_coal.cost": "77.5", "energy.raw_coal.closing": "100", "energy.raw_coal.purchased": "1020"})
    submit_filing(filing_id=earlier, version=0, who=reporter)
    open_window()
    page = signed_in(person(Role.REVIEWER, "411721")).get(f"/returns/{submitted(person)}").content.decode()
    assert "每格下方小字为上期数" in page
    assert '<span class="sk-unseen">上期 </span>77.5' in page


def test_resubmitted_the_review_shows_what_changed_cell_by_cell(person: Person) -> None:
    open_window()
    filing = submitted(person)
    carried(filing, person, ReturnAct.SEND_BACK)
    reporter = person(Role.REPORTER, "U001")
    fill(filing, reporter, **{"energy.raw_coal.cost": "92"})
    signed_in(reporter).post(f"/returns/{filing}/act", {"act": "SUBMIT", "version": "2"})
    page = signed_in(person(Role.REVIEWER, "411721")).get(f"/returns/{filing}").content.decode()
    assert "与上次上报相比改动 1" in page
    assert "+12 (+15.0%)" in page


def test_discussion_on_a_cell_stands_on_the_page(person: Person) -> None:
    open_window()
    filing = submitted(person)
    reviewer = signed_in(person(Role.REVIEWER, "411721"))
    assert reviewer.post(f"/returns/{filing}/remarks", {"text": "金额含税吗？", "key": "energy.raw_coal.cost"}).status_code == 302
    page = signed_in(person(Role.REPORTER, "U001")).get(f"/returns/{filing}").content.decode()
    assert "金额含税吗？" in page
    assert "原煤·购进金额" in page
    assert reviewer.post(f"/returns/{filing}/remarks", {"text": " "}).status_code == 422
    assert reviewer.post(f"/returns/{filing}/remarks", {"text": "x", "key": "no.such.cell"}).status_code == 422
    assert signed_in(person(Role.REVIEWER, "411722")).post(f"/returns/{filing}/remarks", {"text": "x"}).status_code == 403


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"version": 0}', b'{"version": 0, "cells": []}', b'{"version": 0, "cells": {"a": 1}}', b"[" * 5000, b"\xff\xfe"])
def test_what_is_no_request_to_save_is_refused_with_words(person: Person, body: bytes) -> None:
    filing, client = draft(person)
    answer = client.post(f"/returns/{filing}/cells", body, content_type=JSON)
    assert answer.status_code == 400
    assert "无法识别" in answer.json()["message"]


@pytest.mark.parametrize("version", [-1, "x", 10**12, "0@x@", "0@1@a=b", "1e9", None, True, [], "0@1@" + "k=1," * 60000])
def test_a_version_that_is_none_is_refused(person: Person, version: object) -> None:
    filing, client = draft(person)
    answer = client.post(f"/returns/{filing}/cells", json.dumps({"version": version, "cells": {"energy.raw_coal.cost": "1"}}), content_type=JSON)
    assert answer.status_code == 400
    assert not Filing.objects.get(pk=filing).cells.exists()


def test_too_many_cells_at_once_are_refused(person: Person) -> None:
    filing, client = draft(person)
    status, told = save(client, filing, {f"a.b.c{number}": "1" for number in range(21_000)})
    assert status == 400
    assert "一次最多 20000 个" in str(told["message"])


@pytest.mark.parametrize(
    ("path", "sent", "status"),
    [
        ("/returns/open", {"form": "no-such", "organisation": "U001", "period": "2025"}, 422), ("/returns/open", {"form": FORM, "organisation": "U001", "period": "never"}, 422),
        ("/returns/open", {"form": FORM, "organisation": "U001", "period": "2025Q1"}, 422), ("/returns/open", {"form": FORM, "organisation": "U001", "period": "9999"}, 422),
        ("/returns/open", {"form": FORM, "organisation": "U404", "period": "2025"}, 403), ("/returns/open", {}, 403), ("/returns/999999/act", {"act": "SUBMIT", "version": "0"}, 404),
    ],
)  # fmt: skip
def test_what_cannot_be_opened_is_refused_never_failed(person: Person, path: str, sent: dict[str, str], status: int) -> None:
    open_window()
    assert signed_in(person(Role.REPORTER, "U001")).post(path, sent).status_code == status


@pytest.mark.parametrize("sent", [{"act": "DESTROY", "version": "0"}, {"act": "SUBMIT", "version": "-1"}, {"act": "SUBMIT"}, {}, {"act": "SUBMIT", "version": "9" * 30}])
def test_an_act_that_is_none_is_refused(person: Person, sent: dict[str, str]) -> None:
    filing, client = draft(person)
    assert client.post(f"/returns/{filing}/act", sent).status_code == 422


def test_the_meaning_of_every_form_can_be_read_and_the_list_of_them(person: Person) -> None:
    client = signed_in(person(Role.REPORTER, "U001"))
    page = client.get("/returns/forms").content.decode()
    assert "能源购进、消费与库存" in page
    told = client.get("/returns/forms/205-1").content.decode()
    assert "未核实" in told
    assert "没有数据留空，确实是零填 0" in told
    assert client.get("/returns/forms/no-such").status_code == 422
    from shuangkong.services.filing_forms import forms

    for code in forms():
        assert client.get(f"/returns/forms/{code}?lang=en").status_code == 200


def test_another_countys_reviewer_and_the_administrators_do_not_see_a_units_return(person: Person) -> None:
    filing, _ = draft(person)
    for role, place in ((Role.REVIEWER, "411722"), (Role.REPORTER, "U002"), (Role.SYSTEM_ADMINISTRATOR, "411700"), (Role.SECURITY_ADMINISTRATOR, "411700")):
        assert signed_in(person(role, place)).get(f"/returns/{filing}").status_code == 403


def test_the_record_says_for_whom_a_stand_in_acted(person: Person) -> None:
    open_window()
    filing = submitted(person)
    away, helper = person(Role.REVIEWER, "411721"), person(Role.VERIFIER, "411721")
    appoint(
        person_id=helper.pk, role=Role.REVIEWER, organisation="411721", valid_from=date(2026, 1, 1), valid_to=date(2026, 4, 1), actor=system_actor("411700"),
        reason="出差", stands_in_for=away.pk,
    )  # fmt: skip
    act_on_filing(filing_id=filing, act=ReturnAct.ACCEPT, version=1, who=member(helper.pk))
    page = signed_in(person(Role.REPORTER, "U001")).get(f"/returns/{filing}").content.decode()
    assert f"{helper.full_name}（审核人，代{away.full_name}）受理" in page
    assert page.count("，代") == 1
