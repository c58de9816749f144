import json
from pathlib import Path

import pytest

from shuangkong.cli import main


def convert(folder: Path, *words: str) -> int:
    file = folder / "in.csv"
    file.write_text("carrier,quantity,unit\n33,1,万kWh\n", "utf-8")
    try:
        main(["energy", "convert", str(file), *words])
    except SystemExit as left:
        return int(left.code or 0)
    return 0


@pytest.mark.parametrize("day", ["2022", "2022-06", "2022-06-30", "2022/6/30"])
def test_the_day_may_be_a_year(tmp_path: Path, capsys: pytest.CaptureFixture[str], day: str) -> None:
    # The equivalent value of 2022 is the supply coal rate of 2021: 0.3025 kgce/kWh.
    assert convert(tmp_path, "--basis", "equivalent", "--on", day) == 0
    assert json.loads(capsys.readouterr().out)["total_tce"] == "3.025"


@pytest.mark.parametrize(("said", "tce"), [("当量", "1.229"), ("当量值", "1.229"), ("等价值", "3.025"), ("等价", "3.025")])
def test_the_basis_may_be_said_in_chinese(tmp_path: Path, capsys: pytest.CaptureFixture[str], said: str, tce: str) -> None:
    assert convert(tmp_path, "--basis", said, "--on", "2022") == 0
    assert json.loads(capsys.readouterr().out)["total_tce"] == tce


def test_what_is_no_day_is_one_line_and_exit_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert convert(tmp_path, "--on", "yesterday") == 2
    told = capsys.readouterr()
    assert (told.out, told.err.count("\n")) == ("", 1)
    assert "yesterday" in told.err
