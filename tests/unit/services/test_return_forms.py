"""The returns that the Zhumadian pack declares: complete, of one mind with elements, coefficients, checks and the calendar."""

import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from shuangkong.checks.examine import catalogue, examine
from shuangkong.checks.model import Dossier, Figure
from shuangkong.indicators.declaration import Scope
from shuangkong.kernel.faults import Fault, InputRefused
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Grain, Period
from shuangkong.kernel.provenance import Confidence
from shuangkong.returns.deadline import Deadline, filing_window
from shuangkong.returns.entries import Entry, entry_from
from shuangkong.returns.form import CellKey, EntryKind, FilerKind, Form
from shuangkong.returns.formula import completed, computed
from shuangkong.returns.soundness import every_cell
from shuangkong.rules import at
from shuangkong.services.cities import packaged_city
from shuangkong.services.city_check import check_city
from shuangkong.services.indicators import load_catalogue
from shuangkong.services.return_forms import (
    UnknownForm,
    calendar_day,
    factor_faults,
    form_coefficients,
    form_factors,
    form_layout,
    form_on,
    form_ranges,
    is_working_day,
    load_forms,
)

CITY = packaged_city()
FORMS = load_forms(CITY)
ENERGY = FORMS["205-1"]
DAY = date(2023, 1, 1)

PRINTED_IN_THE_PLAN = "方案附件2所印基期数，只作核对"
PUBLISHED_FOR_THE_CITY = "公报和年鉴公布数，只作核对，县区不另填报"
MONITORED = dict.fromkeys((
    "cod_monitored_t", "nh3_n_monitored_t", "nox_monitored_t", "vocs_monitored_t", "source_water_monitored_ratings_count", "source_water_monitored_good_count",
    "data_center_metered_power_10k_kwh", "data_center_metered_it_power_10k_kwh", "cooling_plant_metered_cooling_gj", "cooling_plant_metered_power_10k_kwh",
    "park_metered_generation_10k_kwh", "park_metered_local_10k_kwh", "water_district_metered_supply_10k_m3", "water_district_metered_use_10k_m3", "reclaimed_water_metered_10k_m3",
), "由监测和计量数据汇总")  # fmt: skip
FILED_BY_NO_AGENCY = {
    "non_fossil_share_base_pct": PRINTED_IN_THE_PLAN,
    "green_building_share_base_pct": PRINTED_IN_THE_PLAN,
    "building_renewable_share_base_pct": PRINTED_IN_THE_PLAN,
} | MONITORED
FILED_BY_NO_COUNTY = dict.fromkeys((
    "gdp_per_head_yuan", "gdp_per_head_growth_pct", "gdp_growth_two_year_mean_pct", "primary_value_added_growth_pct",
    "secondary_value_added_growth_pct", "tertiary_value_added_growth_pct", "primary_share_pct", "secondary_share_pct", "tertiary_share_pct",
    "construction_value_added_current_100m_yuan", "construction_value_added_growth_pct", "transport_value_added_current_100m_yuan",
    "transport_value_added_growth_pct", "trade_value_added_current_100m_yuan", "trade_value_added_growth_pct",
    "catering_value_added_current_100m_yuan", "catering_value_added_growth_pct", "finance_value_added_current_100m_yuan",
    "finance_value_added_growth_pct", "real_estate_value_added_current_100m_yuan", "real_estate_value_added_growth_pct",
    "other_services_value_added_current_100m_yuan", "other_services_value_added_growth_pct", "consumer_price_change_pct",
    "retail_sales_growth_pct", "foreign_trade_growth_pct", "urbanization_pct", "land_area_km2", "tax_share_of_revenue_pct",
), PUBLISHED_FOR_THE_CITY) | dict.fromkeys((
    "intensity_target_set_pct", "total_target_set_tce", "coal_cap_set_t", "industry_intensity_target_set_pct", "industry_intensity_scheduled_pct",
    "benchmark_capacity_scheduled_pct", "institution_area_scheduled_pct", "institution_person_scheduled_pct", "cod_allocated_t", "nh3_n_allocated_t",
    "nox_allocated_t", "vocs_allocated_t",
), "由市里下达，县区不填")  # fmt: skip


