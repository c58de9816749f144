"""The city that this deployment runs: its pack, read once."""

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from shuangkong.indicators.catalogue import Catalogue
from shuangkong.services.cities import City, open_city
from shuangkong.services.indicators import load_catalogue


@lru_cache(maxsize=1)
def city() -> City:
    """Return the city pack of the deployment (城市包)."""
    return open_city(Path(settings.CITY_FOLDER) if settings.CITY_FOLDER else None)


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """Return the checked elements and indicators of the pack (指标目录)."""
    return load_catalogue(city().folder)
