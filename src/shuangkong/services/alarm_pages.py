"""Alarms as pages show them (报警页): the list with its filters and counts, one alarm with its hours, life and what can be done."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from shuangkong.access.roles import Permission
from shuangkong.kernel.language import Language, Words
from shuangkong.kernel.rounding import plain, round_gbt8170
from shuangkong.lake.outlet_readings import heard_hours
from shuangkong.pollution.alarm_life import AlarmAct, AlarmKind, AlarmState, next_start
from shuangkong.pollution.exceedance import MeanKind, MeanSpan, OutletMean
from shuangkong.pollution.monitoring_validity import HourState
from shuangkong.services import clock
from shuangkong.services.alarm_means import LimitKey, means_of
from shuangkong.services.alarm_records import Case, cases_of, with_state
from shuangkong.services.alarm_wording import WHY_ENDED, facts_in_words, line_of
from shuangkong.services.alarms import acts_open_on, alarm_case, waiting_alarms
from shuangkong.services.filing_observations import end_of
from shuangkong.services.lake_rows import city_lake
from shuangkong.services.organisations import Node, OrganisationKind, Tree, tree_on
from shuangkong.services.outlet_facts import facts_of, local
from shuangkong.services.people import Member, NotPermitted
from shuangkong.services.slices import PAGE, Slice, slice_of
from shuangkong.store.models import Alarm, AlarmStep

OPEN, ALL = "OPEN", "ALL"
_MARGIN = {MeanSpan.HOUR: timedelta(hours=24), MeanSpan.DAY: timedelta(days=10), MeanSpan.MONTH: timedelta(days=62)}
_LONGEST = {MeanSpan.HOUR: timedelta(days=10), MeanSpan.DAY: timedelta(days=60), MeanSpan.MONTH: timedelta(days=400)}


@dataclass(frozen=True, slots=True)
class AlarmsAsked:
    """Which alarms a list is asked for (筛选): a state by name, `OPEN` for all that are not closed, `ALL`."""

    state: str = OPEN
    kind: AlarmKind | None = None
    place: str = ""
    day: date | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class AlarmLine:
    """An alarm in a list (报警一行)."""

    case: Case
    told: Words
    home: Words
    place: Words
    due_at: datetime | None
    is_late: bool

    @property
    def name(self) -> Words:
        """The point's code, or what else it is about."""
        alarm = self.case.alarm
        return Words(alarm.point.code, alarm.point.code) if alarm.point else self.home

    @property
    def why_ended(self) -> Words | None:
        """Why it ended by itself, None while it lasts."""
        return WHY_ENDED.get(str(self.case.facts.get("why_ended", "")), Words("已结束", "over")) if self.case.ended_at else None

    @property
    def is_simulated(self) -> bool:
        """Whether its point is made up."""
        return bool(self.case.alarm.point and self.case.alarm.point.is_simulated)


@dataclass(frozen=True, slots=True)
class AlarmsPage:
    """The alarms a person may see that answer to a filter (报警清单), with counts of all that are open."""

    asked: AlarmsAsked
    lines: Slice[AlarmLine]
    total: int
    by_state: tuple[tuple[AlarmState, int], ...]
    by_kind: tuple[tuple[AlarmKind, int], ...]
    places: tuple[Node, ...]
    mine: int

    @property
    def open_count(self) -> int:
        """How many are not closed."""
        return sum(count for state, count in self.by_state if state is not AlarmState.CLOSED)


@dataclass(frozen=True, slots=True)
class ShownMean:
    """A mean beside its limit (均值)."""

    start: datetime
    figure: str | None
    is_beyond: bool
    state: HourState


@dataclass(frozen=True, slots=True)
class ShownStep:
    """A step of an alarm's life (办理经过): what was said, with the files that may be opened."""

    row: AlarmStep
    act: AlarmAct
    state: AlarmState
    files: tuple[tuple[str, int | None], ...]

    @property
    def why(self) -> Words | None:
        """Why it ended by itself, None of other steps."""
        return WHY_ENDED.get(str(self.row.facts.get("why_ended", ""))) if self.act in (AlarmAct.END, AlarmAct.DROP) else None


