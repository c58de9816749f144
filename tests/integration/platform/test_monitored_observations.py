"""Closed months of monitoring become sealed observations: taken up once, corrected by another version, opened down to the section's month, judged beside the filed figure."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from conftest import CITY, COUNTY, Clock
from signed_client import signed_in
from test_api_areas import called
from test_english_pages import chinese_of

from shuangkong.access.roles import Role
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period
from shuangkong.services import monitored_observations
from shuangkong.services.ambient_intake import apply_import, try_import
from shuangkong.services.chain_figures import figure_findings
from shuangkong.services.figure_pages import figure_page
from shuangkong.services.monitoring_kinds import PointKind
from shuangkong.services.monitoring_register import Entries, PointEntry, record
from shuangkong.services.people import Member
from shuangkong.services.standing import city_indicators
from shuangkong.services.target_pages import target_page
from shuangkong.store.models import ObservationRow

SOURCE, GOOD, SHARE = "411721.WS01", "source_water_monitored_good_count", "drinking_water_source_monitored_good_pct"
HEAD = "监测点,时间,化学需氧量,氨氮,总磷\n"


@pytest.fixture
def reviewer(person, settings, tmp_path: Path) -> Member:
    settings.DATA = str(tmp_path)
    monitored_observations._last.clear()
    who = person(Role.REVIEWER, COUNTY)
    point = PointEntry(code=SOURCE, organisation=COUNTY, kind=PointKind.WATER_SOURCE, name=Words("模拟水源", "Simulated source"), valid_from=date(2024, 1, 1), traits={"target_class": "III"})
    record(Entries([point]), who=who, reason="登记")
    return who


def bring(rows: str, who: Member) -> None:
    apply_import(ticket=try_import(name="水质.csv", content=(HEAD + rows).encode(), who=who).ticket, who=who, reason="监测报告")


def test_a_year_of_sources_month_by_month_beside_what_was_filed(reviewer: Member, person, still_clock: Clock) -> None:
    still_clock.set("2026-03-20")
    bring("".join(f"{SOURCE},2025-{month:02},12,0.1,{'0.35' if month == 5 else '0.02'}\n" for month in range(1, 13)), reviewer)
    now = datetime(2026, 3, 20, 1, tzinfo=UTC)
    # Twelve months, four quarters and the year, of two elements each.
    assert [monitored_observations.observe_monitored(now), monitored_observations.observe_monitored(now)] == [34, 0]
    told = {row.period: row.value for row in ObservationRow.objects.filter(element=GOOD, org=CITY)}
    assert (len(told), told["2025-05"], told["2025-06"], told["2025Q2"], told["2025"]) == (17, 0, 1, 2, 11)
    assert list(figure_findings()) == []
    result = city_indicators().evaluator(as_of=None).evaluate(SHARE, org=CITY, period=Period.parse("2025Q1"))
    assert result.value == Decimal(100)
    (shown,) = target_page(target="T033", year=2025, who=reviewer).evidence
    assert (round(shown.line.current, 1), shown.line.light.name, dict(shown.months)[Period.month(2025, 5)]) == (Decimal("91.7"), "RED", Decimal(0))

    still_clock.set("2026-03-21")
    bring(f"{SOURCE},2025-05,12,0.1,0.02\n", reviewer)
    assert monitored_observations.observe_monitored(datetime(2026, 3, 21, 1, tzinfo=UTC)) == 3  # good ones of the month, its quarter, the year
    city = person(Role.VERIFIER, CITY)
    page = figure_page(element=GOOD, org=CITY, period="2025-05", who=city)
    assert ([one.row.value for one in page.versions], [(one.told.zh, one.value) for one in page.opened.monitored]) == ([1, 0], [("Ⅰ类", 1)])
    before = figure_page(element=GOOD, org=CITY, period="2025-05", who=city, as_of=date(2026, 3, 20))
    assert [(one.told.en, one.value) for one in before.opened.monitored] == [("class V, not good", 0)]
    assert list(figure_findings()) == []
    machine = called(city)
    told = machine.get(f"/api/figures?element={GOOD}&org={CITY}&period=2025-05").json()["monitored"]
    assert [(one["name"]["en"], one["period"], one["value"], one["told"]["zh"]) for one in told] == [("Simulated source", "2025-05", "1", "Ⅰ类")]
    (beside,) = machine.get("/api/targets/T033?year=2025").json()["evidence"]
    assert (beside["indicator"], beside["value"], beside["light"], len(beside["months"])) == (SHARE, "100", "GREEN", 12)
    client = signed_in(city)
    for path in (f"/figures/{GOOD}/{CITY}/2025-05", "/targets/T033?year=2025"):
        assert chinese_of(client, path) == []
