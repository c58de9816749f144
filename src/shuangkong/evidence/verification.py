"""Offline verification of a bundle: contents → acts → links → roots → heads, with nothing but its bytes.

Everything is recomputed from the contents upwards; what the bundle says of itself is only ever compared. Each check lists what it looked
at and what it found, and a check goes on where an earlier one failed, so that one reading names everything.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from shuangkong.evidence.act import Act
from shuangkong.evidence.bundle import (
    CONSISTENCY,
    CONTENTS,
    FIXED_PARTS,
    HEADS,
    INCLUSION,
    LINKS,
    MANIFEST,
    SEAL,
    Manifest,
)
from shuangkong.evidence.chain import Link, named, verify_contents, verify_links, verify_precedents
from shuangkong.evidence.container import NotABundle, opened
from shuangkong.evidence.digest import Algorithm, Digest, digest
from shuangkong.evidence.docket import read_docket
from shuangkong.evidence.finding import Finding, FindingKind, broken, first_altered
from shuangkong.evidence.head import ConsistencyProof, Head, InclusionProof, verify_heads, verify_lineage
from shuangkong.kernel.faults import InputRefused
from shuangkong.kernel.language import Words

_Read = TypeVar("_Read")


@dataclass(frozen=True, slots=True)
class Check:
    """One step of the verification (校验项): its name, how many things it looked at, what it found."""

    code: str
    name: Words
    count: int
    findings: tuple[Finding, ...]

    @property
    def is_ok(self) -> bool:
        """Whether nothing it found breaks the proof."""
        return not broken(self.findings)


@dataclass(frozen=True, slots=True)
class Verification:
    """What verifying a bundle gave (校验结果)."""

    title: Words
    marks: tuple[str, ...]
    is_whole: bool
    links: tuple[Link, ...]
    heads: tuple[Head, ...]
    checks: tuple[Check, ...]
    is_anchored: bool

    @property
    def is_verified(self) -> bool:
        """Whether every check is sound."""
        return all(check.is_ok for check in self.checks)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, in the order of the checks."""
        return tuple(finding for check in self.checks for finding in check.findings)

    @property
    def first_altered(self) -> int | None:
        """The earliest link that any finding names."""
        return first_altered(self.findings)


def verify(content: bytes, *, published: Digest | None = None) -> Verification:
    """Verify a bundle with nothing but its bytes (离线校验).

    Parameters
    ----------
    content : bytes
        The bundle.
    published : Digest, optional
        A head known from elsewhere, such as an approval sheet: the digest of the head, its root or its last link. Without it the
        bundle is only shown to agree with itself.

    Returns
    -------
    Verification
        Every check with what it found.

    Raises
    ------
    NotABundle
        If the bytes are no zip, exceed the limits, or hold none of the parts of a bundle.
    """
    shell = opened(content)
    if not {MANIFEST, LINKS} & set(shell.parts):
        raise NotABundle(Words(f"没有 {MANIFEST} 和 {LINKS}", f"holds neither {MANIFEST} nor {LINKS}"))
    read = _Reading(shell.parts)
    manifest = read.manifest()
    is_whole = manifest is None or manifest.is_whole
    links, heads = read.links(), read.heads()
    inclusions, consistencies = read.inclusions(), read.consistencies()
    checks = [
        Check("container", Words("外壳", "container"), len(shell.parts), shell.findings),
        Check("parts", Words("部件", "parts"), len(shell.parts), tuple(read.part_findings(manifest, len(links)))),
        Check("contents", Words("内容", "contents"), sum(name.startswith(CONTENTS) for name in shell.parts), tuple(read.content_findings(manifest, links))),
        Check("links", Words("链环", "links"), len(links), (*read.bad[LINKS], *_link_findings(links, is_whole))),
        Check("inclusion", Words("包含证明", "inclusion"), len(inclusions), (*read.bad[INCLUSION], *_inclusion_findings(links, heads, inclusions))),
        Check("heads", Words("链头", "heads"), len(heads), (*read.bad[HEADS], *_head_findings(links, heads, is_whole))),
        Check("consistency", Words("一致性证明", "consistency"), len(consistencies), (*read.bad[CONSISTENCY], *_consistency_findings(heads, consistencies))),
    ]  # fmt: skip
    if published is not None:
        checks.append(Check("published", Words("公布的链头", "published head"), len(heads), tuple(_published_findings(links, heads, published, is_whole))))
    marks = {mark for link in links for mark in link.act.marks} | set(manifest.marks if manifest else ())
    title = manifest.title if manifest else Words("（清单不可读）", "(manifest unreadable)")
    return Verification(title, tuple(sorted(marks)), is_whole, tuple(links), tuple(heads), tuple(checks), published is not None)


