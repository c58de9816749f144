from decimal import Decimal

import pytest

from shuangkong.kernel.units import IncompatibleUnits, UnknownUnit, symbols, unit


@pytest.mark.parametrize(
    ("printed", "canonical"),
    [
        ("吨标准煤", "tce"),
        ("万千瓦时", "万kWh"),
        ("万 kWh", "万kWh"),
        ("百万千焦", "GJ"),
        ("m³", "m3"),
        ("万立方米", "万m3"),
        ("万ｋＷｈ", "万kWh"),
        ("ｔ／ｄ", "t/d"),
        ("ｍ３", "m3"),
        ("㎡", "m2"),
        ("℃", "°C"),
        ("％", "%"),
        ("个百分点", "百分点"),
        ("克标准煤/千瓦时", "gce/kWh"),
        ("千瓦时/百公里", "kWh/100km"),
        ("吨/日", "t/d"),
        ("tce/万元", "tce/万元"),
    ],
)
def test_a_unit_is_read_however_it_is_printed(printed: str, canonical: str) -> None:
    assert str(unit(printed)) == canonical


@pytest.mark.parametrize(
    ("one", "other", "factor"),
    [("tce", "kgce", "1000"), ("万kWh", "kWh", "10000"), ("kWh", "MJ", "3.6"), ("亿元", "万元", "10000"), ("km2", "m2", "1000000")],
)
def test_scales_of_one_dimension_convert(one: str, other: str, factor: str) -> None:
    assert unit(one).factor_to(unit(other)) == Decimal(factor)


@pytest.mark.parametrize(("one", "other"), [("tce", "kWh"), ("%", "百分点"), ("t", "m3"), ("tce", "t"), ("kgce/t", "kgce/m3"), ("1", "%")])
def test_dimensions_never_convert_into_one_another(one: str, other: str) -> None:
    with pytest.raises(IncompatibleUnits, match="量纲不同"):
        unit(one).factor_to(unit(other))


@pytest.mark.parametrize("printed", ["", "斤两", "t/", "/t", "tce//万元", "t/斤"])
def test_an_unknown_unit_is_named(printed: str) -> None:
    with pytest.raises(UnknownUnit) as refused:
        unit(printed)
    assert printed in refused.value.faults[0].value


def test_every_canonical_symbol_reads_as_itself() -> None:
    assert all(str(unit(symbol)) == symbol for symbol in symbols())


def test_a_quotient_of_equal_dimensions_is_a_plain_number() -> None:
    assert unit("tce").per(unit("kgce")).dimension == ()
    assert unit("tce").per(unit("kgce")).scale == 1000
