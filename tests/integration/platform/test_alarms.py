"""Alarms: raised from readings and device states once and no more, grown, ended, answered by the unit, closed by another."""

from datetime import timedelta
from decimal import Decimal

import pytest
from alarm_steps import heard, hours, seen
from conftest import COUNTY, UNIT
from test_monitoring_register import MN, OUTLET, device, limit, outlet

from shuangkong.access.roles import Role
from shuangkong.kernel.faults import InputRefused
from shuangkong.pollution.alarm_life import AlarmActRefused, AlarmKind
from shuangkong.services import alarm_devices, alarm_exceedances, alarms, chain_rows, clock
from shuangkong.services.alarm_records import cases_of, with_state
from shuangkong.services.alarm_wording import line_of
from shuangkong.services.monitoring_kinds import PointKind, Statistic
from shuangkong.services.monitoring_marks import notify_shutdown, set_mark
from shuangkong.services.monitoring_register import Entries, record
from shuangkong.services.people import NotPermitted

PDF = b"%PDF-1.4\n%%EOF\n"


@pytest.fixture
def watched(person, settings, tmp_path):
    """The outlet of the register, with a data folder of its own."""
    settings.DATA = tmp_path
    alarm_exceedances._seen.clear()
    alarm_devices._watches.clear()
    record(Entries([outlet()], [limit()], [device()]), who=person(Role.REVIEWER, COUNTY), reason="登记")


def told():
    return [(case.alarm.kind, case.state.name, case.facts.get("count"), case.facts.get("peak"), case.facts.get("why_ended")) for case in cases_of(with_state().order_by("start", "pk"))]


def test_hours_beyond_the_limit_are_one_alarm_that_grows_and_ends(watched, still_clock) -> None:
    heard(hours(OUTLET, "2026-03-02T05:00", "30", "36", "70"))
    alarms.raise_alarms(clock.now())
    assert told() == [("EXCEEDANCE", "RAISED", 2, "70", None)]
    alarms.raise_alarms(clock.now())
    alarm_exceedances._seen.clear()  # as a process that has just begun
    alarms.raise_alarms(clock.now())
    assert [len(case.steps) for case in cases_of(with_state())] == [1]
    still_clock.moment += timedelta(hours=2)
    heard(hours(OUTLET, "2026-03-02T08:00", "50", "20"))
    alarms.raise_alarms(clock.now())
    assert told() == [("EXCEEDANCE", "RAISED", 3, "70", "within")]
    (case,) = cases_of(with_state())
    assert (case.facts["first"], case.facts["last"], case.ended_at.isoformat()) == ("2026-03-02T06:00:00", "2026-03-02T08:00:00", "2026-03-02T09:00:00+08:00")


def test_a_month_and_a_boundary_point_have_limits_too(watched, person, still_clock) -> None:
    boundary = "U001.CJ001"
    record(
        Entries([outlet(code=boundary, kind=PointKind.FUGITIVE, traits={})], [limit(statistic=Statistic.MONTH, high=Decimal(20), is_converted=False), limit(point=boundary, is_converted=False)], []),
        who=person(Role.REVIEWER, COUNTY), reason="登记",
    )  # fmt: skip
    days = [hours(OUTLET, f"2026-02-{day:02}T00:00", *["19" if day < 14 else "22"] * 24) for day in range(1, 29)]
    heard([*(hour for day in days for hour in day), *hours(boundary, "2026-03-02T06:00", "36", "10")])
    alarms.raise_alarms(clock.now())
    alarms.raise_alarms(clock.now())
    cases = cases_of(with_state().order_by("start", "pk"))
    # 13 days of 19 and 15 of 22 mg/m³; the boundary for one hour.
    assert [(case.alarm.point.code, case.facts["span"], f"{Decimal(case.facts['peak']):.3f}", case.facts["count"]) for case in cases] == [
        (OUTLET, "MONTH", "20.607", 1), (boundary, "HOUR", "36.000", 1),
    ]  # fmt: skip
    assert line_of(cases[0]).en == "Sulphur dioxide (SO2): measured mean of the month up to 20.607 mg/m3, limit 20, 0.03 times over, for 1 months"


def test_invalid_hours_are_no_evidence_and_a_late_hour_joins_two_alarms(watched, person, still_clock) -> None:
    heard(hours(OUTLET, "2026-03-02T01:00", "90", "90", flag="C"))
    heard(hours(OUTLET, "2026-03-02T04:00", "40"))
    heard(hours(OUTLET, "2026-03-02T06:00", "60", "10"))
    alarms.raise_alarms(clock.now())
    assert told() == [("EXCEEDANCE", "RAISED", 1, "40", None), ("EXCEEDANCE", "RAISED", 1, "60", "within")]
    heard(hours(OUTLET, "2026-03-02T05:00", "55"))
    alarms.raise_alarms(clock.now())
    assert told() == [("EXCEEDANCE", "RAISED", 3, "60", "within"), ("EXCEEDANCE", "CLOSED", 1, "60", "merged")]
    # What is marked afterwards does not make an alarm vanish: it is noted, and somebody must judge it.
    start = clock.now().replace(hour=0, minute=0) - timedelta(hours=8)
    set_mark(point=OUTLET, mark="M", start=start, end=start + timedelta(hours=9), who=person(Role.REPORTER, UNIT), reason="检修")
    alarms.raise_alarms(clock.now())
    assert told()[0][:2] == ("EXCEEDANCE", "RAISED")


