"""Heads: what is published of a chain so that nobody, its keeper included, can rewrite what lies before.

A head covers a run of links up to the end of a day: how many, the digest of the last, the root of the tree over all. Its own digest is
the line printed on the approval sheet.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from shuangkong.evidence.canonical import canonical, from_canonical
from shuangkong.evidence.chain import Link
from shuangkong.evidence.digest import Algorithm, Digest, digest
from shuangkong.evidence.finding import Finding, FindingKind
from shuangkong.evidence.tree import Path, Tree, is_consistent, is_included
from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import CHINA_STANDARD_TIME

HEAD_FORMAT = "shuangkong-head-1"


class UnreadableHead(Refusal):
    """The bytes are no head or no proof (链头或证明无法识别)."""

    def __init__(self, what: object) -> None:
        super().__init__(
            thing=Words("链头或证明", "head or proof"), value=what,
            rule=Words("字段不全、多余或取值不合法", "lacks a field, has one too many or one of a wrong kind"),
            remedy=Words("使用原样导出的文件", "use the file as exported"),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Head:
    """The state of a chain at the end of a day (链头): `count` links from `first`, the digest of the last, the root over them."""

    day: date
    first: int
    count: int
    chain_head: Digest
    root: Digest

    @property
    def last(self) -> int:
        """The index of the last link covered."""
        return self.first + self.count - 1

    @property
    def digest(self) -> Digest:
        """The digest to publish (公布值): it fixes every field."""
        return digest(canonical({**self._fields(), "format": HEAD_FORMAT}), self.root.algorithm)

    def answers_to(self, published: Digest, *, is_recomputed: bool) -> bool:
        """Tell whether a published digest is this head's; its root's or last link's will do where both were recomputed from links."""
        return published == self.digest or (is_recomputed and published in (self.root, self.chain_head))

    def covers(self, link: Link) -> bool:
        """Tell whether the link's place lies in the run."""
        return self.first <= link.index <= self.last

    @property
    def lineage(self) -> tuple[int, Algorithm]:
        """What heads that can be held against one another have in common."""
        return self.first, self.root.algorithm

    def to_bytes(self) -> bytes:
        """Return the head in canonical form, with its digest."""
        return canonical({**self._fields(), "digest": self.digest})

    @classmethod
    def from_bytes(cls, content: bytes) -> tuple["Head", Digest]:
        """Read a head and the digest it states; raise `NotCanonical` or `UnreadableHead`. Does not verify them."""
        found = _map_of(content, {"day": date, "first": int, "count": int, "chain_head": Digest, "root": Digest, "digest": Digest})
        stated: Digest = found.pop("digest")
        if found["first"] < 0 or found["count"] < 1:
            raise UnreadableHead(found["count"])
        return cls(**found), stated

    def _fields(self) -> dict[str, Any]:
        return {"day": self.day, "first": self.first, "count": self.count, "chain_head": self.chain_head, "root": self.root}


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """Shows that one link is covered by a head (包含证明), without the other links."""

    link: int
    head: Digest
    path: Path

    def holds(self, link: Digest, head: Head) -> bool:
        """Tell whether the proof shows that the link with this digest is covered."""
        return is_included(link, index=self.link - head.first, size=head.count, path=self.path, root=head.root)

    def to_bytes(self) -> bytes:
        """Return the proof in canonical form."""
        return canonical({"link": self.link, "head": self.head, "path": self.path})

    @classmethod
    def from_bytes(cls, content: bytes) -> "InclusionProof":
        """Read a proof; raise `NotCanonical` or `UnreadableHead`."""
        found = _map_of(content, {"link": int, "head": Digest, "path": list})
        return cls(found["link"], found["head"], _path(found["path"]))


@dataclass(frozen=True, slots=True)
class ConsistencyProof:
    """Shows that a newer head only adds to an older one (一致性证明)."""

    older: Digest
    newer: Digest
    path: Path

    def holds(self, older: Head, newer: Head) -> bool:
        """Tell whether the proof shows it."""
        return older.first == newer.first and is_consistent(
            older=older.count, older_root=older.root, newer=newer.count, newer_root=newer.root, path=self.path
        )

    def to_bytes(self) -> bytes:
        """Return the proof in canonical form."""
        return canonical({"older": self.older, "newer": self.newer, "path": self.path})

    @classmethod
    def from_bytes(cls, content: bytes) -> "ConsistencyProof":
        """Read a proof; raise `NotCanonical` or `UnreadableHead`."""
        found = _map_of(content, {"older": Digest, "newer": Digest, "path": list})
        return cls(found["older"], found["newer"], _path(found["path"]))


def head_of(tree: Tree, last: Link, *, day: date) -> Head:
    """Return the head of a tree that ends with a link (取链头); the tree covers the links up to it."""
    return Head(day=day, first=last.index + 1 - len(tree), count=len(tree), chain_head=last.digest, root=tree.root())


