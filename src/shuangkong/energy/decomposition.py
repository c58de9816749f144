"""LMDI: what made a total change, factor by factor, without residual.

Each category's value is the product of its factors. Zeros are taken by their analytical limits: with m factors of a
category at zero in one of the two periods, each of the m takes an equal part of the category's change, the others none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from enum import Enum
from math import prod

from shuangkong.energy.intensity import WORKING_DIGITS, NonPositiveIntensity
from shuangkong.kernel.faults import Fault, InputRefused, Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.rounding import plain

Matrix = Sequence[Sequence[Decimal]]


class UnmatchedShapes(Refusal):
    """Base and end do not have the same categories and factors (期初期末结构不同)."""

    def __init__(self, shapes: str) -> None:
        super().__init__(
            thing=Words("期初与期末的类别×因素", "categories × factors of base and end"),
            value=shapes,
            rule=Words("应为行列相同的非空表", "must be two tables of one shape, not empty"),
            remedy=Words("每类一行，每行因素个数相同；缺的类别补0", "one row per category with the same factors; a missing category is a row of 0"),
        )


class NoRatio(Refusal):
    """A total of zero has no ratio (总量为零，乘法形式不可用)."""

    def __init__(self, totals: str) -> None:
        super().__init__(
            thing=Words("期初、期末合计", "totals of base and end"),
            value=totals,
            rule=Words("乘法分解要求两期合计均大于0", "the multiplicative form needs both totals above 0"),
            remedy=Words("改用加法形式 additive", "use the additive form"),
        )


class LmdiForm(Enum):
    """Differences or ratios (分解形式)."""

    ADDITIVE = "additive"
    MULTIPLICATIVE = "multiplicative"


@dataclass(frozen=True, slots=True)
class Decomposition:
    """The effects of the factors (分解结果).

    Additive: `effects` and the rows of `by_category` sum to `total`, the difference. Multiplicative: they multiply to
    `total`, the ratio.
    """

    form: LmdiForm
    effects: tuple[Decimal, ...]
    by_category: tuple[tuple[Decimal, ...], ...]
    total: Decimal


def lmdi(*, base_factors: Matrix, end_factors: Matrix, form: LmdiForm) -> Decomposition:
    """Decompose the change of a sum of products into the effects of its factors (LMDI因素分解).

    Parameters
    ----------
    base_factors, end_factors : sequence of sequences of Decimal, shape (n_categories, n_factors)
        Factors of each category in the two periods, none negative. [any]
    form : LmdiForm
        Difference or ratio.

    Returns
    -------
    Decomposition

    Raises
    ------
    UnmatchedShapes, NoRatio, InputRefused
        If the shapes differ, a total is zero in the multiplicative form, or a factor is negative (all are named).

    Source
    ------
    Ang (2005) LMDI-I；零值按 Ang & Liu (2007) 的解析极限处理.

    Examples
    --------
    >>> rows = lmdi(base_factors=[[Decimal(2), Decimal(3)]], end_factors=[[Decimal(2), Decimal(4)]], form=LmdiForm.ADDITIVE)
    >>> [str(round(effect, 6)) for effect in rows.effects], rows.total
    (['0.000000', '2.000000'], Decimal('2'))
    """
    _check(base_factors, end_factors)
    with localcontext(prec=WORKING_DIGITS):
        base_total = sum((prod(row, start=Decimal(1)) for row in base_factors), Decimal(0))
        end_total = sum((prod(row, start=Decimal(1)) for row in end_factors), Decimal(0))
        rows = [_category_effects(base, end) for base, end in zip(base_factors, end_factors, strict=True)]
        if form is LmdiForm.ADDITIVE:
            total = end_total - base_total
            effects = [sum(column, Decimal(0)) for column in zip(*rows, strict=True)]
        else:
            if not base_total or not end_total:
                raise NoRatio(f"{plain(base_total)} / {plain(end_total)}")
            total = end_total / base_total
            weight = _logarithmic_mean(end_total, base_total)
            rows = [[(effect / weight).exp() for effect in row] for row in rows]
            effects = [prod(column, start=Decimal(1)) for column in zip(*rows, strict=True)]
    return Decomposition(
        form=form,
        effects=tuple(+effect for effect in effects),
        by_category=tuple(tuple(+effect for effect in row) for row in rows),
        total=+total,
    )


@dataclass(frozen=True, slots=True)
class SectorEnergy:
    """Energy and value added of one sector; no value added where it makes none, such as households (部门能耗与增加值)."""

    energy_tce: Decimal
    value_added_10k_yuan: Decimal | None


@dataclass(frozen=True, slots=True)
class IntensityDecomposition:
    """Change of intensity by structure, by efficiency, and by use without value added (强度变化分解). [tce/万元]"""

    structure: Decimal
    efficiency: Decimal
    residential: Decimal
    total: Decimal


def intensity_decomposition(
    *, base_sectors: Mapping[str, SectorEnergy], end_sectors: Mapping[str, SectorEnergy]
) -> IntensityDecomposition:
    """Split a change of intensity into structure and efficiency (能耗强度变化的结构与效率效应).

    Parameters
    ----------
    base_sectors, end_sectors : mapping of sector to SectorEnergy
        The same sectors, value added at one year's constant prices.

    Returns
    -------
    IntensityDecomposition
        The three effects sum to the change. A sector that appears or goes counts as structure.

    Raises
    ------
    UnmatchedShapes
        If the sectors differ.
    NonPositiveIntensity
        If GDP, the sum of value added, is not above zero, or a sector uses energy without its value added.

    Source
    ------
    I = Σ s·e，LMDI加法形式.

    Examples
    --------
    >>> found = intensity_decomposition(
    ...     base_sectors={"工业": SectorEnergy(Decimal(80), Decimal(100)), "服务业": SectorEnergy(Decimal(20), Decimal(100))},
    ...     end_sectors={"工业": SectorEnergy(Decimal(72), Decimal(90)), "服务业": SectorEnergy(Decimal(22), Decimal(110))})
    >>> round(found.structure, 6), round(found.efficiency, 6), found.total
    (Decimal('-0.030000'), Decimal('0.000000'), Decimal('-0.030'))
    """
    if set(base_sectors) != set(end_sectors):
        raise UnmatchedShapes("、".join(sorted(set(base_sectors) ^ set(end_sectors))))
    base_gdp, end_gdp = _gdp(base_sectors), _gdp(end_sectors)
    base_rows, end_rows, productive = [], [], []
    for name, base in base_sectors.items():
        end = end_sectors[name]
        one, other = _share_and_intensity(name, base, base_gdp), _share_and_intensity(name, end, end_gdp)
        base_rows.append([one[0], other[1] if one[1] is None else one[1]])
        end_rows.append([other[0], one[1] if other[1] is None else other[1]])
        productive.append(base.value_added_10k_yuan is not None)
    rows = lmdi(
        base_factors=[[figure or Decimal(0) for figure in row] for row in base_rows],
        end_factors=[[figure or Decimal(0) for figure in row] for row in end_rows],
        form=LmdiForm.ADDITIVE,
    )
    pairs = list(zip(productive, rows.by_category, strict=True))
    return IntensityDecomposition(
        structure=sum((row[0] for has_value, row in pairs if has_value), Decimal(0)),
        efficiency=sum((row[1] for has_value, row in pairs if has_value), Decimal(0)),
        residential=sum((sum(row, Decimal(0)) for has_value, row in pairs if not has_value), Decimal(0)),
        total=rows.total,
    )


def _logarithmic_mean(one: Decimal, other: Decimal) -> Decimal:
    """Return (a − b)/(ln a − ln b) of two positive figures, and a where they are equal."""
    return one if one == other else (one - other) / (one / other).ln()


def _category_effects(base: Sequence[Decimal], end: Sequence[Decimal]) -> list[Decimal]:
    base_product, end_product = prod(base, start=Decimal(1)), prod(end, start=Decimal(1))
    if base_product and end_product:
        mean = _logarithmic_mean(end_product, base_product)
        return [mean * (late / early).ln() for early, late in zip(base, end, strict=True)]
    if base_product == end_product:
        return [Decimal(0)] * len(base)
    vanished = base if end_product else end
    share = (end_product - base_product) / sum(1 for factor in vanished if not factor)
    return [Decimal(0) if factor else share for factor in vanished]


def _check(base: Matrix, end: Matrix) -> None:
    widths = {len(row) for row in (*base, *end)}
    if not base or len(base) != len(end) or len(widths) != 1 or widths == {0}:
        raise UnmatchedShapes(f"{len(base)}×{[len(row) for row in base]} / {len(end)}×{[len(row) for row in end]}")
    faults = [
        Fault(
            Words(f"{label.zh}第{row}类第{column}因素", f"{label.en}, category {row}, factor {column}"), plain(factor),
            Words("不应为负", "cannot be negative"), Words("核对数据", "check the figure"),
        )
        for label, table in ((Words("期初", "base"), base), (Words("期末", "end"), end))
        for row, factors in enumerate(table, 1)
        for column, factor in enumerate(factors, 1)
        if factor < 0
    ]
    if faults:
        raise InputRefused(faults)


def _gdp(sectors: Mapping[str, SectorEnergy]) -> Decimal:
    gdp = sum((sector.value_added_10k_yuan or Decimal(0) for sector in sectors.values()), Decimal(0))
    if gdp <= 0:
        raise NonPositiveIntensity(Words("各部门增加值合计", "sum of value added"), gdp)
    return gdp


def _share_and_intensity(name: str, sector: SectorEnergy, gdp: Decimal) -> tuple[Decimal, Decimal | None]:
    """Share of GDP and intensity; intensity None for a sector that does not exist in the period."""
    if sector.value_added_10k_yuan is None:
        return Decimal(1), sector.energy_tce / gdp
    if sector.value_added_10k_yuan > 0:
        return sector.value_added_10k_yuan / gdp, sector.energy_tce / sector.value_added_10k_yuan
    if sector.energy_tce:
        raise NonPositiveIntensity(Words(f"{name}增加值", f"value added of {name}"), sector.value_added_10k_yuan)
    return Decimal(0), None