@dataclass(frozen=True, slots=True)
class AlarmPage:
    """One alarm with all there is to it (报警页)."""

    line: AlarmLine
    facts: tuple[tuple[Words, str | Words], ...]
    means: tuple[ShownMean, ...]
    steps: tuple[ShownStep, ...]
    acts: tuple[AlarmAct, ...]
    devices: tuple[tuple[str, datetime], ...]

    def chart(self, language: Language) -> dict[str, Any] | None:
        """Return its means and limit for a chart (均值曲线), None where there are none."""
        facts = self.line.case.facts
        if not self.means:
            return None
        shown = "%m-%d %H:00" if facts["span"] == MeanSpan.HOUR.name else "%m-%d"
        periods = [f"{one.start:{shown}}" for one in self.means]
        series: list[dict[str, Any]] = [{"name": Words("均值", "mean").in_language(language), "values": [one.figure for one in self.means]}]
        if facts.get("low") is not None and facts.get("high") is not None:
            series.append({"name": Words("下限", "lower limit").in_language(language), "values": [facts["low"]] * len(periods), "dashed": True})
        target = {"name": Words("限值", "limit").in_language(language), "value": facts.get("high") or facts.get("low")}
        return {"unit": "" if facts["unit"] == "1" else facts["unit"], "periods": periods, "series": series, "target": target, "zero": True}


def alarms_page(*, who: Member, asked: AlarmsAsked, number: int = 1, as_of: date | None = None) -> AlarmsPage:
    """Return a page of the alarms a person may see that answer to a filter, those due first on top (报警)."""
    tree, until = tree_on(as_of or clock.today()), end_of(as_of) if as_of else None
    seen = [one for one in with_state(until=until).order_by("-start", "-pk") if who.sees(_home(one), tree)]
    is_open = [one for one in seen if one.state != AlarmState.CLOSED.name]
    found = [one for one in seen if _is_asked(one, asked, tree)]
    pages = slice_of(found, number)
    lines = [_line(case, tree) for case in cases_of(pages.rows, until=until)]
    states, kinds = Counter(one.state for one in seen), Counter(one.kind for one in is_open)
    return AlarmsPage(
        asked, Slice(lines, pages.number, pages.pages, pages.count), len(seen), tuple((state, states[state.name]) for state in AlarmState),
        tuple((kind, kinds[kind.name]) for kind in AlarmKind if kinds[kind.name]), tree.of_kind(OrganisationKind.COUNTY, OrganisationKind.ZONE),
        len(waiting_alarms(who=who)) if as_of is None else 0,
    )  # fmt: skip


def alarm_lines(*, who: Member, asked: AlarmsAsked) -> list[AlarmLine]:
    """Return all alarms a person may see that answer to a filter, the newest first (报警清单)."""
    tree = tree_on(clock.today())
    return [_line(case, tree) for case in cases_of(one for one in with_state().order_by("-start", "-pk") if who.sees(_home(one), tree) and _is_asked(one, asked, tree))]


def alarms_at(point: str, *, as_of: date | None = None, most: int = PAGE) -> tuple[AlarmLine, ...]:
    """Return the newest alarms of a point, those that are open first (监测点报警)."""
    return _newest({"point__code": point}, as_of, most)


def alarms_of(organisation: str, *, as_of: date | None = None, most: int = 10) -> tuple[AlarmLine, ...]:
    """Return the newest alarms of an organisation's points, those that are open first (单位报警)."""
    return _newest({"point__organisation__code": organisation}, as_of, most)


def work_lines(*, who: Member) -> tuple[AlarmLine, ...]:
    """Return the alarms that wait for a person, by due date (待办报警)."""
    tree = tree_on(clock.today())
    return tuple(_line(case, tree) for case in waiting_alarms(who=who))


def alarm_page(*, alarm_id: int, who: Member) -> AlarmPage:
    """Return one alarm (报警页); raise `UnknownAlarm`, `NotPermitted`."""
    case, tree = alarm_case(alarm_id), tree_on(clock.today())
    if not who.sees(case.home, tree):
        raise NotPermitted(Permission.FIGURES_READ, case.home)
    devices = tuple((mn, datetime.fromisoformat(since)) for mn, since in case.facts.get("devices", {}).items())
    # A scanned page holds names and stamps: it is for those over the organisation, not for all who may read its figures.
    files = dict(case.alarm.files.values_list("digest", "pk")) if who.posts_over(Permission.FIGURES_READ, case.home, tree) else {}
    return AlarmPage(_line(case, tree), tuple(facts_in_words(case)), _means(case), _steps(case, files), acts_open_on(case, who, tree), devices)


