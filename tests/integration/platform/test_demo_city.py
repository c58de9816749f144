"""The demo city at full size, loaded once for the whole file and rolled back after it."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction

from shuangkong.access.roles import Permission, Role
from shuangkong.evidence.canonical import from_canonical
from shuangkong.services import clock
from shuangkong.services.chain_verification import verify_chain
from shuangkong.services.filing_observations import current_rows
from shuangkong.services.monitoring_devices import device_settings
from shuangkong.services.monitoring_points import coverage_of, limits_on, points_on
from shuangkong.services.openings import open_figure
from shuangkong.services.organisations import OrganisationKind, tree_on
from shuangkong.services.people import first_responsible, member
from shuangkong.services.platform_demo import NotADemoDatabase, demo_people, load_demo_city
from shuangkong.services.standing import board_as_known, forget_standing
from shuangkong.services.windows import windows
from shuangkong.store.append_only import trigger_statements
from shuangkong.store.models import (
    ChainLink,
    Filing,
    FilingAct,
    FindingRecord,
    ObservationRow,
    Person,
    Submission,
    TargetVerdict,
)

TODAY = datetime(2026, 11, 23, 1, tzinfo=UTC)
MOVED, CLOSED, JOINED = "U086", "U239", "U153"


@pytest.fixture(scope="module")
def demo_city(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, int]]:
    with pytest.MonkeyPatch.context() as patched, django_db_blocker.unblock(), transaction.atomic():
        patched.setattr(clock, "now", lambda: TODAY)
        forget_standing()
        yield load_demo_city()
        transaction.set_rollback(True)
    forget_standing()


@pytest.fixture(autouse=True)
def _undone(request: pytest.FixtureRequest) -> Iterator[None]:
    """What a test changes in the demo city is gone after it."""
    if "demo_city" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("demo_city")
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_it_is_as_large_as_it_should_be(demo_city: dict[str, int]) -> None:
    tree = tree_on(date(2020, 6, 1))
    assert len(tree.of_kind(OrganisationKind.COUNTY, OrganisationKind.ZONE)) == 13
    assert len(tree.of_kind(OrganisationKind.AGENCY)) == 41
    assert len(tree.of_kind(OrganisationKind.PARK)) == 4
    units = tree.of_kind(OrganisationKind.UNIT)
    assert len(units) == 300
    assert all("模拟" in unit.name.zh and unit.credit_code.startswith("SIM") and unit.is_simulated for unit in units)
    assert {tree.jurisdiction_of(unit.code).code for unit in units} == {one.code for one in tree if one.kind.is_jurisdiction}  # type: ignore[union-attr]
    periods = set(Filing.objects.filter(form="205-1").values_list("period", flat=True))
    assert periods == {"2020", "2021", "2022", "2023", "2024", "2025"}
    assert Filing.objects.filter(form="205-1", period="2022", state="LOCKED").count() == 234


def test_a_second_start_loads_nothing(demo_city: dict[str, int]) -> None:
    before = ObservationRow.objects.count(), Person.objects.count()
    assert load_demo_city() == {}
    assert (ObservationRow.objects.count(), Person.objects.count()) == before


def test_a_unit_that_moved_leaves_its_past_where_it_was(demo_city: dict[str, int]) -> None:
    assert [tree_on(date(year, 12, 31)).find(MOVED).parent for year in (2022, 2023)] == ["411722", "411727"]
    asker = member(demo_city["city-reviewer"])
    for county, year, counted in (("411722", "2022", True), ("411727", "2022", False), ("411722", "2023", False), ("411727", "2023", True)):
        opened = open_figure(element="above_scale_industry_energy_tce", org=county, period=year, who=asker)
        assert opened is not None
        assert opened.made_of is not None
        assert (MOVED in {part.node.code for part in opened.made_of.parts}) is counted, (county, year)


def test_one_closed_and_one_joined_a_park(demo_city: dict[str, int]) -> None:
    assert CLOSED in tree_on(date(2023, 6, 30))
    assert CLOSED not in tree_on(date(2023, 7, 1))
    assert not Filing.objects.filter(organisation__code=CLOSED, period__gte="2023").exists()
    assert [tree_on(day).find(JOINED).park for day in (date(2021, 12, 31), date(2022, 1, 1))] == [None, "P02"]


def test_every_energy_account_balances_and_opens_where_the_last_one_closed(demo_city: dict[str, int]) -> None:
    def told(cells: dict[str, str], row: str, column: str) -> Decimal:
        text = cells.get(f"energy.{row}.{column}", "0")
        return Decimal(0) if text == "不适用" else Decimal(text)

    closing: dict[tuple[str, str], Decimal] = {}
    looked = 0
    rows = Submission.objects.filter(filing__form="205-1").order_by("filing__period", "filing_id").values_list("content", flat=True)
    for content in rows.iterator():
        plain: Any = from_canonical(bytes(content))
        cells, org = plain["cells"], plain["organisation"]
        for row in {key.split(".")[1] for key in cells if key.startswith("energy.")}:
            came = told(cells, row, "opening") + told(cells, row, "purchased") + told(cells, row, "produced")
            went = told(cells, row, "consumed") + told(cells, row, "passed_on") + told(cells, row, "closing")
            assert came == went, (org, plain["period"], row)
            assert told(cells, row, "consumed") == told(cells, row, "industrial") + told(cells, row, "non_industrial")
            if (org, row) in closing:
                assert told(cells, row, "opening") == closing[org, row], (org, plain["period"], row)
            closing[org, row] = told(cells, row, "closing")
            looked += 1
    assert looked > 3000


def test_what_transforms_is_told_alike_in_both_forms(demo_city: dict[str, int]) -> None:
    told: dict[tuple[str, str], dict[str, Decimal]] = {}
    for row in current_rows(element__in=["transformation_output_tce", "transformation_output_total_tce"]):
        if row.value is not None:
            told.setdefault((row.org, row.period), {})[row.element] = row.value
    assert len(told) > 60
    assert all(abs(one["transformation_output_tce"] - one["transformation_output_total_tce"]) <= Decimal("0.01") for one in told.values())


@pytest.mark.parametrize(("county", "year", "covered"), [("411721", "2020", "0.90"), ("411725", "2023", "0.94"), ("4117Z1", "2024", "0.96")])
def test_the_units_of_a_county_add_up_to_the_stated_share(demo_city: dict[str, int], county: str, year: str, covered: str) -> None:
    tree = tree_on(date(int(year), 12, 31))
    here = [node.code for node in tree if tree.covers(county, node.code) and node.kind is OrganisationKind.UNIT]
    whole = next(current_rows(element="above_scale_industry_energy_tce", org=county, period=year)).value
    parts = [row.value for row in current_rows(element="comprehensive_energy_tce", org__in=here, period=year)]
    assert whole is not None
    assert abs(sum(part for part in parts if part is not None) / whole - Decimal(covered)) < Decimal("0.001")


def test_every_figure_of_a_place_leads_to_a_return_or_to_who_published_it(demo_city: dict[str, int]) -> None:
    places = ["411700", *(node.code for node in tree_on(date(2025, 1, 1)) if node.kind.is_jurisdiction)]
    rows = ObservationRow.objects.filter(org__in=places)
    assert rows.count() > 10000
    assert not rows.filter(link=None).exists()
    loose = rows.filter(filing=None)
    assert loose.count() < 60
    assert not loose.filter(source="").exists()
    assert not loose.exclude(grade="REPORTED").exclude(element="coal_cap_set_t", period="2020").exists()  # the plan return begins in 2021


def test_a_figure_of_a_target_opens_to_its_hands_and_its_link(demo_city: dict[str, int]) -> None:
    opened = open_figure(element="energy_consumed_tce", org="411727", period="2023", who=member(demo_city["auditor"]))
    assert opened is not None
    assert opened.link is not None
    assert opened.filing_id is not None
    assert [step.act.zh for step in opened.steps] == ["上报", "受理", "审核", "核定", "锁定"]
    assert opened.steps[0].organisation == "411727"
    assert opened.steps[-1].organisation == "statistics"
    assert tree_on(date(2026, 1, 1)).signed("statistics 市核定人（模拟）").zh == "市统计局 市核定人（模拟）"
    assert tree_on(date(2026, 1, 1)).signed("西平县统计局填报岗").zh == "西平县统计局填报岗"
    assert len(opened.versions) == 2  # told in March, revised after the census
    earlier = open_figure(element="energy_consumed_tce", org="411727", period="2023", who=member(demo_city["auditor"]), as_of=date(2024, 6, 30))
    assert earlier is not None
    assert earlier.row.value != opened.row.value
    assert earlier.filing_id != opened.filing_id


def test_a_past_day_knows_what_was_known(demo_city: dict[str, int]) -> None:
    assert not list(current_rows(as_of=date(2023, 12, 31), element="comprehensive_energy_tce", period="2023"))
    assert len(list(current_rows(as_of=date(2024, 12, 31), element="comprehensive_energy_tce", period="2023"))) == 233
    assert board_as_known(year=2023, as_of=date(2024, 6, 30)) != board_as_known(year=2023)


def test_the_chain_verifies(demo_city: dict[str, int]) -> None:
    check = verify_chain()
    assert check.is_sound
    assert check.findings == ()


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("store_observationrow", lambda: ObservationRow.objects.filter(element="comprehensive_energy_tce", org="U010", period="2022").update(value=Decimal(1))),
        ("store_filingact", lambda: FilingAct.objects.filter(filing__organisation__code="U010", filing__period="2022", act="APPROVE").update(organisation="411722")),
    ],
)
def test_a_loaded_row_that_was_changed_is_named(demo_city: dict[str, int], table: str, change: Callable[[], int]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"DROP TRIGGER {table}_no_update")
        else:
            cursor.execute(f"DROP TRIGGER {table}_no_change ON {table}")
    assert change() == 1
    with connection.cursor() as cursor:
        for statement in trigger_statements(connection.vendor, table):
            cursor.execute(statement)
    check = verify_chain()
    assert not check.is_sound
    assert [finding.words.zh.split(" ")[0] for finding in check.findings] == [table]


def test_each_place_has_a_first_responsible_person_and_who_it_was_is_kept(demo_city: dict[str, int]) -> None:
    for node in (node for node in tree_on(date(2025, 1, 1)) if node.kind.is_jurisdiction):
        there = first_responsible(node.code, date(2025, 1, 1))
        assert there is not None, node.code
        assert Role.FIRST_RESPONSIBLE in there.roles, node.code
    before, after = first_responsible("411726", date(2023, 6, 14)), first_responsible("411726", date(2023, 6, 15))
    assert before is not None
    assert after is not None
    assert (before.sign_in_name, after.sign_in_name) == ("former-head-411726", "head-411726")
    assert first_responsible("411726", date(2019, 1, 1)) is None


def test_there_is_somebody_for_every_role_and_desk(demo_city: dict[str, int]) -> None:
    roles = {role for one in demo_people() for role in member(demo_city[one.sign_in_name]).roles}
    assert roles == set(Role)
    tree = tree_on(clock.today())
    for node in tree:
        if node.kind.is_jurisdiction and node.code != "411721":
            assert {f"{desk}-{node.code}" for desk in ("reporter", "reviewer", "approver")} <= set(demo_city)
        if node.kind is OrganisationKind.UNIT and node.code != "U001":
            assert member(demo_city[f"reporter-{node.code}"]).may(Permission.RETURN_FILE)


def test_the_last_year_shows_life(demo_city: dict[str, int]) -> None:
    states = set(Filing.objects.filter(form="205-1", period="2025").values_list("state", flat=True))
    assert states == {"DRAFT", "SUBMITTED", "ACCEPTED", "REVIEWED", "APPROVED", "SENT_BACK", "LOCKED"}
    assert not Filing.objects.filter(organisation__code="U001", period="2025").exists()
    window = windows()["205-1", "2025"]
    assert window.is_open(clock.today())
    assert window.due_on > clock.today()
    assert Filing.objects.filter(form="205-1", period="2025", state="DRAFT").first().cells.exists()  # type: ignore[union-attr]


def test_planted_fraud_is_found_where_it_was_planted(demo_city: dict[str, int]) -> None:
    found = dict(FindingRecord.objects.order_by("-id").values_list("org", "code"))
    assert found["U021"] == "C038"
    assert found["U260"] == "C061"
    flat = [row.value for row in sorted(current_rows(element="electricity_industrial", org="U021", period__lt="2025"), key=lambda row: row.period)]
    steady = [value for value in flat if value is not None]
    assert len(steady) == 5
    assert max(steady) / min(steady) < Decimal("1.005")


def test_a_real_city_is_left_alone(small_city: None) -> None:
    with pytest.raises(NotADemoDatabase):
        load_demo_city()


def test_some_verdicts_count_one_was_sent_back_and_one_waits_all_marked(demo_city: dict[str, int]) -> None:
    told = list(TargetVerdict.objects.select_related("decision").order_by("id"))
    assert [(one.target, one.year, one.word, one.decision.act if hasattr(one, "decision") else "") for one in told] == [
        ("T002", 2024, "ON_COURSE", "CONFIRM"), ("T002", 2025, "ON_COURSE", "CONFIRM"), ("T009", 2025, "WARNING", "CONFIRM"), ("T013", 2025, "MET", "CONFIRM"),
        ("T017", 2025, "BEHIND", "CONFIRM"), ("T021", 2025, "MET", "SEND_BACK"), ("T030", 2025, "ON_COURSE", ""),
    ]  # fmt: skip
    assert all(one.is_simulated and one.evidence for one in told)
    board = board_as_known(year=2025)
    lights = {target: line.light.name for target in ("T002", "T009", "T013", "T017", "T021", "T030") if (line := board.line(target))}
    assert lights == {"T002": "GREEN", "T009": "YELLOW", "T013": "GREEN", "T017": "RED", "T021": "GREY", "T030": "GREY"}


def test_sources_plants_and_fields_have_reported_two_years(demo_city: dict[str, int]) -> None:
    told = Filing.objects.filter(form__in=("pollution-industrial", "pollution-central", "county-sector-energy", "sector-energy-industry"), period="2024")
    assert set(told.values_list("form", "state").distinct()) == {
        ("pollution-industrial", "LOCKED"), ("pollution-central", "LOCKED"), ("county-sector-energy", "LOCKED"), ("sector-energy-industry", "LOCKED"),
    }  # fmt: skip
    assert told.filter(form="county-sector-energy").count() == 12  # one zone has told no energy
    source = told.get(form="pollution-industrial", organisation__code="U001")
    discharged = ObservationRow.objects.filter(filing=source, grade="SIMULATED").filter(element="industrial_so2_discharged").get()
    assert 0 < discharged.value < 200


def test_the_largest_sources_are_monitored(demo_city: dict[str, int]) -> None:
    points, day = points_on(), TODAY.date()
    kinds = Counter(one.kind.name for one in points)
    assert (kinds["WATER_SOURCE"], kinds["RIVER_SECTION"], kinds["AIR_STATION"], kinds["PARK_STATION"]) == (3, 4, 13, 4)
    assert all(one.is_simulated for one in points)
    everywhere, voc = (next(coverage_of(points, tree_on(day), only_voc_key=only)) for only in (False, True))
    assert everywhere.counted.obliged == 60
    assert everywhere.counted.connected < everywhere.counted.accepted < everywhere.counted.installed < 60 < everywhere.counted.holders
    assert 0 < voc.counted.obliged < 60
    limits = limits_on(point__code="U001.DA001")
    assert [(one.factor, str(one.high), one.valid_from) for one in limits] == [("a21002", "100", date(2024, 1, 1)), ("a21026", "35", date(2024, 1, 1)), ("a34013", "10", date(2024, 1, 1))]
    devices = device_settings().values()
    assert {one.edition for one in devices} == {"2005", "2017", "2025"}
    assert all(one.password and (one.key is not None) == (one.edition == "2025") for one in devices)
    assert next(iter(ChainLink.objects.filter(kind="monitoring_change").order_by("index").values_list("subject", flat=True))) == "monitoring/list"
