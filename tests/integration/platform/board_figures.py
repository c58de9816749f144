"""Figures that tests of the board put in: energy and output of the city and two counties, 2020 and 2021, heard in 2022."""

from datetime import UTC, datetime
from decimal import Decimal

from shuangkong.store.models import ObservationRow

HEARD = datetime(2022, 3, 10, 4, tzinfo=UTC)
ENERGY = "energy_consumed_tce"


def told(element: str, org: str, period: str, value: str, unit: str = "tce", *, on: datetime = HEARD, grade: str = "REPORTED") -> ObservationRow:
    """Add one version of a figure."""
    return ObservationRow.objects.create(
        element=element, org=org, period=period, value=Decimal(value), unit=unit, grade=grade, source="县年报", reported_by="县统计局 张三",
        approved_by="市统计局 李四", recorded_at=on,
    )  # fmt: skip


def two_counties() -> None:
    """Output of all grows by 10 %; energy stays in 411721 (ahead), grows as much in 411722 (behind), by 8 % in the city (behind)."""
    for org, energy in (("411700", "1080"), ("411721", "1000"), ("411722", "1100")):
        told(ENERGY, org, "2020", "1000")
        told(ENERGY, org, "2021", energy)
        told("gdp_current_100m_yuan", org, "2020", "100", "亿元")
        told("gdp_growth_pct", org, "2021", "10", "%", grade="SIMULATED" if org == "411722" else "REPORTED")
