"""From measured values to emission: standard state, oxygen, hourly mass, and what replaces missing hours.

Emission is the measured dry standard concentration times the flow. The concentration converted to reference oxygen
serves the comparison with a limit only; it never enters a mass.
"""

from dataclasses import dataclass
from decimal import Decimal

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.rounding import plain
from shuangkong.rules import RulesOnDay, RuleValue

KG_PER_MG = Decimal("0.000001")


class OxygenOutOfRange(Refusal):
    """No conversion at the oxygen of air or above (含氧量不低于空气)."""

    def __init__(self, oxygen_pct: Decimal, air_pct: Decimal) -> None:
        super().__init__(
            thing=Words("含氧量", "oxygen"),
            value=f"{plain(oxygen_pct)}%",
            rule=Words(f"须低于 {plain(air_pct)}%，否则折算无意义", f"must be below {plain(air_pct)} %, or the conversion has no meaning"),
            remedy=Words("核对氧表；保留实测浓度，不折算", "check the analyser; keep the measured value unconverted"),
        )


class ImpossibleGasState(Refusal):
    """Pressure, temperature or moisture of no real gas (烟气状态不可能)."""

    def __init__(self, thing: Words, figure: Decimal) -> None:
        super().__init__(
            thing=thing,
            value=plain(figure),
            rule=Words("不是真实烟气的状态", "is the state of no real gas"),
            remedy=Words("压力用 Pa，温度用 ℃，含湿量用 %（0–100）", "give pressure in Pa, temperature in °C, moisture in % (0–100)"),
        )


class WindowMissing(Refusal):
    """The maximum of the window the rule asks for is not given (缺少所需时段最大值)."""

    def __init__(self, hours: Decimal) -> None:
        super().__init__(
            thing=Words(f"前 {plain(hours)} 个有效小时最大排放量", f"maximum of the last {plain(hours)} valid hours"),
            value="",
            rule=Words("按规定须用此值替代，但未给出", "is what the rule asks for, and is not given"),
            remedy=Words(f"补充 max_{plain(hours)}_kg_h", f"give max_{plain(hours)}_kg_h"),
        )


def _wet_to_standard(
    *, barometric_pa: Decimal, static_pa: Decimal, temperature_c: Decimal, moisture_pct: Decimal, rules: RulesOnDay
) -> tuple[Decimal, Decimal, Decimal]:
    """Return numerator and denominator of the volume change to standard state, and the dry share."""
    zero_k = rules.get("pollution.gas_conversion.standard_temperature_k").number
    standard_pa = rules.get("pollution.gas_conversion.standard_pressure_pa").number
    pressure_pa = barometric_pa + static_pa
    if pressure_pa <= 0:
        raise ImpossibleGasState(Words("绝对压力", "absolute pressure"), pressure_pa)
    if temperature_c <= -zero_k:
        raise ImpossibleGasState(Words("烟温", "temperature"), temperature_c)
    if not 0 <= moisture_pct < 100:
        raise ImpossibleGasState(Words("含湿量", "moisture"), moisture_pct)
    return standard_pa * (zero_k + temperature_c), pressure_pa * zero_k, (100 - moisture_pct) / 100


def gas_standard_concentration(
    *,
    concentration_mg_m3: Decimal,
    barometric_pa: Decimal,
    static_pa: Decimal,
    temperature_c: Decimal,
    moisture_pct: Decimal,
    rules: RulesOnDay,
) -> Decimal:
    """Return a wet working concentration at dry standard state (标干浓度).

    Parameters
    ----------
    concentration_mg_m3 : Decimal
        In the wet gas as it flows. [mg/m³]
    barometric_pa, static_pa : Decimal
        Air pressure, and static pressure of the duct, often negative. [Pa]
    temperature_c, moisture_pct : Decimal
        Of the gas. [°C], [%]
    rules : RulesOnDay
        For standard temperature and pressure.

    Returns
    -------
    Decimal
        Unrounded. [mg/m³]

    Raises
    ------
    ImpossibleGasState
        If pressure, temperature or moisture is of no real gas.

    Source
    ------
    HJ 212-2017 附录D 式18、19.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> gas_standard_concentration(concentration_mg_m3=Decimal(100), barometric_pa=Decimal(101325), static_pa=Decimal(0),
    ...     temperature_c=Decimal(273), moisture_pct=Decimal(20), rules=at(date(2023, 12, 31)))
    Decimal('2.5E+2')
    """
    up, down, dry = _wet_to_standard(
        barometric_pa=barometric_pa, static_pa=static_pa, temperature_c=temperature_c, moisture_pct=moisture_pct, rules=rules
    )
    return concentration_mg_m3 * up / (down * dry)


