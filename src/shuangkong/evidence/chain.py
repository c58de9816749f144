"""The hash chain: each link seals one act together with the digest of the link before it.

A link can only be taken out, put in, moved or rewritten by rewriting every link after it; and a head published outside (on an
approval sheet) cannot be rewritten. Appending is a pure function: whoever holds the last link makes the next, and keeps both.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from shuangkong.evidence.act import Act, UnreadableAct
from shuangkong.evidence.canonical import canonical, from_canonical
from shuangkong.evidence.digest import Algorithm, Digest, digest
from shuangkong.evidence.finding import Finding, FindingKind, broken, first_altered
from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words

LINK_FORMAT = "shuangkong-link-1"
ContentOf = Callable[[Act], bytes | None]


class UnreadableLink(Refusal):
    """The bytes are not a link (链环无法识别)."""

    def __init__(self, what: object) -> None:
        super().__init__(
            thing=Words("链环", "link"), value=what, rule=Words("字段不全、多余或取值不合法", "lacks a field, has one too many or one of a wrong kind"),
            remedy=Words("使用原样导出的文件", "use the file as exported"),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Link:
    """One link (链环): its place from 0, the act, the digest of the link before (None for the first), and its own."""

    index: int
    act: Act
    previous: Digest | None
    digest: Digest

    def sealed(self) -> Digest:
        """Return the digest that the link's content has, whatever it states (重算摘要)."""
        return _seal(self.index, self.act, self.previous, self.digest.algorithm)

    def to_bytes(self) -> bytes:
        """Return the link in canonical form."""
        return canonical({"act": self.act.fields(), "digest": self.digest, "index": self.index, "previous": self.previous})

    @classmethod
    def from_bytes(cls, content: bytes) -> "Link":
        """Read a link; raise `NotCanonical`, `UnreadableLink` or `UnreadableAct` for anything else. Does not verify it."""
        found: Any = from_canonical(content)
        if not isinstance(found, Mapping) or set(found) != {"act", "digest", "index", "previous"}:
            raise UnreadableLink(sorted(found) if isinstance(found, Mapping) else type(found).__name__)
        index, previous = found["index"], found["previous"]
        if type(index) is not int or index < 0 or not isinstance(previous, Digest | None) or not isinstance(found["digest"], Digest):
            raise UnreadableLink(index)
        if not isinstance(found["act"], Mapping):
            raise UnreadableAct(found["act"])
        return cls(index, Act.from_fields(found["act"]), previous, found["digest"])


def append(act: Act, *, after: Link | None, algorithm: Algorithm) -> Link:
    """Return the link that seals an act after the last one (追加链环).

    Parameters
    ----------
    act : Act
        What was done.
    after : Link or None
        The last link of the chain; None begins one.
    algorithm : Algorithm
        Of the new link; a chain may change from one to the other.

    Returns
    -------
    Link
        To be stored in the same transaction as what the act did.
    """
    index, previous = (after.index + 1, after.digest) if after else (0, None)
    return Link(index, act, previous, _seal(index, act, previous, algorithm))


