"""The life of an alarm and what is one alarm: hours that follow one another, an outage of many devices."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from shuangkong.kernel.state_table import ReasonMissing
from shuangkong.pollution.alarm_life import (
    ALARM_STATES,
    AlarmAct,
    AlarmActRefused,
    AlarmState,
    SilentDevice,
    outages_of,
    runs_of,
)
from shuangkong.pollution.exceedance import Exceedance, MeanKind, MeanSpan, OutletMean, PermitLimit

LIMIT = PermitLimit("w01001", MeanSpan.DAY, MeanKind.ARITHMETIC, Decimal(9), Decimal(6))
AT = datetime(2026, 3, 1, 8)  # noqa: DTZ001  # as the readings


def day(number: int, figure: str) -> Exceedance:
    return Exceedance(OutletMean("w01001", MeanSpan.DAY, MeanKind.ARITHMETIC, datetime(2026, 3, number), Decimal(figure)), LIMIT, None)  # noqa: DTZ001


def silent(place: str, count: int) -> list[SilentDevice]:
    return [SilentDevice(f"{place}-{number}", place, AT + timedelta(minutes=number)) for number in range(count)]


def test_an_alarm_is_answered_and_then_closed_or_sent_back() -> None:
    answered = ALARM_STATES.after(AlarmState.RAISED, AlarmAct.ANSWER)
    assert answered is AlarmState.ANSWERED
    assert ALARM_STATES.after(answered, AlarmAct.CLOSE) is AlarmState.CLOSED
    assert ALARM_STATES.after(answered, AlarmAct.SEND_BACK, reason="没有说明措施") is AlarmState.RAISED
    with pytest.raises(ReasonMissing):
        ALARM_STATES.after(answered, AlarmAct.SEND_BACK)


@pytest.mark.parametrize(("state", "act"), [(AlarmState.RAISED, AlarmAct.CLOSE), (AlarmState.CLOSED, AlarmAct.ANSWER), (AlarmState.CLOSED, AlarmAct.UPDATE)])
def test_nothing_else_leads_on(state: AlarmState, act: AlarmAct) -> None:
    with pytest.raises(AlarmActRefused):
        ALARM_STATES.after(state, act)


def test_days_that_follow_one_another_are_one_run_and_its_peak_lies_farthest_out() -> None:
    runs = runs_of([day(5, "9.1"), day(2, "5.2"), day(1, "9.4"), day(2, "5.2")], span=MeanSpan.DAY)
    assert [(run.first.day, run.last.day, len(run.means)) for run in runs] == [(1, 2, 2), (5, 5, 1)]
    assert runs[0].peak.mean.figure == Decimal("5.2")


def test_a_few_silent_devices_are_no_outage() -> None:
    found = outages_of(silent("A", 3) + silent("B", 1), devices_at={"A": 3, "B": 9}, city="C", least=5, share_pct=Decimal(50))
    assert found == {}


def test_when_most_of_the_city_is_silent_the_city_is_out() -> None:
    found = outages_of(silent("A", 6) + silent("B", 4), devices_at={"A": 6, "B": 6}, city="C", least=5, share_pct=Decimal(50))
    assert {place: len(some) for place, some in found.items()} == {"C": 10}
