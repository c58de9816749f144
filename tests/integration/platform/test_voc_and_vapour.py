"""Three rates of a VOC treatment and vapour recovery of a filling station, from readings to pages and API."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from alarm_steps import heard, hours
from conftest import CITY, OTHER_UNIT, UNIT, Clock
from django.conf import LazySettings, settings
from signed_client import signed_in
from test_api_areas import called
from test_english_pages import chinese_of

from shuangkong.access.roles import Role
from shuangkong.kernel.language import Words
from shuangkong.lake.readings import Reading
from shuangkong.services.chain import system_actor
from shuangkong.services.monitoring_kinds import PointKind
from shuangkong.services.monitoring_register import Entries, PointEntry, enter
from shuangkong.services.outlet_pages import OutletAsked, OutletSpan
from shuangkong.services.outlet_voc import voc_page
from shuangkong.services.people import NotPermitted
from shuangkong.services.vapour_stations import vapour_alarms, vapour_page
from shuangkong.store.models import Alarm

OUTLET, INLET, STATION = f"{UNIT}.DA009", f"{UNIT}.DI009", f"{UNIT}.VR001"
_TRAITS = {"treatment_signal": "d30106", "treatment_runs_from": "5", "production_signal": "d20105", "production_runs_from": "20", "voc_generated_kg_h": "10"}


@pytest.fixture
def lake(small_city: None, tmp_path: Path, settings: LazySettings) -> None:
    settings.DATA = str(tmp_path)


def _registered(*points: tuple[str, PointKind, dict[str, Any]]) -> None:
    name = Words("模拟监测点", "Simulated point")
    enter(Entries([PointEntry(code=code, organisation=UNIT, kind=kind, name=name, valid_from=date(2025, 1, 1), traits=traits) for code, kind, traits in points], [], []), actor=system_actor(CITY), reason="测试", is_simulated=True)


def _volume(point: str, first: str, count: int) -> list[Reading]:
    return [one._replace(kind="Hour-Cou") for one in hours(point, first, *["10000"] * count, factor="a00000")]


@pytest.mark.usefixtures("lake")
def test_the_three_rates_of_a_day(person: Any) -> None:
    _registered((OUTLET, PointKind.GAS_OUTLET, _TRAITS), (INLET, PointKind.GAS_INLET, {"treated_at": OUTLET}))
    first = "2026-03-01 00:00:00"
    # Ten hours of production, in one of which the treatment stands; 800 mg/m³ × 10,000 m³ come in, 40 go out, 800 while it stands.
    heard([
        *hours(INLET, first, *["800"] * 10, factor="a24088"), *_volume(INLET, first, 10), *hours(OUTLET, first, *["40"] * 9, "800", factor="a24088"), *_volume(OUTLET, first, 10),
        *hours(OUTLET, first, *["50"] * 10, *["0"] * 14, factor="d20105"), *hours(OUTLET, first, *["30"] * 9, *["0"] * 15, factor="d30106"),
    ])  # fmt: skip
    unit = person(Role.REPORTER, UNIT)
    page = voc_page(code=OUTLET, who=unit, asked=OutletAsked(OutletSpan.DAY, date(2026, 3, 1)))
    whole = page.whole
    assert (whole.collection.pct, whole.removal.pct, whole.uptime.pct) == (Decimal(80), Decimal(95), Decimal(90))
    assert [rate.light.name for _, rate in page.rates] == ["GREEN", "GREEN", "RED"]
    assert (whole.hours, whole.hours_signalled, whole.hours_producing, whole.hours_measured, whole.inlet_kg, whole.outlet_kg) == (24, 24, 10, 10, Decimal(80), Decimal("11.6"))
    assert (page.missing, page.hours[9][1].removal_pct, page.hours[0][1].removal_pct) == ((), None, Decimal(95))
    browser = signed_in(unit)
    path = f"/monitoring/points/{OUTLET}/voc?day=2026-03-01"
    assert "80" in browser.get(path).content.decode()
    assert chinese_of(browser, f"/monitoring/points/{OUTLET}/voc") == []
    told = called(unit).get(f"/api/monitoring/outlets/{OUTLET}/voc?day=2026-03-01&span=DAY").json()
    assert (told["whole"]["removal"], len(told["days"])) == ({"pct": "95", "least_pct": "80", "light": "GREEN"}, 1)
    with pytest.raises(NotPermitted):
        voc_page(code=OUTLET, who=person(Role.REPORTER, OTHER_UNIT), asked=OutletAsked())


def _minutes(factor: str, kind: str, values: dict[int, str]) -> list[Reading]:
    start = datetime(2026, 3, 1)  # noqa: DTZ001  # as the readings
    return [Reading(STATION, factor, kind, f"{start + timedelta(minutes=10 * place)}", value, "N") for place, value in values.items()]


@pytest.mark.usefixtures("lake")
def test_a_nozzle_out_of_range_and_a_tank_without_pressure_raise_an_alarm_that_a_correction_ends(person: Any, still_clock: Clock) -> None:
    _registered((STATION, PointKind.VAPOUR_STATION, {}))
    vapour = {50: "33", 60: "15", 70: "16", 80: "32"}
    told = [
        *_minutes("i4102401", "Min-Cou", dict.fromkeys(vapour, "30")), *_minutes("i4102201", "Min-Cou", vapour), *_minutes("i4102402", "Min-Cou", {50: "20"}),
        *_minutes("i4102202", "Min-Cou", {50: "22"}), *_minutes("i4102801", "Min-Avg", {place: "20" if place < 72 else "400" for place in range(144)}),
    ]  # fmt: skip
    heard(told)
    unit = person(Role.REPORTER, UNIT)
    page = vapour_page(code=STATION, who=unit)
    assert page.chosen is not None
    day = page.chosen[1]
    assert [(one.number, one.found.fillings, one.found.outside, one.ratio, one.found.light.name) for one in day.nozzles] == [
        ("01", 4, 2, Decimal("0.8"), "WARNING"), ("02", 1, 0, Decimal("1.1"), "NORMAL"),
    ]  # fmt: skip
    assert [(one.number, one.found.longest_flat_min, one.highest_pa) for one in day.warned_tanks] == [("01", 720, 400)]
    data = Path(settings.DATA)
    vapour_alarms(data=data, now=still_clock())
    (alarm,) = Alarm.objects.all()
    assert (alarm.kind, alarm.point.code, alarm.facts["nozzles"], alarm.facts["tanks"]) == ("VAPOUR", STATION, ["01"], ["01"])
    assert alarm.facts["en"] == "2026-03-01: nozzle 01: ratio 0.8, 2 of 4 fillings out of range; tank 01 without pressure for 12 h"
    browser = signed_in(unit)
    assert "预警" in browser.get(f"/monitoring/points/{STATION}/vapour").content.decode()
    assert browser.get(f"/monitoring/alarms/{alarm.pk}").status_code == 200
    assert chinese_of(browser, f"/monitoring/points/{STATION}/vapour") == []
    assert called(unit).get(f"/api/monitoring/stations/{STATION}/vapour").json()["days"][0]["told"]["nozzles"][0]["ratio"] == "0.8"
    still_clock.moment += timedelta(hours=1)
    heard([*_minutes("i4102201", "Min-Cou", dict.fromkeys(vapour, "33")), *_minutes("i4102801", "Min-Avg", {30: "300"})])
    vapour_alarms(data=data, now=still_clock())
    assert [step.act for step in alarm.steps.order_by("pk")] == ["RAISE", "END"]
