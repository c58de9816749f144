"""Any form of energy to standard coal, on either basis (折标准煤).

A carrier is found by Chinese name, English name or 205-1 code; a word that could mean several is refused with the choice.
Fuels are primary energy and weigh the same on both bases. Electricity weighs 860 kcal on the calorific basis and the coal
burned to supply it on the equivalent one; heat has no equivalent value that is published; media have nothing else.
"""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Literal

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.quantity import ConversionBasis, MixedBases, Quantity
from shuangkong.kernel.text import narrow
from shuangkong.kernel.units import Unit, unit
from shuangkong.rules import Rule, RulesOnDay, RuleValue

_ROOT = "energy.coal_equivalent"
KGCE_PER_TCE = Decimal(1000)


class UnknownCarrier(Refusal):
    """No carrier has this name or code (未知能源品种)."""

    def __init__(self, text: str, near: tuple[str, ...] = ()) -> None:
        remedy = Words("按折标系数表填写品种名称或205-1表代码", "use a name or 205-1 code of the table")
        if near:
            remedy = Words(f"是否指 {'、'.join(near)}", f"perhaps {', '.join(near)} is meant")
        super().__init__(
            thing=Words("能源品种", "energy carrier"), value=text,
            rule=Words("不在折标系数表中", "is not in the table of coefficients"), remedy=remedy,
        )


class AmbiguousCarrier(Refusal):
    """The word or code could mean several carriers (能源品种不明确)."""

    def __init__(self, text: str, choices: tuple[str, ...]) -> None:
        super().__init__(
            thing=Words("能源品种", "energy carrier"), value=text,
            rule=Words("对应多个品种，系数不同", "means several carriers with different coefficients"),
            remedy=Words(f"写明是 {'、'.join(choices)} 中的哪一个", f"say which of {', '.join(choices)}"),
        )


class NoEquivalentValue(Refusal):
    """The carrier has no equivalent value (没有等价值)."""

    def __init__(self, carrier: "EnergyCarrier") -> None:
        super().__init__(
            thing=Words("能源品种", "energy carrier"), value=carrier.name.zh,
            rule=Words("没有公布的等价值折标系数", "has no published equivalent value"),
            remedy=Words("改用当量值，或按当地供热煤耗折成 tce 后填写", "use the calorific basis, or give tce by the local coal rate of heat"),
        )


class CarrierUnitMismatch(Refusal):
    """The quantity's unit does not measure this carrier (计量单位与品种不符)."""

    def __init__(self, carrier: "EnergyCarrier", given: Unit) -> None:
        super().__init__(
            thing=Words("计量单位", "unit"), value=given.symbol,
            rule=Words(f"{carrier.name.zh}按 {carrier.physical_unit} 计量，量纲不同", f"{carrier.name.en} is measured in {carrier.physical_unit}, another dimension"),
            remedy=Words(f"改填 {carrier.physical_unit} 或同类单位，已折标准煤的填 tce", f"use {carrier.physical_unit} or a unit of its kind, or tce"),
        )


class StatedBasisMismatch(Refusal):
    """The carrier's name states another basis than the one asked for (口径不符)."""

    def __init__(self, text: str, basis: ConversionBasis) -> None:
        super().__init__(
            thing=Words("能源品种", "energy carrier"), value=text,
            rule=Words(f"名称写明的口径不是{basis.value}", f"names another basis than {basis.name.lower()}"),
            remedy=Words("改写品种名称或改用另一口径", "mend the name or use the other basis"),
        )


class NonPositiveCalorificValue(Refusal):
    """A measured net calorific value is zero or less (低位发热量不为正)."""

    def __init__(self, figure: Decimal) -> None:
        super().__init__(
            thing=Words("低位发热量", "net calorific value"), value=figure,
            rule=Words("应大于零", "must be above zero"), remedy=Words("核对化验数据", "check the laboratory figure"),
        )


class CarrierFamily(Enum):
    """What kind of carrier it is (能源类别)."""

    FUEL = "燃料"
    ELECTRICITY = "电力"
    HEAT = "热力"
    ENERGY_CONSUMED_MEDIUM = "耗能工质"
    TOTAL = "合计"


_TABLES: Mapping[str, CarrierFamily] = {
    "fuels": CarrierFamily.FUEL,
    "electricity_calorific": CarrierFamily.ELECTRICITY,
    "heat_calorific": CarrierFamily.HEAT,
    "media": CarrierFamily.ENERGY_CONSUMED_MEDIUM,
    "total": CarrierFamily.TOTAL,
}


