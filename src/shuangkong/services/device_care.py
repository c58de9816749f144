"""Care of devices (设备管理): commands to them as sealed acts; those that nobody had registered taken in with what they sent before."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from shuangkong.access.roles import Permission
from shuangkong.evidence.act import ActKind
from shuangkong.hj212.editions import command as command_of
from shuangkong.hj212.editions import factor_by_code
from shuangkong.kernel.faults import Fault, InputRefused
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import CHINA_STANDARD_TIME
from shuangkong.services import clock
from shuangkong.services.chain import seal
from shuangkong.services.device_requests import HISTORY, RequestBook
from shuangkong.services.device_states import INBOX_FILE
from shuangkong.services.monitoring_points import UnknownPoint
from shuangkong.services.monitoring_register import SUBJECT, DeviceEntry, Entries, record
from shuangkong.services.people import Member, actor_of
from shuangkong.services.telemetry import adopt
from shuangkong.store.models import DeviceVersion

_TIMES = "%Y%m%d%H%M%S"
_LONGEST = timedelta(days=31)  # a slip of the year, not a rule
_OFFERED = ("1011", "1012", "1061", "2061", "2051", "2031", "3012", "3013", "3019")
_FACTOR_FIELD = "PolId"


@dataclass(frozen=True, slots=True)
class DeviceCommand:
    """A command that can be sent from a page (可下发命令): its code, name, whether it asks for a span or may name a factor."""

    code: str
    words: Words
    has_span: bool
    takes_factor: bool


def commands_for(edition: str) -> tuple[DeviceCommand, ...]:
    """Return the commands a device of an edition knows (可下发命令)."""
    known = [held for code in _OFFERED if (held := command_of(code)) and edition in held.editions]
    return tuple(DeviceCommand(one.code, Words(one.zh, one.en), one.code in HISTORY, _FACTOR_FIELD in one.fields and one.code not in ("1011", "1012")) for one in known)


def _setup(mn: str) -> DeviceVersion:
    row = DeviceVersion.objects.filter(device__mn=mn, valid_from__lte=clock.today()).select_related("device", "point__organisation").order_by("valid_from", "id").last()
    if row is None or row.is_retired:
        raise UnknownPoint(mn)
    return row


def ask_device(*, mn: str, command: str, who: Member, reason: str, start: datetime | None = None, end: datetime | None = None, factor: str = "") -> int:
    """Send a device a command as soon as it is connected (下发命令), sealed; returns the place of its link.

    Parameters
    ----------
    mn, command : str
        Of a device in use; one of `commands_for` its edition.
    start, end : datetime, optional
        Of a back-fill, with a zone.
    factor : str, optional
        Of a command that is for one analyser.

    Raises
    ------
    InputRefused
        With every fault, and where the same waits already.
    NotPermitted, UnknownPoint
        Unless the person manages the register for the point's organisation; if no such device is in use.
    """
    row = _setup(mn)
    actor = actor_of(who, Permission.MONITORING_MANAGE, row.point.organisation.code)
    known = next((one for one in commands_for(row.edition) if one.code == command), None)
    faults = []
    if known is None:
        faults.append(Fault(Words("命令", "command"), command, Words("不能下发给这台设备", "cannot be sent to this device"), Words("选择所列命令", "choose one of those listed")))
    if not reason.strip():
        faults.append(Fault(Words("理由", "reason"), "", Words("必须写明", "is needed"), Words("如：补齐断网期间数据", "such as: to fill an outage")))
    if known and known.has_span and (start is None or end is None or not start < end or end - start > _LONGEST or end > clock.now()):
        faults.append(
            Fault(Words("补传时段", "span"), f"{start or ''}～{end or ''}", Words("应为过去的一段时间，最长 31 天", "must be a past span of 31 days at most"), Words("改正时刻", "correct it"))
        )
    if factor and factor not in factor_by_code():
        faults.append(Fault(Words("因子", "factor"), factor, Words("不在 HJ 212 因子表中", "is not in the table of HJ 212"), Words("留空表示全部因子", "leave it empty for all")))
    if faults or known is None:
        raise InputRefused(faults)
    area = _area(known, start, end, factor)
    with transaction.atomic():
        sealed = seal(
            kind=ActKind.MONITORING_CHANGE, subject=SUBJECT + mn, content={"request": {"device": mn, "command": command, "area": area}}, actor=actor, reason=reason.strip(),
            is_simulated=row.device.is_simulated,
        )  # fmt: skip
        book = RequestBook(Path(settings.DATA) / INBOX_FILE)
        try:
            is_new = book.ask(mn=mn, command=command, area=area, reason=f"#{sealed.link}")
        finally:
            book.close()
        if not is_new:
            raise InputRefused([Fault(Words("命令", "command"), command, Words("相同的命令正在等待下发", "the same waits to be sent already"), Words("等待结果", "wait for its outcome"))])
    return sealed.link


def _area(known: DeviceCommand, start: datetime | None, end: datetime | None, factor: str) -> str:
    if known.has_span and start and end:
        return f"BeginTime={start.astimezone(CHINA_STANDARD_TIME):{_TIMES}};EndTime={end.astimezone(CHINA_STANDARD_TIME):{_TIMES}}"
    return f"{_FACTOR_FIELD}={factor}" if known.takes_factor and factor else ""


def adopt_device(*, entry: DeviceEntry, who: Member, reason: str) -> int:
    """Register a device that reported before anybody knew it, and bring in what it sent (认领设备); returns the place of its link."""
    with transaction.atomic():
        link = record(Entries(devices=[entry]), who=who, reason=reason)
        adopt_history.enqueue(entry.mn)
    return link


def bring_history(*, mn: str, who: Member, reason: str) -> int:
    """Bring in what a registered device sent before it was registered (接纳历史数据), sealed; returns the place of its link."""
    row = _setup(mn)
    actor = actor_of(who, Permission.MONITORING_MANAGE, row.point.organisation.code)
    with transaction.atomic():
        sealed = seal(
            kind=ActKind.MONITORING_CHANGE, subject=SUBJECT + mn, content={"adoption": {"device": mn}}, actor=actor, reason=reason.strip() or "接纳登记前的数据",
            is_simulated=row.device.is_simulated,
        )  # fmt: skip
        if not _tasks(mn).filter(status__in=("READY", "RUNNING")).exists():
            adopt_history.enqueue(mn)
    return sealed.link


@task()
def adopt_history(mn: str) -> dict[str, object]:
    """Send what a device sent before it was registered through the inbox again (后台接纳)."""
    return {"mn": mn, "frames": adopt(data=Path(settings.DATA), mn=mn, now=clock.now())}


@dataclass(frozen=True, slots=True)
class Adoption:
    """Where bringing in the history of a device stands (接纳进度)."""

    state: str
    frames: int | None
    finished_at: datetime | None

    @property
    def is_under_way(self) -> bool:
        """Whether it waits or runs."""
        return self.state in ("READY", "RUNNING")

    @property
    def words(self) -> Words:
        """How it stands."""
        if self.state == "FAILED":
            return Words("接纳历史数据未完成，请重新发起", "bringing in its history failed; start it again")
        if self.frames is None:
            return Words("正在接纳登记前的数据", "bringing in what it sent before")
        return Words(f"已接纳登记前的报文 {self.frames} 个", f"packets from before its registration brought in: {self.frames}")


def adoption_of(mn: str) -> Adoption | None:
    """Return where the last adoption of a device stands, None where there was none (接纳进度)."""
    newest = _tasks(mn).order_by("-enqueued_at").first()
    if newest is None:
        return None
    told = newest.return_value if newest.status == "SUCCESSFUL" else None
    return Adoption(str(newest.status), told["frames"] if told else None, newest.finished_at)


def _tasks(mn: str):  # type: ignore[no-untyped-def]  # a query set of another's model
    return DBTaskResult.objects.filter(task_path=adopt_history.module_path, args_kwargs__args__0=mn)
