"""Pages and operations of alarms and devices: list, filter, one alarm, acts; commands; in both languages."""

import pytest
from alarm_steps import heard, hours
from conftest import COUNTY, OTHER_UNIT, UNIT
from signed_client import signed_in
from test_alarms import PDF, watched
from test_english_pages import chinese_of
from test_monitoring_register import OUTLET

from shuangkong.access.roles import Role
from shuangkong.services import alarms, clock
from shuangkong.services.alarm_records import cases_of, with_state

__all__ = ["watched"]


@pytest.fixture
def alarm(watched) -> int:
    heard(hours(OUTLET, "2026-03-02T05:00", "36", "10"))
    alarms.raise_alarms(clock.now())
    return cases_of(with_state())[0].pk


def shown(client, path: str) -> str:
    told = client.get(path)
    assert told.status_code == 200, told.content.decode()[:400]
    return told.content.decode()


def test_an_alarm_is_found_answered_closed_on_its_pages(alarm: int, person) -> None:
    unit, county = signed_in(person(Role.REPORTER, UNIT)), signed_in(person(Role.REVIEWER, COUNTY))
    page = shown(county, "/monitoring/alarms")
    assert "未办结报警 1 条" in page
    assert "二氧化硫小时折算均值最高 36 mg/m3，限值 35，超标 0.03 倍，连续 1 小时" in page
    for query, is_there in (("kind=SILENCE", False), ("kind=EXCEEDANCE", True), ("state=CLOSED", False), (f"place={COUNTY}", True), ("place=411722", False), ("day=2026-03-02", True), ("day=2026-03-01", False), ("q=nothing", False)):
        assert (f"/monitoring/alarms/{alarm}\"" in shown(county, f"/monitoring/alarms?{query}")) is is_there, query
    stranger = signed_in(person(Role.REPORTER, OTHER_UNIT))
    assert "没有报警" in shown(stranger, "/monitoring/alarms")
    assert stranger.get(f"/monitoring/alarms/{alarm}").status_code == 403
    assert "报警待答复" in shown(unit, "/work")
    assert "超标" in shown(unit, f"/units/{UNIT}")
    assert f"/monitoring/alarms/{alarm}" in shown(unit, f"/monitoring/points/{OUTLET}")
    assert unit.post(f"/monitoring/alarms/{alarm}/act", {"act": "ANSWER", "cause": "浆液泵跳停", "measure": ""}).status_code == 422
    from django.core.files.uploadedfile import SimpleUploadedFile

    told = {"act": "ANSWER", "cause": "浆液泵跳停", "measure": "启用备用泵", "files": SimpleUploadedFile("台账.pdf", PDF)}
    assert unit.post(f"/monitoring/alarms/{alarm}/act", told).status_code == 302
    assert "报警待核实" in shown(county, "/work")
    assert "启用备用泵" in shown(county, f"/monitoring/alarms/{alarm}")
    assert chinese_of(county, f"/monitoring/alarms/{alarm}") == []
    assert county.post(f"/monitoring/alarms/{alarm}/act", {"act": "SEND_BACK", "reason": " "}).status_code == 422
    assert county.post(f"/monitoring/alarms/{alarm}/act", {"act": "CLOSE", "reason": "属实"}).status_code == 302
    assert "没有未办结的报警" in shown(county, "/monitoring/alarms?lang=zh")


def test_its_english_pages_say_nothing_in_chinese(alarm: int, person) -> None:
    client = signed_in(person(Role.REVIEWER, COUNTY))
    for path in ("/monitoring/alarms", "/monitoring/alarms?state=ALL&kind=SILENCE", f"/monitoring/alarms/{alarm}", f"/units/{UNIT}", "/work"):
        assert chinese_of(client, path) == [], path
