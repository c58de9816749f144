"""A bundle: part of a chain, or all of it, with everything needed to verify it elsewhere. Bytes in, bytes out."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from shuangkong.evidence.canonical import canonical, from_canonical
from shuangkong.evidence.chain import Link
from shuangkong.evidence.container import closed
from shuangkong.evidence.digest import Algorithm, Digest, digest
from shuangkong.evidence.head import ConsistencyProof, Head, InclusionProof, lineages
from shuangkong.evidence.instructions import instructions
from shuangkong.evidence.tree import Tree
from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words

BUNDLE_FORMAT = "shuangkong-evidence-bundle-1"
MANIFEST, SEAL, READ_ME = "manifest.json", "seal.txt", "README.txt"
LINKS, HEADS = "links.jsonl", "heads.jsonl"
INCLUSION, CONSISTENCY = "proofs/inclusion.jsonl", "proofs/consistency.jsonl"
CONTENTS = "contents/"
FIXED_PARTS = (CONSISTENCY, HEADS, INCLUSION, LINKS, READ_ME)


class NothingToExport(Refusal):
    """A bundle needs a link and a head that covers it (没有可导出的链环)."""

    def __init__(self, what: Words) -> None:
        super().__init__(
            thing=what, value="", rule=Words("没有，不能成包", "are lacking; there is no bundle without"),
            remedy=Words("先存证并取链头", "seal an act and take a head first"),
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """What a bundle holds (存证包).

    `is_whole` says that the links are a chain from its first; a selection leaves links out and rests on inclusion proofs. `contents`
    are the sealed bytes by file name.
    """

    title: Words
    algorithm: Algorithm
    is_whole: bool
    links: tuple[Link, ...]
    heads: tuple[Head, ...]
    inclusions: tuple[InclusionProof, ...]
    consistencies: tuple[ConsistencyProof, ...]
    contents: Mapping[str, bytes]

    @property
    def marks(self) -> tuple[str, ...]:
        """模拟, 未核实 and the like, of any act."""
        return tuple(sorted({mark for link in self.links for mark in link.act.marks}))


def assemble(
    *,
    title: Words,
    chain: Sequence[Link],
    heads: Iterable[Head],
    contents: Mapping[str, bytes],
    algorithm: Algorithm,
    chosen: Collection[int] | None = None,
) -> Bundle:
    """Return a bundle of a chain or of some links of it, with their proofs (组包).

    Parameters
    ----------
    title : Words
        What it is about.
    chain : sequence of Link
        The whole chain from its first link to at least the newest head.
    heads : iterable of Head
        As published, over the chain from its first link.
    contents : mapping of file name to bytes
        The contents of the acts taken, and the files their dockets list.
    algorithm : Algorithm
        Of the digests in the manifest.
    chosen : collection of int, optional
        Indices of the links to take; all where none is given.

    Raises
    ------
    NothingToExport
        If there is no link, or no head that covers those taken.
    """
    ordered = tuple(sorted(heads, key=lambda head: (head.count, head.day)))
    taken = tuple(link for link in chain if chosen is None or link.index in chosen)
    if not taken:
        raise NothingToExport(Words("链环", "links"))
    if not ordered or ordered[-1].last < taken[-1].index:
        raise NothingToExport(Words("覆盖这些链环的链头", "heads covering the links"))
    newest = ordered[-1]
    trees: dict[Algorithm, Tree] = {head.root.algorithm: Tree(head.root.algorithm) for head in ordered}
    for link in chain:
        for tree in trees.values():
            tree.append(link.digest)
    covering = trees[newest.root.algorithm]
    return Bundle(
        title=title, algorithm=algorithm, is_whole=chosen is None, links=taken, heads=ordered, contents=contents,
        inclusions=tuple(InclusionProof(link.index, newest.digest, covering.inclusion(link.index, newest.count)) for link in taken),
        consistencies=tuple(
            ConsistencyProof(older.digest, newer.digest, trees[older.root.algorithm].consistency(older.count, newer.count))
            for row in lineages(ordered) for older, newer in pairwise(row)
        ),
    )  # fmt: skip


def packed(bundle: Bundle) -> bytes:
    """Return the bytes of a bundle (成包); the same bundle gives the same bytes."""
    return sealed(parts_of(bundle), bundle)


def parts_of(bundle: Bundle) -> dict[str, bytes]:
    """Return the parts of a bundle without manifest and seal (部件)."""
    return {
        READ_ME: instructions(bundle.title, bundle.marks),
        LINKS: _lines(link.to_bytes() for link in bundle.links),
        HEADS: _lines(head.to_bytes() for head in bundle.heads),
        INCLUSION: _lines(proof.to_bytes() for proof in bundle.inclusions),
        CONSISTENCY: _lines(proof.to_bytes() for proof in bundle.consistencies),
        **{CONTENTS + name: content for name, content in bundle.contents.items()},
    }


def sealed(parts: Mapping[str, bytes], bundle: Bundle) -> bytes:
    """Return the container of parts with a manifest that lists them and a seal on the manifest (加封)."""
    manifest = canonical(
        {
            "algorithm": bundle.algorithm.value,
            "format": BUNDLE_FORMAT,
            "links": len(bundle.links),
            "marks": bundle.marks,
            "parts": {name: digest(content, bundle.algorithm) for name, content in parts.items()},
            "scope": "whole" if bundle.is_whole else "selection",
            "title": {"en": bundle.title.en, "zh": bundle.title.zh},
        }
    )
    return closed({**parts, MANIFEST: manifest, SEAL: f"{digest(manifest, bundle.algorithm)}\n".encode("ascii")})


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a bundle says of itself (清单)."""

    title: Words
    algorithm: Algorithm
    is_whole: bool
    link_count: int
    marks: tuple[str, ...]
    parts: Mapping[str, Digest]

    @classmethod
    def from_bytes(cls, content: bytes) -> "Manifest":
        """Read a manifest; raise ValueError for anything else (`NotCanonical` and `UnreadableDigest` are such)."""
        found: Any = from_canonical(content)
        match found:
            case {
                "algorithm": str(algorithm), "format": str(form), "links": int(count), "marks": list(marks), "parts": dict(parts),
                "scope": "whole" | "selection" as scope, "title": {"en": str(en), "zh": str(zh)},
            } if form == BUNDLE_FORMAT and len(found) == 7 and all(isinstance(one, Digest) for one in parts.values()):  # fmt: skip
                return cls(Words(zh, en), Algorithm(algorithm), scope == "whole", count, tuple(str(mark) for mark in marks), parts)
        raise ValueError("manifest")


def _lines(each: Iterable[bytes]) -> bytes:
    return b"".join(line + b"\n" for line in each)
