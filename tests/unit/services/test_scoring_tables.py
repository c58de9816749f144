"""A city's own scoring tables and adjustments: read, scored by, and every fault told at once."""

import shutil
from pathlib import Path

import pytest

from shuangkong.assessment.rubric import Cycle
from shuangkong.kernel.faults import InputRefused
from shuangkong.services.assessments import run_assessment
from shuangkong.services.cities import open_city, packaged_city
from shuangkong.services.city_check import check_city
from shuangkong.services.indicators import load_indicators
from shuangkong.services.scoring_tables import read_adjustments, scoring_book

TABLE = """
entries:
  own:
    name: 本市计分表
    name_en: our table
    aliases: [own]
    values:
      2021-01-01:
        confidence: design
        verified: false
        source: {document: 示例文件, clause: 附件}
        value:
          total: "10"
          adjustment_cap_points: "1"
          grades:
            - {name: 完成, at_least: "6"}
            - {name: 未完成, at_least: "0"}
          items:
            - {code: A, name: 能耗强度, name_en: intensity, max: "10", rule: completion_pass, clause: 甲,
               inputs: {actual_reduction_pct: energy_intensity_annual_reduction_pct, target_pct: target_annual_reduction_pct}}
"""
ADJUSTMENT = {"jurisdiction": "西平县", "year": "2023", "cycle": "annual", "points": '"1"', "reason": "甲", "document": "乙", "clause": "丙"}


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return Path(shutil.copytree(packaged_city(), tmp_path / "pack"))


def with_table(pack: Path, text: str) -> Path:
    (pack / "rubrics").mkdir()
    (pack / "rubrics" / "own.yaml").write_text(text, "utf-8")
    return pack


def told(pack: Path) -> list[str]:
    return [fault.line() for fault in check_city(pack)]


def test_a_pack_scores_by_its_own_table(pack: Path) -> None:
    with_table(pack, TABLE)
    assert told(pack) == []
    city = open_city(pack)
    indicators = load_indicators(folder=pack, jurisdictions=city.jurisdictions)
    found = run_assessment(city=city, indicators=indicators, cycle=Cycle.ANNUAL, year=2023, as_of=None, rubric_id="own")
    assert found.rubric.name.zh == "本市计分表"
    assert {len(one.card.items) for one in found.jurisdictions} == {1}


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        ('total: "10"', 'total: "12"', "满分“12”——各项满分之和为 10"),
        ("rule: completion_pass", "rule: guess", "计分项 A“guess”——没有这种算法"),
        ("actual_reduction_pct: energy", "actual_pct: energy", "计分项 A“actual_reduction_pct”——算法 completion_pass 需要这一项"),
        ("energy_intensity_annual_reduction_pct", "nothing_pct", "计分项 A“nothing_pct”——没有这个指标"),
        ('max: "10"', "max: 10.5", "应为加引号的十进制数"),
        (", clause: 甲", "", "缺 clause"),
        ("  own:", "  city_default:", "与已有的同名"),
        ("entries:", "entries: 3\nother:", "没有 entries"),
        ("entries:", "entries: [", "不是合法的 YAML"),
        ("2021-01-01:", "someday:", "values 应以日期为键"),
    ],
)
def test_a_faulty_table_is_told_with_its_file(pack: Path, old: str, new: str, part: str) -> None:
    assert old in TABLE
    with_table(pack, TABLE.replace(old, new))
    lines = told(pack)
    assert any(part in line and "rubrics" in line for line in lines), lines


def test_without_tables_of_its_own_a_pack_takes_those_of_the_package() -> None:
    assert scoring_book(packaged_city())[1] == ()


def test_a_default_table_that_is_nowhere_is_told(pack: Path) -> None:
    header = pack / "city.yaml"
    header.write_text(header.read_text("utf-8").replace("rubric: city-default", "rubric: nowhere"), "utf-8")
    assert [line.split("；")[0] for line in told(pack)] == ["city.yaml：计分表“nowhere”——没有这张计分表"]


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"jurisdiction": "火星"}, "adjustments.yaml 第1项：县区“火星”"),
        ({"points": "很多"}, "adjustments.yaml 第1项：调整项"),
        ({"points": '"NaN"'}, "adjustments.yaml 第1项：调整项"),
        ({"cycle": "yearly"}, "adjustments.yaml 第1项：调整项"),
        ({"reason": '""'}, "adjustments.yaml 第1项：调整项"),
        ({"year": "1924"}, "adjustments.yaml：调整项年度“1924”——不在方案期 2021–2025 年内"),
    ],
)
def test_a_faulty_adjustment_is_told(pack: Path, change: dict[str, str], part: str) -> None:
    entry = "\n  ".join(f"{name}: {given}" for name, given in {**ADJUSTMENT, **change}.items())
    (pack / "adjustments.yaml").write_text(f"- {entry}\n", "utf-8")
    lines = told(pack)
    assert len(lines) == 1
    assert lines[0].startswith(part)


def test_all_faults_of_adjustments_come_together(pack: Path) -> None:
    (pack / "adjustments.yaml").write_text("- abc\n- {year: 2023}\n", "utf-8")
    with pytest.raises(InputRefused) as refused:
        read_adjustments(pack, open_city().jurisdictions)
    assert len(refused.value.faults) == 2


def test_an_empty_table_of_data_is_told(pack: Path) -> None:
    (pack / "data" / "published.csv").write_bytes(b"")
    assert [line.split("；")[0] for line in told(pack)] == ["data/published.csv：数据表“published.csv”——文件为空"]