@dataclass(frozen=True, slots=True)
class EnergyCarrier:
    """One kind of energy (能源品种): its rule, its 205-1 code where it has one, and the unit it is measured in.

    `parts` holds the codes of the rows that a heading row of form 205-1 sums.
    """

    key: str
    name: Words
    family: CarrierFamily
    nbs_code: str
    physical_unit: str
    rule_path: str
    parts: tuple[str, ...] = ()

    @property
    def is_energy_consumed_medium(self) -> bool:
        """Whether it is a medium (耗能工质), which has an equivalent value only and counts only when bought."""
        return self.family is CarrierFamily.ENERGY_CONSUMED_MEDIUM


class CarrierTable:
    """Every carrier, found by what people call it (能源品种表).

    Examples
    --------
    >>> from shuangkong.rules import at
    >>> table = CarrierTable(at(date(2023, 6, 30)))
    >>> table.find("原煤").key, table.find("Raw Coal").key, table.find("01").key, table.find("电").nbs_code
    ('raw_coal', 'raw_coal', 'raw_coal', '33')
    """

    def __init__(self, rules: RulesOnDay) -> None:
        self.energy_carriers: dict[str, EnergyCarrier] = {}
        self._named: dict[str, EnergyCarrier] = {}
        self._coded: dict[str, list[EnergyCarrier]] = {}
        self._meant: dict[str, list[EnergyCarrier]] = {}
        for rest, rule in rules.book.below(_ROOT).items():
            table, _, key = rest.partition(".")
            if table in _TABLES:
                self._add(key or "electricity", rule, _TABLES[table])

    def _add(self, key: str, rule: Rule, family: CarrierFamily) -> None:
        labels = rule.labels
        carrier = EnergyCarrier(
            key, rule.name, family, str(labels.get("nbs_code", "")), str(labels["physical_unit"]), rule.path,
            tuple(labels.get("heading_of", ())),
        )
        self.energy_carriers[key] = carrier
        for name in (key, *rule.name, *labels.get("aliases", ())):
            self._named[_folded(name)] = carrier
        if carrier.nbs_code:
            self._coded.setdefault(carrier.nbs_code, []).append(carrier)
        for word in labels.get("meant_by", ()):
            self._meant.setdefault(_folded(word), []).append(carrier)

    def find(self, text: str) -> EnergyCarrier:
        """Return the carrier called `text`; raise `UnknownCarrier` or `AmbiguousCarrier`, naming what may be meant."""
        folded = _folded(text)
        if folded in self._named:
            return self._named[folded]
        meant = self._coded.get(folded.zfill(2), []) if folded.isdecimal() else self._meant.get(folded, [])
        if len(meant) == 1 and folded.isdecimal():
            return meant[0]
        if len(meant) > 1:
            raise AmbiguousCarrier(text, tuple(each.name.zh for each in meant))
        if meant:
            raise UnknownCarrier(text, (meant[0].name.zh,))
        # Half alike: one wrong character in a name of two.
        near = difflib.get_close_matches(folded, self._named, n=6, cutoff=1 / 2)
        raise UnknownCarrier(text, tuple(dict.fromkeys(self._named[name].name.zh for name in near))[:3])


def _folded(text: str) -> str:
    return re.sub(r"[\s_\-–—,:·()]", "", narrow(text)).casefold().replace("其它", "其他")


@dataclass(frozen=True, slots=True)
class ConversionFactor:
    """What one physical unit weighs in standard coal (折标系数). [unit]"""

    figure: Decimal
    unit: str
    basis: ConversionBasis
    rules: tuple[RuleValue, ...]
    is_stand_in: bool = False

    @property
    def verified(self) -> bool:
        """Whether every line is verified and is the one of the right year."""
        return not self.is_stand_in and all(rule.verified for rule in self.rules)


@dataclass(frozen=True, slots=True)
class CoalRate:
    """The coal rate of a year (供电煤耗); `is_stand_in` when the year has none and an earlier one stands in. [kgce/kWh]"""

    rule: RuleValue
    year: int
    is_stand_in: bool


@dataclass(frozen=True, slots=True)
class CoalEquivalent:
    """A quantity in standard coal (折标准煤量): the carrier, what was measured, the factor, and the result."""

    carrier: EnergyCarrier
    measured: Quantity
    factor: ConversionFactor
    coal_equivalent: Quantity

    @property
    def tce(self) -> Decimal:
        """The result. [tce]"""
        return self.coal_equivalent.figure


