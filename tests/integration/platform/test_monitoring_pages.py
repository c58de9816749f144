"""Pages of the register of monitoring: who sees what, forms that enter it, in both languages."""

import pytest
from conftest import COUNTY, OTHER_COUNTY, OTHER_UNIT, UNIT
from django.test import Client
from signed_client import signed_in
from test_english_pages import chinese_of
from test_monitoring_register import KEY, MN, OUTLET, device, limit, outlet

from shuangkong.access.roles import Role
from shuangkong.services.monitoring_devices import device_settings
from shuangkong.services.monitoring_marks import marks_in_force, notices_in_force
from shuangkong.services.monitoring_points import limits_on, points_on
from shuangkong.services.monitoring_register import Entries, record


@pytest.fixture
def reviewer(person):
    return person(Role.REVIEWER, COUNTY)


@pytest.fixture
def registered(reviewer) -> int:
    return record(Entries([outlet()], [limit()], [device()]), who=reviewer, reason="按许可证登记")


@pytest.fixture
def browser(reviewer) -> Client:
    return signed_in(reviewer)


def shown(client: Client, path: str) -> str:
    told = client.get(path)
    assert told.status_code == 200, told.content.decode()[:400]
    return told.content.decode()


def test_an_empty_register_says_what_to_do(browser: Client, person) -> None:
    assert "逐个登记，或下载 Excel 清单" in shown(browser, "/monitoring")
    assert "由县区或市生态环境部门的审核人登记" in shown(signed_in(person(Role.REPORTER, UNIT)), "/monitoring")
    assert "还没有登记持证单位" in shown(browser, "/monitoring/coverage")


def test_the_list_shows_what_answers_to_the_filter(registered: int, browser: Client) -> None:
    assert OUTLET in shown(browser, "/monitoring")
    for query, is_there in (("kind=GAS_OUTLET", True), ("kind=METER", False), (f"place={COUNTY}", True), (f"place={OTHER_COUNTY}", False), ("stage=ACCEPTED", True), ("stage=CONNECTED", False), ("q=0000001", True), ("q=nothing", False)):
        assert (f"/monitoring/points/{OUTLET}" in shown(browser, f"/monitoring?{query}")) is is_there, query


def test_a_unit_sees_its_own_points_alone(registered: int, person) -> None:
    assert OUTLET in shown(signed_in(person(Role.REPORTER, UNIT)), "/monitoring")
    stranger = signed_in(person(Role.REPORTER, OTHER_UNIT))
    assert OUTLET not in shown(stranger, "/monitoring")
    assert stranger.get(f"/monitoring/points/{OUTLET}").status_code == 403
    assert stranger.get(f"/monitoring/devices/{MN}").status_code == 403


def test_the_pages_show_limits_and_devices_but_no_secret(registered: int, browser: Client) -> None:
    for path in (f"/monitoring/points/{OUTLET}", f"/monitoring/devices/{MN}"):
        page = shown(browser, path)
        assert KEY not in page
        assert "pw-of-device" not in page
        assert "已设" in page
    page = shown(browser, f"/monitoring/points/{OUTLET}")
    assert "排污许可证" in page
    assert "二氧化硫" in page
    assert "2023-08-01" in page


def test_a_point_a_limit_and_a_device_are_entered_by_form(browser: Client) -> None:
    told = {"valid_from": "2026-03-01", "reason": "新建"}
    point = {"code": "U001.DW001", "organisation": UNIT, "kind": "WATER_OUTLET", "name_zh": "总排口", "must_monitor": "1", "permit": "P1", "installed_on": "2026-02-01"}
    assert browser.post("/monitoring/enter/point", point | told).status_code == 302
    assert [(one.code, one.traits) for one in points_on()] == [("U001.DW001", {"permit": "P1", "must_monitor": True, "installed_on": "2026-02-01"})]
    ph = {"code": "U001.DW001", "factor": "w01001 pH值", "statistic": "DAY", "low": "6", "high": "9", "unit": "1", "document": "GB 8978"}
    assert browser.post("/monitoring/enter/limit", ph | told).status_code == 302
    assert [(str(one.low), str(one.high)) for one in limits_on()] == [("6", "9")]
    logger = {"code": "U001.DW001", "mn": "MN1", "edition": "2005", "checksum": "modbus", "password": "123456", "realtime_s": "30"}
    assert browser.post("/monitoring/enter/device", logger | told).status_code == 302
    assert (device_settings()["MN1"].password, device_settings()["MN1"].settings) == ("123456", {"realtime_s": 30})
    assert browser.post("/monitoring/enter/device", logger | told | {"password": "", "no_password": "1"}).status_code == 302
    assert device_settings()["MN1"].password == ""
    refused = browser.post("/monitoring/enter/limit", ph | told | {"document": ""})
    assert refused.status_code == 422
    assert "限值须有依据" in refused.content.decode()
    assert browser.post("/monitoring/enter/limit", ph | told | {"valid_from": "昨天"}).status_code == 422


def test_the_unit_marks_and_tells_of_a_shutdown(registered: int, person) -> None:
    unit = signed_in(person(Role.REPORTER, UNIT))
    assert unit.post("/monitoring/mark", {"code": OUTLET, "mark": "C", "start": "2026-03-01T08:00", "end": "2026-03-01T09:00", "reason": "校准"}).status_code == 302
    held = marks_in_force().get()
    assert held.start.isoformat() == "2026-03-01T00:00:00+00:00"
    assert "校准状态" in shown(unit, f"/monitoring/points/{OUTLET}")
    again = {"code": OUTLET, "mark": "C", "start": "2026-03-01 08:00", "end": "2026-03-01 09:00", "reason": "填错", "replaces": held.pk, "is_withdrawn": "1"}
    assert unit.post("/monitoring/mark", again).status_code == 302
    assert not marks_in_force().exists()
    assert unit.post("/monitoring/notice", {"organisation": UNIT, "code": OUTLET, "scope": "POINT", "start": "2026-03-01T08:00", "end": "", "reason": "检修"}).status_code == 302
    assert [one.point.code for one in notices_in_force()] == [OUTLET]
    assert unit.post("/monitoring/enter/limit", {"code": OUTLET}).status_code == 403


def test_devices_stand_in_a_list_with_those_retired(registered: int, browser: Client, reviewer, person) -> None:
    record(Entries(devices=[device(mn="OLD-1", is_retired=True)]), who=reviewer, reason="补登记报废设备")
    page = shown(browser, "/monitoring/devices")
    assert page.index(f"/monitoring/devices/{MN}") < page.index("/monitoring/devices/OLD-1")
    assert "停用" in page
    assert MN not in shown(browser, "/monitoring/devices?q=old")
    assert "没有找到设备" in shown(browser, "/monitoring/devices?q=nothing")
    assert "还没有登记设备" in shown(signed_in(person(Role.REPORTER, OTHER_UNIT)), "/monitoring/devices")


def test_the_page_is_as_it_was_known(registered: int, browser: Client) -> None:
    assert browser.get(f"/monitoring/points/{OUTLET}?as_of=2026-03-01").status_code == 422
    assert "已登记" not in shown(browser, f"/monitoring/points/{OUTLET}?as_of=2026-03-02")


@pytest.mark.parametrize("path", ["/monitoring", f"/monitoring/points/{OUTLET}", f"/monitoring/devices/{MN}", "/monitoring/coverage", "/monitoring/points/new", "/monitoring/devices"])
def test_its_english_pages_say_nothing_in_chinese(registered: int, reviewer, person, path: str) -> None:
    assert chinese_of(signed_in(reviewer), path) == []
