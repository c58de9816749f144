"""Windows of filing for those in charge, progress for everybody, release from a period and its withdrawal."""

from typing import Any

import pytest
from filing_steps import FORM, PERIOD, Person, carried, fill, open_window, submitted
from signed_client import signed_in

from shuangkong.access.roles import Role
from shuangkong.returns.states import ReturnAct
from shuangkong.services.chain_verification import verify_chain
from shuangkong.services.filing_lists import my_work
from shuangkong.services.filings import act_on_filing, open_filing, submit_filing
from shuangkong.services.windows import WindowClosed, window_of
from shuangkong.store.models import ChainLink

OPEN = {"form": FORM, "period": PERIOD, "opens_on": "2026-01-01", "due_on": "2026-03-31", "closes_on": "", "reason": "年报"}


def test_the_agency_opens_extends_and_closes_with_a_reason(person: Person) -> None:
    keeper = signed_in(person(Role.REVIEWER, "statistics"))
    assert keeper.post("/returns/windows/change", OPEN).status_code == 302
    assert keeper.post("/returns/windows/change", {**OPEN, "due_on": "2026-04-15", "reason": "雪灾延期"}).status_code == 302
    window = window_of(FORM, PERIOD)
    assert window is not None
    assert str(window.due_on) == "2026-04-15"
    page = keeper.get(f"/returns/windows?form={FORM}&period={PERIOD}").content.decode()
    assert "雪灾延期" in page
    assert keeper.post("/returns/windows/change", {**OPEN, "closes_on": "2026-02-01", "reason": "提前结束"}).status_code == 302
    with pytest.raises(WindowClosed):
        open_filing(form=FORM, organisation="U001", period=PERIOD, who=person(Role.REPORTER, "U001"))
    assert ChainLink.objects.filter(kind="window_change").count() == 3
    assert verify_chain().is_sound


def test_a_window_opened_years_before_its_period_is_taken_and_pointed_out(person: Person) -> None:
    keeper = signed_in(person(Role.REVIEWER, "statistics"))
    told = keeper.post("/returns/windows/change", {**OPEN, "opens_on": "2016-01-01"}, follow=True).content.decode()
    assert "开始日比 2025 期末早 3653 天，请核对年份" in told
    assert str(window_of(FORM, PERIOD).opens_on) == "2016-01-01"  # type: ignore[union-attr]
    assert "请核对年份" not in keeper.post("/returns/windows/change", OPEN, follow=True).content.decode()


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"form": "no-such"}, 422), ({"period": "never"}, 422), ({"period": "2025Q1"}, 422), ({"due_on": "2025-12-31"}, 422), ({"due_on": "soon"}, 422),
        ({"opens_on": ""}, 422), ({"closes_on": "2026-01-01"}, 422), ({"reason": ""}, 422), ({"form": "county-industry"}, 403),
    ],
)  # fmt: skip
def test_a_window_that_cannot_be_is_refused(person: Person, changed: dict[str, str], status: int) -> None:
    assert signed_in(person(Role.REVIEWER, "statistics")).post("/returns/windows/change", OPEN | changed).status_code == status
    assert window_of(FORM, PERIOD) is None


def test_who_is_not_in_charge_changes_no_window(person: Person) -> None:
    for role, place in ((Role.REVIEWER, "411721"), (Role.REPORTER, "U001"), (Role.AUDITOR, "411700"), (Role.SYSTEM_ADMINISTRATOR, "411700")):
        assert signed_in(person(role, place)).post("/returns/windows/change", OPEN).status_code == 403


def test_progress_says_who_is_missing_by_county(person: Person) -> None:
    open_window()
    submitted(person)
    client = signed_in(person(Role.REVIEWER, "statistics"))
    page = client.get(f"/returns?form={FORM}&period={PERIOD}").content.decode()
    assert "应报 2，已报 1，未报 1" in page.replace("asked", "")
    assert "模拟厂U002" in page
    assert "西平县" in page
    of_county = client.get(f"/returns?form={FORM}&period={PERIOD}&place=411721").content.decode()
    assert "模拟厂U002" not in of_county
    own = signed_in(person(Role.REPORTER, "U001")).get(f"/returns?form={FORM}&period={PERIOD}").content.decode()
    assert "模拟厂U002" not in own
    assert client.get("/returns?form=x&period=y&place=z").status_code == 200


def test_a_filer_is_released_and_asked_again(person: Person) -> None:
    open_window()
    keeper = signed_in(person(Role.APPROVER, "statistics"))
    told = {"form": FORM, "period": PERIOD, "organisation": "U001", "reason": "全年停产"}
    assert keeper.post("/returns/waivers", {**told, "reason": " "}).status_code == 422
    assert keeper.post("/returns/waivers", told).status_code == 302
    assert "已豁免 1" in keeper.get(f"/returns?form={FORM}&period={PERIOD}").content.decode()
    assert "没有待办" in signed_in(person(Role.REPORTER, "U001")).get("/work").content.decode()
    with pytest.raises(WindowClosed, match="豁免"):
        open_filing(form=FORM, organisation="U001", period=PERIOD, who=person(Role.REPORTER, "U001"))
    assert keeper.post("/returns/waivers", {**told, "act": "withdraw", "reason": "恢复生产"}).status_code == 302
    assert open_filing(form=FORM, organisation="U001", period=PERIOD, who=person(Role.REPORTER, "U001"))
    assert keeper.post("/returns/waivers", {**told, "organisation": "U404"}).status_code == 422
    assert signed_in(person(Role.APPROVER, "411721")).post("/returns/waivers", told).status_code == 403
    assert verify_chain().is_sound


def test_a_waiver_releases_a_filer_from_what_is_not_filed_yet(person: Person) -> None:
    open_window()
    submitted(person)
    keeper = signed_in(person(Role.APPROVER, "statistics"))
    told = {"form": FORM, "period": PERIOD, "reason": "全年停产"}
    for refused, why in (({"organisation": "411721"}, "不填报"), ({"organisation": "U001"}, "已经上报"), ({"organisation": "U002", "act": "withdraw"}, "没有豁免")):
        answer = keeper.post("/returns/waivers", told | refused)
        assert (answer.status_code, why in answer.content.decode()) == (422, True)
    assert keeper.post("/returns/waivers", {**told, "organisation": "U002"}).status_code == 302
    assert "已经豁免" in keeper.post("/returns/waivers", {**told, "organisation": "U002"}).content.decode()
    with pytest.raises(WindowClosed, match="豁免"):
        open_filing(form=FORM, organisation="U002", period="2025年", who=person(Role.REPORTER, "U002"))
    assert ChainLink.objects.filter(kind="waiver").count() == 1


def test_what_was_sent_back_comes_again_after_the_window_and_what_could_not_is_not_withdrawn(person: Person, still_clock: Any) -> None:
    open_window()
    filing, other = submitted(person), submitted(person, "U002")
    still_clock.set("2026-05-06")
    with pytest.raises(WindowClosed, match="2026-04-30"):
        act_on_filing(filing_id=other, act=ReturnAct.WITHDRAW, version=1, who=person(Role.REPORTER, "U002"), reason="想再改改")
    carried(filing, person, ReturnAct.ACCEPT, ReturnAct.SEND_BACK)
    reporter = person(Role.REPORTER, "U001")
    assert [(one.act, one.filing_id) for one in my_work(who=reporter)] == [(ReturnAct.SUBMIT, filing)]
    fill(filing, reporter, **{"energy.raw_coal.cost": "81"})
    assert submit_filing(filing_id=filing, version=3, who=reporter) == 4
