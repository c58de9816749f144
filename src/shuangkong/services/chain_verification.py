"""The whole proof walked from the database: links, contents, published heads, and the rows that hang on them; in one snapshot, piece by piece."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from shuangkong.evidence.chain import ChainReport, Link, named, verify_contents, verify_links
from shuangkong.evidence.digest import Algorithm, Digest, digest
from shuangkong.evidence.docket import read_docket
from shuangkong.evidence.finding import Finding, FindingKind, broken, first_altered
from shuangkong.evidence.head import Head
from shuangkong.evidence.tree import Tree
from shuangkong.kernel.faults import InputRefused
from shuangkong.kernel.language import Words
from shuangkong.services.chain_figures import figure_findings
from shuangkong.services.chain_filings import filing_findings
from shuangkong.services.chain_lists import list_findings
from shuangkong.services.chain_rows import chunks, guard_findings, octets, row_findings
from shuangkong.services.chain_standing import standing_findings
from shuangkong.services.snapshots import snapshot
from shuangkong.store.models import ChainContent, ChainLink, FrozenFile, PublishedHead

Told = Callable[[Words, int, int], None]
_COLUMNS = ("kind", "subject", "actor", "organisation", "reason", "recorded_at")


@dataclass(frozen=True, slots=True)
class ChainCheck:
    """What verifying the stored chain found (链校验结果): the walk, contents and precedents, published heads, rows."""

    report: ChainReport
    contents: tuple[Finding, ...]
    heads: tuple[Finding, ...]
    rows: tuple[Finding, ...]
    head: str = ""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All that was found, in the order of looking."""
        return (*self.report.findings, *self.contents, *self.heads, *self.rows)

    @property
    def is_sound(self) -> bool:
        """Whether nothing breaks the proof."""
        return not broken(self.findings)

    def as_plain(self) -> dict[str, Any]:
        """Return the result as plain JSON values (校验结果的 JSON)."""
        parts = {"links": self.report.findings, "contents": self.contents, "heads": self.heads, "rows": self.rows}
        return {
            "verified": self.is_sound, "links": self.report.count, "head": self.head, "first_altered": first_altered(self.findings),
            "checks": [
                {
                    "check": name, "ok": not broken(findings),
                    "findings": [{"kind": one.kind.code, "link": one.link, "zh": one.words.zh, "en": one.words.en, "notice": one.kind.is_notice} for one in findings],
                }
                for name, findings in parts.items()
            ],
        }  # fmt: skip


def _silent(step: Words, done: int, total: int) -> None:
    """Tell nobody."""


def verify_chain(*, told: Told = _silent, published: str | None = None) -> ChainCheck:
    """Walk the whole stored chain, its contents, its heads, and the rows that hang on it (校验存证链).

    Parameters
    ----------
    told : callable, optional
        Hears what is being looked at, how far it is and how far it goes.
    published : str, optional
        A head's digest as printed on an approval sheet: of a head kept here, or the digest of a link.
    """
    anchor = Digest.parse("".join(published.split()).lower()) if published is not None else None
    with snapshot():
        walk = _Walk(told, ChainLink.objects.count())
        report = verify_links(walk.links())
        rows: list[Finding] = [*walk.columns]
        for step, find in _STEPS:
            told(step, walk.total, walk.total)
            rows.extend(find())
        heads = (*walk.head_findings(), *_anchor_findings(anchor))
        return ChainCheck(report, tuple(walk.contents), heads, tuple(rows), str(report.last.digest) if report.last else "")


def _anchor_findings(anchor: Digest | None) -> Iterator[Finding]:
    """Say whether a head known from elsewhere is kept here; that it matches the links was seen in the walk."""
    if anchor is None or PublishedHead.objects.filter(digest=str(anchor)).exists() or ChainLink.objects.filter(digest=str(anchor)).exists():
        return
    told = Words(f"没有链头或链环对应公布的 {anchor.short}：链被截短、改写，或不是同一条链", f"no head or link here answers to the published {anchor.short}: the chain was cut, rewritten, or is another")
    yield Finding(FindingKind.HEAD_DIFFERS, told)


_STEPS: tuple[tuple[Words, Callable[[], Iterator[Finding]]], ...] = (
    (Words("只增保护", "guards"), guard_findings),
    (Words("岗位、机构、填报期、考核", "posts, organisations, windows, assessments"), row_findings),
    (Words("人员、代码、考核结果文件", "people, codes, files of results"), standing_findings),
    (Words("监测登记", "register of monitoring"), list_findings),
    (Words("报表", "returns"), filing_findings),
    (Words("观测值", "observations"), figure_findings),
)


