"""What monitoring and meters tell of closed periods: which sites and ratings count, and which do not."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period
from shuangkong.rules import at
from shuangkong.services.ambient_figures import air_year_of
from shuangkong.services.ambient_readings import judged_day
from shuangkong.services.energy_figures import MeteredUse
from shuangkong.services.meter_registers import Meter, metered_carrier
from shuangkong.services.monitored_ambient import air_told
from shuangkong.services.monitored_meters import sites_of
from shuangkong.services.monitoring_kinds import MeterFlow, MeterPurpose
from shuangkong.services.organisations import Node, OrganisationKind, Tree
from shuangkong.timeseries.quality import Aggregate

MONTH = Period.month(2026, 1)
LENGTH = timedelta(days=31)
TREE = Tree({
    node.code: node for node in (
        Node(1, "411700", OrganisationKind.CITY, Words("市", "city"), None, None, frozenset(), "", False),
        Node(2, "411721", OrganisationKind.COUNTY, Words("县", "county"), "411700", None, frozenset(), "", False),
        Node(3, "P1", OrganisationKind.PARK, Words("园", "park"), "411721", None, frozenset(), "", False),
        Node(4, "U1", OrganisationKind.UNIT, Words("中心", "centre"), "411721", "P1", frozenset(), "", False),
    )
})  # fmt: skip


def told(code: str, organisation: str, amount: str | None, *, flow: MeterFlow = MeterFlow.CONSUMPTION, due: timedelta = LENGTH, covered: timedelta | None = None,
         carrier: str = "electricity", purpose: MeterPurpose | None = None, parent: str | None = None) -> tuple[Meter, MeteredUse]:  # fmt: skip
    meter = Meter(code, organisation, Words(code, code), metered_carrier(carrier), flow, purpose, parent, "", False, False)
    quantity = Aggregate(None if amount is None else Decimal(amount), due if covered is None else covered, due, Decimal(0), datetime(2026, 2, 1))  # noqa: DTZ001
    return meter, MeteredUse(carrier, flow.key, quantity, None, None, 0)


def sites(*some: tuple[Meter, MeteredUse], place: str = "411700") -> dict[str, tuple[tuple[Decimal, ...] | None, bool]]:
    uses = {meter.code: {(use.carrier, use.flow): use} for meter, use in some}
    found = sites_of(place, [meter for meter, _ in some], uses, period=MONTH, tree=TREE)
    return {one.elements[0]: (one.amounts, one.is_whole(MONTH)) for one in found}


def test_a_data_centre_and_a_park_as_their_meters_say() -> None:
    found = sites(
        told("E1", "U1", "125000"), told("E2", "U1", "100000", purpose=MeterPurpose.IT, parent="E1"), told("G", "P1", "50000", flow=MeterFlow.GENERATION),
        told("X", "P1", "10000", flow=MeterFlow.EXPORT), told("S", "P1", "100000", flow=MeterFlow.SUPPLY),
    )  # fmt: skip
    assert found == {
        "data_center_metered_power_10k_kwh": ((Decimal("12.5"), Decimal(10)), True), "park_metered_generation_10k_kwh": ((Decimal(5), Decimal(4)), True),
    }  # fmt: skip


def test_a_meter_fitted_for_half_the_time_or_heard_of_too_little_or_not_at_all_does_not_count() -> None:
    part = told("E2", "U1", "100", purpose=MeterPurpose.IT, parent="E1")
    for main in (told("E1", "U1", "125", due=LENGTH / 2), told("E1", "U1", "125", covered=LENGTH * 8 / 10), told("E1", "U1", None, covered=timedelta(0))):
        (site,) = sites(main, part).values()
        assert not site[1]


def test_water_of_a_county_and_water_used_again() -> None:
    found = sites(
        told("W1", "411721", "1000000", carrier="fresh_water", flow=MeterFlow.SUPPLY), told("W2", "411721", "880000", carrier="fresh_water"),
        told("R1", "U1", "30000", carrier="reclaimed_water", purpose=MeterPurpose.GREENING), told("R2", "U1", "20000", carrier="reclaimed_water", purpose=MeterPurpose.STREETS),
        place="411721",
    )  # fmt: skip
    assert found == {"water_district_metered_supply_10k_m3": ((Decimal(100), Decimal(88)), True), "reclaimed_water_metered_10k_m3": ((Decimal(5),), True)}


def test_a_year_of_air_is_told_where_enough_days_are_valid_a_month_as_it_is() -> None:
    days = [judged_day(date(2025, 1, 1) + timedelta(days=number), {"PM25": [Decimal(30)] * 24, "O3": [Decimal(80)] * 24}, rules=at(date(2025, 6, 1))) for number in range(323)]
    short = {"air_monitored_days_count": Decimal(323), "air_monitored_good_days_count": Decimal(323)}
    assert air_told(air_year_of(days, year=2025), is_year=True) == short
    assert air_told(air_year_of(days, year=2025), is_year=False) == short | {"pm25_monitored_mg_m3": Decimal("0.03")}
    whole = air_told(air_year_of([*days, days[0]], year=2025), is_year=True)
    assert (whole["pm25_monitored_mg_m3"], whole["ozone_p90_monitored_mg_m3"]) == (Decimal("0.03"), Decimal("0.08"))
