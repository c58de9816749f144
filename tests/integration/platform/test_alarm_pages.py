"""Pages and operations of alarms and devices: list, filter, one alarm, acts; commands; in both languages."""

from datetime import timedelta

import pytest
from alarm_steps import heard, hours, seen
from conftest import COUNTY, OTHER_UNIT, UNIT
from django.core.files.uploadedfile import SimpleUploadedFile
from signed_client import signed_in
from test_alarms import PDF, watched
from test_english_pages import chinese_of
from test_monitoring_register import MN, OUTLET

from shuangkong.access.roles import Role
from shuangkong.services import alarms, clock
from shuangkong.services.alarm_records import cases_of, with_state
from shuangkong.services.device_care import adopt_history
from shuangkong.services.device_requests import RequestBook, RequestState, Settlement, read_requests
from shuangkong.services.device_states import DeviceState, StateBook
from shuangkong.services.monitoring_devices import device_settings

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


def test_a_device_is_looked_at_and_asked(watched, person, still_clock, settings) -> None:
    seen((MN, clock.now() - timedelta(hours=3)), drift_s=1020, refused=100)
    county, unit = signed_in(person(Role.REVIEWER, COUNTY)), signed_in(person(Role.REPORTER, UNIT))
    page = shown(county, "/monitoring/devices")
    assert "设备 1 台，在线 0 台" in page
    for query, is_there in (("condition=SILENT", True), ("condition=ONLINE", False), ("condition=DRIFT", True), ("condition=ERRORS", True), ("q=nothing", False)):
        assert (f"/monitoring/devices/{MN}\"" in shown(county, f"/monitoring/devices?{query}")) is is_there, query
    asked = {"command": "2061", "start": "2026-03-01T00:00", "end": "2026-03-01T08:00", "reason": "补齐断网期间数据"}
    assert unit.post(f"/monitoring/devices/{MN}/ask", asked).status_code == 403
    assert county.post(f"/monitoring/devices/{MN}/ask", asked | {"end": "2027-03-01T08:00"}).status_code == 422
    assert county.post(f"/monitoring/devices/{MN}/ask", asked | {"command": "1072"}).status_code == 422
    assert county.post(f"/monitoring/devices/{MN}/ask", asked).status_code == 302
    assert county.post(f"/monitoring/devices/{MN}/ask", asked).status_code == 422
    (told,) = read_requests(settings.DATA / "inbox.db", mn=MN)
    assert (told.command, told.area) == ("2061", "BeginTime=20260301000000;EndTime=20260301080000")
    page = shown(county, f"/monitoring/devices/{MN}")
    assert "待下发" in page
    book = RequestBook(settings.DATA / "inbox.db")
    said = (("SystemTime", "20260301080910"), ("w01018-SN", "0A1B"), ("ExeRtn", "4"), ("Odd", "<1"))
    book.settle([Settlement(told.id, RequestState.FAILED, said)])
    book.close()
    page = shown(county, f"/monitoring/devices/{MN}")
    for words in ("系统时间：2026-03-01 08:09:10", "化学需氧量 在线监控仪器仪表编码：0A1B", "执行结果：4 通讯超时", "Odd：&lt;1"):
        assert words in page, words
    assert "时钟与多数设备相差" not in shown(county, "/monitoring/devices")
    states = StateBook(settings.DATA / "inbox.db")
    states.add([], behind_s=3600.0)
    states.close()
    assert "时钟与多数设备相差 +3600 s" in shown(county, "/monitoring/devices")
    assert "下发命令" not in shown(unit, f"/monitoring/devices/{MN}")
    for path in ("/monitoring/devices", f"/monitoring/devices/{MN}"):
        assert chinese_of(county, path) == [], path


def test_an_unknown_device_is_taken_in_with_its_history(watched, person, settings) -> None:
    seen((MN, clock.now()))
    book = StateBook(settings.DATA / "inbox.db")
    book.add([DeviceState("NEW-1", False, 1, "10.0.0.9", clock.now(), clock.now(), "2026-03-02", 0, 7, "UNKNOWN_MN", None)])
    book.close()
    county, unit = signed_in(person(Role.REVIEWER, COUNTY)), signed_in(person(Role.REPORTER, UNIT))
    assert "NEW-1" not in shown(unit, "/monitoring/devices")
    assert "/monitoring/devices/NEW-1/adopt" in shown(county, "/monitoring/devices")
    assert "登记并接纳历史数据" in shown(county, "/monitoring/devices/NEW-1/adopt")
    told = {"mn": "NEW-1", "code": OUTLET, "edition": "2017", "checksum": "hj212", "valid_from": "2026-03-01", "reason": "新装数采仪"}
    assert county.post("/monitoring/devices/NEW-1/adopt", told).status_code == 302
    assert device_settings()["NEW-1"].point == OUTLET
    assert "正在接纳登记前的数据" in shown(county, "/monitoring/devices/NEW-1")
    assert adopt_history.func("NEW-1") == {"mn": "NEW-1", "frames": 0}
    assert county.get("/monitoring/devices/NEW-1/adoption").json()["state"] == "running"
    assert chinese_of(county, "/monitoring/devices/NEW-1") == []
