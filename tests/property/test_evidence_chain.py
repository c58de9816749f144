"""Chain, proofs and bundles: everything made is verified, and nothing changed is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shuangkong.evidence.act import Act, ActKind
from shuangkong.evidence.bundle import CONSISTENCY, CONTENTS, HEADS, INCLUSION, LINKS, packed, parts_of, sealed
from shuangkong.evidence.chain import Link, append, verify_links
from shuangkong.evidence.container import NotABundle
from shuangkong.evidence.digest import Algorithm, Digest, digest
from shuangkong.evidence.tree import Tree, is_consistent, is_included
from shuangkong.evidence.verification import verify
from unit.evidence.invented_chain import bundle

LARGEST = 70
LEAVES = [digest(number.to_bytes(2, "big"), Algorithm.SHA256) for number in range(LARGEST)]
TREE = Tree(Algorithm.SHA256, LEAVES)
BUNDLES = {(algorithm, chosen): bundle(algorithm, chosen) for algorithm in Algorithm for chosen in (None, (3, 6, 7))}
PARTS = {asked: parts_of(made) for asked, made in BUNDLES.items()}
PACKED = {asked: packed(made) for asked, made in BUNDLES.items()}

acts = st.builds(
    Act, kind=st.sampled_from([kind for kind in ActKind if not kind.needs_precedent]), actor=st.sampled_from(["张三", "李四"]),
    post=st.just("统计员"), organisation=st.just("411721"), subject=st.sampled_from(["a", "b"]), reason=st.text(min_size=1).map(lambda why: f"因{why}"),
    recorded_at=st.integers(0, 10**6).map(lambda seconds: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)),
    content=st.builds(digest, st.binary(max_size=3), st.sampled_from(Algorithm)),
)  # fmt: skip


def flipped(content: bytes, bit: int) -> bytes:
    changed = bytearray(content)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def chained(several: list[Act], algorithm: Algorithm = Algorithm.SHA256) -> list[Link]:
    links: list[Link] = []
    for act in several:
        links.append(append(act, after=links[-1] if links else None, algorithm=algorithm))
    return links


@pytest.mark.parametrize("size", range(1, LARGEST + 1))
def test_every_link_of_every_tree_is_proven_and_in_no_other_place(size: int) -> None:
    root = TREE.root(size)
    for index in range(size):
        path = TREE.inclusion(index, size)
        assert len(path) <= size.bit_length()
        assert is_included(LEAVES[index], index=index, size=size, path=path, root=root)
        assert not is_included(LEAVES[index - 1], index=index, size=size, path=path, root=root) or size == 1
        assert not any(is_included(LEAVES[index], index=other, size=size, path=path, root=root) for other in (index - 1, index + 1))


@pytest.mark.parametrize("size", range(1, LARGEST + 1))
def test_every_growth_of_every_tree_is_proven_and_no_other(size: int) -> None:
    root = TREE.root(size)
    for older in range(1, size + 1):
        path, before = TREE.consistency(older, size), TREE.root(older)
        assert is_consistent(older=older, older_root=before, newer=size, newer_root=root, path=path)
        if older < size:
            assert not is_consistent(older=older, older_root=root, newer=size, newer_root=root, path=path)
            assert not is_consistent(older=older, older_root=before, newer=size, newer_root=before, path=path)
            assert not is_consistent(older=older, older_root=before, newer=size, newer_root=root, path=path[:-1])


@given(st.integers(2, LARGEST), st.data())
def test_a_proof_with_any_bit_changed_fails(size: int, data: st.DataObject) -> None:
    index, older = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size - 1))
    place, bit = data.draw(st.integers(0, 20)), data.draw(st.integers(0, 255))

    def changed(path: tuple[Digest, ...]) -> tuple[Digest, ...]:
        at = place % len(path)
        return (*path[:at], Digest(path[at].algorithm, flipped(path[at].octets, bit)), *path[at + 1 :])

    root = TREE.root(size)
    assert not is_included(LEAVES[index], index=index, size=size, path=changed(TREE.inclusion(index, size)), root=root)
    assert not is_consistent(older=older, older_root=TREE.root(older), newer=size, newer_root=root, path=changed(TREE.consistency(older, size)))


@given(st.lists(acts, min_size=1, max_size=12), st.sampled_from(Algorithm))
def test_a_chain_as_appended_is_sound_and_read_back(several: list[Act], algorithm: Algorithm) -> None:
    links = chained(several, algorithm)
    assert verify_links(Link.from_bytes(link.to_bytes()) for link in links).is_sound


@given(st.lists(acts, min_size=3, max_size=12), st.data())
def test_any_other_order_or_lack_is_found(several: list[Act], data: st.DataObject) -> None:
    links = chained(several)
    order = data.draw(st.permutations(range(len(links))))
    kept = data.draw(st.integers(1, len(links)))
    told = verify_links([links[place] for place in order[:kept]])
    assert told.is_sound == (list(order[:kept]) == list(range(kept)))


@given(st.lists(acts, min_size=2, max_size=8), acts, st.data())
def test_the_first_altered_link_is_named(several: list[Act], other: Act, data: st.DataObject) -> None:
    links = chained(several)
    index = data.draw(st.integers(0, len(links) - 2))
    if other == links[index].act:
        return
    altered = replace(links[index], act=other)
    for forged in (altered, replace(altered, digest=altered.sealed())):
        report = verify_links([*links[:index], forged, *links[index + 1 :]])
        assert not report.is_sound
        assert report.first_altered == index


@settings(max_examples=300)
@given(st.sampled_from(sorted(PACKED, key=str)), st.data())
def test_a_bundle_with_any_bit_changed_is_not_verified(asked: tuple[Algorithm, tuple[int, ...] | None], data: st.DataObject) -> None:
    content = PACKED[asked]
    bit = data.draw(st.integers(0, len(content) * 8 - 1))
    try:
        result = verify(flipped(content, bit))
    except NotABundle:
        return
    assert not result.is_verified
    assert result.findings


@settings(max_examples=300)
@given(st.sampled_from(sorted(PACKED, key=str)), st.data())
def test_any_bit_of_what_is_proven_is_found_even_under_a_new_seal(
    asked: tuple[Algorithm, tuple[int, ...] | None], data: st.DataObject
) -> None:
    parts = PARTS[asked]
    name = data.draw(st.sampled_from(sorted(name for name in parts if name in (LINKS, HEADS, INCLUSION, CONSISTENCY) or name.startswith(CONTENTS))))
    bit = data.draw(st.integers(0, len(parts[name]) * 8 - 1))
    result = verify(sealed({**parts, name: flipped(parts[name], bit)}, BUNDLES[asked]))
    assert not result.is_verified


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_no_bundle(content: bytes) -> None:
    with pytest.raises(NotABundle):
        verify(content)
