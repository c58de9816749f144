"""Use cases of observations: read a file of figures, say what it would change, append it.

A file is long (one row per figure) or wide (one row per place and period, elements as column heads); CSV, xlsx, YAML or
JSON. Nothing is ever overwritten: a changed figure is a later version, and loading writes all of a file or nothing.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path

from shuangkong.indicators.declaration import Element
from shuangkong.indicators.observations import Key, Observation, ObservationStore, Snapshot
from shuangkong.kernel.faults import Fault, InputRefused
from shuangkong.kernel.language import Language, Words
from shuangkong.kernel.rounding import plain
from shuangkong.plan.organisations import Jurisdictions
from shuangkong.services.documents.placing import put_in_place
from shuangkong.services.observation_cells import ObservationReader
from shuangkong.services.observation_rows import GivenRow, rows_of

STORE_FILE = "observations.csv"
STORE_COLUMNS = (
    "element", "org", "period", "value", "unit", "grade", "source", "reported_by", "approved_by", "recorded_at", "note",
)  # fmt: skip
SUSPICIOUS_RATIO = 10  # to the year before: most likely a slip of unit


class ChangeKind(Enum):
    """What loading a figure does (变更类别)."""

    NEW = "新增"
    REVISED = "修订"
    SAME = "相同"

    @property
    def words(self) -> Words:
        """The word shown."""
        return Words(self.value, self.name.lower())


@dataclass(frozen=True, slots=True)
class Change:
    """One figure of the file beside the version it meets (变更)."""

    kind: ChangeKind
    observation: Observation
    before: Observation | None = None

    def line(self, *, name: str, org_name: str, language: Language = "zh") -> str:
        """Return the change on one line."""
        told = _shown(self.observation)
        met = f"{_shown(self.before)} → " if self.before is not None and self.kind is ChangeKind.REVISED else ""
        return f"{self.kind.words.in_language(language)}  {org_name}  {self.observation.period}  {name}  {met}{told}"


@dataclass(frozen=True, slots=True)
class ReadObservations:
    """What a file holds (读入的观测值): its figures in the elements' units, and notices for the reader."""

    store: ObservationStore
    notices: tuple[Words, ...] = ()


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What loading a file would do or has done (载入报告)."""

    changes: tuple[Change, ...]
    notices: tuple[Words, ...]
    is_committed: bool

    def count(self, kind: ChangeKind) -> int:
        """Return how many figures are of a kind."""
        return sum(change.kind is kind for change in self.changes)


def read_observations(
    path: Path, *, elements: Mapping[str, Element], jurisdictions: Jurisdictions, recorded_at: datetime | None = None
) -> ReadObservations:
    """Read figures from a file in any accepted shape (读取观测值).

    Parameters
    ----------
    path : Path
        CSV, xlsx, YAML or JSON; long or wide.
    elements : Mapping
        The city's data elements by code.
    jurisdictions : Jurisdictions
        Whose figures they may be.
    recorded_at : datetime, optional
        When rows that state no moment were heard; None takes the last second of the period they are about.

    Returns
    -------
    ReadObservations
        Every figure in its element's unit.

    Raises
    ------
    InputRefused
        With every fault of the file, by row and column.
    """
    given = rows_of(path, elements=elements)
    reader = ObservationReader(elements=elements, jurisdictions=jurisdictions, source=path.name, recorded_at=recorded_at)
    faults: list[Fault] = list(given.faults)
    found: dict[tuple[Key, datetime], GivenRow] = {}
    store = ObservationStore()
    for row in given.rows:
        observation = reader.read(row, faults)
        if observation is None:
            continue
        twin = found.setdefault((observation.key, observation.recorded_at), row)
        if twin is not row:
            faults.append(_repeated(row, twin))
            continue
        store.append(observation)
    if faults:
        raise InputRefused(faults)
    if not len(store):
        raise InputRefused([_nothing(path)])
    return ReadObservations(store, (*given.notices, *reader.notices()))


def load_file(
    *,
    path: Path,
    elements: Mapping[str, Element],
    jurisdictions: Jurisdictions,
    known: ObservationStore,
    folder: Path,
    now: datetime,
    is_committed: bool,
) -> LoadReport:
    """Load a city's own past figures, or say what loading would do (批量载入).

    Parameters
    ----------
    path : Path
        The file.
    elements, jurisdictions
        Of the city.
    known : ObservationStore
        What is held already, the file of `folder` included.
    folder : Path
        Where the store of observations lies.
    now : datetime
        The moment the figures are heard.
    is_committed : bool
        False is a dry run: nothing is written.

    Returns
    -------
    LoadReport

    Raises
    ------
    InputRefused
        With every fault of the file; nothing is written.
    """
    given = read_observations(path, elements=elements, jurisdictions=jurisdictions, recorded_at=now)
    snapshot = known.as_known(None)
    changes = tuple(_change(snapshot, observation) for observation in given.store)
    faults = [_too_old(change, snapshot) for change in changes if change.before is not None and _is_too_old(change)]
    if faults:
        raise InputRefused(faults)
    fresh = [change.observation for change in changes if change.kind is not ChangeKind.SAME]
    if is_committed and fresh:
        append(folder / STORE_FILE, fresh)
    return LoadReport(changes, (*given.notices, *_suspicious(changes, snapshot, elements, jurisdictions)), is_committed)


def append(path: Path, observations: Sequence[Observation]) -> None:
    """Append observations to a CSV store, whole or not at all (追加观测值).

    The old content is copied byte for byte in front, so that no earlier row can change; readers see the old file until the
    new one stands complete in its place.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    held = path.read_bytes() if path.exists() else b""
    if not held:
        writer.writerow(STORE_COLUMNS)
    writer.writerows(_cells(observation) for observation in observations)
    put_in_place(path, held + text.getvalue().encode("utf-8"))


