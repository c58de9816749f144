import io
import struct
import zipfile

import pytest

from shuangkong.evidence import container
from shuangkong.evidence.container import NotABundle, UnfitPartName, closed, is_part_name, opened
from shuangkong.evidence.finding import FindingKind

PARTS = {"b.txt": b"two", "a/考核.json": b"{}", "empty": b""}


def zipped(parts: list[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", method) as archive:
        for name, content in parts:
            archive.writestr(name, content)
    return written.getvalue()


def test_the_same_parts_give_the_same_bytes_in_any_order() -> None:
    assert closed(PARTS) == closed(dict(reversed(PARTS.items())))
    assert opened(closed(PARTS)).parts == PARTS
    assert opened(closed(PARTS)).findings == ()


@pytest.mark.parametrize("name", ["", "/a", "../a", "a/../b", ".hidden", "a/.b", "a//b", "a/", "a\\b", "C:a", "a\nb", "a" * 201])
def test_no_part_can_lead_outside_its_folder(name: str) -> None:
    assert not is_part_name(name)
    with pytest.raises(UnfitPartName):
        closed({name: b""})


def test_a_repacked_bundle_is_read_and_told() -> None:
    again = opened(zipped(list(PARTS.items())))
    assert again.parts == PARTS
    assert [finding.kind for finding in again.findings] == [FindingKind.CONTAINER_ALTERED]


def test_bytes_before_the_first_part_are_told() -> None:
    assert [finding.kind for finding in opened(b"junk" + closed(PARTS)).findings] == [FindingKind.CONTAINER_ALTERED]


@pytest.mark.parametrize("content", [b"", b"PK", b"not a zip", closed(PARTS)[:-10]])
def test_what_is_no_zip_is_refused(content: bytes) -> None:
    with pytest.raises(NotABundle):
        opened(content)


def test_a_badly_named_part_is_told_and_not_read() -> None:
    found = opened(zipped([("../evil", b"x"), ("a", b"1")], zipfile.ZIP_STORED))
    assert set(found.parts) == {"a"}
    assert [finding.kind for finding in found.findings] == [FindingKind.PART_STRAY]


def test_a_part_that_is_there_twice_is_told() -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        twice = zipped([("a", b"1"), ("a", b"2")], zipfile.ZIP_STORED)
    assert opened(twice).parts == {"a": b"1"}
    assert [finding.kind for finding in opened(twice).findings] == [FindingKind.PART_STRAY]


def test_a_damaged_part_is_told_and_the_rest_read() -> None:
    damaged = opened(closed(PARTS).replace(b"two", b"twO", 1))
    assert set(damaged.parts) == {"a/考核.json", "empty"}
    assert [finding.kind for finding in damaged.findings] == [FindingKind.PART_UNREADABLE]


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    with pytest.raises(NotABundle, match="压缩比"):
        opened(zipped([("zeros", bytes(5 << 20))]))


def test_too_many_parts_and_too_large_a_whole_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container, "LIMIT_PARTS", 2)
    with pytest.raises(NotABundle, match="超过 2 个"):
        opened(closed(PARTS))
    monkeypatch.setattr(container, "LIMIT_PARTS", 3)
    monkeypatch.setattr(container, "LIMIT_BYTES", 4)
    with pytest.raises(NotABundle, match="超过 4 字节"):
        opened(closed(PARTS))


def test_a_part_that_lies_about_its_size_yields_no_more_than_it_says() -> None:
    honest = zipped([("a", bytes(3000))])
    lying = honest.replace(struct.pack("<I", 3000), struct.pack("<I", 10))
    found = opened(lying)
    assert found.parts == {}
    assert [finding.kind for finding in found.findings] == [FindingKind.PART_UNREADABLE]
