"""Clauses, targets and remarks of a plan, looked up."""

from decimal import Decimal

from shuangkong.kernel.language import Words
from shuangkong.plan.model import Clause, Nature, Operator, Plan, Remark, Target, TargetKind


def _target(target_id: str, **stated: object) -> Target:
    fixed: dict[str, object] = {
        "id": target_id, "clause": "二(十)", "indicator": "share_pct", "name": Words("比例", "share"),
        "kind": TargetKind.LEVEL, "operator": Operator.AT_LEAST, "value": Decimal(70), "unit": "%",
    }  # fmt: skip
    return Target(**{**fixed, **stated})  # type: ignore[arg-type]


EITHER, OTHER = _target("A", alt_group="OR-1"), _target("B", alt_group="OR-1")
ALONE = _target("C", remarks=(Words("自注", "own"),), nature=Nature.BINDING, is_stretch=True)
PLAN = Plan(
    id="p", city="411700", title="方案", clauses=(Clause("二(十)", "环境基础设施"),), targets=(EITHER, OTHER, ALONE),
    remarks=(Remark(id="R1", text=Words("存疑", "in doubt"), targets=("C",)), Remark(id="R2", text=Words("其他", "other"))),
)  # fmt: skip


def test_operators_are_written_as_in_the_formats() -> None:
    assert [operator.value for operator in Operator] == [">=", ">", "<=", "<", "=", "~=", "qualitative", "external"]


def test_kinds_that_count_from_the_base_year_start_at_zero() -> None:
    assert {kind.name for kind in TargetKind if kind.starts_at_zero} == {
        "RELATIVE_CHANGE", "POINT_CHANGE", "CUMULATIVE_SUM", "INCREMENT", "COUNT",
    }  # fmt: skip


def test_an_either_or_group_is_found_from_either_member() -> None:
    assert PLAN.alternatives(OTHER) == (EITHER, OTHER)
    assert PLAN.alternatives(ALONE) == (ALONE,)


def test_a_reader_of_a_target_sees_its_own_remarks_and_those_of_the_plan() -> None:
    assert [remark.zh for remark in PLAN.remarks_on(ALONE)] == ["自注", "存疑"]
    assert PLAN.remarks_on(EITHER) == ()


def test_what_is_not_there_is_none() -> None:
    assert PLAN.clause("附件1") is None
    assert PLAN.target("Z") is None
    assert PLAN.clause("二(十)") == PLAN.clauses[0]


def test_stretch_and_nature_are_two_things() -> None:
    assert ALONE.is_stretch
    assert ALONE.nature is Nature.BINDING