def filers_of(element: str, kind: FilerKind) -> list[str]:
    """The forms of a kind of filer in which an element stands, quarterly ones apart."""
    return sorted(form.code for form in FORMS.values() if form.filer is kind and element in form.by_element)


def test_the_pack_ships_the_returns_that_the_platform_needs() -> None:
    assert {
        "205-1", "205-2", "key-unit-report", "institution-energy", "county-energy", "county-energy-quarter", "pollutant-dispatch-quarter",
        "county-plan-annual", "county-plan-five-year", "county-sector-energy", "sector-energy-industry", "sector-energy-building",
        "sector-energy-transport", "sector-energy-infrastructure", "pollution-industrial", "pollution-agricultural", "pollution-domestic",
        "pollution-central", "pollution-mobile",
    } <= FORMS.keys()  # fmt: skip
    assert {form.agency for form in FORMS.values() if form.filer is FilerKind.AGENCY} == {
        "statistics", "development_reform", "industry_information", "housing_construction", "transport", "agriculture_rural", "ecology_environment",
        "institution_affairs", "urban_management", "water_resources", "market_regulation", "science_technology", "finance",
        "natural_resources_planning",
    }  # fmt: skip


def test_every_element_of_the_city_is_filed_by_one_agency_or_said_why_not() -> None:
    for element in load_catalogue(CITY).elements.values():
        if element.scope is Scope.JURISDICTION:
            continue
        forms = filers_of(element.code, FilerKind.AGENCY)
        yearly = [code for code in forms if FORMS[code].grain is Grain.YEAR]
        assert len(yearly) <= 1, (element.code, yearly)
        assert len(forms) - len(yearly) <= 1, (element.code, forms)
        assert bool(forms) is (element.code not in FILED_BY_NO_AGENCY), element.code


def test_every_element_of_a_county_is_filed_by_the_county_or_said_why_not() -> None:
    for element in load_catalogue(CITY).elements.values():
        if element.scope is Scope.CITY:
            continue
        forms = filers_of(element.code, FilerKind.JURISDICTION)
        assert bool(forms) is (element.code not in FILED_BY_NO_COUNTY.keys() | MONITORED.keys()), element.code


def test_the_agency_that_owns_an_element_is_in_charge_of_its_form() -> None:
    names = {"市统计局": "statistics", "市发展改革委": "development_reform", "市工业和信息化局": "industry_information", "市水利局": "water_resources",
             "市住房和城乡建设局": "housing_construction", "市交通运输局": "transport", "市农业农村局": "agriculture_rural", "市财政局": "finance",
             "市生态环境局": "ecology_environment", "市城市管理局": "urban_management", "市机关事务中心": "institution_affairs",
             "市市场监管局": "market_regulation", "市自然资源和规划局": "natural_resources_planning"}  # fmt: skip
    for element in load_catalogue(CITY).elements.values():
        for code in filers_of(element.code, FilerKind.AGENCY):
            assert FORMS[code].agency == names[element.agency], (element.code, code)


def test_no_element_stands_in_two_forms_of_one_filer_and_length_of_period() -> None:
    counted = Counter((form.filer, form.grain, element) for form in FORMS.values() for element in form.by_element)
    assert [key for key, count in counted.items() if count > 1] == []


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_a_form_says_what_it_is_in_both_languages_and_what_is_not_verified(form: Form) -> None:
    for words in (form.name, form.purpose, *(table.name for table in form.tables), *(cell.name for cell in every_cell(form))):
        assert words.zh
        assert words.en
    assert form.confidence is Confidence.MEMORY
    assert not form.verified
    assert form.basis.document
    assert form.clause
    figures = [cell for cell in every_cell(form) if cell.kind is EntryKind.NUMBER]
    assert all(cell.meaning.zh.endswith("。") and cell.meaning.en.endswith(".") for cell in figures)
    assert all(len(cell.choices_en) == len(cell.choices) for cell in every_cell(form))


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_the_unit_of_an_element_is_that_of_the_city(form: Form) -> None:
    elements = load_catalogue(CITY).elements
    for code, cell in form.by_element.items():
        if code in elements:
            assert cell.unit == elements[code].unit, code


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_every_coefficient_asked_for_is_there(form: Form) -> None:
    assert factor_faults(form, DAY) == []
    asked = {cell.key.row for cell in every_cell(form) if cell.prefill == "factor(row)"}
    assert asked <= form_factors(form, DAY).keys()


