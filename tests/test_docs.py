"""Documentation held against the code: docstrings, glossary, standards, commands."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from shuangkong import rules
from shuangkong.cli import program
from shuangkong.rules.standards import document_titles, standards_page

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "shuangkong"
DOMAIN = ("kernel", "rules", "evidence", "plan", "checks", "indicators", "energy", "pollution", "timeseries", "projects", "returns", "access", "assessment", "hj212")
FORMULA_ROOMS = ("energy", "pollution", "timeseries", "projects")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def _public(*rooms: str) -> Iterator[tuple[str, ast.FunctionDef | ast.ClassDef]]:
    for room in rooms:
        for file in sorted((SOURCE / room).rglob("*.py")):
            for node in ast.parse(file.read_text("utf-8")).body:
                if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                    yield f"{file.relative_to(SOURCE)}:{node.name}", node


def test_every_public_thing_of_the_domain_says_what_it_is() -> None:
    assert [name for name, node in _public(*DOMAIN) if not ast.get_docstring(node)] == []


def test_every_public_formula_gives_the_chinese_term_its_source_and_an_example() -> None:
    poor = []
    for name, node in _public(*FORMULA_ROOMS):
        text = ast.get_docstring(node) or ""
        if isinstance(node, ast.FunctionDef) and not (CHINESE.search(text) and "Source\n" in text and ">>>" in text):
            poor.append(name)
    assert poor == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        str(file.relative_to(SOURCE))
        for file in SOURCE.rglob("*.py")
        if file.read_text("utf-8").strip() and not ast.get_docstring(ast.parse(file.read_text("utf-8")))
    ]
    assert silent == []


def _glossary() -> Iterator[tuple[str, str, bool]]:
    for line in (ROOT / "docs" / "glossary.md").read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("|") and len(cells) >= 2 and "`" in cells[1]:
            yield cells[0], cells[1], "*later*" in line


def test_every_word_of_the_glossary_is_used_or_marked_later() -> None:
    everything = "\n".join(file.read_text("utf-8") for file in [*SOURCE.rglob("*.py"), *SOURCE.rglob("*.yaml")])
    rows = list(_glossary())
    assert len(rows) > 80
    unused = [
        f"{term}: {word}"
        for term, identifiers, is_later in rows
        for word in re.findall(r"`\.?([A-Za-z_0-9.]+)`", identifiers)
        if not is_later and word.rpartition(".")[2] not in everything
    ]
    early = [
        f"{term}: {word}"
        for term, identifiers, is_later in rows
        for word in re.findall(r"`\.?([A-Za-z_0-9.]+)`", identifiers)
        if is_later and re.search(rf"\b{re.escape(word)}\b", everything)
    ]
    assert (unused, early) == ([], [])


def test_the_list_of_standards_is_what_the_rules_cite() -> None:
    page = (ROOT / "docs" / "standards.md").read_text("utf-8")
    assert page == standards_page(rules.book()), "the rules have changed: run `make standards`"


def test_every_document_cited_by_number_has_a_title_and_no_title_is_left_over() -> None:
    cited = {line.citation.document for rule in rules.book().rules.values() for line in rule.lines}
    numbered = {document for document in cited if re.search(r"^(GB|HJ|JS|DB)|〔\d{4}〕\d+号$|第\d+号令?$", document)}
    assert numbered <= set(document_titles()) <= cited


@pytest.mark.parametrize("page", ["README.md", "README.en.md"])
def test_every_command_is_in_both_readmes(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    context = program.make_context("shuangkong", ["--help"], resilient_parsing=True)
    assert [name for name in program.list_commands(context) if f"`shuangkong {name}" not in text] == []


def test_every_issue_point_has_a_line_in_the_roadmap() -> None:
    text = (ROOT / "docs" / "roadmap.md").read_text("utf-8")
    assert re.findall(r"^\| (\d+) \|", text, re.MULTILINE)[:11] == [str(number) for number in range(1, 12)]