def coal_equivalent_factor(net_calorific_value: Decimal, heat_unit: Literal["kcal", "kJ"], *, rules: RulesOnDay) -> Decimal:
    """Return what a unit of this net calorific value weighs in standard coal (折标准煤系数).

    Parameters
    ----------
    net_calorific_value : Decimal
        Net calorific value of one unit of the fuel. [kcal or kJ]
    heat_unit : "kcal" or "kJ"
        The unit it is stated in.
    rules : RulesOnDay
        A day within the edition of GB/T 2589 that printed the figure.

    Returns
    -------
    Decimal
        Unrounded. [kgce per unit]

    Raises
    ------
    NonPositiveCalorificValue
        If the net calorific value is zero or less.

    Source
    ------
    GB/T 2589, standard coal of 7000 kcal or 29 307 kJ. The 2008 edition prints its fuels in kJ at 4.1816 kJ a kcal, so that
    7000 kcal are 29 271.2 kJ there and the printed coefficients stay the same.

    Examples
    --------
    >>> from shuangkong.rules import at
    >>> f"{coal_equivalent_factor(Decimal(20908), 'kJ', rules=at(date(2020, 6, 30))):.4f}"
    '0.7143'
    >>> f"{coal_equivalent_factor(Decimal(20934), 'kJ', rules=at(date(2023, 6, 30))):.4f}"
    '0.7143'
    """
    if net_calorific_value <= 0:
        raise NonPositiveCalorificValue(net_calorific_value)
    return net_calorific_value / rules.get(f"{_ROOT}.standard_coal.{heat_unit.lower()}_per_kgce").number


def net_coal_rate(*, year: int, table: str, rules: RulesOnDay) -> CoalRate:
    """Return the net coal rate of thermal power in a year (供电煤耗); the last earlier one, marked, where the year has none.

    Parameters
    ----------
    year : int
        The year the rate describes.
    table : str
        Row of the rules, such as `national_supply`.
    rules : RulesOnDay
        The rule book to look in.

    Raises
    ------
    NoRuleOnDay
        If the year lies before the first known one.

    Source
    ------
    GB/T 2589-2020 表A.2; the choice of supply against generation rate is a parameter.

    Examples
    --------
    >>> from shuangkong.rules import at
    >>> rate = net_coal_rate(year=2022, table="national_supply", rules=at(date(2023, 6, 30)))
    >>> rate.rule.number, rate.is_stand_in
    (Decimal('0.3015'), False)
    """
    line = rules.book.at(date(year, 1, 1)).get(f"energy.coal_rates.{table}")
    return CoalRate(line, year, line.valid_from.year != year)


def conversion_factor(
    carrier: EnergyCarrier, *, basis: ConversionBasis, rules: RulesOnDay, coal_rate: CoalRate | None = None
) -> ConversionFactor:
    """Return the reference coefficient of a carrier on a basis (折标系数).

    Parameters
    ----------
    carrier : EnergyCarrier
        What is converted.
    basis : ConversionBasis
        The basis asked for; a medium answers with its equivalent value, the only one there is.
    rules : RulesOnDay
        The day that decides edition and, without `coal_rate`, the year of the coal rate.
    coal_rate : CoalRate, optional
        For electricity on the equivalent basis; by default the one that `energy.coal_rates.choice` names.

    Returns
    -------
    ConversionFactor
        With the rules it rests on. [kgce per physical unit]

    Raises
    ------
    NoEquivalentValue
        For heat on the equivalent basis.
    NoRuleOnDay
        If the carrier had no coefficient on the day.

    Source
    ------
    GB/T 2589 附录A、附录B.

    Examples
    --------
    >>> from shuangkong.rules import at
    >>> rules = at(date(2023, 6, 30))
    >>> power = CarrierTable(rules).find("电力")
    >>> conversion_factor(power, basis=ConversionBasis.CALORIFIC, rules=rules).figure
    Decimal('0.1229')
    >>> conversion_factor(power, basis=ConversionBasis.EQUIVALENT, rules=rules).figure
    Decimal('0.3015')
    """
    if carrier.is_energy_consumed_medium:
        basis = ConversionBasis.EQUIVALENT
    elif basis is ConversionBasis.EQUIVALENT and carrier.family is CarrierFamily.HEAT:
        raise NoEquivalentValue(carrier)
    elif basis is ConversionBasis.EQUIVALENT and carrier.family is CarrierFamily.ELECTRICITY:
        choice = rules.get("energy.coal_rates.choice").value
        rate = coal_rate or net_coal_rate(year=rules.day.year - int(choice["years_back"]), table=choice["table"], rules=rules)
        return ConversionFactor(rate.rule.number, rate.rule.unit, basis, (rate.rule,), rate.is_stand_in)
    line = rules.get(carrier.rule_path)
    return ConversionFactor(line.number, line.unit, basis, (line,))


