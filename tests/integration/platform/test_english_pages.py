"""No Chinese word of ours stands on an English page: what stays Chinese is marked so, or names a place, a person or an organisation."""

import re
from html.parser import HTMLParser

import pytest
from filing_steps import Person
from signed_client import signed_in

from shuangkong.access.roles import Role

HAN = re.compile(r"[一-鿿：；，。（）、]")
CLAUSE = re.compile(r"[一二三四五六七八九十]+\([一二三四五六七八九十]+\)")  # how clauses of the plan are cited
PAGES = ("/", "/places", "/units", "/work", "/returns", "/returns/forms", "/findings", "/checks", "/assessments", "/organisations", "/audit", "/audit/chain", "/audit/heads", "/account")
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class _Words(HTMLParser):
    """Texts of `main` that no element marks as Chinese, nor as a script; remarks quote the plan."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            told = dict(attrs)
            left_out = tag in ("script", "style") or (told.get("lang") or "").startswith("zh") or (told.get("id") or "").startswith("remark-") or any(out for _, out in self.open)
            self.open.append((tag, left_out))

    def handle_endtag(self, tag: str) -> None:
        while self.open and tag in (one for one, _ in self.open):
            if self.open.pop()[0] == tag:
                break

    def handle_data(self, data: str) -> None:
        tags = [tag for tag, _ in self.open]
        if "main" in tags and not any(out for _, out in self.open) and HAN.search(CLAUSE.sub("", data)):
            self.found.append(data.strip())


@pytest.mark.parametrize("path", PAGES)
def test_an_english_page_says_nothing_in_chinese(small_city: None, person: Person, path: str) -> None:
    auditor = person(Role.AUDITOR, "411700")
    shown = signed_in(auditor).get(path, {"lang": "en"})
    assert shown.status_code == 200
    reader = _Words()
    reader.feed(shown.content.decode())
    assert [one for one in reader.found if auditor.full_name not in one] == []
