"""The tree of organisations, its history, and changes as official acts."""

from datetime import date

import pytest
from filing_steps import Person, open_window, submitted
from security_steps import client_of
from unit_steps import moved, park_of, unit_of

from shuangkong.access.roles import Role
from shuangkong.services.chain_verification import verify_chain
from shuangkong.services.filings import open_filing
from shuangkong.services.organisation_changes import (
    NoReason,
    NothingChanged,
    NotMovable,
    change,
    history_of,
    history_page,
    tree_page,
)
from shuangkong.services.organisation_register import register
from shuangkong.services.organisations import BadOrganisation, OrganisationKind, UnknownOrganisation, tree_on
from shuangkong.services.people import Member, NotPermitted
from shuangkong.store.models import ChainLink

XIPING, SHANGCAI, DAY = "411721", "411722", date(2026, 4, 1)


def changed(who: Member, **told: object) -> int:
    given = {"code": "U001", "name_zh": "", "name_en": "", "parent": "", "park": "", "is_closed": False, "valid_from": DAY, "reason": "市政府批复"}
    return change(who=who, **{**given, **told})  # type: ignore[arg-type]


def test_a_city_agency_moves_renames_and_closes_with_a_reason(person: Person) -> None:
    city = person(Role.REVIEWER, "statistics")
    park_of("P01", SHANGCAI)
    changed(city, parent=SHANGCAI)
    changed(city, parent=SHANGCAI, park="P01", valid_from=date(2026, 5, 1))
    changed(city, name_zh="新厂", parent=SHANGCAI, valid_from=date(2026, 6, 1))
    changed(city, parent=SHANGCAI, is_closed=True, valid_from=date(2026, 7, 1))
    told = [(one.valid_from, one.until, one.parent, one.park, one.is_closed) for one in history_of("U001")]
    assert told == [
        (date(2020, 1, 1), date(2026, 3, 31), XIPING, "", False), (date(2026, 4, 1), date(2026, 4, 30), SHANGCAI, "", False),
        (date(2026, 5, 1), date(2026, 5, 31), SHANGCAI, "P01", False), (date(2026, 6, 1), date(2026, 6, 30), SHANGCAI, "", False),
        (date(2026, 7, 1), None, SHANGCAI, "", True),
    ]  # fmt: skip
    assert tree_on(date(2026, 3, 31)).find("U001").parent == XIPING
    assert "U001" not in tree_on(date(2026, 7, 1))
    assert verify_chain().is_sound


def test_a_city_agency_tells_the_trade_from_a_day_on(person: Person) -> None:
    city = person(Role.REVIEWER, "statistics")
    changed(city, trade="30")
    changed(city, trade="26", valid_from=date(2026, 5, 1))
    changed(city, name_zh="新厂", valid_from=date(2026, 6, 1))
    assert [one.trade.zh if one.trade else "" for one in history_of("U001")] == ["", "30 非金属矿物制品业", "26 化学原料和化学制品制造业", "26 化学原料和化学制品制造业"]
    assert {day: {tag for tag in tree_on(day).find("U001").tags if tag.startswith("trade:")} for day in (date(2026, 3, 31), date(2026, 4, 30), date(2026, 7, 1))} == {
        date(2026, 3, 31): set(), date(2026, 4, 30): {"trade:30"}, date(2026, 7, 1): {"trade:26"},
    }  # fmt: skip
    with pytest.raises(BadOrganisation):
        changed(city, trade="99", valid_from=date(2026, 7, 1))
    with pytest.raises(NotPermitted):
        changed(person(Role.REVIEWER, XIPING), trade="17", valid_from=date(2026, 7, 1))