def _seal(index: int, act: Act, previous: Digest | None, algorithm: Algorithm) -> Digest:
    return digest(canonical({"act": act.fields(), "format": LINK_FORMAT, "index": index, "previous": previous}), algorithm)


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What walking a range of links found (链校验结果): how many were read, the last in order, the findings."""

    count: int
    last: Link | None
    findings: tuple[Finding, ...]

    @property
    def is_sound(self) -> bool:
        """Whether nothing breaks the proof."""
        return not broken(self.findings)

    @property
    def first_altered(self) -> int | None:
        """The earliest link that a finding names."""
        return first_altered(self.findings)


def verify_links(links: Iterable[Link], *, after: Link | None = None, is_whole: bool = True) -> ChainReport:
    """Walk links as they are stored and say everything that is wrong with them (校验链).

    Parameters
    ----------
    links : iterable of Link
        Any range, in the order of storage; read once, so that a chain of any length can be walked from a database.
    after : Link, optional
        The trusted link before the range. Without it a range may begin anywhere unless `is_whole`, and then must begin with 0.
    is_whole : bool
        Whether links between must all be there. A selection may leave some out; what it holds must still be in order.

    Returns
    -------
    ChainReport
        With every altered, replaced, missing, moved, forked and repeated link by its index.
    """
    walk = _Walk(last=after, is_whole=is_whole, begins_anywhere=after is None and not is_whole)
    for link in links:
        walk.take(link)
    return ChainReport(walk.count, walk.last, (*walk.findings, *walk.missing()))


def verify_contents(links: Iterable[Link], content_of: ContentOf) -> tuple[Finding, ...]:
    """Hold what each act's subject is kept as against what was sealed, and name every act that no longer matches (校验内容).

    Parameters
    ----------
    links : iterable of Link
        Those whose contents to look at.
    content_of : callable
        Returns the bytes kept for an act, None where there are none.
    """
    findings = []
    for link in links:
        content = content_of(link.act)
        if content is None:
            findings.append(_finding(FindingKind.CONTENT_MISSING, link, "其内容不在", "its content is not here"))
        elif digest(content, link.act.content.algorithm) != link.act.content:
            findings.append(_finding(FindingKind.CONTENT_ALTERED, link, "现存内容与存证时不同", "what is kept differs from what was sealed"))
    return tuple(findings)


def verify_precedents(links: Iterable[Link]) -> tuple[Finding, ...]:
    """Check, over a whole chain, that each content said to be replaced was once sealed for the same subject (校验替代关系)."""
    held: dict[str, set[Digest]] = {}
    findings = []
    for link in links:
        act = link.act
        known = held.setdefault(act.subject, set())
        if act.previous is not None and act.previous not in known:
            findings.append(
                _finding(FindingKind.PRECEDENT_UNKNOWN, link, f"称替代 {act.previous.short}，此前从未存证", f"claims to replace {act.previous.short}, never sealed before")
            )
        known.add(act.content)
    return tuple(findings)


def named(link: Link) -> Words:
    """Return a link as a message names it: place, day, kind, subject."""
    day = link.act.recorded_at.date().isoformat()
    return Words(
        f"第{link.index}环（{day} {link.act.kind.words.zh} {link.act.subject}，{link.act.actor}）",
        f"link {link.index} ({day} {link.act.kind.words.en} {link.act.subject}, {link.act.actor})",
    )


def _finding(kind: FindingKind, link: Link, zh: str, en: str) -> Finding:
    name = named(link)
    return Finding(kind, Words(f"{name.zh}{zh}", f"{name.en}: {en}"), link.index)


@dataclass(slots=True)
class _Walk:
    """Where the walk stands: the furthest link in order, the gaps behind it, what was found."""

    last: Link | None
    is_whole: bool
    begins_anywhere: bool
    count: int = 0
    findings: list[Finding] = field(default_factory=list)
    _gaps: list[range] = field(default_factory=list)

    def take(self, link: Link) -> None:
        """Look at the next link as stored."""
        self.count += 1
        if link.sealed() != link.digest:
            self._found(FindingKind.LINK_ALTERED, link, "内容与其摘要不符", "its content does not match its digest")
        expected = self.last.index + 1 if self.last else 0
        if link.index < expected:
            self._behind(link)
            return
        if link.index == expected:
            self._join(link)
        elif self.last or not self.begins_anywhere:
            self._gaps.append(range(expected, link.index))
        if self.last and link.act.recorded_at < self.last.act.recorded_at:
            self._found(FindingKind.CLOCK_SET_BACK, link, "的时刻早于前一环", "its moment is before that of the link before")
        self.last = link

    def _join(self, link: Link) -> None:
        before = self.last
        if before is None:
            if link.previous is not None:
                self._found(FindingKind.LINK_REPLACED, link, "是首环，却指向更早的链环", "is the first, and points at one before")
        elif link.previous is None or link.previous != before.digest:
            sealed = link.previous.short if link.previous else "—"
            self._found(
                FindingKind.LINK_REPLACED, before, f"不是后一环所封存的：后一环封存 {sealed}，此处为 {before.digest.short}",
                f"is not the one sealed by the next, which seals {sealed}; here is {before.digest.short}",
            )  # fmt: skip

    def _behind(self, link: Link) -> None:
        last = self.last
        gap = next((gap for gap in self._gaps if link.index in gap), None)
        if gap is not None:
            place = self._gaps.index(gap)
            self._gaps[place : place + 1] = [part for part in (range(gap.start, link.index), range(link.index + 1, gap.stop)) if part]
            self._found(FindingKind.LINK_REORDERED, link, f"排在第{last.index if last else 0}环之后", f"comes after link {last.index if last else 0}")
        elif last is not None and last == link:
            self._found(FindingKind.LINK_REPEATED, link, "出现两次", "is there twice")
        else:
            self._found(FindingKind.LINK_FORKED, link, f"再次出现，摘要 {link.digest.short}", f"is there again, with digest {link.digest.short}")

    def missing(self) -> Iterator[Finding]:
        """Yield what was skipped and never came, where everything must be there."""
        for gap in self._gaps if self.is_whole else ():
            count = gap.stop - gap.start
            zh = f"第{gap.start}环" if count == 1 else f"第{gap.start}至{gap.stop - 1}环，共{count}环"
            en = f"link {gap.start}" if count == 1 else f"links {gap.start} to {gap.stop - 1}, {count} in all"
            yield Finding(FindingKind.LINK_MISSING, Words(zh, en), gap.start)

    def _found(self, kind: FindingKind, link: Link, zh: str, en: str) -> None:
        self.findings.append(_finding(kind, link, zh, en))
