import pytest

from shuangkong.indicators.formula import Expression, Step, UnreadableFormula, parse, to_text


def name(code: str) -> Expression:
    return Expression(Step.NAME, literal=code)


def test_multiplication_binds_before_addition_and_both_run_from_the_left() -> None:
    product = Expression(Step.MULTIPLY, (name("b"), name("c")))
    assert parse("a - b * c + d") == Expression(
        Step.ADD, (Expression(Step.SUBTRACT, (name("a"), product)), name("d"))
    )


def test_a_sign_binds_before_a_product() -> None:
    assert parse("-a * b") == Expression(Step.MULTIPLY, (Expression(Step.NEGATE, (name("a"),)), name("b")))


def test_functions_rules_and_comparisons_are_read() -> None:
    assert parse('if(a >= 0.5, rule("energy.x"), prev(b))') == Expression(
        Step.IF,
        (
            Expression(Step.AT_LEAST, (name("a"), Expression(Step.NUMBER, literal="0.5"))),
            Expression(Step.RULE, literal="energy.x"),
            Expression(Step.PREVIOUS, (name("b"),)),
        ),
    )


def test_signs_of_a_chinese_keyboard_are_understood() -> None:
    assert parse("（a＋b）×2÷c") == parse("(a+b)*2/c")
    assert parse("if(a≥b，1，2)") == parse("if(a>=b,1,2)")
    assert parse("a == b") == parse("a = b")


@pytest.mark.parametrize(
    ("formula", "position", "told"),
    [
        ("", 1, "expected a number"),
        ("a +", 4, "found 'the end'"),
        ("a b", 3, "unexpected 'b'"),
        ("(a", 3, "')' is missing"),
        ("a < b < c", 7, "unexpected '<'"),
        ("a $ b", 3, "cannot read '$'"),
        ("1.5.2", 1, "cannot read '1'"),
        ("12abc", 1, "cannot read '1'"),
        ("total(a)", 1, "no function 'total'"),
        ("1 + prev(a, b)", 5, "takes 1 arguments, not 2"),
        ("prev + 1", 6, "lacks its '('"),
        ("rule(a)", 6, "one quoted path"),
        ('rule("")', 6, "one quoted path"),
        ("(" * 70 + "a" + ")" * 70, 61, "nested too deeply"),
        ("-" * 70 + "a", 61, "nested too deeply"),
        ("+".join("a" * 300), 401, "more than 400 tokens"),
        ("a" * 4001, 1, "longer than 4000"),
    ],
)
def test_what_cannot_be_read_is_placed_and_told(formula: str, position: int, told: str) -> None:
    with pytest.raises(UnreadableFormula) as refused:
        parse(formula)
    line = refused.value.faults[0].line("en")
    assert f"at character {position}:" in line
    assert told in line


def test_text_has_no_needless_parenthesis_and_every_needed_one() -> None:
    assert to_text(parse("((a)-(b-c))*(d)/(e/f)")) == "a - (b - c)".join(["(", ") * d / (e / f)"])
