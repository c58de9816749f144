"""Canonical form and digests: what goes in comes back, equal values have equal bytes, and no two values share theirs."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from unicodedata import normalize

from hypothesis import given
from hypothesis import strategies as st

from shuangkong.evidence.canonical import NotCanonical, canonical, from_canonical
from shuangkong.evidence.digest import Algorithm, digest
from shuangkong.evidence.sm3 import sm3

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12).map(lambda written: normalize("NFC", written))
simple = (
    st.none() | st.booleans() | st.integers() | text | st.dates() | st.datetimes(timezones=st.just(UTC))
    | st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**40), max_value=10**40)
    | st.builds(digest, st.binary(max_size=4), st.sampled_from(Algorithm))
)  # fmt: skip
plain_values = st.recursive(
    simple,
    lambda below: st.lists(below, max_size=4) | st.dictionaries(text.filter(lambda key: not key.startswith("$")), below, max_size=4),
    max_leaves=12,
)


def tree_of(value: Any) -> Any:
    """The value with its kinds spelled out: in Python 1 == True == Decimal(1)."""
    if isinstance(value, dict):
        return {key: tree_of(below) for key, below in value.items()}
    if isinstance(value, list):
        return [tree_of(below) for below in value]
    return type(value), value


@given(plain_values)
def test_a_value_comes_back_from_its_form(value: Any) -> None:
    assert tree_of(from_canonical(canonical(value))) == tree_of(value)


@given(plain_values, plain_values)
def test_two_values_share_a_form_only_if_they_are_one(one: Any, other: Any) -> None:
    assert (canonical(one) == canonical(other)) == (tree_of(one) == tree_of(other))


@given(plain_values, st.data())
def test_a_form_with_any_bit_changed_is_another_value_or_none(value: Any, data: st.DataObject) -> None:
    form = canonical(value)
    bit = data.draw(st.integers(0, len(form) * 8 - 1))
    changed = bytearray(form)
    changed[bit // 8] ^= 1 << bit % 8
    try:
        found = from_canonical(bytes(changed))
    except NotCanonical:
        return
    assert tree_of(found) != tree_of(value)


@given(st.binary(max_size=40))
def test_bytes_are_read_only_if_they_are_the_form_of_what_is_read(content: bytes) -> None:
    try:
        found = from_canonical(content)
    except NotCanonical:
        return
    assert canonical(found) == content


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20), st.integers(0, 8))
def test_a_figure_has_one_form_however_many_zeros_it_carries(figure: Decimal, zeros: int) -> None:
    sign, digits, exponent = figure.as_tuple()
    assert isinstance(exponent, int)
    padded = Decimal((sign, (*digits, *[0] * zeros), exponent - zeros))
    assert canonical(padded) == canonical(figure)


@given(st.datetimes(min_value=datetime(2, 1, 1), max_value=datetime(9998, 1, 1), timezones=st.timezones()))  # noqa: DTZ001
def test_a_moment_has_one_form_in_every_zone(moment: datetime) -> None:
    assert canonical(moment) == canonical(moment.astimezone(UTC))


@given(st.dates())
def test_a_day_and_its_first_moment_differ(day: date) -> None:
    assert canonical(day) != canonical(datetime(day.year, day.month, day.day, tzinfo=UTC))


@given(st.binary(max_size=300))
def test_our_sm3_is_the_one_in_use(content: bytes) -> None:
    """Where the library offers SM3 this holds ours against it."""
    assert digest(content, Algorithm.SM3).octets == sm3(content)