def _steps(case: Case, files: Mapping[str, int]) -> tuple[ShownStep, ...]:
    return tuple(
        ShownStep(step, AlarmAct[step.act], AlarmState[step.state_after], tuple((one["name"], files.get(one["digest"])) for one in step.facts.get("files", ())))
        for step in reversed(case.steps) if step.act != AlarmAct.UPDATE.name
    )  # fmt: skip


def _home(alarm: Alarm) -> str:
    return str(alarm.point.organisation.code if alarm.point else alarm.facts.get("place", ""))


def _is_asked(alarm: Alarm, asked: AlarmsAsked, tree: Tree) -> bool:
    state: str = alarm.state
    home = _home(alarm)
    told = " ".join((alarm.code, alarm.point.code if alarm.point else "", home, *(tree.find(home).name if home in tree else ()))).lower()
    return (
        (asked.state == ALL or (state != AlarmState.CLOSED.name if asked.state == OPEN else state == asked.state)) and asked.kind in (None, AlarmKind[alarm.kind])
        and (not asked.place or tree.covers(asked.place, home)) and asked.day in (None, local(alarm.start).date()) and all(word in told for word in asked.text.lower().split())
    )  # fmt: skip


def _newest(which: Mapping[str, Any], as_of: date | None, most: int) -> tuple[AlarmLine, ...]:
    tree, until = tree_on(as_of or clock.today()), end_of(as_of) if as_of else None
    rows = sorted(with_state(until=until).filter(**which).order_by("-start", "-pk")[: most * 4], key=lambda one: one.state == AlarmState.CLOSED.name)
    return tuple(_line(case, tree) for case in cases_of(rows[:most], until=until))


def _line(case: Case, tree: Tree) -> AlarmLine:
    home, place = tree.get(case.home), tree.jurisdiction_of(case.home)
    name = home.name if home else Words(case.home, case.home)
    due = case.due_at
    return AlarmLine(case, line_of(case), name, place.name if place else tree.city.name, due, due is not None and clock.now() > due)


def _means(case: Case) -> tuple[ShownMean, ...]:
    """The means around an exceedance, as they hold now."""
    if case.kind is not AlarmKind.EXCEEDANCE or case.alarm.point is None:
        return ()
    facts, code = case.facts, case.alarm.point.code
    key = LimitKey(case.alarm.factor, MeanSpan[facts["span"]], MeanKind[facts["mean"]], facts["unit"])
    first, last = datetime.fromisoformat(facts["first"]), datetime.fromisoformat(facts["last"])
    begin = datetime.combine((max(first, last - _LONGEST[key.span]) - _MARGIN[key.span]).date(), time())
    end = min(next_start(last, key.span) + _MARGIN[key.span], local(clock.now()).replace(minute=0, second=0, microsecond=0))
    with city_lake() as (lake, engine):
        heard = heard_hours(lake, engine, points=[code], start=begin, end=end)[code]
    registered = facts_of([code]).get(code)
    means = means_of(registered, heard, begin, end).get(key, {}) if registered else {}
    shown = [one for one in means.values() if one.start >= max(first, last - _LONGEST[key.span]) - _MARGIN[key.span]]
    begun = next((one.start for one in shown if one.figure is not None), first)
    return tuple(
        ShownMean(one.start, None if one.figure is None else plain(round_gbt8170(one.figure, 3)), _is_beyond(one, facts), one.state) for one in shown if one.start >= begun
    )


def _is_beyond(mean: OutletMean, facts: Mapping[str, Any]) -> bool:
    if mean.figure is None or mean.state is not HourState.VALID:
        return False
    return bool((facts["high"] and mean.figure > Decimal(facts["high"])) or (facts["low"] and mean.figure < Decimal(facts["low"])))
