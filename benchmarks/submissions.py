"""200 units file 40 cells each while 20 readers browse: no error, no write lost, the chain sound after; on SQLite and on PostgreSQL.

    python benchmarks/submissions.py [--engine sqlite|postgresql] [--units 200] [--readers 20] [--seconds 60]

Size: the demo city, served as it always is. Every unit opens its 205-1 of the coming year, saves its cells in four savings and submits; the units begin
evenly over the seconds, so about 20 requests a second meet the server, and as many pages. Whatever a unit was told is then looked for in the database.
The floor, in the same run: ten more units, one after another, while nobody else is there. Budget: nothing refused, nothing lost, half of the savings
within 100 ms.
"""

import argparse
import json
import os
import sys
import threading
import time
from datetime import timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from urllib.parse import urlencode

from platform_load import Reader, Readings, browse, demo_sessions, deployment, main_pages, on_engines, served, sessions

FORM, CELLS, CELLS_A_SAVING, FLOOR_UNITS = "205-1", 40, 10, 10
BUDGET_SAVE_P50_S = 0.100
_ASIDE = ("purchased_outside", "passed_on", "transport", "produced")  # columns that carry no sum by themselves
_FINEST = Decimal("0.0001")  # what the form takes
Texts = dict[str, str]


class Unit(NamedTuple):
    """Who files, and what."""

    code: str
    session: str
    texts: Texts


def coming_year() -> int:
    """Open the window of the year that comes after the last one filed, and return it."""
    from shuangkong.kernel.period import Period
    from shuangkong.services import clock
    from shuangkong.services.chain import system_actor
    from shuangkong.services.deployment import city
    from shuangkong.services.filing_forms import form_of
    from shuangkong.services.windows import set_window, windows

    year = max(int(period) for form, period in windows() if form == FORM) + 1
    today, period = clock.today(), Period.year(year)
    actor = system_actor(city().code)
    set_window(form=form_of(FORM, period), period=period, opens_on=today, due_on=today + timedelta(days=30), closes_on=None, actor=actor, reason="压力测试")
    return year


def invented_texts(form: Any, before: Any) -> Texts:
    """Return 40 cells for the coming year: last year's, with stocks that begin where they ended, the rest said not to apply."""
    typed = {key: entry for key, entry in before.items() if (cell := form.cell(key)) is not None and not cell.is_computed}
    texts = {str(key): str(entry.number.quantize(_FINEST)) if key.column == "coefficient" and entry.number else entry.stored() for key, entry in typed.items()}
    for row in {key.row for key in typed if key.column in ("opening", "closing")}:
        opening, closing = f"energy.{row}.opening", f"energy.{row}.closing"
        if opening in texts and closing in texts:
            begun, ended = Decimal(texts[opening]), Decimal(texts[closing])
            texts |= {opening: str(ended), closing: str(max(Decimal(0), ended + ended - begun))}
    rows = {key.row for key in typed}
    cells = [cell for cell in form.by_element.values() if cell.key not in before and not cell.is_computed]
    free = [str(cell.key) for cell in cells if cell.key.table == "output" or (cell.key.row in rows and cell.key.column in _ASIDE)]
    if len(texts) + len(free) < CELLS:  # one carrier more, of which nothing was burnt
        unburnt = next(row.code for row in form.table("energy").rows if row.code not in rows)
        texts |= {str(cell.key): "0" for cell in cells if cell.key.row == unburnt and not cell.prefill and cell.key.column not in _ASIDE}
    return texts | dict.fromkeys(free[: CELLS - len(texts)], "不适用")


def filers(year: int, count: int) -> list[Unit]:
    """Return units whose checks let their invented return pass, with a session each."""
    from django.db import transaction

    from shuangkong.kernel.faults import InputRefused
    from shuangkong.kernel.period import Period
    from shuangkong.services.filing_forms import form_of
    from shuangkong.services.filing_records import submitted_entries
    from shuangkong.services.filings import open_filing, save_cells, submit_filing
    from shuangkong.services.people import member
    from shuangkong.services.signing_in import one_time_token
    from shuangkong.store.models import Appointment, Submission

    form, found, links = form_of(FORM, Period.year(year)), {}, {}
    people = dict(Appointment.objects.filter(role="REPORTER", organisation__kind="UNIT").values_list("organisation__code", "person_id"))
    last = {one.filing.organisation.code: one for one in Submission.objects.filter(filing__form=FORM).select_related("filing__organisation").order_by("filing__period", "pk")}
    for code, submission in sorted(last.items()):
        if len(found) == count:
            break
        texts, who = invented_texts(form, submitted_entries(form, submission)), member(people[code])
        try:
            with transaction.atomic():
                key = open_filing(form=FORM, organisation=code, period=str(year), who=who)
                saved = save_cells(filing_id=key, version=0, texts=texts, who=who)
                submit_filing(filing_id=key, version=0, who=who)
                transaction.set_rollback(True)
        except InputRefused:
            continue
        if not saved.faults and len(texts) == CELLS:
            found[code] = texts
            links[code] = f"/sign-in/{one_time_token(person_id=who.pk, purpose='sign-in', lasts=timedelta(hours=1))}"
    if len(found) < count:
        sys.exit(f"only {len(found)} units could file")
    cookies = sessions(links)
    return [Unit(code, cookies[code], texts) for code, texts in found.items()]


