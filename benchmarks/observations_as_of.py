"""What was known on a day against what is known now: a board's worth of figures and single figures; on SQLite and on PostgreSQL.

    python benchmarks/observations_as_of.py [--engine sqlite|postgresql] [--rounds 7]

Size: the demo city (13 jurisdictions, 300 units, 6 years, 90,000 versions of figures) of which 20,000 figures were revised after the day. The floor, in the
same run: the same question about now. Budget: twice the floor for each question, and every single figure answered from an index.
"""

import argparse
import os
import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from statistics import median

from platform_load import deployment, on_engines

BUDGET_RATIO = 2
REVISED, DAY, AFTER = 20_000, date(2030, 1, 1), datetime(2031, 1, 1, tzinfo=UTC)
ASKED = 200


def fill() -> None:
    """Load the demo city and revise many of its figures after the day."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from shuangkong.services.platform_demo import load_demo_city
    from shuangkong.store.models import ObservationRow

    call_command("migrate", verbosity=0, interactive=False)
    load_demo_city()
    rows = list(ObservationRow.objects.order_by("pk")[:: max(1, ObservationRow.objects.count() // REVISED)])
    for row in rows:
        row.pk, row.recorded_at, row.note = None, AFTER, "压力测试"
    ObservationRow.objects.bulk_create(rows, batch_size=500)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def compared(name: str, ask: Callable[[date | None], object], rounds: int) -> float:
    """Time a question about now and about the day, in turn; print and return the ratio."""
    taken: dict[date | None, list[float]] = {None: [], DAY: []}
    for number in range(rounds + 1):
        for day, kept in taken.items():
            begun = time.perf_counter()
            ask(day)
            if number:
                kept.append(time.perf_counter() - begun)
    now, then = median(taken[None]), median(taken[DAY])
    print(f"{name:34} {now * 1000:10.2f} {then * 1000:10.2f}   ×{then / now:.2f}")
    return then / now


def is_indexed() -> bool:
    """Tell whether a single figure, now and as of a day, is found by the index of versions and not by reading the table."""
    from django.db.models import F, Window
    from django.db.models.functions import RowNumber

    from shuangkong.services.filing_observations import end_of
    from shuangkong.store.models import ObservationRow

    place = Window(RowNumber(), partition_by=[F("org"), F("element"), F("period")], order_by=[F("recorded_at").desc(), F("id").desc()])
    one = ObservationRow.objects.filter(org="411721", element="energy_consumed_tce", period="2023")
    plans = [_plan(rows.annotate(place=place).filter(place=1).query.sql_with_params()) for rows in (one, one.filter(recorded_at__lt=end_of(DAY)))]
    return all("observation_" in plan and "SCAN store_" not in plan and "Seq Scan" not in plan for plan in plans)


def _plan(statement: tuple[str, tuple[object, ...]]) -> str:
    from django.db import connection

    sql, values = statement
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {'QUERY PLAN ' if connection.vendor == 'sqlite' else ''}{sql}", values)
        return "\n".join(str(row) for row in cursor.fetchall())


def run(asked: argparse.Namespace) -> int:
    """Measure on one engine."""
    with deployment(asked.engine):
        fill()
        from shuangkong.services.deployment import city
        from shuangkong.services.filing_observations import current_rows
        from shuangkong.store.models import ObservationRow

        orgs = [one.code for one in city().jurisdictions]
        keys = random.Random(20261122).sample(list(ObservationRow.objects.values_list("org", "element", "period").distinct()), ASKED)
        units = [code for code in ObservationRow.objects.values_list("org", flat=True).distinct() if code.startswith("U")][:50]

        def singly(day: date | None) -> None:
            for org, element, period in keys:
                list(current_rows(as_of=day, org=org, element=element, period=period))

        print(f"{asked.engine}: {ObservationRow.objects.count():,} versions, load of the machine {os.getloadavg()[0]:.1f}")
        print(f"{'[ms]':34} {'now':>10} {'as of':>10}")
        ratios = [
            compared("a board's figures", lambda day: list(current_rows(as_of=day, org__in=orgs)), asked.rounds),
            compared("one year of a board", lambda day: list(current_rows(as_of=day, org__in=orgs, period="2024")), asked.rounds),
            compared("50 units, all years", lambda day: list(current_rows(as_of=day, org__in=units)), asked.rounds),
            compared(f"{ASKED} single figures", singly, asked.rounds),
        ]
        used = is_indexed()
    print(f"{'worst':56} ×{max(ratios):.2f}   budget ×{BUDGET_RATIO}; single figures by index: {'yes' if used else 'NO'}")
    return int(max(ratios) > BUDGET_RATIO or not used)


if __name__ == "__main__":
    sys.exit(on_engines(__file__, run=run, sizes={"rounds": 7}))
