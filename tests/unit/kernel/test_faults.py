from shuangkong.kernel.faults import Fault, InputRefused, Refusal
from shuangkong.kernel.language import Words

FAULT = Fault(Words("数量", "quantity"), "-3", Words("不得为负", "must not be negative"), Words("核对", "check it"), Words("第2行", "row 2"))


def test_a_fault_is_one_line_in_either_language() -> None:
    assert FAULT.line("zh") == "第2行：数量“-3”——不得为负；核对"
    assert FAULT.line("en") == "row 2: quantity '-3': must not be negative; check it"


def test_a_long_or_broken_value_stays_on_the_line() -> None:
    line = Fault(Words("行", "line"), "甲\n" * 100, Words("过长", "is too long"), Words("缩短", "shorten it")).line()
    assert "\n" not in line
    assert len(line) < 90


def test_a_refusal_carries_every_fault() -> None:
    refused = InputRefused([FAULT, FAULT.at(Words("第3行", "row 3"))])
    assert str(refused).splitlines() == ["第2行：数量“-3”——不得为负；核对", "第3行：数量“-3”——不得为负；核对"]


def test_named_refusals_are_inputs_refused() -> None:
    refusal = Refusal(thing=Words("期", "period"), value=3, rule=Words("无", "none"), remedy=Words("改", "mend"))
    assert refusal.faults[0].value == "3"
