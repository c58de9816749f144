"""The only unit table. A unit has a dimension and a scale to that dimension's first unit.

Dimensions are products of named ones, so that tce divided by 万元 is a unit of its own and never adds to tce. Coal
equivalent (kgce, tce) is a dimension apart from energy (kJ, kWh): between them stands a coefficient with a basis.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Language, Words
from shuangkong.kernel.text import narrow

Dimension = tuple[tuple[str, int], ...]


class UnknownUnit(Refusal):
    """The unit is not in the table (未知计量单位)."""

    def __init__(self, symbol: str) -> None:
        super().__init__(
            thing=Words("计量单位", "unit"),
            value=symbol,
            rule=Words("不在计量单位表中", "is not in the table of units"),
            remedy=Words("改用表中单位，如 t、万kWh、万m3、GJ、tce、万元、%", "use a listed one, such as t, kWh, m3, GJ, tce, 万元, %"),
        )


class IncompatibleUnits(Refusal):
    """Two units of different dimension met (计量单位量纲不同)."""

    def __init__(self, one: str, other: str) -> None:
        super().__init__(
            thing=Words("计量单位", "units"),
            value=f"{one} / {other}",
            rule=Words("量纲不同，不能相加、比较或换算", "have different dimensions and cannot be added, compared or converted"),
            remedy=Words("先按系数折算到同一量纲", "convert by a coefficient first"),
        )


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of measure (计量单位): printed symbol, dimension, scale to the dimension's first unit."""

    symbol: str
    dimension: Dimension
    scale: Decimal

    def __str__(self) -> str:
        return self.symbol

    def shown(self, language: Language) -> str:
        """Return the symbol as a reader of the language knows it; nothing for a pure number (显示的单位)."""
        return "" if self.symbol == "1" else self.symbol if language == "zh" else symbol_en(self.symbol)

    def factor_to(self, other: "Unit") -> Decimal:
        """Return the number a figure in this unit is multiplied by to be in `other`.

        Examples
        --------
        >>> unit("万kWh").factor_to(unit("kWh"))
        Decimal('10000')
        """
        if self.dimension != other.dimension:
            raise IncompatibleUnits(self.symbol, other.symbol)
        return self.scale / other.scale

    def times(self, other: "Unit") -> "Unit":
        """Return the unit of a product."""
        return _composed(self, other, 1)

    def per(self, other: "Unit") -> "Unit":
        """Return the unit of a quotient."""
        return _composed(self, other, -1)


def _composed(left: Unit, right: Unit, power: int) -> Unit:
    exponents = dict(left.dimension)
    for name, exponent in right.dimension:
        exponents[name] = exponents.get(name, 0) + power * exponent
    dimension = tuple(sorted((name, exponent) for name, exponent in exponents.items() if exponent))
    if power > 0:
        symbol = left.symbol if right is ONE else right.symbol if left is ONE else f"{left.symbol}·{right.symbol}"
        return Unit(symbol, dimension, left.scale * right.scale)
    symbol = left.symbol if right is ONE else "1" if not dimension else f"{left.symbol}/{right.symbol}"
    return Unit(symbol, dimension, left.scale / right.scale)


# dimension -> {symbol: scale}. The first of each is the one that scales refer to.
_TABLE: Mapping[str, Mapping[str, str]] = {
    "": {"1": "1"},
    "percent": {"%": "1"},
    "percentage_point": {"百分点": "1"},
    "coal_equivalent": {
        "kgce": "1", "gce": "0.001", "tce": "1000", "万tce": "10000000", "亿tce": "100000000000",
    },
    "oil_equivalent": {"kgoe": "1"},
    "energy": {
        "kJ": "1", "MJ": "1000", "GJ": "1000000", "TJ": "1000000000", "kWh": "3600", "MWh": "3600000",
        "万kWh": "36000000", "亿kWh": "360000000000", "kcal": "4.1868",
    },
    "power": {"kW": "1", "MW": "1000", "万kW": "10000"},
    "mass": {"kg": "1", "g": "0.001", "mg": "0.000001", "t": "1000", "万t": "10000000", "亿t": "100000000000"},
    "volume": {"m3": "1", "L": "0.001", "万m3": "10000", "亿m3": "100000000"},
    "money": {"元": "1", "万元": "10000", "亿元": "100000000"},
    "area": {"m2": "1", "万m2": "10000", "km2": "1000000", "hm2": "10000"},
    "length": {"km": "1", "m": "0.001", "100km": "100"},
    "time": {"h": "1", "d": "24", "min": "0.0166666666666666666666666666666666666666"},
    "year": {"a": "1"},
    "person": {"人": "1", "万人": "10000"},
    "count": {"个": "1", "家": "1", "项": "1", "辆": "1", "户": "1", "头": "1", "座": "1", "台": "1", "件": "1", "份": "1"},
    "temperature": {"°C": "1"},
    "pressure": {"Pa": "1", "kPa": "1000"},
    "co2": {"tCO2": "1", "kgCO2": "0.001", "万tCO2": "10000"},
    "carbon": {"tC": "1"},
    "weight_case": {"重量箱": "1"},
    "tonne_km": {"t·km": "1", "万t·km": "10000", "百万换算t·km": "1000000"},
}