def test_what_changes_nothing_is_refused_and_not_sealed(person: Person) -> None:
    city = person(Role.REVIEWER, "statistics")
    links = ChainLink.objects.count()
    for told in ({}, {"parent": XIPING}, {"name_zh": "模拟厂U001", "name_en": "Simulated works U001"}, {"trade": ""}):
        with pytest.raises(NothingChanged):
            changed(city, **told)
    assert ChainLink.objects.count() == links
    changed(city, parent=SHANGCAI)
    with pytest.raises(NothingChanged):
        changed(city, parent=SHANGCAI, valid_from=date(2026, 5, 1))


@pytest.mark.parametrize("told", [{"parent": SHANGCAI}, {"is_closed": True}, {"park": "P01"}])
def test_a_county_renames_its_units_and_no_more(person: Person, told: dict[str, object]) -> None:
    park_of("P01", XIPING)
    county = person(Role.REVIEWER, XIPING)
    with pytest.raises(NotPermitted):
        changed(county, **told)
    changed(county, name_zh="更名厂")
    assert tree_on(DAY).find("U001").name.zh == "更名厂"


@pytest.mark.parametrize("role", [Role.APPROVER, Role.AUDITOR, Role.GOVERNMENT, Role.LEAD_AGENCY])
def test_nobody_else_changes_organisations(person: Person, role: Role) -> None:
    who = person(role, "411700" if role in (Role.AUDITOR, Role.GOVERNMENT) else "statistics")
    with pytest.raises(NotPermitted):
        changed(who, parent=SHANGCAI)


def test_what_cannot_be_is_refused(person: Person) -> None:
    city = person(Role.REVIEWER, "statistics")
    park_of("P01", SHANGCAI)
    with pytest.raises(NoReason):
        changed(city, reason="  ")
    with pytest.raises(NotMovable):
        changed(city, code=XIPING)
    with pytest.raises(BadOrganisation, match="园区不在所属县区"):
        changed(city, park="P01")
    with pytest.raises(BadOrganisation):
        changed(city, parent="statistics")
    with pytest.raises(UnknownOrganisation):
        changed(city, parent="999999")


def test_the_tree_is_that_of_the_day(person: Person) -> None:
    moved("U001", SHANGCAI, date(2025, 7, 1))
    client = client_of(person(Role.REPORTER, "U002"))
    for day, place in (("2025-06-30", "西平县"), ("2025-07-01", "上蔡县")):
        told = client.get("/organisations", {"q": "U001", "as_of": day}).content.decode()
        assert "模拟厂U001" in told
        assert place in told.partition("<tbody>")[2]
    root = tree_page(day=date(2025, 7, 1)).root
    assert root is not None
    below = {branch.node.code: [one.node.code for one in branch.below] for branch in root.below}
    assert (below[XIPING], below[SHANGCAI]) == ([], ["U001", "U002"])
    assert tree_page(asked="没有这个词").found.count == 0


def test_the_history_is_open_and_the_form_is_not(person: Person) -> None:
    page = history_page(code="U001", who=person(Role.REPORTER, "U002"))
    assert (page.may_rename, page.may_change) == (False, False)
    county, city = history_page(code="U001", who=person(Role.REVIEWER, XIPING)), history_page(code="U001", who=person(Role.REVIEWER, "statistics"))
    assert ((county.may_rename, county.may_change), (city.may_rename, city.may_change)) == ((True, False), (True, True))
    told = client_of(person(Role.REVIEWER, "statistics")).get("/organisations/U001").content.decode()
    assert 'name="reason"' in told
    assert 'name="reason"' not in client_of(person(Role.REPORTER, "U002")).get("/organisations/U001").content.decode()


def test_closing_a_unit_says_what_is_pending(person: Person) -> None:
    open_window()
    filing = submitted(person)
    city = person(Role.REVIEWER, "statistics")
    client = client_of(city)
    assert f"/returns/{filing}" in client.get("/organisations/U001").content.decode()
    told = {"code": "U001", "name_zh": "模拟厂U001", "parent": "411721", "is_closed": "1", "valid_from": "2026-03-01", "reason": "注销"}
    page = client.post("/organisations/change", told, follow=True).content.decode()
    assert "还有 1 份报表未办结" in page
    assert f"/returns/{filing}" in page
    assert f"/returns/{filing}" not in client_of(person(Role.REVIEWER, "411723")).get("/organisations/U001").content.decode()


