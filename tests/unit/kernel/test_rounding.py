from decimal import Decimal

import pytest

from shuangkong.kernel.rounding import grouped, plain, round_gbt8170


@pytest.mark.parametrize(
    ("figure", "decimals", "rounded"),
    [
        ("12.1498", 1, "12.1"),
        ("12.1502", 1, "12.2"),
        ("1.050", 1, "1.0"),
        ("0.35", 1, "0.4"),
        ("2500", -3, "2000"),
        ("3500", -3, "4000"),
        ("-13.5", 0, "-14"),
        ("-0.049", 1, "0.0"),
    ],
)
def test_half_goes_to_even(figure: str, decimals: int, rounded: str) -> None:
    assert format(round_gbt8170(Decimal(figure), decimals), "f") == rounded


@pytest.mark.parametrize(("figure", "printed"), [("1E+3", "1000"), ("0.10", "0.1"), ("1E-7", "0.0000001"), ("-0.0", "0"), ("100", "100")])
def test_plain_notation(figure: str, printed: str) -> None:
    assert plain(Decimal(figure)) == printed


def test_grouping_rounds_once() -> None:
    assert grouped(Decimal("1234567.885"), 2) == "1,234,567.88"
