"""Whoever is shown a link may follow it: for each role of the demo, every link of its pages leads to a page."""

import re
from collections import Counter, deque
from collections.abc import Iterator
from html import unescape
from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client
from django.urls import resolve
from filing_steps import Person, carried, open_window, submitted
from signed_client import signed_in

from shuangkong.access.roles import Role
from shuangkong.returns.states import ReturnAct
from shuangkong.services.demo_city.staff import demo_people

HREF = re.compile(r'href="([^"]*)"')
OF_A_KIND = 2  # links of one kind of page to another that are followed for a role
ODD = {"output.value_added_10k_yuan.value": "1"}  # a finding comes of it


def links_of(page: str, at: str) -> Iterator[str]:
    """Yield where the links of a page lead within the platform, without filters of the same page."""
    for told in HREF.findall(page):
        where = urlsplit(urljoin(at, unescape(told)))
        if not where.netloc and where.path.startswith("/") and not where.path.startswith("/static/"):
            yield f"{where.path}?{where.query}" if where.query and where.path != urlsplit(at).path else where.path


def refused_from(client: Client) -> list[str]:
    """Follow the links that somebody is shown and return those refused, each with the page it stands on."""
    waiting, seen, times, found = deque([("/", "")]), {"/"}, Counter[tuple[str, str]](), []
    while waiting:
        at, shown_on = waiting.popleft()
        answer = client.get(at, follow=True)
        if answer.status_code in (403, 404):
            found.append(f"{answer.status_code} {at} ← {shown_on}")
        if answer.status_code != 200 or "text/html" not in answer.headers.get("Content-Type", ""):
            continue
        here = resolve(urlsplit(at).path).view_name
        for link in links_of(answer.content.decode(), at):
            kind = here, resolve(urlsplit(link).path).view_name
            if link not in seen and times[kind] < OF_A_KIND:
                seen.add(link)
                times[kind] += 1
                waiting.append((link, at))
    return found


@pytest.mark.parametrize("who", [(one.role, one.organisation) for one in demo_people()], ids=lambda who: f"{who[0].name}-{who[1]}")
def test_no_link_that_is_shown_is_refused(person: Person, who: tuple[Role, str]) -> None:
    open_window()
    carried(submitted(person), person, ReturnAct.ACCEPT, ReturnAct.REVIEW, ReturnAct.APPROVE, ReturnAct.LOCK)
    submitted(person, "U002", **ODD)
    assert refused_from(signed_in(person(*who))) == []
