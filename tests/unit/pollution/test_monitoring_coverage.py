"""Who has monitors, pH of a day, an hour converted both ways."""

from datetime import date
from decimal import Decimal

from shuangkong.pollution.converted_hour import converted_hour
from shuangkong.pollution.monitoring_coverage import MonitoredDischarger, MonitorStage, monitoring_coverage
from shuangkong.pollution.water_validity import acidity
from shuangkong.rules import at

RULES = at(date(2023, 12, 31))


def test_a_holder_is_as_far_as_its_hindmost_outlet() -> None:
    holders = [
        MonitoredDischarger("a", (MonitorStage.CONNECTED, MonitorStage.ACCEPTED), is_voc_key=True),
        MonitoredDischarger("b", (MonitorStage.CONNECTED,)),
        MonitoredDischarger("c", (MonitorStage.NONE, MonitorStage.CONNECTED), is_voc_key=True),
        MonitoredDischarger("d", ()),
    ]
    found = monitoring_coverage(holders, only_voc_key=False)
    assert (found.holders, found.obliged, found.installed, found.accepted, found.connected) == (4, 3, 2, 2, 1)
    assert (found.connected_of_holders_pct, found.behind) == (25, ("a", "c"))
    voc = monitoring_coverage(holders, only_voc_key=True)
    assert (voc.obliged, voc.installed_pct, voc.connected_pct) == (2, 50, 0)


def test_nobody_obliged_has_no_share() -> None:
    found = monitoring_coverage([MonitoredDischarger("d", ())], only_voc_key=False)
    assert (found.connected_pct, found.installed_pct, found.connected_of_holders_pct) == (None, None, 0)


def test_median_of_ph() -> None:
    found = acidity([Decimal("7.0"), Decimal("8.5"), Decimal("6.9")])
    assert found is not None
    assert (found.least, found.median, found.greatest) == (Decimal("6.9"), Decimal("7.0"), Decimal("8.5"))
    assert acidity([]) is None


def test_minutes_at_the_oxygen_of_air_are_left_out_of_the_converted_mean() -> None:
    minutes = [(Decimal(30), Decimal("8.5"))] * 45 + [(Decimal(30), Decimal(21))] * 15
    found = converted_hour(minutes, concentration=Decimal(30), oxygen_pct=Decimal(21), reference_oxygen_pct=Decimal(6), rules=RULES)
    assert (found.from_means, found.from_minutes, found.used, found.minutes_without) == (None, 36, None, 15)


def test_one_minute_fewer_makes_no_converted_mean() -> None:
    found = converted_hour([(Decimal(30), Decimal("8.5"))] * 44, concentration=None, oxygen_pct=None, reference_oxygen_pct=Decimal(6), rules=RULES)
    assert (found.from_means, found.from_minutes) == (None, None)
