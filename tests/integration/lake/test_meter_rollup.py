"""From readings to figures: each case worked by hand, all of it against the definition in `timeseries`, late news against a whole run."""

import random
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from lake_steps import HEARD, lake_at

from shuangkong.kernel.period import CHINA_STANDARD_TIME
from shuangkong.kernel.rounding import plain
from shuangkong.lake.figures import FIGURES, Figure, FigureGrain, FigureLevel, find_figures
from shuangkong.lake.meter_file import import_meter_rows
from shuangkong.lake.readings import Lake
from shuangkong.lake.rollup import OPEN_END, FactorRow, MeterRow, Registers, roll_up
from shuangkong.lake.table import LakeTable
from shuangkong.rules import at
from shuangkong.timeseries.increments import Flag, meter_increments
from shuangkong.timeseries.readings import Fitting, Reading, meter_conventions
from shuangkong.timeseries.slots import slots

EARLIER = HEARD - timedelta(days=1)
type_of_hour = tuple[Decimal | None, Decimal, int, bool, datetime | None]
DAY = datetime(2025, 3, 10)  # noqa: DTZ001
CONVENTIONS = meter_conventions(at(date(2025, 3, 10)))
HALF = (FactorRow("electricity", datetime(2020, 1, 1), datetime(2025, 3, 11), Decimal("0.1"), Decimal("0.5")),  # noqa: DTZ001
        FactorRow("electricity", datetime(2025, 3, 11), OPEN_END, Decimal("0.2"), Decimal("0.6")))  # noqa: DTZ001  # fmt: skip
TREE = (("U1", "U1"), ("U1", "C1"), ("U1", "CITY"), ("U2", "U2"), ("U2", "C2"), ("U2", "CITY"), ("U3", "U3"), ("U3", "C3"), ("U3", "CITY"))


def meter(name: str, unit: str = "U1", *, point: str | None = None, since: datetime = DAY, until: datetime = OPEN_END, multiplier: str = "1", **known: Decimal | None) -> MeterRow:
    noted = dict.fromkeys(("register_span", "limit_per_hour", "first_reading", "last_reading")) | known
    return MeterRow(name, point or name, unit, "electricity", "consumption", Decimal(multiplier), since, until, **noted)


def registers(*meters: MeterRow) -> Registers:
    return Registers(meters, TREE, HALF, int(CONVENTIONS.longest_span.total_seconds()))


def heard(lake: Lake, rows: Mapping[str, Sequence[tuple[str, str]]], *, now: datetime = HEARD) -> None:
    """Readings by point, a moment written `10 08:15` (day of March 2025, hour, minute)."""
    import_meter_rows(lake, [(point, f"2025-03-{moment}:00", value) for point, told in rows.items() for moment, value in told], now=now, name="test")


def figures(lake: Lake, node: str, *, grain: FigureGrain = FigureGrain.HOUR, level: FigureLevel = FigureLevel.METER) -> list[Figure]:
    with lake.engine() as engine:
        return find_figures(LakeTable(lake.folder / "figures", FIGURES), engine, level=level, node=node, grain=grain, start=date(2025, 1, 1), end=date(2026, 1, 1))


def amounts(found: Sequence[Figure]) -> dict[str, str | None]:
    return {f"{one.start_at:%d %H}": None if one.quantity is None else plain(one.quantity) for one in found}


def test_the_first_hour_of_a_new_meter_counts_from_its_fitting(tmp_path: Path) -> None:
    lake = lake_at(tmp_path)
    heard(lake, {"D1": [("10 00:15", "103"), ("10 00:30", "104"), ("10 01:00", "106")]})
    roll_up(lake, registers(meter("D1", first_reading=Decimal(100))))
    assert amounts(figures(lake, "D1")) == {"10 00": "6", "10 01": None}


def test_an_outage_caught_up_is_spread_and_flagged_and_nothing_is_thrown_away(tmp_path: Path) -> None:
    lake = lake_at(tmp_path)
    heard(lake, {"D1": [("10 08:45", "100"), ("10 09:00", "101"), ("10 12:00", "111"), ("10 12:15", "112")]})
    roll_up(lake, registers(meter("D1")))
    found = figures(lake, "D1")
    assert amounts(found) == {"10 08": "1", "10 09": "3.333333", "10 10": "3.333333", "10 11": "3.333334", "10 12": "1"}
    assert [str(one.estimated_pct) for one in found] == ["0", "100", "100", "100", "0"]
    [day] = figures(lake, "D1", grain=FigureGrain.DAY)
    assert (day.quantity, day.estimated) == (Decimal(12), Decimal(10))


