"""What holds for every outlet and station, whatever was measured."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from shuangkong.kernel.period import CHINA_STANDARD_TIME
from shuangkong.pollution.ambient.air_quality import sub_index
from shuangkong.pollution.ambient.surface_water import CLASSES, section_class
from shuangkong.pollution.emission import HourlyEmission, WaterSlice, emission_sum, water_means
from shuangkong.pollution.monitoring_validity import HourState, InstrumentCheck, out_of_control_spans
from shuangkong.pollution.substitution import OutletHour, fill_quarter
from shuangkong.rules import at

RULES = at(date(2023, 12, 31))
START, HOUR = datetime(2023, 4, 1, tzinfo=CHINA_STANDARD_TIME), timedelta(hours=1)
masses = st.decimals(min_value=0, max_value=1000, places=2, allow_nan=False, allow_infinity=False)
states = st.sampled_from([HourState.VALID] * 9 + [HourState.STOPPED, HourState.OUT_OF_CONTROL, HourState.MAINTENANCE, HourState.INVALID])


@given(
    quarter=st.lists(st.tuples(states, masses), min_size=1, max_size=120), history=st.lists(masses, max_size=40),
    calibrations=st.lists(st.integers(-40, 120), max_size=4),
)  # fmt: skip
def test_substitution_never_changes_a_valid_hour_and_stays_among_the_valid_ones(
    quarter: list[tuple[HourState, Decimal]], history: list[Decimal], calibrations: list[int]
) -> None:
    hours = [OutletHour(START - HOUR * (len(history) - n), HourState.VALID, kg) for n, kg in enumerate(history)]
    hours += [OutletHour(START + HOUR * n, state, kg) for n, (state, kg) in enumerate(quarter)]
    found = fill_quarter(
        hours=hours, start=START, end=START + HOUR * len(quarter), pollutant="NOX",
        calibrations=[START + HOUR * n for n in calibrations], manual={}, rules=RULES,
    )  # fmt: skip
    measured = [*history, *(kg for state, kg in quarter if state is HourState.VALID)]
    assert len(found.hours) == len(quarter)
    for hour, (state, kg) in zip(found.hours, quarter, strict=True):
        assert (hour.state, hour.original_kg) == (state, kg)
        if state is HourState.VALID:
            assert (hour.kg, hour.substituted_kg, hour.window_start) == (kg, None, None)
        elif state is HourState.STOPPED:
            assert hour.kg == 0
        elif hour.substituted_kg is not None:
            assert hour.substituted_kg in measured
            assert hour.window_end is not None
            assert hour.window_end <= hour.start
    rated = [state for state, _ in quarter if state is not HourState.STOPPED]
    if found.capture_pct is not None and found.capture_pct < 75:
        assert all(hour.substituted_kg is None for hour in found.hours)
    assert (found.capture_pct is None) is (not rated)


@given(hours=st.lists(st.tuples(st.one_of(st.none(), masses), st.booleans()), max_size=30), cut=st.integers(0, 30))
def test_a_sum_of_two_halves_is_the_sum(hours: list[tuple[Decimal | None, bool]], cut: int) -> None:
    every = [HourlyEmission(kg, is_substituted=is_substituted) for kg, is_substituted in hours]
    whole, first, second = emission_sum(every), emission_sum(every[:cut]), emission_sum(every[cut:])
    assert (whole.kg or 0) == (first.kg or 0) + (second.kg or 0)
    assert whole.hours_empty == first.hours_empty + second.hours_empty


@given(slices=st.lists(st.tuples(masses, masses), min_size=1, max_size=24))
def test_the_weighted_mean_lies_between_its_slices_and_gives_the_mass_back(slices: list[tuple[Decimal, Decimal]]) -> None:
    found = water_means([WaterSlice(volume, concentration) for volume, concentration in slices])
    if found.weighted_mg_l is None or found.mass_kg is None:
        assert found.volume_m3 == 0
        return
    flowing = [concentration for volume, concentration in slices if volume]
    assert min(flowing) - Decimal("1e-18") <= found.weighted_mg_l <= max(flowing) + Decimal("1e-18")
    assert abs(found.weighted_mg_l * found.volume_m3 / 1000 - found.mass_kg) < Decimal("1e-15")


@given(checks=st.lists(st.tuples(st.integers(0, 100), st.booleans()), max_size=20))
def test_every_failed_check_lies_in_a_span_and_spans_do_not_overlap(checks: list[tuple[int, bool]]) -> None:
    end = START + HOUR * 200
    spans = out_of_control_spans([InstrumentCheck(START + HOUR * hour, passed) for hour, passed in checks], start=START, end=end)
    assert all(one.end <= other.start for one, other in pairwise(spans))
    for hour, passed in checks:
        if not passed and (hour, True) not in checks and hour > 0:
            assert any(span.start <= START + HOUR * hour < span.end for span in spans)


@given(low=st.integers(0, 700), more=st.integers(0, 300), mean=st.sampled_from(["PM25.day", "PM10.day", "O3.hour", "NO2.day"]))
def test_worse_air_never_has_a_lower_index(low: int, more: int, mean: str) -> None:
    one, other = (sub_index(mean, Decimal(figure), rules=RULES) for figure in (low, low + more))
    assert one is not None
    assert other is not None
    assert one <= other


@given(figures=st.dictionaries(st.sampled_from(["COD", "NH3_N", "TP", "F", "BOD5", "CODMN"]), masses, min_size=1), more=st.sampled_from(["COD", "OIL"]))
def test_another_item_never_betters_the_class(figures: dict[str, Decimal], more: str) -> None:
    alone = section_class(figures, is_lake=False, rules=RULES).water_class
    wider = section_class({more: Decimal(35), **figures}, is_lake=False, rules=RULES).water_class
    assert alone is not None
    assert wider is not None
    assert CLASSES.index(wider) >= CLASSES.index(alone)
