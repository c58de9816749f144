"""A return held against the meters of the unit: only where they cover the period, own power and storage included."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from conftest import COUNTY, UNIT
from test_meter_register import meter

from shuangkong.access.roles import Role
from shuangkong.kernel.period import Period
from shuangkong.lake.meter_file import import_meter_rows
from shuangkong.returns.entries import Entry
from shuangkong.returns.form import CellKey
from shuangkong.services import filing_dossiers, lake_rows
from shuangkong.services.filing_checks import check_filing
from shuangkong.services.filing_forms import form_of
from shuangkong.services.meter_rollup import roll_up_meters
from shuangkong.services.metered_use import MainMeterUse, metered_use
from shuangkong.services.monitoring_register import Entries, record
from shuangkong.services.readings import conventions_on, open_lake
from shuangkong.store.models import Filing, Organisation

FEBRUARY = Period.parse("2026-02")
SOON = date(2026, 2, 1)


@pytest.fixture
def data(tmp_path: Path, settings) -> Path:
    settings.DATA = tmp_path
    lake_rows._opened.cache_clear()
    return tmp_path


def read(data: Path, registers: dict[str, str], *, begin: str = "2026-02-01 00:00:00") -> None:
    """Registers at the end of February, all from zero."""
    rows = [(point, ts, value) for point, end in registers.items() for ts, value in ((begin, "0"), ("2026-03-01 00:00:00", end))]
    lake = open_lake(data, conventions=conventions_on(SOON))
    import_meter_rows(lake, rows, now=datetime(2026, 3, 1, tzinfo=UTC), name="test")
    roll_up_meters()


def test_own_power_counts_and_what_is_fed_in_does_not(person, data: Path) -> None:
    plain = {"day": SOON, "multiplier": "1"}
    points = [
        meter(**plain), meter("U001.M2", serial="2", flow="自产", **plain), meter("U001.M3", serial="3", flow="外供", **plain), meter("U001.M4", serial="4", parent_meter="U001.M001", **plain),
        meter("U001.M5", serial="5", carrier="天然气", **plain | {"day": date(2026, 2, 15)}),
    ]  # fmt: skip
    record(Entries(points), who=person(Role.REVIEWER, COUNTY), reason="安装记录")
    assert metered_use(UNIT, FEBRUARY) == {}
    read(data, {"U001.M001": "1000", "U001.M2": "300", "U001.M3": "50", "U001.M4": "400", "U001.M5": "70"})
    assert metered_use(UNIT, FEBRUARY) == {"electricity": MainMeterUse(Decimal(1250), Decimal(100))}
    assert metered_use(UNIT, Period.parse("2026Q1")) == {}


def test_a_return_that_is_off_its_meters_needs_an_explanation(small_city, monkeypatch: pytest.MonkeyPatch) -> None:
    form = form_of("205-1", Period.parse("2025"))
    filing = Filing(form="205-1", period="2025", organisation=Organisation.objects.get(code=UNIT))

    def told(metered: dict[str, MainMeterUse]) -> list[tuple[str, dict[str, Decimal]]]:
        monkeypatch.setattr(filing_dossiers, "metered_use", lambda org, period: metered)
        found = check_filing(form, filing, {CellKey("energy", "electricity", "consumed"): Entry(number=Decimal("110"))})
        return [(one.finding.code, dict(one.finding.evidence)) for one in found if one.finding.code == "C028"]

    assert told({}) == []
    assert told({"electricity": MainMeterUse(Decimal(1_110_000), Decimal(99))}) == []
    assert told({"electricity": MainMeterUse(Decimal(1_000_000), Decimal(99))}) == [("C028", {"electricity_consumed": Decimal(110), "meter:electricity_consumed": Decimal(100)})]
