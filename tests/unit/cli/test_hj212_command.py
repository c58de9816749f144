"""`shuangkong hj212 decode`, called as it is called."""

import io
import json
import sys
from pathlib import Path

import pytest

from shuangkong.cli import main
from shuangkong.hj212.encryption import enciphered
from shuangkong.hj212.sm4 import Sm4
from unit.hj212.hj212_definition import defined_crc, framed

KEYS = [
    "status", "crc_ok", "crc_variant", "crc_received", "crc_expected", "declared_length", "length_ok", "tail_crlf", "QN", "ST", "CN", "PW", "MN", "Flag", "PNUM", "PNO", "RF",
    "version_bits", "ack_required", "has_packet_no", "cp_encoding", "cp_pairs", "factors", "cp_other",
]  # fmt: skip
SEGMENT = b"QN=20260301100000123;ST=32;CN=2011;PW=123456;MN=A1;Flag=9;CP=&&DataTime=20260301100000;w01018-Rtd=20.4,w01018-Flag=N&&"


def decode(*words: str) -> int:
    """Call the command; return its exit code."""
    try:
        main(["--lang", "en", "hj212", "decode", *words])
    except SystemExit as left:
        return int(left.code or 0)
    return 0


def test_good_frames_are_lines_and_exit_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "raw"
    file.write_bytes(framed(SEGMENT) * 3)
    assert decode(str(file)) == 0
    told = capsys.readouterr()
    lines = [json.loads(line) for line in told.out.splitlines()]
    assert [list(line) for line in lines] == [KEYS] * 3
    assert (lines[0]["factors"], lines[0]["cp_other"]) == ({"w01018": {"Rtd": "20.4", "Flag": "N"}}, {"DataTime": "20260301100000"})
    assert told.err == ""


def test_a_wrong_frame_is_exit_1_and_skipped_and_left_over_bytes_are_told_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "raw"
    file.write_bytes(b"NO CARRIER" + framed(SEGMENT, crc=b"0001") + framed(SEGMENT) + b"##0200QN=")
    assert decode(str(file)) == 1
    told = capsys.readouterr()
    assert [json.loads(line)["status"] for line in told.out.splitlines()] == ["crc_error", "ok"]
    assert told.err.splitlines() == ["bytes skipped that belong to no frame: 10", "left-over bytes of an unfinished frame at the end: 9"]


def test_from_standard_input_cut_anywhere(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    class Dribble(io.BytesIO):
        def read1(self, size: int | None = -1, /) -> bytes:
            return super().read1(7)

    class Stdin:
        buffer = Dribble(framed(SEGMENT) * 2)

    monkeypatch.setattr(sys, "stdin", Stdin())
    assert decode("-") == 0
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_with_the_key_an_enciphered_area_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "raw"
    file.write_bytes(framed(enciphered(SEGMENT, Sm4(b"0" * 16)), crc=defined_crc(SEGMENT)))
    assert decode(str(file)) == 1
    assert decode(str(file), "--sm4-key", "30" * 16) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["cp_pairs"][1] == ["w01018-Rtd", "20.4"]


@pytest.mark.parametrize("key", ["xyz", "30", "30" * 17])
def test_what_is_no_key_is_one_line_and_exit_2(tmp_path: Path, capsys: pytest.CaptureFixture[str], key: str) -> None:
    file = tmp_path / "raw"
    file.write_bytes(framed(SEGMENT))
    assert decode(str(file), "--sm4-key", key) == 2
    told = capsys.readouterr()
    assert (told.out, told.err.count("\n")) == ("", 1)


def test_a_file_that_is_not_there_is_one_line_and_exit_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert decode(str(tmp_path / "none")) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_an_empty_file_has_no_frames_and_none_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "raw"
    file.write_bytes(b"")
    assert decode(str(file)) == 0
    assert capsys.readouterr().out == ""
