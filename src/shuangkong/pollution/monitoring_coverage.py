"""Who must have automatic monitors, who has them installed, accepted and connected (自动监测覆盖)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum


class MonitorStage(Enum):
    """How far an outlet's monitor has come (监测设备进度), each including those before."""

    NONE = "未安装"
    INSTALLED = "已安装"
    ACCEPTED = "已验收"
    CONNECTED = "已联网"


_ORDER = tuple(MonitorStage)


@dataclass(frozen=True, slots=True)
class MonitoredDischarger:
    """A permit holder and its outlets that must be monitored (持证单位): stage by outlet, none when it need not monitor."""

    name: str
    stages: tuple[MonitorStage, ...]
    is_voc_key: bool = False


@dataclass(frozen=True, slots=True)
class MonitoringCoverage:
    """How many permit holders are how far (覆盖率); a holder is as far as its hindmost outlet. Shares in %, None of nobody."""

    holders: int
    obliged: int
    installed: int
    accepted: int
    connected: int
    behind: tuple[str, ...]

    @property
    def connected_pct(self) -> Decimal | None:
        """Connected of obliged. Unrounded. [%]"""
        return Decimal(self.connected) * 100 / self.obliged if self.obliged else None

    @property
    def connected_of_holders_pct(self) -> Decimal | None:
        """Connected of all permit holders. Unrounded. [%]"""
        return Decimal(self.connected) * 100 / self.holders if self.holders else None

    @property
    def installed_pct(self) -> Decimal | None:
        """Installed of obliged. Unrounded. [%]"""
        return Decimal(self.installed) * 100 / self.obliged if self.obliged else None


def monitoring_coverage(dischargers: Sequence[MonitoredDischarger], *, only_voc_key: bool) -> MonitoringCoverage:
    """Return how many permit holders have their automatic monitors (自动监测覆盖率).

    Parameters
    ----------
    dischargers : sequence of MonitoredDischarger
        All permit holders.
    only_voc_key : bool
        Only key dischargers of VOCs.

    Returns
    -------
    MonitoringCoverage
        `behind` names obliged holders not yet connected.

    Source
    ------
    市“十四五”节能减排综合工作方案（征求意见稿）三（七）；计数方法为本系统设计.

    Examples
    --------
    >>> found = monitoring_coverage([MonitoredDischarger("甲", (MonitorStage.CONNECTED,)), MonitoredDischarger("乙", (MonitorStage.CONNECTED,
    ...     MonitorStage.INSTALLED)), MonitoredDischarger("丙", ())], only_voc_key=False)
    >>> found.obliged, found.connected_pct, found.installed_pct, found.behind
    (2, Decimal('50'), Decimal('100'), ('乙',))
    """
    looked = [each for each in dischargers if each.is_voc_key or not only_voc_key]
    reached = {each.name: min(map(_ORDER.index, each.stages)) for each in looked if each.stages}

    def count(stage: MonitorStage) -> int:
        return sum(place >= _ORDER.index(stage) for place in reached.values())

    return MonitoringCoverage(
        holders=len(looked),
        obliged=len(reached),
        installed=count(MonitorStage.INSTALLED),
        accepted=count(MonitorStage.ACCEPTED),
        connected=count(MonitorStage.CONNECTED),
        behind=tuple(name for name, place in reached.items() if place < _ORDER.index(MonitorStage.CONNECTED)),
    )
