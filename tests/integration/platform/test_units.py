"""Pages of units and the list of them."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from filing_steps import Person, open_window
from security_steps import client_of
from unit_steps import burned, moved, observed, unit_of

from shuangkong.access.roles import Role
from shuangkong.kernel.language import Words
from shuangkong.returns.entries import Entry
from shuangkong.returns.form import CellKey
from shuangkong.services.chain import system_actor
from shuangkong.services.organisations import (
    OrganisationFacts,
    OrganisationKind,
    change_organisation,
    register_organisation,
    tree_on,
)
from shuangkong.services.people import NotPermitted
from shuangkong.services.place_pages import place_page
from shuangkong.services.product_levels import KeyReport, product_lines
from shuangkong.services.unit_pages import unit_page, units_page

XIPING, SHANGCAI = "411721", "411722"


def test_the_energy_of_a_unit_flows_from_purchase_to_use(person: Person) -> None:
    burned("U001", "1000", "100")
    observed("U001", "raw_coal_opening", "50", unit="t")
    observed("U001", "raw_coal_closing", "30", unit="t")
    observed("U001", "raw_coal_feedstock", "200", unit="t")
    observed("U001", "transformed_raw_coal_input", "300", unit="t")
    observed("U001", "transformed_heat_output", "5000", unit="GJ")
    observed("U001", "heat_coefficient", "0.0341", unit="tce/GJ")
    page = unit_page(code="U001", who=person(Role.REPORTER, "U001"))
    assert {(one.source.zh, one.target.zh): one.tce for one in page.links} == {
        ("购进", "原煤"): Decimal(700), ("库存减少", "原煤"): Decimal(14), ("购进", "电力"): Decimal("122.9"),
        ("原煤", "工业生产燃料动力"): Decimal(350), ("原煤", "加工转换投入"): Decimal(210), ("原煤", "原材料"): Decimal(140),
        ("电力", "工业生产燃料动力"): Decimal("110.61"), ("电力", "非工业生产"): Decimal("12.29"),
        ("加工转换投入", "转换产出"): Decimal("170.5"), ("加工转换投入", "转换损失"): Decimal("39.5"),
    }  # fmt: skip
    assert page.chosen is not None
    assert page.chosen.co2 is not None
    # 800 t of coal as steam coal at 23.204 GJ/t, 0.02618 tC/GJ, 0.93; 1 000 000 kWh at the last factor of Henan.
    coal = Decimal(800) * Decimal("23.204") * Decimal("0.02618") * Decimal("0.93") * 44 / 12
    assert page.chosen.co2.known_t == coal + Decimal("589.7")
    assert [mark.value.zh for mark in page.chosen.co2.marks] == ["替代", "未核实"]


def test_before_the_first_grid_factor_the_first_stands_in(person: Person) -> None:
    burned("U001", "1000", "100", "2020")
    page = unit_page(code="U001", who=person(Role.REPORTER, "U001"))
    assert page.chosen is not None
    assert page.chosen.co2 is not None
    assert page.chosen.co2.is_substituted


def test_the_page_says_in_which_county_each_year_counts(person: Person) -> None:
    moved("U001", SHANGCAI, date(2025, 7, 1))
    for year in ("2024", "2025"):
        burned("U001", "100", "10", year)
    page = unit_page(code="U001", who=person(Role.REVIEWER, "statistics"))
    assert [(one.year, one.home and one.home.parent) for one in page.years] == [(2024, XIPING), (2025, SHANGCAI)]
    assert [(one.valid_from, one.until, one.parent) for one in page.history] == [
        (date(2020, 1, 1), date(2025, 6, 30), XIPING), (date(2025, 7, 1), None, SHANGCAI),
    ]  # fmt: skip
    told = client_of(person(Role.REVIEWER, "statistics")).get("/units/U001").content.decode()
    assert "2025-06-30" in told
    assert "/figures/comprehensive_energy_tce/U001/2024" in told
    assert client_of(person(Role.REVIEWER, XIPING)).get("/units/U001").status_code == 403
    assert client_of(person(Role.REVIEWER, SHANGCAI)).get("/units/U001").status_code == 200


def test_a_closed_unit_keeps_its_page_and_its_past(person: Person) -> None:
    burned("U001", "100", "10", "2024")
    node = tree_on(date(2026, 1, 1)).find("U001")
    facts = OrganisationFacts(name=node.name, parent=node.parent, tags=node.tags, is_closed=True)
    change_organisation(code="U001", facts=facts, valid_from=date(2025, 7, 1), actor=system_actor("411700"), reason="停产注销")
    page = unit_page(code="U001", who=person(Role.REVIEWER, XIPING))
    assert page.is_closed
    assert page.chosen is not None
    assert page.chosen.year == 2024
    assert not unit_page(code="U001", who=person(Role.REVIEWER, XIPING), as_of=date(2025, 6, 30)).is_closed
    assert "U001" not in [row.node.code for row in units_page(who=person(Role.REVIEWER, "statistics")).rows]


def test_as_of_leaves_out_what_was_heard_later(person: Person) -> None:
    observed("U001", "comprehensive_energy_tce", "100", day="2026-02-01")
    observed("U001", "comprehensive_energy_tce", "140", day="2026-02-20")
    who = person(Role.REPORTER, "U001")
    assert unit_page(code="U001", who=who).years[-1].comprehensive == 140
    assert unit_page(code="U001", who=who, as_of=date(2026, 2, 10)).years[-1].comprehensive == 100
    assert unit_page(code="U001", who=who, as_of=date(2026, 1, 10)).years == ()


def test_another_units_page_is_closed(person: Person) -> None:
    with pytest.raises(NotPermitted):
        unit_page(code="U002", who=person(Role.REPORTER, "U001"))
    assert client_of(person(Role.REPORTER, "U001")).get("/units/NONE").status_code == 422
    rows = units_page(who=person(Role.REPORTER, "U001")).rows
    assert [row.node.code for row in rows] == ["U001"]


def test_meters_are_held_against_the_standard(person: Person) -> None:
    burned("U001", "100", "10")
    for level, required, fitted in (("unit", "5", "5"), ("part", "10", "9")):
        observed("U001", f"key_meters_electricity_{level}_required", required, unit="台")
        observed("U001", f"key_meters_electricity_{level}_fitted", fitted, unit="台")
    page = unit_page(code="U001", who=person(Role.REPORTER, "U001"))
    assert [(one.level.zh, one.fitted, one.required, one.fitting.meets) for one in page.meters] == [("用能单位", 5, 5, True), ("主要次级用能单位", 9, 10, False)]


@pytest.mark.parametrize(
    ("product", "measure", "level", "gap", "reason"),
    [("水泥熟料", "t", "BETWEEN", "3000", None), ("水泥熟料（模拟）", "吨", "BETWEEN", "3000", None), ("水泥熟料", "件", None, None, "目录的计量方式不同，不能比较"), ("拖鞋", "双", None, None, "国家能效水平目录没有此产品")],
)
def test_a_product_stands_against_the_national_levels(product: str, measure: str, level: str | None, gap: str | None, reason: str | None) -> None:
    told = {"product": Entry(text=product), "output_unit": Entry(text=measure), "output": Entry(number=Decimal(500000)), "energy_tce": Entry(number=Decimal(53000))}
    report = KeyReport(1, "U001", 2023, {CellKey("products", "1", column): entry for column, entry in told.items()})
    (line,) = product_lines(report)
    assert line.unit_energy_kgce == 106
    assert (line.gap and line.gap.level.name) == level
    assert (line.gap and line.gap.gap_to_benchmark_tce) == (None if gap is None else Decimal(gap))
    assert (line.reason and line.reason.zh) == reason


def test_the_list_asks_as_often_for_forty_units_as_for_two(person: Person) -> None:
    client = client_of(person(Role.REVIEWER, "statistics"))
    client.get("/units?year=2025")
    with CaptureQueriesContext(connection) as few:
        client.get("/units?year=2025")
    for number in range(100, 140):
        unit_of(f"U{number}", XIPING)
        burned(f"U{number}", "10", "1")
    client.get("/units?year=2025")
    with CaptureQueriesContext(connection) as many:
        page = client.get("/units?year=2025")
    assert "模拟厂U139" in page.content.decode()
    assert len(many) <= len(few)


def test_a_unit_without_205_1_says_so(person: Person) -> None:
    facts = OrganisationFacts(name=Words("模拟学校", "Simulated school"), parent=XIPING, tags=frozenset({"public_institution"}))
    register_organisation(code="U300", kind=OrganisationKind.UNIT, facts=facts, valid_from=date(2020, 1, 1), actor=system_actor("411700"), reason="测试")
    open_window("institution-energy")
    page = client_of(person(Role.REVIEWER, "statistics")).get("/units/U300").content.decode()
    assert "模拟学校不填报205-1，其他报表已报 0/1" in page
    assert "下达的节能目标" not in page
    assert "计量器具" not in page


def of_trade(code: str, place: str, trade: str, since: date = date(2020, 1, 1)) -> None:
    """Let a unit be of a trade from a day on."""
    node = tree_on(since).find(code)
    facts = OrganisationFacts(name=node.name, parent=place, tags=frozenset({tag for tag in node.tags if not tag.startswith("trade:")} | {f"trade:{trade}"}))
    change_organisation(code=code, facts=facts, valid_from=since, actor=system_actor("411700"), reason="行业变更")


def test_the_energy_of_a_county_flows_through_the_trades_it_had(person: Person) -> None:
    unit_of("U003", XIPING)
    of_trade("U001", XIPING, "30")
    of_trade("U003", XIPING, "17")
    of_trade("U003", XIPING, "26", date(2025, 7, 1))
    county = person(Role.REVIEWER, XIPING)
    for year in ("2024", "2025"):
        burned("U001", "1000", "100", year)
        burned("U003", "100", "10", year)
    told = {year: place_page(code=XIPING, who=county, year=year) for year in (2024, 2025)}
    assert [(one.name.zh, one.units, one.tce) for one in told[2024].structure.trades] == [
        ("30 非金属矿物制品业", 1, Decimal("810.61")), ("17 纺织业", 1, Decimal("81.061")),
    ]  # fmt: skip
    assert [one.name.zh for one in told[2025].structure.trades] == ["30 非金属矿物制品业", "26 化学原料和化学制品制造业"]
    flows = {(one.source.zh, one.target.zh): one.tce for one in told[2024].structure.by_trade}
    assert flows["原煤", "30 非金属矿物制品业"] == Decimal(700)
    assert flows["原煤", "17 纺织业"] == Decimal(70)
    assert flows["30 非金属矿物制品业", "工业生产燃料动力"] == Decimal("810.61")
    page = client_of(county).get(f"/places/{XIPING}?year=2024").content.decode()
    assert "17 纺织业" in page
    listed = client_of(county).get("/units?q=纺织&year=2025").content.decode()
    assert "U003" not in listed
    assert "26 化学原料和化学制品制造业" in client_of(county).get("/units?q=26&year=2025").content.decode()


def test_no_trade_is_told_where_a_unit_would_be_given_away(person: Person) -> None:
    of_trade("U001", XIPING, "30")
    burned("U001", "1000", "100", "2024")
    page = place_page(code=XIPING, who=person(Role.REVIEWER, SHANGCAI), year=2024)
    assert (page.structure.by_trade, page.structure.trades) == ((), ())
