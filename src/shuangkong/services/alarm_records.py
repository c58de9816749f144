"""Alarms as they are kept (报警记录): raised once however often they are found, grown, ended by themselves; the last step says where one stands."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import OuterRef, QuerySet, Subquery

from shuangkong import rules
from shuangkong.pollution.alarm_life import ALARM_STATES, AlarmAct, AlarmKind, AlarmState
from shuangkong.rules import RuleValue
from shuangkong.services import clock
from shuangkong.store.models import Alarm, AlarmStep, Device, MonitoringPoint

_BY_ITSELF = (AlarmAct.RAISE.name, AlarmAct.UPDATE.name, AlarmAct.END.name, AlarmAct.DROP.name)
ENDED = "ended_at"


def alarm_rule(name: str) -> RuleValue:
    """Return a rule of alarms as it holds today (报警约定), such as `answer_within`."""
    return rules.at(clock.today()).get(f"pollution.monitoring.alarms.{name}")


@dataclass(frozen=True, slots=True)
class Case:
    """An alarm with its steps, the oldest first (报警及其办理)."""

    alarm: Alarm
    steps: tuple[AlarmStep, ...]

    @property
    def pk(self) -> int:
        """Its key."""
        return int(self.alarm.pk)

    @property
    def kind(self) -> AlarmKind:
        """What it is about."""
        return AlarmKind[self.alarm.kind]

    @property
    def state(self) -> AlarmState:
        """Where it stands."""
        return AlarmState[self.steps[-1].state_after]

    @property
    def facts(self) -> Mapping[str, Any]:
        """What the system found, the newest of it."""
        return next((step.facts for step in reversed(self.steps) if step.act in _BY_ITSELF), self.alarm.facts)

    @property
    def home(self) -> str:
        """The organisation that answers for it."""
        return self.alarm.point.organisation.code if self.alarm.point else str(self.alarm.facts.get("place", ""))

    @property
    def ended_at(self) -> datetime | None:
        """When it ended by itself, None while it lasts."""
        told = self.facts.get(ENDED)
        return datetime.fromisoformat(told) if told else None

    @property
    def answers(self) -> tuple[AlarmStep, ...]:
        """What was answered, the oldest first."""
        return tuple(step for step in self.steps if step.act == AlarmAct.ANSWER.name)

    @property
    def due_at(self) -> datetime | None:
        """By when the next hand must have acted, None when it is closed."""
        if self.state is AlarmState.CLOSED:
            return None
        turns = (AlarmAct.ANSWER.name,) if self.state is AlarmState.ANSWERED else (AlarmAct.RAISE.name, AlarmAct.SEND_BACK.name)
        turned = next((step.recorded_at for step in reversed(self.steps) if step.act in turns), self.alarm.recorded_at)
        hours = alarm_rule("close_within").number if self.state is AlarmState.ANSWERED else alarm_rule("answer_within").value[self.kind.name]
        return turned + timedelta(minutes=int(hours * 60))


def with_state(*, until: datetime | None = None) -> "QuerySet[Alarm]":
    """Return all alarms with `state`, as known at a moment, now where none is given (报警及状态)."""
    steps, rows = AlarmStep.objects.filter(alarm=OuterRef("pk")).order_by("-version_after"), Alarm.objects.all()
    if until is not None:
        steps, rows = steps.filter(recorded_at__lt=until), rows.filter(recorded_at__lt=until)
    return rows.annotate(state=Subquery(steps.values("state_after")[:1])).select_related("point__organisation", "device")


def cases_of(alarms: Iterable[Alarm], *, until: datetime | None = None) -> list[Case]:
    """Return alarms with their steps, in their order (报警办理情况)."""
    held = list(alarms)
    steps: dict[int, list[AlarmStep]] = {}
    rows = AlarmStep.objects.filter(alarm_id__in=[one.pk for one in held]).select_related("person").order_by("version_after")
    for step in rows.filter(recorded_at__lt=until) if until else rows:
        steps.setdefault(step.alarm_id, []).append(step)
    return [Case(one, tuple(steps[one.pk])) for one in held if one.pk in steps]


def standing(*kinds: AlarmKind, points: Iterable[str] | None = None) -> list[Case]:
    """Return the alarms of some kinds that are not closed, the oldest first (未办结报警)."""
    rows = with_state().filter(kind__in=[kind.name for kind in kinds]).exclude(state=AlarmState.CLOSED.name).order_by("start", "pk")
    return cases_of(rows if points is None else rows.filter(point__code__in=list(points)))


def raise_alarm(
    *, kind: AlarmKind, start: datetime, facts: Mapping[str, Any], point: str = "", device: str = "", factor: str = "", place: str = "", part: str = ""
) -> int:
    """Raise an alarm, or grow the one that was raised of this start already (报警); returns its key. Found again, it changes nothing.

    Parameters
    ----------
    kind : AlarmKind
        What it is about.
    start : datetime
        With a zone; together with kind, point or device, factor and part it names the alarm.
    facts : mapping
        What is known of it, plain values: figures as text, moments in ISO 8601. `zh` and `en`, where given, are the line that lists show.
        With `ended_at` it is over.
    point, device, place : str
        Code of a point, MN of a device, organisation: whichever the alarm is about; who answers follows from the point, else the place.
    factor, part : str
        What is measured, and what else tells alarms of one start apart.
    """
    told = dict(facts) | ({"place": place} if place else {})
    code = "/".join((kind.name, device or point or place, factor or "-", part or "-", f"{start.astimezone(UTC):%Y%m%dT%H%M%S}"))
    with transaction.atomic():
        found = with_state().filter(code=code).first()
        if found is not None:
            return grow(cases_of([found])[0], told)
        where = MonitoringPoint.objects.filter(code=point).first() if point else None
        what = Device.objects.filter(mn=device).first() if device else None
        moment = clock.now()
        alarm = Alarm.objects.create(code=code, kind=kind.name, point=where, device=what, factor=factor, start=start, facts=told, recorded_at=moment)
        AlarmStep.objects.create(
            alarm=alarm, act=AlarmAct.RAISE.name, state_after=AlarmState.RAISED.name, version_after=1, facts=told, recorded_at=moment
        )
    return int(alarm.pk)


def grow(case: Case, facts: Mapping[str, Any]) -> int:
    """Note what is known of an alarm now, if that is news (报警更新); a closed one stays as it was. Returns its key."""
    is_over = bool(facts.get(ENDED))
    if case.state is not AlarmState.CLOSED and dict(case.facts) != dict(facts):
        noted(case, AlarmAct.END if is_over and case.ended_at is None else AlarmAct.UPDATE, facts)
    return case.pk


def end(case: Case, *, at: datetime, why: str, facts: Mapping[str, Any] | None = None) -> None:
    """Note that an alarm has ended by itself (自行结束), once; a kind that needs no answer is closed with it. `why` is a key of `WHY_ENDED`."""
    if case.state is AlarmState.CLOSED or case.ended_at is not None:
        return
    is_closed = case.kind.name in alarm_rule("closed_by_itself").value
    noted(case, AlarmAct.DROP if is_closed else AlarmAct.END, {**(case.facts if facts is None else facts), ENDED: at.isoformat(), "why_ended": why})


def noted(case: Case, act: AlarmAct, facts: Mapping[str, Any]) -> None:
    """Add a step that nobody took (系统记录); where a person was quicker, the next round says it again."""
    after, moment = ALARM_STATES.after(case.state, act), clock.now()
    try:
        with transaction.atomic():
            AlarmStep.objects.create(
                alarm=case.alarm, act=act.name, state_after=after.name, version_after=case.steps[-1].version_after + 1, facts=dict(facts), recorded_at=moment
            )
    except IntegrityError:
        return
