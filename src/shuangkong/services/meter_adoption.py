"""Readings of a meter from before it was registered (接纳登记前的读数): what lies in quarantine for want of a register comes in by itself, sealed.

It stays in quarantine as well, as it came. What the lake already holds of a time is left alone: it was heard by the register.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.db import transaction

from shuangkong.evidence.act import ActKind
from shuangkong.evidence.canonical import Plain
from shuangkong.lake.meter_file import FACTOR, KIND
from shuangkong.lake.table import rows_of
from shuangkong.services.chain import seal, system_actor
from shuangkong.services.deployment import city
from shuangkong.services.lake_rows import city_lake, readings_between
from shuangkong.services.meter_readings import MeterVerdict, ToldReading, judge, keep_readings, rows_of_message
from shuangkong.services.meter_registers import known_meters, meters_on
from shuangkong.services.monitoring_register import SUBJECT
from shuangkong.store.models import ChainLink

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_REASON = "接纳登记前的读数"
_ASIDE = f"{MeterVerdict.UNKNOWN_POINT.name.lower()}\n".encode()
_seen: dict[Path, tuple[int, frozenset[str]]] = {}  # version of the quarantine and the names of meters, by this process


class _Told(NamedTuple):
    """A row from quarantine that its register answers for by now."""

    row: ToldReading
    aside_at: datetime


def adopt_meter_readings(now: datetime) -> int:
    """Bring in what quarantine holds of meters that are registered by now (接纳登记前的读数); returns how many readings. Done again, it changes nothing."""
    data, known = Path(settings.DATA), known_meters()
    with city_lake() as (lake, engine):
        lake.quarantine.refresh()
        state = (lake.quarantine.version, frozenset(known))
        if not known or _seen.get(data) == state:
            return 0
        aside: list[Any] = engine.execute(
            f"SELECT raw, epoch_us(recorded_at) FROM ({rows_of(lake.quarantine.shape, lake.quarantine.files())}) WHERE fault = 'unread' ORDER BY recorded_at, raw"
        ).fetchall()
    by_point: dict[str, list[_Told]] = {}
    for raw, micros in aside:
        aside_at = _EPOCH + timedelta(microseconds=micros)
        for row in _rows(bytes(raw), known, aside_at):
            by_point.setdefault(row.point, []).append(_Told(row, aside_at))
    count = sum(_adopt(point, told) for point, told in by_point.items())
    _seen[data] = state
    return count


def _rows(raw: bytes, known: Any, aside_at: datetime) -> Iterator[ToldReading]:
    if not raw.startswith(_ASIDE):
        return
    point, _, payload = raw.removeprefix(_ASIDE).partition(b"\n")
    for told in rows_of_message(point.decode("utf-8", "replace"), payload):
        verdict, row = judge(told, known=known, now=aside_at)
        if verdict is MeterVerdict.ACCEPTED:
            yield row


def _adopt(point: str, told: list[_Told]) -> int:
    """Of one meter what came since its last adoption and the lake does not hold."""
    last = ChainLink.objects.filter(subject=SUBJECT + point, reason=_REASON).order_by("-index").values_list("recorded_at", flat=True).first()
    rows = {datetime.fromisoformat(one.row.ts): one.row for one in told if last is None or one.aside_at > last}
    if rows:
        held = readings_between([point], min(rows), max(rows) + timedelta(seconds=1), kinds=[KIND], factors=[FACTOR])
        rows = {ts: row for ts, row in rows.items() if ts not in {one.ts for one in held}}
    if not rows:
        return 0
    is_simulated = any(one.is_simulated for one in meters_on() if one.code == point)
    content: Plain = {"adoption": {"meter": point, "readings": len(rows), "first": min(rows).isoformat(sep=" "), "last": max(rows).isoformat(sep=" ")}}
    with transaction.atomic():
        seal(kind=ActKind.MONITORING_CHANGE, subject=SUBJECT + point, content=content, actor=system_actor(city().code), reason=_REASON, is_simulated=is_simulated)
        keep_readings([rows[ts] for ts in sorted(rows)])
    return len(rows)
