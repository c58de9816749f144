"""What simulated works and sewage plants type in the survey of pollution sources (模拟污染源年报), in step with their energy."""

from decimal import Decimal

from shuangkong.kernel.rounding import round_gbt8170
from shuangkong.returns.entries import Entry
from shuangkong.returns.form import CellKey
from shuangkong.simulation.organisations import SimulatedUnit, UnitsProfile
from shuangkong.simulation.unit_reports import NOT_APPLICABLE, Cells, YearReports

_BURNED = ("raw_coal", "natural_gas")


def source_report(profile: UnitsProfile, unit: SimulatedUnit, year: int, reports: YearReports) -> Cells:
    """Return what an industrial source types for a year (模拟工业污染源年报): its waste gas from the fuel of its 205-1, its waste water by output."""
    draw, stated = profile.random(f"pollution {unit.code} {year}"), profile.stated["pollution"]
    output = reports.consumption[CellKey("output", "output_t", "value")].number or Decimal(0)
    water = round_gbt8170(output * Decimal(stated["water_m3_per_t"]) * draw.randint(92, 108) / 100, 0)
    discharged = round_gbt8170(water * Decimal("0.6"), 0)
    cells: Cells = {}
    for row, figure in (("water_taken_m3", water), ("wastewater_discharged_m3", discharged), ("operating_hours", Decimal(draw.randint(6800, 7900)))):
        cells[CellKey("basic", row, "value")] = Entry(number=figure)
    for row in ("waste_gas_10k_m3", "voc_materials_t", "hazardous_waste_t"):
        cells[CellKey("basic", row, "value")] = NOT_APPLICABLE
    number = 0
    for fuel in _BURNED:
        burned = reports.consumption.get(CellKey("energy", fuel, "industrial"))
        if burned is None or not burned.number:
            continue
        for pollutant, (factor, removal, treatment) in stated["burning"][fuel].items():
            number += 1
            cells |= _source(str(number), (f"{stated['fuels'][fuel]}燃烧", pollutant, "产排污系数", stated["units"][fuel], treatment), burned.number, Decimal(factor))
            cells[CellKey("sources", str(number), "removal_pct")] = Entry(number=Decimal(removal))
            cells[CellKey("sources", str(number), "running_pct")] = Entry(number=Decimal(draw.randint(96, 100)) if Decimal(removal) else Decimal(0))
    for pollutant, (inlet, removal) in stated["waste_water_mg_l"].items():
        number += 1
        cells |= _source(str(number), ("生产废水", pollutant, "手工监测", "m3", "生化处理"), discharged, None)
        came = round_gbt8170(discharged * Decimal(inlet) * draw.randint(90, 110) / 100 / 1000000, 4)
        cells[CellKey("sources", str(number), "generated_t")] = Entry(number=came)
        cells[CellKey("sources", str(number), "removal_pct")] = Entry(number=Decimal(removal))
        cells[CellKey("sources", str(number), "running_pct")] = Entry(number=Decimal(100))
    return cells


def _source(row: str, words: tuple[str, str, str, str, str], activity: Decimal, factor: Decimal | None) -> Cells:
    told = dict(zip(("item", "pollutant", "method", "activity_unit", "treatment"), words, strict=True))
    cells = {CellKey("sources", row, column): Entry(text=text) for column, text in told.items()}
    cells[CellKey("sources", row, "activity")] = Entry(number=activity)
    cells[CellKey("sources", row, "factor_kg")] = NOT_APPLICABLE if factor is None else Entry(number=factor)
    cells[CellKey("sources", row, "factor_source")] = Entry(text="模拟监测报告" if factor is None else "模拟系数")
    return cells


def sewage_report(profile: UnitsProfile, unit: SimulatedUnit, year: int) -> Cells:
    """Return what a sewage plant types for a year (模拟集中式治理设施年报)."""
    own, draw = profile.random(f"sewage {unit.code}"), profile.random(f"sewage {unit.code} {year}")
    capacity = Decimal(own.randrange(20000, 80000, 5000))
    treated = round_gbt8170(capacity * 365 * draw.randint(74, 92) / 100 / 10000, 2)
    cells: Cells = {}
    for row, figure in (
        ("design_capacity_t_per_d", capacity), ("treated_10k_t", treated), ("running_days", Decimal(365)),
        ("facility_power_10k_kwh", round_gbt8170(treated * draw.randint(26, 34) / 100, 2)), ("sludge_t", round_gbt8170(treated * 6, 0)),
        ("sludge_disposed_t", round_gbt8170(treated * 6, 0)), ("reclaimed_10k_t", round_gbt8170(treated * Decimal("0.12"), 2)),
    ):  # fmt: skip
        cells[CellKey("basic", row, "value")] = Entry(number=figure)
    for row, (inlet, outlet) in profile.stated["pollution"]["sewage_mg_l"].items():
        for column, told in (("inlet", inlet), ("outlet", outlet)):
            cells[CellKey("load", row, column)] = Entry(number=round_gbt8170(Decimal(told) * draw.randint(90, 110) / 100, 3))
    return cells
