"""The board: its sentence, its filters, its past, what may be taken from it and by whom."""

import io
import re
from datetime import UTC, date, datetime

import openpyxl
import pytest
from board_figures import ENERGY, told, two_counties
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from filing_steps import Person, carried, open_window, submitted
from security_steps import client_of

from shuangkong.access.roles import Role
from shuangkong.evidence.act import ActKind
from shuangkong.returns.states import ReturnAct
from shuangkong.services.board_pages import BoardFilter, board_page, counted
from shuangkong.services.standing import YearOutOfPlan
from shuangkong.services.what_changed import what_changed
from shuangkong.store.models import ChainLink
from shuangkong.store.models import Person as PersonRow

STATISTICS = "statistics"


@pytest.fixture
def reader(person: Person) -> Client:
    return client_of(person(Role.REVIEWER, STATISTICS))


def test_an_empty_city_is_told_what_will_be_here(reader: Client) -> None:
    page = reader.get("/").content.decode()
    assert "83 项指标：顺利 0，预警 0，滞后 0，待数据 62，定性待评判 21" in page
    assert "还没有数据" in page


def test_the_sentence_counts_what_the_filters_hold(small_city: None) -> None:
    two_counties()
    page = board_page()
    assert page.moment.year == 2021
    assert page.answer.zh == "83 项指标：顺利 1，预警 0，滞后 2，待数据 59，定性待评判 21"
    held = {choice.code: len(page.chosen(BoardFilter(light=choice.code))) for choice in page.choices["light"]}
    assert held == {"GREEN": 1, "RED": 2, "WAITING": 59, "TO_JUDGE": 21}
    assert [one.target.scope for one in page.chosen(BoardFilter(light="RED"))] == ["411700", "411722"]
    assert counted(page.chosen(BoardFilter(place="411721"))).zh == "1 项指标：顺利 1，预警 0，滞后 0，待数据 0"


@pytest.mark.parametrize("name", ["light", "agency", "place", "kind", "nature", "part"])
def test_every_choice_says_how_many_rows_it_holds(small_city: None, name: str) -> None:
    two_counties()
    page = board_page()
    for choice in page.choices[name]:
        assert len(page.chosen(BoardFilter(**{name: choice.code}))) == choice.count > 0


def test_filters_stand_in_the_address_and_narrow_each_other(reader: Client) -> None:
    two_counties()
    page = reader.get("/?light=RED&place=411722").content.decode()
    assert re.findall(r'<tr id="(T\d+)">', page) == ["T052"]
    assert "筛选出 1 项指标：顺利 0，预警 0，滞后 1，待数据 0" in page
    found = re.findall(r'<tr id="(T\d+)">', reader.get("/?q=污泥").content.decode())
    assert found == ["T042", "T043"]
    assert "没有符合条件的指标" in reader.get("/?q=没有这样的").content.decode()
    cleaned = reader.get("/?q=&light=RED&agency=")
    assert (cleaned.status_code, cleaned["Location"]) == (302, "/?light=RED")


def test_the_page_names_who_is_behind_and_marks_what_is_simulated(reader: Client) -> None:
    two_counties()
    page = reader.get("/").content.decode()
    assert "13 个县区中 1 个达到进度，上蔡县落后最多（2.5 个百分点）" in page
    row = page[page.index('<tr id="T052">') : page.index("</tr>", page.index('<tr id="T052">'))]
    assert '<span class="sk-light" data-light="RED">滞后</span>' in row
    assert '<span class="sk-mark" data-mark="SIMULATED">模拟</span>' in row
    assert 'data-unit="%"' in row
    assert 'data-as-of="2026-03-02"' in row
    assert ">0.00</a>" in row


def test_the_page_as_known_on_a_day_shows_that_day(reader: Client) -> None:
    two_counties()
    told(ENERGY, "411722", "2021", "900", on=datetime(2022, 6, 1, tzinfo=UTC))
    assert "滞后 1" in reader.get("/").content.decode()
    past = reader.get("/?as_of=2022-03-31").content.decode()
    assert "滞后 2" in past
    assert "截至 2022-03-31" in past
    assert "/targets/T052?as_of=2022-03-31" in past.replace("&amp;", "&").replace("year=2021&as_of=2022-03-31", "as_of=2022-03-31")
    assert "待数据 62" in reader.get("/?as_of=2022-03-01").content.decode()
    assert reader.get("/?as_of=nonsense").status_code == 422


def test_a_year_outside_the_plan_is_refused(reader: Client) -> None:
    assert reader.get("/?year=2022").status_code == 200
    assert reader.get("/?year=1999").status_code == 422
    with pytest.raises(YearOutOfPlan):
        board_page(year=99999)