def test_over_the_limit_is_kept_and_flagged(tmp_path: Path) -> None:
    lake = lake_at(tmp_path)
    heard(lake, {"D1": [("10 08:00", "100"), ("10 08:15", "900"), ("10 08:30", "901")]})
    roll_up(lake, registers(meter("D1", limit_per_hour=Decimal(50))))
    [hour] = figures(lake, "D1")
    assert (hour.quantity, hour.over_limit) == (Decimal(801), 1)
    [year] = figures(lake, "CITY", grain=FigureGrain.YEAR, level=FigureLevel.PLACE)
    assert (year.quantity, year.over_limit) == (Decimal(801), 1)


def test_late_readings_are_counted_and_the_city_moves(tmp_path: Path) -> None:
    lake, known = lake_at(tmp_path), registers(meter("D1"), meter("D2", "U2"))
    heard(lake, {"D1": [("10 08:00", "0"), ("10 09:00", "4")], "D2": [("10 08:00", "0"), ("10 08:15", "1"), ("10 11:00", "12")]})
    roll_up(lake, known)
    heard(lake, {"D2": [("10 09:00", "6"), ("10 10:00", "11")]}, now=HEARD + timedelta(days=9))
    done = roll_up(lake, known)
    assert not done.is_whole
    assert amounts(figures(lake, "CITY", level=FigureLevel.PLACE)) == {"10 08": "10", "10 09": "5", "10 10": "1", "10 11": None}
    assert {one.as_of for one in figures(lake, "D1") if one.quantity} == {HEARD}
    assert {one.as_of for one in figures(lake, "C2", level=FigureLevel.PLACE) if one.quantity} == {HEARD + timedelta(days=9)}


def test_one_wrong_clock_harms_nobody_else(tmp_path: Path) -> None:
    lake, known = lake_at(tmp_path), registers(meter("D1"), meter("D2", "U2"))
    heard(lake, {"D1": [("10 08:00", "0"), ("10 08:15", "4")], "D2": [("10 08:00", "1")]})
    import_meter_rows(lake, [("D2", "2099-01-01 00:00:00", "5"), ("D2", "1970-01-01 08:00:00", "5")], now=HEARD, name="test")
    roll_up(lake, known)
    assert amounts(figures(lake, "CITY", level=FigureLevel.PLACE)) == {"10 08": "4"}


def test_an_empty_county_never_freezes_the_city_and_a_silent_one_takes_from_its_coverage(tmp_path: Path) -> None:
    lake = lake_at(tmp_path)
    heard(lake, {"D1": [("10 08:00", "0"), ("10 08:15", "1"), ("10 08:30", "2"), ("10 08:45", "3"), ("10 09:00", "4")]})
    roll_up(lake, registers(meter("D1"), meter("D2", "U2")))
    city = figures(lake, "CITY", level=FigureLevel.PLACE)[0]
    assert (city.quantity, city.coverage_pct) == (Decimal(4), Decimal(50))
    silent = figures(lake, "C2", level=FigureLevel.PLACE)[0]
    assert (silent.quantity, silent.covered_s, silent.expected_s) == (None, 0, 3600)
    assert figures(lake, "C3", level=FigureLevel.PLACE) == []


def test_turned_over_set_back_replaced_and_multiplied(tmp_path: Path) -> None:
    lake = lake_at(tmp_path)
    heard(lake, {
        "over": [("10 08:00", "9990"), ("10 08:15", "5"), ("10 08:30", "6")], "back": [("10 08:00", "5000"), ("10 08:15", "3"), ("10 08:30", "4")],
        "dip": [("10 08:00", "100"), ("10 08:15", "40"), ("10 08:30", "102")], "wait": [("10 08:00", "100"), ("10 08:15", "101"), ("10 08:30", "7")],
        "changed": [("10 08:00", "500"), ("10 08:15", "504"), ("10 08:45", "10"), ("10 09:00", "12")],
    })  # fmt: skip
    noon = DAY + timedelta(hours=8, minutes=30)
    roll_up(lake, registers(
        meter("over", register_span=Decimal(10000)), meter("back"), meter("dip"), meter("wait"),
        meter("changed-1", point="changed", multiplier="40", until=noon, last_reading=Decimal(505)),
        meter("changed-2", point="changed", multiplier="10", since=noon, first_reading=Decimal(8)),
    ))  # fmt: skip
    told = {point: figures(lake, point)[0] for point in ("over", "back", "dip", "wait", "changed")}
    assert {point: plain(one.quantity) for point, one in told.items() if one.quantity is not None} == {
        "over": "16", "back": "4", "dip": "2", "wait": "1", "changed": "240",
    }  # fmt: skip
    assert {point: one.estimated for point, one in told.items() if one.estimated} == {"back": Decimal(3), "dip": Decimal(2)}


