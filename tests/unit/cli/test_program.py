"""How the program answers wrong calls, stops and streams that break: one line each, no traceback, a plain exit code."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from shuangkong import cli

PROGRAM = "from shuangkong.cli import main; main()"


def called(*words: str) -> int | str | None:
    with pytest.raises(SystemExit) as left:
        cli.main(words)
    return left.value.code


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["demo", "--onec"], "选项“--onec”——没有这个选项，是否为 --once；用法见 shuangkong demo --help"),
        (["nope"], "命令“nope”——没有这个命令；用法见 shuangkong --help"),
        (["assess", "--cycle", "yearly", "--year", "2023"], "选项“--cycle yearly”——应为 annual、midterm、five-year 之一；用法见 shuangkong assess --help"),
        (["assess", "--cycle", "annual", "--year", "abc"], "选项“--year abc”——应为整数；用法见 shuangkong assess --help"),
        (["demo", "--port", "0"], "选项“--port 0”——应为 1 至 65535 的整数；用法见 shuangkong demo --help"),
        (["demo", "--port"], "选项“--port”——没有给出取值；用法见 shuangkong --help"),
        (["demo", "--as-of", "2024-13-01"], "选项“--as-of 2024-13-01”——应为日期，写成 2024-06-30；用法见 shuangkong demo --help"),
        (["city", "check"], "参数“DIR”——没有给出，应为可读的路径；用法见 shuangkong city check --help"),
        (["--lang", "fr", "demo"], "选项“--lang fr”——应为 zh、en 之一；用法见 shuangkong --help"),
    ],
)
def test_a_wrong_call_is_one_line_with_its_remedy(words: list[str], told: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert called(*words) == 2
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", told + "\n")


def test_a_wrong_call_in_english(capsys: pytest.CaptureFixture[str]) -> None:
    assert called("indicators", "explain", "x", "--org", "411700", "--lang", "en") == 2
    assert capsys.readouterr().err == "option '--period': is missing; see shuangkong indicators explain --help\n"


def test_every_command_has_help_with_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["demo"], ["city"], ["city", "check"], ["indicators"], ["indicators", "list"], ["indicators", "explain"], ["observations"],
                  ["observations", "load"], ["observations", "template"], ["observations", "simulate"], ["assess"], ["compute"],
                  ["plan", "parse"], ["plan", "diff"], ["energy"], ["energy", "convert"], ["reduction"], ["reduction", "compute"]):  # fmt: skip
        assert called(*words, "--help") == 0
        assert "例 / Example" in capsys.readouterr().out, words


@pytest.mark.parametrize(("trouble", "code", "told"), [
    (KeyboardInterrupt(), 130, "已中断"),
    (PermissionError(13, "Permission denied", "var/published.csv"), 2, "文件“var/published.csv”——无法读写（Permission denied）；检查路径、权限和剩余空间"),
])  # fmt: skip
def test_what_the_machine_does_to_a_command_is_told_in_one_line(
    trouble: BaseException, code: int, told: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise trouble

    monkeypatch.setattr(cli.program, "invoke", fail)
    monkeypatch.setattr(cli, "_discard_stdout", lambda: None)
    assert called("--lang", "zh", "demo") == code
    assert told in capsys.readouterr().err


def run(stdout: object, *, before: Callable[[], None] | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", PROGRAM, "compute", "--list"]
    return subprocess.run(command, stdout=stdout, stderr=subprocess.PIPE, text=True, encoding="utf-8", check=False, preexec_fn=before)  # type: ignore[call-overload,no-any-return]  # a file or a descriptor


def test_a_reader_that_leaves_early_is_no_fault() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    ended = run(writer)
    os.close(writer)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_a_closed_output_is_no_fault() -> None:
    ended = run(None, before=lambda: os.close(1))
    assert (ended.returncode, ended.stderr) == (0, "")


def test_a_full_disk_is_one_line(tmp_path: Path) -> None:
    with open("/dev/full", "wb") as full:
        ended = run(full)
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1
    assert "标准输出" in ended.stderr or "standard output" in ended.stderr
