"""Energy from meters: sums with coverage, load, flows, differences, virtual meters; the figures of a park; what may not be told."""

from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from conftest import CITY, COUNTY, OTHER_COUNTY, OTHER_UNIT, UNIT, Clock
from docx import Document
from energy_steps import PARK, TENANT, metered_city
from signed_client import signed_in
from test_api_areas import called

from shuangkong.access.roles import Role
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period
from shuangkong.kernel.rounding import plain
from shuangkong.lake.figures import FigureGrain, FigureLevel
from shuangkong.lake.meter_file import import_meter_rows
from shuangkong.services.chain import system_actor
from shuangkong.services.energy_figures import figures_between
from shuangkong.services.energy_pages import unit_energy_page
from shuangkong.services.meter_rollup import roll_up_meters
from shuangkong.services.organisations import OrganisationFacts, change_organisation
from shuangkong.services.people import NotPermitted
from shuangkong.services.place_energy import differences_page, place_energy_page
from shuangkong.services.readings import conventions_on, open_lake
from shuangkong.store.models import ChainLink

YEAR = Period.year(2026)


@pytest.fixture
def officer(person, tmp_path: Path, settings):
    settings.DATA = tmp_path
    metered_city(person, tmp_path)
    return person(Role.VERIFIER, CITY)


def test_a_unit_by_its_meters(officer) -> None:
    page = unit_energy_page(code=UNIT, who=officer, period=YEAR)
    (power, heat) = page.rows
    # 72 hours of 100 kWh, one of 300 more; the sub-meters count once, below; heat is metered and nothing was heard: not zero.
    assert (power.use.quantity.amount, power.use.tce, power.use.quantity.estimated) == (Decimal("7500.000000"), Decimal("0.92175"), Decimal(0))
    assert (heat.use.quantity.amount, heat.use.quantity.coverage_pct) == (None, Decimal(0))
    assert power.coal_rule.startswith("energy.coal_equivalent.electricity")
    assert (power.before, power.change_pct) == (None, None)
    load = page.load
    assert load is not None
    assert (load.summary.peak.load, load.summary.base, load.heard) == (Decimal(400), Decimal(100), 72)
    assert load.summary.peak.start.isoformat() == "2026-02-28T06:00:00"
    assert load.loads[0] is None
    assert {(link.source.zh, link.target.zh): link.tce for link in page.links} == {
        ("电力", "生产"): Decimal("0.530928"), ("电力", "照明"): Decimal("0.088488"), ("电力", "未装分表或线损"): Decimal("0.302334"),
    }  # fmt: skip


def test_a_past_day_knows_what_had_been_heard_by_then(person, tmp_path: Path, settings, still_clock: Clock) -> None:
    settings.DATA = tmp_path
    still_clock.set("2026-03-02")
    metered_city(person, tmp_path)
    officer, first = person(Role.VERIFIER, CITY), date(2026, 3, 2)
    before = unit_energy_page(code=UNIT, who=officer, period=YEAR)
    still_clock.set("2026-03-05")
    late = [("U001.E01", "2026-03-02 00:00:00", "7600"), ("U001.E01", "2026-03-02 01:00:00", "7620"), ("U100.E01", "2026-03-02 00:15:00", "36125")]
    import_meter_rows(open_lake(tmp_path, conventions=conventions_on(first)), late, now=datetime(2026, 3, 5, 1, tzinfo=UTC), name="更正")
    roll_up_meters()
    now, then = (unit_energy_page(code=UNIT, who=officer, period=YEAR, as_of=day) for day in (None, first))
    assert (now.total.kgce, then.total, then.load.summary, then.differences) == (Decimal("936.498"), before.total, before.load.summary, before.differences)
    assert [one.use.quantity.amount for one in then.rows] == [Decimal(7500), None]
    place = place_energy_page(code="", who=officer, period=YEAR, as_of=first)
    # 7500 of the works, 36000 of the data centre; water does not count.
    assert (place.total.kgce, {part.node.code: part.use.kgce for part in place.parts if part.use}[COUNTY]) == (Decimal("5346.15"), Decimal("5346.15"))
    assert not unit_energy_page(code=UNIT, who=officer, period=YEAR, as_of=date(2026, 3, 1)).rows  # no meter was registered yet
    client = signed_in(officer)
    assert "7,500" in client.get(f"/monitoring/energy/units/{UNIT}?period=2026&as_of=2026-03-02").content.decode()
    assert called(officer).get(f"/api/energy/units/{UNIT}?period=2026&as_of=2026-03-02").json()["total"]["tce"] == "0.92175"


def test_what_a_unit_used_before_it_moved_stays_with_its_county(person, tmp_path: Path, settings, still_clock: Clock) -> None:
    settings.DATA = tmp_path
    metered_city(person, tmp_path)
    facts = OrganisationFacts(name=Words("模拟工厂", "Simulated works"), parent=OTHER_COUNTY)
    change_organisation(code=UNIT, facts=facts, valid_from=date(2026, 3, 1), actor=system_actor(CITY), reason="区划调整")
    assert roll_up_meters().is_whole
    officer = person(Role.VERIFIER, CITY)

    def used(place: str, as_of: date | None = None) -> list[str]:
        days = figures_between([place], date(2026, 2, 1), date(2026, 4, 1), level=FigureLevel.PLACE, grain=FigureGrain.DAY, as_of=as_of)[place]
        return [f"{one.start_at:%d} {plain(one.quantity)}" for one in days if (one.carrier, one.flow) == ("electricity", "consumption") and one.quantity is not None]

    # The data centre's 12000 a day stay in the county, the works' 2400 (2700 with its leap) leave on the first of March.
    assert (used(COUNTY), used(OTHER_COUNTY)) == (["27 14400", "28 14700", "01 12000"], ["01 2400"])
    still_clock.set("2026-03-03")
    assert (used(COUNTY, date(2026, 3, 2)), used(OTHER_COUNTY, date(2026, 3, 2))) == (["27 14400", "28 14700", "01 12000"], ["01 2400"])
    parts = {str(period): {part.node.code for part in place_energy_page(code=COUNTY, who=officer, period=period).parts} for period in (Period.month(2026, 2), Period.month(2026, 3))}
    assert (UNIT in parts["2026-02"], UNIT in parts["2026-03"]) == (True, False)


