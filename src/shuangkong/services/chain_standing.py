"""What stands beside the acts held against the chain: people, organisations, cycles of assessment, frozen and handed-over files; their rows bear no link of their own."""

from collections.abc import Iterator, Mapping
from typing import Any

from shuangkong.evidence.act import ActKind
from shuangkong.evidence.chain import Link
from shuangkong.evidence.digest import digest
from shuangkong.evidence.docket import read_docket
from shuangkong.evidence.finding import Finding
from shuangkong.kernel.language import Words
from shuangkong.services.chain_rows import CHUNK, altered, chunks, held_at, missing, octets, parsed, same, stray
from shuangkong.store.models import AssessmentCycle, ChainLink, FrozenResult, HandOver, Organisation, Person

_Newest = dict[str, tuple[Any, Link]]


def standing_findings() -> Iterator[Finding]:
    """Yield what people, organisations, cycles and files say otherwise than was sealed of them (登记事项校验)."""
    yield from _people()
    yield from _organisations()
    yield from _cycles()
    yield from _frozen()
    yield from _handed_over()


def _told_of(kind: ActKind, prefix: str) -> Iterator[tuple[str, Mapping[str, Any], Link]]:
    """Yield the name, what was sealed and the link of each act on things of a kind, in order."""
    found = ChainLink.objects.filter(kind=kind.code, subject__startswith=prefix).order_by("index").values_list("index", flat=True)
    for some in chunks(found.iterator(chunk_size=CHUNK)):
        for _, held in sorted(held_at(some).items()):
            if isinstance(held.plain, Mapping):
                yield held.link.act.subject.removeprefix(prefix), held.plain, held.link


def _people() -> Iterator[Finding]:
    newest: dict[str, _Newest] = {}
    for name, told, link in _told_of(ActKind.ROLE_CHANGE, "person/"):
        kept = newest.setdefault(name, {})
        kept |= {key: (told[key], link) for key in ("full_name", "title") if key in told}
        if told.get("act") in ("deactivate", "reactivate", "register"):
            kept["is_active"] = (told["act"] != "deactivate", link)
    for person in Person.objects.order_by("pk").iterator(chunk_size=CHUNK):
        yield from _differences(person, newest.get(person.sign_in_name, {}))


def _organisations() -> Iterator[Finding]:
    newest: dict[str, _Newest] = {}
    for code, told, link in _told_of(ActKind.ORGANISATION_CHANGE, "organisation/"):
        newest.setdefault(code, {}).update({key: (told[key], link) for key in ("kind", "credit_code") if key in told})
    for organisation in Organisation.objects.order_by("pk").iterator(chunk_size=CHUNK):
        if organisation.code not in newest:
            yield stray(organisation, Words("没有存证的登记", "was never registered by a sealed act"))
        yield from _differences(organisation, newest.get(organisation.code, {}))


def _cycles() -> Iterator[Finding]:
    for cycle in AssessmentCycle.objects.order_by("pk"):
        newest: _Newest = {}
        for held in (held for _, held in sorted(held_at(cycle.steps.values_list("link", flat=True)).items()) if isinstance(held.plain, Mapping)):
            newest |= {key: (value, held.link) for key, value in held.plain.get("assessment", {}).items()}
            newest |= {key: (held.plain[key], held.link) for key in ("rules_digest",) if key in held.plain}
        yield from _differences(cycle, newest)


def _differences(row: Any, newest: _Newest) -> Iterator[Finding]:
    for column, (told, link) in newest.items():
        if not same(getattr(row, column), told):
            yield altered(row, column, getattr(row, column), told, link)


def _frozen() -> Iterator[Finding]:
    for result in FrozenResult.objects.order_by("pk"):
        held = held_at([result.link]).get(result.link)
        if held is None or held.content is None:
            continue  # named with its link
        due = dict(read_docket(held.content))
        for row in result.files.order_by("pk"):
            listed = due.pop(row.name, None)
            if listed is None:
                yield stray(row, Words(f"（{row.name}）不在冻结的案卷中", f"({row.name}) is not in the docket that was frozen"), held.link)
                continue
            kept = digest(octets(row.content), listed.algorithm)
            if kept != listed:
                yield altered(row, f"content（{row.name}）", kept.short, listed.short, held.link)
            elif row.digest != str(listed):
                yield altered(row, "digest", row.digest, listed, held.link)
        yield from (missing("store_frozenfile", held.link, Words(name, name)) for name in due)


def _handed_over() -> Iterator[Finding]:
    receipts = dict(HandOver.objects.filter(is_receipt=True).values_list("frozen_id", "bundle_digest"))
    for row in HandOver.objects.filter(is_receipt=False).order_by("pk"):
        held, stated = held_at([row.link]).get(row.link), parsed(row.bundle_digest)
        if held is None:
            continue  # named with its row
        kept = digest(octets(row.bundle or b""), stated.algorithm) if stated else None
        if kept is None or kept != stated:
            yield altered(row, "bundle", kept.short if kept else "—", row.bundle_digest, held.link)
        elif receipts.get(row.frozen_id, row.bundle_digest) != row.bundle_digest:
            yield altered(row, "bundle_digest", row.bundle_digest, receipts[row.frozen_id], held.link)