@dataclass(slots=True)
class _Walk:
    """Goes along the stored links once: what each sealed, what its columns say, the tree that published heads are held against."""

    told: Told
    total: int
    contents: list[Finding] = field(default_factory=list)
    columns: list[Finding] = field(default_factory=list)
    _subjects: dict[str, set[Digest]] = field(default_factory=dict)
    _trees: dict[Algorithm, Tree] = field(default_factory=dict)
    _heads: dict[int, list[Head]] = field(default_factory=dict)
    _bad_heads: list[Finding] = field(default_factory=list)
    _files: set[Digest] = field(default_factory=set)

    def links(self) -> Iterator[Link]:
        """Yield the links in order, looking at each."""
        self._read_heads()
        done = 0
        for rows in chunks(ChainLink.objects.order_by("index").iterator(chunk_size=1000), 1000):
            links = [link for row in rows if (link := self._link(row)) is not None]
            self._look_at_contents(links)
            for link in links:
                self._look_at_precedent(link)
                self._look_at_heads(link)
                yield link
            done += len(rows)
            self.told(Words("链环", "links"), done, self.total)

    def _link(self, row: Any) -> Link | None:
        try:
            link = Link.from_bytes(octets(row.sealed))
        except InputRefused:
            self.columns.append(Finding(FindingKind.LINK_ALTERED, Words(f"store_chainlink 第{row.pk}环的内容不可读", f"store_chainlink: link {row.pk} cannot be read"), row.pk))
            return None
        act = link.act
        due = {"index": link.index, "digest": str(link.digest), "content_digest": str(act.content)} | {name: getattr(act, name) for name in _COLUMNS} | {"kind": act.kind.code}
        for column, sealed in due.items():
            said = getattr(row, column)
            if said != sealed:
                name = named(link)
                words = Words(
                    f"store_chainlink 第{row.pk}环的 {column} 现为 {said}，存证为 {sealed}；{name.zh}",
                    f"store_chainlink link {row.pk}: {column} is {said}, sealed as {sealed}; {name.en}",
                )
                self.columns.append(Finding(FindingKind.ROW_ALTERED, words, link.index))
        return link

    def _look_at_contents(self, links: list[Link]) -> None:
        wanted = {str(link.act.content) for link in links}
        kept = {key: octets(content) for key, content in ChainContent.objects.filter(pk__in=wanted).values_list("digest", "content")}
        self.contents.extend(verify_contents(links, lambda act: kept.get(str(act.content))))
        for link in links:
            for name, listed in read_docket(kept.get(str(link.act.content), b"")).items():
                self._look_at_file(link, name, listed)

    def _look_at_file(self, link: Link, name: str, listed: Digest) -> None:
        """Hold a file that a docket lists against its digest, once."""
        if listed in self._files:
            return
        self._files.add(listed)
        content = _file(str(listed))
        if content is None or digest(content, listed.algorithm) != listed:
            told, is_gone = named(link), content is None
            kind = FindingKind.CONTENT_MISSING if is_gone else FindingKind.CONTENT_ALTERED
            zh, en = ("不在", "is not here") if is_gone else ("与存证时不同", "differs from what was sealed")
            self.contents.append(Finding(kind, Words(f"{told.zh}案卷中的 {name} {zh}", f"{told.en}: {name} of its docket {en}"), link.index))

    def _look_at_precedent(self, link: Link) -> None:
        known = self._subjects.setdefault(link.act.subject, set())
        if link.act.previous is not None and link.act.previous not in known:
            told, short = named(link), link.act.previous.short
            words = Words(f"{told.zh}称替代 {short}，此前从未存证", f"{told.en} claims to replace {short}, never sealed before")
            self.contents.append(Finding(FindingKind.PRECEDENT_UNKNOWN, words, link.index))
        known.add(link.act.content)

    def _read_heads(self) -> None:
        for row in PublishedHead.objects.order_by("count", "pk"):
            try:
                head, stated = Head.from_bytes(octets(row.sealed))
            except InputRefused:
                self._bad_heads.append(_head_finding(FindingKind.HEAD_ALTERED, row, Words("不可读", "cannot be read")))
                continue
            if stated != head.digest or (row.digest, row.day, row.count) != (str(head.digest), head.day, head.count):
                self._bad_heads.append(_head_finding(FindingKind.HEAD_ALTERED, row, Words("与其摘要或各列不符", "does not match its digest or columns")))
            self._heads.setdefault(head.last, []).append(head)
            self._trees.setdefault(head.root.algorithm, Tree(head.root.algorithm))

    def _look_at_heads(self, link: Link) -> None:
        for tree in self._trees.values():
            tree.append(link.digest)
        for head in self._heads.pop(link.index, ()):
            tree = self._trees[head.root.algorithm]
            if len(tree) != head.count or tree.root() != head.root or link.digest != head.chain_head:
                words = Words(
                    f"{head.day} 公布的链头 {head.digest.short} 与链环不符：第{head.last}环或之前被改写",
                    f"the head {head.digest.short} published on {head.day} does not match: link {head.last} or one before was rewritten",
                )
                self._bad_heads.append(Finding(FindingKind.HEAD_DIFFERS, words, head.last))

    def head_findings(self) -> Iterator[Finding]:
        """Yield what is wrong with published heads; those that were never reached tell of a chain cut short."""
        yield from self._bad_heads
        for heads in self._heads.values():
            for head in heads:
                words = Words(f"{head.day} 公布的链头有 {head.count} 环，现不足此数", f"the head published on {head.day} covers {head.count} links; there are fewer")
                yield Finding(FindingKind.CHAIN_TRUNCATED, words, head.last)


def _file(told: str) -> bytes | None:
    for model in (ChainContent, FrozenFile):
        row = model.objects.filter(digest=told).values_list("content", flat=True).first()
        if row is not None:
            return octets(row)
    return None


def _head_finding(kind: FindingKind, row: Any, told: Words) -> Finding:
    return Finding(kind, Words(f"store_publishedhead 第{row.pk}行（{row.day}）{told.zh}", f"store_publishedhead row {row.pk} ({row.day}) {told.en}"))
