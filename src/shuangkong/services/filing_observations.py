"""What a locked filing says becomes observations; a later round adds versions, and none is ever overwritten."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import F, Max, Window
from django.db.models.functions import RowNumber

from shuangkong.indicators.observations import Observation
from shuangkong.kernel.period import CHINA_STANDARD_TIME, Period
from shuangkong.kernel.provenance import DataGrade
from shuangkong.kernel.units import unit
from shuangkong.returns.entries import Entry
from shuangkong.returns.form import CellKey, FilerKind, Form
from shuangkong.returns.states import ReturnAct
from shuangkong.services.chain import Actor, Sealed
from shuangkong.services.deployment import city
from shuangkong.store.models import Filing, ObservationRow


def subject_org(form: Form, filing: Filing) -> str:
    """Return whom the figures of a filing are about (数据所属): the filer itself; the city where an agency files for it."""
    return city().code if form.filer in (FilerKind.AGENCY, FilerKind.CITY) else filing.organisation.code


def observe(form: Form, filing: Filing, entries: Mapping[CellKey, Entry], actor: Actor, sealed: Sealed) -> int:
    """Add a version of every figure of a filing that says something new (形成观测值); returns how many.

    Must run in the transaction that locks the filing. An amended round adds only the figures that differ; one that was
    taken out becomes 不适用, since nothing is erased.
    """
    subject = subject_org(form, filing)
    cells = {cell.about(subject): cell for cell in form.by_element.values()}
    told = {cell.about(subject): (cell, entry) for key, entry in entries.items() if (cell := form.cell(key)) is not None and cell.element}
    known = {(row.element, row.org): row for row in current_rows(org__in={org for _, org in cells}, period=filing.period) if (row.element, row.org) in cells}
    submitter = filing.acts.filter(act=ReturnAct.SUBMIT.name).order_by("-id").select_related("person").first()
    reported_by = f"{filing.organisation.code} {submitter.person.full_name}" if submitter and submitter.person else filing.organisation.code
    grade = DataGrade.SIMULATED if filing.is_simulated else DataGrade.REPORTED
    rows = []
    for figure, (cell, entry) in told.items():
        before = known.get(figure)
        if before is not None and before.value == entry.number and before.unit == str(cell.unit or "1"):
            continue
        rows.append((figure, entry.number, cell, ""))
    rows += [(figure, None, cells[figure], "更正后不再填报") for figure, row in known.items() if figure not in told and row.value is not None]
    ObservationRow.objects.bulk_create(
        [
            ObservationRow(
                element=element, org=org, period=filing.period, value=number, unit=str(cell.unit or "1"), grade=grade.name,
                source=f"{form.name.zh}（{form.code}）", reported_by=reported_by, approved_by=f"{actor.organisation} {actor.name}",
                recorded_at=sealed.recorded_at, note=note, filing=filing, link=sealed.link,
            )
            for (element, org), number, cell, note in rows
        ],
        batch_size=500,
    )  # fmt: skip
    return len(rows)


def end_of(as_of: date) -> datetime:
    """Return the moment a day ends, China Standard Time (当日终了)."""
    return datetime.combine(as_of + timedelta(days=1), time(), CHINA_STANDARD_TIME).astimezone(UTC)


def current_rows(*, as_of: date | None = None, **which: object) -> Iterator[ObservationRow]:
    """Yield the version in force of every figure asked for, as known at the end of a day (当前有效观测值).

    Parameters
    ----------
    as_of : date, optional
        None takes everything recorded. The query is the same, with one more comparison on the index.
    **which
        Filters of the rows, such as `org`, `element`, `period`, `org__in`.
    """
    rows = ObservationRow.objects.filter(**which)
    if as_of is not None:
        rows = rows.filter(recorded_at__lt=end_of(as_of))
    place = Window(RowNumber(), partition_by=[F("org"), F("element"), F("period")], order_by=[F("recorded_at").desc(), F("id").desc()])
    return rows.annotate(place=place).filter(place=1).iterator(chunk_size=2000)


def newest_id(**which: object) -> int:
    """Return the key of the newest version among some figures, 0 where there is none: what caches hang on (水位)."""
    return int(ObservationRow.objects.filter(**which).aggregate(Max("id"))["id__max"] or 0)


def as_observation(row: ObservationRow) -> Observation:
    """Return a row as the domain knows it (观测值)."""
    return Observation(
        element=row.element, org=row.org, period=Period.parse(row.period), value=row.value, unit=unit(row.unit), grade=DataGrade[row.grade],
        source=row.source, reported_by=row.reported_by, approved_by=row.approved_by, recorded_at=row.recorded_at, note=row.note,
    )  # fmt: skip
