"""The energy balance of a unit (用能单位能源平衡): forms 205-1 and 205-2, from physical rows to comprehensive consumption.

Every oddity is a finding that is returned, so that one odd row does not hide the others. On the forms a blank column means
that nothing of the kind happened; only stock, purchase and consumption must be told for the stock identity to be checked.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum

from shuangkong.energy.coal_equivalent import CarrierFamily, EnergyCarrier, to_coal_equivalent
from shuangkong.kernel.language import Words
from shuangkong.kernel.quantity import ConversionBasis, Quantity
from shuangkong.kernel.rounding import plain
from shuangkong.kernel.units import Unit
from shuangkong.rules import RulesOnDay, RuleValue

_NONE = Decimal(0)


class TransformationProcess(Enum):
    """Into what energy is transformed (加工转换过程), the columns of form 205-2."""

    THERMAL_POWER = "火力发电"
    HEAT_SUPPLY = "供热"
    COAL_WASHING = "原煤入洗"
    COKING = "炼焦"
    OIL_REFINING = "炼油及煤制油"
    GAS_MAKING = "制气"
    GAS_LIQUEFACTION = "天然气液化"
    COAL_PRODUCTS = "加工煤制品"
    HEAT_PUMP = "热泵"


class Severity(Enum):
    """Whether a finding warns or disqualifies (问题轻重)."""

    WARNING = "提示"
    DISQUALIFICATION = "不合格"


@dataclass(frozen=True, slots=True)
class BalanceFinding:
    """Something odd in a balance (平衡审核问题)."""

    code: str
    severity: Severity
    subject: str
    words: Words


@dataclass(frozen=True, slots=True)
class CarrierRow:
    """One carrier on forms 205-1 and 205-2 (分品种收支), all figures in `unit`; None is a blank column.

    `feedstock` is part of `industrial`; `transport` is part of the whole consumption. `is_recovery_consumed` says whether
    what was recovered also stands in the consumption of some row; only then may it be subtracted.
    """

    carrier: EnergyCarrier
    unit: Unit
    opening: Decimal | None = None
    purchased: Decimal | None = None
    produced: Decimal | None = None
    industrial: Decimal | None = None
    feedstock: Decimal | None = None
    non_industrial: Decimal | None = None
    transport: Decimal | None = None
    sold: Decimal | None = None
    lost: Decimal | None = None
    closing: Decimal | None = None
    transformation_input: Mapping[TransformationProcess, Decimal] = field(default_factory=dict)
    transformation_output: Mapping[TransformationProcess, Decimal] = field(default_factory=dict)
    recovered: Decimal | None = None
    is_recovery_consumed: bool = False
    net_calorific_value: Quantity | None = None

    @property
    def consumption(self) -> Decimal | None:
        """Industrial and other consumption together, None when neither is told. [unit]"""
        if self.industrial is None and self.non_industrial is None:
            return None
        return (self.industrial or _NONE) + (self.non_industrial or _NONE)


@dataclass(frozen=True, slots=True)
class UnitBalance:
    """What a unit used, in standard coal (综合能源消费). All sums on `basis`. [tce]

    `energy_total_tce` is 能源合计 of the form, in which own secondary energy stands twice; `comprehensive_energy_consumption`
    takes it out. `loss_tce` and `efficiency` are by transformation process.
    """

    basis: ConversionBasis
    include_non_industrial: bool
    industrial_tce: Decimal
    non_industrial_tce: Decimal
    feedstock_tce: Decimal
    media_tce: Decimal
    transformation_output_tce: Decimal
    recovered_tce: Decimal
    loss_tce: Mapping[TransformationProcess, Decimal]
    efficiency: Mapping[TransformationProcess, Decimal]
    findings: tuple[BalanceFinding, ...]
    rules: tuple[RuleValue, ...]

    @property
    def energy_total_tce(self) -> Decimal:
        """Everything consumed, own secondary energy counted twice (能源合计). [tce]"""
        return self.industrial_tce + self.non_industrial_tce

    @property
    def comprehensive_energy_consumption(self) -> Decimal:
        """Industrial consumption and media bought, less transformation output and recovery (综合能源消费量). [tce]"""
        other = self.non_industrial_tce if self.include_non_industrial else _NONE
        return self.industrial_tce + self.media_tce + other - self.transformation_output_tce - self.recovered_tce

    @property
    def verified(self) -> bool:
        """Whether every coefficient used is verified."""
        return all(rule.verified for rule in self.rules)


def unit_balance(
    rows: Sequence[CarrierRow], *, basis: ConversionBasis, include_non_industrial: bool, rules: RulesOnDay
) -> UnitBalance:
    """Return the energy balance of a unit (用能单位能源平衡).

    Parameters
    ----------
    rows : sequence of CarrierRow
        One per carrier. The sum row 能源合计 and a heading whose parts are present are checked but not counted.
    basis : ConversionBasis
        Calorific for 205-1; media keep their equivalent value, the only one there is.
    include_non_industrial : bool
        Whether non-industrial consumption belongs to the figure.
    rules : RulesOnDay
        The day whose coefficients apply.

    Returns
    -------
    UnitBalance
        With every finding. [tce]

    Raises
    ------
    CarrierUnitMismatch, NoEquivalentValue
        If a row cannot be converted.

    Source
    ------
    能源统计报表制度 205-1、205-2表, from memory: E = industrial consumption − transformation output − recovery.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.energy.coal_equivalent import CarrierTable
    >>> from shuangkong.kernel.units import unit
    >>> from shuangkong.rules import at
    >>> rules = at(date(2023, 6, 30))
    >>> coal = CarrierRow(
    ...     CarrierTable(rules).find("原煤"), unit("t"),
    ...     opening=Decimal(10), purchased=Decimal(100), industrial=Decimal(90), closing=Decimal(20),
    ... )
    >>> balance = unit_balance([coal], basis=ConversionBasis.CALORIFIC, include_non_industrial=False, rules=rules)
    >>> balance.comprehensive_energy_consumption, balance.findings
    (Decimal('64.2870'), ())
    """
    weigh = _Scale(basis, rules)
    codes = {row.carrier.nbs_code for row in rows}
    counted = [row for row in rows if row.carrier.family is not CarrierFamily.TOTAL and not codes & set(row.carrier.parts)]
    energy = [row for row in counted if not row.carrier.is_energy_consumed_medium]
    media = [row for row in counted if row.carrier.is_energy_consumed_medium]
    inputs, outputs = _by_process(energy, weigh, "transformation_input"), _by_process(energy, weigh, "transformation_output")
    efficiency = {process: outputs[process] / inputs[process] for process in inputs if process in outputs and inputs[process]}
    findings = [
        *_row_findings(rows, rules), *_sum_findings(rows, codes),
        *_media_findings(media, basis), *_efficiency_findings(efficiency, inputs, outputs, rules),
    ]
    return UnitBalance(
        basis=basis,
        include_non_industrial=include_non_industrial,
        industrial_tce=weigh.total((row, row.industrial) for row in energy),
        non_industrial_tce=weigh.total((row, row.non_industrial) for row in energy),
        feedstock_tce=weigh.total((row, row.feedstock) for row in energy),
        media_tce=weigh.total((row, _bought_medium(row)) for row in media),
        transformation_output_tce=sum(outputs.values(), _NONE),
        recovered_tce=weigh.total((row, row.recovered) for row in energy if row.is_recovery_consumed),
        loss_tce={process: inputs[process] - outputs[process] for process in inputs if process in outputs},
        efficiency=efficiency,
        findings=tuple(findings),
        rules=tuple(weigh.rules.values()),
    )


class _Scale:
    """Weighs physical quantities in tce on one basis, and remembers the rules used."""

    def __init__(self, basis: ConversionBasis, rules: RulesOnDay) -> None:
        self._basis, self._rules = basis, rules
        self.rules: dict[str, RuleValue] = {}

    def tce(self, row: CarrierRow, quantity: Decimal) -> Decimal:
        converted = to_coal_equivalent(
            Quantity(quantity, row.unit), row.carrier, basis=self._basis, rules=self._rules, net_calorific_value=row.net_calorific_value
        )
        self.rules |= {rule.path: rule for rule in converted.factor.rules}
        return converted.tce

    def total(self, quantities: Iterator[tuple[CarrierRow, Decimal | None]]) -> Decimal:
        return sum((self.tce(row, quantity) for row, quantity in quantities if quantity is not None), _NONE)


def _by_process(rows: Sequence[CarrierRow], weigh: _Scale, column: str) -> dict[TransformationProcess, Decimal]:
    totals: dict[TransformationProcess, Decimal] = {}
    for row in rows:
        for process, quantity in getattr(row, column).items():
            totals[process] = totals.get(process, _NONE) + weigh.tce(row, quantity)
    return totals


def _bought_medium(row: CarrierRow) -> Decimal:
    # A medium made on site is already in the power and fuel it took.
    return min(row.purchased or _NONE, row.consumption or _NONE)


def stock_residual(row: CarrierRow) -> Decimal | None:
    """Return what the stock identity leaves over (收支差额), None when stock, purchase or consumption is not told.

    Parameters
    ----------
    row : CarrierRow
        One carrier; own production, sales and loss left blank did not happen.

    Returns
    -------
    Decimal or None
        Opening + purchase + own production − consumption − sales − loss − closing. [unit of the row]

    Source
    ------
    能源统计报表制度 205-1表.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.energy.coal_equivalent import CarrierTable
    >>> from shuangkong.kernel.units import unit
    >>> from shuangkong.rules import at
    >>> coal = CarrierTable(at(date(2023, 6, 30))).find("原煤")
    >>> stock_residual(CarrierRow(
    ...     coal, unit("t"), opening=Decimal(10), purchased=Decimal(100), industrial=Decimal(90), closing=Decimal(19)
    ... ))
    Decimal('1')
    """
    consumption = row.consumption
    if row.opening is None or row.purchased is None or row.closing is None or consumption is None:
        return None
    return (
        row.opening + row.purchased + (row.produced or _NONE)
        - consumption - (row.sold or _NONE) - (row.lost or _NONE) - row.closing
    )


def _row_findings(rows: Sequence[CarrierRow], rules: RulesOnDay) -> Iterator[BalanceFinding]:
    tolerance_pct = rules.get("energy.balance.stock_residual_pct").number
    for row in rows:
        name, consumption = row.carrier.name.zh, row.consumption or _NONE
        for column in ("opening", "purchased", "produced", "industrial", "feedstock", "non_industrial", "transport", "sold", "lost", "closing", "recovered"):
            figure = getattr(row, column)
            if figure is not None and figure < 0:
                yield _bad("NEGATIVE", name, f"{column} 为负：{plain(figure)}", f"{column} is negative: {plain(figure)}")
        if (row.feedstock or _NONE) > (row.industrial or _NONE):
            yield _bad("FEEDSTOCK_ABOVE_INDUSTRIAL", name, "用于原材料大于工业生产消费", "feedstock exceeds industrial consumption")
        if (row.transport or _NONE) > consumption:
            yield _bad("TRANSPORT_ABOVE_CONSUMPTION", name, "运输工具消费大于消费合计", "transport exceeds consumption")
        if sum(row.transformation_input.values(), _NONE) > (row.industrial or _NONE):
            yield _bad("INPUT_ABOVE_INDUSTRIAL", name, "加工转换投入大于工业生产消费", "transformation input exceeds industrial consumption")
        if row.recovered and not row.is_recovery_consumed:
            yield _warn("RECOVERY_NOT_CONSUMED", name, "回收量未计入消费，不作扣除", "recovered energy was not entered as consumed and is not subtracted")
        residual = stock_residual(row)
        is_storable = row.carrier.family is CarrierFamily.FUEL
        if residual is None and is_storable:
            yield _warn("STOCK_NOT_CHECKED", name, "库存、购进或消费缺报，收支平衡未核对", "stock, purchase or consumption is blank; the identity is unchecked")
        elif residual is not None and abs(residual) * 100 > tolerance_pct * consumption:
            yield _bad("STOCK_RESIDUAL", name, f"收支差额 {plain(residual)} {row.unit}，超过消费量的 {plain(tolerance_pct)}%",
                       f"stock identity leaves {plain(residual)} {row.unit}, above {plain(tolerance_pct)} % of consumption")


def _sum_findings(rows: Sequence[CarrierRow], codes: set[str]) -> Iterator[BalanceFinding]:
    keys = [row.carrier.key for row in rows]
    for key in dict.fromkeys(key for key in keys if keys.count(key) > 1):
        name = next(row.carrier.name.zh for row in rows if row.carrier.key == key)
        yield _bad("DOUBLE_ROW", name, "同一品种出现多行", "stands in several rows")
    for row in rows:
        if not codes & set(row.carrier.parts):
            continue
        parts = [each for each in rows if each.carrier.nbs_code in row.carrier.parts]
        sums = sum((Quantity(each.consumption or _NONE, each.unit).to(row.unit).figure for each in parts), _NONE)
        if row.consumption is not None and row.consumption != sums:
            yield _bad("HEADING_SUM", row.carrier.name.zh, f"合计 {plain(row.consumption)} 不等于分项之和 {plain(sums)}",
                       f"heading {plain(row.consumption)} differs from the sum of its parts {plain(sums)}")


def _media_findings(media: Sequence[CarrierRow], basis: ConversionBasis) -> Iterator[BalanceFinding]:
    for row in media:
        if basis is ConversionBasis.CALORIFIC and _bought_medium(row):
            yield _warn("MEDIUM_EQUIVALENT", row.carrier.name.zh, "只有等价值，按等价值计入", "has an equivalent value only, which is what counts")
        if (row.consumption or _NONE) > _bought_medium(row):
            yield _warn("MEDIUM_MADE_ON_SITE", row.carrier.name.zh, "自产耗能工质不计，只计外购", "only what was bought counts; media made on site do not")


def _efficiency_findings(
    efficiency: Mapping[TransformationProcess, Decimal], inputs: Mapping[TransformationProcess, Decimal],
    outputs: Mapping[TransformationProcess, Decimal], rules: RulesOnDay,
) -> Iterator[BalanceFinding]:
    highest = rules.get("energy.balance.transformation_efficiency_max").number
    for process, share in efficiency.items():
        if share <= 0 or (share > highest and process is not TransformationProcess.HEAT_PUMP):
            yield _bad("EFFICIENCY", process.value, f"加工转换效率 {share:.3f}，应大于 0、不大于 {plain(highest)}",
                       f"efficiency {share:.3f} is outside (0, {plain(highest)}]")
    for process in sorted({*inputs, *outputs} - set(efficiency), key=lambda each: each.name):
        yield _warn("EFFICIENCY_NOT_CHECKED", process.value, "投入、产出缺一，效率未核对", "input or output is blank; efficiency is unchecked")


def _bad(code: str, subject: str, zh: str, en: str) -> BalanceFinding:
    return BalanceFinding(code, Severity.DISQUALIFICATION, subject, Words(zh, en))


def _warn(code: str, subject: str, zh: str, en: str) -> BalanceFinding:
    return BalanceFinding(code, Severity.WARNING, subject, Words(zh, en))
