"""Bundles taken from the platform's chain: of an act, a return, an assessment, some days; verified elsewhere with nothing but the file."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import pairwise

from django.db import transaction
from django.db.models import Q

from shuangkong.evidence.bundle import Bundle, packed
from shuangkong.evidence.chain import Link
from shuangkong.evidence.digest import Algorithm, Digest
from shuangkong.evidence.docket import read_docket
from shuangkong.evidence.head import ConsistencyProof, Head, InclusionProof, lineages
from shuangkong.evidence.tree import Tree
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import CHINA_STANDARD_TIME
from shuangkong.services.chain import Actor, algorithm, record_export
from shuangkong.services.chain_rows import chunks
from shuangkong.services.filing_observations import end_of
from shuangkong.services.filing_records import subject_of
from shuangkong.services.publication import NothingSealed, covering_head, published_heads
from shuangkong.store.models import AssessmentStep, ChainContent, ChainLink, Filing, FilingAct, FrozenFile


@dataclass(frozen=True, slots=True)
class Scope:
    """What a bundle is to hold (导出范围): its lasting name, for people, and the links."""

    what: str
    title: Words
    links: tuple[int, ...]


def scope_of_act(index: int) -> Scope:
    """Return the scope of one act (一次行为)."""
    return _scope(f"link/{index}", Words(f"第{index}环", f"Link {index}"), [index] if ChainLink.objects.filter(pk=index).exists() else [])


def scope_of_subject(subject: str, title: Words | None = None) -> Scope:
    """Return every act on one thing (一个对象)."""
    return _scope(subject, title or Words(subject, subject), ChainLink.objects.filter(subject=subject).values_list("index", flat=True))


def scope_of_return(filing_id: int) -> Scope:
    """Return every act on a return, all its rounds, and the batch it was loaded with (一张报表)."""
    filing = Filing.objects.select_related("organisation").get(pk=filing_id)
    rounds = Filing.objects.filter(form=filing.form, organisation=filing.organisation, period=filing.period)
    links = ChainLink.objects.filter(Q(subject=subject_of(filing)) | Q(index__in=FilingAct.objects.filter(filing__in=rounds).values("link")))
    return _scope(subject_of(filing), Words(subject_of(filing), subject_of(filing)), links.values_list("index", flat=True))


def scope_of_assessment(cycle_id: int) -> Scope:
    """Return every act of an assessment cycle (一次考核)."""
    links = ChainLink.objects.filter(pk__in=AssessmentStep.objects.filter(cycle_id=cycle_id).values("link"))
    subject = links.values_list("subject", flat=True).first()
    return scope_of_subject(subject or f"assessment/{cycle_id}")


def scope_of_days(first: date, last: date) -> Scope:
    """Return every act of some days, China Standard Time (一段时间)."""
    begin = datetime.combine(first, time(), CHINA_STANDARD_TIME).astimezone(UTC)
    links = ChainLink.objects.filter(recorded_at__gte=begin, recorded_at__lt=end_of(last)).values_list("index", flat=True)
    return _scope(f"days/{first}/{last}", Words(f"{first} 至 {last}", f"{first} to {last}"), links)


def _scope(what: str, title: Words, links: Iterable[int]) -> Scope:
    found = tuple(sorted(links))
    if not found:
        raise NothingSealed(what)
    return Scope(what, title, found)


def export_bundle(*, scope: Scope, actor: Actor) -> bytes:
    """Return a bundle of some acts with contents, inclusion proofs and the published heads (导出存证包); the export is sealed first.

    A head is published where none covers the acts yet.
    """
    head = covering_head(scope.links[-1])
    content = packed(_bundle(scope, (*(one for one in published_heads() if one.digest != head.digest), head)))
    with transaction.atomic():
        record_export(what=f"bundle/{scope.what}", actor=actor, content={"links": len(scope.links), "first": scope.links[0], "last": scope.links[-1], "head": head.digest})
    return content


def _bundle(scope: Scope, heads: Iterable[Head]) -> Bundle:
    """Make the bundle from the digests of the whole chain and only the links that go in."""
    ordered = tuple(sorted(heads, key=lambda head: (head.count, head.day)))
    newest = ordered[-1]
    trees: dict[Algorithm, Tree] = {head.root.algorithm: Tree(head.root.algorithm) for head in ordered}
    for told in ChainLink.objects.filter(index__lte=newest.last).order_by("index").values_list("digest", flat=True).iterator(chunk_size=5000):
        for tree in trees.values():
            tree.append(Digest.parse(told))
    links: list[Link] = []
    for some in chunks(scope.links):
        rows = ChainLink.objects.filter(pk__in=some).order_by("index").values_list("sealed", flat=True)
        links.extend(Link.from_bytes(bytes(sealed)) for sealed in rows)
    covering = trees[newest.root.algorithm]
    return Bundle(
        title=scope.title, algorithm=algorithm(), is_whole=False, links=tuple(links), heads=ordered, contents=_contents(links),
        inclusions=tuple(InclusionProof(link.index, newest.digest, covering.inclusion(link.index, newest.count)) for link in links),
        consistencies=tuple(
            ConsistencyProof(older.digest, newer.digest, trees[older.root.algorithm].consistency(older.count, newer.count))
            for row in lineages(ordered) for older, newer in pairwise(row)
        ),
    )  # fmt: skip


def _contents(links: Iterable[Link]) -> dict[str, bytes]:
    """Return what the acts sealed, each content once, and the files that dockets list."""
    found: dict[str, bytes] = {}
    taken: set[str] = set()
    for link in links:
        told = str(link.act.content)
        if told in taken:
            continue
        taken.add(told)
        kept = _kept(told)
        if kept is None:
            continue
        files = read_docket(kept)
        found[f"{link.index:06d}-{link.act.kind.code}{'.docket' if files else ''}.json"] = kept
        for name, listed in files.items():
            content = _kept(str(listed))
            if content is not None and str(listed) not in taken:
                found[f"{link.index:06d}/{name}"] = content
                taken.add(str(listed))
    return found


def _kept(told: str) -> bytes | None:
    row = ChainContent.objects.filter(pk=told).values_list("content", flat=True).first()
    if row is None:
        row = FrozenFile.objects.filter(digest=told).values_list("content", flat=True).first()
    return None if row is None else bytes(row)
