"""The simulated devices of a demo (演示数采仪), for the simulator: their secrets are opened for these and for no real device."""

from decimal import Decimal

from shuangkong.kernel.rounding import round_gbt8170 as rounded
from shuangkong.pollution.conversions import oxygen_corrected
from shuangkong.rules import at
from shuangkong.services import clock
from shuangkong.services.monitoring_devices import device_settings
from shuangkong.services.monitoring_kinds import PointKind
from shuangkong.services.monitoring_points import points_on
from shuangkong.simulation.loggers import STEADY, SimulatedLogger
from shuangkong.store.models import Device, EmissionLimit, MonitoringPoint

_SYSTEMS = {
    PointKind.GAS_OUTLET: "31", PointKind.FUGITIVE: "31", PointKind.PARK_STATION: "22", PointKind.AIR_STATION: "22", PointKind.WATER_OUTLET: "32", PointKind.RIVER_SECTION: "21",
    PointKind.WATER_SOURCE: "21",
}  # fmt: skip


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
    return levels


def registered_loggers(*, seed: int) -> list[SimulatedLogger]:
    """Return the registered simulated devices as loggers that measure what their points have limits for (已登记的模拟数采仪)."""
    simulated = set(Device.objects.filter(is_simulated=True).values_list("mn", flat=True))
    settings = [one for mn, one in sorted(device_settings().items()) if mn in simulated]
    kinds = {code: PointKind[kind] for code, kind in MonitoringPoint.objects.filter(is_simulated=True).values_list("code", "kind")}
    levels = limited_levels()
    return [
        SimulatedLogger(one.mn, one.password, _SYSTEMS[kinds[one.point]], place, one.edition, one.checksum, one.key, levels.get(one.point, {}), seed)
        for place, one in enumerate(settings)
        if kinds.get(one.point) in _SYSTEMS
    ]