def gas_standard_flow(
    *,
    flow_m3_h: Decimal,
    barometric_pa: Decimal,
    static_pa: Decimal,
    temperature_c: Decimal,
    moisture_pct: Decimal,
    rules: RulesOnDay,
) -> Decimal:
    """Return a wet working flow at dry standard state (标干流量).

    Parameters
    ----------
    flow_m3_h : Decimal
        Of the wet gas as it flows. [m³/h]
    barometric_pa, static_pa, temperature_c, moisture_pct, rules
        As for `gas_standard_concentration`.

    Returns
    -------
    Decimal
        Unrounded. [m³/h]

    Raises
    ------
    ImpossibleGasState
        If pressure, temperature or moisture is of no real gas.

    Source
    ------
    HJ 212-2017 附录D 式31.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> gas_standard_flow(flow_m3_h=Decimal(1000), barometric_pa=Decimal(101325), static_pa=Decimal(0),
    ...     temperature_c=Decimal(273), moisture_pct=Decimal(20), rules=at(date(2023, 12, 31)))
    Decimal('400.0')
    """
    up, down, dry = _wet_to_standard(
        barometric_pa=barometric_pa, static_pa=static_pa, temperature_c=temperature_c, moisture_pct=moisture_pct, rules=rules
    )
    return flow_m3_h * down * dry / up


def oxygen_corrected(
    *, concentration_mg_m3: Decimal, oxygen_pct: Decimal, reference_oxygen_pct: Decimal, rules: RulesOnDay
) -> Decimal:
    """Return a measured concentration at reference oxygen, for comparison with a limit (基准含氧量折算浓度).

    Volumes go the other way: passing them with the two oxygens exchanged brings a measured volume to reference oxygen.

    Parameters
    ----------
    concentration_mg_m3 : Decimal
        Dry, at standard state. [mg/m³]
    oxygen_pct, reference_oxygen_pct : Decimal
        Measured in dry gas, and set by the permit. [%]
    rules : RulesOnDay
        For the oxygen of air.

    Returns
    -------
    Decimal
        Unrounded; multiplied before divided, so that an even figure comes out even. [mg/m³]

    Raises
    ------
    OxygenOutOfRange
        If either oxygen is that of air or more, or below zero.

    Source
    ------
    HJ 212-2017 附录D 式28.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> oxygen_corrected(concentration_mg_m3=Decimal(30), oxygen_pct=Decimal("8.5"), reference_oxygen_pct=Decimal(6),
    ...                  rules=at(date(2023, 12, 31)))
    Decimal('36')
    """
    air_pct = rules.get("pollution.gas_conversion.air_oxygen_pct").number
    for each in (oxygen_pct, reference_oxygen_pct):
        if not 0 <= each < air_pct:
            raise OxygenOutOfRange(each, air_pct)
    return concentration_mg_m3 * (air_pct - reference_oxygen_pct) / (air_pct - oxygen_pct)


def nox_from_ppm(*, no_ppm: Decimal, no2_ppm: Decimal, rules: RulesOnDay) -> Decimal:
    """Return NOx as NO2 from the two gases in ppm (氮氧化物质量浓度).

    Parameters
    ----------
    no_ppm, no2_ppm : Decimal
        By volume, dry. [µmol/mol]
    rules : RulesOnDay
        For the molar mass of NO2 and the molar volume.

    Returns
    -------
    Decimal
        At standard state. Unrounded. [mg/m³]

    Source
    ------
    HJ 212-2017 附录D 式22.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> nox_from_ppm(no_ppm=Decimal(40), no2_ppm=Decimal("4.8"), rules=at(date(2023, 12, 31)))
    Decimal('92.010')
    """
    molar_mass = rules.get("pollution.gas_conversion.no2_g_per_mol").number
    molar_volume = rules.get("pollution.gas_conversion.molar_volume_l_per_mol").number
    return (no_ppm + no2_ppm) * molar_mass / molar_volume


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


@dataclass(frozen=True, slots=True)
class Substitution:
    """What replaces missing hours (缺失时段替代): mass, hourly mass and window used; or none, with the reason."""

    substituted_kg: Decimal | None
    hourly_kg: Decimal | None
    window_hours: Decimal | None
    reason: Words
    rules: tuple[RuleValue, ...]


def valid_rate_pct(rate: Decimal) -> Decimal:
    """Return a valid rate in per cent, given as a fraction or in per cent (有效数据率).

    Up to 1 it is a fraction: a quarter with at most one per cent of its hours valid is not reviewed at all, while 1 is
    how a whole quarter is written as a fraction.

    Parameters
    ----------
    rate : Decimal
        As a fraction or in per cent. [-] or [%]

    Returns
    -------
    Decimal
        [%]

    Source
    ------
    本系统读数约定.

    Examples
    --------
    >>> valid_rate_pct(Decimal("0.92")), valid_rate_pct(Decimal(92)), valid_rate_pct(Decimal(1))
    (Decimal('92.00'), Decimal('92'), Decimal('100'))
    """
    return rate * 100 if rate <= 1 else rate


