"""A target opened down to its inputs; a figure opened to its versions, hands and units; what is foreign stays closed."""

import re
from datetime import UTC, date, datetime

import pytest
from board_figures import ENERGY, HEARD, told, two_counties
from django.test import Client
from django.utils.html import strip_tags
from filing_steps import Person, carried, open_window, submitted
from security_steps import client_of

from shuangkong.access.roles import Role
from shuangkong.returns.states import ReturnAct
from shuangkong.services.figure_pages import figure_page, used_by
from shuangkong.services.people import NotPermitted
from shuangkong.services.target_pages import target_page

STATISTICS = "statistics"
WHOLE, PART = "energy_consumed_tce", "comprehensive_energy_tce"


@pytest.fixture
def reader(person: Person) -> Client:
    return client_of(person(Role.REVIEWER, STATISTICS))


def test_the_title_says_what_was_found_and_the_place_once(small_city: None) -> None:
    two_counties()
    assert target_page(target="T052").finding.zh == "上蔡县万元地区生产总值能耗强度降低率落后 2.5 个百分点"
    assert target_page(target="T051").finding.zh == "西平县万元地区生产总值能耗强度降低率超前 6.6 个百分点"


def test_path_and_required_lead_to_the_target(small_city: None) -> None:
    two_counties()
    page = target_page(target="T052")
    at = {point.year: point for point in page.points}
    assert (at[2020].actual, at[2025].planned, at[2025].required) == (0, 12, 12)
    assert at[2021].required == at[2021].actual
    assert at[2022].actual is None
    assert page.forecast is None
    assert page.forecast_note is not None
    assert page.forecast_note.zh == "不作预测：连续年份的变化不足 3 个。"


def test_places_are_ranked_and_each_is_a_target(small_city: None) -> None:
    two_counties()
    places = target_page(target="T001").places
    assert [one.target.scope for one in places[:2]] == ["411721", "411722"]
    assert len(places) == 13


def test_every_input_of_the_working_leads_to_a_figure(reader: Client) -> None:
    two_counties()
    page = reader.get("/targets/T052").content.decode()
    doors = re.findall(r'href="(/figures/[^"]+)"', page)
    assert f"/figures/{ENERGY}/411722/2021" in doors
    assert len(doors) == 4
    for address in doors:
        assert reader.get(address).status_code == 200, address
    assert "能耗强度累计降低率 =" in page
    assert "发改办环资" in page


def test_a_qualitative_target_waits_for_a_verdict(reader: Client) -> None:
    page = reader.get("/targets/T101").content.decode()
    assert "待评判" in page
    assert "sk-chart" not in page
    assert reader.get("/targets/T999").status_code == 404


def test_a_figure_tells_its_versions_and_what_rests_on_it(reader: Client) -> None:
    two_counties()
    told(ENERGY, "411722", "2021", "900", on=datetime(2022, 6, 1, tzinfo=UTC))
    page = reader.get(f"/figures/{ENERGY}/411722/2021").content.decode()
    assert "上蔡县 2021 能源消费总量（等价值）：900 吨标准煤" in strip_tags(page)
    assert "−200.00" in page
    assert "数值修订" in page
    assert "/targets/T052" in page
    past = reader.get(f"/figures/{ENERGY}/411722/2021?as_of=2022-05-31").content.decode()
    assert "1,100 吨标准煤" in strip_tags(past)
    assert "−200.00" not in past
    none = reader.get(f"/figures/{ENERGY}/411722/2021?as_of=2022-01-01")
    assert (none.status_code, "未报送" in none.content.decode()) == (200, True)


def test_a_figure_of_a_return_shows_hands_posts_and_links(person: Person) -> None:
    open_window()
    filing = submitted(person)
    carried(filing, person, ReturnAct.ACCEPT, ReturnAct.REVIEW, ReturnAct.APPROVE, ReturnAct.LOCK)
    who = person(Role.REVIEWER, STATISTICS)
    page = figure_page(element="raw_coal_consumed", org="U001", period="2025", who=who)
    assert page.opened is not None
    assert [step.act.zh for step in page.opened.steps] == ["上报", "受理", "审核", "核定", "锁定"]
    text = client_of(who).get("/figures/raw_coal_consumed/U001/2025").content.decode()
    assert f'href="/returns/{filing}"' in text
    assert "填报人U001" in text


def test_figures_of_foreign_units_stay_closed(person: Person) -> None:
    told(PART, "U001", "2021", "5")
    county, foreign = person(Role.REVIEWER, "411721"), person(Role.REVIEWER, "411722")
    assert figure_page(element=PART, org="U001", period="2021", who=county).opened is not None
    with pytest.raises(NotPermitted):
        figure_page(element=PART, org="U001", period="2021", who=foreign)
    assert client_of(foreign).get(f"/figures/{PART}/U001/2021").status_code == 403


def test_a_sum_that_would_give_a_single_unit_away_is_not_told(person: Person) -> None:
    two_counties()
    told(PART, "U001", "2021", "300")
    told(PART, "U002", "2021", "200")
    own = figure_page(element=WHOLE, org="411721", period="2021", who=person(Role.REVIEWER, "411721"))
    assert own.sum_told is not None
    assert own.sum_told.zh == "1/1 家单位已报，合计 300.00 吨标准煤，占本数 30.0%（单位只是其中一部分）"
    foreign = figure_page(element=WHOLE, org="411721", period="2021", who=person(Role.REVIEWER, "411722"))
    assert foreign.opened is not None
    assert foreign.opened.made_of is not None
    assert (foreign.opened.made_of.total, foreign.opened.made_of.parts) == (None, ())
    assert foreign.sum_told is not None
    assert "不予显示" in foreign.sum_told.zh
    # of the city's two units one is one's own: the sum less one's own would be the other's
    mixed = figure_page(element=WHOLE, org="411700", period="2021", who=person(Role.REVIEWER, "411721"))
    assert mixed.opened is not None
    assert mixed.opened.made_of is not None
    assert (len(mixed.opened.made_of.parts), mixed.opened.made_of.total) == (1, None)


def test_what_rests_on_an_element_is_found_through_other_indicators(small_city: None) -> None:
    assert "energy_intensity_reduction_pct" in used_by(ENERGY)
    assert used_by("no_such_element") == ()
    assert HEARD.date() == date(2022, 3, 10)