def test_the_coefficients_are_those_of_the_standard_in_the_units_of_the_rows() -> None:
    factors = form_factors(ENERGY, DAY)
    assert {row: str(factors[row].figure.normalize()) for row in ("raw_coal", "coke", "natural_gas", "diesel", "heat", "electricity", "other_fuels")} == {
        "raw_coal": "0.7143", "coke": "0.9714", "natural_gas": "13.3", "diesel": "1.4571", "heat": "0.03412", "electricity": "1.229", "other_fuels": "1",
    }  # fmt: skip
    assert factors["electricity"].rules == ("energy.coal_equivalent.electricity_calorific",)
    assert (factors["electricity"].is_verified, factors["heat"].is_verified) == (True, False)


def test_the_printed_range_of_a_coefficient_is_in_the_unit_of_the_row() -> None:
    found = form_ranges(ENERGY, DAY)["coefficient:natural_gas_consumed"]
    assert (found.low, found.high) == (Decimal("11.000"), Decimal("13.300"))


def read(form: Form, cells: Mapping[str, str]) -> dict[CellKey, Entry]:
    entries = {}
    for text, typed in cells.items():
        key = CellKey.parse(text)
        cell = form.cell(key)
        assert cell is not None, text
        entry = entry_from(replace(cell, given=""), typed)  # what the city gives stands there without being typed
        assert isinstance(entry, Entry), entry
        entries[key] = entry
    return entries


def cement(**changed: str) -> dict[str, str]:
    """A cement works' year on 205-1: coal and power, nothing transformed."""
    cells = {
        "energy.raw_coal.opening": "1000", "energy.raw_coal.purchased": "50500", "energy.raw_coal.cost": "4000", "energy.raw_coal.consumed": "50000",
        "energy.raw_coal.industrial": "49900", "energy.raw_coal.feedstock": "0", "energy.raw_coal.non_industrial": "100", "energy.raw_coal.closing": "1500",
        "energy.electricity.purchased": "6000", "energy.electricity.consumed": "6000", "energy.electricity.industrial": "5900",
        "energy.electricity.non_industrial": "100", "total.transformation_output_tce.value": "不适用", "total.recovered_tce.value": "不适用",
        "output.output_t.value": "450000", "output.output_value_10k_yuan.value": "15000", "output.value_added_10k_yuan.value": "5000",
    }  # fmt: skip
    return {**cells, **{name.replace("__", "."): typed for name, typed in changed.items()}}


def figures(cells: Mapping[str, str], year: int) -> dict[str, Figure]:
    whole = completed(ENERGY, read(ENERGY, cells), factors=form_factors(ENERGY, DAY))
    moment = datetime(year + 1, 2, 1, tzinfo=UTC)
    return {
        cell.element: Figure(cell.element, "works", Period.year(year), entry.number, cell.unit, entry.is_not_applicable, moment)
        for key, entry in whole.items() if (cell := ENERGY.cell(key)) is not None and cell.unit is not None
    }  # fmt: skip


def found_in(cells: Mapping[str, str], past: Sequence[Mapping[str, str]] = ()) -> dict[str, set[str]]:
    """What the whole catalogue finds in a 205-1 of 2023, with the years before: the elements pointed at, by check."""
    history = [figures(one, 2023 - len(past) + number) for number, one in enumerate(past)]
    dossier = Dossier(
        org="works", name=Words("水泥厂", "works"), period=Period.year(2023), layout=form_layout(ENERGY), figures=figures(cells, 2023), history=history,
        coefficients=form_coefficients(ENERGY, completed(ENERGY, read(ENERGY, cells), factors=form_factors(ENERGY, DAY))),
        ranges=form_ranges(ENERGY, DAY),
    )  # fmt: skip
    found: dict[str, set[str]] = {}
    for finding in examine(dossier, catalogue(at(date(2024, 6, 30)))):
        found.setdefault(finding.code, set()).update(finding.where.elements)
    return found


