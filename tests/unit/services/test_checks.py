"""The checks as use cases: recall on seeds never used for tuning, and files from outside."""

import json
from pathlib import Path

import pytest

from shuangkong.checks.model import Severity
from shuangkong.cli import main
from shuangkong.kernel.faults import InputRefused
from shuangkong.services.checks import LEAST_RECALL, MOST_FALSE_PER_1000, check_file, checks_on, evaluate_checks

HEAD = "element,org,period,value,unit\n"
CROWD = {"bunching", "county_invented"}  # these take a city of 300


@pytest.mark.parametrize("seed", [1001, 1002])
def test_recall_and_false_findings_on_unseen_seeds(seed: int) -> None:
    result = evaluate_checks(seed=seed, units=40, years=4, per_pattern=5)
    told = {one.code: one for one in result.patterns}
    assert len(told) >= 15
    assert {code for code, one in told.items() if not one.planted} <= CROWD
    planted, found = (sum(getattr(one, name) for one in told.values()) for name in ("planted", "found"))
    assert found >= LEAST_RECALL * planted
    assert [code for code, one in told.items() if one.planted and one.found < one.planted - 1] == []  # of five, one may slip through
    assert result.clean_returns > 1500
    assert result.false_per_1000 <= MOST_FALSE_PER_1000
    assert result.as_json("zh")["mark"] == "模拟"


def written(folder: Path, text: str) -> Path:
    path = folder / "报表.csv"
    path.write_text(text, "utf-8")
    return path


def series(element: str, figures: list[str], unit: str = "万kWh", org: str = "甲厂") -> str:
    return "".join(f"{element},{org},2023-{month:02},{figure},{unit}\n" for month, figure in enumerate(figures, 1))


def test_a_slip_in_a_file_is_found_and_told(tmp_path: Path) -> None:
    figures = ["98.2", "101.7", "99.4", "100.3", "102.6", "1000000"]
    found = check_file(path=written(tmp_path, HEAD + series("electricity_consumed_10k_kwh", figures)), on=None, period="2023-06")
    assert found.returns == 1
    slip = next(finding for finding in found.findings if finding.code == "C036")
    assert (slip.where.org, str(slip.where.period), slip.severity) == ("甲厂", "2023-06", Severity.BLOCKS_SUBMISSION)


def test_units_are_converted_and_names_accepted(tmp_path: Path) -> None:
    text = HEAD + "电力消费量,甲厂,2024-05,446000,kWh\nmeter:electricity_consumed_10k_kwh,甲厂,2024-05,44.7,万kWh\npower_capacity_kw,甲厂,2024-05,1,MW\n"
    assert [one.code for one in check_file(path=written(tmp_path, text), on=None).findings] == []
    odd = text.replace("446000", "500000")
    assert [one.code for one in check_file(path=written(tmp_path, odd), on=None).findings] == ["C028"]


def test_parents_targets_coefficients_versions_and_not_applicable(tmp_path: Path) -> None:
    head = "element,org,period,value,unit,note,recorded_at,parent\n"
    rows = [
        "comprehensive_energy_tce,甲厂,2024-12,100,tce,,,丙县", "comprehensive_energy_tce,乙厂,2024-12,200,tce,,,丙县",
        "comprehensive_energy_tce,丙县,2024-12,250,tce,,,", "coal_consumed_t,甲厂,2024-12,,t,不适用,,丙县",
        "coal_consumed_t,乙厂,2024-12,10,t,,,丙县", "coefficient:coal_consumed_t,乙厂,2024-12,0.3,,,,丙县",
        "unit_energy_ytd_kgce_per_t,乙厂,2024-12,350.00,kgce/t,,,丙县", "target:unit_energy_ytd_kgce_per_t,乙厂,2024-12,350,kgce/t,,,丙县",
        *(f"output_t,乙厂,2024-12,{90 + day},t,,2025-01-{day:02}T09:00:00+08:00,丙县" for day in (5, 9, 12, 20)),
    ]  # fmt: skip
    found = check_file(path=written(tmp_path, head + "\n".join(rows) + "\n"), on=None)
    codes = {(one.code, one.where.org) for one in found.findings}
    assert {("C078", "丙县"), ("C017", "乙厂"), ("C067", "乙厂"), ("C086", "乙厂")} <= codes
    assert not any(code == "C019" for code, _ in codes)


def test_every_fault_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    text = HEAD + "foo,甲厂,2024-05,1,t\noutput_t,甲厂,2024-13,1,t\noutput_t,甲厂,2024-05,abc,t\noutput_t,,2024-05,1,t\noutput_t,甲厂,2024-06,1,kWh\noutput_t,甲厂,2024-07,1,t\noutput_t,甲厂,2024-07,2,t\n"
    with pytest.raises(InputRefused) as refused:
        check_file(path=written(tmp_path, text), on=None)
    assert [fault.where.en for fault in refused.value.faults if fault.where] == [f"row {number}" for number in (2, 3, 4, 5, 6, 8)]


@pytest.mark.parametrize("text", ["", HEAD, "a,b\n1,2\n"])
def test_a_file_without_returns_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputRefused):
        check_file(path=written(tmp_path, text), on=None)


def run(*words: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(["--lang", "zh", "checks", *words])
    return int(left.value.code or 0)


def test_run_as_typed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sound = written(tmp_path, HEAD + "output_t,甲厂,2024-05,100,t\n")
    assert run("run", str(sound), "--format", "json") == 0
    assert json.loads(capsys.readouterr().out)["findings"] == []
    odd = written(tmp_path, HEAD + "output_t,甲厂,2024-05,-100,t\n")
    assert run("run", str(odd), "--format", "json") == 1
    (finding,) = json.loads(capsys.readouterr().out)["findings"]
    assert (finding["code"], finding["severity"], finding["evidence"]) == ("C012", "BLOCKS_SAVE", {"output_t": "-100"})
    assert run("run", str(tmp_path / "nothing.csv")) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_list_as_typed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("list") == 0
    printed = capsys.readouterr().out
    assert len(printed.splitlines()) == len(checks_on(None)) >= 60
    assert "C071  需要说明  平稳数列上的尖峰  [spike_on_flat]  统计法 第七条" in printed
    assert run("list", "--format", "json") == 0
    assert json.loads(capsys.readouterr().out)["checks"][0]["thresholds"]["verified"] is False


def test_evaluate_as_typed_is_marked_simulated(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("evaluate", "--fraud-seed", "1003", "--units", "8", "--years", "3", "--per-pattern", "1") in (0, 1)
    told = capsys.readouterr()
    assert told.out.startswith("模拟评估")
    assert told.out.rstrip().endswith("以上全部为模拟数据")
    assert "Traceback" not in told.err
