"""What operators say of their monitors (运维标记和停产通知): a window in which readings are marked, a time in which silence is no gap."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from shuangkong.access.roles import Permission
from shuangkong.evidence.act import ActKind
from shuangkong.evidence.canonical import Plain
from shuangkong.hj212.editions import factor_by_code
from shuangkong.kernel.faults import Fault, InputRefused
from shuangkong.kernel.language import Words
from shuangkong.services import clock
from shuangkong.services.chain import Actor, seal
from shuangkong.services.monitoring_kinds import MARKS
from shuangkong.services.monitoring_register import SUBJECT
from shuangkong.services.people import Member, actor_of
from shuangkong.store.models import MonitoringPoint, OperatorMark, Organisation, ShutdownNotice

_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_LONGEST_AHEAD = timedelta(days=366)  # a slip of the year, not a rule


def set_mark(
    *, point: str, mark: str, start: datetime, end: datetime, who: Member, reason: str, factor: str = "", replaces: int | None = None, is_withdrawn: bool = False
) -> int:
    """Mark the readings of a point, or of one of its factors, from `start` to before `end` (运维标记); returns the place of its link.

    Raises
    ------
    InputRefused
        With every fault found.
    NotPermitted
        Unless the person reports for the organisation.
    """
    with transaction.atomic():
        held = MonitoringPoint.objects.select_for_update().select_related("organisation").filter(code=point).first()
        faults = [*_window_faults(start, end), *_said_faults(reason)]
        if held is None:
            raise InputRefused([_unknown(point)])
        actor = actor_of(who, Permission.MONITORING_REPORT, held.organisation.code)
        if mark not in MARKS:
            faults.append(Fault(Words("标记", "mark"), mark, Words("不是运维标记", "is no mark of an operator"), Words(f"选择 {'、'.join(MARKS)} 之一", f"choose one of {', '.join(MARKS)}")))
        if factor and factor not in factor_by_code():
            faults.append(Fault(Words("因子", "factor"), factor, Words("不在 HJ 212 因子表中", "is not in the table of HJ 212"), Words("留空表示全部因子", "leave it empty for all factors")))
        if replaces is not None and not marks_in_force().filter(pk=replaces, point=held).exists():
            faults.append(_not_in_force(replaces))
        if faults:
            raise InputRefused(faults)
        content: dict[str, Plain] = {"point": point, "factor": factor, "mark": mark, "start": start, "end": end, "replaces": replaces, "is_withdrawn": is_withdrawn}
        sealed = _sealed("marks", content, SUBJECT + point, actor, reason, is_simulated=held.is_simulated)
        OperatorMark.objects.create(
            point=held, factor=factor, mark=mark, start=start, end=end, replaces_id=replaces, is_withdrawn=is_withdrawn, person_id=who.pk, reason=reason.strip(),
            recorded_at=sealed[1], link=sealed[0],
        )  # fmt: skip
    return sealed[0]


def notify_shutdown(
    *, organisation: str, start: datetime, end: datetime | None, who: Member, reason: str, point: str = "", replaces: int | None = None, is_withdrawn: bool = False
) -> int:
    """Tell that a unit, or one of its points, does not run from `start` on (停产通知); returns the place of its link.

    Raises
    ------
    InputRefused
        With every fault found.
    NotPermitted
        Unless the person reports for the organisation.
    """
    actor = actor_of(who, Permission.MONITORING_REPORT, organisation)
    with transaction.atomic():
        home = Organisation.objects.select_for_update().get(code=organisation)
        held = MonitoringPoint.objects.filter(code=point, organisation=home).first() if point else None
        faults = [*_window_faults(start, end), *_said_faults(reason)]
        if point and held is None:
            faults.append(_unknown(point))
        if replaces is not None and not notices_in_force().filter(pk=replaces, organisation=home).exists():
            faults.append(_not_in_force(replaces))
        if faults:
            raise InputRefused(faults)
        content: dict[str, Plain] = {"organisation": organisation, "point": point or None, "start": start, "end": end, "replaces": replaces, "is_withdrawn": is_withdrawn}
        sealed = _sealed("notices", content, SUBJECT + (point or organisation), actor, reason, is_simulated=home.is_simulated)
        ShutdownNotice.objects.create(
            organisation=home, point=held, start=start, end=end, replaces_id=replaces, is_withdrawn=is_withdrawn, person_id=who.pk, reason=reason.strip(),
            recorded_at=sealed[1], link=sealed[0],
        )  # fmt: skip
    return sealed[0]


def marks_in_force(*, until: datetime | None = None) -> "QuerySet[OperatorMark]":
    """Return the marks that hold, as known at a moment, now where none is given (有效标记)."""
    return _in_force(OperatorMark, until).select_related("point", "person")


def notices_in_force(*, until: datetime | None = None) -> "QuerySet[ShutdownNotice]":
    """Return the notices of shutdown that hold, as known at a moment (有效停产通知)."""
    return _in_force(ShutdownNotice, until).select_related("organisation", "point", "person")


def _in_force(model: Any, until: datetime | None) -> Any:
    rows = model.objects.filter(recorded_at__lt=until) if until else model.objects.all()
    return rows.filter(is_withdrawn=False).exclude(pk__in=rows.filter(replaces__isnull=False).values("replaces")).order_by("-start", "-id")


def _sealed(name: str, content: Plain, subject: str, actor: Actor, reason: str, *, is_simulated: bool) -> tuple[int, datetime]:
    sealed = seal(kind=ActKind.MONITORING_CHANGE, subject=subject, content={name: [content]}, actor=actor, reason=reason.strip(), is_simulated=is_simulated)
    return sealed.link, sealed.recorded_at


def _window_faults(start: datetime, end: datetime | None) -> Iterator[Fault]:
    if min(start, end or start) < _EARLIEST:
        yield Fault(Words("时段", "window"), start.isoformat(), Words("早于 2000 年", "lies before 2000"), Words("核对年份", "check the year"))
    if end is not None and end <= start:
        yield Fault(Words("结束时刻", "end"), end.isoformat(), Words("应晚于开始时刻", "must be after the start"), Words("改正时刻", "correct it"))
    if max(start, end or start) > clock.now() + _LONGEST_AHEAD:
        yield Fault(Words("时段", "window"), start.isoformat(), Words("晚于一年以后", "lies more than a year ahead"), Words("核对年份", "check the year"))


def _said_faults(reason: str) -> Iterator[Fault]:
    if not reason.strip():
        yield Fault(Words("原因", "reason"), "", Words("必须写明", "is needed"), Words("如：更换蠕动泵管；计划检修", "such as: pump tube replaced; planned overhaul"))


def _unknown(point: str) -> Fault:
    return Fault(Words("监测点", "point"), point, Words("没有登记", "is not registered"), Words("核对编码", "check the code"))


def _not_in_force(key: int) -> Fault:
    return Fault(Words("所更正的记录", "what it corrects"), str(key), Words("已被更正或撤销", "was corrected or taken back already"), Words("刷新后重试", "reload and try again"))