def file(port: int, unit: Unit, year: int, kept: Readings) -> None:
    """Open, save and submit one return, and keep how long each took."""
    reader = Reader(port, unit.session)
    opened = reader.post("/returns/open", urlencode({"form": FORM, "organisation": unit.code, "period": year}).encode())
    kept.keep("open", opened, good=302)
    if opened.status != 302:
        return
    address, version, cells = opened.headers["Location"], "0", list(unit.texts.items())
    for first in range(0, len(cells), CELLS_A_SAVING):
        saved = reader.post(f"{address}/cells", json.dumps({"version": version, "cells": dict(cells[first : first + CELLS_A_SAVING])}).encode(), "application/json")
        kept.keep("save", saved)
        if saved.status != 200:
            return
        version = json.loads(saved.body)["version"]
    kept.keep("submit", reader.post(f"{address}/act", urlencode({"act": "SUBMIT", "version": 0}).encode()), good=302)


def lost(units: list[Unit], year: int) -> list[str]:
    """Return what was sent and is not there, in the return or in what was sealed of it."""
    from shuangkong.kernel.period import Period
    from shuangkong.services.filing_forms import form_of
    from shuangkong.services.filing_records import draft_entries, submitted_entries
    from shuangkong.store.models import Filing

    form, missing = form_of(FORM, Period.year(year)), []
    for unit in units:
        filing = Filing.objects.filter(form=FORM, period=str(year), organisation__code=unit.code).first()
        if filing is None or filing.state != "SUBMITTED" or filing.submissions.count() != 1:
            missing.append(f"{unit.code}: not submitted once")
            continue
        for entries in (draft_entries(form, filing), submitted_entries(form, filing.submissions.get())):
            held = {str(key): entry for key, entry in entries.items()}
            missing += [f"{unit.code} {key}" for key, text in unit.texts.items() if key not in held or not _is(held[key], text)]
    return missing


def _is(entry: Any, text: str) -> bool:
    return bool(entry.is_not_applicable) if text == "不适用" else entry.number == Decimal(text)


def run(asked: argparse.Namespace) -> int:
    """Measure on one engine."""
    with deployment(asked.engine) as data, served(data) as port:
        cookies, pages, alone, crowded, readings = demo_sessions(), main_pages(), Readings(), Readings(), Readings()
        year = coming_year()
        units = filers(year, asked.units + FLOOR_UNITS)
        for unit in units[:FLOOR_UNITS]:
            file(port, unit, year, alone)
        is_filing = threading.Event()
        readers = [
            threading.Thread(target=browse, args=(port, cookies, pages), kwargs={
                "number": number, "readers": asked.readers, "goes_on": lambda: not is_filing.is_set(), "kept": readings,
            }) for number in range(asked.readers)
        ]  # fmt: skip
        begun = time.perf_counter()

        def in_turn(number: int, unit: Unit) -> None:
            time.sleep(number * asked.seconds / asked.units)
            file(port, unit, year, crowded)

        filing = [threading.Thread(target=in_turn, args=(number, unit)) for number, unit in enumerate(units[FLOOR_UNITS:])]
        for thread in (*readers, *filing):
            thread.start()
        for thread in filing:
            thread.join()
        taken = time.perf_counter() - begun
        is_filing.set()
        for thread in readers:
            thread.join()
        from shuangkong.services.chain_verification import verify_chain

        missing, check = lost(units, year), verify_chain()
    print(f"{asked.engine}: {asked.units} units, {sum(len(unit.texts) for unit in units[FLOOR_UNITS:])} cells in {taken:.1f} s, {asked.units / taken:.1f} submissions/s, "
          f"{sum(map(len, readings.took.values()))} pages read meanwhile, load of the machine {os.getloadavg()[0]:.1f}")  # fmt: skip
    print(f"{'[ms]':8} {'alone p50':>10} {'p50':>8} {'p95':>8} {'p99':>8}")
    for name in ("open", "save", "submit"):
        p50, p95, p99 = crowded.told(name)
        low = alone.told(name)[0]
        print(f"{name:8} {low * 1000:10.1f} {p50 * 1000:8.1f} {p95 * 1000:8.1f} {p99 * 1000:8.1f}   ×{p50 / low:.1f}")
    wrong = [*alone.wrong, *crowded.wrong, *readings.wrong]
    print(f"{len(wrong)} errors {sorted(set(wrong))[:5]}; {len(missing)} writes lost {missing[:5]}; chain of {check.report.count} links {'sound' if check.is_sound else 'BROKEN'}")
    return int(bool(wrong or missing) or not check.is_sound or crowded.told("save")[0] > BUDGET_SAVE_P50_S)


if __name__ == "__main__":
    sys.exit(on_engines(__file__, run=run, sizes={"units": 200, "readers": 20, "seconds": 60}))
