"""Every county passes and the city misses: what a shift of GDP between places does to the city's intensity."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction

from shuangkong.energy.intensity import ImpossibleChange, NonPositiveIntensity
from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words


class NoPlaces(Refusal):
    """No place was given (没有地区)."""

    def __init__(self) -> None:
        super().__init__(
            thing=Words("地区", "places"),
            value="",
            rule=Words("至少应有一个地区", "there must be at least one"),
            remedy=Words("逐个给出基年能耗、基年GDP、期末GDP", "give base energy, base GDP and end GDP of each"),
        )


@dataclass(frozen=True, slots=True)
class PlaceGrowth:
    """Energy and GDP of a place in the base year, and its GDP at the end at the same prices (地区增长).

    Energy may be in any one unit, GDP in any one money unit, the same for all places.
    """

    base_energy: Decimal
    base_gdp: Decimal
    end_gdp: Decimal


@dataclass(frozen=True, slots=True)
class StructuralShift:
    """What the city reaches when every place reaches the same fall (结构性偏移)."""

    city_reduction_pct: Decimal
    structural_effect_points: Decimal

    @property
    def is_missed(self) -> bool:
        """The city falls short although every place passes."""
        return self.structural_effect_points < 0


def structural_shift(places: Sequence[PlaceGrowth], *, reduction_pct: Decimal) -> StructuralShift:
    """Return the city's fall when every place cuts its intensity by exactly so much (结构效应检查).

    Computed in fractions, so that equal growth everywhere gives exactly the fall of the places.

    Parameters
    ----------
    places : sequence of PlaceGrowth
        A partition of the city: no overlap.
    reduction_pct : Decimal
        Fall of intensity in every place. [%]

    Returns
    -------
    StructuralShift
        Fall of the city [%] and its distance from the places' fall, negative when the city misses. [百分点]

    Raises
    ------
    NoPlaces, NonPositiveIntensity, ImpossibleChange
        If no place is given, a GDP is not above zero, energy is negative or zero in all, or the fall exceeds 100 %.

    Source
    ------
    附件1：各县区统一12%；city = 1 − Σ e(1−r)G' / Σ eG · ΣG/ΣG'.

    Examples
    --------
    >>> shift = structural_shift([PlaceGrowth(Decimal(100), Decimal(100), Decimal(150)), PlaceGrowth(Decimal(20), Decimal(100), Decimal(110))], reduction_pct=Decimal(12))
    >>> round(shift.city_reduction_pct, 4), shift.is_missed
    (Decimal('2.9744'), True)
    """
    if not places:
        raise NoPlaces
    if reduction_pct > 100:
        raise ImpossibleChange(Words("各地降低率", "fall of the places"), reduction_pct)
    for place in places:
        for thing, gdp in ((Words("基年GDP", "base GDP"), place.base_gdp), (Words("期末GDP", "end GDP"), place.end_gdp)):
            if gdp <= 0:
                raise NonPositiveIntensity(thing, gdp)
        if place.base_energy < 0:
            raise NonPositiveIntensity(Words("基年能耗", "base energy"), place.base_energy)
    left = 1 - Fraction(reduction_pct) / 100
    base_energy = sum((Fraction(place.base_energy) for place in places), Fraction(0))
    if not base_energy:
        raise NonPositiveIntensity(Words("各地基年能耗合计", "base energy of all places"), Decimal(0))
    growth = [Fraction(place.end_gdp) / Fraction(place.base_gdp) for place in places]
    end_energy = sum((Fraction(place.base_energy) * left * grown for place, grown in zip(places, growth, strict=True)), Fraction(0))
    base_gdp = sum((Fraction(place.base_gdp) for place in places), Fraction(0))
    end_gdp = sum((Fraction(place.end_gdp) for place in places), Fraction(0))
    fall = (1 - (end_energy / end_gdp) / (base_energy / base_gdp)) * 100
    return StructuralShift(_decimal(fall), _decimal(fall - Fraction(reduction_pct)))


def _decimal(fraction: Fraction) -> Decimal:
    """Return the nearest Decimal; numerator and denominator may themselves have more digits than the context."""
    with localcontext() as context:
        digits = context.prec
        context.prec = 2 * digits
        quotient = Decimal(fraction.numerator) / Decimal(fraction.denominator)
    return +quotient