def printed_range(factor: ConversionFactor, *, rules: RulesOnDay) -> tuple[Decimal, Decimal] | None:
    """Return the range the standard prints around a reference coefficient, None where it prints one figure (折标系数区间).

    Source
    ------
    GB/T 2589 附录A.

    Examples
    --------
    >>> from shuangkong.rules import at
    >>> rules = at(date(2023, 6, 30))
    >>> gas = conversion_factor(CarrierTable(rules).find("天然气"), basis=ConversionBasis.CALORIFIC, rules=rules)
    >>> printed_range(gas, rules=rules)
    (Decimal('1.1000'), Decimal('1.3300'))
    """
    for rule in factor.rules:
        path = rule.path.replace(f"{_ROOT}.fuels.", f"{_ROOT}.fuels_range.")
        if path != rule.path and path in rules.book.rules:
            bounds = rules.get(path).value
            return bounds["low"], bounds["high"]
    return None


def to_coal_equivalent(
    measured: Quantity,
    carrier: EnergyCarrier,
    *,
    basis: ConversionBasis,
    rules: RulesOnDay,
    net_calorific_value: Quantity | None = None,
    coal_rate: CoalRate | None = None,
) -> CoalEquivalent:
    """Return a quantity of energy in standard coal (折标准煤).

    Parameters
    ----------
    measured : Quantity
        In any unit of the carrier's dimension, or in tce or kgce, which pass through as stated.
    carrier : EnergyCarrier
        What was measured.
    basis : ConversionBasis
        Calorific or equivalent; there is no default.
    rules : RulesOnDay
        The day whose edition and coal rate apply.
    net_calorific_value : Quantity, optional
        Measured by the unit, such as kJ/kg or kcal/kg; takes the place of the reference coefficient of a fuel.
    coal_rate : CoalRate, optional
        See `conversion_factor`.

    Returns
    -------
    CoalEquivalent
        Unrounded, tagged with its basis. [tce]

    Raises
    ------
    CarrierUnitMismatch
        If the unit measures another dimension.
    NoEquivalentValue
        For heat on the equivalent basis.
    MixedBases
        If a quantity in tce is tagged with the other basis.

    Source
    ------
    GB/T 2589-2020 5; measured calorific values go before reference ones.

    Examples
    --------
    >>> from shuangkong.rules import at
    >>> rules = at(date(2023, 6, 30))
    >>> power = CarrierTable(rules).find("electricity")
    >>> to_coal_equivalent(Quantity.of("1", "万kWh"), power, basis=ConversionBasis.CALORIFIC, rules=rules).tce
    Decimal('1.2290')
    """
    physical = unit(carrier.physical_unit)
    if measured.unit.dimension == unit("tce").dimension:
        if measured.basis not in (None, basis):
            raise MixedBases(measured.basis, basis)
        per = str(measured.unit)
        stated = ConversionFactor(Decimal(1), f"{per}/{per}", basis, ())
        return CoalEquivalent(carrier, measured, stated, Quantity(measured.to("tce").figure, unit("tce"), basis))
    if measured.unit.dimension != physical.dimension:
        raise CarrierUnitMismatch(carrier, measured.unit)
    if net_calorific_value is not None and carrier.family is CarrierFamily.FUEL:
        # A measured figure is in today's calories whatever the edition, so it goes by kcal.
        figure = coal_equivalent_factor(net_calorific_value.to(unit("kcal").per(physical)).figure, "kcal", rules=rules)
        constant = rules.get(f"{_ROOT}.standard_coal.kcal_per_kgce")
        factor = ConversionFactor(figure, f"kgce/{physical}", basis, (constant,))
    else:
        factor = conversion_factor(carrier, basis=basis, rules=rules, coal_rate=coal_rate)
    # Scales are multiplied before they are divided, so that whole figures stay exact.
    tce = measured.figure * measured.unit.scale * factor.figure / (physical.scale * KGCE_PER_TCE)
    return CoalEquivalent(carrier, measured, factor, Quantity(tce, unit("tce"), factor.basis))


def check_stated_basis(text: str, basis: ConversionBasis) -> None:
    """Refuse a carrier whose name states the other basis, such as 电力(当量值) on the equivalent one (核对名称口径).

    Raises
    ------
    StatedBasisMismatch
        If it does.

    Source
    ------
    GB/T 2589-2020 表A.2, which names both values.

    Examples
    --------
    >>> check_stated_basis("电力(等价值)", ConversionBasis.EQUIVALENT)
    """
    told = _folded(text)
    calorific, equivalent = ("当量" in told or "calorific" in told), ("等价" in told or "equivalent" in told)
    if calorific != equivalent and calorific is not (basis is ConversionBasis.CALORIFIC):
        raise StatedBasisMismatch(text, basis)
