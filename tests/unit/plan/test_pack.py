"""Plans read from plain documents: what is inherited, what is refused, all faults together."""

from decimal import Decimal
from typing import Any

from shuangkong.kernel.faults import Fault
from shuangkong.kernel.language import Words
from shuangkong.plan.model import Nature, Operator, Plan, TargetKind
from shuangkong.plan.organisations import Agencies, Agency, Jurisdiction, JurisdictionKind, Jurisdictions
from shuangkong.plan.pack import dump_plan, read_agencies, read_jurisdictions, read_plan
from shuangkong.plan.soundness import agency_faults, jurisdiction_faults, plan_faults

HERE = Words("包", "pack")
AGENCIES = Agencies([Agency(code="reform", name=Words("市发展改革委", "Reform"), aliases=("市发改委",)), Agency(code="ecology", name=Words("市生态环境局", "Ecology"))])
TREE = Jurisdictions(
    [
        Jurisdiction(code="990100", name=Words("某市", "City"), full_name="某市", kind=JurisdictionKind.CITY),
        Jurisdiction(code="990121", name=Words("甲县", "A"), full_name="甲县", kind=JurisdictionKind.COUNTY, parent="990100"),
    ]
)


def documents(**changed: Any) -> dict[str, Any]:
    target = {
        "id": "T1", "clause": "一(一)", "indicator": "rate_pct", "name": "某率", "kind": "LEVEL", "operator": ">=", "value": "45", "unit": "%",
        "scope": "甲县", "base_year": 2020, "target_year": 2025, "nature": "BINDING", "phrase": "达到45%",
    }  # fmt: skip
    return {
        "plan": {
            "id": "p", "city": "990100", "title": "方案",
            "clauses": [{"number": "一(一)", "title": "某工程", "lead": ["市发改委"], "support": ["ecology"], "implied": ["甲县"]}],
        },
        "targets": {"targets": [{**target, **changed}]},
        "tasks": {"tasks": [{"id": "M1", "clause": "一(一)", "title": "做某事", "jurisdictions": "implied"}]},
    }  # fmt: skip


def read(given: dict[str, Any]) -> tuple[Plan, list[Fault]]:
    faults: list[Fault] = []
    plan = read_plan(given, agencies=AGENCIES, jurisdictions=TREE, where=HERE, faults=faults)
    return plan, [*faults, *plan_faults(plan, jurisdictions=TREE, where=HERE)]


def told(given: dict[str, Any]) -> str:
    return "\n".join(fault.line() for fault in read(given)[1])


def test_a_target_is_read_in_its_true_kind_and_takes_the_agencies_of_its_clause() -> None:
    plan, faults = read(documents())
    assert faults == []
    target = plan.targets[0]
    assert (target.kind, target.operator, target.value, target.nature) == (TargetKind.LEVEL, Operator.AT_LEAST, Decimal(45), Nature.BINDING)
    assert (target.scope, target.lead, target.support) == ("990121", ("reform",), ("ecology",))
    assert plan.tasks[0].jurisdictions == ("990121",)
    assert plan.tasks[0].lead == ("reform",)


def test_what_is_dumped_is_read_back_equal() -> None:
    plan, _ = read(documents(stretch_value="50", remarks=[{"zh": "注", "en": "note"}]))
    again, faults = read(dump_plan(plan))
    assert faults == []
    assert again == plan


def test_every_fault_of_a_target_is_told_together_and_placed() -> None:
    lines = told(documents(kind="LEVELS", value="4,5x", unit="furlong", clause="九(九)", scope="乙县", lead=["市某局"], wrong=1))
    for part in ("LEVELS", "4,5x", "furlong", "九(九)", "乙县", "市某局", "wrong", "包/targets.yaml targets 第1项（T1）"):
        assert part in lines


def test_an_unquoted_code_is_told_to_be_quoted() -> None:
    given = documents()
    given["plan"]["city"] = 990100
    assert "应为文字；加引号" in told(given)


def test_a_phrase_of_eighty_characters_passes_and_one_more_does_not() -> None:
    assert told(documents(phrase="字" * 80)) == ""
    assert "引文超过80字" in told(documents(phrase="字" * 81))


def test_contradictions_of_bounds_are_found() -> None:
    assert "方向与算子矛盾" in told(documents(base_value="50"))
    assert "目标年不晚于基准年" in told(documents(target_year=2020))
    assert "力争值比目标值还松" in told(documents(stretch_value="44"))
    assert "不在0至100之间" in told(documents(value="145"))
    assert "未设容差" in told(documents(operator="~="))
    assert "有算子而无数值" in told(documents(value=None))
    assert "定性目标不应有数值" in told(documents(operator="qualitative"))