def test_the_energy_of_a_works_is_what_pencil_and_paper_give() -> None:
    results = computed(ENERGY, read(ENERGY, cement()), factors=form_factors(ENERGY, DAY))
    told = {str(key): result.entry.number for key, result in results.items() if result.entry and result.entry.number is not None}
    assert told["energy.raw_coal.coal_equivalent"] == Decimal("35715")
    assert told["energy.electricity.coal_equivalent"] == Decimal("7374")
    assert told["total.energy_total_tce.value"] == Decimal("43089")
    assert told["total.comprehensive_energy_tce.value"] == Decimal("42894.67")
    assert results[CellKey("total", "energy_total_tce", "value")].working.zh == "能源合计 = 原煤 35715 + 电力 7374"
    assert results[CellKey("total", "energy_industrial_tce", "value")].working.zh == "工业生产消费合计 = 原煤 49900 × 0.7143 + 电力 5900 × 1.229"


def test_a_sound_return_raises_nothing() -> None:
    assert found_in(cement()) == {}


@pytest.mark.parametrize(
    ("changed", "code", "elements"),
    [
        ({"energy__raw_coal__closing": "9000"}, "C004", {"raw_coal_closing", "raw_coal_consumed"}),
        ({"energy__raw_coal__industrial": "40000"}, "C002", {"raw_coal_consumed", "raw_coal_industrial"}),
        ({"energy__raw_coal__feedstock": "60000"}, "C005", {"raw_coal_feedstock", "raw_coal_consumed"}),
        ({"energy__raw_coal__purchased_outside": "60000"}, "C007", {"raw_coal_purchased_outside", "raw_coal_purchased"}),
        ({"energy__raw_coal__consumed": "-1"}, "C012", {"raw_coal_consumed"}),
        ({"energy__raw_coal__coefficient": "714.3"}, "C016", {"raw_coal_consumed"}),
        ({"output__renewable_power_used_10k_kwh__value": "7000"}, "C025", {"renewable_power_used_10k_kwh", "electricity_consumed"}),
        ({"output__output_capacity_t__value": "45000"}, "C026", {"output_t", "output_capacity_t"}),
        ({"output__power_capacity_kw__value": "100"}, "C027", {"electricity_consumed", "power_capacity_kw"}),
    ],
)
def test_a_return_that_contradicts_itself_is_found(changed: dict[str, str], code: str, elements: set[str]) -> None:
    found = found_in(cement(**changed))
    assert code in found, found
    assert elements <= found[code]


def grown(number: int, **changed: str) -> dict[str, str]:
    """The works `number` years on: a little more of everything, unevenly; stocks as they were."""
    share = Decimal(1) + Decimal((3, 7, 4, 9, 6)[number % 5]) / 100
    kept = ("opening", "closing", "feedstock")
    cells = {name: typed if typed in ("不适用", "0") or name.rpartition(".")[2] in kept else str(int(Decimal(typed) * share)) for name, typed in cement().items()}
    return {**cells, **changed}


@pytest.mark.parametrize(("factor", "code"), [(10, "C033"), (100, "C034"), (1000, "C035"), (10000, "C036")])
def test_a_slip_of_unit_against_the_years_before_is_found(factor: int, code: str) -> None:
    past = [grown(number) for number in range(5)]
    bought = str(6000 * factor)
    slipped = cement(energy__electricity__consumed=bought, energy__electricity__industrial=bought, energy__electricity__purchased=bought)
    assert code in found_in(slipped, past)
    assert not {"C033", "C034", "C035", "C036"} & found_in(cement(), past).keys()


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_the_catalogue_of_checks_runs_over_every_form(form: Form) -> None:
    """No check adds unlike units or stumbles, with five years behind or none; what it finds in a row of tens is its own affair."""
    moment = datetime(2024, 2, 1, tzinfo=UTC)
    years = [
        {code: Figure(code, "org", Period.year(year), Decimal(10 + year % 3), cell.unit, False, moment) for code, cell in form.by_element.items() if cell.unit}
        for year in range(2018, 2024)
    ]
    checks = catalogue(at(date(2024, 6, 30)))
    for past in ([], years[:-1]):
        dossier = Dossier(org="org", name=Words("单位", "org"), period=Period.year(2023), layout=form_layout(form), figures=years[-1], history=past)
        assert {finding.where.org for finding in examine(dossier, checks)} <= {"org"}


def test_the_stock_is_carried_over_from_the_year_before() -> None:
    found = found_in(cement(), [cement(energy__raw_coal__closing="1200", energy__raw_coal__purchased="50200")])
    assert found["C008"] == {"raw_coal_opening", "raw_coal_closing"}


