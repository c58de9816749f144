"""A works with metered electricity and a park of its own, three days of quarter hours in a lake, rolled up."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from conftest import CITY, COUNTY, UNIT

from shuangkong.access.roles import Role
from shuangkong.kernel.language import Words
from shuangkong.lake.meter_file import import_meter_rows
from shuangkong.services.chain import system_actor
from shuangkong.services.meter_rollup import roll_up_meters
from shuangkong.services.monitoring_kinds import PointKind
from shuangkong.services.monitoring_register import Entries, PointEntry, record
from shuangkong.services.organisations import OrganisationFacts, OrganisationKind, register_organisation
from shuangkong.services.readings import conventions_on, open_lake

PARK, TENANT = "P001", "U100"
FIRST = datetime(2026, 2, 27)  # noqa: DTZ001  # naive China Standard Time, as the lake's
NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
_QUARTER = timedelta(minutes=15)


def meter(code: str, organisation: str, **traits: str) -> PointEntry:
    told = {"carrier": "电力", "flow": "消费", **traits}
    return PointEntry(code=code, organisation=organisation, kind=PointKind.METER, name=Words(f"表{code}", f"meter {code}"), valid_from=date(2026, 2, 27), traits=told)


def readings(code: str, per_quarter: int, *, hours: int = 72, leap_at: int | None = None, leap: int = 0) -> list[tuple[str, str, str]]:
    """Cumulative readings of even steps; in the hour of the leap each quarter counts more."""
    rows, register = [], 0
    for number in range(hours * 4 + 1):
        rows.append((code, (FIRST + _QUARTER * number).isoformat(sep=" "), str(register)))
        register += per_quarter + (leap if leap_at is not None and number // 4 == leap_at else 0)
    return rows


def metered_city(person, data: Path) -> None:
    """Register meters of a works (main, two below, a virtual one) and of a park (supply, own power, data centre, water), bring their readings in, roll up."""
    actor = system_actor(CITY)
    facts = OrganisationFacts(name=Words("模拟园区", "Simulated park"), parent=COUNTY)
    register_organisation(code=PARK, kind=OrganisationKind.PARK, facts=facts, valid_from=date(2020, 1, 1), actor=actor, reason="测试", is_simulated=True)
    tenant = OrganisationFacts(name=Words("模拟数据中心", "Simulated data centre"), parent=COUNTY, park=PARK)
    register_organisation(code=TENANT, kind=OrganisationKind.UNIT, facts=tenant, valid_from=date(2020, 1, 1), actor=actor, reason="测试", is_simulated=True)
    counted = [
        (meter("U001.E01", UNIT), readings("U001.E01", 25, leap_at=30, leap=75)),
        (meter("U001.E02", UNIT, parent_meter="U001.E01", purpose="生产"), readings("U001.E02", 15)),
        (meter("U001.E03", UNIT, parent_meter="U001.E01", purpose="照明"), readings("U001.E03", 5, hours=36)),
        (meter("U100.E01", TENANT), readings("U100.E01", 125)), (meter("U100.E02", TENANT, parent_meter="U100.E01", purpose="IT 设备"), readings("U100.E02", 100)),
        (meter("P001.E01", PARK, flow="供入"), readings("P001.E01", 100)), (meter("P001.E02", PARK, flow="自产"), readings("P001.E02", 50)),
        (meter("P001.E03", PARK, flow="外供"), readings("P001.E03", 10)), (meter("P001.W01", PARK, carrier="自来水", flow="供入"), readings("P001.W01", 50)),
        (meter("U100.W01", TENANT, carrier="自来水"), readings("U100.W01", 44)),
    ]  # fmt: skip
    virtual = meter("U001.V01", UNIT, formula="U001.E01 - U001.E02")
    record(Entries([*(one for one, _ in counted), virtual, meter("U001.H01", UNIT, carrier="热力")]), who=person(Role.REVIEWER, COUNTY), reason="安装记录")
    lake = open_lake(data, conventions=conventions_on(NOW.date()))
    import_meter_rows(lake, [row for _, rows in counted for row in rows], now=NOW, name="三天")
    roll_up_meters()
