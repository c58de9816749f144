"""`plan parse` and `plan diff` as typed: output, exit codes."""

import json
from pathlib import Path

import pytest

from shuangkong.cli import main
from shuangkong.services.cities import packaged_city

TEXT = "江川市“十四五”节能减排综合工作方案\n一、目标\n（一）主要目标。到2025年，森林覆盖率达到30%以上。（责任单位：市林业局）\n"
TARGET_KEYS = {
    "clause", "indicator", "operator", "value", "unit", "base_year", "base_value", "target_year", "scope",
    "stretch_value", "commitment", "alt_group", "hold_every_year", "phrase", "confidence",
}  # fmt: skip


def _run(*words: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(["--lang", "zh", "plan", *words])
    return int(left.value.code or 0)


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "旧.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_parse_prints_the_fixed_keys(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("parse", str(old)) == 0
    printed = json.loads(capsys.readouterr().out)
    assert set(printed) >= {"title", "clauses", "targets", "annexes"}
    assert printed["clauses"] == [{"number": "一(一)", "title": "主要目标", "lead": ["市林业局"], "support": [], "implied": []}]
    assert set(printed["targets"][0]) >= TARGET_KEYS
    assert (printed["targets"][0]["value"], printed["targets"][0]["target_year"]) == ("30", 2025)


def test_parse_as_table(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("parse", str(old), "--format", "table") == 0
    assert "一(一)  全市  森林覆盖率  >= 30%  2025" in capsys.readouterr().out


def test_diff_of_the_same_is_0_and_of_another_1(old: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new = tmp_path / "新.txt"
    new.write_text(TEXT.replace("30%", "32%"), encoding="utf-8")
    assert _run("diff", str(old), str(old)) == 0
    assert _run("diff", str(old), str(new), "--format", "table") == 1
    assert "目标值：30 → 32" in capsys.readouterr().out


def test_diff_takes_a_city_pack(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("diff", str(packaged_city()), str(packaged_city())) == 0
    assert json.loads(capsys.readouterr().out)["summary"]["is_same"] is True
    assert _run("diff", str(packaged_city()), str(old), "--format", "table") == 1
    assert "驻马店市“十四五”节能减排综合工作方案 征求意见稿 → 江川市" in capsys.readouterr().out


def test_a_pdf_is_refused_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "方案.txt"
    path.write_bytes(b"%PDF-1.4")
    assert _run("parse", str(path)) == 2
    streams = capsys.readouterr()
    assert streams.out == ""
    assert len(streams.err.strip().splitlines()) == 1
