"""Files of projects: every format, totals, and faults told together."""

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from shuangkong.cli.reduction import reduction
from shuangkong.kernel.faults import InputRefused
from shuangkong.kernel.rounding import plain
from shuangkong.services.reductions import ComputedReductions, compute_reductions

CSV = """id,method,pollutant,volume_before_10k_m3,volume_after_10k_m3,effluent_before_mg_l,effluent_after_mg_l,vehicles,distance_km,factor_g_per_km,offset_t,rights_sold_t
一污,W2,COD,"1,000",1200,50,30,,,,15,5
一污,W2,氨氮,1000,1200,5,3,,,,,
淘汰,n7,NOx,,,,,1000,50000,5.554,,
"""


def compute(tmp_path: Path, name: str, text: str, encoding: str = "utf-8") -> ComputedReductions:
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return compute_reductions(path=path, on=date.max)


def warnings_of(tmp_path: Path, text: str) -> str:
    return "；".join(warning.zh for each in compute(tmp_path, "a.yaml", text).projects for warning in each.warnings)


def faults_of(tmp_path: Path, name: str, text: str) -> list[str]:
    with pytest.raises(InputRefused) as refused:
        compute(tmp_path, name, text)
    return [fault.line() for fault in refused.value.faults]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_as_excel_writes_it(tmp_path: Path, encoding: str) -> None:
    shown = compute(tmp_path, "a.csv", CSV, encoding).as_json()
    assert [(each["id"], each["method"], each["pollutant"], each["reduction_t"], each["countable_t"]) for each in shown["projects"]] == [
        ("一污", "W2", "COD", "200", "180"), ("一污", "W2", "NH3-N", "20", "20"), ("淘汰", "N7", "NOx", "277.7", "277.7"),
    ]  # fmt: skip
    assert shown["total_t"] == {"COD": "180", "NH3-N": "20", "NOx": "277.7"}
    assert shown["total_reduction_t"] == {"COD": "200", "NH3-N": "20", "NOx": "277.7"}
    assert shown["projects"][0]["working"] == (
        "R = 0.01 × min(Q0, Q1) × (Ce0 − Ce1) = 0.01 × min(1000, 1200) × (50 − 30) = 200 t; Rc = R − Eo − Es = 200 − 15 − 5 = 180 t"
    )
    assert [each["warnings"] for each in shown["projects"]] == [[], [], []]
    assert shown["projects"][0]["verified"] is False


def test_json_and_yaml_hold_nested_components(tmp_path: Path) -> None:
    project = {"id": 7, "method": "V4", "pollutant": "VOCs", "hours": 8000, "components": [{"type": "x", "count": 5, "factor_kg_per_h": 0.01}]}
    assert compute(tmp_path, "a.json", json.dumps([project])).as_json()["total_t"] == {"VOCs": "0.4"}
    assert compute(tmp_path, "b.json", json.dumps({"projects": [project]})).as_json()["projects"][0]["id"] == "7"
    assert compute(tmp_path, "无后缀", json.dumps([project])).as_json()["total_t"] == {"VOCs": "0.4"}
    in_csv = 'id,method,pollutant,hours,components\n7,V4,VOCs,8000,"[{""type"":""x"",""count"":5,""factor_kg_per_h"":0.01}]"\n'
    assert compute(tmp_path, "a.csv", in_csv).as_json()["total_t"] == {"VOCs": "0.4"}


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ("flue_gas_nm3: 500000000, concentration_before_mg_m3: 180, concentration_after_mg_m3: 45", "67.5"),
        ("flue_gas_nm3: 500000000, concentration_before_mg_m3: 180, concentration_after_mg_m3: 45, oxygen_pct: 11, reference_oxygen_pct: 9", "56.25"),
        ("fuel_t: 1000, factor_before: 3, factor_after: 1", "2"),
        ("gas_10k_m3: 600, factor_before: 18.71, factor_after: 6.97", "7.044"),
        ("output_before_t: 10, output_after_t: 20, intensity_before_kg_per_t: 300, intensity_after_kg_per_t: 100", "2"),
    ],
)
def test_n5_takes_any_of_its_forms(tmp_path: Path, inputs: str, expected: str) -> None:
    assert compute(tmp_path, "a.yaml", f"[{{id: a, method: N5, pollutant: NOx, {inputs}}}]").as_json()["total_t"] == {"NOx": expected}


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ("volume_10k_m3: 100, concentration_before_mg_l: 90, concentration_after_mg_l: 50", "40"),
        ("volume_10k_m3: 100, concentration_before_mg_l: 500, concentration_after_mg_l: 300, plant_effluent_before_mg_l: 50, plant_effluent_after_mg_l: 48", "2"),
        ("output_before_t: 10000, output_after_t: 20000, intensity_before_kg_per_t: 3, intensity_after_kg_per_t: 1", "20"),
    ],
)
def test_w7_takes_any_of_its_forms(tmp_path: Path, inputs: str, expected: str) -> None:
    assert compute(tmp_path, "a.yaml", f"[{{id: a, method: W7, pollutant: COD, {inputs}}}]").as_json()["total_t"] == {"COD": expected}