def _cells(one: Observation) -> list[str]:
    figure = "" if one.value is None else plain(one.value)
    return [
        one.element, one.org, str(one.period), figure, str(one.unit), one.grade.name, one.source, one.reported_by,
        one.approved_by, one.recorded_at.isoformat(), one.note,
    ]  # fmt: skip


def _change(snapshot: Snapshot, observation: Observation) -> Change:
    before = snapshot.get(*observation.key)
    if before is None:
        return Change(ChangeKind.NEW, observation)
    is_same = _comparable(before, observation) == observation.value
    return Change(ChangeKind.SAME if is_same else ChangeKind.REVISED, observation, before)


def _comparable(before: Observation, observation: Observation) -> object:
    return None if before.value is None else before.value * before.unit.factor_to(observation.unit)


def _is_too_old(change: Change) -> bool:
    before = change.before
    return change.kind is ChangeKind.REVISED and before is not None and change.observation.recorded_at <= before.recorded_at


def _too_old(change: Change, snapshot: Snapshot) -> Fault:
    held = snapshot.get(*change.observation.key)
    moment = held.recorded_at.isoformat() if held else ""
    one = change.observation
    return Fault(
        Words("记录时间", "recorded_at"), one.recorded_at.isoformat(),
        Words(f"不晚于已有版本（{moment}），新值不会生效", f"is not later than the version held ({moment}) and would not take effect"),
        Words("删去该列，按载入时间记录", "leave the column out; the moment of loading is then recorded"),
        Words(f"{one.org} {one.period} {one.element}", f"{one.org} {one.period} {one.element}"),
    )  # fmt: skip


def _suspicious(
    changes: Sequence[Change], snapshot: Snapshot, elements: Mapping[str, Element], jurisdictions: Jurisdictions
) -> list[Words]:
    """Point at figures so far from the year before that a slip of unit is likely; they are loaded all the same."""
    told = {change.observation.key: change.observation for change in changes}
    notices = []
    for change in changes:
        one = change.observation
        earlier_key = (one.element, one.org, one.period.year_on_year())
        earlier = told.get(earlier_key) or snapshot.get(*earlier_key)
        if earlier is None or not earlier.value or not one.value or elements[one.element].unit.symbol in ("%", "1"):
            continue
        ratio = one.value / (earlier.value * earlier.unit.factor_to(one.unit))
        if not 1 <= abs(ratio) * SUSPICIOUS_RATIO <= SUSPICIOUS_RATIO**2:
            org, name = jurisdictions.find(one.org).name, elements[one.element].name
            times = plain(round(ratio, 3))
            notices.append(Words(
                f"{org.zh} {one.period} {name.zh} 是上年同期的 {times} 倍，请核对计量单位",
                f"{org.en} {one.period} {name.en} is {times} times the year before; check the unit",
            ))
    return notices


def _repeated(row: GivenRow, twin: GivenRow) -> Fault:
    return Fault(
        Words("观测值", "figure"), row.text("value"),
        Words(f"与{twin.place.zh}重复（同一指标、单位和时期）", f"repeats {twin.place.en} (same element, place and period)"),
        Words("只留一行；修订值请另行载入", "keep one; load a revision by itself"), row.place,
    )  # fmt: skip


def _nothing(path: Path) -> Fault:
    return Fault(
        Words("文件", "file"), path.name, Words("没有填写任何数值", "holds no figure"), Words("在数值列填写后重试", "fill in the figures and try again")
    )


def _shown(observation: Observation) -> str:
    return "不适用" if observation.value is None else f"{plain(observation.value)} {observation.unit}"
