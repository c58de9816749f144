"""What a batch of frames says: readings by point, factor, kind, time; frames for quarantine."""

from datetime import UTC, datetime

import pytest

from shuangkong.hj212 import Connection, Packet, Variant
from shuangkong.lake.inbox import Batch
from shuangkong.lake.readings import Reading
from shuangkong.services.monitoring_devices import DeviceSettings
from shuangkong.services.telemetry import parser, readings_of
from shuangkong.services.telemetry_frames import KIND, Verdict, record, set_aside, was_set_aside

NEW = DeviceSettings("A1", "P1", "2017", Variant.HJ212, "123456", None)
OLD = DeviceSettings("B1", "P2", "2005", Variant.HJ212, "", None)
DEVICES = {"A1": NEW, "B1": OLD}


def packet(command: str, area: str, *, mn: str = "A1", flag: int = 5, password: str = "123456") -> Packet:
    return Packet.of(command_code=command, mn=mn, password=password, system_code="32", request_id="20260301100000000", flag=flag)._replace(parameters=area.encode())


def parsed(*told: tuple[Verdict, bytes], kind: str = KIND) -> list[Reading | bytes]:
    batch = Batch(1, kind, datetime(2026, 3, 1, tzinfo=UTC), b"".join(record(*one) for one in told))
    return list(parser(lambda: DEVICES)(batch))


def raw(packet: Packet) -> bytes:
    return Connection().send(packet)


@pytest.mark.parametrize(
    ("command", "field", "kind"),
    [("2011", "Rtd", "Rtd"), ("2011", "ZsRtd", "ZsRtd"), ("2051", "Avg", "Min-Avg"), ("2061", "ZsAvg", "Hour-ZsAvg"), ("2031", "Cou", "Day-Cou"), ("2099", "Avg", "2099-Avg")],
)
def test_the_kind_of_a_reading_is_its_span_and_field(command: str, field: str, kind: str) -> None:
    told = readings_of(packet(command, f"DataTime=20260301080000;a21026-{field}=20.40,a21026-Flag=D"), NEW)
    assert told == [Reading("P1", "a21026", kind, "2026-03-01 08:00:00", "20.40", "D")]


def test_old_factor_codes_become_new_ones_and_new_ones_stay() -> None:
    told = readings_of(packet("2011", "DataTime=20260301080000;011-Rtd=1,011-Flag=N;w21003-Rtd=2;XY-Rtd=3", mn="B1", flag=1), OLD)
    assert told is not None
    assert [(one.factor, one.value) for one in told] == [("w01018", "1"), ("w21003", "2"), ("XY", "3")]
    same = readings_of(packet("2011", "DataTime=20260301080000;011-Rtd=1"), NEW)
    assert same is not None
    assert [one.factor for one in same] == ["011"]  # not of 2005: left as it is


def test_what_is_no_number_keeps_its_text_and_exponents_are_written_out() -> None:
    told = readings_of(packet("2051", "DataTime=20260301080000;a21026-Avg=--,a21026-Max=1.5E3,a21026-Min=,a21026-Flag=B"), NEW)
    assert told is not None
    assert [(one.kind, one.value, one.flag) for one in told] == [("Min-Avg", "--", "B"), ("Min-Max", "1500", "B"), ("Min-Min", "", "B")]


def test_what_carries_no_figures_is_no_reading_and_data_need_a_time() -> None:
    assert readings_of(packet("3020", "DataTime=20260301080000;i11001-Info=//x//"), NEW) == []
    assert readings_of(packet("2021", "DataTime=20260301080000;SB1-RS=1"), NEW) == []
    assert readings_of(packet("9015", ""), NEW) == []
    assert readings_of(packet("2011", "a21026-Rtd=1"), NEW) is None
    assert readings_of(packet("2011", "DataTime=20261301080000;a21026-Rtd=1"), NEW) is None


def test_frames_are_read_or_set_aside_with_their_reason() -> None:
    good = raw(packet("2011", "DataTime=20260301080000;a21026-Rtd=1"))
    timeless = raw(packet("2011", "a21026-Rtd=1"))
    strange = raw(packet("2011", "DataTime=20260301080000;a21026-Rtd=1", mn="C1"))
    wrong = raw(packet("2011", "DataTime=20260301080000;a21026-Rtd=2", password="654321"))
    told = parsed((Verdict.ACCEPTED, good), (Verdict.ACCEPTED, timeless), (Verdict.UNKNOWN_MN, strange), (Verdict.UNJUDGED, strange), (Verdict.UNJUDGED, wrong), (Verdict.UNJUDGED, b"noise"))
    reading = Reading("P1", "a21026", "Rtd", "2026-03-01 08:00:00", "1")
    assert told == [
        reading, set_aside(Verdict.NO_TIME, timeless), set_aside(Verdict.UNKNOWN_MN, strange), set_aside(Verdict.UNKNOWN_MN, strange),
        set_aside(Verdict.WRONG_PASSWORD, wrong), set_aside(Verdict.BAD_STRUCTURE, b"noise"),
    ]  # fmt: skip


def test_what_was_accepted_stays_so_when_its_password_has_changed_since() -> None:
    old_password = raw(packet("2011", "DataTime=20260301080000;a21026-Rtd=2", password="654321"))
    assert [type(one) for one in parsed((Verdict.ACCEPTED, old_password))] == [Reading]


def test_a_batch_of_another_kind_or_cut_short_is_left_to_the_lake() -> None:
    with pytest.raises(ValueError, match="kind other"):
        parsed(kind="other")
    batch = Batch(1, KIND, datetime(2026, 3, 1, tzinfo=UTC), record(Verdict.ACCEPTED, b"##0007CP=&&&&F781")[:-1])
    with pytest.raises(ValueError, match="cut short"):
        list(parser(lambda: DEVICES)(batch))


def test_bytes_that_were_no_frame_are_not_taken_for_one() -> None:
    assert was_set_aside(b"P1,2025-01-01\n1.5") is None
