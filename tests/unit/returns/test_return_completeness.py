"""What hinders a submission."""

import pytest
from declared import column, filled, form_of, grid, listing, raw_form, row

from shuangkong.returns.completeness import hindrances
from shuangkong.returns.form import Form


def form(**more: bool) -> Form:
    return form_of(raw_form(
        grid("energy", [column("used", required=True), column("left"), column("sum", formula="[used] + [left]")], [row("coal"), row("coke")], **more),
        listing("posts", [column("name", kind="text", required=True), column("since", kind="date", required=True), column("phone", kind="text")]),
    ))  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "sparse", "told"),
    [
        ({}, False, [("", "一个数也没有填")]),
        ({"energy.coal.used": "1"}, False, [("energy.coke.used", "必填，尚未填写")]),
        ({"energy.coal.used": "0", "energy.coke.used": "不适用"}, False, []),
        ({"energy.coal.used": "1"}, True, []),
        ({"energy.coal.used": "1", "energy.coke.left": "2"}, True, [("energy.coke.used", "必填，尚未填写")]),
        ({"energy.coal.used": "1", "energy.coke.used": "1", "posts.2.name": "甲"}, False, [("posts.2.since", "必填，尚未填写")]),
        ({"energy.coal.used": "1", "posts.1.phone": "1"}, True, [("posts.1.name", "必填，尚未填写"), ("posts.1.since", "必填，尚未填写")]),
        ({"energy.coal.used": "1", "posts.1.name": "n/a", "posts.1.since": "不适用"}, True, [("POSTS", "整行不适用")]),
        ({"energy.coal.used": "1", "posts.1.name": "甲", "posts.1.since": "2024-01-01"}, True, []),
    ],
)
def test_required_cells_and_rows_begun(cells: dict[str, str], sparse: bool, told: list[tuple[str, str]]) -> None:
    declared = form(sparse=sparse)
    found = list(hindrances(declared, filled(declared, cells)))
    assert [(fault.where.zh if fault.where else "", fault.rule.zh) for fault in found] == told


def test_the_remedy_says_whether_not_applicable_is_an_answer() -> None:
    declared = form_of(raw_form(grid("t", [column("a", required=True, not_applicable=False), column("b", required=True), column("c")], [row("r")])))
    told = [fault.remedy.zh for fault in hindrances(declared, filled(declared, {"t.r.c": "1"}))]
    assert told == ["填报数值", "填报数值；确实没有的填“不适用”"]