def test_the_unit_answers_another_closes_and_the_chain_holds(watched, person, still_clock) -> None:
    heard(hours(OUTLET, "2026-03-02T05:00", "36", "10"))
    alarms.raise_alarms(clock.now())
    (case,) = cases_of(with_state())
    unit, county = person(Role.REPORTER, UNIT), person(Role.REVIEWER, COUNTY)
    assert (case.due_at - case.alarm.recorded_at, [one.pk for one in alarms.waiting_alarms(who=unit)], alarms.waiting_alarms(who=county)) == (timedelta(hours=24), [case.pk], ())
    with pytest.raises(NotPermitted):
        alarms.answer_alarm(alarm_id=case.pk, cause="布袋破损", measure="已更换", who=county)
    with pytest.raises(InputRefused):
        alarms.answer_alarm(alarm_id=case.pk, cause=" ", measure="已更换", who=unit)
    with pytest.raises(AlarmActRefused):
        alarms.close_alarm(alarm_id=case.pk, reason="属实", who=county)
    alarms.answer_alarm(alarm_id=case.pk, cause="浆液泵跳停", measure="启用备用泵", who=unit, files=[("台账.pdf", PDF)])
    with pytest.raises(NotPermitted):
        alarms.close_alarm(alarm_id=case.pk, reason="属实", who=unit)
    alarms.send_back_alarm(alarm_id=case.pk, reason="附备用泵启用记录", who=county)
    alarms.answer_alarm(alarm_id=case.pk, cause="浆液泵跳停", measure="启用备用泵，记录见附件", who=unit)
    assert [one.pk for one in alarms.waiting_alarms(who=county)] == [case.pk]
    assert alarms.close_alarm(alarm_id=case.pk, reason="属实，已恢复", who=county).name == "CLOSED"
    assert alarms.open_alarm_file(file_id=case.alarm.files.get().pk, who=county).content == PDF
    assert list(chain_rows.row_findings()) == []
    assert alarms.waiting_alarms(who=unit) == alarms.waiting_alarms(who=county) == ()


def test_a_silent_device_is_an_alarm_but_not_while_the_plant_stands_still(watched, person, still_clock) -> None:
    seen((MN, clock.now()))
    alarms.raise_alarms(clock.now())
    for _ in range(9):
        still_clock.moment += timedelta(minutes=9)
        alarms.raise_alarms(clock.now())
    assert told() == [("SILENCE", "RAISED", None, None, None)]
    (case,) = cases_of(with_state())
    alarms.answer_alarm(alarm_id=case.pk, cause="断网", measure="报修", who=person(Role.REPORTER, UNIT))
    with pytest.raises(alarms.StillLasting):
        alarms.close_alarm(alarm_id=case.pk, reason="属实", who=person(Role.REVIEWER, COUNTY))
    seen((MN, clock.now()))
    alarms.raise_alarms(clock.now())
    assert told() == [("SILENCE", "ANSWERED", None, None, "heard")]
    notify_shutdown(organisation=UNIT, start=clock.now(), end=None, who=person(Role.REPORTER, UNIT), reason="停产检修")
    for _ in range(9):
        still_clock.moment += timedelta(minutes=9)
        alarms.raise_alarms(clock.now())
    assert len(told()) == 1


def test_an_outage_of_many_is_one_alarm_and_other_callers_raise_their_own(watched, person, still_clock) -> None:
    mns = [f"OUT-{number}" for number in range(6)]
    points = [outlet(code=f"U001.DA10{number}") for number in range(6)]
    record(Entries(points, devices=[device(mn=mn, point=point.code) for mn, point in zip(mns, points, strict=True)]), who=person(Role.REVIEWER, COUNTY), reason="登记")
    begun = clock.now()
    for _ in range(9):
        seen((MN, clock.now()), drift_s=1020)
        seen(*((mn, begun) for mn in mns))
        alarms.raise_alarms(clock.now())
        still_clock.moment += timedelta(minutes=9)
    by_kind = {case.kind: case for case in cases_of(with_state())}
    assert sorted(kind.name for kind in by_kind) == ["CLOCK", "OUTAGE"]
    assert (by_kind[AlarmKind.OUTAGE].home, sorted(by_kind[AlarmKind.OUTAGE].facts["devices"])) == (COUNTY, mns)
    seen(*((mn, clock.now()) for mn in (MN, *mns)), drift_s=2)
    alarms.raise_alarms(clock.now())
    assert sorted((kind, state) for kind, state, *_ in told()) == [("CLOCK", "CLOSED"), ("OUTAGE", "RAISED")]
    first = alarms.raise_alarm(kind=AlarmKind.AMBIENT, point=OUTLET, factor="w01018", start=begun, facts={"zh": "水质劣于目标", "en": "worse than its target"})
    assert alarms.raise_alarm(kind=AlarmKind.AMBIENT, point=OUTLET, factor="w01018", start=begun, facts={"zh": "水质劣于目标", "en": "worse than its target"}) == first
