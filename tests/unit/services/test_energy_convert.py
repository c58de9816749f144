import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from shuangkong.cli.energy import energy
from shuangkong.kernel.faults import InputRefused
from shuangkong.kernel.quantity import ConversionBasis
from shuangkong.services.compute.energy_factors import OPS
from shuangkong.services.compute.operation import Inputs
from shuangkong.services.energy import ConvertedEnergy, convert_energy

CALORIFIC, EQUIVALENT = ConversionBasis.CALORIFIC, ConversionBasis.EQUIVALENT
HEADER = "carrier,quantity,unit\n"


def convert(folder: Path, body: str, basis: ConversionBasis = CALORIFIC, on: str = "2023-06-30", encoding: str = "utf-8") -> ConvertedEnergy:
    path = folder / "in.csv"
    path.write_bytes((HEADER + body).encode(encoding))
    return convert_energy(path, basis=basis, on=date.fromisoformat(on))


def faults(folder: Path, body: str, basis: ConversionBasis = CALORIFIC, on: str = "2023-06-30") -> list[str]:
    with pytest.raises(InputRefused) as refused:
        convert(folder, body, basis, on)
    return [fault.line() for fault in refused.value.faults]


def test_rows_come_back_in_order_with_the_rule_used(tmp_path: Path) -> None:
    told = convert(tmp_path, "电力,1,万kWh\n无烟煤,2.0,t\n").as_json()
    assert [row["carrier"] for row in told["rows"]] == ["电力", "无烟煤"]
    assert {key: told["rows"][0][key] for key in ("quantity", "unit", "tce", "factor", "factor_unit", "basis", "source", "verified")} == {
        "quantity": "1", "unit": "万kWh", "tce": "1.229", "factor": "0.1229", "factor_unit": "kgce/kWh",
        "basis": "calorific", "source": "GB/T 2589-2020 附录A表A.2", "verified": True,
    }
    assert (told["rows"][1]["quantity"], told["rows"][1]["verified"], told["rows"][1]["stamp"]) == ("2", False, "未核实")
    assert (told["total_tce"], told["verified"], told["notices"]) == ("3.1146", False, [])


@pytest.mark.parametrize("unit", ["kg", "t", "万t"])
@pytest.mark.parametrize("carrier", ["原煤", "raw coal", "01"])
def test_mass_units(tmp_path: Path, carrier: str, unit: str) -> None:
    expected = {"kg": "0.0007143", "t": "0.7143", "万t": "7143"}[unit]
    assert convert(tmp_path, f"{carrier},1,{unit}\n").as_json()["total_tce"] == expected


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("天然气,1,m3", "0.00133"), ("天然气,1,万m3", "13.3"), ("电力,1,kWh", "0.0001229"), ("热力,1,MJ", "0.00003412"),
        ("热力,1,GJ", "0.03412"), ("热力,1,百万千焦", "0.03412"), ("原煤,5,tce", "5"), ("原煤,5,kgce", "0.005"), ("电力,0,kWh", "0"),
        ("新水,1,万t", "2.571"), ("能源合计,7,tce", "7"), ("天然气,1,万立方米", "13.3"), ("原煤,1,吨", "0.7143"), ("电力,1,万千瓦时", "1.229"),
    ],
)
def test_every_unit_of_the_format(tmp_path: Path, row: str, expected: str) -> None:
    assert convert(tmp_path, row + "\n").as_json()["total_tce"] == expected


def test_equivalent_basis_takes_last_years_rate_and_marks_a_stand_in(tmp_path: Path) -> None:
    row = convert(tmp_path, "33,1,万kWh\n", EQUIVALENT).as_json()["rows"][0]
    assert (row["tce"], row["factor"], row["basis"], row["verified"], row["stamp"]) == ("3.015", "0.3015", "equivalent", False, "未核实")
    later = convert(tmp_path, "33,1,万kWh\n", EQUIVALENT, "2026-01-01")
    assert later.as_json()["rows"][0]["factor"] == "0.3031"
    assert later.notice is not None
    assert "2023 年的代替" in later.notice.zh


