"""Rows that an act sealed as a list held against the chain: each stands at its place in the list, and no place is empty or twice taken."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shuangkong.evidence.act import ActKind
from shuangkong.evidence.canonical import Plain, canonical
from shuangkong.evidence.finding import Finding
from shuangkong.kernel.language import Words
from shuangkong.services.chain_rows import CHUNK, Hanging, Held, chunks, differences, held_at, missing, stray
from shuangkong.services.monitoring_secrets import fingerprint
from shuangkong.store import models as tables
from shuangkong.store.models import ChainLink

_KIND = ActKind.MONITORING_CHANGE
# By the name of the list in what was sealed.
LISTS: Mapping[str, Hanging] = {
    "points": Hanging(
        tables.MonitoringPointVersion, {"organisation": lambda row: row.point.organisation.code, "kind": lambda row: row.point.kind},
    ),
    "limits": Hanging(tables.EmissionLimit),
    "devices": Hanging(
        tables.DeviceVersion,
        {"device": lambda row: row.device.mn, "sealed_password": lambda row: fingerprint(row.sealed_password), "sealed_key": lambda row: fingerprint(row.sealed_key)},
    ),
    "marks": Hanging(tables.OperatorMark),
    "notices": Hanging(tables.ShutdownNotice),
    "tests": Hanging(tables.PlannedTestVersion),
    "results": Hanging(tables.LaboratoryFinding),
    "checks": Hanging(tables.MonitorCheck),
}  # fmt: skip
_JOINED = {
    "points": ("point__organisation",), "limits": ("point",), "devices": ("device", "point"), "marks": ("point", "person"), "notices": ("organisation", "point", "person"),
    "tests": ("point", "person"), "results": ("point", "person"), "checks": ("point", "person"),
}  # fmt: skip


def list_findings() -> Iterator[Finding]:
    """Yield every row that does not say what its list says, and every entry whose row is gone (清单校验)."""
    acts = ChainLink.objects.filter(kind=_KIND.code)
    for some in chunks(acts.order_by("index").values_list("index", flat=True).iterator(chunk_size=CHUNK)):
        rows: dict[tuple[str, int], list[Any]] = {}
        for name, hanging in LISTS.items():
            for row in hanging.model.objects.filter(link__in=some).select_related(*_JOINED[name]).order_by("link", "place", "pk"):
                rows.setdefault((name, row.link), []).append(row)
        for link, held in held_at(some).items():
            told = held.plain
            for name, hanging in LISTS.items():
                yield from _of_list(hanging, rows.get((name, link), []), held, told.get(name, ()) if isinstance(told, Mapping) else ())
    for hanging in LISTS.values():
        for row in hanging.model.objects.exclude(link__in=acts.values("index")):
            yield stray(row, Words(f"所指的第{row.link}环不是监测登记", f"points at link {row.link}, which entered nothing"))


def _of_list(hanging: Hanging, rows: list[Any], held: Held, entries: Sequence[Plain]) -> Iterator[Finding]:
    taken = set()
    for row in rows:
        if row.place in taken or row.place >= len(entries):
            yield stray(row, Words("在所存证的清单中没有位置", "has no place in the list that was sealed"), held.link)
            continue
        taken.add(row.place)
        yield from differences(row, Held(held.link, canonical(entries[row.place])), hanging)
    for place in sorted(set(range(len(entries))) - taken):
        yield missing(hanging.model._meta.db_table, held.link, Words(f"清单第{place + 1}行", f"entry {place + 1}"))
