"""Simulated energy of the places from their intensity paths; the city's totals are the sums."""

from datetime import date
from decimal import Decimal

from shuangkong.energy.coal_equivalent import CarrierTable, to_coal_equivalent
from shuangkong.energy.dual_control_scope import EnergyYear, dual_control_scope, rule_set_on
from shuangkong.kernel.quantity import ConversionBasis, Quantity
from shuangkong.kernel.rounding import round_gbt8170
from shuangkong.kernel.units import unit
from shuangkong.rules import at
from shuangkong.simulation.profile import Figures, Profile
from shuangkong.simulation.splitting import grown_by, reduced_by, split

CONSUMED = "energy_consumed_tce"
FEEDSTOCK = "feedstock_energy_tce"
LISTED = "separate_listing_tce"
RENEWABLE = "renewable_power_10k_kwh"
NON_FOSSIL = "non_fossil_energy_tce"


def energy_use(profile: Profile, constant: dict[tuple[str, int], Decimal]) -> Figures:
    """Return consumption, carriers, industry's part and the yearly targets (能源数据).

    Parameters
    ----------
    profile : Profile
        Holds intensity in the base year and its fall a year, by place.
    constant : dict
        Constant-price GDP by place and year. [亿元]
    """
    figures: Figures = {}
    _consumed(profile, constant, figures)
    for element, totals in profile.stated["energy"]["totals"].items():
        _carrier(profile, figures, element, [Decimal(total) for total in totals])
    _derived(profile, figures)
    _targets(profile, figures)
    return figures


def _consumed(profile: Profile, constant: dict[tuple[str, int], Decimal], figures: Figures) -> None:
    stated = profile.stated["energy"]
    for place, one in profile.stated["places"].items():
        intensity, feedstock = Decimal(one["intensity"]), Decimal(one["feedstock"])
        for number, year in enumerate(profile.years):
            if number:
                intensity = reduced_by(intensity, Decimal(one["fall"][number - 1]))
                feedstock = round_gbt8170(grown_by(feedstock, Decimal(stated["feedstock_growth_pct"])), 0)
            burned = round_gbt8170(intensity * constant[place, year] * 10000, 0)
            figures[FEEDSTOCK, place, str(year)] = feedstock
            figures[CONSUMED, place, str(year)] = burned + feedstock
            listed = stated["listed_tce"].get(place)
            figures[LISTED, place, str(year)] = Decimal(listed[number]) if listed else Decimal(0)
    for element in (CONSUMED, FEEDSTOCK, LISTED):
        _summed(profile, figures, element)


def _summed(profile: Profile, figures: Figures, element: str) -> None:
    for year in profile.years:
        total = sum((figures[element, place, str(year)] for place in profile.places), Decimal(0))
        figures[element, profile.city, str(year)] = total


def _carrier(profile: Profile, figures: Figures, element: str, totals: list[Decimal]) -> None:
    random = profile.random(element)
    leaning = {place: Decimal(random.randint(85, 115)) for place in profile.places}
    for year, total in zip(profile.years, totals, strict=True):
        figures[element, profile.city, str(year)] = total
        weights = {place: figures[CONSUMED, place, str(year)] * leaning[place] for place in profile.places}
        for place, part in split(total, weights, decimals=0).items():
            figures[element, place, str(year)] = part


def _derived(profile: Profile, figures: Figures) -> None:
    stated = profile.stated["energy"]
    feedstock_coal = Decimal(stated["feedstock_coal_t_per_tce"])
    for number, year in enumerate(profile.years):
        for org in [profile.city, *profile.places]:
            burned = figures["coal_consumed_t", org, str(year)] - feedstock_coal * figures[FEEDSTOCK, org, str(year)]
            figures["raw_coal_t", org, str(year)] = max(round_gbt8170(burned, 0), Decimal(0))
        _share_of_energy(profile, figures, NON_FOSSIL, Decimal(stated["non_fossil_share_pct"][number]), year)
        _share_of_energy(
            profile, figures, "above_scale_industry_energy_tce", Decimal(stated["industry_energy_share_pct"][number]), year
        )
    _summed(profile, figures, "raw_coal_t")


def _share_of_energy(profile: Profile, figures: Figures, element: str, share_pct: Decimal, year: int) -> None:
    total = round_gbt8170(figures[CONSUMED, profile.city, str(year)] * share_pct / 100, 2)
    random = profile.random(element)
    weights = {
        place: figures[CONSUMED, place, str(year)] * Decimal(random.randint(85, 115)) for place in profile.places
    }
    figures[element, profile.city, str(year)] = total
    for place, part in split(total, weights, decimals=2).items():
        figures[element, place, str(year)] = part


def _targets(profile: Profile, figures: Figures) -> None:
    """Yearly totals handed down: last year's assessed energy, grown as planned, less the intensity target."""
    stated = profile.stated
    fall = Decimal(stated["energy"]["target_reduction_pct"])
    coal_share = {
        org: figures["coal_consumed_t", org, str(profile.years[0])] / figures["coal_consumed_t", profile.city, str(profile.years[0])]
        for org in [profile.city, *profile.places]
    }
    for number, year in enumerate(profile.years):
        cap = Decimal(stated["energy"]["coal_cap_t"][number])
        for org in [profile.city, *profile.places]:
            figures["coal_cap_set_t", org, str(year)] = round_gbt8170(cap * coal_share[org], 0)
            if number:
                grown = grown_by(_assessed(profile, figures, org, year - 1, counted_in=year), Decimal(stated["economy"]["planned_growth_pct"][number]))
                figures["total_target_set_tce", org, str(year)] = round_gbt8170(reduced_by(grown, fall), 0)


def _assessed(profile: Profile, figures: Figures, org: str, told: int, *, counted_in: int) -> Decimal:
    """Energy of one year as the rule set of another counts it, so that a target meets its like. [tce]"""
    scope = dual_control_scope(
        rule_set=rule_set_on(at(date(counted_in, 12, 31))),
        current=_energy_year(figures, org, told), base=_energy_year(figures, org, profile.years[0]),
    )  # fmt: skip
    return scope.energy_for_total_tce


def _energy_year(figures: Figures, org: str, year: int) -> EnergyYear:
    rules = at(date(year, 12, 31))
    power = Quantity(figures[RENEWABLE, org, str(year)], unit("万kWh"))
    electricity = CarrierTable(rules).find("电力")
    return EnergyYear(
        total_energy_consumption_tce=figures[CONSUMED, org, str(year)],
        gdp=Decimal(1),  # plays no part in the total
        feedstock_energy_tce=figures[FEEDSTOCK, org, str(year)],
        renewable_tce=to_coal_equivalent(power, electricity, basis=ConversionBasis.EQUIVALENT, rules=rules).tce,
        non_fossil_tce=figures[NON_FOSSIL, org, str(year)],
        renewable_above_incentive_tce=Decimal(0),
        certificate_tce=Decimal(0),
        separate_listing_tce=figures[LISTED, org, str(year)],
    )
