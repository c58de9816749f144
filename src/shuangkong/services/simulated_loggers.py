"""The simulated devices of a demo (演示数采仪), for the simulator: their secrets are opened for these and for no real device."""

from decimal import Decimal

from shuangkong.services import clock
from shuangkong.services.monitoring_devices import device_settings
from shuangkong.services.monitoring_kinds import PointKind
from shuangkong.simulation.loggers import SimulatedLogger
from shuangkong.store.models import Device, EmissionLimit, MonitoringPoint

_SYSTEMS = {
    PointKind.GAS_OUTLET: "31", PointKind.FUGITIVE: "31", PointKind.PARK_STATION: "22", PointKind.AIR_STATION: "22", PointKind.WATER_OUTLET: "32", PointKind.RIVER_SECTION: "21",
    PointKind.WATER_SOURCE: "21",
}  # fmt: skip


def registered_loggers(*, seed: int) -> list[SimulatedLogger]:
    """Return the registered simulated devices as loggers that measure what their points have limits for (已登记的模拟数采仪)."""
    simulated = set(Device.objects.filter(is_simulated=True).values_list("mn", flat=True))
    settings = [one for mn, one in sorted(device_settings().items()) if mn in simulated]
    kinds = {code: PointKind[kind] for code, kind in MonitoringPoint.objects.filter(is_simulated=True).values_list("code", "kind")}
    levels: dict[str, dict[str, Decimal]] = {}
    for row in EmissionLimit.objects.filter(valid_from__lte=clock.today(), point__is_simulated=True).select_related("point").order_by("valid_from", "id"):
        if row.high is not None:
            levels.setdefault(row.point.code, {})[row.factor] = row.high
    return [
        SimulatedLogger(one.mn, one.password, _SYSTEMS[kinds[one.point]], place, one.edition, one.checksum, one.key, levels.get(one.point, {}), seed)
        for place, one in enumerate(settings)
        if kinds.get(one.point) in _SYSTEMS
    ]
