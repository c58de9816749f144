from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from shuangkong.evidence.canonical import MAX_DEPTH, NoCanonicalForm, NotCanonical, canonical, from_canonical
from shuangkong.evidence.digest import Algorithm, digest

EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
WRITTEN: list[tuple[Any, str]] = [
    (None, "null"),
    (True, "true"),
    (0, "0"),
    (-12, "-12"),
    ("", '""'),
    ('a"\\\n\x00\x1f\x7f', '"a\\"\\\\\\n\\u0000\\u001f\x7f"'),
    ("双控", '"双控"'),
    ("e\u0301", '"é"'),
    (Decimal("1.500"), '{"$decimal":"1.5"}'),
    (Decimal("1E+3"), '{"$decimal":"1000"}'),
    (Decimal("-0.00"), '{"$decimal":"0"}'),
    (date(2024, 2, 29), '{"$date":"2024-02-29"}'),
    (datetime(2024, 3, 1, 8, tzinfo=timezone(timedelta(hours=8))), '{"$moment":"2024-03-01T00:00:00Z"}'),
    (datetime(2024, 3, 1, 0, 0, 0, 1, tzinfo=UTC), '{"$moment":"2024-03-01T00:00:00.000001Z"}'),
    (digest(b"", Algorithm.SHA256), f'{{"$digest":"sha256:{EMPTY}"}}'),
    ((1, [2]), "[1,[2]]"),
    ({"乙": 1, "a": {}, "B": []}, '{"B":[],"a":{},"乙":1}'),
]


@pytest.mark.parametrize(("given", "written"), WRITTEN, ids=[written for _, written in WRITTEN])
def test_a_value_has_one_form_and_comes_back(given: Any, written: str) -> None:
    assert canonical(given).decode() == written
    assert canonical(from_canonical(written.encode())) == written.encode()


@pytest.mark.parametrize(
    "given",
    [
        1.5, b"bytes", {1}, Decimal("NaN"), Decimal("Infinity"), Decimal("1E+1000"), Decimal("1E-1000"), 10**1000, -(10**1000),
        datetime(2024, 3, 1), datetime.min.replace(tzinfo=timezone(timedelta(hours=8))), {1: "a"}, {"$decimal": "1"},  # noqa: DTZ001
        {"é": 1, "e\u0301": 2}, "\ud800", Algorithm.SHA256, Ellipsis,
    ],
    ids=lambda given: ascii(given)[:40],
)  # fmt: skip
def test_what_has_no_form_is_refused_at_any_depth(given: Any) -> None:
    for wrapped in (given, [given], {"a": given}):
        with pytest.raises(NoCanonicalForm):
            canonical(wrapped)


def test_levels_are_limited_on_both_ways() -> None:
    deep: Any = 0
    for _ in range(MAX_DEPTH):
        deep = [deep]
    assert from_canonical(canonical(deep)) == deep
    with pytest.raises(NoCanonicalForm):
        canonical([deep])
    for levels in (MAX_DEPTH + 1, 100_000):
        with pytest.raises(NotCanonical):
            from_canonical(b"[" * levels + b"]" * levels)


@pytest.mark.parametrize(
    "other",
    [
        b"", b" 1", b"1 ", b"\xef\xbb\xbf1", b"1.0", b"1e3", b"-0", b"01", b"NaN", b'"\\u0061"', b'"\\/"', b'"\\u000A"', b'"e\xcc\x81"', b'"\xff"',
        b'{"b":1,"a":2}', b'{"a":1,"a":1}', b'{"a": 1}', b'{"$decimal":"1.50"}', b'{"$decimal":"1E3"}', b'{"$decimal":"."}', b'{"$decimal":1}',
        b'{"$date":"20240301"}', b'{"$date":"2024-02-30"}', b'{"$moment":"2024-03-01T00:00:00+00:00"}', b'{"$moment":"2024-03-01T08:00:00"}',
        b'{"$moment":"2024-03-01T00:00:00.100Z"}', b'{"$digest":"md5:00"}', b'{"$other":"1"}', b'{"$date":"2024-03-01","a":1}', b'"\\ud800"', b"9" * 5000,
    ],
)  # fmt: skip
def test_any_other_spelling_is_refused(other: bytes) -> None:
    with pytest.raises(NotCanonical):
        from_canonical(other)
