"""The packaged city, and what is said about broken packs."""

import json
import re
import shutil
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from shuangkong.cli import main
from shuangkong.kernel.faults import InputRefused
from shuangkong.plan.model import Nature, Operator, TargetKind
from shuangkong.rules import book
from shuangkong.services.cities import City, open_city, packaged_city
from shuangkong.services.city_check import check_city

PLAN = "plan/zhumadian-14fyp-draft"


@pytest.fixture(scope="module")
def city() -> City:
    return open_city()


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A copy of the packaged city without its data, to be broken."""
    folder = tmp_path / "city"
    shutil.copytree(packaged_city(), folder, ignore=shutil.ignore_patterns("data", "rubrics", "README.md"))
    return folder


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def said(folder: Path) -> str:
    return "\n".join(fault.line() for fault in check_city(folder))


def test_the_packaged_city_is_sound() -> None:
    assert check_city(packaged_city()) == []


def test_counts_of_the_plan(city: City) -> None:
    assert len(city.plan.clauses) == 23
    assert Counter(clause.number[0] for clause in city.plan.clauses) == {"一": 2, "二": 10, "三": 8, "四": 3}
    assert [t.id for t in city.plan.targets if t.id < "T100"] == [f"T{n:03}" for n in range(1, 70)]
    assert sum(t.is_numeric for t in city.plan.targets) == 61
    assert len(city.plan.tasks) > 150
    assert {task.clause for task in city.plan.tasks} == {clause.number for clause in city.plan.clauses} - {"一(一)", "一(二)"}
    assert len(city.plan.remarks) == 15
    assert [link.id for link in city.plan.links] == [f"T0{n}" for n in range(70, 82)]
    assert [len(annex.rows) for annex in city.plan.annexes] == [13, 11]


def test_thirteen_jurisdictions_add_up_to_the_city(city: City) -> None:
    parts = city.jurisdictions.partition(city.code)
    assert len(parts) == 13
    assert len(city.jurisdictions) == 14
    zones = [one for one in parts if one.code.startswith("4117Z")]
    assert {zone.carved_out_of for zone in zones} == {"411702"}
    assert set(city.jurisdictions.find("驿城区").overlaps) == {zone.code for zone in zones}
    assert city.jurisdictions.find("市城乡一体化示范区").code == "4117Z3"
    assert len({one.tile for one in parts}) == 13


def test_annex_one_gives_each_of_the_thirteen_the_same_aim(city: City) -> None:
    rows = [t for t in city.plan.targets if t.clause == "附件1"]
    assert {t.scope for t in rows} == {one.code for one in city.jurisdictions.partition(city.code)}
    assert {(t.indicator, t.value, t.operator, t.nature) for t in rows} == {
        ("energy_intensity_reduction_pct", Decimal(12), Operator.AT_LEAST, Nature.BINDING)
    }


def test_targets_keep_their_true_kinds(city: City) -> None:
    by_id = {t.id: t for t in city.plan.targets}
    assert {t.id for t in by_id.values() if t.nature is Nature.BINDING} == {
        "T001", "T003", "T004", "T005", "T006", *(f"T0{n}" for n in range(46, 59)),
    }  # fmt: skip
    assert {t.id for t in by_id.values() if t.alt_group == "OR-1"} == {"T037", "T038"}
    assert {t.id for t in by_id.values() if t.is_stretch} == {"T020", "T037", "T038"}
    assert {t.id for t in by_id.values() if t.hold_every_year} == {"T023", "T033"}
    assert {(t.id, t.tolerance_pct) for t in by_id.values() if t.operator is Operator.ABOUT} == {("T044", 5), ("T045", 5)}
    assert {t.id for t in by_id.values() if t.operator is Operator.LESS_THAN} == {"T062", "T067"}
    assert by_id["T034"].operator is Operator.EXTERNAL
    assert by_id["T009"].kind is TargetKind.BENCHMARK_LEVEL
    assert (by_id["T038"].kind, by_id["T038"].unit) == (TargetKind.POINT_CHANGE, "百分点")
    assert by_id["T063"].same_as == "T016"
    assert (by_id["T059"].base_value, by_id["T059"].value, by_id["T059"].unit) == (304, 301, "gce/kWh")


def test_no_phrase_is_longer_than_a_citation_and_no_title_than_a_line(city: City) -> None:
    assert max(len(t.phrase) for t in city.plan.targets) <= 80
    assert max(len(task.title) for task in city.plan.tasks) <= 40
    assert all(re.search("[\u4e00-\u9fff]", task.title) for task in city.plan.tasks)


def test_outcomes_said_in_passing_are_qualitative_targets(city: City) -> None:
    extra = [t for t in city.plan.targets if t.id > "T100"]
    assert len(extra) == 14
    assert {t.operator for t in extra} == {Operator.QUALITATIVE}
    assert {t.clause for t in extra} == {"一(二)", "二(三)", "二(五)", "二(七)", "二(九)"}


def test_every_duty_names_someone_and_derived_leads_are_marked(city: City) -> None:
    assert all(duty.lead for duty in (*city.plan.targets, *city.plan.tasks))
    derived = {t.clause for t in city.plan.targets if t.is_lead_derived}
    assert derived == {"一(二)", "附件1", "附件2"}
    assert all(any("推定" in remark.zh for remark in t.remarks) for t in city.plan.targets if t.is_lead_derived)


def test_from_the_third_clause_on_all_thirteen_are_implied(city: City) -> None:
    assert [len(clause.implied) for clause in city.plan.clauses] == [0, 0, *[13] * 21]
    assert city.plan.clause("二(四)").support[0] == "industry_information"  # type: ignore[union-attr]
    assert {len(task.jurisdictions) for task in city.plan.tasks} == {13}


def test_one_body_under_two_names_is_one_agency(city: City) -> None:
    assert city.agencies.find("市住房城乡建设局") is city.agencies.find("市住房和城乡建设局")
    # 27 in the brackets, the city government, ten governments and three committees
    assert len(city.agencies) == 27 + 1 + 13


def test_the_contradictions_of_the_plan_stand_beside_their_targets(city: City) -> None:
    benchmark = city.plan.target("T009")
    assert benchmark is not None
    assert any("标杆" in remark.zh and "104" in remark.zh for remark in city.plan.remarks_on(benchmark))


def test_the_rule_set_of_dual_control_depends_on_the_day(city: City) -> None:
    assert city.defaults.dual_control_on(date(2020, 12, 31)) is None
    assert city.defaults.dual_control_on(date(2022, 10, 26)) == "DC21"
    assert city.defaults.dual_control_on(date(2022, 10, 27)) == "DC22a"
    assert city.defaults.dual_control_on(date(2025, 12, 31)) == "DC24f"


def test_the_rule_sets_the_pack_names_begin_when_the_rules_say(city: City) -> None:
    begun = {day: book().rule(f"energy.dual_control.{name}").lines[0].valid_from for day, name in city.defaults.dual_control.items()}
    assert list(begun) == list(begun.values())


def test_another_edition_is_loaded_beside(pack: Path) -> None:
    shutil.copytree(pack / PLAN, pack / "plan/zhumadian-14fyp")
    change(pack / "plan/zhumadian-14fyp/plan.yaml", "id: zhumadian-14fyp-draft", "id: zhumadian-14fyp")
    city = open_city(pack)
    assert [plan.id for plan in city.plans] == ["zhumadian-14fyp", "zhumadian-14fyp-draft"]
    assert city.plan.id == "zhumadian-14fyp-draft"


def test_faults_of_all_files_are_told_together(pack: Path) -> None:
    change(pack / "agencies.yaml", "code: finance\n", "code: transport\n")
    change(pack / "jurisdictions.yaml", 'code: "411729"', 'code: "41172"')
    change(pack / PLAN / "targets.yaml", 'unit: "km2"', 'unit: "acre"')
    change(pack / PLAN / "tasks.yaml", "due: 2025-12-31", "due: soon")
    (pack / PLAN / "remarks.yaml").write_text("remarks:\n- id: R01\n  zh: [\n", "utf-8")
    lines = said(pack)
    for part in ("transport", "41172", "acre", "soon", "第4行不是合法的 YAML"):
        assert part in lines


def test_a_missing_file_is_told_once(pack: Path) -> None:
    (pack / "agencies.yaml").unlink()
    assert [fault.value for fault in check_city(pack)] == ["agencies.yaml"]


def test_a_target_must_name_an_indicator_of_its_own_dimension(pack: Path) -> None:
    change(pack / PLAN / "targets.yaml", "indicator: cod_key_project_reduction_t", "indicator: cod_reduced_t")
    change(pack / PLAN / "targets.yaml", "indicator: nh3_n_key_project_reduction_t", "indicator: straw_utilization_pct")
    lines = said(pack)
    assert "cod_reduced_t" in lines
    assert "量纲不同" in lines


def test_what_figures_are_made_of_is_checked(pack: Path) -> None:
    change(pack / "composition.yaml", "element: energy_consumed_tce", "element: energy_consumd_tce")
    change(pack / "composition.yaml", "share: whole}", "share: hole}")
    told = said(pack)
    assert "composition.yaml：构成规则 element“energy_consumd_tce”——不是数据元素" in told
    assert "composition.yaml：构成规则 share“hole”——不认识；改为 whole 或 part" in told
    (pack / "composition.yaml").write_text("composition: 1\n", "utf-8")
    assert "composition.yaml：构成规则 composition“”——缺少列表" in said(pack)


def test_a_default_plan_that_is_not_there_is_told(pack: Path) -> None:
    change(pack / "city.yaml", "plan: zhumadian-14fyp-draft", "plan: elsewhere")
    assert "elsewhere" in said(pack)
    with pytest.raises(InputRefused, match="elsewhere"):
        open_city(pack)


def test_a_day_that_does_not_exist_is_a_fault(pack: Path) -> None:
    change(pack / PLAN / "tasks.yaml", "due: 2025-12-31", "due: 2025-13-45")
    assert "due“2025-13-45”——不是日期" in said(pack)


@pytest.mark.parametrize("content", [b"", b"[1, 2]", b"code: [", b"\x00\x01\x02", b"%PDF-1.7"])
def test_no_readable_city_file_is_no_pack(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "city.yaml").write_bytes(content)
    with pytest.raises(InputRefused, match=r"city\.yaml"):
        check_city(tmp_path)


def test_exit_codes_of_the_command(pack: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def exit_code(*words: str) -> object:
        with pytest.raises(SystemExit) as left:
            main(["city", "check", *words, "--lang", "zh"])
        return left.value.code

    assert exit_code(str(pack)) == 0
    change(pack / PLAN / "tasks.yaml", "clause: 四(三)", "clause: 四(四)")
    capsys.readouterr()
    assert exit_code(str(pack), "--format", "json") == 1
    printed = json.loads(capsys.readouterr().out)
    assert printed["faults"][0]["value"] == "四(四)"
    assert exit_code(str(tmp_path / "nowhere")) == 2
    assert "nowhere" in capsys.readouterr().err