def test_all_faults_of_a_file_are_told_with_their_rows(tmp_path: Path) -> None:
    header = "id,method,pollutant,volume_before_10k_m3,volume_after_10k_m3,effluent_before_mg_l,effluent_after_mg_l,removal_pct\n"
    lines = faults_of(tmp_path, "a.csv", header + "a,W2,COD,-5,1200,abc,30,70\nb,X9,COD,,,,,\nc,W2,NOx,1,1,1,1,\n,W2,COD,1,1,1,1,\n")
    assert [line.partition("：")[0] for line in lines] == ["第2行（a）"] * 3 + ["第3行（b）", "第4行（c）", "第5行"]
    for words in ("volume_before_10k_m3“-5”", "effluent_before_mg_l“abc”", "removal_pct“70”", "核算方法“X9”", "污染物“NOx”", "输入项 id"):
        assert any(words in line for line in lines), words


@pytest.mark.parametrize(
    ("project", "named"),
    [
        ("{id: a, method: N4, pollutant: NOx, flue_gas_nm3: 1, concentration_before_mg_m3: 1, concentration_after_mg_m3: 1, oxygen_pct: 9}", "reference_oxygen_pct"),
        ("{id: a, method: N4, pollutant: NOx, flue_gas_nm3: 1, concentration_before_mg_m3: 1, concentration_after_mg_m3: 1, oxygen_pct: 21, reference_oxygen_pct: 9}", "含氧量"),
        ("{id: a, method: N4, pollutant: NOx, flue_gas_nm3: 1, concentration_before_mg_m3: 1, concentration_after_mg_m3: 1, fuel_t: 9}", "fuel_t"),
        ("{id: a, method: W1, pollutant: COD, volume_after_10k_m3: 1, influent_after_mg_l: 1, effluent_after_mg_l: 1, volume_before_10k_m3: 1}", "influent_before_mg_l"),
        ("{id: a, method: V6, pollutant: VOCs, throughput_t: 1, factor_kg_per_t: 1, control_before_pct: 0, control_after_pct: 101}", "control_after_pct"),
        ("{id: a, method: V4, pollutant: VOCs, hours: 1, components: [{type: valve_gas, screening_before_ppmv: 1}]}", "screening_after_ppmv"),
        ("{id: a, method: V4, pollutant: VOCs, hours: 1, components: []}", "components"),
        ("{id: a, method: V4, pollutant: VOCs, hours: 1, components: [{type: 烟囱, count: 1}]}", "密封点类型"),
        ("{id: a, method: V5, pollutant: 氨, emission_before_t: 1, emission_after_t: 1}", "不是氨氮"),
        ("{id: a, method: V5, pollutant: VOCs, emission_before_t: 1, emission_after_t: 1, offset_t: -1}", "offset_t"),
        ("{id: a, method: V5, pollutant: VOCs, emission_before_t: .nan, emission_after_t: 1}", "emission_before_t"),
        ("{id: a, method: V5, pollutant: VOCs, emission_before_t: 1, emission_after_t: 1, stage: 梦想}", "stage"),
        ("{id: a, method: V5, pollutant: VOCs, emission_before_t: 1, emission_after_t: 1, share: 0.5}", "分摊比例"),
        ("W1", "应为键值表"),
    ],
)
def test_one_fault_is_one_clear_line(tmp_path: Path, project: str, named: str) -> None:
    lines = faults_of(tmp_path, "a.yaml", f"- {project}\n")
    assert any(named in line for line in lines), lines


def test_a_project_given_twice_is_named_with_both_rows(tmp_path: Path) -> None:
    once = "{id: a, method: V5, pollutant: VOCs, emission_before_t: 3, emission_after_t: 1}"
    again = once.replace("V5", "v5").replace("VOCs", "挥发性有机物")
    other = once.replace("id: a", "id: b").replace("3,", "-3,")
    lines = faults_of(tmp_path, "a.yaml", f"- {once}\n- {other}\n- {again}\n")
    assert [line.partition("“")[0] for line in lines] == ["第2项（b）：输入项 emission_before_t", "第3项：项目编号"]
    assert "第1项" in lines[1]


