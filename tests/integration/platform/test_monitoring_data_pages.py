"""Pages that show readings, before anything was read and for whom: wall, outlet, calendar, their API."""

from datetime import UTC, date, datetime

import pytest
from conftest import COUNTY, OTHER_UNIT, UNIT
from signed_client import signed_in
from test_monitoring_register import OUTLET, device, limit, outlet

from shuangkong.access.roles import Role
from shuangkong.kernel.language import Words
from shuangkong.pollution.alarm_life import AlarmKind
from shuangkong.services.alarm_records import raise_alarm
from shuangkong.services.monitoring_kinds import PointKind
from shuangkong.services.monitoring_register import Entries, PointEntry, record
from shuangkong.services.outlet_exports import outlet_workbook
from shuangkong.services.outlet_pages import OutletAsked, outlet_page
from shuangkong.services.people import NotPermitted
from shuangkong.services.wall_pages import WallAsked, WallState, wall
from shuangkong.store.models import ChainLink


@pytest.fixture
def reviewer(person):
    who = person(Role.REVIEWER, COUNTY)
    record(Entries([outlet()], [limit()], [device()]), who=who, reason="按许可证登记")
    return who


def test_an_outlet_that_never_reported_is_silent_and_its_pages_say_what_to_do(reviewer) -> None:
    (tile,) = wall(who=reviewer, asked=WallAsked()).tiles
    assert (tile.point.code, tile.state, tile.heard_at, tile.figures) == (OUTLET, WallState.SILENT, None, ())
    browser = signed_in(reviewer)
    for path, said in (
        ("/monitoring/wall", "失联 1"), ("/monitoring/wall?lang=en", "silent 1"), ("/monitoring/wall/now?lang=zh", OUTLET), ("/monitoring/calendar", "没有应收数据"),
        (f"/monitoring/calendar/{OUTLET}?day=2026-03-01", "没有缺数"), (f"/monitoring/calendar/{COUNTY}", OUTLET), (f"/monitoring/points/{OUTLET}/data", "这段时间没有收到数据"),
        (f"/monitoring/points/{OUTLET}/data?span=YEAR&lang=en", "Nothing was heard in this time"),
    ):  # fmt: skip
        answer = browser.get(path)
        assert answer.status_code == 200, path
        assert said in answer.content.decode(), path


def test_open_alarms_stand_on_the_tile_and_a_station_opens_its_own_page(reviewer, tmp_path, settings) -> None:
    settings.DATA = tmp_path
    names = {"section": PointKind.RIVER_SECTION, "air": PointKind.AIR_STATION}
    stations = [PointEntry(code=f"{COUNTY}.{name}", organisation=COUNTY, kind=kind, name=Words(name, name), valid_from=date(2024, 1, 1), traits={}) for name, kind in names.items()]
    record(Entries(stations, [], [device(mn=f"SIMULATED{number:015}", point=one.code) for number, one in enumerate(stations)]), who=reviewer, reason="登记")
    raise_alarm(kind=AlarmKind.EXCEEDANCE, start=datetime(2026, 3, 1, 8, tzinfo=UTC), facts={}, point=OUTLET)
    browser = signed_in(reviewer)
    shown = browser.get("/monitoring/wall").content.decode()
    for said in ("未办结报警 1", "报警 1</a>", f"/monitoring/alarms?q={OUTLET}", f"/monitoring/ambient/water/{COUNTY}.section", f"/monitoring/ambient/air/{COUNTY}.air"):
        assert said in shown, said
    assert OUTLET in browser.get(f"/monitoring/alarms?q={OUTLET}").content.decode()


def test_strangers_see_nothing_of_it(reviewer, person) -> None:
    stranger = person(Role.REPORTER, OTHER_UNIT)
    assert wall(who=stranger, asked=WallAsked()).tiles == ()
    browser = signed_in(stranger)
    for path in (f"/monitoring/points/{OUTLET}/data", f"/monitoring/calendar/{OUTLET}"):
        assert browser.get(path).status_code == 403, path
    with pytest.raises(NotPermitted):
        outlet_page(code=OUTLET, who=stranger, asked=OutletAsked())
    assert signed_in(person(Role.REPORTER, UNIT)).get("/monitoring/points/none/data").status_code == 422


def test_what_is_taken_out_is_sealed(reviewer) -> None:
    before = ChainLink.objects.count()
    file = outlet_workbook(code=OUTLET, who=reviewer, asked=OutletAsked(), as_of=None, language="zh")
    assert file.name == f"shuangkong-{OUTLET}-day-2026-03-02.xlsx"
    assert ChainLink.objects.count() == before + 1
