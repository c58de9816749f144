"""The simulated devices of a demo (演示数采仪), for the simulator: their secrets are opened for these and for no real device."""

from decimal import Decimal

from shuangkong.kernel.rounding import round_gbt8170 as rounded
from shuangkong.pollution.conversions import oxygen_corrected
from shuangkong.rules import at
from shuangkong.services import clock
from shuangkong.services.monitoring_devices import device_settings
from shuangkong.services.monitoring_kinds import PointKind
from shuangkong.services.monitoring_points import points_on
from shuangkong.simulation.loggers import DIRTIER, STEADY, SimulatedLogger
from shuangkong.store.models import Device, EmissionLimit, MonitoringPoint

_SYSTEMS = {
    PointKind.GAS_OUTLET: "31", PointKind.FUGITIVE: "31", PointKind.PARK_STATION: "22", PointKind.AIR_STATION: "22", PointKind.WATER_OUTLET: "32", PointKind.RIVER_SECTION: "21",
    PointKind.WATER_SOURCE: "21", PointKind.GAS_INLET: "31", PointKind.VAPOUR_STATION: "31",
}  # fmt: skip
_NOZZLES = 4


def limited_levels() -> dict[str, dict[str, Decimal]]:
    """Return around which figure the factors of simulated points lie that have a limit (模拟水平): as measured, so that converted they stay below it, mostly."""
    rules, oxygen = at(clock.today()), Decimal(STEADY["31"]["a19001"])
    references = {one.code: one.traits["oxygen_pct"] for one in points_on(point__is_simulated=True) if one.traits.get("oxygen_pct")}
    levels: dict[str, dict[str, Decimal]] = {}
    for row in EmissionLimit.objects.filter(valid_from__lte=clock.today(), point__is_simulated=True, high__isnull=False).select_related("point").order_by("valid_from", "id"):
        level, reference = row.high or Decimal(0), references.get(row.point.code)
        if row.is_converted and reference:  # the oxygens exchanged: from converted to measured
            level = rounded(oxygen_corrected(concentration_mg_m3=level, oxygen_pct=Decimal(reference), reference_oxygen_pct=oxygen, rules=rules), 3)
        levels.setdefault(row.point.code, {})[row.factor] = level
    for code, outlet in treated_inlets().items():
        levels[code] = {factor: level * DIRTIER for factor, level in levels.get(outlet, {}).items()}
    return levels


def treated_inlets() -> dict[str, str]:
    """Return for which outlet the simulated inlets are treated (模拟治理设施)."""
    return {one.code: str(one.traits["treated_at"]) for one in points_on(point__is_simulated=True, point__kind=PointKind.GAS_INLET.name) if "treated_at" in one.traits}


def simulated_signals() -> dict[str, dict[str, Decimal]]:
    """Return what the signals of simulated outlets read while they run: well above the least (模拟运行信号)."""
    found = points_on(point__is_simulated=True, point__kind=PointKind.GAS_OUTLET.name)
    return {
        one.code: {one.traits[f"{name}_signal"]: Decimal(one.traits[f"{name}_runs_from"]) * 4 for name in ("production", "treatment")}
        for one in found if "treatment_signal" in one.traits and "production_signal" in one.traits
    }  # fmt: skip


def registered_loggers(*, seed: int) -> list[SimulatedLogger]:
    """Return the registered simulated devices as loggers that measure what their points have limits for (已登记的模拟数采仪)."""
    simulated = set(Device.objects.filter(is_simulated=True).values_list("mn", flat=True))
    settings = [one for mn, one in sorted(device_settings().items()) if mn in simulated]
    kinds = {code: PointKind[kind] for code, kind in MonitoringPoint.objects.filter(is_simulated=True).values_list("code", "kind")}
    levels, signals, inlets = limited_levels(), simulated_signals(), treated_inlets()
    return [
        SimulatedLogger(
            one.mn, one.password, _SYSTEMS[kinds[one.point]], place, one.edition, one.checksum, one.key, levels.get(one.point, {}), seed,
            facility=inlets.get(one.point, one.point if one.point in signals else ""), signals=tuple(signals.get(one.point, {}).items()),
            nozzles=_NOZZLES if kinds[one.point] is PointKind.VAPOUR_STATION else 0,
        )
        for place, one in enumerate(settings)
        if kinds.get(one.point) in _SYSTEMS
    ]
