"""Readings of meters sent over HTTP: judged row by row, on disk before the answer, harmless when repeated; from there into the lake and the city's figures."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from conftest import CITY, COUNTY, UNIT, Clock
from test_api_areas import JSON, called
from test_meter_register import MAIN, meter

from shuangkong.access.roles import Permission, Role
from shuangkong.kernel.period import Period
from shuangkong.lake.figures import FigureGrain, FigureLevel
from shuangkong.services.chain_lists import list_findings
from shuangkong.services.deployment import city
from shuangkong.services.meter_adoption import adopt_meter_readings
from shuangkong.services.meter_readings import ToldReading, take_messages, take_readings
from shuangkong.services.meter_rollup import roll_up_meters
from shuangkong.services.monitoring_register import Entries, record
from shuangkong.services.readings import find_readings
from shuangkong.services.telemetry import drain_telemetry_once, open_gateway_inbox
from shuangkong.store.models import ChainLink

ADDRESS = "/api/monitoring/readings"
NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)


@pytest.fixture
def data(tmp_path: Path, settings) -> Path:
    settings.DATA = tmp_path
    return tmp_path


@pytest.fixture
def reporter(person, data: Path):
    record(Entries([meter(day=date(2026, 3, 1), multiplier="1", limit_per_hour="100")]), who=person(Role.REVIEWER, COUNTY), reason="安装记录")
    return person(Role.REPORTER, UNIT)


def rows(*told: tuple[str, object], point: str = MAIN) -> dict[str, object]:
    return {"readings": [{"point": point, "ts": f"2026-03-{ts}", "reading": reading} for ts, reading in told]}


def city_days(data: Path) -> Iterator[tuple[str, str, str, int]]:
    found = find_readings(data=data, city=city(), level=FigureLevel.PLACE, node=CITY, grain=FigureGrain.DAY, period=Period.parse("2026-03"))
    for one in found.figures:
        yield f"{one.start_at:%d}", str(one.quantity), str(one.estimated), one.over_limit


def taken(data: Path) -> None:
    drain_telemetry_once(data=data, now=NOW + timedelta(minutes=1))
    roll_up_meters()


def test_each_row_is_judged_for_itself(reporter, person) -> None:
    told = [
        {"point": MAIN, "ts": "2026-03-01T16:15:00Z", "reading": "10.5"}, {"meter": "A1", "ts": "2026-03-02 00:30", "reading": 11}, {"point": "X9", "ts": "2026-03-02 00:30", "reading": "1"},
        {"point": MAIN, "ts": "昨天", "reading": "1"}, {"point": MAIN, "ts": "2026-03-02 09:30", "reading": "1"}, {"point": MAIN, "ts": "2026-03-02 00:45", "reading": "-1"},
        {"point": MAIN, "ts": "2026-03-02 00:45", "reading": "1.1234567"},
    ]  # fmt: skip
    answer = called(reporter, Permission.READINGS_SEND).post(ADDRESS, {"readings": told}, content_type=JSON)
    assert answer.json() == {"accepted": 2, "batch": 1, "verdicts": ["ACCEPTED", "ACCEPTED", "UNKNOWN_POINT", "BAD_TIME", "BAD_CLOCK", "BAD_READING", "BAD_READING"]}
    other = called(person(Role.REPORTER, "U002")).post(ADDRESS, rows(("02 00:45", "12")), content_type=JSON)
    assert other.json() == {"accepted": 0, "batch": None, "verdicts": ["NOT_YOURS"]}
    assert called(reporter, Permission.FIGURES_READ).post(ADDRESS, rows(("02 00:45", "12")), content_type=JSON).status_code == 403
    assert called(reporter).post(ADDRESS, {"readings": []}, content_type=JSON).status_code == 422


def test_late_and_repeated_readings_an_outage_and_a_leap_come_out_right_in_the_city(reporter, data: Path) -> None:
    client = called(reporter)
    client.post(ADDRESS, rows(("01 00:00", "0"), ("01 00:15", "5"), ("01 01:00", "20"), ("02 00:00", "480"), ("02 00:15", "1480")), content_type=JSON)
    client.post(ADDRESS, rows(("01 00:00", "0"), ("01 00:15", "5")), content_type=JSON)
    taken(data)
    # 20 in the first hour of which 15 over three quarters; an outage of 23 hours caught up is an estimate; a leap is counted and flagged.
    assert list(city_days(data)) == [("01", "480.000000", "475.000000", 0), ("02", "1000.000000", "0.000000", 1)]
    client.post(ADDRESS, rows(("01 00:30", "9"), ("01 00:45", "15")), content_type=JSON)
    taken(data)
    assert list(city_days(data)) == [("01", "480.000000", "460.000000", 0), ("02", "1000.000000", "0.000000", 1)]
    assert roll_up_meters().meter_hours == 0


def test_messages_of_nobody_lie_in_quarantine(reporter, data: Path) -> None:
    inbox = open_gateway_inbox(data)
    told = take_messages([
        (MAIN, b'{"ts": "2026-03-01 00:00:00", "reading": 12.50}'), (MAIN, b'[{"ts": "2026-03-01 00:15:00", "reading": "13"}, {"ts": "2026-03-01 00:30:00"}]'),
        ("X9", b'{"ts": "2026-03-01 00:00:00", "reading": 1}'), (MAIN, b"\xff nothing"),
    ], inbox=inbox)  # fmt: skip
    inbox.close()
    assert [one.name for one in told.verdicts] == ["ACCEPTED", "ACCEPTED", "BAD_TIME", "UNKNOWN_POINT", "UNREADABLE"]
    merged = drain_telemetry_once(data=data, now=NOW)
    assert merged is not None
    assert (merged.new, merged.quarantined) == (2, 3)


def test_readings_from_before_a_meter_was_registered_come_in_by_themselves_once_and_sealed(reporter, person, data: Path, still_clock: Clock) -> None:
    inbox = open_gateway_inbox(data)
    for ts, reading in (("00:00", "100"), ("00:15", "104"), ("00:30", "109")):
        take_messages([("X9", f'{{"ts": "2026-03-01 {ts}:00", "reading": "{reading}"}}'.encode())], inbox=inbox)
    inbox.close()
    drain_telemetry_once(data=data, now=NOW)
    assert adopt_meter_readings(NOW) == 0
    entry = meter("U001.E09", date(2026, 3, 1), multiplier="1", limit_per_hour="100", serial="X9", first_reading="100")
    record(Entries([entry]), who=person(Role.REVIEWER, COUNTY), reason="补登")
    take_readings([ToldReading("X9", "2026-03-01 00:30:00", "110")], who=reporter)  # heard since: it stands
    drain_telemetry_once(data=data, now=NOW + timedelta(minutes=1))
    assert [adopt_meter_readings(NOW), adopt_meter_readings(NOW)] == [2, 0]
    link = ChainLink.objects.order_by("-index").first()
    assert (link.subject, link.reason) == ("monitoring/U001.E09", "接纳登记前的读数")
    taken(data)
    assert list(city_days(data)) == [("01", "10.000000", "0.000000", 0)]
    assert list(list_findings()) == []