def test_an_input_of_another_form_or_method_is_told_from_a_slip(tmp_path: Path) -> None:
    both = "- {id: a, method: N4, pollutant: NOx, fuel_t: 1, factor_before: 2, factor_after: 1, oxygen_pct: 9, households: 3}"
    lines = faults_of(tmp_path, "a.yaml", both)
    assert [words in line for words, line in zip(("不是方法 N4 的输入", "另一种输入形式"), lines, strict=True)] == [True, True]
    assert all(line.endswith("改为 fuel_t、factor_before、factor_after 之一") for line in lines)
    without_fuel = "- {id: a, method: N4, pollutant: NOx, factor_before: 2, factor_after: 1}"
    assert [line.partition("“")[0] for line in faults_of(tmp_path, "a.yaml", without_fuel)] == ["第1项（a）：输入项 fuel_t"]


@pytest.mark.parametrize(("name", "figure"), [("volume_10k_m3", "1e10"), ("concentration_before_mg_l", "1000001"), ("concentration_after_mg_l", "1e30")])
def test_an_absurd_figure_is_refused(tmp_path: Path, name: str, figure: str) -> None:
    inputs = {"volume_10k_m3": "10", "concentration_before_mg_l": "80", "concentration_after_mg_l": "40"} | {name: figure}
    (line,) = faults_of(tmp_path, "a.json", json.dumps([{"id": "a", "method": "W7", "pollutant": "COD", **inputs}]))
    assert f"{name}“{figure}”——超出范围" in line


def test_leaks_with_a_factor_need_no_type_and_shares_may_carry_their_sign(tmp_path: Path) -> None:
    leaks = "- {id: a, method: V4, pollutant: VOCs, hours: 8000, components: [{count: 1000, factor_kg_per_h: 0.001}]}"
    assert compute(tmp_path, "a.yaml", leaks).as_json()["total_t"] == {"VOCs": "8"}
    closed = "id,method,pollutant,base_emission_t,closed_share_pct,replacement_emission_t\na,W8,COD,100,40%,0\n"
    assert compute(tmp_path, "a.csv", closed).as_json()["total_t"] == {"COD": "40"}


def test_an_unknown_column_is_named(tmp_path: Path) -> None:
    assert "volume_m3" in faults_of(tmp_path, "a.csv", "id,method,pollutant,volume_m3\na,W2,COD,5\n")[0]


@pytest.mark.parametrize("content", ["", "[]", "{}", "3", "[", "%PDF-1.7 junk"])
def test_files_of_nothing_are_refused(tmp_path: Path, content: str) -> None:
    for name in ("a.yaml", "a.json", "a.csv"):
        assert faults_of(tmp_path, name, content)


W1 = "{{id: {id}, method: W1, pollutant: {pollutant}, volume_after_10k_m3: 100, influent_after_mg_l: {influent}, effluent_after_mg_l: {effluent}{more}}}"


@pytest.mark.parametrize(
    ("influent", "effluent", "words"),
    [("99", "20", "不在 100–1000"), ("1001", "20", "不在 100–1000"), ("1000", "1", "去除率"), ("200", "300", "出水浓度高于进水")],
)
def test_implausible_figures_are_warned_of(tmp_path: Path, influent: str, effluent: str, words: str) -> None:
    assert words in warnings_of(tmp_path, "- " + W1.format(id="a", pollutant="COD", influent=influent, effluent=effluent, more=""))


def test_a_fraction_for_a_percentage_and_a_lost_volume_are_warned_of(tmp_path: Path) -> None:
    sewage = "- {{id: a, method: W5, pollutant: COD, population: 1000, load_g_per_person_day: 40, collection_pct: {}, removal_pct: 75}}"
    assert "collection_pct 为 0.8%" in warnings_of(tmp_path, sewage.format("0.8"))
    assert warnings_of(tmp_path, sewage.format("80")) == warnings_of(tmp_path, sewage.format("1")) == ""
    expanded = W1.format(id="a", pollutant="COD", influent="300", effluent="30", more=", influent_before_mg_l: 200, effluent_before_mg_l: 50")
    assert "无改造前水量" in warnings_of(tmp_path, f"- {expanded}")


def test_plausible_figures_bring_no_warning(tmp_path: Path) -> None:
    for influent in ("100", "1000"):
        assert warnings_of(tmp_path, "- " + W1.format(id="a", pollutant="COD", influent=influent, effluent="20", more="")) == ""


def test_volume_far_above_design_and_hours_beyond_the_year(tmp_path: Path) -> None:
    design = W1.format(id="a", pollutant="COD", influent="300", effluent="30", more=", design_10k_m3: DESIGN")
    assert warnings_of(tmp_path, "- " + design.replace("DESIGN", "83")) != ""
    assert warnings_of(tmp_path, "- " + design.replace("DESIGN", "84")) == ""
    leaks = "- {{id: a, method: V4, pollutant: VOCs, hours: {}, components: [{{type: 法兰, count: 1}}]}}"
    assert "8760" in warnings_of(tmp_path, leaks.format(8761))
    assert warnings_of(tmp_path, leaks.format(8760)) == ""


