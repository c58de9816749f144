"""The register of monitoring by the API: the same use cases, secrets in and never out."""

import pytest
from conftest import COUNTY, OTHER_UNIT, UNIT
from test_api_areas import JSON, called
from test_monitoring_register import KEY, MN, OUTLET

from shuangkong.access.roles import Role
from shuangkong.services.monitoring_devices import device_settings

ENTRIES = {
    "points": [{"code": OUTLET, "organisation": UNIT, "kind": "GAS_OUTLET", "name_zh": "1号锅炉排口", "traits": {"permit": "P", "must_monitor": True}, "valid_from": "2024-01-01"}],
    "limits": [{"point": OUTLET, "factor": "a21026", "statistic": "HOUR", "high": "35", "unit": "mg/m3", "document": "许可证", "valid_from": "2024-01-01"}],
    "devices": [{"mn": MN, "point": OUTLET, "edition": "2025", "password": "pw-of-device", "key": KEY, "settings": {"silent_min": 30}, "valid_from": "2024-01-01"}],
    "reason": "按许可证登记",
}  # fmt: skip


@pytest.fixture
def reviewer(person):
    return person(Role.REVIEWER, COUNTY)


@pytest.fixture
def entered(reviewer) -> int:
    answer = called(reviewer).post("/api/monitoring/entries", ENTRIES, content_type=JSON)
    assert answer.status_code == 200, answer.content.decode()
    return int(answer.json()["key"])


def test_a_list_goes_in_and_comes_out_without_its_secrets(entered: int, reviewer) -> None:
    client = called(reviewer)
    told = client.get(f"/api/monitoring/points/{OUTLET}")
    assert told.status_code == 200, told.content.decode()
    assert KEY not in told.content.decode()
    assert "pw-of-device" not in told.content.decode()
    point = told.json()
    assert (point["kind"], point["stage"], point["traits"]) == ("GAS_OUTLET", "NONE", {"permit": "P", "must_monitor": True})
    assert [(one["factor"], one["high"], one["low"], one["link"]) for one in point["limits"]] == [("a21026", "35", None, entered)]
    assert [(one["mn"], one["has_password"], one["has_key"], one["settings"]) for one in point["devices"]] == [(MN, True, True, {"silent_min": 30})]
    assert device_settings()[MN].password == "pw-of-device"
    listed = client.get("/api/monitoring/points", {"kind": "GAS_OUTLET", "place": COUNTY}).json()
    assert (listed["count"], listed["items"][0]["devices"]) == (1, [MN])
    coverage = client.get("/api/monitoring/coverage").json()
    assert [(one["place"], one["holders"], one["obliged"], one["connected_pct"]) for one in coverage if not one["only_voc_key"]] == [("411700", 1, 1, "0"), (COUNTY, 1, 1, "0")]


def test_marks_and_notices(entered: int, person) -> None:
    unit = called(person(Role.REPORTER, UNIT))
    window = {"start": "2026-03-01T08:00:00+08:00", "end": "2026-03-01T09:00:00+08:00", "reason": "校准"}
    assert unit.post(f"/api/monitoring/points/{OUTLET}/marks", {"mark": "C"} | window, content_type=JSON).status_code == 200
    assert unit.post("/api/monitoring/notices", {"organisation": UNIT, "start": "2026-03-01T08:00:00+08:00", "reason": "检修"}, content_type=JSON).status_code == 200
    point = unit.get(f"/api/monitoring/points/{OUTLET}").json()
    assert [(one["mark"], one["start"], one["meaning"]["en"]) for one in point["marks"]] == [("C", "2026-03-01T00:00:00Z", "calibrating")]
    assert [(one["organisation"], one["point"], one["end"]) for one in point["notices"]] == [(UNIT, None, None)]
    assert unit.post(f"/api/monitoring/points/{OUTLET}/marks", {"mark": "C"} | window | {"start": "0001-01-01T00:00:00+14:00"}, content_type=JSON).status_code == 422
    assert unit.post(f"/api/monitoring/points/{OUTLET}/marks", {"mark": "C"} | window | {"start": "2026-03-01T08:00:00"}, content_type=JSON).status_code == 422


def test_others_are_refused(entered: int, person) -> None:
    stranger = called(person(Role.REPORTER, OTHER_UNIT))
    assert stranger.get(f"/api/monitoring/points/{OUTLET}").status_code == 403
    assert stranger.post("/api/monitoring/entries", ENTRIES, content_type=JSON).status_code == 403
    assert stranger.post("/api/monitoring/notices", {"organisation": UNIT, "start": "2026-03-01T08:00:00+08:00", "reason": "检修"}, content_type=JSON).status_code == 403
    wrong = ENTRIES | {"limits": [ENTRIES["limits"][0] | {"factor": "x"}]}  # type: ignore[index]
    refused = called(person(Role.REVIEWER, COUNTY)).post("/api/monitoring/entries", wrong, content_type=JSON)
    assert refused.status_code == 422
    assert "不在 HJ 212 因子表中" in refused.json()["faults"][0]