def test_main_meters_against_sub_meters_and_virtual_ones(officer) -> None:
    page = differences_page(who=officer, period=YEAR)
    first, second = page.differences
    assert (first.main.code, first.found.difference, first.found.pct) == ("U100.E01", Decimal("7200.000000"), Decimal(20))
    assert (second.main.code, second.found.difference, round(second.coverage_pct or 0, 1)) == ("U001.E01", Decimal("2460.000000"), Decimal("74.0"))
    (virtual,) = page.virtual
    assert (virtual.meter.code, virtual.total.amount) == ("U001.V01", Decimal("3180.000000"))


def test_a_park_by_its_meters(officer) -> None:
    page = place_energy_page(code=PARK, who=officer, period=YEAR)
    facts = page.facts
    assert facts is not None
    own, (centre,) = facts.own_power, facts.data_centres
    assert own is not None
    assert own.found is not None
    # 50 made, 10 sent out, 100 taken: 40 of 50 used here, of 140 consumed.
    assert (own.found.local_pct, round(own.found.self_supply_pct, 2)) == (Decimal(80), Decimal("28.57"))
    assert (centre.organisation, centre.ratio) == (TENANT, Decimal("1.25"))
    assert facts.water is not None
    assert (facts.water.balance.loss, facts.water.balance.pct, facts.water.leakage.leakage_pct) == (Decimal("1728.000000"), Decimal(12), Decimal(12))


def test_the_city_is_not_held_up_by_a_county_without_meters(officer) -> None:
    page = place_energy_page(code="", who=officer, period=YEAR)
    assert page.total is not None
    assert page.total.quantity.amount == sum(part.use.kgce for part in page.parts if part.use is not None and part.use.kgce is not None)
    assert OTHER_COUNTY in {part.node.code for part in page.parts if not part.is_metered}
    assert not page.silent


def test_who_sees_what(officer, person) -> None:
    stranger = person(Role.REPORTER, OTHER_UNIT)
    with pytest.raises(NotPermitted):
        unit_energy_page(code=UNIT, who=stranger, period=YEAR)
    # Two units stand behind the county's sum: told, each could work out the other's.
    county = place_energy_page(code=COUNTY, who=stranger, period=YEAR)
    assert (county.is_hidden, county.rows, county.total, county.parts[0].use) == (True, (), None, None)
    assert place_energy_page(code=PARK, who=stranger, period=YEAR).facts is None
    assert differences_page(who=stranger, period=YEAR).differences == ()


def test_the_pages(officer) -> None:
    client = signed_in(officer)
    unit = client.get(f"/monitoring/energy/units/{UNIT}?month=2026-02").content.decode()
    for said in ("计量用能", "峰荷", "load-heat", "未装分表或线损", "U001.E01 - U001.E02"):
        assert said in unit
    for address in ("/monitoring/energy", f"/monitoring/energy/places/{PARK}?lang=en", "/monitoring/energy/differences"):
        assert client.get(address).status_code == 200
    assert client.get("/monitoring/energy/places/NIEMAND").status_code == 422


def test_the_assessment_of_a_park_is_a_sealed_document(officer, person) -> None:
    client = signed_in(officer)
    answer = client.post(f"/monitoring/energy/parks/{PARK}/assessment", {"year": "2026"})
    told = "\n".join(part.text for part in Document(BytesIO(answer.content)).paragraphs)
    for said in ("年度能源利用评估报告", "就地消纳率 80.0%，占园区用电 28.6%", "PUE）1.250", "产销差 12.0%", "数据来源和口径"):
        assert said in told
    assert ChainLink.objects.order_by("-index").first().subject == f"export/park-assessment/{PARK}/2026"
    assert client.post(f"/monitoring/energy/parks/{PARK}/assessment", {"year": "2024"}).status_code == 422
    assert signed_in(person(Role.REPORTER, OTHER_UNIT)).post(f"/monitoring/energy/parks/{PARK}/assessment", {"year": "2026"}).status_code == 403


def test_programs_get_the_same_figures(officer) -> None:
    client = called(officer)
    unit = client.get(f"/api/energy/units/{UNIT}?period=2026").json()
    assert (unit["total"]["tce"], unit["carriers"][0]["use"]["quantity"]["amount"], unit["load"]["peak"]) == ("0.92175", "7500", "400")
    park = client.get(f"/api/energy/places/{PARK}?period=2026").json()
    assert (park["site"]["own_power"]["local_pct"], park["site"]["data_centres"][0]["ratio"], park["parts"][0]["code"]) == ("80", "1.25", TENANT)
    assert [one["difference"] for one in client.get("/api/energy/differences?period=2026").json()["differences"]] == ["7200", "2460"]