def test_more_ammonia_nitrogen_than_cod_is_warned_of(tmp_path: Path) -> None:
    cod = W1.format(id="a", pollutant="COD", influent="120", effluent="110", more="")
    nitrogen = W1.format(id="a", pollutant="NH3-N", influent="40", effluent="5", more="")
    assert "氨氮减排量大于" in warnings_of(tmp_path, f"- {cod}\n- {nitrogen}")


def test_a_negative_result_is_kept_and_flagged(tmp_path: Path) -> None:
    text = "- {id: a, method: V5, pollutant: VOCs, emission_before_t: 1, emission_after_t: 3}"
    assert compute(tmp_path, "a.yaml", text).as_json()["total_t"] == {"VOCs": "-2"}
    assert "减排量为负" in warnings_of(tmp_path, text)


def test_register_columns_settle_double_counting(tmp_path: Path) -> None:
    text = """
- {id: a, method: V5, pollutant: VOCs, emission_before_t: 10, emission_after_t: 6, unit_key: T1, finished_on: 2021-05-01, stage: 认定}
- {id: b, method: V5, pollutant: VOCs, emission_before_t: 10, emission_after_t: 1, unit_key: T1, finished_on: 2022-05-01}
- {id: c, method: V5, pollutant: VOCs, emission_before_t: 9, emission_after_t: 1, finished_on: 2020-12-31}
- {id: d, method: V5, pollutant: VOCs, emission_before_t: 9, emission_after_t: 1, stage: 在建, name: 储罐}
"""
    shown = compute(tmp_path, "a.yaml", text).as_json()
    assert [each["countable_t"] for each in shown["projects"]] == ["4", "5", "0", "0"]
    assert shown["projects"][0]["credited_t"] == {"2021": "4"}
    assert shown["projects"][3]["name"] == "储罐"
    assert shown["total_t"] == {"VOCs": "9"}
    assert shown["total_reduction_t"] == {"VOCs": "29"}


def test_inputs_may_stand_in_one_cell_beside_the_levels_of_recognition(tmp_path: Path) -> None:
    text = (
        "id,method,pollutant,inputs,claimed_t,county_verified_t,city_verified_t,counted_t\n"
        'a,V5,VOCs,"{""emission_before_t"": ""9.5"", ""emission_after_t"": 1}",8.6,8,8.1,\n'
    )
    (project,) = compute(tmp_path, "a.csv", text).projects
    assert plain(project.reduction_t) == "8.5"
    assert [warning.zh for warning in project.warnings] == ["市级认定 8.1 t 大于县级的 8 t", "申报 8.6 t 大于核算 8.5 t"]
    for cell in ("junk", "[1]", '{""pollutant"": ""COD""}'):
        assert "inputs" in faults_of(tmp_path, "b.csv", f'id,method,pollutant,inputs\na,V5,VOCs,"{cell}"\n')[0]


def test_co2_of_the_same_activity(tmp_path: Path) -> None:
    coal = "- {id: a, method: N3, pollutant: NOx, fuel_t: 1000, factor_kg_per_t: 3, control_before_pct: 0, fuel: 无烟煤}"
    # 24.515 × 0.02749 × 0.94 × 44 ÷ 12 = 2.32277 tCO2/t
    assert compute(tmp_path, "a.yaml", coal).as_json()["projects"][0]["co2_reduction_t"].startswith("2322.768")
    unknown = coal.replace("无烟煤", "木屑")
    assert "二氧化碳" in faults_of(tmp_path, "a.yaml", unknown)[0]
    closed = "- {id: a, method: N6, pollutant: NOx, base_emission_t: 10, closed_share_pct: 50, replacement_emission_t: 0, base_co2_t: 8000}"
    assert compute(tmp_path, "a.yaml", closed).as_json()["projects"][0]["co2_reduction_t"] == "4000"
    silent = coal.replace(", fuel: 无烟煤", "")
    assert "co2_reduction_t" not in compute(tmp_path, "a.yaml", silent).as_json()["projects"][0]


def test_the_command_prints_json_and_a_table(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(CSV, "utf-8")
    printed = CliRunner().invoke(reduction, ["compute", str(path)])
    assert printed.exit_code == 0
    assert json.loads(printed.stdout)["total_t"]["NOx"] == "277.7"
    table = CliRunner().invoke(reduction, ["compute", str(path), "--format", "table"])
    assert "可计入 180.00 t" in table.stdout
    assert "未核实" in table.stdout