def test_a_factor_holds_from_its_day_and_a_new_one_rewrites_no_past_figure(tmp_path: Path) -> None:
    lake = lake_at(tmp_path)
    heard(lake, {"D1": [("10 23:45", "0"), ("11 00:00", "10"), ("11 00:15", "20")]})
    roll_up(lake, registers(meter("D1")))
    assert [(one.kgce, one.kgco2) for one in figures(lake, "CITY", level=FigureLevel.PLACE)] == [(Decimal(1), Decimal(5)), (Decimal(2), Decimal(6))]


def test_a_changed_register_of_meters_computes_all_again(tmp_path: Path) -> None:
    lake = lake_at(tmp_path)
    heard(lake, {"D1": [("10 08:00", "0"), ("10 08:15", "1")]})
    assert roll_up(lake, registers(meter("D1"))).is_whole
    assert roll_up(lake, registers(meter("D1", multiplier="40"))).is_whole
    assert amounts(figures(lake, "D1")) == {"10 08": "40"}


def test_figures_stay_when_their_readings_are_retired(tmp_path: Path) -> None:
    lake, known = lake_at(tmp_path), registers(meter("D1", since=datetime(2025, 1, 1)))  # noqa: DTZ001
    import_meter_rows(lake, [("D1", "2025-02-28 23:45:00", "0"), ("D1", "2025-02-28 23:50:00", "5"), ("D1", "2025-03-01 00:00:00", "6"), ("D1", "2025-03-01 00:10:00", "8")], now=HEARD, name="test")
    roll_up(lake, known)
    lake.retire(before=date(2025, 3, 1))
    roll_up(lake, known)
    assert roll_up(lake, registers(meter("D1", since=datetime(2024, 12, 1)))).is_whole  # noqa: DTZ001
    assert {f"{one.start_at:%m}": one.quantity for one in figures(lake, "CITY", grain=FigureGrain.MONTH, level=FigureLevel.PLACE)} == {"02": Decimal(6), "03": Decimal(2)}
    assert [one.quantity for one in figures(lake, "CITY", grain=FigureGrain.YEAR, level=FigureLevel.PLACE)] == [Decimal(8)]


def _odd_series(dice: random.Random) -> list[tuple[datetime, Decimal]]:
    """Three days of a register that jitters, falls silent, falls back, leaps and turns over."""
    moment, register, told = DAY + timedelta(minutes=dice.randrange(60)), Decimal(dice.randrange(9000)), []
    while moment < DAY + timedelta(days=3):
        told.append((moment, register))
        moment += timedelta(minutes=dice.choice((15, 15, 15, 15, 15, 14, 16, 30, 45, 200, 700)), seconds=dice.choice((0, 0, 0, 7)))
        chance, step = dice.random(), Decimal(dice.randrange(4000)) / 1000
        if chance < 0.05:
            told.append((moment, register + dice.choice((-1, 1)) * Decimal(dice.randrange(1, 3000))))  # for one reading only
            moment += timedelta(minutes=15)
        register = Decimal(dice.randrange(5)) if chance > 0.98 else (register + step) % 10000
    return [(moment, register) for moment, register in told if register >= 0]


def _defined(told: Sequence[tuple[datetime, Decimal]], row: MeterRow, late: Collection[datetime] = ()) -> dict[datetime, type_of_hour]:
    """The hours of one meter as `timeseries` defines them: quantity, estimated, seconds covered, over the limit, when the last of it was heard."""
    zoned = [Reading(moment.replace(tzinfo=CHINA_STANDARD_TIME), register, HEARD if moment in late or not late else EARLIER) for moment, register in told]
    fitting = Fitting(row.valid_from.replace(tzinfo=CHINA_STANDARD_TIME), None, row.multiplier, row.first_reading, None, row.register_span, row.limit_per_hour)
    record = meter_increments(zoned, fittings=[fitting], as_of=HEARD, conventions=CONVENTIONS)
    found = slots(record.increments, step=timedelta(hours=1), decimals=CONVENTIONS.spread_decimals)
    return {
        start.replace(tzinfo=None): (slot.total.amount, slot.total.estimated, int(slot.total.covered.total_seconds()), Flag.OVER_LIMIT in slot.flags, slot.total.as_of)
        for start, slot in found.items()
    }