_NAMED: dict[str, Unit] = {
    symbol: Unit(symbol, ((dimension, 1),) if dimension else (), Decimal(scale))
    for dimension, symbols in _TABLE.items()
    for symbol, scale in symbols.items()
}
ONE = _NAMED["1"]

# How people print them.
_ALIASES: Mapping[str, str] = {
    "吨": "t", "万吨": "万t", "亿吨": "亿t", "千克": "kg", "公斤": "kg", "克": "g", "毫克": "mg",
    "吨标准煤": "tce", "吨标煤": "tce", "吨煤": "tce", "万吨标准煤": "万tce", "万吨标煤": "万tce", "亿吨标准煤": "亿tce",
    "千克标准煤": "kgce", "千克标煤": "kgce", "公斤标准煤": "kgce", "克标准煤": "gce", "克标煤": "gce",
    "千瓦时": "kWh", "度": "kWh", "千瓦小时": "kWh", "万千瓦时": "万kWh", "万度": "万kWh", "亿千瓦时": "亿kWh", "兆瓦时": "MWh",
    "万kwh": "万kWh", "亿kwh": "亿kWh", "kw·h": "kWh", "万kw·h": "万kWh",
    "千焦": "kJ", "兆焦": "MJ", "百万焦": "MJ", "吉焦": "GJ", "百万千焦": "GJ", "太焦": "TJ", "千卡": "kcal", "大卡": "kcal",
    "千瓦": "kW", "兆瓦": "MW", "万千瓦": "万kW",
    "立方米": "m3", "标准立方米": "m3", "nm3": "m3", "方": "m3", "升": "L",
    "万立方米": "万m3", "万方": "万m3", "亿立方米": "亿m3",
    "元": "元", "yuan": "元", "10kyuan": "万元", "平方米": "m2", "万平方米": "万m2", "平方公里": "km2", "平方千米": "km2",
    "公顷": "hm2", "公里": "km", "千米": "km", "米": "m", "百公里": "100km", "小时": "h", "时": "h", "日": "d", "天": "d", "day": "d",
    "年": "a", "year": "a", "yr": "a", "万人": "万人", "person": "人", "percent": "%", "pct": "%", "个百分点": "百分点", "pp": "百分点",
    "千帕": "kPa", "帕": "Pa", "吨二氧化碳": "tCO2", "万吨二氧化碳": "万tCO2", "套": "台", "个数": "个", "weightcase": "重量箱",
    "吨公里": "t·km", "万吨公里": "万t·km", "百万换算吨公里": "百万换算t·km",
}

# Longest first: what stands inside another comes after it.
_ENGLISH: Mapping[str, str] = {
    "百万换算t·km": "million converted t·km", "能量因数": "energy factor", "百分点": "pp", "重量箱": "weight case", "万": "10k ", "亿": "100m ", "元": "yuan",
    "人": "person", "个": "unit", "家": "unit", "项": "item", "辆": "vehicle", "户": "household", "头": "head", "座": "site", "台": "set", "件": "case", "份": "copy",
}


def _folded(symbol: str) -> str:
    return re.sub(r"\s", "", narrow(symbol)).lower()


_FOLDED: Mapping[str, str] = {_folded(symbol): symbol for symbol in _NAMED} | {_folded(alias): symbol for alias, symbol in _ALIASES.items()}


@lru_cache(maxsize=1024)
def unit(symbol: str) -> Unit:
    """Return the unit printed as `symbol`, Chinese or Latin, simple or a quotient (计量单位).

    Parameters
    ----------
    symbol : str
        Such as `tce`, `吨标准煤`, `万千瓦时`, `kgce/kWh`, `tce/万元`, `m3/(人·d)`.

    Returns
    -------
    Unit
        Prints as the canonical symbol.

    Raises
    ------
    UnknownUnit
        If a part is in no row of the table.

    Examples
    --------
    >>> str(unit("吨标准煤/万元")), unit("百万千焦") == unit("GJ"), str(unit("万ｋＷｈ"))
    ('tce/万元', True, '万kWh')
    """
    folded = _folded(symbol)
    simple = _FOLDED.get(folded)
    if simple is not None:
        return _NAMED[simple]
    top, slash, bottom = folded.partition("/")
    if not slash:
        parts = [part for part in re.split(r"[·*]", folded) if part]
        if len(parts) < 2 or not all(part in _FOLDED for part in parts):
            raise UnknownUnit(symbol)
        product = ONE
        for part in parts:
            product = product.times(_NAMED[_FOLDED[part]])
        return product
    if not top or not bottom:
        raise UnknownUnit(symbol)
    below = bottom[1:-1] if bottom.startswith("(") and bottom.endswith(")") else bottom
    try:
        quotient = unit(top).per(unit(below))
    except UnknownUnit:
        raise UnknownUnit(symbol) from None
    return quotient


def symbol_en(symbol: str) -> str:
    """Return a symbol in Latin letters (单位的英文写法).

    Examples
    --------
    >>> symbol_en("tce/万元"), symbol_en("万m3"), symbol_en("kgce/人"), symbol_en("元/人")
    ('tce/10k yuan', '10k m3', 'kgce/person', 'yuan/person')
    """
    for zh, en in _ENGLISH.items():
        symbol = symbol.replace(zh, en)
    return symbol


def symbols() -> tuple[str, ...]:
    """Return the canonical symbols of the table, in its order."""
    return tuple(_NAMED)
