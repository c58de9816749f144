"""What a tile of the live wall says of a point: newest values against limits, converted where the limit asks, and the state that follows."""

from datetime import date, datetime
from decimal import Decimal

from shuangkong.kernel.language import Words
from shuangkong.lake.newest import NewestReading
from shuangkong.pollution.monitoring_coverage import MonitorStage
from shuangkong.rules import at
from shuangkong.services.monitoring_kinds import PointKind, Statistic
from shuangkong.services.monitoring_points import Limit, Point
from shuangkong.services.wall_pages import WallFigure, WallState, figures_of, state_of

RULES = at(date(2026, 3, 2))
CODE, SO2, OXYGEN, PH = "U001.DA001", "a21026", "a19001", "w01001"
POINT = Point(1, CODE, "U001", PointKind.GAS_OUTLET, Words("烟囱", "stack"), {"oxygen_pct": "6"}, MonitorStage.CONNECTED, date(2024, 1, 1), is_closed=False, is_simulated=True)


def limit(factor: str = SO2, *, high: str | None = "35", low: str | None = None, is_converted: bool = True, unit: str = "mg/m3", statistic: Statistic = Statistic.HOUR) -> Limit:
    ends = (Decimal(low) if low else None, Decimal(high) if high else None)
    return Limit(CODE, factor, statistic, *ends, unit, is_converted, "P", "", date(2024, 1, 1), None, "", 1)


def reading(kind: str, minute: int, value: str, *, factor: str = SO2, flag: str = "N") -> NewestReading:
    return NewestReading(CODE, factor, kind, datetime(2026, 3, 2, 9, minute), Decimal(value), flag)  # noqa: DTZ001  # as the readings


def only(readings: list[NewestReading], limits: list[Limit], factor: str = SO2) -> WallFigure:
    (found,) = [one for one in figures_of(POINT, readings, limits, rules=RULES) if one.factor == factor]
    return found


def test_the_newest_value_is_converted_to_reference_oxygen() -> None:
    # 20 × (21 − 6) ÷ (21 − 11) = 30; 30 of 35 is 85.7 %
    found = only([reading("Rtd", 5, "20"), reading("Min-Avg", 0, "99"), reading("Rtd", 5, "11", factor=OXYGEN)], [limit()])
    assert (found.value, found.is_beyond, round(found.limit_pct or 0, 1)) == (Decimal(30), False, Decimal("85.7"))


def test_a_converted_value_that_was_sent_goes_first_and_none_is_invented_at_the_oxygen_of_air() -> None:
    assert only([reading("Rtd", 5, "20"), reading("ZsRtd", 5, "31"), reading("Rtd", 5, "11", factor=OXYGEN)], [limit()]).value == Decimal(31)
    assert only([reading("Rtd", 5, "20"), reading("Rtd", 5, "21", factor=OXYGEN)], [limit()]).value is None
    assert only([reading("Rtd", 5, "20")], [limit()]).value is None


def test_a_limit_in_micrograms_is_held_against_micrograms() -> None:
    found = only([reading("Rtd", 5, "0.04")], [limit(high="35", unit="ug/m3", is_converted=False)])
    assert (found.value, found.is_beyond) == (Decimal(40), True)


def test_both_ends_of_ph_count_and_give_no_share() -> None:
    low = only([reading("Rtd", 5, "5.5", factor=PH)], [limit(PH, low="6", high="9", is_converted=False, unit="1")], PH)
    assert (low.is_beyond, low.limit_pct) == (True, None)


def test_states_in_their_order() -> None:
    def state(*readings: NewestReading, is_silent: bool = False, is_stopped: bool = False) -> WallState:
        return state_of(figures_of(POINT, readings, [limit(is_converted=False)], rules=RULES), is_silent=is_silent, is_stopped=is_stopped, rules=RULES)

    assert state(reading("Rtd", 5, "20")) is WallState.NORMAL
    assert state(reading("Rtd", 5, "40")) is WallState.ABOVE
    assert state(reading("Rtd", 5, "40", flag="D")) is WallState.MARKED
    assert state(reading("Rtd", 5, "20"), reading("Hour-Avg", 0, "36")) is WallState.EXCEEDED
    assert state(reading("Rtd", 5, "20"), reading("Hour-Avg", 0, "36", flag="M")) is WallState.NORMAL
    assert state(reading("Hour-Avg", 0, "36"), is_silent=True) is WallState.SILENT
    assert state(is_silent=True, is_stopped=True) is WallState.STOPPED


def test_air_water_and_meters_are_called_as_their_own_pages_call_them() -> None:
    def called(kind: PointKind, factor: str, **traits: str) -> tuple[str, str]:
        point = Point(1, "X", "U001", kind, Words("点", "point"), traits, MonitorStage.CONNECTED, date(2024, 1, 1), is_closed=False, is_simulated=True)
        (found,) = figures_of(point, [reading("meter" if factor == "register" else "Hour-Avg", 0, "42", factor=factor, flag="")], [], rules=RULES)
        return found.name.zh, found.unit

    assert called(PointKind.AIR_STATION, "a05024") == ("臭氧", "µg/m³")
    assert called(PointKind.RIVER_SECTION, "w01019") == ("高锰酸盐指数", "mg/L")
    assert called(PointKind.METER, "register", carrier="electricity", multiplier="1") == ("电力示数", "kWh")
    assert called(PointKind.METER, "register", carrier="electricity", multiplier="40") == ("电力示数", "")