def test_media_say_which_basis_they_have(tmp_path: Path) -> None:
    found = convert(tmp_path, "新水,100,t\n原煤,1,t\n")
    assert [row["basis"] for row in found.as_json()["rows"]] == ["equivalent", "calorific"]
    assert found.notice is not None
    assert "耗能工质" in found.notice.zh


def test_a_range_is_shown_beside_the_default(tmp_path: Path) -> None:
    told = convert(tmp_path, "天然气,1,m3\n原煤,1,t\n").as_json()["rows"]
    assert [row["factor_range"] for row in told] == [["1.1", "1.33"], None]


@pytest.mark.parametrize("encoding", ["gbk", "utf-8-sig", "utf-16"])
def test_what_excel_writes_is_read_with_one_notice(tmp_path: Path, encoding: str) -> None:
    found = convert(tmp_path, '原煤,"１，２３４．５",t\n', encoding=encoding)
    assert found.total_tce == Decimal("881.80335")
    assert found.notice is not None
    assert "\n" not in found.notice.zh


def test_chinese_headers_and_xlsx(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for line in (["能源品种", "消费量", "计量单位"], ["原煤", 1000, "吨"], ["电力", 12.5, "万千瓦时"]):
        book.worksheets[0].append(line)
    book.save(tmp_path / "in.xlsx")
    assert convert_energy(tmp_path / "in.xlsx", basis=CALORIFIC, on=date(2023, 6, 30)).total_tce == Decimal("729.6625")


def test_blank_rows_are_left_out_and_repeated_carriers_add(tmp_path: Path) -> None:
    found = convert(tmp_path, "原煤,1,t\n,,\n\n原煤,1,t\n")
    assert ([row["row"] for row in found.as_json()["rows"]], found.total_tce) == ([2, 5], Decimal("1.4286"))


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("原媒,1,t", "第2行：能源品种“原媒”——不在折标系数表中；是否指 原煤"),
        ("07,1,t", "洗中煤、其他洗煤-煤泥"),
        ("10,1,t", "煤焦油、粗苯"),
        ("14,1,m3", "水煤气"),
        ("煤炭,1,t", "原煤、无烟煤"),
        ("电力,1,t", "第2行：计量单位“t”——电力按 kWh 计量"),
        ("原煤,1,万kWh", "量纲不同"),
        ("原煤,1,斤", "不在计量单位表中"),
        ("原煤,-1,t", "第2行：数量“-1”——不能为负"),
        ("原煤,1e12,t", "超过单行上限"),
        ("原煤,700000001,t", "超过单行上限"),
        ("原煤,abc,t", "不是数"),
        ("原煤,nan,t", "不是数"),
        ("原煤,inf,t", "不是数"),
        ("原煤,10t,t", "不是数"),
        ("原煤,,t", "第2行：数量“”——不能为空"),
        (",1,t", "能源品种"),
        ("原煤,1,", "单位“”——不能为空"),
        ("原煤,1", "单位“”——不能为空"),
        ("原煤,1,234,t", "有 4 格"),
        ("电力(等价值),1,kWh", "口径不是当量值"),
    ],
)  # fmt: skip
def test_refuses_naming_row_thing_value_rule_and_remedy(tmp_path: Path, row: str, told: str) -> None:
    if row.startswith(","):
        told = "第2行：品种“”——不能为空"
    assert any(told in line for line in faults(tmp_path, row + "\n"))


def test_the_largest_plausible_row_passes(tmp_path: Path) -> None:
    assert convert(tmp_path, "原煤,500000000,tce\n").total_tce == 500000000


def test_heat_on_the_equivalent_basis_is_refused(tmp_path: Path) -> None:
    assert "没有公布的等价值" in faults(tmp_path, "热力,1,GJ\n", EQUIVALENT)[0]


def test_all_faults_of_all_rows_are_told_together(tmp_path: Path) -> None:
    told = faults(tmp_path, "原媒,x,斤\n原煤,1,t\n电力,-3,t\n")
    assert [line.partition("：")[0] for line in told] == ["第2行", "第2行", "第2行", "第4行", "第4行"]