def daily_heads(links: Sequence[Link], algorithm: Algorithm) -> tuple[Head, ...]:
    """Return a head for each day on which links were added (每日链头), China Standard Time.

    A link whose clock was set back belongs to the day of the link before: the chain's order goes before the clock.
    """
    tree = Tree(algorithm)
    heads: list[Head] = []
    day = date.min
    for place, link in enumerate(links):
        tree.append(link.digest)
        day = max(day, _day_of(link))
        is_last = place + 1 == len(links)
        if is_last or _day_of(links[place + 1]) > day:
            heads.append(head_of(tree, link, day=day))
    return tuple(heads)


def _day_of(link: Link) -> date:
    return link.act.recorded_at.astimezone(CHINA_STANDARD_TIME).date()


def lineages(heads: Iterable[Head]) -> tuple[tuple[Head, ...], ...]:
    """Return the heads in rows that can be held against one another: one start, one algorithm, by growing count (同源链头)."""
    rows: dict[tuple[int, Algorithm], list[Head]] = {}
    for head in sorted(heads, key=lambda head: (head.count, head.day)):
        rows.setdefault(head.lineage, []).append(head)
    return tuple(tuple(row) for row in rows.values())


def verify_heads(links: Iterable[Link], heads: Iterable[Head]) -> tuple[Finding, ...]:
    """Recompute published heads from a whole run of links (校验链头): truncation and rewriting are found here.

    Parameters
    ----------
    links : iterable of Link
        All of them; those that are missing or altered are found by walking the chain.
    heads : iterable of Head
        As published.

    Returns
    -------
    tuple of Finding
        Truncation with how many links are gone; for a rewritten run, the span in which the first altered link lies.
    """
    held: dict[int, Link] = {}
    for link in links:
        held.setdefault(link.index, link)
    newest = max(held, default=-1)
    findings: list[Finding] = []
    for row in lineages(heads):
        tree, sound_to = Tree(row[0].root.algorithm), row[0].first - 1
        for head in row:
            if head.last > newest:
                findings.append(_truncated(head, newest))
                continue
            run = range(head.first + len(tree), head.last + 1)
            if not all(index in held for index in run):
                break
            for index in run:
                tree.append(held[index].digest)
            if tree.root() == head.root and held[head.last].digest == head.chain_head:
                sound_to = head.last
            else:
                findings.append(_differs(head, sound_to))
    return tuple(findings)


def verify_lineage(heads: Iterable[Head], proofs: Mapping[tuple[Digest, Digest], ConsistencyProof]) -> tuple[Finding, ...]:
    """Check that each head only adds to the one before (校验一致性), from the proofs alone."""
    findings: list[Finding] = []
    for row in lineages(heads):
        for older, newer in pairwise(row):
            proof = proofs.get((older.digest, newer.digest))
            told = Words(f"{older.day} 至 {newer.day} 的链头", f"heads of {older.day} and {newer.day}")
            if newer.day < older.day:
                findings.append(Finding(FindingKind.HEAD_DIFFERS, Words(f"{told.zh}，日期倒退而链环增多", f"{told.en}: more links on an earlier day")))
            if proof is None:
                findings.append(Finding(FindingKind.PROOF_MISSING, Words(f"{told.zh}之间没有一致性证明", f"{told.en}: no consistency proof")))
            elif not proof.holds(older, newer):
                findings.append(Finding(FindingKind.PROOF_FAILS, Words(f"{told.zh}不是同一条链的先后", f"{told.en}: the later does not continue the earlier")))
    return tuple(findings)


def _truncated(head: Head, newest: int) -> Finding:
    gone = head.last - newest
    return Finding(
        FindingKind.CHAIN_TRUNCATED,
        Words(f"{head.day} 的链头有 {head.count} 环，末尾缺 {gone} 环", f"the head of {head.day} covers {head.count} links; the last {gone} are gone"),
        newest + 1,
    )


def _differs(head: Head, sound_to: int) -> Finding:
    return Finding(
        FindingKind.HEAD_DIFFERS,
        Words(
            f"{head.day} 的链头与链环不符，首个被改动的在第{sound_to + 1}至{head.last}环之间",
            f"the head of {head.day} does not match the links; the first altered one is between {sound_to + 1} and {head.last}",
        ),
        sound_to + 1,
    )


def _map_of(content: bytes, kinds: Mapping[str, type]) -> dict[str, Any]:
    found: Any = from_canonical(content)
    if not isinstance(found, dict) or set(found) != set(kinds):
        raise UnreadableHead(type(found).__name__)
    wrong = [name for name, kind in kinds.items() if type(found[name]) is not kind]
    if wrong:
        raise UnreadableHead(", ".join(wrong))
    return found


def _path(found: Sequence[Any]) -> Path:
    if not all(isinstance(node, Digest) for node in found):
        raise UnreadableHead("path")
    return tuple(found)
