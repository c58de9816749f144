"""Use cases of energy accounting: a table of carriers and quantities to standard coal."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from shuangkong.energy.coal_equivalent import (
    CarrierFamily,
    CarrierTable,
    CoalEquivalent,
    EnergyCarrier,
    check_stated_basis,
    printed_range,
    to_coal_equivalent,
)
from shuangkong.kernel.faults import Fault, InputRefused
from shuangkong.kernel.language import Words
from shuangkong.kernel.quantity import ConversionBasis, Quantity
from shuangkong.kernel.rounding import plain
from shuangkong.kernel.text import narrow
from shuangkong.kernel.units import Unit, unit
from shuangkong.rules import RulesOnDay, at
from shuangkong.services.documents.tabular import Column, Row, read_table

CONVERT_COLUMNS = (
    Column("carrier", Words("品种", "carrier"), ("能源品种", "能源名称", "能源", "品种名称", "energy carrier", "energy")),
    Column("quantity", Words("数量", "quantity"), ("消费量", "实物量", "用量", "consumption"), numeric=True),
    Column("unit", Words("单位", "unit"), ("计量单位", "units")),
)
_FAULTS_GATHERED = 1000
_NEVER_EMPTY = Words("不能为空", "must not be blank")


@dataclass(frozen=True, slots=True)
class ConvertedRow:
    """One row as given and in standard coal (折标行)."""

    row: Row
    found: CoalEquivalent
    printed_range: tuple[Decimal, Decimal] | None

    @property
    def stamp(self) -> str:
        """`未核实` when the coefficient is unverified or stands in for another year."""
        return "" if self.found.factor.verified else "未核实"

    def as_json(self) -> dict[str, Any]:
        """Return the row as plain values, numbers as strings."""
        found, factor = self.found, self.found.factor
        quantity = self.row.number("quantity")
        return {
            "row": self.row.number_in_file,
            "carrier": self.row["carrier"],
            "carrier_name": found.carrier.name.zh,
            "nbs_code": found.carrier.nbs_code,
            "quantity": plain(quantity) if quantity is not None else None,
            "unit": narrow(self.row["unit"]),
            "tce": plain(found.tce),
            "factor": plain(factor.figure),
            "factor_unit": factor.unit,
            "factor_range": [plain(bound) for bound in self.printed_range] if self.printed_range else None,
            "basis": factor.basis.name.lower(),
            "basis_name": factor.basis.value,
            "source": "；".join(str(rule.citation) for rule in factor.rules) or "填报的标准煤量",
            "rule": "；".join(rule.path for rule in factor.rules),
            "valid_from": "；".join(rule.valid_from.isoformat() for rule in factor.rules),
            "verified": factor.verified,
            "stamp": self.stamp,
        }


@dataclass(frozen=True, slots=True)
class ConvertedEnergy:
    """A table in standard coal (折标结果): rows in input order, their sum, and what the reader should be told."""

    rows: tuple[ConvertedRow, ...]
    basis: ConversionBasis
    on: date
    notices: tuple[Words, ...]

    @property
    def total_tce(self) -> Decimal:
        """The sum, unrounded. [tce]"""
        return sum((each.found.tce for each in self.rows), Decimal(0))

    @property
    def verified(self) -> bool:
        """Whether every row rests on verified rules."""
        return all(each.found.factor.verified for each in self.rows)

    @property
    def notice(self) -> Words | None:
        """All notices as one line for stderr, None when there is nothing to say."""
        if not self.notices:
            return None
        return Words("；".join(each.zh for each in self.notices), "; ".join(each.en for each in self.notices))

    def as_json(self) -> dict[str, Any]:
        """Return the result as plain values, numbers as strings."""
        return {
            "rows": [each.as_json() for each in self.rows],
            "total_tce": plain(self.total_tce),
            "basis": self.basis.name.lower(),
            "on": self.on.isoformat(),
            "verified": self.verified,
            "notices": [each.zh for each in self.notices],
        }


def convert_energy(path: Path | str, *, basis: ConversionBasis, on: date) -> ConvertedEnergy:
    """Convert a table `carrier,quantity,unit` to standard coal by the rules of a day (折标准煤).

    Parameters
    ----------
    path : Path or str
        CSV or xlsx; see `documents.tabular`.
    basis : ConversionBasis
        Calorific or equivalent.
    on : date
        The day whose edition, and whose previous year's coal rate, apply.

    Returns
    -------
    ConvertedEnergy
        Rows in input order. [tce]

    Raises
    ------
    InputRefused
        With every fault of the file.
    """
    rules = at(on)
    table = read_table(path, columns=CONVERT_COLUMNS)
    converter = _Converter(CarrierTable(rules), rules, basis, is_sum_row_refused=len(table.rows) > 1)
    converted = []
    for row in table.rows:
        each = converter.convert(row)
        if each is not None:
            converted.append(each)
        if len(converter.faults) > _FAULTS_GATHERED:
            break
    table.refuse_if_faulty(converter.faults)
    return ConvertedEnergy(tuple(converted), basis, on, (*table.notices, *_notices(converted, basis)))


class _Converter:
    """Turns rows one by one, gathering every fault of each."""

    def __init__(self, carriers: CarrierTable, rules: RulesOnDay, basis: ConversionBasis, *, is_sum_row_refused: bool) -> None:
        self._carriers, self._rules, self._basis = carriers, rules, basis
        self._is_sum_row_refused = is_sum_row_refused
        self._limit = rules.get("energy.coal_equivalent.limits.row_tce")
        self._known: dict[str, EnergyCarrier | tuple[Fault, ...]] = {}
        self.faults: list[Fault] = []

    def convert(self, row: Row) -> ConvertedRow | None:
        before = len(self.faults)
        carrier = self._carrier(row)
        quantity = self._quantity(row)
        measure = self._unit(row)
        if carrier is None or measure is None:
            return None
        if carrier.family is CarrierFamily.TOTAL and self._is_sum_row_refused:
            self._fault(row, "carrier", Words("是合计行，与分项相加会重复", "is a sum row and would be counted twice"),
                        Words("删去合计行", "remove the sum row"))
        try:
            # A unit of another dimension is told even where the quantity is wrong too.
            found = to_coal_equivalent(Quantity(quantity or Decimal(0), measure), carrier, basis=self._basis, rules=self._rules)
        except InputRefused as refused:
            self._refuse(row, refused.faults)
            return None
        if abs(found.tce) > self._limit.number:
            limit = plain(self._limit.number)
            self._fault(row, "quantity", Words(f"折合超过单行上限 {limit} tce", f"comes to more than {limit} tce in one row"),
                        Words("核对数量和单位", "check figure and unit"))
        if len(self.faults) > before:
            return None
        return ConvertedRow(row, found, printed_range(found.factor, rules=self._rules))

    def _carrier(self, row: Row) -> EnergyCarrier | None:
        text = row["carrier"]
        if not text:
            self._fault(row, "carrier", _NEVER_EMPTY, Words("填写品种名称或205-1表代码", "give a name or 205-1 code"))
            return None
        if text not in self._known:
            try:
                self._known[text] = self._carriers.find(text)
                check_stated_basis(text, self._basis)
            except InputRefused as refused:
                self._known[text] = refused.faults
        known = self._known[text]
        if isinstance(known, EnergyCarrier):
            return known
        self._refuse(row, known)
        return None

    def _quantity(self, row: Row) -> Decimal | None:
        quantity = row.number("quantity")
        if not row["quantity"]:
            self._fault(row, "quantity", _NEVER_EMPTY, Words("填写数量；没有消费就删去该行", "give a figure, or remove the row"))
        elif quantity is None:
            self._fault(row, "quantity", Words("不是数", "is not a number"), Words("只填数字，单位写在单位列", "give digits only; the unit has its column"))
        elif quantity < 0:
            self._fault(row, "quantity", Words("不能为负", "must not be negative"), Words("核对数量；扣减另行说明", "check the figure"))
            return None
        return quantity

    def _unit(self, row: Row) -> Unit | None:
        if not row["unit"]:
            self._fault(row, "unit", _NEVER_EMPTY, Words("填写计量单位，如 t、万kWh、万m3、GJ、tce", "give a unit such as t, kWh, m3, GJ, tce"))
            return None
        try:
            return unit(row["unit"])
        except InputRefused as refused:
            self._refuse(row, refused.faults)
            return None

    def _fault(self, row: Row, key: str, rule: Words, remedy: Words) -> None:
        thing = next(column.name for column in CONVERT_COLUMNS if column.key == key)
        self.faults.append(Fault(thing, row[key], rule, remedy, row.place))

    def _refuse(self, row: Row, faults: Sequence[Fault]) -> None:
        self.faults.extend(fault.at(row.place) for fault in faults)


def _notices(converted: Sequence[ConvertedRow], basis: ConversionBasis) -> Iterator[Words]:
    factors = [each.found.factor for each in converted]
    for line in dict.fromkeys(rule.valid_from.year for factor in factors if factor.is_stand_in for rule in factor.rules):
        yield Words(f"所需年份没有供电煤耗，用 {line} 年的代替，未核实", f"no coal rate for the year needed; that of {line} stands in, unverified")
    if any(factor.basis is not basis for factor in factors):
        yield Words("耗能工质只有等价值，按等价值计入合计", "media have equivalent values only, which the total includes")
    carriers = {each.found.carrier.key: each.found.carrier for each in converted}
    codes = {carrier.nbs_code for carrier in carriers.values()}
    for carrier in carriers.values():
        if codes & set(carrier.parts):
            first, last = carrier.parts[0], carrier.parts[-1]
            yield Words(f"{carrier.name.zh}在205-1表中是 {first}–{last} 的合计，请核对是否重复",
                        f"{carrier.name.en} is the heading total of {first}–{last} on form 205-1; check for double counting")
