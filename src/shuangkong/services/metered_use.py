"""What the meters of a unit say it used in a period (计量用量), where they cover enough of it to be held against a return."""

from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from shuangkong.kernel.period import Period
from shuangkong.lake.figures import FIGURES, Figure, FigureGrain, FigureLevel, find_figures
from shuangkong.lake.table import LakeTable
from shuangkong.rules import at
from shuangkong.services.lake_rows import city_lake
from shuangkong.services.meter_registers import registers_on
from shuangkong.services.monitoring_kinds import MeterFlow
from shuangkong.services.readings import LAKE_FOLDER

_DAY_SECONDS = 86_400
# What is used of what passes: taken and made, less what leaves; a store gives back what it took.
_SIGNS = {MeterFlow.CONSUMPTION: 1, MeterFlow.SUPPLY: 1, MeterFlow.GENERATION: 1, MeterFlow.STORAGE_OUT: 1, MeterFlow.EXPORT: -1, MeterFlow.STORAGE_IN: -1}
_TAKEN = (MeterFlow.CONSUMPTION.key, MeterFlow.SUPPLY.key)


class MainMeterUse(NamedTuple):
    """What was used of a carrier by its main meters (计量用量), in the unit of the carrier."""

    quantity: Decimal
    coverage_pct: Decimal


def metered_use(organisation: str, period: Period) -> dict[str, MainMeterUse]:
    """Return what main meters say was used in a period, by carrier (计量用量); a carrier that they do not cover well enough is left out.

    A meter counts only where it was fitted all the time, so that half a year of it is never taken for the whole.
    """
    if not (Path(settings.DATA) / LAKE_FOLDER / "figures").is_dir() or organisation not in {one.unit for one in registers_on().meters}:
        return {}
    with city_lake() as (lake, engine):
        table = LakeTable(lake.folder / "figures", FIGURES)
        found = find_figures(table, engine, level=FigureLevel.PLACE, node=organisation, grain=FigureGrain.MONTH, start=period.start, end=period.end)
    least = at(period.start).get("energy.metering.return_coverage_least_pct").number
    carriers = {one.carrier: [other for other in found if other.carrier == one.carrier] for one in found}
    used = {carrier: _used(some, (period.end - period.start).days * _DAY_SECONDS) for carrier, some in carriers.items()}
    return {carrier: one for carrier, one in used.items() if one is not None and one.coverage_pct >= least}


def _used(some: list[Figure], whole_s: int) -> MainMeterUse | None:
    expected, covered = sum(one.expected_s for one in some), sum(one.covered_s for one in some)
    taken = sum(one.expected_s for one in some if one.flow in _TAKEN)
    if not taken or taken % whole_s or not expected:
        return None
    signs = {flow.key: sign for flow, sign in _SIGNS.items()}
    return MainMeterUse(sum((signs[one.flow] * (one.quantity or Decimal(0)) for one in some), Decimal(0)), Decimal(covered) * 100 / expected)
