"""Water of a network or a district: balance, leakage by CJJ 92, least night flow, reclaimed water (供水平衡与漏损)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import CHINA_STANDARD_TIME
from shuangkong.kernel.rounding import plain
from shuangkong.rules import RulesOnDay, RuleValue
from shuangkong.timeseries.load_curve import LoadPoint

TABLE = "energy.water_leakage"


class NoWaterSupplied(Refusal):
    """A rate of nothing supplied (无供水量)."""

    def __init__(self, supplied: Decimal) -> None:
        super().__init__(
            thing=Words("供水总量", "water supplied"),
            value=plain(supplied),
            rule=Words("须大于零，否则没有漏损率", "must be above zero, or there is no rate"),
            remedy=Words("核对供水量", "check the volume supplied"),
        )


@dataclass(frozen=True, slots=True)
class NetworkYear:
    """A year of a public network (供水管网年度情况); what is not known is None and not corrected for.

    Volumes in 万m³, pipes of DN75 and more in km, mean pressure at the works in MPa, greatest frost depth in m.
    """

    supplied_10k_m3: Decimal
    registered_10k_m3: Decimal
    per_household_10k_m3: Decimal | None = None
    pipe_km: Decimal | None = None
    pressure_mpa: Decimal | None = None
    frost_depth_m: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Leakage:
    """Leakage of a network (漏损率): loss rate before correction, corrections by name, leakage, whether each grade is met. [%]"""

    loss_pct: Decimal
    corrections: Mapping[str, Decimal]
    leakage_pct: Decimal
    meets_first: bool
    meets_second: bool
    rules: tuple[RuleValue, ...]


@dataclass(frozen=True, slots=True)
class DistrictBalance:
    """Water of a metered district (分区计量平衡): what went in less what went out and was used; None when a total is missing."""

    loss: Decimal | None
    pct: Decimal | None
    missing: tuple[str, ...]


def network_leakage(year: NetworkYear, *, rules: RulesOnDay) -> Leakage:
    """Return the leakage of a public water network (公共供水管网漏损率).

    Parameters
    ----------
    year : NetworkYear
        `registered_10k_m3` is all registered use, billed and free.
    rules : RulesOnDay
        For corrections and grades.

    Returns
    -------
    Leakage
        Unrounded. [%]

    Raises
    ------
    NoWaterSupplied
        If nothing was supplied.

    Source
    ------
    CJJ 92-2016（2018年局部修订），凭记忆，未核实.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> year = NetworkYear(Decimal(1000), Decimal(870), per_household_10k_m3=Decimal(500), pipe_km=Decimal(80))
    >>> found = network_leakage(year, rules=at(date(2023, 12, 31)))
    >>> found.loss_pct, {name: str(points) for name, points in found.corrections.items()}, str(found.leakage_pct), found.meets_first
    (Decimal('13'), {'per_household': '4.00', 'pipe_length': '1.059300'}, '7.940700', True)
    """
    if year.supplied_10k_m3 <= 0:
        raise NoWaterSupplied(year.supplied_10k_m3)
    used: list[RuleValue] = []

    def rule(name: str) -> RuleValue:
        used.append(rules.get(f"{TABLE}.{name}"))
        return used[-1]

    corrections: dict[str, Decimal] = {}
    if year.per_household_10k_m3 is not None:
        corrections["per_household"] = rule("per_household_share").number * year.per_household_10k_m3 * 100 / year.supplied_10k_m3
    if year.pipe_km is not None:
        bound = rule("pipe_length_most").number
        per_volume = year.pipe_km / year.supplied_10k_m3
        points = rule("pipe_length_slope").number * (per_volume - rule("pipe_length_offset").number) * 100
        corrections["pipe_length"] = max(-bound, min(bound, points))
    if year.pressure_mpa is not None:
        pressure = year.pressure_mpa
        steps = [step["points"] for step in rule("pressure").value if pressure > step["above_mpa"]]
        corrections["pressure"] = max(steps, default=Decimal(0))
    if year.frost_depth_m is not None:
        is_deep = year.frost_depth_m > rule("frost_depth_above_m").number
        corrections["frost"] = rule("frost_points").number if is_deep else Decimal(0)
    loss = (year.supplied_10k_m3 - year.registered_10k_m3) * 100 / year.supplied_10k_m3
    leakage = loss - sum(corrections.values(), Decimal(0))
    return Leakage(loss, corrections, leakage, leakage <= rule("grade_first").number, leakage <= rule("grade_second").number, tuple(used))


def district_balance(
    *, inlets: Mapping[str, Decimal | None], outlets: Mapping[str, Decimal | None], users: Mapping[str, Decimal | None]
) -> DistrictBalance:
    """Return what a metered district loses (独立计量区水量平衡).

    Parameters
    ----------
    inlets, outlets, users : mapping of str to Decimal or None
        Totals by meter over one span, None when unknown. [m³]

    Returns
    -------
    DistrictBalance
        Share of what stayed in the district. Negative when users count more than came. Unrounded. [m³], [%]

    Source
    ------
    CJJ 92-2016 水量平衡，凭记忆，未核实.

    Examples
    --------
    >>> found = district_balance(inlets={"甲": Decimal(500)}, outlets={"乙": Decimal(100)}, users={"丙": Decimal(300), "丁": Decimal(60)})
    >>> found.loss, found.pct
    (Decimal('40'), Decimal('10'))
    """
    missing = tuple(name for meters in (inlets, outlets, users) for name, amount in meters.items() if amount is None)
    if missing or not inlets:
        return DistrictBalance(None, None, missing)
    into, out, use = (sum((amount for amount in meters.values() if amount is not None), Decimal(0)) for meters in (inlets, outlets, users))
    stayed = into - out
    return DistrictBalance(stayed - use, (stayed - use) * 100 / stayed if stayed else None, ())


def least_night_flow(curve: Sequence[LoadPoint], *, rules: RulesOnDay) -> LoadPoint | None:
    """Return the least flow of the night hours, which is mostly leakage (夜间最小流量).

    Parameters
    ----------
    curve : sequence of LoadPoint
        Flow into a district, with zones. [m³/h]
    rules : RulesOnDay
        For the hours.

    Returns
    -------
    LoadPoint or None
        None without a point in those hours. [m³/h]

    Source
    ------
    CJJ 92-2016 分区管理，凭记忆，未核实；时段为本系统设计.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> curve = [LoadPoint(datetime(2023, 5, 1, hour, tzinfo=CHINA_STANDARD_TIME), Decimal(flow)) for hour, flow in enumerate((9, 5, 4, 3, 2))]
    >>> least_night_flow(curve, rules=at(date(2023, 12, 31))).load
    Decimal('3')
    """
    first, last = (rules.get(f"energy.metering.{name}").number for name in ("night_from_hour", "night_to_hour"))
    night = [point for point in curve if first <= _china_hour(point.start) < last]
    return min(night, key=lambda point: point.load, default=None)


def _china_hour(moment: datetime) -> int:
    return (moment.astimezone(CHINA_STANDARD_TIME) if moment.tzinfo else moment).hour


def reclaimed_share_pct(*, by_purpose_m3: Mapping[str, Decimal], treated_m3: Decimal) -> Decimal | None:
    """Return the share of treated sewage that is used again (再生水利用率).

    Parameters
    ----------
    by_purpose_m3 : mapping of str to Decimal
        Reclaimed water by purpose. [m³]
    treated_m3 : Decimal
        Sewage treated. [m³]

    Returns
    -------
    Decimal or None
        None when nothing was treated. Unrounded. [%]

    Source
    ------
    城市（县城）建设统计调查制度，凭记忆，未核实.

    Examples
    --------
    >>> reclaimed_share_pct(by_purpose_m3={"工业生产": Decimal(20), "生态补水": Decimal(5)}, treated_m3=Decimal(100))
    Decimal('25')
    """
    return sum(by_purpose_m3.values(), Decimal(0)) * 100 / treated_m3 if treated_m3 else None