def test_it_is_told_in_english(reader: Client) -> None:
    two_counties()
    page = reader.get("/?lang=en").content.decode()
    assert "83 targets: 1 on course, 0 warning, 2 behind, 59 awaiting data, 21 qualitative, to be judged" in page
    assert '<html lang="en">' in page
    assert '<html lang="en">' in reader.get("/").content.decode()  # and stays so


def test_who_keeps_the_house_or_receives_results_sees_no_figure(person: Person) -> None:
    for role in (Role.RECIPIENT, Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDIT_ADMINISTRATOR):
        client = client_of(person(role, "411700"))
        for address in ("/changes", "/targets/T001", f"/figures/{ENERGY}/411721/2021", "/board.csv"):
            assert client.get(address).status_code == 403, (role, address)
        first = client.get("/")  # leads elsewhere those who have a first page of their own
        assert first.status_code == 403 or first["Location"] not in ("", "/"), role
    assert Client().get("/").status_code == 302


def test_an_export_holds_the_rows_asked_for_and_is_sealed(reader: Client, person: Person) -> None:
    two_counties()
    answer = reader.post("/board.csv?light=RED")
    text = answer.content.decode("utf-8-sig").splitlines()
    assert text[1] == "2 项指标：顺利 0，预警 0，滞后 2，待数据 0"
    assert text[4].startswith("编号,条款,指标")
    assert [line.split(",")[0] for line in text[5:]] == ["T001", "T052"]
    assert "模拟" in text[6]
    last = ChainLink.objects.order_by("-index").first()
    assert last is not None
    assert (last.kind, last.subject) == (ActKind.EXPORT.code, "export/table/board")
    book = openpyxl.load_workbook(io.BytesIO(reader.post("/board.xlsx?place=411721").content))
    assert any(cell.value == "T051" for cells in book.worksheets[1].iter_rows() for cell in cells)
    assert reader.post("/board.pdf").status_code == 404
    assert client_of(person(Role.AUDITOR, "411700")).post("/board.csv").status_code == 403


def test_the_board_is_served_with_few_queries_whatever_it_holds(reader: Client) -> None:
    two_counties()
    reader.get("/")
    with CaptureQueriesContext(connection) as first:
        reader.get("/")
    for number in range(30):
        told(ENERGY, "U001", f"{2000 + number}", "1")  # of a unit: nothing the board depends on
    reader.get("/")
    with CaptureQueriesContext(connection) as second:
        reader.get("/")
    assert len(second) <= len(first) <= 25


def test_what_changed_lists_locks_lights_and_findings_since_a_day(person: Person) -> None:
    two_counties()
    told(ENERGY, "411722", "2021", "900", on=datetime(2026, 3, 1, 4, tzinfo=UTC))
    open_window()
    filing = submitted(person)
    carried(filing, person, ReturnAct.ACCEPT, ReturnAct.REVIEW, ReturnAct.APPROVE, ReturnAct.LOCK)
    city = what_changed(who=person(Role.REVIEWER, STATISTICS), since=date(2026, 3, 1))
    assert [(one.target.id, one.before.name, one.after.name) for one in city.turned] == [("T052", "RED", "GREEN")]
    assert [(one.filing_id, one.node.code) for one in city.locked] == [(filing, "U001")]
    foreign = what_changed(who=person(Role.REVIEWER, "411722"), since=date(2026, 3, 1))
    assert foreign.locked == ()
    assert foreign.opened == ()
    assert what_changed(who=person(Role.REVIEWER, STATISTICS), since=date(2026, 3, 2)).turned == ()


def test_one_who_came_before_is_told_since_then(person: Person, still_clock: object) -> None:
    who = person(Role.REVIEWER, STATISTICS)
    first = what_changed(who=who)
    assert first.is_first_look
    client_of(who)
    still_clock.set("2026-03-09")  # type: ignore[attr-defined]
    client = client_of(who)
    second = what_changed(who=who)
    assert (second.is_first_look, second.since) == (False, datetime(2026, 3, 2, 1, tzinfo=UTC))
    assert "没有变化" in client.get("/changes").content.decode()
    assert PersonRow.objects.filter(sign_in_name=who.sign_in_name).count() == 1


def test_the_ranking_names_who_is_first_responsible(reader: Client, person: Person) -> None:
    two_counties()
    head = person(Role.FIRST_RESPONSIBLE, "411721")
    assert f"<td>{head.full_name}" in reader.get("/").content.decode()