def test_the_opening_stock_is_offered_from_the_year_before() -> None:
    before = read(ENERGY, cement())
    cells = {name: typed for name, typed in cement().items() if name != "energy.raw_coal.opening"}
    whole = completed(ENERGY, read(ENERGY, cells), factors=form_factors(ENERGY, DAY), previous=before)
    assert whole[CellKey("energy", "raw_coal", "opening")] == Entry(number=Decimal(1500))


def test_a_carrier_an_institution_does_not_use_is_no_gap() -> None:
    form = FORMS["institution-energy"]
    entries = read(form, {"energy.electricity.consumed": "61.2345", "total.institution_water_m3.value": "9123", "total.floor_area_m2.value": "12000",
                          "total.energy_users_count.value": "450"})  # fmt: skip
    whole = completed(form, entries, factors=form_factors(form, DAY))
    assert whole[CellKey("total", "institution_energy_tce", "value")].number == Decimal("75.25720050")
    moment = datetime(2024, 2, 1, tzinfo=UTC)
    told = {
        cell.element: Figure(cell.element, "school", Period.year(2023), entry.number, cell.unit, False, moment)
        for key, entry in whole.items() if (cell := form.cell(key)) is not None and cell.unit is not None
    }  # fmt: skip
    dossier = Dossier(org="school", name=Words("学校", "school"), period=Period.year(2023), layout=form_layout(form), figures=told)
    assert examine(dossier, catalogue(at(date(2024, 6, 30)))) == ()
    del told["institution_water_m3"]
    assert [finding.code for finding in examine(dossier, catalogue(at(date(2024, 6, 30))))] == ["C018"]


def test_the_sewage_works_removes_what_flows_in_less_what_flows_out() -> None:
    form = FORMS["pollution-central"]
    entries = read(form, {"basic.treated_10k_t.value": "1000", "load.cod.inlet": "250", "load.cod.outlet": "30"})
    results = computed(form, entries, factors={})
    told = {column: results[CellKey("load", "cod", column)].entry for column in ("generated", "discharged", "removed")}
    assert {column: str(entry.number) for column, entry in told.items() if entry} == {"generated": "2500", "discharged": "300", "removed": "2200"}


def test_a_polluter_with_a_factor_gets_its_discharge_and_a_measured_one_keeps_its_own() -> None:
    form = FORMS["pollution-industrial"]
    line = {"item": "窑", "pollutant": "氮氧化物", "method": "产排污系数", "activity": "450000", "activity_unit": "t", "factor_kg": "1.2",
            "removal_pct": "80", "running_pct": "95"}  # fmt: skip
    entries = read(form, {f"sources.1.{column}": typed for column, typed in line.items()})
    whole = completed(form, entries, factors={})
    assert whole[CellKey("total", "nox", "generated")].number == Decimal(540)
    assert whole[CellKey("total", "nox", "discharged")].number == Decimal("129.6")
    assert whole[CellKey("total", "cod", "generated")].is_not_applicable
    measured = {**entries, **read(form, {"sources.1.discharged_t": "100"})}
    assert completed(form, measured, factors={})[CellKey("total", "nox", "discharged")].number == Decimal(100)


def test_the_yearly_cuts_of_a_county_multiply_to_its_five_year_cut() -> None:
    form = FORMS["county-plan-five-year"]
    entries = read(form, {f"energy.plan_intensity.year_{year}": "2.5" for year in range(1, 6)})
    product = computed(form, entries, factors={})[CellKey("energy", "plan_intensity_of_path", "own")].entry
    assert product is not None
    assert product.number == Decimal("11.8904306640625")


def test_a_key_unit_sees_its_meters_and_shares() -> None:
    form = FORMS["key-unit-report"]
    entries = read(form, {"meters.electricity.unit_required": "4", "meters.electricity.unit_fitted": "3", "structure.raw_coal.consumed": "100",
                          "structure.electricity.consumed": "100"})  # fmt: skip
    results = computed(form, entries, factors=form_factors(form, DAY))
    rate, share = results[CellKey("meters", "electricity", "unit_rate")], results[CellKey("structure", "raw_coal", "share")]
    assert rate.entry == Entry(number=Decimal(75))
    assert rate.working.zh == "电力·用能单位配备率 = 100 × 用能单位实配 3 ÷ 用能单位应配 4"
    assert share.entry is not None
    assert str(share.entry.number)[:7] == "36.7570"


