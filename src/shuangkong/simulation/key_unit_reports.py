"""The yearly report of a simulated key energy user (模拟利用状况报告), in step with its 205-1."""

from decimal import Decimal

from shuangkong.kernel.rounding import round_gbt8170
from shuangkong.returns.entries import Entry
from shuangkong.returns.form import CellKey
from shuangkong.simulation.organisations import SimulatedUnit, UnitsProfile
from shuangkong.simulation.unit_reports import NOT_APPLICABLE, Cells, UnitYear, YearReports

# The smallest document that readers of PDF open; it shows an empty page.
STAMPED_PAGE = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
_MARKS = {"target": "38", "leadership": "5", "breakdown": "9", "technology": "21", "law": "10", "management": "9"}


def key_unit_report(profile: UnitsProfile, unit: SimulatedUnit, year: int, reports: YearReports, amount: UnitYear) -> Cells:
    """Return what a key energy user types for a year (模拟利用状况报告填报值).

    Parameters
    ----------
    profile, unit, year
        Whose, and which.
    reports : YearReports
        Its 205-1 of the year, from which the physical figures are taken.
    amount : UnitYear
        Comprehensive energy and value added.
    """
    draw = profile.random(f"key report {unit.code} {year}")
    trade = profile.stated["trades"][unit.kind]
    cells: Cells = {}

    def text(table: str, row: str, column: str, words: str) -> None:
        cells[CellKey(table, row, column)] = Entry(text=words)

    def figure(table: str, row: str, column: str, number: Decimal | int) -> None:
        cells[CellKey(table, row, column)] = Entry(number=Decimal(number))

    energy = round_gbt8170(amount.energy_tce, 2)
    output = reports.consumption[CellKey("output", "output_t", "value")].number or Decimal(1)
    worth = reports.consumption[CellKey("output", "output_value_10k_yuan", "value")].number or Decimal(1)
    for row, words in {
        "credit_code": unit.credit_code, "trade": f"{trade['name']}（模拟）", "address": "模拟地址", "representative": "模拟法人", "department": "能源管理科（模拟）",
        "main_products": f"{trade['name']}产品",
    }.items():  # fmt: skip
        text("profile", row, "value", words)
    cost = sum((entry.number or Decimal(0) for key, entry in reports.consumption.items() if key.column == "cost"), Decimal(0))
    for row, number in (
        ("employees_count", Decimal(draw.randint(120, 1600))), ("output_value_10k_yuan", worth), ("value_added_10k_yuan", amount.value_added_10k_yuan),
        ("energy_cost_10k_yuan", cost), ("energy_total_tce", energy), ("water_m3", Decimal(draw.randint(20000, 400000))),
    ):
        figure("economy", row, "value", number)
    _carriers(reports, cells)
    text("products", "1", "product", f"{trade['name']}（模拟）")
    text("products", "1", "output_unit", "t")
    figure("products", "1", "output", output)
    figure("products", "1", "energy_tce", energy)
    cells[CellKey("products", "1", "limit_kgce")] = NOT_APPLICABLE
    text("factors", "1", "factor", "产量变化")
    figure("factors", "1", "effect_tce", round_gbt8170(energy * draw.randint(-20, 25) / 1000, 2))
    text("factors", "1", "explanation", "订单变化")
    _target_and_marks(cells, energy, draw.randint(90, 130))
    text("equipment", "1", "name", "主要用能设备（模拟）")
    text("equipment", "1", "kind", "窑炉" if unit.kind in ("cement", "building_materials") else "锅炉")
    figure("equipment", "1", "count", draw.randint(1, 4))
    text("equipment", "1", "grade", "2级")
    text("equipment", "1", "is_obsolete", "否")
    text("posts", "1", "name", f"能源管理负责人{unit.code}（模拟）")
    text("posts", "1", "post", "能源管理负责人")
    text("posts", "1", "title", "中级")
    text("posts", "1", "appointed", "2020-03-01")
    _meters(cells, reports, draw.randint(3, 9))
    return cells


def _carriers(reports: YearReports, cells: Cells) -> None:
    for key, entry in reports.consumption.items():
        if key.table != "energy" or entry.number is None:
            continue
        number = entry.number
        match key.column:
            case "consumed":
                cells[CellKey("structure", key.row, "consumed")] = entry
                cells[CellKey("balance", key.row, "process")] = Entry(number=round_gbt8170(number * Decimal("0.86"), 2))
                cells[CellKey("balance", key.row, "auxiliary")] = Entry(number=number - round_gbt8170(number * Decimal("0.86"), 2))
                feedstock = reports.consumption.get(CellKey("energy", key.row, "feedstock"), NOT_APPLICABLE)
                cells[CellKey("structure", key.row, "feedstock")] = feedstock
            case "opening" | "purchased" | "closing":
                cells[CellKey("balance", key.row, key.column)] = entry
            case "coefficient":
                cells[CellKey("structure", key.row, "coefficient")] = entry


def _target_and_marks(cells: Cells, energy: Decimal, done_pct: int) -> None:
    target = round_gbt8170(energy * Decimal("0.012"), 0)
    cells[CellKey("target", "saving_target_tce", "value")] = Entry(number=target)
    cells[CellKey("target", "saving_done_tce", "value")] = Entry(number=round_gbt8170(target * done_pct / 100, 0))
    for row, marks in _MARKS.items():
        cells[CellKey("score", row, "own")] = Entry(number=Decimal(marks))


def _meters(cells: Cells, reports: YearReports, count: int) -> None:
    coal = CellKey("energy", "raw_coal", "consumed") in reports.consumption
    for row in ("electricity", *(("coal_coke",) if coal else ())):
        for part, times in (("unit", 1), ("part", 3), ("device", 6)):
            cells[CellKey("meters", row, f"{part}_required")] = Entry(number=Decimal(count * times))
            cells[CellKey("meters", row, f"{part}_fitted")] = Entry(number=Decimal(count * times - (part == "device")))
