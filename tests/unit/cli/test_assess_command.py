"""`assess` as typed, on the packaged city: files to a place or to standard output, notices apart from both."""

import io
import json
import zipfile
from pathlib import Path

import pytest

from shuangkong.cli import assess as command
from shuangkong.cli import main

ANNUAL = ("--cycle", "annual", "--year", "2023", "--as-of", "2024-06-30")


def run(*words: str, language: str = "zh") -> int:
    with pytest.raises(SystemExit) as left:
        main(["--lang", language, "assess", *words])
    return int(left.value.code or 0)


def test_out_is_written_whole_and_its_path_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "新" / "考核.docx"
    assert run(*ANNUAL, "--format", "docx", "--out", str(place)) == 0
    assert capsys.readouterr().out == f"已写出 {place}\n"
    assert "word/document.xml" in zipfile.ZipFile(place).namelist()
    assert [each.name for each in place.parent.iterdir()] == ["考核.docx"]


@pytest.mark.parametrize(("form", "part"), [("docx", "word/document.xml"), ("xlsx", "xl/workbook.xml")])
def test_a_pipe_gets_nothing_but_the_bytes_and_they_repeat(form: str, part: str, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run("--cycle", "midterm", "--format", form) == 0
    first = capfdbinary.readouterr()
    assert part in zipfile.ZipFile(io.BytesIO(first.out)).namelist()
    assert "取最新记录" in first.err.decode()
    assert run("--cycle", "midterm", "--format", form) == 0
    assert capfdbinary.readouterr().out == first.out


def test_on_a_terminal_the_file_goes_to_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(command.sys.stdout, "isatty", lambda: True)
    assert run("--cycle", "midterm", "--format", "xlsx") == 0
    assert capsys.readouterr().out.strip() == "已写出 out/assessment-midterm-2022.xlsx"
    assert (tmp_path / "out" / "assessment-midterm-2022.xlsx").stat().st_size > 10_000


def test_a_place_that_cannot_be_written_is_one_line_and_exit_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a").write_text("file, not folder")
    assert run(*ANNUAL, "--format", "docx", "--out", str(tmp_path / "a" / "b.docx")) == 2
    told = capsys.readouterr()
    assert (told.out, len(told.err.splitlines())) == ("", 1)


def test_the_table_has_the_thirteen_first_and_details_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*ANNUAL) == 0
    brief = capsys.readouterr().out
    assert "【模拟】" in brief
    assert "■" not in brief
    assert run(*ANNUAL, "--details") == 0
    assert capsys.readouterr().out.count("■ ") == 13


def test_json_stays_as_it_is_fixed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*ANNUAL, "--format", "json") == 0
    told = json.loads(capsys.readouterr().out)
    assert [told[key] for key in ("cycle", "year", "as_of", "rubric")] == ["annual", 2023, "2024-06-30", "city-default"]
    first = told["jurisdictions"][0]
    assert set(first) >= {"jurisdiction", "score", "grade", "veto", "exemptions", "items"}
    assert set(first["items"][0]) >= {"code", "points", "max", "reason", "citation"}
