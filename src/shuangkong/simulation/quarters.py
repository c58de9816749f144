"""Quarterly output and energy of the last years, adding up to the annual figures; growth is year to date."""

from decimal import Decimal
from random import Random

from shuangkong.kernel.rounding import round_gbt8170
from shuangkong.simulation.economy import GDP, GROWTH
from shuangkong.simulation.energy_use import CONSUMED
from shuangkong.simulation.profile import Figures, Profile
from shuangkong.simulation.splitting import split

QUARTERLY_FROM = 2023
_ENERGY_SHARES = (Decimal(262), Decimal(232), Decimal(247), Decimal(259))
_SWING = (Decimal("0.6"), Decimal("0.3"), Decimal("0.2"), Decimal(0))


def quarters(profile: Profile, figures: Figures) -> Figures:
    """Return the quarters from the annual figures (季度数据); the fourth quarter's growth to date is the year's."""
    random = profile.random("quarters")
    shares = [Decimal(share) for share in profile.stated["economy"]["quarter_shares"]]
    drawn: Figures = {}
    for year in (each for each in profile.years if each >= QUARTERLY_FROM):
        for org in [profile.city, *profile.places]:
            _flow(profile, drawn, figures[GDP, org, str(year)], GDP, org, year, shares, decimals=2)
            _flow(profile, drawn, figures[CONSUMED, org, str(year)], CONSUMED, org, year, list(_ENERGY_SHARES), decimals=0)
            _growth(drawn, random, "gdp_growth_ytd_pct", org, year, figures[GROWTH, org, str(year)])
            if _is_told(profile, org, year - 1):
                before = figures[CONSUMED, org, str(year - 1)]
                growth = round_gbt8170(100 * (figures[CONSUMED, org, str(year)] / before - 1), 2)
                _growth(drawn, random, "energy_growth_ytd_pct", org, year, growth)
    return drawn


def _flow(
    profile: Profile, drawn: Figures, total: Decimal, element: str, org: str, year: int, shares: list[Decimal], *, decimals: int
) -> None:
    periods = [f"{year}Q{number}" for number in (1, 2, 3, 4)]
    known = {each: told for each in periods if (told := profile.published.get((element, org, each))) is not None}
    weights = {each: share for each, share in zip(periods, shares, strict=True) if each not in known}
    parts = {**known, **split(total - sum(known.values()), weights, decimals=decimals)}
    drawn.update({(element, org, each): parts[each] for each in periods})


def _growth(drawn: Figures, random: Random, element: str, org: str, year: int, annual: Decimal) -> None:
    for number, swing in enumerate(_SWING, 1):
        drawn[element, org, f"{year}Q{number}"] = annual + round_gbt8170(swing * random.randint(-10, 10) / 10, 1)


def _is_told(profile: Profile, org: str, year: int) -> bool:
    missing = profile.stated["planted"]["missing_year"]
    return (org, year) != (missing["place"], missing["year"])
