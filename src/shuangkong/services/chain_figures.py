"""Figures held against the chain: what a locked return or a loaded table said, beside the rows of observations that hang on it."""

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import Any

from shuangkong.evidence.act import ActKind
from shuangkong.evidence.chain import Link, named
from shuangkong.evidence.finding import Finding, FindingKind
from shuangkong.kernel.faults import InputRefused
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period
from shuangkong.returns.entries import Entry
from shuangkong.returns.form import CellKey, Form
from shuangkong.services.chain_loaded import batch_figures, figures_org, is_batch
from shuangkong.services.chain_rows import CHUNK, Held, altered, chunks, held_at, missing, stray
from shuangkong.services.deployment import catalogue, city
from shuangkong.services.filing_forms import form_of
from shuangkong.services.filing_records import entry_stored
from shuangkong.services.indicators import load_observations
from shuangkong.store.models import ChainLink, ObservationRow

_COLUMNS = ("element", "org", "period", "value", "unit", "grade", "source", "reported_by", "approved_by", "recorded_at", "note")
_LOCKS = frozenset({ActKind.LOCKING, ActKind.AMENDMENT})
_FORMING = (ActKind.LOCKING, ActKind.AMENDMENT, ActKind.LOADING)


def figure_findings() -> Iterator[Finding]:
    """Yield every observation that is not what its return or table said, that hangs on nothing, or that is gone (观测值校验)."""
    rows = ObservationRow.objects.order_by("link", "pk").iterator(chunk_size=2000)
    owed = _Owed()
    for link, some in groupby(rows, key=lambda row: row.link):
        if link is None:
            yield from (stray(row, Words("没有存证", "was never sealed")) for row in some)
            continue
        yield from owed.before(link)
        held = owed.taken(link) or held_at([link]).get(link)
        if held is None:
            yield from (stray(row, Words(f"所指的第{link}环不存在", f"points at link {link}, which is not there")) for row in some)
        elif held.link.act.kind in _LOCKS:
            yield from _of_return(list(some), held)
        elif held.link.act.kind is ActKind.LOADING:
            yield from _of_loading(list(some), held)
        else:
            yield from (stray(row, Words("所挂的不是形成数据的一环", "hangs on an act that forms no figures"), held.link) for row in some)
    yield from owed.before(None)


class _Owed:
    """The acts that form figures, in order, each fetched once; those passed over left no row."""

    def __init__(self) -> None:
        indices = ChainLink.objects.filter(kind__in=[kind.code for kind in _FORMING]).order_by("index").values_list("index", flat=True)
        self._rest = (held for some in chunks(indices.iterator(chunk_size=CHUNK), 100) for _, held in sorted(held_at(some).items()))
        self._next: Held | None = next(self._rest, None)

    def before(self, link: int | None) -> Iterator[Finding]:
        """Yield what is missing of the acts before a link."""
        while self._next is not None and (link is None or self._next.link.index < link):
            yield from _left_nothing(self._next)
            self._next = next(self._rest, None)

    def taken(self, link: int) -> Held | None:
        """Return the act at a link and go past it."""
        if self._next is None or self._next.link.index != link:
            return None
        held, self._next = self._next, next(self._rest, None)
        return held


def _left_nothing(held: Held) -> Iterator[Finding]:
    return _of_loading([], held) if held.link.act.kind is ActKind.LOADING else _of_return([], held)


def _of_loading(rows: list[ObservationRow], held: Held) -> Iterator[Finding]:
    return batch_figures(rows, held) if is_batch(held.link) else _of_table(rows, held)


