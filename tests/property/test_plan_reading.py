"""Laws of reading a plan: nothing printed is lost, nothing is invented, layout and script do not matter."""

import re
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from shuangkong.plan.difference import compare
from shuangkong.plan.reading import DraftPlan, DraftTarget, read_plan
from shuangkong.plan.reading.normalise import normalise

INDICATORS = ("森林覆盖率", "再生水利用率", "农膜回收率", "秸秆综合利用率", "绿色建筑占比")
figures = st.decimals(min_value=1, max_value=99, places=1, allow_nan=False).map(lambda figure: format(figure.normalize(), "f"))
sentences = st.lists(st.tuples(st.sampled_from(INDICATORS), figures), min_size=1, max_size=5, unique_by=lambda pair: pair[0])
HEAD = "江川市“十四五”节能减排综合工作方案\n一、目标\n（一）主要目标。到2025年，"


def _text(pairs: list[tuple[str, str]]) -> str:
    return HEAD + "，".join(f"{name}达到{figure}%以上" for name, figure in pairs) + "。\n"


def _found(plan: DraftPlan) -> list[tuple[str, str | None]]:
    return [(target.indicator, target.value) for target in plan.targets]


@given(sentences)
def test_every_number_is_found_once(pairs: list[tuple[str, str]]) -> None:
    assert _found(read_plan(_text(pairs))) == pairs


@given(sentences, st.integers(8, 40))
def test_line_breaks_do_not_matter(pairs: list[tuple[str, str]], width: int) -> None:
    head, body = _text(pairs).rsplit("。", 2)[0] + "。", _text(pairs).rsplit("。", 2)[1] + "。"
    broken = "\n".join(body[start : start + width] for start in range(0, len(body), width))
    assert _found(read_plan(head + broken + "\n")) == pairs


@given(sentences)
def test_half_and_full_width_do_not_matter(pairs: list[tuple[str, str]]) -> None:
    text = _text(pairs)
    half = text.translate(str.maketrans("，（）：；", ",():;"))
    wide = text.translate({ord(digit): ord(digit) - 0x30 + 0xFF10 for digit in "0123456789"} | {ord("%"): "％", ord("."): "．"})
    assert _found(read_plan(half)) == _found(read_plan(wide)) == pairs


@given(sentences)
def test_in_order_binding_is_the_list(pairs: list[tuple[str, str]]) -> None:
    if len(pairs) < 2:
        return
    text = HEAD + "、".join(name for name, _ in pairs) + "分别达到" + "、".join(f"{figure}%" for _, figure in pairs) + "。\n"
    assert [value for _, value in _found(read_plan(text))] == [figure for _, figure in pairs]


@settings(max_examples=200)
@given(st.text(st.sampled_from(list("（）()【】，。、；：“”《》一二三十分别达到下降以上左右力争或比年月日的为率量吨万%0123456789. \n\t|到2025年责任单位附件")), max_size=200))
def test_any_text_is_read_without_failing_and_values_are_printed(text: str) -> None:
    plan = read_plan(text)
    digits = re.sub(r"[^\d.]", "", normalise(text))
    for target in plan.targets:
        if target.value is not None and target.value.isascii() and len(target.value) > 3:
            assert target.value.lstrip("-") in digits


@given(st.text(max_size=60))
def test_normalising_keeps_every_place(text: str) -> None:
    assert len(normalise(text)) == len(text)


@cache
def _some_plan(count: int) -> DraftPlan:
    targets = tuple(DraftTarget("一(一)", f"指标{place}号利用率", ">=", str(place + 1), "%", scope="全市") for place in range(count))
    return DraftPlan("甲", targets=targets)


@given(st.integers(0, 8), st.integers(0, 8))
def test_comparing_accounts_for_every_target(before: int, after: int) -> None:
    changes = compare(_some_plan(before), _some_plan(after)).targets
    assert sum(1 for change in changes if change.old) == before
    assert sum(1 for change in changes if change.new) == after
    assert compare(_some_plan(before), _some_plan(before)).is_empty
