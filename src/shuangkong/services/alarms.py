"""Alarms (报警): raised from readings and device states by a chore; answered by the unit, closed or sent back by the reviewer, each act sealed."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from shuangkong.access.roles import Permission
from shuangkong.evidence.act import ActKind
from shuangkong.evidence.canonical import Plain
from shuangkong.evidence.digest import digest
from shuangkong.kernel.faults import Fault, InputRefused, Refusal
from shuangkong.kernel.language import Words
from shuangkong.pollution.alarm_life import ALARM_STATES, AlarmAct, AlarmKind, AlarmState
from shuangkong.services import clock
from shuangkong.services.alarm_devices import device_alarms
from shuangkong.services.alarm_exceedances import exceedance_alarms
from shuangkong.services.alarm_records import Case, alarm_rule, cases_of, raise_alarm, with_state
from shuangkong.services.attachments import AttachmentRefused, Handed, fit_file
from shuangkong.services.chain import Actor, algorithm, record_export, seal
from shuangkong.services.handling_limits import handling_limit
from shuangkong.services.organisations import Tree, tree_on
from shuangkong.services.people import Member, NotPermitted, actor_of
from shuangkong.services.vapour_stations import vapour_alarms
from shuangkong.store.models import Alarm, AlarmFile, AlarmStep

__all__ = ["AlarmKind", "answer_alarm", "close_alarm", "raise_alarm", "raise_alarms", "send_back_alarm"]
_SEALED_AS = {AlarmAct.ANSWER: ActKind.SUBMISSION, AlarmAct.SEND_BACK: ActKind.SENDING_BACK, AlarmAct.CLOSE: ActKind.FINDING_CLOSURE}
ACTS_OF_PEOPLE = tuple(_SEALED_AS)


class UnknownAlarm(Refusal):
    """There is no such alarm, or not for this person (未知报警)."""

    def __init__(self, key: int) -> None:
        super().__init__(
            thing=Words("报警", "alarm"), value=key, rule=Words("不存在，或不在您的范围内", "does not exist, or not for you"), remedy=Words("从报警清单进入", "come from the list of alarms")
        )


class OwnAnswer(Refusal):
    """Nobody closes or sends back what they answered (不能核实本人的答复)."""

    def __init__(self, name: str) -> None:
        super().__init__(
            thing=Words("办理人", "person"), value=name, rule=Words("答复了本报警，不能自己核实", "answered the alarm and may not judge the answer"),
            remedy=Words("由另一人办理", "let somebody else do it"),
        )  # fmt: skip


class StillLasting(Refusal):
    """An alarm that lasts cannot be closed (仍在持续，不能办结)."""

    def __init__(self, kind: AlarmKind) -> None:
        super().__init__(
            thing=Words("报警", "alarm"), value=kind.value, rule=Words("仍在持续，不能办结", "still lasts and cannot be closed"),
            remedy=Words("待恢复正常后办结；答复不足可退回", "close it once it is over; an answer that does not do can be sent back"),
        )  # fmt: skip


def raise_alarms(now: datetime) -> None:
    """Raise what readings and device states give cause for, grow what goes on, end what is over (报警). Done again, it changes nothing."""
    data = Path(settings.DATA)
    exceedance_alarms(data=data, now=now)
    device_alarms(data=data, now=now)
    vapour_alarms(data=data, now=now)


def alarm_case(alarm_id: int) -> Case:
    """Return an alarm with its steps (报警); raise `UnknownAlarm`."""
    found = cases_of(with_state().filter(pk=alarm_id))
    if not found:
        raise UnknownAlarm(alarm_id)
    return found[0]


def answer_alarm(*, alarm_id: int, cause: str, measure: str, who: Member, files: Sequence[tuple[str, bytes]] = ()) -> AlarmState:
    """Answer an alarm with its cause and what was done (答复报警); returns where it stands then.

    Raises
    ------
    NotPermitted, UnknownAlarm, AlarmActRefused, AttachmentRefused, InputRefused
        Unless the person reports for the organisation whose point it is; if it waits for no answer; for files and texts that cannot be kept.
    """
    told = {"cause": cause.strip(), "measure": measure.strip()}
    most = int(alarm_rule("answer_letters").number)
    names = {"cause": Words("原因", "cause"), "measure": Words("措施", "measure")}
    faults = [Fault(names[key], "", Words("必须写明", "is needed"), Words("写明原因和已采取的措施", "say the cause and what was done")) for key, text in told.items() if not text]
    faults += [
        Fault(names[key], str(len(text)), Words(f"超过 {most} 个字", f"is longer than {most} letters"), Words("精简，细节放入附件", "shorten it; details belong in a file"))
        for key, text in told.items() if len(text) > most
    ]  # fmt: skip
    if faults:
        raise InputRefused(faults)
    return _act(alarm_id, AlarmAct.ANSWER, who, facts=told, files=files)


def close_alarm(*, alarm_id: int, reason: str, who: Member) -> AlarmState:
    """Close an alarm whose answer holds (办结报警); raise as `send_back_alarm`, and `StillLasting`."""
    return _act(alarm_id, AlarmAct.CLOSE, who, reason=reason)


def send_back_alarm(*, alarm_id: int, reason: str, who: Member) -> AlarmState:
    """Send an answer back (退回答复).

    Raises
    ------
    NotPermitted, OwnAnswer, AlarmActRefused, ReasonMissing
        With who may, what can be done.
    """
    return _act(alarm_id, AlarmAct.SEND_BACK, who, reason=reason)


def actor_on_alarm(case: Case, act: AlarmAct, who: Member, tree: Tree | None = None) -> Actor:
    """Return the post in which a person may do an act to an alarm (办理岗位); raise `NotPermitted` or `OwnAnswer`."""
    if act is AlarmAct.ANSWER:
        return actor_of(who, Permission.MONITORING_REPORT, case.home, among=[case.home], tree=tree)
    actor = actor_of(who, Permission.MONITORING_MANAGE, case.home, tree=tree)
    if any(step.person_id == who.pk for step in case.answers):
        raise OwnAnswer(who.full_name)
    return actor


def acts_open_on(case: Case, who: Member, tree: Tree | None = None) -> tuple[AlarmAct, ...]:
    """Return what a person can do to an alarm now (可办理动作)."""
    possible = []
    for act in ACTS_OF_PEOPLE:
        if act not in ALARM_STATES.acts_from(case.state) or (act is AlarmAct.CLOSE and _lasts(case)):
            continue
        try:
            actor_on_alarm(case, act, who, tree)
        except Refusal:
            continue
        possible.append(act)
    return tuple(possible)


def waiting_alarms(*, who: Member) -> tuple[Case, ...]:
    """Return the alarms that wait for a person, by due date (待办报警)."""
    if not who.may(Permission.MONITORING_REPORT) and not who.may(Permission.MONITORING_MANAGE):
        return ()
    tree = tree_on(clock.today())
    rows = with_state().exclude(state=AlarmState.CLOSED.name).order_by("pk")
    mine = [one for one in cases_of(_perhaps_mine(rows, who, tree)) if acts_open_on(one, who, tree)]
    return tuple(sorted(mine, key=lambda one: (one.due_at or one.alarm.start, one.pk)))


def _perhaps_mine(rows: Iterable[Alarm], who: Member, tree: Tree) -> list[Alarm]:
    """Who answers does so for the own organisation; who closes has it below. Steps are read of these alone."""
    found = []
    for row in rows:
        home = row.point.organisation.code if row.point else str(row.facts.get("place", ""))
        permission = Permission.MONITORING_REPORT if row.state == AlarmState.RAISED.name else Permission.MONITORING_MANAGE
        posts = who.posts_over(permission, home, tree)
        if row.state != AlarmState.RAISED.name or any(post.organisation == home for post in posts):
            found += [row] if posts else []
    return found


def open_alarm_file(*, file_id: int, who: Member) -> Handed:
    """Return a file of an answer to those over the organisation (下载报警附件); taking it out is sealed.

    Raises
    ------
    UnknownAlarm, NotPermitted
        If there is none, or the person has no post over it.
    """
    row = AlarmFile.objects.select_related("alarm").filter(pk=file_id).first()
    if row is None:
        raise UnknownAlarm(file_id)
    case = alarm_case(row.alarm_id)
    actor = actor_of(who, Permission.FIGURES_READ, case.home)
    record_export(what=f"alarm/{case.pk}", actor=actor, content={"file": row.digest}, is_simulated=_is_simulated(case, who))
    return Handed(row.name, row.media_type, bytes(row.content))


def _lasts(case: Case) -> bool:
    return case.kind.lasts and case.ended_at is None


def _is_simulated(case: Case, who: Member) -> bool:
    return bool(case.alarm.point.is_simulated) if case.alarm.point else who.is_simulated


def _act(
    alarm_id: int, act: AlarmAct, who: Member, *, reason: str = "", facts: dict[str, str] | None = None, files: Sequence[tuple[str, bytes]] = ()
) -> AlarmState:
    with transaction.atomic():
        Alarm.objects.select_for_update().filter(pk=alarm_id).first()
        case = alarm_case(alarm_id)
        tree = tree_on(clock.today())
        if not who.sees(case.home, tree):
            raise NotPermitted(Permission.FIGURES_READ, case.home)
        actor = actor_on_alarm(case, act, who, tree)
        told = reason.strip()
        if act is AlarmAct.CLOSE and not told:
            told = act.value
        after = ALARM_STATES.after(case.state, act, reason=told)
        if act is AlarmAct.CLOSE and _lasts(case):
            raise StillLasting(case.kind)
        kept: dict[str, Plain] = {**(facts or {}), **({"files": _kept(case, files, actor)} if files else {})}
        version = case.steps[-1].version_after + 1
        content: dict[str, Plain] = {
            "alarm": case.alarm.code, "act": act.name, "facts": kept, "state_after": after.name, "version_after": version, "standing": dict(case.facts),
        }  # fmt: skip
        sealed = seal(kind=_SEALED_AS[act], subject=f"alarm/{case.home}/{case.pk}", content=content, actor=actor, reason=told, is_simulated=_is_simulated(case, who))
        AlarmStep.objects.create(
            alarm=case.alarm, act=act.name, state_after=after.name, version_after=version, facts=kept, reason=told, person_id=who.pk, recorded_at=sealed.recorded_at,
            link=sealed.link,
        )  # fmt: skip
    return after


def _kept(case: Case, files: Sequence[tuple[str, bytes]], actor: Actor) -> list[Plain]:
    """Keep the files; return digest and name of each."""
    most = handling_limit("attachments_most")
    if len(files) > most:
        raise AttachmentRefused(str(len(files)), Words(f"附件超过 {most} 个", f"are more than {most}"), Words("合并成一个 PDF", "merge them into one PDF"))
    told: list[Plain] = []
    for name, content in files:
        shown, media_type = fit_file(name, content)
        found = str(digest(content, algorithm()))
        AlarmFile.objects.get_or_create(
            alarm=case.alarm, digest=found,
            defaults={"name": shown, "media_type": media_type, "content": content, "person_id": actor.person_id, "recorded_at": clock.now()},
        )  # fmt: skip
        told.append({"digest": found, "name": shown})
    return told
