"""A Decimal that never travels without its unit and, where it matters, its basis."""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.rounding import plain
from shuangkong.kernel.units import ONE, IncompatibleUnits, Unit, unit


class ConversionBasis(Enum):
    """How power and heat become standard coal (折标口径)."""

    CALORIFIC = "当量值"
    EQUIVALENT = "等价值"


class PriceBasis(Enum):
    """At which prices a value is stated (价格口径)."""

    CURRENT = "现价"
    CONSTANT_2020 = "2020年不变价"
    CONSTANT_2015 = "2015年不变价"


Basis = ConversionBasis | PriceBasis | None


class MixedBases(Refusal):
    """Two quantities on different bases met (口径不同)."""

    def __init__(self, one: Basis, other: Basis) -> None:
        super().__init__(
            thing=Words("口径", "basis"),
            value=f"{one.value if one else '未注明'} / {other.value if other else '未注明'}",
            rule=Words("口径不同，不能相加或比较", "differ and cannot be added or compared"),
            remedy=Words("先统一到同一口径", "bring both to one basis first"),
        )


@dataclass(frozen=True, slots=True)
class Quantity:
    """A figure with unit and basis (带单位的量).

    Adding or comparing different units of one dimension converts to the left one; different dimensions raise
    `IncompatibleUnits`, different bases `MixedBases`. Percent and percentage points are different dimensions.

    Examples
    --------
    >>> print(Quantity.of("1.5", "万kWh") + Quantity.of("200", "kWh"))
    1.52 万kWh
    >>> print(Quantity.of("1229", "kgce") / Quantity.of("2", "万元"))
    614.5 kgce/万元
    """

    figure: Decimal
    unit: Unit
    basis: Basis = None

    @classmethod
    def of(cls, figure: str | int | Decimal, symbol: str, basis: Basis = None) -> "Quantity":
        """Build from a figure and a printed unit."""
        return cls(Decimal(figure), unit(symbol), basis)

    def to(self, other: Unit | str) -> "Quantity":
        """Return the same quantity in another unit of its dimension."""
        target = unit(other) if isinstance(other, str) else other
        if self.unit.dimension != target.dimension:
            raise IncompatibleUnits(self.unit.symbol, target.symbol)
        # One division, last: a factor such as 1000000/3600 has no end, and rounding it first would show in the last digit.
        return Quantity(self.figure * self.unit.scale / target.scale, target, self.basis)

    def _same(self, other: "Quantity") -> Decimal:
        if self.unit.dimension != other.unit.dimension:
            raise IncompatibleUnits(self.unit.symbol, other.unit.symbol)
        if self.basis is not other.basis:
            raise MixedBases(self.basis, other.basis)
        return other.to(self.unit).figure

    def __add__(self, other: "Quantity") -> "Quantity":
        return Quantity(self.figure + self._same(other), self.unit, self.basis)

    def __sub__(self, other: "Quantity") -> "Quantity":
        return Quantity(self.figure - self._same(other), self.unit, self.basis)

    def __neg__(self) -> "Quantity":
        return Quantity(-self.figure, self.unit, self.basis)

    def __mul__(self, other: "Quantity | Decimal | int") -> "Quantity":
        if isinstance(other, Quantity):
            return Quantity(self.figure * other.figure, self.unit.times(other.unit), self.basis or other.basis)
        return Quantity(self.figure * other, self.unit, self.basis)

    def __truediv__(self, other: "Quantity | Decimal | int") -> "Quantity":
        if isinstance(other, Quantity):
            basis = None if self.unit.dimension == other.unit.dimension and self._same(other) else self.basis
            return Quantity(self.figure / other.figure, self.unit.per(other.unit), basis)
        return Quantity(self.figure / other, self.unit, self.basis)

    def __lt__(self, other: "Quantity") -> bool:
        return self.figure < self._same(other)

    def __le__(self, other: "Quantity") -> bool:
        return self.figure <= self._same(other)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Quantity):
            return NotImplemented
        return self.figure == self._same(other)

    def __hash__(self) -> int:
        return hash((self.figure * self.unit.scale, self.unit.dimension, self.basis))

    def __str__(self) -> str:
        return plain(self.figure) if self.unit is ONE else f"{plain(self.figure)} {self.unit}"
