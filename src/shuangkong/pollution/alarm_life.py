"""The life of an alarm: raised → answered → closed, sent back in between; and how hours that follow one another are one alarm (报警处置).

An alarm that has ended by itself still stands until it is closed, unless its kind needs no answer. Who may act is said where people are known.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.state_table import StateTable
from shuangkong.pollution.exceedance import Exceedance, MeanSpan


class AlarmKind(Enum):
    """What an alarm is about (报警类别)."""

    EXCEEDANCE = "超标"
    SILENCE = "设备失联"
    OUTAGE = "成片失联"
    CLOCK = "时钟偏差"
    ERRORS = "通信错误"
    AMBIENT = "环境质量"
    VAPOUR = "油气回收"

    @property
    def words(self) -> Words:
        """The kind as it is shown."""
        return Words(self.value, _KINDS[self.name])

    @property
    def lasts(self) -> bool:
        """Whether it goes on until it ends; the others are of a time that is over."""
        return self not in (AlarmKind.AMBIENT, AlarmKind.VAPOUR)


_KINDS = {
    "EXCEEDANCE": "exceedance", "SILENCE": "silent device", "OUTAGE": "outage of many devices", "CLOCK": "wrong clock", "ERRORS": "errors of transmission",
    "AMBIENT": "ambient quality", "VAPOUR": "vapour recovery",
}  # fmt: skip


class AlarmState(Enum):
    """Where an alarm stands (报警状态)."""

    RAISED = "待答复"
    ANSWERED = "待核实"
    CLOSED = "已办结"

    @property
    def words(self) -> Words:
        """The state as it is shown."""
        return Words(self.value, {"RAISED": "to answer", "ANSWERED": "to close", "CLOSED": "closed"}[self.name])


class AlarmAct(Enum):
    """What happens to an alarm (报警动作): the first four by itself, the others by people."""

    RAISE = "报警"
    UPDATE = "更新"
    END = "自行结束"
    DROP = "自动办结"
    ANSWER = "答复"
    SEND_BACK = "退回"
    CLOSE = "办结"

    @property
    def words(self) -> Words:
        """The act as it is shown."""
        return Words(self.value, _ACTS[self.name])


_ACTS = {
    "RAISE": "raised", "UPDATE": "grown", "END": "ended by itself", "DROP": "closed by itself", "ANSWER": "answered", "SEND_BACK": "sent back", "CLOSE": "closed",
}  # fmt: skip


class AlarmActRefused(Refusal):
    """The alarm is in no state for this act (当前状态不能这样办理)."""

    def __init__(self, state: AlarmState, act: AlarmAct) -> None:
        super().__init__(
            thing=Words("报警", "alarm"), value=act.value, rule=Words(f"处于“{state.value}”，不能{act.value}", f"is {state.words.en}: this cannot be done"),
            remedy=Words("刷新页面查看办理情况", "reload the page to see what was done"),
        )  # fmt: skip


_S, _A = AlarmState, AlarmAct
ALARM_STATES: StateTable[AlarmState, AlarmAct] = StateTable(steps={
    (_S.RAISED, _A.UPDATE): _S.RAISED,
    (_S.RAISED, _A.END): _S.RAISED,
    (_S.RAISED, _A.DROP): _S.CLOSED,
    (_S.RAISED, _A.ANSWER): _S.ANSWERED,
    (_S.ANSWERED, _A.UPDATE): _S.ANSWERED,
    (_S.ANSWERED, _A.END): _S.ANSWERED,
    (_S.ANSWERED, _A.DROP): _S.CLOSED,
    (_S.ANSWERED, _A.SEND_BACK): _S.RAISED,
    (_S.ANSWERED, _A.CLOSE): _S.CLOSED,
}, refused=AlarmActRefused, need_reason=frozenset({_A.SEND_BACK}))  # fmt: skip

_STEPS = {MeanSpan.HOUR: timedelta(hours=1), MeanSpan.DAY: timedelta(days=1)}


def next_start(start: datetime, span: MeanSpan) -> datetime:
    """Return when the mean after one begins (下一均值起始).

    Source
    ------
    本系统设计.

    Examples
    --------
    >>> next_start(datetime(2026, 2, 1), MeanSpan.MONTH), next_start(datetime(2026, 2, 28), MeanSpan.DAY)
    (datetime.datetime(2026, 3, 1, 0, 0), datetime.datetime(2026, 3, 1, 0, 0))
    """
    return (start.replace(day=1) + timedelta(days=31)).replace(day=1) if span is MeanSpan.MONTH else start + _STEPS[span]


@dataclass(frozen=True, slots=True)
class ExceedanceRun:
    """Means beyond the limit that follow one another without a gap (连续超标): of one factor, one span."""

    means: tuple[Exceedance, ...]

    @property
    def first(self) -> datetime:
        """The start of the first mean."""
        return self.means[0].mean.start

    @property
    def last(self) -> datetime:
        """The start of the last mean."""
        return self.means[-1].mean.start

    @property
    def peak(self) -> Exceedance:
        """The mean that lies farthest beyond its limit, be it above or, as with pH, below."""
        return max(self.means, key=_beyond)


def _beyond(one: Exceedance) -> Decimal:
    figure, limit = one.mean.figure or Decimal(0), one.limit
    if limit.highest is not None and figure > limit.highest:
        return figure - limit.highest
    return (limit.lowest or figure) - figure


def runs_of(found: Iterable[Exceedance], *, span: MeanSpan) -> tuple[ExceedanceRun, ...]:
    """Return exceedances of one factor joined where one follows the other (连续超标合并).

    Parameters
    ----------
    found : iterable of Exceedance
        Of one point, factor, span and kind, in any order; of two of one start the first counts.
    span : MeanSpan
        How long each mean is.

    Returns
    -------
    tuple of ExceedanceRun
        By time.

    Source
    ------
    本系统设计：同一排放口同一因子连续超标为一条报警.

    Examples
    --------
    >>> from shuangkong.pollution.exceedance import MeanKind, OutletMean, PermitLimit
    >>> limit = PermitLimit("a21026", MeanSpan.HOUR, MeanKind.CONVERTED, Decimal(35))
    >>> hour = lambda at, figure: Exceedance(OutletMean("a21026", MeanSpan.HOUR, MeanKind.CONVERTED, datetime(2026, 3, 1, at), Decimal(figure)), limit, Decimal(figure) / 35 - 1)
    >>> [(run.first.hour, run.last.hour, str(run.peak.mean.figure)) for run in runs_of([hour(9, 42), hour(8, 70), hour(12, 49)], span=MeanSpan.HOUR)]
    [(8, 9, '70'), (12, 12, '49')]
    """
    joined: list[list[Exceedance]] = []
    for one in sorted(found, key=lambda one: one.mean.start):
        if joined and one.mean.start == joined[-1][-1].mean.start:
            continue
        if joined and one.mean.start == next_start(joined[-1][-1].mean.start, span):
            joined[-1].append(one)
        else:
            joined.append([one])
    return tuple(ExceedanceRun(tuple(means)) for means in joined)


@dataclass(frozen=True, slots=True)
class SilentDevice:
    """A device of which nothing has come since a moment (失联设备), and the place it lies in."""

    mn: str
    place: str
    since: datetime


def outages_of(silent: Sequence[SilentDevice], *, devices_at: dict[str, int], city: str, least: int, share_pct: Decimal) -> dict[str, tuple[SilentDevice, ...]]:
    """Return silent devices that are one outage, by the place that is out (成片失联); the city where its whole share is.

    Parameters
    ----------
    silent : sequence of SilentDevice
        All that are silent now.
    devices_at : dict of str to int
        How many devices there are, by place.
    city : str
        Code under which an outage of the whole city stands.
    least, share_pct : int, Decimal
        As few devices, and as small a share of the place's, are single devices.

    Source
    ------
    本系统设计：一次平台或线路中断为一条报警，不逐台报警.

    Examples
    --------
    >>> at = datetime(2026, 3, 1)
    >>> silent = [SilentDevice(f"A{number}", "411721", at) for number in range(4)] + [SilentDevice("B1", "411722", at)]
    >>> found = outages_of(silent, devices_at={"411721": 5, "411722": 9}, city="411700", least=3, share_pct=Decimal(50))
    >>> {place: len(devices) for place, devices in found.items()}
    {'411721': 4}
    """

    def is_out(count: int, of: int) -> bool:
        return count >= least and count * 100 >= share_pct * of

    if len({one.place for one in silent}) > 1 and is_out(len(silent), sum(devices_at.values())):
        return {city: tuple(silent)}
    by_place: dict[str, list[SilentDevice]] = {}
    for one in silent:
        by_place.setdefault(one.place, []).append(one)
    return {place: tuple(some) for place, some in by_place.items() if is_out(len(some), devices_at.get(place, len(some)))}