def test_a_long_list_of_organisations_comes_by_pages(person: Person) -> None:
    for number in range(100, 160):
        unit_of(f"U{number}", XIPING)
    client = client_of(person(Role.REVIEWER, "statistics"))
    first = client.get("/organisations?q=模拟厂").content.decode()
    assert ("U149" in first, "U150" in first, 'rel="next" href="?q=%E6%A8%A1%E6%8B%9F%E5%8E%82&amp;page=2"' in first) == (False, False, True)
    second = client.get("/organisations?q=模拟厂&page=2").content.decode()
    assert ("U159" in second, 'rel="prev"' in second, 'rel="next"' in second) == (True, True, False)
    assert "62" in first


def entered(who: Member, **told: object) -> int:
    given = {
        "code": "U900", "kind": OrganisationKind.UNIT, "name_zh": "新投产水泥厂", "name_en": "", "parent": XIPING, "park": "", "credit_code": "91411721MA40000000",
        "trade": "30", "tags": {"industrial"}, "valid_from": DAY, "reason": "投产备案",
    }  # fmt: skip
    return register(who=who, **{**given, **told})  # type: ignore[arg-type]


def test_a_city_agency_registers_a_unit_that_then_files_and_later_is_a_key_user(person: Person) -> None:
    city = person(Role.REVIEWER, "statistics")
    entered(city, valid_from=date(2025, 4, 1))
    changed(city, code="U900", tags={"industrial", "key_energy_user"})
    assert [sorted(tree_on(day).find("U900").tags) for day in (date(2025, 4, 1), DAY)] == [["industrial", "trade:30"], ["industrial", "key_energy_user", "trade:30"]]
    assert "U900" not in tree_on(date(2025, 3, 31))
    open_window()
    assert open_filing(form="205-1", organisation="U900", period="2025", who=person(Role.REPORTER, "U900"))
    assert verify_chain().is_sound


@pytest.mark.parametrize(
    ("told", "refused"),
    [
        ({"code": "u 900"}, BadOrganisation), ({"code": "U001"}, BadOrganisation), ({"name_zh": " "}, BadOrganisation), ({"kind": OrganisationKind.AGENCY}, BadOrganisation),
        ({"credit_code": "91411721"}, BadOrganisation), ({"trade": "99"}, BadOrganisation), ({"tags": {"mayor"}}, BadOrganisation), ({"parent": "U001"}, BadOrganisation),
        ({"kind": OrganisationKind.PARK}, BadOrganisation), ({"parent": "none"}, UnknownOrganisation), ({"reason": " "}, NoReason),
    ],
)  # fmt: skip
def test_what_cannot_be_registered_says_why(person: Person, told: dict[str, object], refused: type[Exception]) -> None:
    with pytest.raises(refused):
        entered(person(Role.REVIEWER, "statistics"), **told)


def test_who_registers_acts_for_an_agency_of_the_city_and_finds_the_form(person: Person) -> None:
    with pytest.raises(NotPermitted):
        entered(person(Role.REVIEWER, XIPING))
    city, county = client_of(person(Role.REVIEWER, "statistics")), client_of(person(Role.REVIEWER, XIPING))
    told = {"code": "p9", "kind": "PARK", "name_zh": "新园区", "parent": XIPING, "valid_from": "2026-01-01", "reason": "批准设立"}
    assert ("/organisations/register" in city.get("/organisations").content.decode(), "/organisations/register" in county.get("/organisations").content.decode()) == (True, False)
    assert city.post("/organisations/register", told)["Location"] == "/organisations/P9"
    assert city.post("/organisations/register", {**told, "kind": "PALACE"}).status_code == 422
    assert county.post("/organisations/register", told).status_code == 403
