"""Two plans compared: what changed, moved, came and went."""

from dataclasses import replace

from shuangkong.plan.difference import compare
from shuangkong.plan.reading import DraftClause, DraftPlan, DraftTarget

CLAUSES = (DraftClause("一(一)", "主要目标"), DraftClause("二(一)", "工业工程", lead=("市工信局",)), DraftClause("二(二)", "城乡工程", lead=("市住建局",)))
TARGETS = (
    DraftTarget("一(一)", "能耗强度下降率", ">=", "14", "%", scope="全市", target_year=2025),
    DraftTarget("一(一)", "氨氮重点工程减排量", ">=", "1200", "吨", scope="全市", target_year=2025),
    DraftTarget("二(二)", "污水处理率", ">=", "98", "%", scope="县城", target_year=2025),
    DraftTarget("附件1", "降低目标", ">=", "12", "%", scope="东山县"),
    DraftTarget("附件1", "降低目标", ">=", "12", "%", scope="西河县"),
)
OLD = DraftPlan("甲市方案", "征求意见稿", CLAUSES, TARGETS)


def test_a_plan_equals_itself() -> None:
    difference = compare(OLD, OLD)
    assert difference.is_empty
    assert {change.change for change in (*difference.targets,)} == {"same"}


def test_tonnes_and_ten_thousand_tonnes_are_equal() -> None:
    new = replace(OLD, targets=(TARGETS[0], replace(TARGETS[1], value="0.12", unit="万吨"), *TARGETS[2:]))
    assert compare(OLD, new).is_empty


def test_a_tenth_less_is_a_change_of_value_and_unit() -> None:
    new = replace(OLD, targets=(TARGETS[0], replace(TARGETS[1], value="0.119", unit="万吨"), *TARGETS[2:]))
    (changed,) = [change for change in compare(OLD, new).targets if change.change != "same"]
    assert {name: (field.old, field.new) for name, field in changed.fields.items()} == {"value": ("1200", "0.119"), "unit": ("吨", "万吨")}


def test_operator_year_scope_and_nature() -> None:
    new_target = replace(TARGETS[2], operator="~=", target_year=2030, scope="城市", commitment="stretch")
    new = replace(OLD, targets=(*TARGETS[:2], new_target, *TARGETS[3:]))
    (changed,) = [change for change in compare(OLD, new).targets if change.change != "same"]
    assert set(changed.fields) == {"operator", "target_year", "scope", "commitment"}


def test_per_cent_and_points_are_one_target_with_another_unit() -> None:
    points = replace(OLD, targets=(*TARGETS[:2], replace(TARGETS[2], unit="百分点"), *TARGETS[3:]))
    (changed,) = [change for change in compare(OLD, points).targets if change.change != "same"]
    assert {name: (field.old, field.new) for name, field in changed.fields.items()} == {"unit": ("%", "百分点")}


def test_the_same_phrase_pairs_differently_named_indicators() -> None:
    old = replace(OLD, targets=(DraftTarget("一(一)", "能耗强度降低", ">=", "14", "%", phrase="单位能耗下降14%"),))
    new = replace(OLD, targets=(DraftTarget("一(一)", "单位生产总值耗能量降幅", ">=", "14", "%", phrase="单位能耗下降14%"),))
    assert [change.change for change in compare(old, new).targets] == ["same"]


def test_added_and_dropped() -> None:
    extra = DraftTarget("二(一)", "绿色工厂创建数", ">=", "10", "家", scope="全市")
    difference = compare(OLD, replace(OLD, targets=(*TARGETS[1:], extra)))
    assert [change.change for change in difference.targets] == ["dropped", "same", "same", "same", "same", "added"]


def test_a_county_left_out_is_not_paired_with_another() -> None:
    difference = compare(OLD, replace(OLD, targets=(*TARGETS[:4], replace(TARGETS[4], scope="南浦县"))))
    assert [change.change for change in difference.targets][-2:] == ["dropped", "added"]


def test_renumbered_clause_is_moved_and_its_target_too() -> None:
    clauses = (CLAUSES[0], replace(CLAUSES[2], number="二(一)"), replace(CLAUSES[1], number="二(二)"))
    targets = (*TARGETS[:2], replace(TARGETS[2], clause="二(一)"), *TARGETS[3:])
    difference = compare(OLD, replace(OLD, clauses=clauses, targets=targets))
    assert [change.change for change in difference.clauses] == ["same", "moved", "moved"]
    assert [change.change for change in difference.targets] == ["same", "same", "moved", "same", "same"]


def test_changed_bodies_show_on_clause_and_target() -> None:
    clauses = (*CLAUSES[:2], replace(CLAUSES[2], lead=("市城管局",), support=("市住建局",)))
    difference = compare(OLD, replace(OLD, clauses=clauses))
    assert set(difference.clauses[2].fields) == {"lead", "support"}
    assert set(difference.targets[2].fields) == {"lead", "support"}


def test_order_of_bodies_says_nothing() -> None:
    first = replace(OLD, clauses=(replace(CLAUSES[1], lead=("甲局", "乙局")),))
    second = replace(OLD, clauses=(replace(CLAUSES[1], lead=("乙局", "甲局")),))
    assert compare(first, second).is_empty