def test_editions_follow_one_another() -> None:
    assert form_on("205-1", date(2023, 1, 1), folder=CITY).edition == "2021"
    with pytest.raises(UnknownForm, match="没有适用于 2019-01-01 的版本"):
        form_on("205-1", date(2019, 1, 1), folder=CITY)
    with pytest.raises(UnknownForm, match="没有声明"):
        form_on("206-9", date(2023, 1, 1), folder=CITY)


def pack_with(tmp_path: Path, name: str, text: str) -> Path:
    folder = tmp_path / "city"
    shutil.copytree(CITY, folder)
    (folder / "returns" / name).write_text(text, "utf-8")
    return folder


def test_a_second_edition_serves_from_its_first_day(tmp_path: Path) -> None:
    text = (CITY / "returns" / "county-energy.yaml").read_text("utf-8")
    folder = pack_with(tmp_path, "county-energy-2024.yaml", text.replace('edition: "2021"', 'edition: "2024"').replace("2020-01-01", "2024-01-01"))
    assert [form_on("county-energy", date(year, 1, 1), folder=folder).edition for year in (2023, 2024, 2025)] == ["2021", "2024", "2024"]
    assert load_forms(folder)["county-energy"].edition == "2024"


def test_two_editions_of_one_day_are_refused(tmp_path: Path) -> None:
    text = (CITY / "returns" / "county-energy.yaml").read_text("utf-8")
    folder = pack_with(tmp_path, "again.yaml", text.replace('edition: "2021"', 'edition: "2024"'))
    with pytest.raises(InputRefused, match="与另一版本同时有效"):
        load_forms(folder)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- 1\n", "returns/bad.yaml：报表“bad.yaml”——内容不是键值表"),
        ("a: [\n", "returns/bad.yaml：文件“bad.yaml”"),
        ("code: x\n", "returns/bad.yaml：字段 edition“”——缺少或不是文字"),
    ],
)
def test_the_check_of_a_pack_tells_of_its_returns(tmp_path: Path, text: str, told: str) -> None:
    assert any(told in fault.line() for fault in check_city(pack_with(tmp_path, "bad.yaml", text)))


def test_the_check_of_a_pack_knows_agencies_and_carriers(tmp_path: Path) -> None:
    text = (CITY / "returns" / "205-1.yaml").read_text("utf-8")
    text = text.replace('code: "205-1"', "code: other").replace("agency: statistics", "agency: nobody").replace("code: raw_coal,", "code: white_coal,")
    lines = [fault.line() for fault in check_city(pack_with(tmp_path, "other.yaml", text))]
    assert any("报表 other 行 white_coal“white_coal”——不在折标系数表中" in line for line in lines)
    assert any("报表 other 的主管部门“nobody”——不在 agencies.yaml 中" in line for line in lines)


@pytest.mark.parametrize(
    ("day", "is_worked", "is_known"),
    [
        ("2024-02-12", False, True), ("2024-02-18", True, True), ("2024-10-01", False, True), ("2024-03-15", True, True), ("2024-03-16", False, True),
        ("2099-01-05", True, False), ("2099-01-03", False, False), ("1999-10-01", True, False),
    ],
)  # fmt: skip
def test_the_calendar_knows_holidays_and_says_where_it_does_not(day: str, is_worked: bool, is_known: bool) -> None:
    assert calendar_day(date.fromisoformat(day)) == (is_worked, is_known)
    assert is_working_day(date.fromisoformat(day)) is is_worked


def planned_against_given(code: str, period: str, texts: Mapping[str, str]) -> dict[str, set[str]]:
    """What the checks of a county's plan find: elements by code."""
    form = FORMS[code]
    whole = completed(form, read(form, texts), factors={})
    figures = {cell.element: Figure(cell.element, "411721", Period.parse(period), entry.number, cell.unit, entry.is_not_applicable, datetime(2026, 1, 5, tzinfo=UTC))
               for key, entry in whole.items() if (cell := form.cell(key)) is not None and cell.element and cell.unit}  # fmt: skip
    laid = Dossier("411721", Words("模拟县", "Simulated county"), Period.parse(period), form_layout(form), figures)
    found: dict[str, set[str]] = {}
    for one in examine(laid, [check for check in catalogue(at(DAY)) if check.code in ("C089", "C090", "C091", "C092")]):
        found.setdefault(one.code, set()).update(one.where.elements)
    return found


