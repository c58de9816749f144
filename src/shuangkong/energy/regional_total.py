"""A region's total energy consumption (地区能源消费总量), equivalent basis, from use and, as a check, from supply."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from shuangkong.energy.coal_equivalent import CarrierFamily, CoalRate, EnergyCarrier, to_coal_equivalent
from shuangkong.kernel.language import Words
from shuangkong.kernel.quantity import ConversionBasis, MixedBases, Quantity
from shuangkong.kernel.rounding import plain
from shuangkong.rules import RulesOnDay, RuleValue

Flows = Sequence[tuple[EnergyCarrier, Quantity]]


@dataclass(frozen=True, slots=True)
class RegionalFinding:
    """Something a reader of the total must know (地区总量审核问题)."""

    code: str
    words: Words


@dataclass(frozen=True, slots=True)
class RegionalTotal:
    """Total energy consumption of a region in a year (能源消费总量), equivalent basis. [tce]

    `total_energy_consumption_tce` is None when a part of it was not reported; `supplied_tce` is None without a supply side.
    """

    final_tce: Decimal
    transformation_loss_tce: Decimal | None
    other_loss_tce: Decimal | None
    supplied_tce: Decimal | None
    coal_rate: CoalRate
    findings: tuple[RegionalFinding, ...]
    rules: tuple[RuleValue, ...]

    @property
    def total_energy_consumption_tce(self) -> Decimal | None:
        """Final consumption + transformation loss + other loss. [tce]"""
        if self.transformation_loss_tce is None or self.other_loss_tce is None:
            return None
        return self.final_tce + self.transformation_loss_tce + self.other_loss_tce

    @property
    def verified(self) -> bool:
        """Whether every coefficient is verified and of the right year."""
        return not self.coal_rate.is_stand_in and all(rule.verified for rule in self.rules)


@dataclass(frozen=True, slots=True)
class Supply:
    """Where a region's energy came from (可供量): primary production, net import, net draw from stock.

    Electricity in `produced` is primary (wind, solar, hydro); in `imported` it is the net import. Both weigh the coal rate of
    the year. Negative figures are net export and additions to stock.
    """

    produced: Flows = ()
    imported: Flows = ()
    drawn_from_stock: Flows = ()


def regional_total(
    *,
    final: Flows,
    transformation_loss: Quantity | None,
    other_loss: Quantity | None,
    coal_rate: CoalRate,
    include_low_grade: bool,
    rules: RulesOnDay,
    supply: Supply | None = None,
) -> RegionalTotal:
    """Return the total energy consumption of a region (能源消费总量).

    Parameters
    ----------
    final : sequence of (EnergyCarrier, Quantity)
        Final consumption. Heat must be given in tce: it has no equivalent value.
    transformation_loss, other_loss : Quantity or None
        On the equivalent basis; None when not reported, which leaves the total open. [tce]
    coal_rate : CoalRate
        Of the year of the account, for all electricity.
    include_low_grade : bool
        Whether low-grade fuels and biomass belong to the region's reporting system.
    rules : RulesOnDay
        The day whose coefficients apply.
    supply : Supply, optional
        The supply side, compared with the total as a check.

    Returns
    -------
    RegionalTotal
        With findings: carriers left out, parts not reported, statistical difference. [tce]

    Raises
    ------
    MixedBases
        If a loss is stated on the calorific basis or on none.

    Source
    ------
    地区能源消费总量 = final consumption + transformation loss + other loss; coal rate of the year by the note of the national
    energy balance.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.energy.coal_equivalent import CarrierTable, net_coal_rate
    >>> from shuangkong.rules import at
    >>> rules = at(date(2023, 6, 30))
    >>> equivalent = ConversionBasis.EQUIVALENT
    >>> regional_total(
    ...     final=[(CarrierTable(rules).find("电力"), Quantity.of(1000, "万kWh"))],
    ...     transformation_loss=Quantity.of(10, "tce", equivalent), other_loss=Quantity.of(5, "tce", equivalent),
    ...     coal_rate=net_coal_rate(year=2022, table="national_supply", rules=rules), include_low_grade=False, rules=rules,
    ... ).total_energy_consumption_tce
    Decimal('3030.0000')
    """
    weigh = _EquivalentScale(coal_rate, include_low_grade, rules)
    final_tce = weigh.total(final)
    losses = [_loss_tce(each) for each in (transformation_loss, other_loss)]
    supplied = None
    if supply is not None:
        supplied = weigh.total(supply.produced) + weigh.total(supply.imported) + weigh.total(supply.drawn_from_stock)
    found = RegionalTotal(final_tce, losses[0], losses[1], supplied, coal_rate, (), tuple(weigh.rules.values()))
    findings = [*weigh.findings, *_findings(found, rules)]
    return RegionalTotal(final_tce, losses[0], losses[1], supplied, coal_rate, tuple(findings), found.rules)


class _EquivalentScale:
    """Weighs flows at the coal rate of the year, leaving out what a regional total does not count."""

    def __init__(self, coal_rate: CoalRate, include_low_grade: bool, rules: RulesOnDay) -> None:
        self._coal_rate, self._rules = coal_rate, rules
        self._left_out = () if include_low_grade else rules.get("energy.balance.regional_low_grade").value
        self.rules: dict[str, RuleValue] = {}
        self.findings: dict[RegionalFinding, None] = {}

    def total(self, flows: Flows) -> Decimal:
        return sum((self._tce(carrier, quantity) for carrier, quantity in flows), Decimal(0))

    def _tce(self, carrier: EnergyCarrier, quantity: Quantity) -> Decimal:
        if carrier.key in self._left_out:
            self._note("LEFT_OUT", f"{carrier.name.zh}属低热值燃料或生物质，未计入", f"{carrier.name.en} is low-grade or biomass and is left out")
            return Decimal(0)
        if carrier.is_energy_consumed_medium or carrier.family is CarrierFamily.TOTAL:
            self._note("NOT_ENERGY", f"{carrier.name.zh}是耗能工质或合计行，未计入", f"{carrier.name.en} is a medium or a sum row and is left out")
            return Decimal(0)
        converted = to_coal_equivalent(
            quantity, carrier, basis=ConversionBasis.EQUIVALENT, rules=self._rules, coal_rate=self._coal_rate
        )
        self.rules |= {rule.path: rule for rule in converted.factor.rules}
        return converted.tce

    def _note(self, code: str, zh: str, en: str) -> None:
        self.findings[RegionalFinding(code, Words(zh, en))] = None


def _loss_tce(loss: Quantity | None) -> Decimal | None:
    if loss is None:
        return None
    if loss.basis is not ConversionBasis.EQUIVALENT:
        raise MixedBases(ConversionBasis.EQUIVALENT, loss.basis)
    return loss.to("tce").figure


def _findings(found: RegionalTotal, rules: RulesOnDay) -> list[RegionalFinding]:
    findings = []
    if found.coal_rate.is_stand_in:
        year, of = found.coal_rate.year, found.coal_rate.rule.valid_from.year
        findings.append(RegionalFinding("COAL_RATE_STAND_IN", Words(f"{year} 年供电煤耗缺，用 {of} 年的代替，未核实",
                                                                   f"no coal rate of {year}; that of {of} stands in, unverified")))
    total = found.total_energy_consumption_tce
    if total is None:
        findings.append(RegionalFinding("LOSS_NOT_REPORTED", Words("损失量缺报，总量待定", "a loss was not reported; the total stays open")))
        return findings
    if total < 0 or found.final_tce < 0:
        findings.append(RegionalFinding("NEGATIVE_TOTAL", Words("消费量为负，请核对", "consumption is negative; check it")))
    if found.supplied_tce is not None:
        difference, limit = found.supplied_tce - total, rules.get("energy.balance.statistical_difference_pct").number
        if abs(difference) * 100 > limit * abs(total):
            findings.append(RegionalFinding("STATISTICAL_DIFFERENCE", Words(
                f"可供量与消费量相差 {plain(difference)} tce，超过 {plain(limit)}%",
                f"supply and consumption differ by {plain(difference)} tce, above {plain(limit)} %")))
    return findings
