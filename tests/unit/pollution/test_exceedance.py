"""Which mean is held against which limit."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from shuangkong.kernel.period import CHINA_STANDARD_TIME
from shuangkong.pollution.exceedance import (
    Exceedance,
    MeanKind,
    MeanSpan,
    OutletMean,
    PermitLimit,
    exceedances,
    usual_comparison,
)
from shuangkong.pollution.monitoring_validity import HourState
from shuangkong.rules import at

NOX = PermitLimit("NOX", MeanSpan.HOUR, MeanKind.CONVERTED, Decimal(50), valid_from=date(2022, 1, 1), valid_to=date(2024, 1, 1))
PH = PermitLimit("pH", MeanSpan.DAY, MeanKind.ARITHMETIC, Decimal(9), Decimal(6))


def _found(figure: str | None, *, state: HourState = HourState.VALID, kind: MeanKind = MeanKind.CONVERTED, year: int = 2023) -> tuple[Exceedance, ...]:
    mean = OutletMean("NOX", MeanSpan.HOUR, kind, datetime(year, 5, 1, tzinfo=CHINA_STANDARD_TIME), None if figure is None else Decimal(figure), state)
    return exceedances([mean], limits=[NOX, PH])


@pytest.mark.parametrize(("figure", "count"), [("50", 0), ("50.0001", 1), ("49", 0), (None, 0)])
def test_a_mean_on_its_limit_meets_it(figure: str | None, count: int) -> None:
    assert len(_found(figure)) == count


def test_what_is_not_valid_is_no_evidence() -> None:
    assert [_found("80", state=state) for state in HourState if state is not HourState.VALID] == [()] * 4


def test_the_measured_mean_is_not_held_against_a_converted_limit() -> None:
    assert _found("80", kind=MeanKind.MEASURED) == ()


def test_a_limit_holds_within_its_dates() -> None:
    assert [len(_found("80", year=year)) for year in (2021, 2022, 2023, 2024)] == [0, 1, 1, 0]


@pytest.mark.parametrize(("figure", "count"), [("5.9", 1), ("6", 0), ("9", 0), ("9.1", 1)])
def test_ph_has_two_ends(figure: str, count: int) -> None:
    mean = OutletMean("pH", MeanSpan.DAY, MeanKind.ARITHMETIC, datetime(2023, 5, 1, tzinfo=CHINA_STANDARD_TIME), Decimal(figure))
    assert len(exceedances([mean], limits=[NOX, PH])) == count


def test_where_the_permit_does_not_say_the_table_does() -> None:
    rules = at(date(2023, 12, 31))
    found = [usual_comparison(medium=medium, sector="boiler", rules=rules)[:2] for medium in ("gas", "water")]
    assert found == [(MeanSpan.HOUR, MeanKind.CONVERTED), (MeanSpan.DAY, MeanKind.WEIGHTED)]
