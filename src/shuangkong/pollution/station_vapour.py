"""Oil-vapour recovery at filling stations: air-to-liquid ratio and pressure (油气回收)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.rounding import plain
from shuangkong.rules import RulesOnDay, RuleValue


class NoFuelDelivered(Refusal):
    """A ratio to no fuel (未加油)."""

    def __init__(self, liquid_l: Decimal) -> None:
        super().__init__(
            thing=Words("加油量", "fuel delivered"),
            value=f"{plain(liquid_l)} L",
            rule=Words("须大于零，否则没有气液比", "must be above zero, or there is no ratio"),
            remedy=Words("核对加油枪数据", "check the nozzle's data"),
        )


class StationLight(Enum):
    """What a day of a nozzle or tank calls for (预警状态)."""

    NORMAL = "正常"
    WARNING = "预警"
    UNKNOWN = "数据不足"


@dataclass(frozen=True, slots=True)
class NozzleDay:
    """A nozzle's day (加油枪日统计): fillings, those with a ratio out of the band, and what follows."""

    fillings: int
    outside: int
    light: StationLight
    rules: tuple[RuleValue, ...]


@dataclass(frozen=True, slots=True)
class TankPressure:
    """A tank's pressure (油罐压力): the longest span without pressure, and what follows. [min]"""

    longest_flat_min: Decimal
    light: StationLight
    rules: tuple[RuleValue, ...]


def air_to_liquid_ratio(*, vapour_l: Decimal, liquid_l: Decimal) -> Decimal:
    """Return the air-to-liquid ratio of a filling (气液比).

    Parameters
    ----------
    vapour_l, liquid_l : Decimal
        Vapour drawn back and fuel delivered. [L]

    Returns
    -------
    Decimal
        Unrounded. [-]

    Raises
    ------
    NoFuelDelivered
        If no fuel was delivered.

    Source
    ------
    GB 20952-2020，凭记忆，未核实.

    Examples
    --------
    >>> air_to_liquid_ratio(vapour_l=Decimal(33), liquid_l=Decimal(30))
    Decimal('1.1')
    """
    if liquid_l <= 0:
        raise NoFuelDelivered(liquid_l)
    return vapour_l / liquid_l


def meets_ratio(ratio: Decimal, *, rules: RulesOnDay) -> bool:
    """Tell whether a ratio found in a test meets the standard (气液比是否达标).

    Parameters
    ----------
    ratio : Decimal
        [-]
    rules : RulesOnDay
        For the band, both ends included.

    Returns
    -------
    bool

    Source
    ------
    GB 20952-2020，凭记忆，未核实.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> [meets_ratio(Decimal(ratio), rules=at(date(2023, 12, 31))) for ratio in ("0.99", "1.0", "1.2", "1.21")]
    [False, True, True, False]
    """
    band = rules.get("pollution.vapour_recovery.ratio").value
    return bool(band["lowest"] <= ratio <= band["highest"])


def nozzle_day(ratios: Sequence[Decimal], *, rules: RulesOnDay) -> NozzleDay:
    """Return what a day of on-line ratios of one nozzle calls for (在线气液比日判定).

    Parameters
    ----------
    ratios : sequence of Decimal
        One per filling. [-]
    rules : RulesOnDay
        For the on-line band and the share out of it.

    Returns
    -------
    NozzleDay
        UNKNOWN without a filling.

    Source
    ------
    GB 20952-2020 在线监测部分，凭记忆（弱），未核实.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> ratios = [Decimal("1.1")] * 3 + [Decimal("0.5")]
    >>> nozzle_day(ratios, rules=at(date(2023, 12, 31))).light.name
    'NORMAL'
    """
    band = rules.get("pollution.vapour_recovery.online_ratio")
    share = rules.get("pollution.vapour_recovery.online_outside_most_pct")
    outside = sum(not band.value["lowest"] <= ratio <= band.value["highest"] for ratio in ratios)
    if not ratios:
        light = StationLight.UNKNOWN
    else:
        light = StationLight.WARNING if outside * 100 > share.number * len(ratios) else StationLight.NORMAL
    return NozzleDay(len(ratios), outside, light, (band, share))


