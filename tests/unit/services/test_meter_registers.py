"""The register of meters as people list it, and the factors that hold by date."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from shuangkong.energy.coal_equivalent import CarrierTable
from shuangkong.kernel.faults import InputRefused
from shuangkong.rules import at
from shuangkong.services.cities import open_city
from shuangkong.services.readings import conventions_on, factors_of, read_registers

DAY = date(2025, 1, 1)


def test_a_meter_its_places_and_its_defaults(tmp_path: Path) -> None:
    path = tmp_path / "计量台账.csv"
    path.write_text("表号,计量点,用能单位,县区,能源品种,倍率,拆除时间\nA1,P1,U1,西平县,电力,40,2025-03-01 08:00\n", "utf-8")
    found = read_registers(path, city=open_city(), conventions=conventions_on(DAY))
    [meter] = found.meters
    assert (meter.point, meter.carrier, meter.flow, meter.multiplier, str(meter.valid_to)) == ("P1", "electricity", "consumption", Decimal(40), "2025-03-01 08:00:00")
    assert set(found.ancestry) == {("U1", "U1"), ("U1", "411721"), ("U1", "411700")}
    assert found.longest_span_s == 1350


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (["A1,P1,U1,没有县,电力,1,2025-01-01,"], "没有县"), (["A1,P1,U1,西平县,没有电,1,2025-01-01,"], "没有电"), (["A1,P1,U1,西平县,电力,0,2025-01-01,"], "大于零"),
        (["A1,P1,U1,西平县,电力,1,某日,"], "不是时刻"), (["A1,P1,U1,西平县,电力,1,2025-01-01,", "A2,P1,U1,西平县,电力,1,2025-02-01,"], "有两块表"),
        (["A1,P1,U1,西平县,电力,1,2025-01-01,2025-02-01", "A2,P1,U2,西平县,电力,1,2025-02-01,"], "单位、品种或方向不同"),
    ],
)  # fmt: skip
def test_a_fault_of_the_register_is_told(tmp_path: Path, rows: list[str], said: str) -> None:
    path = tmp_path / "计量台账.csv"
    path.write_text("\n".join(["meter,point,unit,county,carrier,multiplier,valid_from,valid_to", *rows]), "utf-8")
    with pytest.raises(InputRefused, match=said):
        read_registers(path, city=open_city(), conventions=conventions_on(DAY))


def test_factors_hold_from_their_day_per_unit_that_the_meter_counts() -> None:
    carriers = CarrierTable(at(DAY))
    rows = factors_of([carriers.find("电力"), carriers.find("天然气")], grid_region="河南")
    on = {(row.carrier, row.valid_from.date()): row for row in rows}
    assert (on["electricity", date(2022, 1, 1)].kgce, on["electricity", date(2022, 1, 1)].kgco2) == (Decimal("0.1229"), Decimal("0.6058"))
    assert on["electricity", date(2023, 1, 1)].kgco2 == Decimal("0.5897")
    assert on["electricity", date(2008, 6, 1)].kgco2 is None
    gas = on["natural_gas", date(2021, 4, 1)]
    assert (gas.kgce, round(gas.kgco2 or Decimal(0), 6)) == (Decimal("1.3300"), Decimal("2.162189"))
