import hashlib

import pytest

from shuangkong.evidence.digest import Algorithm, Digest, digest
from shuangkong.evidence.tree import OutsideTree, Tree, is_consistent, is_included, leaf_digest, root_of

LINKS = [digest(bytes([number]), Algorithm.SHA256) for number in range(7)]
TREE = Tree(Algorithm.SHA256, LINKS)


def sha(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def test_the_root_of_three_is_as_the_formats_page_says() -> None:
    one, two, three = (sha(b"\x00" + str(link).encode()) for link in LINKS[:3])
    assert TREE.root(3).octets == sha(b"\x01" + sha(b"\x01" + one + two) + three)
    assert root_of(LINKS[:1], Algorithm.SHA256) == leaf_digest(LINKS[0], Algorithm.SHA256)


def test_the_proofs_are_those_of_the_published_drawing_of_seven_leaves() -> None:
    """Seven leaves a b c d e f j, nodes g h i j k l as drawn there: the paths of leaves 0, 3, 4, 6 and the growth from 3, 4, 6."""
    a, b, c, d, e, f, last = (sha(b"\x00" + str(link).encode()) for link in LINKS)
    ab, cd, ef = sha(b"\x01" + a + b), sha(b"\x01" + c + d), sha(b"\x01" + e + f)
    left, right = sha(b"\x01" + ab + cd), sha(b"\x01" + ef + last)

    def octets(path: tuple[Digest, ...]) -> list[bytes]:
        return [node.octets for node in path]

    assert TREE.root().octets == sha(b"\x01" + left + right)
    assert octets(TREE.inclusion(0)) == [b, cd, right]
    assert octets(TREE.inclusion(3)) == [c, ab, right]
    assert octets(TREE.inclusion(4)) == [f, last, left]
    assert octets(TREE.inclusion(6)) == [ef, left]
    assert octets(TREE.consistency(3)) == [c, d, ab, right]
    assert octets(TREE.consistency(4)) == [right]
    assert octets(TREE.consistency(6)) == [ef, last, left]
    assert octets(TREE.consistency(7)) == []


@pytest.mark.parametrize(("index", "size"), [(7, 7), (-1, 7), (0, 0), (0, 8), (3, 3)])
def test_there_is_no_proof_outside_the_tree(index: int, size: int) -> None:
    with pytest.raises(OutsideTree):
        TREE.inclusion(index, size)


@pytest.mark.parametrize(("older", "newer"), [(0, 7), (8, 7), (5, 4), (1, 8)])
def test_there_is_no_growth_outside_the_tree(older: int, newer: int) -> None:
    with pytest.raises(OutsideTree):
        TREE.consistency(older, newer)


def test_a_proof_of_another_place_link_size_length_or_algorithm_fails() -> None:
    path, root = TREE.inclusion(3), TREE.root()
    assert is_included(LINKS[3], index=3, size=7, path=path, root=root)
    assert not is_included(LINKS[2], index=3, size=7, path=path, root=root)
    assert not is_included(LINKS[3], index=2, size=7, path=path, root=root)
    assert not is_included(LINKS[3], index=7, size=7, path=path, root=root)
    assert not is_included(LINKS[3], index=-1, size=7, path=path, root=root)
    assert not is_included(LINKS[3], index=3, size=4, path=path, root=root)
    assert not is_included(LINKS[3], index=3, size=7, path=path[:-1], root=root)
    assert not is_included(LINKS[3], index=3, size=7, path=(*path, path[0]), root=root)
    assert not is_included(LINKS[3], index=3, size=7, path=tuple(Digest(Algorithm.SM3, node.octets) for node in path), root=root)


def test_an_inner_node_cannot_pass_for_a_link() -> None:
    inner = TREE.root(2)
    assert not is_included(inner, index=0, size=2, path=(TREE.root(4),), root=TREE.root(4))


def test_growth_from_a_rewritten_tree_fails() -> None:
    rewritten = Tree(Algorithm.SHA256, [LINKS[0], LINKS[0], *LINKS[2:]])
    for older in range(2, 7):
        asked = {"older": older, "newer": 7, "newer_root": TREE.root(), "path": TREE.consistency(older)}
        assert is_consistent(older_root=TREE.root(older), **asked)  # type: ignore[arg-type]
        assert not is_consistent(older_root=rewritten.root(older), **asked)  # type: ignore[arg-type]
    assert not is_consistent(older=0, older_root=TREE.root(1), newer=7, newer_root=TREE.root(), path=())
    assert not is_consistent(older=7, older_root=TREE.root(), newer=6, newer_root=TREE.root(6), path=())
    assert not is_consistent(older=7, older_root=TREE.root(), newer=7, newer_root=TREE.root(), path=(TREE.root(),))
    assert not is_consistent(older=3, older_root=TREE.root(3), newer=7, newer_root=TREE.root(), path=())