def tank_pressure(gauge_pa: Sequence[Decimal | None], *, step_min: Decimal, rules: RulesOnDay) -> TankPressure:
    """Return whether a tank lost its pressure: gauge near zero for too long means a leak (油罐零压).

    Parameters
    ----------
    gauge_pa : sequence of Decimal or None
        Pressure above the air's at even steps; an absent one breaks a span. [Pa]
    step_min : Decimal
        Between two. [min]
    rules : RulesOnDay
        For the band of zero and how long it may last.

    Returns
    -------
    TankPressure
        UNKNOWN without a value. [min]

    Source
    ------
    GB 20952-2020 在线监测部分，凭记忆（弱），未核实.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> tank_pressure([Decimal(20)] * 24, step_min=Decimal(30), rules=at(date(2023, 12, 31))).light.name
    'WARNING'
    """
    band = rules.get("pollution.vapour_recovery.zero_pressure_pa")
    most = rules.get("pollution.vapour_recovery.zero_pressure_most_h")
    longest = run = 0
    for pressure in gauge_pa:
        run = run + 1 if pressure is not None and abs(pressure) <= band.number else 0
        longest = max(longest, run)
    if all(pressure is None for pressure in gauge_pa):
        return TankPressure(Decimal(0), StationLight.UNKNOWN, (band, most))
    lasted = longest * step_min
    light = StationLight.WARNING if lasted >= most.number * 60 else StationLight.NORMAL
    return TankPressure(lasted, light, (band, most))


@dataclass(frozen=True, slots=True)
class NozzleTold:
    """A nozzle's day with its volumes (加油枪日数据). [L]"""

    number: str
    found: NozzleDay
    vapour_l: Decimal
    liquid_l: Decimal

    @property
    def ratio(self) -> Decimal | None:
        """The ratio of the day's volumes, None without fuel. Unrounded. [-]"""
        return air_to_liquid_ratio(vapour_l=self.vapour_l, liquid_l=self.liquid_l) if self.liquid_l > 0 else None


@dataclass(frozen=True, slots=True)
class TankTold:
    """A tank's day (油罐日数据): what its pressure calls for, its ends. [Pa]"""

    number: str
    found: TankPressure
    lowest_pa: Decimal | None
    highest_pa: Decimal | None


@dataclass(frozen=True, slots=True)
class StationDay:
    """A day of a filling station (加油站日判定)."""

    nozzles: tuple[NozzleTold, ...]
    tanks: tuple[TankTold, ...]

    @property
    def fillings(self) -> int:
        """How many of all nozzles."""
        return sum(one.found.fillings for one in self.nozzles)

    @property
    def warned_nozzles(self) -> tuple[NozzleTold, ...]:
        """Those with too many ratios out of the band."""
        return tuple(one for one in self.nozzles if one.found.light is StationLight.WARNING)

    @property
    def warned_tanks(self) -> tuple[TankTold, ...]:
        """Those without pressure for too long."""
        return tuple(one for one in self.tanks if one.found.light is StationLight.WARNING)

    @property
    def light(self) -> StationLight:
        """What the day calls for: WARNING where anything does, UNKNOWN where nothing was told."""
        lights = {nozzle.found.light for nozzle in self.nozzles} | {tank.found.light for tank in self.tanks}
        return next((light for light in (StationLight.WARNING, StationLight.NORMAL) if light in lights), StationLight.UNKNOWN)


def station_day(
    *, fillings: Mapping[str, Sequence[tuple[Decimal, Decimal]]], pressures: Mapping[str, Sequence[Decimal | None]], step_min: Decimal, rules: RulesOnDay
) -> StationDay:  # fmt: skip
    """Return a day of a filling station (加油站日判定).

    Parameters
    ----------
    fillings : mapping of str to sequence of (Decimal, Decimal)
        By nozzle, vapour and fuel of each; one without fuel has no ratio and is left out. [L]
    pressures : mapping of str to sequence of Decimal or None
        By tank, at even steps. [Pa]
    step_min : Decimal
        Between two pressures. [min]
    rules : RulesOnDay
        Of the day.

    Returns
    -------
    StationDay
        By number of nozzle and tank.

    Source
    ------
    GB 20952-2020 在线监测部分，凭记忆（弱），未核实.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> told = {"01": [(Decimal(33), Decimal(30)), (Decimal(15), Decimal(30))], "02": [(Decimal(11), Decimal(10))]}
    >>> found = station_day(fillings=told, pressures={"01": [Decimal(300)]}, step_min=Decimal(10), rules=at(date(2026, 3, 1)))
    >>> found.light.name, [one.number for one in found.warned_nozzles], found.nozzles[0].ratio
    ('WARNING', ['01'], Decimal('0.8'))
    """
    nozzles = []
    for number, some in sorted(fillings.items()):
        fuelled = [(vapour, liquid) for vapour, liquid in some if liquid > 0]
        ratios = [air_to_liquid_ratio(vapour_l=vapour, liquid_l=liquid) for vapour, liquid in fuelled]
        nozzles.append(NozzleTold(number, nozzle_day(ratios, rules=rules), sum((one for one, _ in fuelled), Decimal(0)), sum((one for _, one in fuelled), Decimal(0))))
    tanks = []
    for number, every in sorted(pressures.items()):
        known = [one for one in every if one is not None]
        tanks.append(TankTold(number, tank_pressure(every, step_min=step_min, rules=rules), min(known, default=None), max(known, default=None)))
    return StationDay(tuple(nozzles), tuple(tanks))
