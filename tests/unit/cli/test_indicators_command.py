"""`indicators list` and `indicators explain` as typed, on the packaged city."""

import json

import pytest

from shuangkong.cli import main

FIXED_KEYS = {"code", "org", "period", "value", "unit", "coverage", "formula_zh", "working", "rules", "inputs"}
INPUT_KEYS = {"element", "value", "unit", "source", "reported_by", "approved_by", "recorded_at"}
CODE = "energy_intensity_tce_per_10k_yuan"


def _run(*words: str, language: str = "zh") -> int:
    with pytest.raises(SystemExit) as left:
        main(["--lang", language, "indicators", *words])
    return int(left.value.code or 0)


def test_list_prints_every_indicator_and_says_that_units_fit(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("list", "--format", "json") == 0
    listed = json.loads(capsys.readouterr().out)["indicators"]
    assert CODE in {one["code"] for one in listed}
    assert all(one["formula_zh"].startswith(one["name"] + " = ") for one in listed)
    assert _run("list") == 0
    printed = capsys.readouterr()
    assert f"共 {len(listed)} 项指标，单位检查通过" in printed.err
    assert len(printed.out.splitlines()) == 2 * len(listed)


def test_explain_as_json_has_the_fixed_keys(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("explain", CODE, "--org", "411721", "--period", "2023", "--format", "json") == 0
    told = json.loads(capsys.readouterr().out)
    assert set(told) >= FIXED_KEYS
    assert (told["code"], told["org"], told["period"], told["unit"]) == (CODE, "411721", "2023", "tce/万元")
    assert all(set(one) >= INPUT_KEYS for one in told["inputs"])
    assert told["marks"]


def test_explain_by_name_opens_the_working(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("explain", CODE, "--org", "西平", "--period", "2023", "--format", "table") == 0
    printed = capsys.readouterr().out
    assert printed.startswith("能耗强度  西平县  2023：")
    assert "公式：能耗强度 = " in printed
    assert "〔模拟〕" in printed


def test_nothing_known_yet_is_a_figure_missing_with_its_reason_and_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("explain", CODE, "--org", "西平县", "--period", "2023", "--as-of", "2019-12-31", "--format", "json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["value"], told["inputs"], told["as_of"]) == (None, [], "2019-12-31")
    assert told["reason"]["zh"].startswith("西平县2023年缺")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("explain", "energy_intensty_tce_per_10k_yuan", "--org", "411721", "--period", "2023"), CODE),
        (("explain", CODE, "--org", "西坪县", "--period", "2023"), "西平县"),
        (("explain", CODE, "--org", "411721", "--period", "2023Q9"), "2023Q2"),
        (("explain", CODE, "--org", "411721", "--period", "2023", "--as-of", "去年"), "2024-06-30"),
        (("list", "--city", "没有的文件夹"), "没有的文件夹"),
    ],
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_not_known_is_refused_in_one_line(
    words: tuple[str, ...], told: str, language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(*words, language=language) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert told in printed.err
    assert len(printed.err.splitlines()) == 1
