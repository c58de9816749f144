"""The page: self-contained, without script, every figure a door, every mark in words."""

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from shuangkong.kernel.language import Language, Words
from shuangkong.services.documents.report import Report
from shuangkong.services.documents.report_html import report_html

VOID = {"meta", "link", "br", "input", "img"}


class Page(HTMLParser):
    """Collects ids, links and tags, and checks that tags close in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.tags.append(tag)
        self.attributes |= set(named)
        self.ids += [named["id"] or ""] if "id" in named else []
        self.links += [named["href"] or ""] if "href" in named else []
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag


def page_of(report: Report, language: Language = "zh") -> str:
    return report_html(report, language).decode()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_is_well_formed_and_every_link_has_its_place(report: Report, language: Language) -> None:
    page = Page(page_of(report, language))
    assert len(page.ids) == len(set(page.ids))
    inner = {link[1:] for link in page.links if link.startswith("#")}
    assert inner - set(page.ids) == set()
    assert {link for link in page.links if not link.startswith("#")} == {"data:,"}


def test_nothing_runs_and_nothing_is_fetched(report: Report) -> None:
    text = page_of(report)
    page = Page(text)
    assert not {"script", "iframe", "img"} & set(page.tags)
    assert "style" not in page.attributes
    assert not [name for name in page.attributes if name.startswith("on")]
    style = re.search(r"<style>(.*)</style>", text, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"style-src &#39;sha256-{digest}&#39;" in text
    assert "url(" not in style[1]


def test_the_answer_comes_first_in_words(report: Report) -> None:
    text = page_of(report)
    body = text[text.index("<main>") :]
    assert body.index("8 项指标：顺利 3，预警 1，滞后 2，待数据 1，定性待评判 1") < body.index("<table")
    assert "8 targets: 3 on course, 1 warning, 2 behind, 1 awaiting data, 1 qualitative, to be judged" in page_of(report, "en")


def test_marks_missing_figures_and_the_unrounded_working_are_shown(report: Report) -> None:
    text = page_of(report)
    for word in ("模拟", "未核实", "估算", "替代", "推定", "未报送 2023 年数据", "612.345678", "第三条", "王某（市统计局）", "2025-06-30 09:00"):
        assert word in text
    assert "11,240.5" in text
    assert "None" not in re.sub(r"<style>.*</style>", "", text, flags=re.DOTALL)


def test_every_light_is_shape_and_word(report: Report) -> None:
    text = page_of(report)
    for name, sign, word in (("GREEN", "●", "顺利"), ("YELLOW", "▲", "预警"), ("RED", "■", "滞后"), ("GREY", "○", "无数据")):
        assert f'<span class="light {name}"><span class="sign" aria-hidden="true">{sign}</span>{word}' in text


def test_what_a_pack_says_cannot_become_markup(report: Report) -> None:
    hostile = replace(report, city=Words('<b onclick="x">市', "<i>"), plan_title=Words("<script>alert(1)</script>", ""))
    page = Page(page_of(hostile))
    assert not {"script", "i"} & set(page.tags)
    assert "onclick" not in page.attributes


def test_an_empty_report_still_says_what_it_is(report: Report) -> None:
    bare = replace(
        report, parts=(), trajectories=(), ranking=None, comparison=None, decomposition=None, assessments=(), workings=(), remarks=(), notes=(), sources=(),
        banner=None,
    )  # fmt: skip
    assert "0 项指标：顺利 0，预警 0，滞后 0，待数据 0" in page_of(bare)


def test_the_same_report_gives_the_same_bytes(report: Report) -> None:
    assert report_html(report, "zh") == report_html(report, "zh")