@dataclass(slots=True)
class _Reading:
    """Reads the parts, noting every line that cannot be read."""

    parts: Mapping[str, bytes]
    bad: dict[str, list[Finding]] = field(default_factory=lambda: {name: [] for name in (MANIFEST, LINKS, HEADS, INCLUSION, CONSISTENCY)})

    def manifest(self) -> Manifest | None:
        if MANIFEST not in self.parts:
            return None
        try:
            return Manifest.from_bytes(self.parts[MANIFEST])
        except ValueError:
            self._bad(MANIFEST, None)
            return None

    def links(self) -> list[Link]:
        return list(self._lines(LINKS, Link.from_bytes))

    def heads(self) -> list[Head]:
        found = []
        for head, stated in self._lines(HEADS, Head.from_bytes):
            if stated != head.digest:
                words = Words(f"{head.day} 的链头与其摘要不符", f"the head of {head.day} does not match its digest")
                self.bad[HEADS].append(Finding(FindingKind.HEAD_ALTERED, words))
            found.append(head)
        return found

    def inclusions(self) -> list[InclusionProof]:
        return list(self._lines(INCLUSION, InclusionProof.from_bytes))

    def consistencies(self) -> list[ConsistencyProof]:
        return list(self._lines(CONSISTENCY, ConsistencyProof.from_bytes))

    def _lines(self, name: str, read: Callable[[bytes], _Read]) -> Iterator[_Read]:
        text = self.parts.get(name, b"")
        if text and not text.endswith(b"\n"):
            self._bad(name, text.count(b"\n") + 1)
        for number, line in enumerate(text.split(b"\n")[:-1], start=1):
            try:
                yield read(line)
            except InputRefused:
                self._bad(name, number)

    def _bad(self, name: str, line: int | None) -> None:
        zh, en = ("", "") if line is None else (f"第{line}行", f" line {line}")
        self.bad[name].append(Finding(FindingKind.PART_UNREADABLE, Words(f"{name} {zh}不是原样导出的".strip(), f"{name}{en} is not as exported")))

    def part_findings(self, manifest: Manifest | None, link_count: int) -> Iterator[Finding]:
        """Hold the parts against the manifest, and the manifest against its seal."""
        yield from self.bad[MANIFEST]
        for name in (*FIXED_PARTS, MANIFEST, SEAL):
            if name not in self.parts:
                yield Finding(FindingKind.PART_MISSING, Words(name, name))
        if manifest is None:
            return
        seal = f"{digest(self.parts[MANIFEST], manifest.algorithm)}\n".encode("ascii")
        if self.parts.get(SEAL, seal) != seal:
            yield Finding(FindingKind.PART_ALTERED, Words(f"{MANIFEST} 与 {SEAL} 不符", f"{MANIFEST} does not match {SEAL}"))
        if manifest.link_count != link_count:
            said = manifest.link_count
            yield Finding(FindingKind.PART_ALTERED, Words(f"清单称有 {said} 环，实有 {link_count} 环", f"the manifest says {said} links, there are {link_count}"))
        for name in sorted(set(manifest.parts) | set(self.parts) - {MANIFEST, SEAL}):
            if name not in self.parts:
                yield Finding(FindingKind.PART_MISSING, Words(name, name))
            elif name not in manifest.parts:
                yield Finding(FindingKind.PART_STRAY, Words(f"{name} 不在清单中", f"{name} is not in the manifest"))
            elif digest(self.parts[name], manifest.parts[name].algorithm) != manifest.parts[name]:
                yield Finding(FindingKind.PART_ALTERED, Words(f"{name} 与清单的摘要不符", f"{name} does not match its digest in the manifest"))

    def content_findings(self, manifest: Manifest | None, links: Sequence[Link]) -> Iterator[Finding]:
        """Hold every act against the content it sealed, dockets down to their files, and name what belongs to none."""
        held = _Contents({name: content for name, content in self.parts.items() if name.startswith(CONTENTS)}, manifest)
        yield from verify_contents(links, held.of)
        for link in links:
            for name, listed in read_docket(held.of(link.act) or b"").items():
                content = held.by_digest(listed)
                told = Words(f"{named(link).zh}案卷中的 {name} ", f"{named(link).en}: {name} of its docket ")
                if content is None:
                    yield Finding(FindingKind.CONTENT_MISSING, Words(told.zh + "不在", told.en + "is not here"), link.index)
                elif digest(content, listed.algorithm) != listed:
                    yield Finding(FindingKind.CONTENT_ALTERED, Words(told.zh + "与存证时不同", told.en + "differs from what was sealed"), link.index)
        for name in held.unasked():
            yield Finding(FindingKind.CONTENT_STRAY, Words(f"{name} 不属于任何一环", f"{name} belongs to no link"))


class _Contents:
    """Finds the content with a digest: by what it is, else by what the manifest says it was, so that an altered file can be named."""

    def __init__(self, files: Mapping[str, bytes], manifest: Manifest | None) -> None:
        self._files = files
        self._asked: set[bytes] = set()
        self._names: dict[Algorithm, dict[Digest, str]] = {}
        self._said = {listed: name for name, listed in manifest.parts.items() if name in files} if manifest else {}

    def of(self, act: Act) -> bytes | None:
        return self.by_digest(act.content)

    def by_digest(self, wanted: Digest) -> bytes | None:
        # Only the algorithms that are asked for: one of them may be slow here.
        if wanted.algorithm not in self._names:
            self._names[wanted.algorithm] = {digest(content, wanted.algorithm): name for name, content in self._files.items()}
        name = self._names[wanted.algorithm].get(wanted) or self._said.get(wanted)
        if name is None:
            return None
        self._asked.add(self._files[name])
        return self._files[name]

    def unasked(self) -> list[str]:
        return sorted(name for name, content in self._files.items() if content not in self._asked)


