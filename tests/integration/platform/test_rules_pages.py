"""The rules: found, opened, and supposed otherwise, without anything being kept."""

from datetime import timedelta
from decimal import Decimal

import pytest
from cycle_steps import AS_OF, CITY, COUNTY, Person
from django.test import Client

from shuangkong.access.roles import Role
from shuangkong.kernel.language import Words
from shuangkong.rules import UnknownRule, book
from shuangkong.services.deployment import city
from shuangkong.services.platform_demo import load_pack_observations
from shuangkong.services.recomputation import CannotSuppose, suppose
from shuangkong.services.rule_pages import list_rules, show_rule
from shuangkong.services.signing_in import one_time_token
from shuangkong.services.slices import PAGE
from shuangkong.services.standing import board_as_known
from shuangkong.store.models import ChainLink, ObservationRow

RUBRIC = "assessment.rubrics.city_default"


def test_rules_are_found_by_area_word_and_whether_verified(small_city: None) -> None:
    every = list_rules()
    assert every.count == len(every.rows) == len(book().rules)
    power = list_rules(area="energy", search="electricity_calorific")
    assert {row.path.partition(".")[0] for row in power.rows} == {"energy"}
    assert "energy.coal_equivalent.electricity_calorific" in {row.path for row in power.rows}
    assert all(not row.line.verified for row in list_rules(only="unverified").rows)
    assert len(list_rules(only="unverified").rows) == every.unverified
    assert list_rules(search="没有这样的规则").rows == ()


def test_a_rule_tells_its_dated_lines_and_what_rests_on_it(small_city: None) -> None:
    page = show_rule(path=RUBRIC)
    assert [one.zh for one in page.row.used_by] == ["考核计分"]
    assert ("items.0.max", Decimal(20), Words("计分项 1 满分", "item 1 most points")) in page.parts
    with pytest.raises(UnknownRule):
        show_rule(path="energy.no_such_rule")


def test_more_points_for_a_line_change_scores_and_nothing_is_kept(small_city: None) -> None:
    load_pack_observations(city().folder / "data")
    before = (ChainLink.objects.count(), ObservationRow.objects.count(), board_as_known(year=2024, as_of=AS_OF).lines)
    told = suppose(path=RUBRIC, part="items.0.max", told="30", year=2024, as_of=AS_OF)
    assert (told.held, told.supposed, told.compared_places) == (Decimal(20), Decimal(30), 13)
    assert told.places
    assert not told.targets
    full = next(one for one in told.places if one.code == "411702")
    assert round(full.after - full.before, 20) == Decimal(10)
    assert (ChainLink.objects.count(), ObservationRow.objects.count(), board_as_known(year=2024, as_of=AS_OF).lines) == before
    assert suppose(path=RUBRIC, part="items.0.max", told="20", year=2024, as_of=AS_OF).is_without_effect


def test_a_threshold_of_the_warning_changes_lights(small_city: None) -> None:
    load_pack_observations(city().folder / "data")
    told = suppose(path="energy.warning.band", part="", told="1000", year=2023, as_of=AS_OF)
    assert told.targets
    assert all(one.before == one.after and one.light_before is not one.light_after for one in told.targets)


@pytest.mark.parametrize("told", ["", "abc", "NaN", "1e99", "9" * 21])
def test_what_is_no_number_is_refused(small_city: None, told: str) -> None:
    with pytest.raises(CannotSuppose):
        suppose(path=RUBRIC, part="items.0.max", told=told, year=2024, as_of=AS_OF)
    with pytest.raises(CannotSuppose):
        suppose(path=RUBRIC, part="items.99.max", told="1", year=2024, as_of=AS_OF)


def test_the_pages(person: Person) -> None:
    client = Client(headers={"host": "localhost"})
    token = one_time_token(person_id=person(Role.REPORTER, COUNTY).pk, purpose="sign-in", lasts=timedelta(hours=1))
    client.post(f"/sign-in/{token}")
    unverified = client.get("/rules?only=unverified").content.decode()
    assert "未核实" in unverified
    assert "?only=unverified&amp;page=2" in unverified
    assert client.get("/rules?only=unverified&page=2").content.decode().count('<th scope="row">') == PAGE
    assert "历次取值" in client.get(f"/rules/{RUBRIC}").content.decode()
    assert "没有目标或县区的结果变化" in client.get(f"/rules/{RUBRIC}?part=items.0.max&supposed=30&year=2024").content.decode()
    assert client.get(f"/rules/{RUBRIC}?part=items.0.max&supposed=x&year=2024").status_code == 422
    assert client.get("/rules/nothing.here").status_code == 422
    assert "not verified" in client.get("/rules?area=energy&q=电力&lang=en").content.decode()
    other = Client(headers={"host": "localhost"})
    token = one_time_token(person_id=person(Role.SYSTEM_ADMINISTRATOR, CITY).pk, purpose="sign-in", lasts=timedelta(hours=1))
    other.post(f"/sign-in/{token}")
    assert other.get("/rules").status_code == 403