def test_a_floor_above_the_ceiling_of_the_same_indicator_is_found() -> None:
    given = documents()
    first = given["targets"]["targets"][0]
    given["targets"]["targets"].append({**first, "id": "T2", "operator": "<=", "value": "40"})
    assert "上下限矛盾" in told(given)


def test_ids_used_twice_and_dangling_references_are_found() -> None:
    given = documents(same_as="T9")
    given["tasks"]["tasks"] *= 2
    given["remarks"] = {"remarks": [{"id": "R1", "zh": "注", "en": "note", "targets": ["T8"]}]}
    lines = told(given)
    for part in ("M1", "出现2次", "T9", "T8", "所指目标不存在"):
        assert part in lines


def test_a_task_without_a_lead_and_a_lone_alternative_are_found() -> None:
    given = documents(alt_group="OR-1")
    given["tasks"]["tasks"][0]["lead"] = []
    assert "没有牵头单位" in told(given)
    assert "只有一个目标" in told(given)


def test_documents_of_the_wrong_shape_are_faults_not_tracebacks() -> None:
    for wrong in (None, [], "text", 3, {"targets": 3}, {"targets": [3, None, []]}, {"other": []}):
        given = {**documents(), "targets": wrong}
        assert wrong is None or told(given) != ""


def jurisdictions(*entries: dict[str, Any]) -> tuple[str, int]:
    faults: list[Fault] = []
    city = {"code": "990100", "name": "某市", "kind": "CITY"}
    found = read_jurisdictions({"jurisdictions": [city, *entries]}, where=HERE, faults=faults)
    return "\n".join(fault.line() for fault in [*faults, *jurisdiction_faults(found, where=HERE)]), len(found)


COUNTY = {"code": "990121", "name": "甲县", "kind": "COUNTY", "parent": "990100"}


def test_townships_and_villages_hang_below_by_their_twelve_digits() -> None:
    town = {"code": "990121101000", "name": "某镇", "kind": "TOWNSHIP", "parent": "990121"}
    village = {"code": "990121101201", "name": "某村", "kind": "VILLAGE", "parent": "990121101000"}
    assert jurisdictions(COUNTY, town, village) == ("", 4)


def test_townships_are_no_part_of_a_sum_unless_they_say_so() -> None:
    faults: list[Fault] = []
    town = {"code": "990121101000", "name": "某镇", "kind": "TOWNSHIP", "parent": "990121"}
    found = read_jurisdictions({"jurisdictions": [town, {**town, "code": "990121102000", "is_accounted": True}]}, where=HERE, faults=faults)
    assert [one.is_accounted for one in found] == [False, True]


def test_codes_of_the_wrong_shape_or_place_are_found() -> None:
    assert "代码形式" in jurisdictions({**COUNTY, "code": "99012"})[0]
    assert "代码形式" in jurisdictions(COUNTY, {"code": "990121101", "name": "镇", "kind": "TOWNSHIP", "parent": "990121"})[0]
    assert "不在上级 990100 之下" in jurisdictions({**COUNTY, "code": "880121"})[0]
    assert "parent 所指不存在" in jurisdictions({**COUNTY, "parent": "990199"})[0]


def test_overlapping_parts_of_one_sum_must_say_who_leaves_whom_out() -> None:
    zone = {"code": "9901Z1", "name": "经开区", "kind": "FUNCTIONAL_ZONE", "parent": "990100", "overlaps": ["990121"]}
    assert "重复计算" in jurisdictions(COUNTY, zone)[0]
    assert jurisdictions(COUNTY, {**zone, "carved_out_of": "990121"})[0] == ""
    assert jurisdictions(COUNTY, {**zone, "is_accounted": False})[0] == ""


def test_a_ring_of_parents_and_two_roots_are_found() -> None:
    one = {**COUNTY, "parent": "990122"}
    other = {**COUNTY, "code": "990122", "name": "乙县", "parent": "990121"}
    assert "成环" in jurisdictions(one, other)[0]
    assert "现有2个" in jurisdictions({"code": "990200", "name": "又市", "kind": "CITY"})[0]


def test_an_alias_of_two_agencies_is_found() -> None:
    faults: list[Fault] = []
    found = read_agencies(
        {"agencies": [{"code": "a", "name": "甲局", "aliases": ["局"]}, {"code": "b", "name": "乙局", "aliases": ["局"]}]}, where=HERE, faults=faults
    )
    assert [fault.value for fault in agency_faults(found, where=HERE)] == ["局"]
