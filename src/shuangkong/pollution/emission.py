"""Quantities emitted: hours and days of gas, slices of water, and how much of a sum was measured (排放量).

A mass comes from the measured concentration, dry and at standard state; the one converted to reference oxygen serves the
comparison with a limit only. A day is the sum of its hours, never mean concentration times daily flow. Water keeps two means:
the flow-weighted one, from which quantities come, and the arithmetic one beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

KG_PER_MG = Decimal("0.000001")
KG_PER_G = Decimal("0.001")
M3_PER_L = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class EmissionSum:
    """What a period emitted and what stands behind it (时段排放量).

    `kg` is None when no hour has a figure. An empty hour is in no sum and stays visible in `hours_empty`.
    """

    kg: Decimal | None
    substituted_kg: Decimal
    hours_measured: int
    hours_substituted: int
    hours_stopped: int
    hours_empty: int

    @property
    def is_whole(self) -> bool:
        """Tell whether no hour is empty."""
        return self.hours_empty == 0


@dataclass(frozen=True, slots=True)
class HourlyEmission:
    """One hour of an outlet (小时排放量): kg measured or substituted, None when empty; a stopped hour emits nothing."""

    kg: Decimal | None
    is_substituted: bool = False
    is_stopped: bool = False


@dataclass(frozen=True, slots=True)
class WaterSlice:
    """Water of a slice of time (水量片段): volume in m³, concentration in mg/L or None."""

    volume_m3: Decimal
    concentration_mg_l: Decimal | None


@dataclass(frozen=True, slots=True)
class WaterMeans:
    """A period of waste water (废水时段统计): volume and mass of what has a concentration, and both means.

    `unmeasured_m3` flowed without a concentration and is in no mass.
    """

    volume_m3: Decimal
    mass_kg: Decimal | None
    weighted_mg_l: Decimal | None
    arithmetic_mg_l: Decimal | None
    unmeasured_m3: Decimal


def hourly_mass(*, concentration_mg_m3: Decimal, flow_m3_h: Decimal) -> Decimal:
    """Return the mass emitted in an hour (小时排放量).

    Parameters
    ----------
    concentration_mg_m3 : Decimal
        Measured, dry, at standard state; never the one converted to reference oxygen. [mg/m³]
    flow_m3_h : Decimal
        Dry, at standard state. [m³/h]

    Returns
    -------
    Decimal
        Unrounded. [kg/h]

    Source
    ------
    HJ 212-2017 附录D 式33.

    Examples
    --------
    >>> hourly_mass(concentration_mg_m3=Decimal("35.0"), flow_m3_h=Decimal(120000)).normalize()
    Decimal('4.2')
    """
    return concentration_mg_m3 * flow_m3_h * KG_PER_MG


def emission_sum(hours: Sequence[HourlyEmission]) -> EmissionSum:
    """Return the sum of hours of gas: a day, a month, a year (日排放量).

    Parameters
    ----------
    hours : sequence of HourlyEmission
        Every hour due in the period. [kg/h]

    Returns
    -------
    EmissionSum
        Unrounded. [kg]

    Source
    ------
    HJ 212-2017 附录D 式34；印本多乘 10⁻⁶，与其单位 kg/d 不符，不取.

    Examples
    --------
    >>> found = emission_sum([HourlyEmission(Decimal("4.2")), HourlyEmission(Decimal(5), is_substituted=True), HourlyEmission(None)])
    >>> found.kg, found.substituted_kg, found.hours_empty, found.is_whole
    (Decimal('9.2'), Decimal('5'), 1, False)
    """
    stopped = sum(hour.is_stopped for hour in hours)
    told = [hour for hour in hours if hour.kg is not None and not hour.is_stopped]
    substituted = [hour for hour in told if hour.is_substituted]
    return EmissionSum(
        kg=_total(told) if told or (hours and stopped == len(hours)) else None,
        substituted_kg=_total(substituted),
        hours_measured=len(told) - len(substituted),
        hours_substituted=len(substituted),
        hours_stopped=stopped,
        hours_empty=len(hours) - len(told) - stopped,
    )


def _total(hours: Sequence[HourlyEmission]) -> Decimal:
    return sum((hour.kg for hour in hours if hour.kg is not None), Decimal(0))


def slice_volume(*, flow_l_s: Decimal, seconds: Decimal) -> Decimal:
    """Return the water of a slice of time (片段水量).

    Parameters
    ----------
    flow_l_s, seconds : Decimal
        Flow, and length of the slice. [L/s], [s]

    Returns
    -------
    Decimal
        Unrounded. [m³]

    Source
    ------
    HJ 212-2017 附录D 式1.

    Examples
    --------
    >>> slice_volume(flow_l_s=Decimal(50), seconds=Decimal(600))
    Decimal('30.000')
    """
    return flow_l_s * seconds * M3_PER_L


def mean_flow(*, volume_m3: Decimal, seconds: Decimal) -> Decimal:
    """Return the mean flow of a period (平均流量).

    Parameters
    ----------
    volume_m3, seconds : Decimal
        Water of the period, and its length. [m³], [s]

    Returns
    -------
    Decimal
        Unrounded. [L/s]

    Source
    ------
    HJ 212-2017 附录D 式5至7；印本缺由 m³ 到 L 的 1000，已补.

    Examples
    --------
    >>> mean_flow(volume_m3=Decimal(180), seconds=Decimal(3600))
    Decimal('50')
    """
    return volume_m3 * 1000 / seconds


def water_mass(*, volume_m3: Decimal, concentration_mg_l: Decimal) -> Decimal:
    """Return the mass in a volume of water (水污染物排放量).

    Parameters
    ----------
    volume_m3, concentration_mg_l : Decimal
        [m³], [mg/L]

    Returns
    -------
    Decimal
        Unrounded. [kg]

    Source
    ------
    HJ 212-2017 附录D 式8.

    Examples
    --------
    >>> water_mass(volume_m3=Decimal(20), concentration_mg_l=Decimal(30))
    Decimal('0.600')
    """
    return volume_m3 * concentration_mg_l * KG_PER_G


def water_means(slices: Sequence[WaterSlice]) -> WaterMeans:
    """Return volume, mass and both means of a period of waste water (废水时段均值).

    Parameters
    ----------
    slices : sequence of WaterSlice
        Ten-minute volumes of an hour, or hours of a day. [m³], [mg/L]

    Returns
    -------
    WaterMeans
        Unrounded; means None without a concentration, the weighted one also without water. [m³], [kg], [mg/L]

    Source
    ------
    HJ 212-2017 附录D 式9至17.

    Examples
    --------
    >>> blocks = [WaterSlice(Decimal(20), Decimal(30))] * 3 + [WaterSlice(Decimal(40), Decimal(15))] * 3
    >>> found = water_means(blocks)
    >>> found.volume_m3, found.mass_kg, found.weighted_mg_l, found.arithmetic_mg_l
    (Decimal('180'), Decimal('3.600'), Decimal('20.000'), Decimal('22.5'))
    """
    told = [(each.volume_m3, each.concentration_mg_l) for each in slices if each.concentration_mg_l is not None]
    volume = sum((each.volume_m3 for each in slices), Decimal(0))
    measured = sum((cubic for cubic, _ in told), Decimal(0))
    mass = sum((water_mass(volume_m3=cubic, concentration_mg_l=mg_l) for cubic, mg_l in told), Decimal(0))
    return WaterMeans(
        volume_m3=volume,
        mass_kg=mass if told else None,
        weighted_mg_l=mass * 1000 / measured if measured else None,
        arithmetic_mg_l=sum((mg_l for _, mg_l in told), Decimal(0)) / len(told) if told else None,
        unmeasured_m3=volume - measured,
    )
