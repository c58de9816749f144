"""What templates write: doors that tell what a figure is, addresses that keep the day, data that ends no element."""

from datetime import date
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.test import RequestFactory

from shuangkong.kernel.language import Words
from shuangkong.web.templatetags.shuangkong import as_json, spark


def drawn(text: str, **context: object) -> str:
    return Template(text).render(Context({"language": "zh", **context}))


def test_a_door_rounds_once_and_tells_unit_period_and_day() -> None:
    text = drawn('{% door value "/x" decimals=1 unit="tce" period="2023" %}', value=Decimal("1234.25"), as_of=date(2024, 3, 1))
    assert text == '<a class="sk-door" href="/x" data-unit="吨标准煤" data-period="2023" data-as-of="2024-03-01">1,234.2</a>'


def test_a_missing_figure_says_why_and_what_is_hostile_stays_text() -> None:
    assert drawn('{% door value "" why=why %}', value=None, why=Words("未报送", "not reported")) == '<span class="sk-missing" title="未报送">—</span>'
    assert "<script>" not in drawn('{% door value "/x" source=source %}', value=Decimal(1), source='"><script>')


def test_a_door_knows_its_facts() -> None:
    with pytest.raises(TypeError, match="colour"):
        drawn('{% door value "/x" colour="red" %}', value=Decimal(1))


def test_addresses_keep_the_day_and_change_the_rest() -> None:
    assert drawn('{% link "target" "T001" year=2023 %}', as_of=date(2024, 3, 1)).replace("&amp;", "&") == "/targets/T001?as_of=2024-03-01&year=2023"
    request = RequestFactory().get("/?light=RED&as_of=2024-03-01")
    assert drawn('{% here lang="en" as_of="" %}', request=request).replace("&amp;", "&") == "/?light=RED&lang=en"


def test_a_page_that_is_not_there_is_no_link() -> None:
    assert drawn('{% there "/targets/" "T001" %}|{% there "/nowhere/" 1 %}') == "/targets/T001|"


def test_a_trend_breaks_where_a_year_is_missing() -> None:
    gap = str(spark(Context(), [(2021, Decimal(1)), (2022, None), (2023, Decimal(2)), (2024, Decimal(3))]))
    assert gap.count("<polyline") == 1
    assert 'points="42.0,10.0 62.0,2.0"' in gap
    assert "2021: 1.00 → 2024: 3.00" in gap
    assert spark(Context(), [(2021, Decimal(1))]) == ""


def test_chart_data_cannot_end_its_element() -> None:
    assert as_json({"name": "</script>&"}) == '{"name":"\\u003c/script\\u003e\\u0026"}'
