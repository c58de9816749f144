"""A tree of digests over the links of a chain: one root for all, and short proofs for one.

The shape is that of certificate logs: the left part of every split is the largest power of two below the number of leaves, so that
a tree that has grown keeps the whole subtrees of what it was. Leaves and inner nodes are hashed with different first octets, so that
neither can pass for the other; a leaf is hashed over the printed digest of its link, algorithm and all.

Source: the shape and both proofs are those of RFC 9162, section 2.1.
"""

from collections.abc import Iterable, Sequence

from shuangkong.evidence.digest import Algorithm, Digest, digest
from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words

_LEAF, _NODE = b"\x00", b"\x01"
Path = tuple[Digest, ...]


class OutsideTree(Refusal):
    """The tree holds no such leaf or size (超出范围)."""

    def __init__(self, asked: object, size: int) -> None:
        super().__init__(
            thing=Words("存证树的位置", "place in the tree"), value=asked,
            rule=Words(f"树只有 {size} 个叶", f"the tree has {size} leaves"), remedy=Words("改用范围内的位置", "use one inside"),
        )  # fmt: skip


def leaf_digest(link: Digest, algorithm: Algorithm) -> Digest:
    """Return the leaf of a link (叶摘要)."""
    return digest(_LEAF + str(link).encode("ascii"), algorithm)


def node_digest(left: Digest, right: Digest) -> Digest:
    """Return the node above two (节点摘要); both of one algorithm."""
    return digest(_NODE + left.octets + right.octets, left.algorithm)


def _split(size: int) -> int:
    """Return the largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)


class Tree:
    """The growing tree over the digests of links (存证树). Whole subtrees are kept, so that a root or a proof costs logarithmic work.

    Examples
    --------
    >>> links = [digest(bytes([number]), Algorithm.SHA256) for number in range(7)]
    >>> tree = Tree(Algorithm.SHA256, links)
    >>> proof = tree.inclusion(3)
    >>> len(proof), is_included(links[3], index=3, size=7, path=proof, root=tree.root())
    (3, True)
    """

    def __init__(self, algorithm: Algorithm, links: Iterable[Digest] = ()) -> None:
        self.algorithm = algorithm
        self._levels: list[list[Digest]] = [[]]
        for link in links:
            self.append(link)

    def __len__(self) -> int:
        return len(self._levels[0])

    def append(self, link: Digest) -> None:
        """Add the digest of the next link."""
        node = leaf_digest(link, self.algorithm)
        for level in self._levels:
            level.append(node)
            if len(level) % 2:
                return
            node = node_digest(level[-2], level[-1])
        self._levels.append([node])

    def root(self, size: int | None = None) -> Digest:
        """Return the root over the first `size` leaves, all where none is given (树根)."""
        counted = self._sized(size)
        return self._over(0, counted)

    def inclusion(self, index: int, size: int | None = None) -> Path:
        """Return the proof that leaf `index` is among the first `size` (包含证明): the nodes beside its way up, lowest first."""
        counted = self._sized(size)
        if not 0 <= index < counted:
            raise OutsideTree(index, counted)
        path, start = [], 0
        while counted > 1:
            half = _split(counted)
            if index - start < half:
                path.append(self._over(start + half, counted - half))
                counted = half
            else:
                path.append(self._over(start, half))
                start, counted = start + half, counted - half
        return tuple(reversed(path))

    def consistency(self, older: int, newer: int | None = None) -> Path:
        """Return the proof that the first `older` leaves are the beginning of the first `newer` (一致性证明): nothing was rewritten."""
        counted = self._sized(newer)
        if not 1 <= older <= counted:
            raise OutsideTree(older, counted)
        path, start, is_known = [], 0, True
        while older != counted:
            half = _split(counted)
            if older <= half:
                path.append(self._over(start + half, counted - half))
                counted = half
            else:
                path.append(self._over(start, half))
                start, older, counted, is_known = start + half, older - half, counted - half, False
        if not is_known:
            path.append(self._over(start, counted))
        return tuple(reversed(path))

    def _sized(self, size: int | None) -> int:
        counted = len(self) if size is None else size
        if not 1 <= counted <= len(self):
            raise OutsideTree(counted, len(self))
        return counted

    def _over(self, start: int, size: int) -> Digest:
        """Return the node over a run of leaves that begins where a whole subtree of its size would."""
        if size & (size - 1) == 0:
            height = size.bit_length() - 1
            return self._levels[height][start >> height]
        half = _split(size)
        return node_digest(self._over(start, half), self._over(start + half, size - half))


def root_of(links: Sequence[Digest], algorithm: Algorithm) -> Digest:
    """Return the root over some links (树根)."""
    return Tree(algorithm, links).root()


def is_included(link: Digest, *, index: int, size: int, path: Path, root: Digest) -> bool:
    """Tell whether a proof shows that the link is leaf `index` of the tree with this root and size (验证包含证明).

    Climbs from the leaf: at each level the place says on which side the neighbour stands, and the last place of a level that has
    no neighbour moves up as it is.
    """
    if not 0 <= index < size or any(node.algorithm is not root.algorithm for node in path):
        return False
    node, place, last = leaf_digest(link, root.algorithm), index, size - 1
    for neighbour in path:
        if last == 0:
            return False
        while place % 2 == 0 and place == last:
            place, last = place // 2, last // 2
        node = node_digest(neighbour, node) if place % 2 else node_digest(node, neighbour)
        place, last = place // 2, last // 2
    return last == 0 and node == root


def is_consistent(*, older: int, older_root: Digest, newer: int, newer_root: Digest, path: Path) -> bool:
    """Tell whether a proof shows that the older tree is the beginning of the newer one (验证一致性证明).

    One walk computes both roots from the same nodes: those left of the border go into both, those right of it only into the newer.
    """
    roots = (older_root, newer_root)
    if not 1 <= older <= newer or any(node.algorithm is not newer_root.algorithm for node in (*path, *roots)):
        return False
    if older == newer:
        return not path and older_root == newer_root
    place, last = older - 1, newer - 1
    while place % 2:
        place, last = place // 2, last // 2
    nodes = list(path) if place else [older_root, *path]
    if not nodes:
        return False
    below, above = nodes[0], nodes[0]
    for neighbour in nodes[1:]:
        if last == 0:
            return False
        while place % 2 == 0 and place and place == last:
            place, last = place // 2, last // 2
        if place % 2:
            below, above = node_digest(neighbour, below), node_digest(neighbour, above)
        else:
            above = node_digest(above, neighbour)
        place, last = place // 2, last // 2
    return last == 0 and below == older_root and above == newer_root
