"""Rows that an act sealed as a list held against the chain: each stands at its place in the list, and no place is empty or twice taken."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from shuangkong.evidence.act import ActKind
from shuangkong.evidence.canonical import canonical
from shuangkong.evidence.finding import Finding
from shuangkong.kernel.language import Words
from shuangkong.services.chain_rows import Hanging, Held, differences, held_at, missing, stray
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
}  # fmt: skip
_JOINED = {"points": ("point__organisation",), "limits": ("point",), "devices": ("device", "point"), "marks": ("point", "person"), "notices": ("organisation", "point", "person")}


def list_findings() -> Iterator[Finding]:
    """Yield every row that does not say what its list says, and every entry whose row is gone (清单校验)."""
    due = dict.fromkeys(ChainLink.objects.filter(kind=_KIND.code).order_by("index").values_list("index", flat=True))
    for name, hanging in LISTS.items():
        left = set(due)
        rows = hanging.model.objects.select_related(*_JOINED[name]).order_by("link", "place", "pk").iterator(chunk_size=2000)
        for link, some in groupby(rows, key=lambda row: row.link):
            left.discard(link)
            yield from _of_link(name, hanging, list(some), held_at([link]).get(link))
        for link in sorted(left):
            yield from _of_link(name, hanging, [], held_at([link]).get(link))


def _of_link(name: str, hanging: Hanging, rows: list[Any], held: Held | None) -> Iterator[Finding]:
    if held is None:
        yield from (stray(row, Words(f"所指的第{row.link}环不存在", f"points at link {row.link}, which is not there")) for row in rows)
        return
    if not isinstance(held.plain, Mapping) or held.link.act.kind is not _KIND:
        yield from (stray(row, Words(f"所指的第{row.link}环不是监测登记", f"points at link {row.link}, which entered nothing"), held.link) for row in rows)
        return
    entries, taken = list(held.plain.get(name, ())), set()
    for row in rows:
        if row.place in taken or row.place >= len(entries):
            yield stray(row, Words("在所存证的清单中没有位置", "has no place in the list that was sealed"), held.link)
            continue
        taken.add(row.place)
        yield from differences(row, Held(held.link, canonical(entries[row.place])), hanging)
    for place in sorted(set(range(len(entries))) - taken):
        yield missing(hanging.model._meta.db_table, held.link, Words(f"清单第{place + 1}行", f"entry {place + 1}"))
