"""Units and figures that tests of places, units and sums lay down directly."""

from datetime import UTC, date, datetime
from decimal import Decimal

from shuangkong.kernel.language import Words
from shuangkong.services.chain import system_actor
from shuangkong.services.organisations import (
    OrganisationFacts,
    OrganisationKind,
    change_organisation,
    register_organisation,
    tree_on,
)
from shuangkong.store.models import ObservationRow

CITY, BEGIN = "411700", date(2020, 1, 1)
TAGS = frozenset({"industrial", "above_scale", "key_energy_user"})


def unit_of(code: str, parent: str, park: str | None = None) -> None:
    """Register a unit."""
    facts = OrganisationFacts(name=Words(f"模拟厂{code}", f"Simulated works {code}"), parent=parent, park=park, tags=TAGS)
    register_organisation(code=code, kind=OrganisationKind.UNIT, facts=facts, valid_from=BEGIN, actor=system_actor(CITY), reason="测试", is_simulated=True)


def park_of(code: str, parent: str) -> None:
    """Register a park."""
    facts = OrganisationFacts(name=Words(f"模拟园区{code}", f"Simulated park {code}"), parent=parent)
    register_organisation(code=code, kind=OrganisationKind.PARK, facts=facts, valid_from=BEGIN, actor=system_actor(CITY), reason="测试", is_simulated=True)


def moved(code: str, parent: str, day: date) -> None:
    """Let a unit belong elsewhere from a day on."""
    node = tree_on(BEGIN).find(code)
    change_organisation(code=code, facts=OrganisationFacts(name=node.name, parent=parent, tags=node.tags), valid_from=day, actor=system_actor(CITY), reason="搬迁")


def observed(org: str, element: str, value: str | None, period: str = "2025", unit: str = "tce", day: str = "2026-02-01") -> None:
    """Lay down a figure."""
    ObservationRow.objects.create(
        element=element, org=org, period=period, value=None if value is None else Decimal(value), unit=unit, grade="SIMULATED", source="测试", reported_by="测试",
        approved_by="测试", recorded_at=datetime.fromisoformat(f"{day}T01:00:00+00:00").astimezone(UTC),
    )  # fmt: skip


def burned(org: str, coal_t: str, power_10k_kwh: str, period: str = "2025") -> None:
    """Lay down a small 205-1: coal bought and burned, power bought, a tenth of the power not industrial."""
    power = Decimal(power_10k_kwh)
    for column in ("purchased", "consumed", "industrial"):
        observed(org, f"raw_coal_{column}", coal_t, period, "t")
        observed(org, f"electricity_{column}", str(power * 9 / 10 if column == "industrial" else power), period, "万kWh")
    observed(org, "electricity_non_industrial", str(power / 10), period, "万kWh")
    observed(org, "raw_coal_coefficient", "0.7", period, "tce/t")
    observed(org, "electricity_coefficient", "1.229", period, "tce/万kWh")
    observed(org, "comprehensive_energy_tce", str(Decimal(coal_t) * Decimal("0.7") + power * 9 / 10 * Decimal("1.229")), period)