def _hours(found: Sequence[Figure]) -> dict[datetime, type_of_hour]:
    return _known({one.start_at: (one.quantity, one.estimated or Decimal(0), one.covered_s, bool(one.over_limit), one.as_of) for one in found})


def _known(hours: Mapping[datetime, type_of_hour]) -> dict[datetime, type_of_hour]:
    return {start: hour for start, hour in hours.items() if hour[2] or hour[3]}


@pytest.mark.parametrize("seed", range(3))
def test_in_any_order_of_arrival_it_is_what_the_definition_says(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    lake = lake_at(tmp_path / "bit by bit")
    rows = {f"D{number}": _odd_series(dice) for number in range(5)}
    known = registers(*(
        meter(point, f"U{1 + number % 2}", multiplier=("1", "40")[number % 2], register_span=Decimal(10000) if number % 3 else None,
              limit_per_hour=(Decimal(20), None, Decimal(400))[number % 3])
        for number, point in enumerate(rows)
    ))  # fmt: skip
    told = [(point, str(moment), str(register)) for point, series in rows.items() for moment, register in series]
    dice.shuffle(told)
    for part in range(4):
        import_meter_rows(lake, told[part::4], now=HEARD, name="part")
        done = roll_up(lake, known)
        assert done.is_whole == (part == 0)
    for row in known.meters:
        assert _hours(figures(lake, row.point)) == _known(_defined(rows[row.point], row))
    whole = lake_at(tmp_path / "at once")
    import_meter_rows(whole, told, now=HEARD, name="all")
    roll_up(whole, known)
    for node in ("U1", "C2", "CITY"):
        for grain in FigureGrain:
            assert figures(lake, node, grain=grain, level=FigureLevel.PLACE) == figures(whole, node, grain=grain, level=FigureLevel.PLACE)
    [year] = figures(lake, "CITY", grain=FigureGrain.YEAR, level=FigureLevel.PLACE)
    hours = [hour.quantity for row in known.meters for hour in figures(lake, row.point) if hour.quantity is not None]
    assert year.quantity == sum(hours)


def _mostly_steady(dice: random.Random) -> list[tuple[datetime, Decimal]]:
    """Three days of a register that rises by the quarter; in some hours something is odd."""
    register, told = Decimal(dice.randrange(9000)), []
    for quarter in range(3 * 96):
        moment, register = DAY + timedelta(minutes=15 * quarter), register + Decimal(dice.randrange(4000)) / 1000
        odd = dice.choice(("missing", "between", "other second", "dip", "spike", "leap", "begun again")) if dice.random() < 0.06 else ""
        if odd == "between":
            told.append((moment - timedelta(minutes=dice.randrange(1, 15)), register - dice.choice((0, 1))))
        register = Decimal(dice.randrange(9)) if odd == "begun again" else register + 300 if odd == "leap" else register
        shown = register + {"dip": -3, "spike": 500}.get(odd, 0)
        if odd != "missing" and shown >= 0:
            told.append((moment + timedelta(seconds=7 * (odd == "other second")), shown))
    return told


@pytest.mark.parametrize("seed", range(2))
def test_steady_hours_beside_odd_ones_are_what_the_definition_says_late_readings_among_them(tmp_path: Path, seed: int) -> None:
    dice, lake = random.Random(seed), lake_at(tmp_path)
    rows = {f"D{number}": _mostly_steady(dice) for number in range(6)}
    late = {moment for series in rows.values() for moment, _ in series if dice.random() < 0.01}
    known = registers(*(
        meter(point, multiplier=("1", "40", "0.5")[number % 3], register_span=Decimal(10000) if number % 2 else None, limit_per_hour=(Decimal(20), None, Decimal(1200))[number // 2],
              first_reading=rows[point][0][1] - 1 if number == 4 else None, since=DAY - timedelta(minutes=20))
        for number, point in enumerate(rows)
    ))  # fmt: skip
    for now in (EARLIER, HEARD):
        import_meter_rows(lake, [(point, str(at), str(register)) for point, series in rows.items() for at, register in series if (at in late) == (now == HEARD)], now=now, name="part")
        roll_up(lake, known)
    for row in known.meters:
        assert _hours(figures(lake, row.point)) == _known(_defined(rows[row.point], row, late))
