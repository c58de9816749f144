"""Simulated output of the places, adding up to the city's published totals at current and, nearly, at constant prices."""

from decimal import Decimal
from random import Random

from shuangkong.kernel.rounding import round_gbt8170
from shuangkong.simulation.profile import Figures, Profile
from shuangkong.simulation.splitting import grown_by, split

GDP = "gdp_current_100m_yuan"
GROWTH = "gdp_growth_pct"
TERTIARY = "tertiary_value_added_current_100m_yuan"


def economy(profile: Profile) -> tuple[Figures, dict[tuple[str, int], Decimal]]:
    """Return the figures of the economy and each place's constant-price GDP (经济数据).

    Returns
    -------
    tuple
        Figures of city and places; constant-price GDP by place and year, unrounded. [亿元, base-year prices]
    """
    figures: Figures = {}
    stated = profile.stated["economy"]
    for number, year in enumerate(profile.years):
        _gdp_of_year(profile, figures, number, year)
        for element, shares in stated["shares"].items():
            _value_added(profile, figures, element, Decimal(shares[number]), year)
        for org in [profile.city, *profile.places]:
            whole, first, second = (figures[element, org, str(year)] for element in (
                GDP, "primary_value_added_current_100m_yuan", "secondary_value_added_current_100m_yuan"))  # fmt: skip
            told = profile.fixed(TERTIARY, org, year)
            figures[TERTIARY, org, str(year)] = whole - first - second if told is None else told
    for element in ("industrial_value_added_growth_pct", "above_scale_value_added_growth_pct"):
        _industry_growth(profile, figures, element)
    return figures, _constant(profile, figures)


def _gdp_of_year(profile: Profile, figures: Figures, number: int, year: int) -> None:
    stated = profile.stated["economy"]
    city_growth = profile.fixed(GROWTH, profile.city, year)
    city_growth = Decimal(stated[GROWTH][number]) if city_growth is None else city_growth
    total = profile.fixed(GDP, profile.city, year) or Decimal(stated[GDP][number])
    figures[GDP, profile.city, str(year)] = total
    figures[GROWTH, profile.city, str(year)] = city_growth
    if number == 0:
        first = {place: Decimal(one["gdp"]) for place, one in profile.stated["places"].items()}
        drawn = split(total, first, decimals=2)
        for place in profile.places:
            figures[GDP, place, str(year)] = drawn[place]
            figures[GROWTH, place, str(year)] = city_growth + Decimal(profile.stated["places"][place]["growth"]) / 2
        return
    before = {place: figures[GDP, place, str(year - 1)] for place in profile.places}
    growth = _growth(profile, before, city_growth, year)
    known = {place: told for place in profile.places if (told := profile.fixed(GDP, place, year)) is not None}
    weights = {place: grown_by(before[place], growth[place]) for place in profile.places if place not in known}
    drawn = {**known, **split(total - sum(known.values()), weights, decimals=2)}
    for place in profile.places:
        figures[GDP, place, str(year)] = drawn[place]
        figures[GROWTH, place, str(year)] = growth[place]


def _growth(profile: Profile, before: dict[str, Decimal], city_growth: Decimal, year: int) -> dict[str, Decimal]:
    """Growth of the places: the city's, plus what the profile states, so balanced that the mean stays the city's."""
    random = profile.random(f"growth {year}")
    offsets = {
        place: Decimal(one["growth"]) + Decimal(random.randint(-2, 2)) / 10
        for place, one in profile.stated["places"].items()
    }
    known = {place: told for place in profile.places if (told := profile.fixed(GROWTH, place, year)) is not None}
    offsets.update({place: told - city_growth for place, told in known.items()})
    free = [place for place in profile.places if place not in known]
    moved = sum((offsets[place] * before[place] for place in profile.places), Decimal(0))
    drift = moved / sum((before[place] for place in free), Decimal(0))
    return {
        place: known.get(place, round_gbt8170(city_growth + offsets[place] - drift, 1)) for place in profile.places
    }


def _value_added(profile: Profile, figures: Figures, element: str, share_pct: Decimal, year: int) -> None:
    city_total = profile.fixed(element, profile.city, year)
    if city_total is None:
        city_total = round_gbt8170(figures[GDP, profile.city, str(year)] * share_pct / 100, 2)
    kind = "countryside" if element.startswith("primary") else "industry"
    leaning = profile.weights(kind)
    whole = sum((figures[GDP, place, str(year)] for place in profile.places), Decimal(0))
    mean = sum(leaning.values(), Decimal(0)) / whole
    known = {place: told for place in profile.places if (told := profile.fixed(element, place, year)) is not None}
    # Half by output and half by what the place is known for.
    weights = {
        place: figures[GDP, place, str(year)] * mean + leaning[place] for place in profile.places if place not in known
    }
    drawn = {**known, **split(city_total - sum(known.values()), weights, decimals=2)}
    figures[element, profile.city, str(year)] = city_total
    figures.update({(element, place, str(year)): drawn[place] for place in profile.places})


def _industry_growth(profile: Profile, figures: Figures, element: str) -> None:
    random: Random = profile.random(element)
    for number, year in enumerate(profile.years):
        told = profile.fixed(element, profile.city, year)
        city = Decimal(profile.stated["economy"][element][number]) if told is None else told
        figures[element, profile.city, str(year)] = city
        for place, one in profile.stated["places"].items():
            told = profile.fixed(element, place, year)
            drawn = city + Decimal(one["growth"]) + Decimal(random.randint(-6, 6)) / 10
            figures[element, place, str(year)] = drawn if told is None else told


def _constant(profile: Profile, figures: Figures) -> dict[tuple[str, int], Decimal]:
    first = profile.years[0]
    constant: dict[tuple[str, int], Decimal] = {}
    for org in [profile.city, *profile.places]:
        constant[org, first] = figures[GDP, org, str(first)]
        for year in profile.years[1:]:
            constant[org, year] = grown_by(constant[org, year - 1], figures[GROWTH, org, str(year)])
    return constant