def _link_findings(links: Sequence[Link], is_whole: bool) -> Iterator[Finding]:
    yield from verify_links(links, is_whole=is_whole).findings
    if not links:
        yield Finding(FindingKind.PART_MISSING, Words("没有一环可读", "there is no readable link"))
    if is_whole:
        yield from verify_precedents(links)


def _inclusion_findings(links: Sequence[Link], heads: Sequence[Head], proofs: Sequence[InclusionProof]) -> Iterator[Finding]:
    known = {head.digest: head for head in heads}
    unproven = {link.index: link for link in links}
    for proof in proofs:
        link, head = unproven.pop(proof.link, None), known.get(proof.head)
        if link is None:
            yield Finding(FindingKind.PROOF_STRAY, Words(f"第{proof.link}环的证明没有对应的链环，或重复", f"the proof for link {proof.link} belongs to no link, or is there twice"))
        elif head is None or not proof.holds(link.digest, head):
            told = named(link)
            yield Finding(FindingKind.PROOF_FAILS, Words(f"{told.zh}不在链头之下", f"{told.en} is not covered by the head"), link.index)
    for link in unproven.values():
        told = named(link)
        yield Finding(FindingKind.PROOF_MISSING, Words(f"{told.zh}没有包含证明", f"{told.en} has no inclusion proof"), link.index)


def _head_findings(links: Sequence[Link], heads: Sequence[Head], is_whole: bool) -> Iterator[Finding]:
    if not heads:
        yield Finding(FindingKind.PART_MISSING, Words("没有一个链头可读", "there is no readable head"))
    if is_whole:
        yield from verify_heads(links, heads)
        return
    held = {link.index: link for link in links}
    for head in heads:
        last = held.get(head.last)
        if last is not None and last.digest != head.chain_head:
            yield Finding(FindingKind.HEAD_DIFFERS, Words(f"{head.day} 的链头与末环不符", f"the head of {head.day} does not match its last link"), last.index)


def _consistency_findings(heads: Sequence[Head], proofs: Sequence[ConsistencyProof]) -> Iterator[Finding]:
    paired = {(proof.older, proof.newer): proof for proof in proofs}
    yield from verify_lineage(heads, paired)
    known = {head.digest for head in heads}
    stray = [proof for proof in proofs if not {proof.older, proof.newer} <= known]
    if stray or len(paired) != len(proofs):
        yield Finding(FindingKind.PROOF_STRAY, Words("有重复或不属于任何链头的一致性证明", "a consistency proof is there twice or belongs to no head"))


def _published_findings(links: Sequence[Link], heads: Sequence[Head], published: Digest, is_whole: bool) -> Iterator[Finding]:
    """Say whether a head answers to the published one, and which links it does not vouch for."""
    head = next((head for head in heads if head.answers_to(published, is_recomputed=is_whole)), None)
    # In a selection only the proofs tie the links to heads, and those run within one lineage.
    tied = head is not None and (is_whole or head.lineage == heads[-1].lineage)
    covered = [link for link in links if head is not None and tied and head.covers(link)]
    if not covered or head is None:
        yield Finding(
            FindingKind.HEAD_DIFFERS,
            Words(
                f"包内没有链头对应公布的 {published.short} 并覆盖所含链环：链被截短、改写，或不是同一条链",
                f"no head here answers to the published {published.short} and covers the links: the chain was cut, rewritten, or is another",
            ),
        )
    elif len(covered) < len(links):
        later = len(links) - len(covered)
        yield Finding(
            FindingKind.BEYOND_PUBLISHED,
            Words(f"公布的链头止于第{head.last}环，其后 {later} 环不由它证明", f"the published head ends with link {head.last}; {later} later links are not vouched for"),
        )


def as_plain(result: Verification) -> dict[str, Any]:
    """Return the result as plain JSON values (校验结果的 JSON)."""
    return {
        "verified": result.is_verified,
        "anchored": result.is_anchored,
        "title": {"zh": result.title.zh, "en": result.title.en},
        "marks": list(result.marks),
        "scope": "whole" if result.is_whole else "selection",
        "links": len(result.links),
        "first_altered": result.first_altered,
        "heads": [
            {"day": head.day.isoformat(), "links": head.count, "digest": str(head.digest), "root": str(head.root), "chain_head": str(head.chain_head)}
            for head in result.heads
        ],
        "checks": [
            {"check": check.code, "name": check.name.zh, "ok": check.is_ok, "count": check.count, "findings": [_finding_plain(one) for one in check.findings]}
            for check in result.checks
        ],
    }  # fmt: skip


def _finding_plain(finding: Finding) -> dict[str, Any]:
    return {
        "kind": finding.kind.code, "link": finding.link, "zh": finding.words.zh, "en": finding.words.en, "notice": finding.kind.is_notice,
    }  # fmt: skip