def test_a_sum_row_is_not_added_to_what_it_sums(tmp_path: Path) -> None:
    assert "合计行" in faults(tmp_path, "原煤,1,t\n合计,0.7143,tce\n")[0]


def test_a_heading_and_its_parts_are_pointed_out(tmp_path: Path) -> None:
    found = convert(tmp_path, "原煤,1,t\n无烟煤,1,t\n")
    assert found.notice is not None
    assert "02–05 的合计" in found.notice.zh


@pytest.mark.parametrize(("on", "told"), [("2008-05-31", "第2行：甲醇"), ("2021-03-31", "甲醇")])
def test_a_day_before_the_rule_is_refused(tmp_path: Path, on: str, told: str) -> None:
    assert told in "".join(faults(tmp_path, "甲醇,1,t\n", on=on))


def test_junk_below_a_good_header_is_refused_at_once(tmp_path: Path) -> None:
    told = faults(tmp_path, "".join(f"乱{number},乱,乱\n" for number in range(50_000)))
    assert len(told) == 201


def test_command_prints_json_on_stdout_and_the_notice_on_stderr(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes((HEADER + "原煤,1,t\n柴油,1,t\n").encode("gbk"))
    ran = CliRunner().invoke(energy, ["convert", str(tmp_path / "in.csv"), "--on", "2023-06-30"])
    assert (ran.exit_code, json.loads(ran.stdout)["total_tce"]) == (0, "2.1714")
    assert ran.stderr.count("\n") == 1
    table = CliRunner().invoke(energy, ["convert", str(tmp_path / "in.csv"), "--on", "2023-06-30", "--format", "table"])
    assert table.stdout.startswith("合计 2.1714 tce（当量值，2023-06-30）")
    help_text = CliRunner().invoke(energy, ["convert", "--help"]).stdout
    assert "例 / Example" in help_text


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({"net_calorific_value": 20934, "unit": "kJ", "edition": 2020}, "0.7143"),
        ({"net_calorific_value": "20908", "unit": "kJ", "edition": "2008"}, "0.7143"),
        ({"net_calorific_value": 5000, "unit": "kcal", "edition": 2020}, "0.7143"),
        ({"net_calorific_value": 7000, "unit": "kcal"}, "1.0000"),
        ({"net_calorific_value": 41868, "unit": "kJ", "edition": 2020}, "1.4286"),
    ],
)
def test_op_coal_equivalent_factor(inputs: dict[str, object], expected: str) -> None:
    outcome = OPS["coal_equivalent_factor"](Inputs(inputs))
    assert f"{outcome.outputs['kgce']:.4f}" == expected
    assert all(rule.path.startswith("energy.coal_equivalent.standard_coal.") for rule in outcome.rules)


def test_op_co2_factor() -> None:
    outcome = OPS["co2_factor"](Inputs({"net_calorific_value_gj": "23.204", "carbon_t_per_gj": "0.02618", "oxidation": "0.93"}))
    assert f"{outcome.outputs['t_co2_per_unit']:.4f}" == "2.0715"
    assert outcome.working.startswith("23.204 × 0.02618 × 0.93 × 44 ÷ 12 = 2.07")


@pytest.mark.parametrize(
    ("op", "inputs"),
    [
        ("coal_equivalent_factor", {"net_calorific_value": 0, "unit": "kJ", "edition": 2020}),
        ("coal_equivalent_factor", {"net_calorific_value": 5, "unit": "kJ"}),
        ("coal_equivalent_factor", {"net_calorific_value": 5, "unit": "J", "edition": 2020}),
        ("coal_equivalent_factor", {"net_calorific_value": 5, "unit": "kJ", "edition": 1990}),
        ("co2_factor", {"net_calorific_value_gj": 20, "carbon_t_per_gj": 0.02, "oxidation": 1.01}),
        ("co2_factor", {"net_calorific_value_gj": -1, "carbon_t_per_gj": 0.02, "oxidation": 1}),
    ],
)
def test_ops_refuse_what_cannot_be(op: str, inputs: dict[str, object]) -> None:
    with pytest.raises(InputRefused):
        OPS[op](Inputs(inputs))
