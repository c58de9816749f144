from decimal import Decimal

import pytest

from shuangkong.kernel.text import narrow, number_in


@pytest.mark.parametrize(
    ("cell", "figure"),
    [("12", "12"), ("１２．５", "12.5"), ("1,234,567.8", "1234567.8"), ("１，２３４", "1234"), ("－3", "-3"), ("−3", "-3"), ("1.5e3", "1500"), (" 7 ", "7"), (".5", "0.5")],
)
def test_numbers_as_excel_in_china_writes_them(cell: str, figure: str) -> None:
    assert number_in(cell) == Decimal(figure)


@pytest.mark.parametrize("cell", ["", "-", "—", "1,23", "12吨", "nan", "Infinity", "1e99999", "1.2.3", "0x10", "一百", "1_000", "1234①", "1234²", "10⁴", "½", "①"])
def test_what_is_no_number_is_none(cell: str) -> None:
    assert number_in(cell) is None


def test_narrowing_keeps_chinese_text() -> None:
    assert narrow("到２０２５年，下降１２％") == "到2025年,下降12%"


def test_raised_digits_belong_to_a_unit_and_never_to_a_figure() -> None:
    assert [narrow(text) for text in ("万m³", "CO₂", "PM₂.₅", "１２３④")] == ["万m3", "CO2", "PM2.5", "123④"]
