"""Carbon dioxide of energy (能源活动二氧化碳): fuels burned, and net imported electricity by the grid factor of its year.

A carrier without a factor is missing, never zero: it is listed, and the account carries the share of energy it covers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from shuangkong.energy.coal_equivalent import CarrierFamily, EnergyCarrier, to_coal_equivalent
from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.quantity import ConversionBasis, Quantity
from shuangkong.kernel.units import unit
from shuangkong.rules import RulesOnDay, RuleValue

_CO2_MASS, _CARBON_MASS = 44, 12  # of one mole, g
_KG_PER_T = Decimal(1000)


class GreenPowerExceedsImport(Refusal):
    """More green power is claimed than electricity was imported (绿电超过净调入电量)."""

    def __init__(self, green_kwh: Decimal, imported_kwh: Decimal) -> None:
        super().__init__(
            thing=Words("绿电", "green power"), value=f"{green_kwh} kWh",
            rule=Words(f"超过净调入电量 {imported_kwh} kWh", f"exceeds the net import of {imported_kwh} kWh"),
            remedy=Words("核对绿电凭证和电量", "check certificates and electricity"),
        )


class NonPositiveCarbonBase(Refusal):
    """An intensity cannot be formed on a base of zero or less (碳强度基数不为正)."""

    def __init__(self, thing: Words, figure: Decimal) -> None:
        super().__init__(
            thing=thing, value=figure, rule=Words("应大于零", "must be above zero"), remedy=Words("核对该数", "check the figure"),
        )


@dataclass(frozen=True, slots=True)
class GridFactor:
    """CO2 of a kilowatt-hour from the grid in a year (电网排放因子). [kgCO2/kWh]"""

    rule: RuleValue
    year: int
    is_stand_in: bool

    @property
    def verified(self) -> bool:
        """Whether the line is verified and describes the year asked for."""
        return self.rule.verified and not self.is_stand_in


@dataclass(frozen=True, slots=True)
class CarrierCo2:
    """CO2 of one carrier (分品种排放). [tCO2]"""

    carrier: EnergyCarrier
    burned: Quantity
    co2_t: Decimal
    rule: RuleValue


@dataclass(frozen=True, slots=True)
class MissingCo2:
    """A carrier whose CO2 is not known, and why (缺排放因子)."""

    carrier: EnergyCarrier
    reason: Words


@dataclass(frozen=True, slots=True)
class CarbonAccount:
    """CO2 of a region's or unit's energy (碳排放账): by carrier, of electricity, and what is missing.

    `electricity_co2_t` is None when the electricity was not reported; `green_power_kwh` is recorded apart at zero.
    """

    by_carrier: tuple[CarrierCo2, ...]
    electricity_co2_t: Decimal | None
    green_power_kwh: Decimal
    grid: GridFactor
    missing: tuple[MissingCo2, ...]
    coverage_pct: Decimal | None

    @property
    def known_co2_t(self) -> Decimal:
        """The sum of what is known; the whole only when nothing is missing. [tCO2]"""
        return sum((each.co2_t for each in self.by_carrier), self.electricity_co2_t or Decimal(0))

    @property
    def is_complete(self) -> bool:
        """Whether no carrier and no electricity is missing."""
        return not self.missing and self.electricity_co2_t is not None

    @property
    def verified(self) -> bool:
        """Whether every factor used is verified."""
        grid_verified = self.grid.verified or self.electricity_co2_t is None
        return grid_verified and all(each.rule.verified for each in self.by_carrier)


def co2_factor(*, net_calorific_value_gj: Decimal, carbon_t_per_gj: Decimal, oxidation: Decimal) -> Decimal:
    """Return the CO2 of burning one unit of a fuel (二氧化碳排放因子).

    Parameters
    ----------
    net_calorific_value_gj : Decimal
        Net calorific value of one unit. [GJ per unit]
    carbon_t_per_gj : Decimal
        Carbon content of its heat. [tC/GJ]
    oxidation : Decimal
        Share of the carbon that burns, 0 to 1.

    Returns
    -------
    Decimal
        Unrounded. [tCO2 per unit]

    Source
    ------
    国家发展改革委企业温室气体排放核算方法与报告指南; 44/12 is the ratio of molar masses.

    Examples
    --------
    >>> f"{co2_factor(net_calorific_value_gj=Decimal('23.204'), carbon_t_per_gj=Decimal('0.02618'), oxidation=Decimal('0.93')):.4f}"
    '2.0715'
    """
    return net_calorific_value_gj * carbon_t_per_gj * oxidation * _CO2_MASS / _CARBON_MASS


def grid_factor(*, region: str, year: int, rules: RulesOnDay) -> GridFactor:
    """Return the grid factor of a region in a year (电网排放因子); the last earlier one, marked, where the year has none.

    Parameters
    ----------
    region : str
        Row of the rules, such as `henan`, `central_china`, `national`.
    year : int
        The year of the electricity.
    rules : RulesOnDay
        The rule book to look in.

    Raises
    ------
    NoRuleOnDay
        If the year lies before the first known one.

    Source
    ------
    生态环境部、国家统计局电力二氧化碳排放因子公告.

    Examples
    --------
    >>> from shuangkong.rules import at
    >>> factor = grid_factor(region="henan", year=2024, rules=at(date(2025, 6, 30)))
    >>> factor.rule.number, factor.is_stand_in
    (Decimal('0.5897'), True)
    """
    line = rules.book.at(date(year, 1, 1)).get(f"energy.grid_factors.{region}")
    return GridFactor(line, year, line.valid_from.year != year)


def energy_co2(
    *,
    burned: Sequence[tuple[EnergyCarrier, Quantity]],
    imported_kwh: Decimal | None,
    green_power_kwh: Decimal,
    grid: GridFactor,
    rules: RulesOnDay,
) -> CarbonAccount:
    """Return the CO2 of fuels, bought heat and net imported electricity (能源活动二氧化碳排放).

    Parameters
    ----------
    burned : sequence of (EnergyCarrier, Quantity)
        Fuels burned, feedstock left out, and heat bought.
    imported_kwh : Decimal or None
        Net electricity from the grid, green power included; negative when more went out. None when not reported. [kWh]
    green_power_kwh : Decimal
        Part of it proved green, counted at zero and recorded apart. [kWh]
    grid : GridFactor
        See `grid_factor`.
    rules : RulesOnDay
        The day whose fuel parameters apply.

    Returns
    -------
    CarbonAccount
        With the carriers that have no factor, and the share of tce (calorific) that is covered. [tCO2, %]

    Raises
    ------
    GreenPowerExceedsImport
        If more green power is claimed than was imported.

    Source
    ------
    国家发展改革委企业温室气体排放核算方法与报告指南.

    Examples
    --------
    >>> from shuangkong.energy.coal_equivalent import CarrierTable
    >>> from shuangkong.rules import at
    >>> rules = at(date(2023, 6, 30))
    >>> account = energy_co2(
    ...     burned=[(CarrierTable(rules).find("无烟煤"), Quantity.of(100, "t"))], imported_kwh=Decimal(1000000),
    ...     green_power_kwh=Decimal(0), grid=grid_factor(region="henan", year=2023, rules=rules), rules=rules,
    ... )
    >>> f"{account.known_co2_t:.2f}", account.is_complete
    ('821.98', True)
    """
    if imported_kwh is not None and green_power_kwh > max(imported_kwh, Decimal(0)):
        raise GreenPowerExceedsImport(green_power_kwh, imported_kwh)
    found: list[CarrierCo2] = []
    missing: list[MissingCo2] = []
    for carrier, quantity in burned:
        result = _co2_of(carrier, quantity, rules)
        if isinstance(result, CarrierCo2):
            found.append(result)
        else:
            missing.append(MissingCo2(carrier, result))
    electricity = None if imported_kwh is None else (imported_kwh - green_power_kwh) * grid.rule.number / _KG_PER_T
    covered = _tce([(each.carrier, each.burned) for each in found], rules)
    whole = _tce(burned, rules)
    coverage = covered * 100 / whole if whole else None
    return CarbonAccount(tuple(found), electricity, green_power_kwh, grid, tuple(missing), coverage)


def _co2_of(carrier: EnergyCarrier, quantity: Quantity, rules: RulesOnDay) -> CarrierCo2 | Words:
    path = "energy.carbon.heat" if carrier.key == "heat" else f"energy.carbon.fuels.{carrier.key}"
    rule = rules.book.rules.get(path)
    line = rule.at(rules.day) if rule else None
    if rule is None or line is None:
        return Words("没有排放因子", "has no CO2 factor")
    physical = unit(str(rule.labels.get("physical_unit", carrier.physical_unit)))
    if quantity.unit.dimension != physical.dimension:
        return Words("按标准煤填报，缺实物量", "is given in coal equivalent, not in physical units")
    factor = line.value if isinstance(line.value, Decimal) else co2_factor(**line.value)
    return CarrierCo2(carrier, quantity, quantity.to(physical).figure * factor, line)


def _tce(quantities: Sequence[tuple[EnergyCarrier, Quantity]], rules: RulesOnDay) -> Decimal:
    weighed = [pair for pair in quantities if pair[0].family in (CarrierFamily.FUEL, CarrierFamily.HEAT)]
    converted = [to_coal_equivalent(each, carrier, basis=ConversionBasis.CALORIFIC, rules=rules).tce for carrier, each in weighed]
    return sum(converted, Decimal(0))


def carbon_intensity_t_per_10k_yuan(*, co2_t: Decimal, gdp_10k_yuan: Decimal) -> Decimal:
    """Return the CO2 per unit of GDP (碳强度).

    Parameters
    ----------
    co2_t : Decimal
        CO2 of the year. [tCO2]
    gdp_10k_yuan : Decimal
        GDP at constant prices. [万元]

    Returns
    -------
    Decimal
        Unrounded. [tCO2/万元]

    Raises
    ------
    NonPositiveCarbonBase
        If GDP is zero or less.

    Source
    ------
    市“十四五”节能减排综合工作方案（征求意见稿）三（一）, which ties dual control to the carbon peak.

    Examples
    --------
    >>> carbon_intensity_t_per_10k_yuan(co2_t=Decimal(1200), gdp_10k_yuan=Decimal(1000))
    Decimal('1.2')
    """
    if gdp_10k_yuan <= 0:
        raise NonPositiveCarbonBase(Words("地区生产总值", "GDP"), gdp_10k_yuan)
    return co2_t / gdp_10k_yuan


def carbon_intensity_reduction_pct(*, base_t_per_10k_yuan: Decimal, current_t_per_10k_yuan: Decimal) -> Decimal:
    """Return the fall in carbon intensity against the base (碳强度降低率).

    Parameters
    ----------
    base_t_per_10k_yuan, current_t_per_10k_yuan : Decimal
        CO2 per unit of GDP at the same constant prices. [tCO2/万元]

    Returns
    -------
    Decimal
        Positive when intensity fell. Unrounded. [%]

    Raises
    ------
    NonPositiveCarbonBase
        If the base is zero or less.

    Source
    ------
    Defined like the fall in energy intensity; ours.

    Examples
    --------
    >>> carbon_intensity_reduction_pct(base_t_per_10k_yuan=Decimal("1.25"), current_t_per_10k_yuan=Decimal("1.1"))
    Decimal('12.00')
    """
    if base_t_per_10k_yuan <= 0:
        raise NonPositiveCarbonBase(Words("基期碳强度", "carbon intensity of the base"), base_t_per_10k_yuan)
    return (base_t_per_10k_yuan - current_t_per_10k_yuan) / base_t_per_10k_yuan * 100
