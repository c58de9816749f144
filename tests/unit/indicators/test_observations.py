from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

import indicator_packs as packs
from shuangkong.indicators.observations import MomentWithoutZone, ObservationStore
from shuangkong.kernel.period import Period

YEAR = Period.year(2023)


def test_a_day_ends_at_midnight_in_china() -> None:
    # 15:59:59 UTC is 23:59:59 in China, 16:00 UTC the next day
    last = packs.told("x", "b", "2023", "1", at=datetime(2024, 3, 1, 15, 59, 59, tzinfo=UTC))
    first = packs.told("x", "b", "2023", "2", at=datetime(2024, 3, 1, 16, tzinfo=UTC))
    store = packs.store(last, first)
    assert store.as_known(date(2024, 3, 1)).get("x", "b", YEAR) is last
    assert store.as_known(date(2024, 3, 2)).get("x", "b", YEAR) is first
    assert store.as_known(date(2024, 2, 29)).get("x", "b", YEAR) is None


def test_the_version_recorded_last_wins_and_all_are_kept() -> None:
    early, late = packs.told("x", "b", "2023", "1"), packs.told("x", "b", "2023", "2", at=packs.HEARD.replace(day=9))
    snapshot = packs.store(late, early).as_known(None)
    assert snapshot.get("x", "b", YEAR) is late
    assert snapshot.versions("x", "b", YEAR) == (early, late)
    assert snapshot.newest_recorded_at == late.recorded_at
    assert list(snapshot.current()) == [late]


def test_of_two_recorded_at_one_moment_the_one_appended_later_wins() -> None:
    store = ObservationStore()
    store.append(packs.told("x", "b", "2023", "1"))
    store.extend([packs.told("x", "b", "2023", "2")])
    assert store.as_known(None).get("x", "b", YEAR).value == 2
    assert len(store) == 2


def test_nothing_known_has_no_newest_moment() -> None:
    snapshot = packs.store().as_known(None)
    assert (snapshot.newest_recorded_at, snapshot.get("x", "b", YEAR), snapshot.versions("x", "b", YEAR)) == (None, None, ())


def test_periods_are_listed_in_order() -> None:
    snapshot = packs.store(*(packs.told("x", "b", year, "1") for year in ("2023", "2021", "2022"))).as_known(None)
    assert [str(period) for period in snapshot.periods("x", "b")] == ["2021", "2022", "2023"]


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(MomentWithoutZone):
        replace(packs.told("x", "b", "2023", "1"), recorded_at=datetime(2024, 3, 1))  # noqa: DTZ001  # that is what is refused
