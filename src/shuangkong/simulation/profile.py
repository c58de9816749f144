"""What a simulated city is made from: its profile (assumptions) and the figures that were published."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import yaml

PROFILE_FILE = "simulation_profile.yaml"
PUBLISHED_FILE = "published.csv"
Figures = dict[tuple[str, str, str], Decimal]  # element, organisation, period


@dataclass(frozen=True, slots=True)
class Profile:
    """The assumptions of one city (模拟设定), as its file states them."""

    stated: Mapping[str, Any]
    published: Mapping[tuple[str, str, str], Decimal]

    @property
    def years(self) -> list[int]:
        """First the base year."""
        return list(self.stated["years"])

    @property
    def city(self) -> str:
        """The code of the city."""
        return str(self.stated["city"])

    @property
    def places(self) -> list[str]:
        """The codes of the jurisdictions, which together are the city."""
        return list(self.stated["places"])

    def random(self, purpose: str) -> Random:
        """Return the seeded source for one purpose; adding a purpose leaves the others' draws alone."""
        return Random(f"{self.stated['seed']}/{purpose}")

    def weights(self, by: str) -> dict[str, Decimal]:
        """Return each place's weight; `a+b` adds two kinds."""
        kinds = by.split("+")
        return {
            place: sum((Decimal(stated["weights"][kind]) for kind in kinds), Decimal(0))
            for place, stated in self.stated["places"].items()
        }

    def fixed(self, element: str, org: str, year: int) -> Decimal | None:
        """Return the published figure, None when nobody published one."""
        return self.published.get((element, org, str(year)))


def read_profile(folder: Path) -> Profile:
    """Read the profile and the published figures beside it (读取模拟设定)."""
    stated = yaml.safe_load((folder / PROFILE_FILE).read_text("utf-8"))
    with (folder / PUBLISHED_FILE).open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    return Profile(stated, {(row["element"], row["org"], row["period"]): Decimal(row["value"]) for row in rows})


def decimals_of(figures: list[str | None]) -> list[Decimal | None]:
    """Return figures as written in a profile; null stays missing."""
    return [None if figure is None else Decimal(figure) for figure in figures]
