"""Conversions of flue gas: to standard state, to dry gas, to mass, to reference oxygen; each formula one function (烟气换算)."""

from decimal import Decimal

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.rounding import plain
from shuangkong.rules import RulesOnDay


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


def standard_state_concentration(
    *, concentration_mg_m3: Decimal, barometric_pa: Decimal, static_pa: Decimal, temperature_c: Decimal, rules: RulesOnDay
) -> Decimal:
    """Return a working concentration at standard state, as wet or dry as it was (标况浓度).

    Parameters
    ----------
    concentration_mg_m3 : Decimal
        In the gas as it flows. [mg/m³]
    barometric_pa, static_pa, temperature_c, rules
        As for `gas_standard_concentration`.

    Returns
    -------
    Decimal
        Unrounded. [mg/m³]

    Raises
    ------
    ImpossibleGasState
        If pressure or temperature is of no real gas.

    Source
    ------
    HJ 212-2017 附录D 式18.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> standard_state_concentration(concentration_mg_m3=Decimal(100), barometric_pa=Decimal(101325), static_pa=Decimal(0),
    ...     temperature_c=Decimal(273), rules=at(date(2023, 12, 31)))
    Decimal('200')
    """
    up, down, _ = _wet_to_standard(
        barometric_pa=barometric_pa, static_pa=static_pa, temperature_c=temperature_c, moisture_pct=Decimal(0), rules=rules
    )
    return concentration_mg_m3 * up / down


def dry_concentration(*, wet: Decimal, moisture_pct: Decimal) -> Decimal:
    """Return what is measured in wet gas for the gas without its water (干基浓度); oxygen the same way.

    Parameters
    ----------
    wet : Decimal
        In wet gas. [mg/m³] or [%]
    moisture_pct : Decimal
        Water in the gas. [%]

    Returns
    -------
    Decimal
        Unrounded, in the unit given.

    Raises
    ------
    ImpossibleGasState
        If the moisture is below 0 or not below 100.

    Source
    ------
    HJ 212-2017 附录D 式19.

    Examples
    --------
    >>> dry_concentration(wet=Decimal(46), moisture_pct=Decimal(8))
    Decimal('50')
    """
    if not 0 <= moisture_pct < 100:
        raise ImpossibleGasState(Words("含湿量", "moisture"), moisture_pct)
    return wet * 100 / (100 - moisture_pct)


def mass_concentration(*, ppm: Decimal, molar_mass_g_mol: Decimal, rules: RulesOnDay) -> Decimal:
    """Return a mass concentration at standard state from a share by volume (质量浓度).

    Parameters
    ----------
    ppm : Decimal
        [µmol/mol]
    molar_mass_g_mol : Decimal
        [g/mol]
    rules : RulesOnDay
        For the molar volume.

    Returns
    -------
    Decimal
        Unrounded. [mg/m³]

    Source
    ------
    HJ 212-2017 附录D 式20.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> mass_concentration(ppm=Decimal(35), molar_mass_g_mol=Decimal(64), rules=at(date(2023, 12, 31)))
    Decimal('1.0E+2')
    """
    return ppm * molar_mass_g_mol / rules.get("pollution.gas_conversion.molar_volume_l_per_mol").number


def nox_from_mass(*, no_mg_m3: Decimal, no2_mg_m3: Decimal, rules: RulesOnDay) -> Decimal:
    """Return NOx as NO2 from the two gases in mass (氮氧化物质量浓度).

    Parameters
    ----------
    no_mg_m3, no2_mg_m3 : Decimal
        At one and the same state. [mg/m³]
    rules : RulesOnDay
        For the molar masses.

    Returns
    -------
    Decimal
        Unrounded. [mg/m³]

    Source
    ------
    HJ 212-2017 附录D 式21.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> nox_from_mass(no_mg_m3=Decimal("30.006"), no2_mg_m3=Decimal(4), rules=at(date(2023, 12, 31)))
    Decimal('50.005')
    """
    no2 = rules.get("pollution.gas_conversion.no2_g_per_mol").number
    return no_mg_m3 * no2 / rules.get("pollution.gas_conversion.no_g_per_mol").number + no2_mg_m3


def excess_air_corrected(*, concentration_mg_m3: Decimal, oxygen_pct: Decimal, reference_excess_air: Decimal, rules: RulesOnDay) -> Decimal:
    """Return a measured concentration at the excess air a standard names (过量空气系数折算浓度).

    Parameters
    ----------
    concentration_mg_m3 : Decimal
        Dry, at standard state. [mg/m³]
    oxygen_pct : Decimal
        Measured in dry gas. [%]
    reference_excess_air : Decimal
        Of the standard, above zero. [-]
    rules : RulesOnDay
        For the oxygen of air.

    Returns
    -------
    Decimal
        Unrounded. [mg/m³]

    Raises
    ------
    OxygenOutOfRange
        If the oxygen is that of air or more, or below zero.

    Source
    ------
    HJ 212-2017 附录D 式26、27.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> excess_air_corrected(concentration_mg_m3=Decimal(30), oxygen_pct=Decimal(9), reference_excess_air=Decimal("1.4"), rules=at(date(2023, 12, 31)))
    Decimal('37.5')
    """
    air_pct = rules.get("pollution.gas_conversion.air_oxygen_pct").number
    if not 0 <= oxygen_pct < air_pct:
        raise OxygenOutOfRange(oxygen_pct, air_pct)
    return concentration_mg_m3 * air_pct / ((air_pct - oxygen_pct) * reference_excess_air)


def duct_velocity(*, measured_m_s: Decimal, field_factor: Decimal) -> Decimal:
    """Return the mean velocity of the duct from that of the probe (断面平均流速).

    Parameters
    ----------
    measured_m_s : Decimal
        At the probe. [m/s]
    field_factor : Decimal
        Velocity field factor of the site. [-]

    Returns
    -------
    Decimal
        Unrounded. [m/s]

    Source
    ------
    HJ 212-2017 附录D 式29.

    Examples
    --------
    >>> duct_velocity(measured_m_s=Decimal(10), field_factor=Decimal("0.95"))
    Decimal('9.50')
    """
    return measured_m_s * field_factor


def wet_flow(*, section_m2: Decimal, velocity_m_s: Decimal) -> Decimal:
    """Return the flow of the wet gas as it is (工况流量).

    Parameters
    ----------
    section_m2, velocity_m_s : Decimal
        Of the duct. [m²], [m/s]

    Returns
    -------
    Decimal
        Unrounded. [m³/h]

    Source
    ------
    HJ 212-2017 附录D 式30.

    Examples
    --------
    >>> wet_flow(section_m2=Decimal(5), velocity_m_s=Decimal(10))
    Decimal('180000')
    """
    return 3600 * section_m2 * velocity_m_s