def test_a_county_plan_below_what_the_city_gave_it_is_found() -> None:
    given = {"energy.intensity.given": "3", "energy.total.given": "900000", "reduction.plan_cod_t.given": "100", "industry.benchmark.given": "不适用"}
    sound = {**given, "energy.intensity.own": "3", "energy.total.own": "890000", "reduction.plan_cod_t.own": "120", "industry.benchmark.own": "5"}
    assert planned_against_given("county-plan-annual", "2025", sound) == {}
    slack = {**sound, "energy.intensity.own": "2.9", "energy.total.own": "900001", "reduction.plan_cod_t.own": "99"}
    assert planned_against_given("county-plan-annual", "2025", slack) == {"C089": {"intensity_gap", "plan_cod_t_gap"}, "C090": {"total_gap"}}


def test_a_five_year_plan_below_its_target_or_off_its_own_years_is_found() -> None:
    years = {f"reduction.plan_cod.year_{year}": "200" for year in range(1, 6)} | {f"energy.plan_intensity.year_{year}": "3" for year in range(1, 6)}
    sound = {**years, "reduction.plan_cod.given": "1000", "reduction.plan_cod.own": "1000", "energy.plan_intensity.given": "14", "energy.plan_intensity.own": "14.1"}
    assert planned_against_given("county-plan-five-year", "2021-2025", sound) == {}
    slack = planned_against_given("county-plan-five-year", "2021-2025", {**sound, "reduction.plan_cod.own": "990", "energy.plan_intensity.own": "13.5"})
    assert slack["C089"] == {"plan_cod_gap", "plan_intensity_gap"}
    assert "plan_cod_own" in slack["C091"]
    assert slack["C092"] == {"plan_intensity_own", "plan_intensity_of_path_own"}


def test_a_deadline_within_spring_festival_2026_moves_behind_it() -> None:
    """Off from 15 to 23 February 2026, and worked on the Saturdays 14 and 28."""
    off = [day for day in range(14, 29) if not is_working_day(date(2026, 2, day))]
    assert off == [15, 16, 17, 18, 19, 20, 21, 22, 23]
    assert calendar_day(date(2026, 2, 28)).is_known
    fixed = filing_window(Deadline(month=2, day=15), Period.year(2025), is_working_day=is_working_day)
    assert fixed.due == date(2026, 2, 24)
    counted = filing_window(Deadline(working_days=10), Period.parse("2026-01"), is_working_day=is_working_day)
    assert counted.due == date(2026, 2, 13)
    after = filing_window(Deadline(working_days=15), Period.parse("2026-01"), is_working_day=is_working_day)
    assert after.due == date(2026, 2, 27)


@pytest.mark.parametrize("day", [date(2020, 6, 1), date(2025, 6, 1)])
def test_a_coefficient_that_a_form_fills_in_is_one_that_it_takes(day: date) -> None:
    refused = [
        (form.code, carrier, str(factor.figure))
        for form in FORMS.values() for carrier, factor in form_factors(form, day).items()
        for cell in every_cell(form) if cell.key.row == carrier and cell.key.column == "coefficient" and not isinstance(entry_from(cell, str(factor.figure)), Entry)
    ]  # fmt: skip
    assert refused == []


def test_what_the_city_gives_a_county_is_stated_for_every_county_and_typed_by_none() -> None:
    for stated, county in (("city-targets-annual", "county-plan-annual"), ("city-targets-five-year", "county-plan-five-year")):
        given = {cell.given for cell in FORMS[county].fixed_cells.values() if cell.given}
        assert given
        counties = {cell.about("411700")[1] for cell in FORMS[stated].fixed_cells.values()}
        assert len(counties) == 13
        assert {(element, org) for element in given for org in counties} == {cell.about("411700") for cell in FORMS[stated].fixed_cells.values()}
        refused = entry_from(next(cell for cell in FORMS[county].fixed_cells.values() if cell.given), "3")
        assert isinstance(refused, Fault)
        assert refused.rule.zh == "由市里下达，不能填写"
        assert not given & FORMS[county].by_element.keys()
