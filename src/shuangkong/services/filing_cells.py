"""Typing into a return (填写): cells are kept one by one; of two people at one cell the later is told of the other and nothing is lost."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import Max

from shuangkong.access.roles import Permission
from shuangkong.checks.lifecycle import FindingState
from shuangkong.checks.model import Severity
from shuangkong.kernel.faults import Fault
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period
from shuangkong.returns.entries import Entry, entry_from
from shuangkong.returns.form import Cell, CellKey, Form
from shuangkong.returns.formula import CellResult
from shuangkong.returns.states import EDITABLE, ReturnState
from shuangkong.services import clock
from shuangkong.services.check_waivers import steps_on
from shuangkong.services.filing_checks import Found, check_filing, told_cells
from shuangkong.services.filing_forms import LaidOut, form_of, laid_out
from shuangkong.services.filing_records import entries_of_cells, entry_stored
from shuangkong.services.filing_refusals import ChangedMeanwhile, NotEditable, TooManyCells, UnreadableVersion
from shuangkong.services.finding_cases import life_at
from shuangkong.services.people import Member, actor_of
from shuangkong.store.models import CheckWaiver, DraftCell, Filing

MAX_CELLS_A_SAVE = 20_000
_LONGEST_TOKEN, _LARGEST_VERSION = 100_000, 2**31
_ZERO, _STEP = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Known:
    """What a page knows of a return (页面所知): its version, the moment of the newest cell it shows, and clashes it was told of since.

    Written `version`, or `version@moment@key=moment,…`; moments in microseconds. A program that says the version alone is not held to cells.
    """

    version: int
    moment: int | None = None
    seen: Mapping[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        if self.moment is None:
            return str(self.version)
        return f"{self.version}@{self.moment}@" + ",".join(f"{key}={moment}" for key, moment in sorted(self.seen.items()))

    @classmethod
    def parse(cls, said: object) -> "Known":
        """Read what a page sends back; raise `UnreadableVersion`."""
        text = str(said)
        version, _, rest = text.partition("@")
        moment, _, seen = rest.partition("@")
        try:
            if len(text) > _LONGEST_TOKEN or isinstance(said, bool):
                raise ValueError(text)
            pairs = dict(pair.rsplit("=", 1) for pair in seen.split(",") if pair)
            known = cls(int(version), int(moment) if rest else None, {key: int(at) for key, at in pairs.items()})
        except ValueError as wrong:
            raise UnreadableVersion(said) from wrong
        if not 0 <= known.version < _LARGEST_VERSION:
            raise UnreadableVersion(said)
        return known

    def misses(self, cell: DraftCell, who: Member) -> bool:
        """Tell whether somebody else changed a cell since the page showed it."""
        if self.moment is None or cell.updated_by_id == who.pk:
            return False
        return _count(cell.updated_at) > max(self.moment, self.seen.get(cell.key, 0))


@dataclass(frozen=True, slots=True)
class Clash:
    """A cell that somebody else changed meanwhile (同格冲突): who, when, to what."""

    key: str
    text: str
    who: str
    moment: datetime


@dataclass(frozen=True, slots=True)
class Saved:
    """What saving cells did (保存结果): keys kept, faults by key, what follows from them, what the checks say of the whole now.

    Where there is a clash nothing was saved: the cells not named are sent again.
    """

    version: int
    known: str
    saved: tuple[str, ...]
    faults: Mapping[str, Fault]
    clashes: tuple[Clash, ...] = ()
    computed: Mapping[CellKey, CellResult] = field(default_factory=dict)
    previous: Mapping[CellKey, Entry] = field(default_factory=dict)
    whole: Mapping[CellKey, Entry] = field(default_factory=dict)
    found: tuple[Found, ...] = ()
    waivers: Mapping[str, CheckWaiver] = field(default_factory=dict)
    typed: Mapping[CellKey, Entry] = field(default_factory=dict)

    def waiver_of(self, found: Found) -> Words | None:
        """Return until when and by whom a finding is waived, None where it is not."""
        step = self.waivers.get(found.likeness)
        if step is None or life_at(step).on(clock.today()) is not FindingState.WAIVED:
            return None
        return Words(f"已由{step.person.full_name}豁免至 {step.waived_until}", f"waived by {step.person.full_name} until {step.waived_until}")


def known_now(filing: Filing) -> Known:
    """Return what a page that is made now knows (页面所知)."""
    return Known(filing.version, _count(_newest(filing)))


def save_cells(*, filing_id: int, version: int | str, texts: Mapping[str, str], who: Member) -> Saved:
    """Keep what was typed; sound cells are saved, the others told, and nothing typed is lost (保存填报内容).

    Parameters
    ----------
    filing_id : int
        The filing.
    version : int or str
        What its page knows, as `known_now` or an earlier saving gave it; of programs the version alone.
    texts : mapping of "table.row.column" to text
        As typed or pasted; an empty text empties the cell.
    who : Member
        Who types.

    Raises
    ------
    ChangedMeanwhile, NotEditable, NotPermitted, TooManyCells, UnreadableVersion
        With who acted, what to do.
    """
    known = Known.parse(version)
    if len(texts) > MAX_CELLS_A_SAVE:
        raise TooManyCells(len(texts), MAX_CELLS_A_SAVE)
    while True:
        typed = _typed(filing_id, known, texts, who)  # worked out and checked before anybody has to wait for the writing
        if typed.clashes:
            return typed.saved(known)
        with transaction.atomic():
            filing = Filing.objects.select_for_update().get(pk=filing_id)
            require_editable(filing, known.version)
            if _newest(filing) == typed.newest:  # else somebody saved meanwhile, and what follows from it is another thing
                return typed.saved(known, _write(filing, typed, who))


@dataclass(frozen=True, slots=True)
class _Typed:
    """What somebody typed, beside the draft it was typed into: nothing is written yet."""

    filing: Filing
    rows: Mapping[str, DraftCell]
    newest: datetime
    kept: Mapping[str, Entry | None]
    faults: Mapping[str, Fault]
    clashes: tuple[Clash, ...] = ()
    same: tuple[str, ...] = ()
    is_alone: bool = True
    laid: LaidOut | None = None
    found: tuple[Found, ...] = ()

    def saved(self, known: Known, moment: int | None = None) -> Saved:
        """Return what the page is told; without a moment nothing was written."""
        if self.laid is None:
            seen = {**known.seen, **{one.key: _count(one.moment) for one in self.clashes}}
            return Saved(self.filing.version, str(replace(known, seen=seen)), (), self.faults, self.clashes)
        after = replace(known, moment=moment) if known.moment is not None and self.is_alone else known
        return Saved(
            self.filing.version, str(after), (*self.kept, *self.same), self.faults, (), self.laid.results, self.laid.previous, self.laid.whole,
            self.found, steps_on(self.filing), self.laid.typed,
        )  # fmt: skip


def _typed(filing_id: int, known: Known, texts: Mapping[str, str], who: Member) -> _Typed:
    """Work out and check what a draft becomes; raises as `save_cells`."""
    filing = Filing.objects.select_related("organisation").get(pk=filing_id)
    actor_of(who, Permission.RETURN_FILE, filing.organisation.code, among=[filing.organisation.code])
    require_editable(filing, known.version)
    form = form_of(filing.form, Period.parse(filing.period))
    kept, faults = _read(form, texts)
    rows = {cell.key: cell for cell in filing.cells.select_related("updated_by")}
    newest = max((row.updated_at for row in rows.values()), default=_ZERO)
    clashes = tuple(_clashes(rows, kept, known, who))
    if clashes:
        return _Typed(filing, rows, newest, kept, faults, clashes)
    kept = {key: entry for key, entry in kept.items() if _stored(entry) != (rows[key].text if key in rows else "")} if rows else kept
    same = tuple(key for key in texts if key not in kept and key not in faults)
    typed = entries_of_cells(form, [row for key, row in rows.items() if key not in kept])
    typed |= {CellKey.parse(key): entry for key, entry in kept.items() if entry is not None}
    laid = laid_out(form, filing, typed)
    found = check_filing(form, filing, laid.whole)
    barred = _barred(form, found, kept)
    if barred:
        faults |= barred
        kept = {key: entry for key, entry in kept.items() if key not in barred}
        laid = laid_out(form, filing, {key: entry for key, entry in typed.items() if str(key) not in barred} | _stood(form, rows, barred))
    is_alone = not any(known.misses(cell, who) for cell in rows.values())
    return _Typed(filing, rows, newest, kept, faults, (), same, is_alone, laid, found)


def require_editable(filing: Filing, version: int) -> None:
    """Refuse to edit what is no draft, or has changed hands since (校验可否修改)."""
    if ReturnState[filing.state] not in EDITABLE:
        raise NotEditable(ReturnState[filing.state])
    if filing.version != version:
        raise ChangedMeanwhile(filing)


def _write(filing: Filing, typed: _Typed, who: Member) -> int:
    """Write the cells; of two savings the later is later, whatever the clock says. An emptied cell keeps its row."""
    moment = max(clock.now(), typed.newest + _STEP)
    told = {key: entry for key, entry in typed.kept.items() if entry is not None or key in typed.rows}
    DraftCell.objects.bulk_create(
        [DraftCell(filing=filing, key=key, text=_stored(entry), updated_by_id=who.pk, updated_at=moment) for key, entry in told.items()],
        update_conflicts=True, unique_fields=["filing", "key"], update_fields=["text", "updated_by", "updated_at"],
    )  # fmt: skip
    return _count(moment if told else typed.newest)


def _newest(filing: Filing) -> datetime:
    """Return when a draft was last written to; every writing is later than the one before."""
    return filing.cells.aggregate(Max("updated_at"))["updated_at__max"] or _ZERO


def _clashes(rows: Mapping[str, DraftCell], kept: Mapping[str, Entry | None], known: Known, who: Member) -> list[Clash]:
    return [
        Clash(key, row.text, row.updated_by.full_name if row.updated_by else "系统", row.updated_at)
        for key, entry in kept.items() if (row := rows.get(key)) is not None and known.misses(row, who) and row.text != _stored(entry)
    ]  # fmt: skip


def _stored(entry: Entry | None) -> str:
    return entry.stored() if entry else ""


def _count(moment: datetime) -> int:
    return (moment - _ZERO) // _STEP


def _stood(form: Form, rows: Mapping[str, DraftCell], barred: Mapping[str, Fault]) -> dict[CellKey, Entry]:
    """Return what stood in the cells that were refused."""
    return {CellKey.parse(key): entry_stored(form, CellKey.parse(key), rows[key].text) for key in barred if key in rows and rows[key].text}


def _barred(form: Form, found: tuple[Found, ...], kept: Mapping[str, Entry | None]) -> dict[str, Fault]:
    """Return the cells that a check forbids to be saved as they are, each with the finding."""
    barred: dict[str, Fault] = {}
    for one in found:
        if one.finding.severity is Severity.BLOCKS_SAVE:
            for key in told_cells(form, one):
                if kept.get(key) is not None:
                    barred.setdefault(key, one.as_fault())
    return barred


def _read(form: Form, texts: Mapping[str, str]) -> tuple[dict[str, Entry | None], dict[str, Fault]]:
    kept: dict[str, Entry | None] = {}
    faults: dict[str, Fault] = {}
    for raw, text in texts.items():
        cell = _cell(form, raw)
        if cell is None or cell.is_computed:
            faults[raw] = _no_input(raw, cell)
            continue
        entry = entry_from(cell, text)
        if isinstance(entry, Fault):
            faults[raw] = entry
        else:
            kept[raw] = entry
    return kept, faults


def _cell(form: Form, raw: str) -> Cell | None:
    try:
        return form.cell(CellKey.parse(raw))
    except ValueError:
        return None


def _no_input(raw: str, cell: Cell | None) -> Fault:
    if cell is None:
        return Fault(Words("单元格", "cell"), raw, Words("本表没有", "is not in the form"), Words("刷新页面", "reload the page"))
    if cell.given:
        return Fault(cell.name, raw, Words("由市里下达，不能填写", "is given by the city and cannot be typed"), Words("有误的请市里更正", "ask the city to correct it"))
    return Fault(cell.name, raw, Words("由系统计算，不能填写", "is computed and cannot be typed"), Words("填写它所依据的数", "fill in what it rests on"))
