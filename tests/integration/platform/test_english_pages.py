"""No Chinese stands on an English page but what says that it is Chinese: what people wrote, their names, citations, phrases of the plan."""

import re
from html.parser import HTMLParser

import pytest
from cycle_steps import decided_cycle, frozen, started
from django.test import Client
from filing_steps import FORM, Person, carried, open_window, submitted
from signed_client import signed_in

from shuangkong.access.roles import Role
from shuangkong.returns.states import ReturnAct
from shuangkong.services.deployment import city
from shuangkong.services.filing_forms import forms
from shuangkong.services.filings import open_filing
from shuangkong.store.models import ChainLink, FindingRecord

HAN = re.compile(r"[一-鿿：；，。（）、]")
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
TOLD = ("title", "aria-label", "placeholder", "alt", "label")  # attributes that are read to people, besides `data-…`
FIGURES = (
    "/", "/places", "/places/411721", "/units", "/units/U001", "/work", "/returns", "/returns/forms", "/findings", "/checks", "/assessments", "/rules", "/organisations",
    "/organisations/411721", "/audit", "/audit/chain", "/audit/heads", "/account", "/access-log",
)  # fmt: skip
HOUSE = [
    (Role.SYSTEM_ADMINISTRATOR, "/people"), (Role.SYSTEM_ADMINISTRATOR, "/system"), (Role.SECURITY_ADMINISTRATOR, "/people"), (Role.AUDIT_ADMINISTRATOR, "/access-log"),
]  # fmt: skip
TARGETS = ("T001", "T006", "T008", "T020", "T050")


class _Words(HTMLParser):
    """Texts, hints and chart data of the body that no element marks as Chinese."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        left_out = tag == "style" or (told.get("lang") or "").startswith("zh") or any(out for _, out in self.open)
        if not left_out:
            self.found += [f"{name}={value}" for name, value in attrs if value and (name in TOLD or name.startswith("data-")) and HAN.search(value)]
        if tag not in VOID:
            self.open.append((tag, left_out))

    def handle_endtag(self, tag: str) -> None:
        while self.open and tag in (one for one, _ in self.open):
            if self.open.pop()[0] == tag:
                break

    def handle_data(self, data: str) -> None:
        if "body" in (tag for tag, _ in self.open) and not any(out for _, out in self.open) and HAN.search(data):
            self.found.append(" ".join(data.split()))


def chinese_of(client: Client, path: str) -> list[str]:
    shown = client.get(path, {"lang": "en"})
    assert shown.status_code == 200
    reader = _Words()
    reader.feed(shown.content.decode())
    return reader.found


@pytest.mark.parametrize("path", FIGURES)
def test_an_english_page_says_nothing_in_chinese(small_city: None, person: Person, path: str) -> None:
    open_window()
    assert chinese_of(signed_in(person(Role.AUDITOR, "411700")), path) == []


@pytest.mark.parametrize(("role", "path"), HOUSE)
def test_the_administrators_pages_are_english_too(small_city: None, person: Person, role: Role, path: str) -> None:
    who = signed_in(person(role, "411700"))
    person(Role.REPORTER, "U001")
    assert chinese_of(who, path) == []


def test_what_a_token_may_do_is_said_in_english(small_city: None, person: Person) -> None:
    for role, organisation in ((Role.REPORTER, "U001"), (Role.REVIEWER, "statistics"), (Role.APPROVER, "411721"), (Role.ASSESSOR, "development_reform")):
        assert chinese_of(signed_in(person(role, organisation)), "/tokens") == []


def test_every_return_is_explained_in_english(small_city: None, person: Person) -> None:
    auditor = signed_in(person(Role.AUDITOR, "411700"))
    assert {code: found for code in forms() if (found := chinese_of(auditor, f"/returns/forms/{code}"))} == {}


def test_targets_open_to_their_working_in_english(small_city: None, person: Person) -> None:
    auditor = signed_in(person(Role.AUDITOR, "411700"))
    known = {target.id for target in city().plan.targets}
    assert {one: found for one in TARGETS if one in known and (found := chinese_of(auditor, f"/targets/{one}"))} == {}


def test_a_return_is_filled_in_reviewed_and_opened_in_english(small_city: None, person: Person) -> None:
    open_window()
    empty = open_filing(form=FORM, organisation="U002", period="2025", who=person(Role.REPORTER, "U002"))
    assert chinese_of(signed_in(person(Role.REPORTER, "U002")), f"/returns/{empty}") == []
    filing = submitted(person)
    reviewer = signed_in(person(Role.REVIEWER, "411721"))
    assert chinese_of(reviewer, f"/returns/{filing}") == []
    assert chinese_of(reviewer, "/returns/windows") == []
    for finding in FindingRecord.objects.all():
        assert chinese_of(reviewer, f"/findings/{finding.pk}") == []
    carried(filing, person, ReturnAct.ACCEPT, ReturnAct.REVIEW, ReturnAct.APPROVE, ReturnAct.LOCK)
    assert chinese_of(reviewer, "/figures/comprehensive_energy_tce/U001/2025") == []
    auditor = signed_in(person(Role.AUDITOR, "411700"))
    for link in ChainLink.objects.order_by("-index")[:12]:
        assert chinese_of(auditor, f"/audit/acts/{link.index}") == []


def test_an_assessment_is_read_in_english(person: Person) -> None:
    cycle = decided_cycle(person)
    assessor, home = signed_in(person(Role.ASSESSOR, "development_reform")), f"/assessments/{cycle.pk}"
    assert chinese_of(assessor, "/assessments") == []
    assert chinese_of(assessor, home) == []
    assert chinese_of(assessor, f"{home}/411721") == []
    assert chinese_of(signed_in(person(Role.GOVERNMENT, "411700")), f"{home}/freeze") == []
    frozen(cycle, person)
    assert chinese_of(assessor, f"{home}/frozen") == []


def test_a_county_evaluates_itself_in_english(person: Person) -> None:
    cycle = started(person)
    assert chinese_of(signed_in(person(Role.REPORTER, "411721")), f"/assessments/{cycle.pk}/411721/self-evaluation") == []
