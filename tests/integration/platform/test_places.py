"""Pages of jurisdictions, units and parks."""

import pytest
from filing_steps import Person, carried, open_window, submitted
from security_steps import client_of

from shuangkong.access.roles import Role
from shuangkong.returns.states import ReturnAct

LOCKING = (ReturnAct.ACCEPT, ReturnAct.REVIEW, ReturnAct.APPROVE, ReturnAct.LOCK)


@pytest.mark.parametrize("path", ["/places", "/places/411721", "/units", "/units/U001", "/organisations", "/organisations/U001", "/organisations?q=模拟", "/places?lang=en", "/units/U001?lang=en", "/places/411721?lang=en"])
def test_pages_open_on_an_empty_city(person: Person, path: str) -> None:
    page = client_of(person(Role.REVIEWER, "statistics")).get(path)
    assert page.status_code == 200, page.content.decode()[:2000]


def test_a_locked_return_stands_on_the_pages(person: Person) -> None:
    open_window()
    carried(submitted(person), person, *LOCKING)
    client = client_of(person(Role.REVIEWER, "statistics"))
    for path in ("/places?year=2025", "/places/411721?year=2025", "/units/U001", "/units"):
        page = client.get(path)
        assert page.status_code == 200


def test_charts_of_flows_and_ranks_say_what_they_show(person: Person) -> None:
    open_window()
    carried(submitted(person), person, *LOCKING)
    client = client_of(person(Role.REVIEWER, "statistics"))
    for path, said in (("/places/411721?year=2025", "原煤占 54%，工业生产燃料动力占 98%"), ("/units/U001", "购进占 ")):
        told = client.get(path).content.decode()
        assert said in told.split('data-chart="sankey"')[1].split("</figcaption>")[0]