def _of_return(rows: list[ObservationRow], held: Held) -> Iterator[Finding]:
    """Hold the rows of a locked return against its cells; a cell without a row must say what was in force before."""
    told = held.plain
    if not isinstance(told, Mapping) or "cells" not in told:
        return
    link, form = held.link, form_of(told["form"], Period.parse(told["period"]))
    subject = figures_org(form, told["organisation"])
    entries = _told(form, told["cells"], subject)
    seen: set[tuple[str, str]] = set()
    for row in rows:
        cell = form.figure(row.element, row.org)
        figure = cell.about(subject) if cell is not None else ("", "")
        entry = entries.get(figure)
        if cell is None or (entry is None and row.value is not None) or figure in seen:
            yield stray(row, Words("在所锁定的报表中没有对应的指标", "answers to nothing in the return that was locked"), link)
            continue
        seen.add(figure)
        due = {
            "org": figure[1], "period": told["period"], "value": entry.number if entry else None, "unit": str(cell.unit or "1"),
            "grade": "SIMULATED" if link.act.marks else "REPORTED", "source": f"{form.name.zh}（{form.code}）",
            "approved_by": f"{link.act.organisation} {link.act.actor}", "recorded_at": link.act.recorded_at,
        }  # fmt: skip
        yield from _unlike(row, due, link)
    for (element, org), entry in entries.items():
        if (element, org) not in seen and not _stood_before(element, org, told["period"], entry, link):
            yield missing("store_observationrow", link, Words(f"{element} {org} {told['period']}", f"{element} {org} {told['period']}"))


def _told(form: Form, cells: Mapping[str, str], subject: str) -> dict[tuple[str, str], Entry]:
    found = {}
    for raw, text in cells.items():
        key = CellKey.parse(raw)
        cell = form.cell(key)
        if cell is not None and cell.element:
            found[cell.about(subject)] = entry_stored(form, key, text)
    return found


def _stood_before(element: str, org: str, period: str, entry: Entry, link: Link) -> bool:
    row = (
        ObservationRow.objects.filter(element=element, org=org, period=period, link__lt=link.index)
        .order_by("-recorded_at", "-pk").first()
    )  # fmt: skip
    return row is not None and row.value == entry.number


def _unlike(row: ObservationRow, due: Mapping[str, Any], link: Link) -> Iterator[Finding]:
    for column, sealed in due.items():
        said = getattr(row, column)
        if said != sealed:
            yield altered(row, column, said, sealed, link)


def _of_table(rows: list[ObservationRow], held: Held) -> Iterator[Finding]:
    """Read a loaded table again as it was sealed and hold its rows against it."""
    due = _read_again(held)
    if due is None:
        told = named(held.link)
        yield Finding(FindingKind.NOT_COMPARED, Words(f"{told.zh}载入的表现已不能按原样读出", f"{told.en}: the table can no longer be read as it was"), held.link.index)
        return
    said = [tuple(getattr(row, name) for name in _COLUMNS) for row in rows]
    left, spare = _unmatched(said, due), []
    for place in left:
        row, sealed = rows[place], due.get(said[place][:3], [])
        if not sealed:
            spare.append(row)
            continue
        yield from _unlike(row, dict(zip(_COLUMNS, sealed.pop(0), strict=True)), held.link)
    for row in spare:
        yield stray(row, Words("在所载入的表中没有", "is not in the table that was loaded"), held.link)
    for key, some in due.items():
        for _ in some:
            yield missing("store_observationrow", held.link, Words(" ".join(key), " ".join(key)))


def _unmatched(said: list[tuple[Any, ...]], due: dict[tuple[Any, ...], list[tuple[Any, ...]]]) -> list[int]:
    """Take what agrees out of `due` and return the places of what does not."""
    left = []
    for place, one in enumerate(said):
        sealed = due.get(one[:3], [])
        if one in sealed:
            sealed.remove(one)
        else:
            left.append(place)
    return left


def _read_again(held: Held) -> dict[tuple[Any, ...], list[tuple[Any, ...]]] | None:
    name = PurePosixPath(held.link.act.subject).name
    if held.content is None or not name.endswith(".csv"):
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(held.content)
        try:
            store, _ = load_observations([path], catalogue(), city().jurisdictions)
        except InputRefused:
            return None
        return _by_figure(
            (one.element, one.org, str(one.period), one.value, str(one.unit), one.grade.name, one.source, one.reported_by, one.approved_by, one.recorded_at, one.note)
            for one in store
        )


def _by_figure(each: Iterable[tuple[Any, ...]]) -> dict[tuple[Any, ...], list[tuple[Any, ...]]]:
    found: dict[tuple[Any, ...], list[tuple[Any, ...]]] = {}
    for one in each:
        found.setdefault(one[:3], []).append(one)
    return found
