"""Simulated figures of industry, buildings, transport, countryside, environment, institutions and assessment work."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from shuangkong.kernel.rounding import round_gbt8170
from shuangkong.simulation.profile import Figures, Profile, decimals_of
from shuangkong.simulation.splitting import split

_LEAN_PER_MILLE = 110  # how far a place may stand from the city's share


def sectors(profile: Profile) -> Figures:
    """Return every figure that the profile states as a city total, a part of one, or a plain series (部门数据)."""
    figures: Figures = {}
    for element, series in profile.stated["city_only"].items():
        for year, figure in zip(profile.years, decimals_of(series), strict=False):
            if figure is not None:
                figures[element, profile.city, str(year)] = figure
    towns = profile.stated["county_towns"]
    for element, stated in towns["totals"].items():
        _total(profile, figures, element, {**stated, "by": "towns"}, towns["places"])
    for element, stated in towns["parts"].items():
        _part(profile, figures, element, stated, towns["places"])
    for element in (*towns["totals"], *towns["parts"]):
        for year in profile.years:
            figures[element, profile.city, str(year)] = sum(
                (figures[element, place, str(year)] for place in towns["places"]), Decimal(0)
            )
    for element, stated in profile.stated["totals"].items():
        _total(profile, figures, element, stated, profile.places)
    for element, stated in profile.stated["parts"].items():
        if "sum_of" in stated:
            _sum(profile, figures, element, stated)
        else:
            _part(profile, figures, element, stated, profile.places)
    _the_same_everywhere(profile, figures)
    _flags(profile, figures)
    return figures


def _total(profile: Profile, figures: Figures, element: str, stated: Mapping[str, Any], places: list[str]) -> None:
    random = profile.random(element)
    least = Decimal(stated.get("least", 0))
    leaning = {place: weight for place, weight in profile.weights(stated["by"]).items() if place in places}
    weights = {place: weight * random.randint(88, 112) for place, weight in leaning.items()}
    for year, total in zip(profile.years, stated["totals"], strict=True):
        if stated.get("yearly"):  # small counts: another place each year
            weights = {place: weight * random.randint(30, 170) for place, weight in leaning.items()}
        known = {place: told for place in places if (told := profile.fixed(element, place, year)) is not None}
        free = {place: weight for place, weight in weights.items() if place not in known}
        left = Decimal(total) - sum(known.values()) - least * len(free)
        drawn = {place: part + least for place, part in split(left, free, decimals=stated["decimals"]).items()}
        figures.update({(element, place, str(year)): part for place, part in {**known, **drawn}.items()})
        if stated.get("own"):  # the city's own figure, which a silent place cannot make smaller
            figures[element, profile.city, str(year)] = Decimal(total)


def _part(profile: Profile, figures: Figures, element: str, stated: Mapping[str, Any], places: list[str]) -> None:
    random = profile.random(element)
    lean = {place: Decimal(random.randint(-_LEAN_PER_MILLE, _LEAN_PER_MILLE)) / 1000 for place in places}
    for year, pct in zip(profile.years, stated["pct"], strict=True):
        wholes = {place: figures[stated["of"], place, str(year)] for place in places}
        total = round_gbt8170(sum(wholes.values()) * Decimal(pct) / 100, stated["decimals"])
        weights = {place: whole * (1 + lean[place]) for place, whole in wholes.items()}
        for place, part in split(total, weights, decimals=stated["decimals"], caps=wholes).items():
            figures[element, place, str(year)] = part


def _sum(profile: Profile, figures: Figures, element: str, stated: Mapping[str, Any]) -> None:
    weights = profile.weights(stated["by"])
    for year in profile.years:
        total = sum((figures[each, profile.city, str(year)] for each in stated["sum_of"]), Decimal(0))
        for place, part in split(total, weights, decimals=stated["decimals"]).items():
            figures[element, place, str(year)] = part


def _the_same_everywhere(profile: Profile, figures: Figures) -> None:
    for element, series in profile.stated["same_everywhere"].items():
        for year, figure in zip(profile.years, decimals_of(series), strict=True):
            if figure is not None:
                figures.update({(element, org, str(year)): figure for org in [profile.city, *profile.places]})


def _flags(profile: Profile, figures: Figures) -> None:
    for element, without in profile.stated["flags"].items():
        for year in profile.years:
            for place in profile.places:
                figures[element, place, str(year)] = Decimal(0 if year <= without.get(place, 0) else 1)
