"""Meters of the demo city (演示计量表): main meters of the largest units, with sub-meters, own power, storage, a data centre with a virtual meter, water; all 模拟.

What a meter counts in a usual year stands in its hourly limit, from which the simulation takes it. Main meters agree with what the unit should have reported.
"""

from collections.abc import Iterator, Mapping
from decimal import ROUND_CEILING, Decimal
from itertools import islice
from typing import Any

from shuangkong.kernel.language import Words
from shuangkong.returns.form import CellKey
from shuangkong.services.chain import Actor
from shuangkong.services.demo_city.units import CONSUMPTION, SHOWN_UNIT, UnitCity
from shuangkong.services.monitoring_kinds import PointKind
from shuangkong.services.monitoring_register import Entries, PointEntry, enter
from shuangkong.services.simulated_meters import limit_for
from shuangkong.simulation.organisations import SimulatedUnit
from shuangkong.simulation.unit_reports import industrial_reports, institution_report

# By carrier: its meter, and how many of what the meter counts are one of what the form counts.
_CARRIERS = {
    "electricity": ("ME", Words("进线总电表", "main electricity meter"), Decimal(10_000)), "natural_gas": ("MG", Words("天然气总表", "main gas meter"), Decimal(10_000)),
    "heat": ("MH", Words("外购热力表", "meter of bought heat"), Decimal(1000)),
}  # fmt: skip
_KWH = "electricity"


def load_meters(shown: UnitCity, *, actor: Actor) -> int:
    """Register the meters of the demo city in one act (载入计量表); returns how many."""
    stated = shown.profile.stated.get("meters")
    if not stated:
        return 0
    points = [*_of_works(shown, stated), *_of_others(shown, stated), *_of_park(stated)]
    enter(Entries(points=points), actor=actor, reason="演示计量登记", is_simulated=True)
    return len(points)


def _of_works(shown: UnitCity, stated: Mapping[str, Any]) -> Iterator[PointEntry]:
    year = shown.profile.years[-1]
    works = [unit for unit in shown.units if unit.is_industrial and unit.place_in(year)]
    works.sort(key=lambda unit: (unit.code != SHOWN_UNIT, -shown.years[unit.code, year].energy_tce, unit.code))
    factors = {carrier: factor.figure for carrier, factor in shown.factors_of(CONSUMPTION, year).items()}
    for place, unit in enumerate(works[: stated["works"]]):
        told = industrial_reports(shown.profile, unit, year, shown.years[unit.code, year], factors=factors, before=None).consumption
        for carrier, (short, name, scale) in _CARRIERS.items():
            entry = told.get(CellKey("energy", carrier, "consumed"))
            if entry is None or not entry.number or (carrier != _KWH and place >= stated["with_all_carriers"]):
                continue
            amount = entry.number * scale
            yield _point(stated, f"{unit.code}.{short}1", unit.code, name, carrier, amount, purpose="生产")
            if carrier == _KWH and place < stated["with_parts"]:
                yield from _parts(stated, unit, amount)


def _parts(stated: Mapping[str, Any], unit: SimulatedUnit, amount: Decimal) -> Iterator[PointEntry]:
    main = f"{unit.code}.ME1"
    for number, (zh, en, share) in enumerate(stated["parts"], start=11):
        yield _point(stated, f"{unit.code}.ME{number}", unit.code, Words(zh, en), _KWH, amount * Decimal(share), purpose="生产", parent_meter=main)


def _of_others(shown: UnitCity, stated: Mapping[str, Any]) -> Iterator[PointEntry]:
    year = shown.profile.years[-1]
    for kind, meters in stated["others"].items():
        for unit in islice((unit for unit in shown.units if unit.kind == kind and unit.place_in(year)), meters["units"]):
            for one in meters["meters"]:
                if "formula" in one:
                    yield _virtual(stated, unit.code, one)
                    continue
                more = {name: one[name] for name in ("purpose", "flow") if name in one} | ({"parent_meter": f"{unit.code}.{one['below']}"} if "below" in one else {})
                amount = _told(shown, unit, year) if kind == "institution" and one["carrier"] == _KWH else Decimal(one["year"])
                yield _point(stated, f"{unit.code}.{one['code']}", unit.code, Words(one["name"], one["name_en"]), one["carrier"], amount, **more)


def _virtual(stated: Mapping[str, Any], unit: str, one: Mapping[str, Any]) -> PointEntry:
    """What the first of some meters counts beyond the others."""
    traits = {"carrier": one["carrier"], "flow": "消费", "formula": " - ".join(f"{unit}.{code}" for code in one["formula"])}
    name = Words(one["name"], one["name_en"])
    return PointEntry(code=f"{unit}.{one['code']}", organisation=unit, kind=PointKind.METER, name=name, valid_from=stated["from"], traits=traits)


def _told(shown: UnitCity, unit: SimulatedUnit, year: int) -> Decimal:
    """What a public institution reports as power, in kWh."""
    entry = institution_report(shown.profile, unit, year)[CellKey("energy", _KWH, "consumed")]
    return (entry.number or Decimal(0)) * 10_000


def _of_park(stated: Mapping[str, Any]) -> Iterator[PointEntry]:
    for one in stated["of_places"]:
        more = {name: one[name] for name in ("purpose", "flow") if name in one}
        yield _point(stated, one["code"], one["code"].split(".")[0], Words(one["name"], one["name_en"]), one["carrier"], Decimal(one["year"]), **more)


def _point(stated: Mapping[str, Any], code: str, organisation: str, name: Words, carrier: str, year: Decimal, **more: str) -> PointEntry:
    limit = limit_for(year)
    span = {"register_span": "10000000"} if code.endswith("MG1") and year > 10**8 else {}
    traits = {"flow": "消费"} | more | {"carrier": carrier, "serial": f"SIM-{code}", "multiplier": "1", "limit_per_hour": format(limit.quantize(Decimal("0.001"), ROUND_CEILING), "f")} | span
    if not span:
        traits["first_reading"] = "0"
    return PointEntry(code=code, organisation=organisation, kind=PointKind.METER, name=name, valid_from=stated["from"], traits=traits)