def substitute_missing(
    *, rate_pct: Decimal, missing_hours: Decimal, maximum_kg_h: dict[Decimal, Decimal], rules: RulesOnDay
) -> Substitution:
    """Return the emission of consecutive missing hours from the highest valid hour before (缺失时段排放量替代).

    Parameters
    ----------
    rate_pct : Decimal
        Valid-data rate of the quarter. [%]
    missing_hours : Decimal
        Consecutive hours without valid data. [h]
    maximum_kg_h : dict of Decimal to Decimal
        Highest hourly emission by length of the window before, in valid hours. [kg/h]
    rules : RulesOnDay
        For thresholds and windows.

    Returns
    -------
    Substitution
        `substituted_kg` is for all missing hours, unrounded; None below the lowest rate, where nothing may stand in. [kg]

    Raises
    ------
    WindowMissing
        If the window the rule asks for is not given.

    Source
    ------
    HJ 75-2017 12（缺失数据处理），数值见公开实现，与记忆一致.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> maxima = {Decimal(180): Decimal(5), Decimal(720): Decimal(6), Decimal(2160): Decimal(7)}
    >>> substitute_missing(rate_pct=Decimal(92), missing_hours=Decimal(10), maximum_kg_h=maxima,
    ...                    rules=at(date(2023, 12, 31))).substituted_kg
    Decimal('50')
    """
    rule = rules.get("pollution.missing_data.gas")
    table = rule.value
    if rate_pct < table["lowest_rate_pct"]:
        bound = plain(table["lowest_rate_pct"])
        return Substitution(
            None, None, None,
            Words(f"有效数据率低于 {bound}%，不得替代，应采用手工监测等方法", f"valid rate below {bound} %: nothing may stand in; use manual monitoring"),
            (rule,),
        )  # fmt: skip
    if rate_pct < table["full_rate_pct"]:
        window = table["window_low_rate_h"]
    elif missing_hours <= table["short_gap_h"]:
        window = table["window_short_gap_h"]
    else:
        window = table["window_long_gap_h"]
    if window not in maximum_kg_h:
        raise WindowMissing(window)
    hourly = maximum_kg_h[window]
    return Substitution(
        hourly * missing_hours, hourly, window,
        Words(f"取前 {plain(window)} 个有效小时最大值", f"maximum of the last {plain(window)} valid hours"),
        (rule,),
    )  # fmt: skip


def collection_pct(*, flow_m3_d: Decimal, bod_in_mg_l: Decimal, population: Decimal, load_g_per_person_day: Decimal) -> Decimal:
    """Return the share of people's load that reaches the sewage plant (生活污水集中收集率).

    Parameters
    ----------
    flow_m3_d, bod_in_mg_l : Decimal
        Influent of the plant. [m³/d], [mg/L]
    population : Decimal
        Resident people served. [人]
    load_g_per_person_day : Decimal
        BOD per head. [g/(人·d)]

    Returns
    -------
    Decimal
        Above 100 when industrial or seeping water is in it, which the caller should look into. Unrounded. [%]

    Source
    ------
    城镇污水处理提质增效三年行动方案（2019—2021年）的集中收集率口径，凭记忆，未核实.

    Examples
    --------
    >>> collection_pct(flow_m3_d=Decimal(90000), bod_in_mg_l=Decimal(100), population=Decimal(400000),
    ...                load_g_per_person_day=Decimal(45))
    Decimal('50')
    """
    return flow_m3_d * bod_in_mg_l * 100 / (population * load_g_per_person_day)


@dataclass(frozen=True, slots=True)
class CarbonCap:
    """What a charge of activated carbon can hold (活性炭吸附上限)."""

    interval_days: Decimal
    cap_t: Decimal


def carbon_adsorption_cap(
    *,
    carbon_kg: Decimal,
    adsorption_pct: Decimal,
    concentration_mg_m3: Decimal,
    flow_m3_h: Decimal,
    hours_per_day: Decimal,
    refills: Decimal,
) -> CarbonCap:
    """Return how long a charge lasts, and the most its refills can have removed (活性炭更换周期与吸附上限).

    Parameters
    ----------
    carbon_kg : Decimal
        Carbon per charge. [kg]
    adsorption_pct : Decimal
        Dynamic adsorption, mass of VOC per mass of carbon. [%]
    concentration_mg_m3, flow_m3_h, hours_per_day : Decimal
        VOC removed, gas treated, running time. [mg/m³], [m³/h], [h/d]
    refills : Decimal
        Charges used in the year. [-]

    Returns
    -------
    CarbonCap
        Unrounded. [d], [t]

    Source
    ------
    佛山市活性炭更换周期公式（转引）；上限按物料平衡推算.

    Examples
    --------
    >>> carbon_adsorption_cap(carbon_kg=Decimal(2000), adsorption_pct=Decimal(10), concentration_mg_m3=Decimal(50),
    ...     flow_m3_h=Decimal(20000), hours_per_day=Decimal(10), refills=Decimal(12))
    CarbonCap(interval_days=Decimal('20'), cap_t=Decimal('2.4'))
    """
    held_kg = carbon_kg * adsorption_pct / 100
    daily_kg = concentration_mg_m3 * flow_m3_h * hours_per_day / 1000000
    return CarbonCap(held_kg / daily_kg, held_kg * refills / 1000)
