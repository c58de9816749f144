"""What monitors saw fall at an outlet between two periods, as evidence beside a claimed reduction (监测减排佐证). It is shown and never replaces the claim."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from shuangkong.kernel.faults import Fault, InputRefused
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period
from shuangkong.kernel.rounding import plain
from shuangkong.lake.emissions import EmissionGrain
from shuangkong.pollution.reduction import MajorPollutant
from shuangkong.services.emission_figures import NodeEmission, emission_of
from shuangkong.services.reductions import ComputedProject

FACTORS = {MajorPollutant.COD: "w01018", MajorPollutant.NH3_N: "w21003", MajorPollutant.NOX: "a21002", MajorPollutant.VOCS: "a24088"}
_KG_PER_T = 1000


@dataclass(frozen=True, slots=True)
class MeasuredFall:
    """What an outlet emitted in two periods (监测减排佐证). [t]; the share of hours with a figure beside each. [%]"""

    point: str
    before: Period
    after: Period
    before_t: Decimal | None
    after_t: Decimal | None
    before_coverage_pct: Decimal | None
    after_coverage_pct: Decimal | None

    @property
    def fall_t(self) -> Decimal | None:
        """By how much it fell, None where either period has no figure. [t]"""
        return None if self.before_t is None or self.after_t is None else self.before_t - self.after_t

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values, figures unrounded."""
        told: dict[str, Any] = {"point": self.point, "before": str(self.before), "after": str(self.after)}
        for name in ("before_t", "after_t", "fall_t", "before_coverage_pct", "after_coverage_pct"):
            figure: Decimal | None = getattr(self, name)
            told[name] = None if figure is None else plain(figure)
        return told


def measured_fall(*, point: str, pollutant: MajorPollutant, before: Period, after: Period) -> MeasuredFall:
    """Return what an outlet emitted of a pollutant in two periods (监测减排佐证).

    Raises
    ------
    InputRefused
        If the periods are not of one length: a month is no evidence against a year.
    """
    if before.months != after.months or not before.months:
        raise InputRefused([Fault(
            Words("监测时期", "periods"), f"{before} / {after}", Words("前后应为同样长的月、季或年", "must be months, quarters or years of one length"),
            Words("改为如 2025 和 2026", "use 2025 and 2026, say"),
        )])  # fmt: skip
    (first, covered), (last, covered_after) = (_told(point, pollutant, period) for period in (before, after))
    return MeasuredFall(point, before, after, first, last, covered, covered_after)


def _told(point: str, pollutant: MajorPollutant, period: Period) -> tuple[Decimal | None, Decimal | None]:
    some: list[NodeEmission] = emission_of(point, EmissionGrain.YEAR, period, factors=[FACTORS[pollutant]])
    masses = [one.kg for one in some if one.kg is not None]
    running = sum(one.hours_due - one.hours_stopped for one in some)
    told = sum(one.hours_measured + one.hours_substituted for one in some)
    return sum(masses, Decimal(0)) / _KG_PER_T if masses else None, Decimal(told) * 100 / running if running else None


def fall_beside(project: ComputedProject) -> MeasuredFall | None:
    """Return what monitors saw where a row of the register links an outlet and two periods (申报旁的监测下降)."""
    told = [project.texts.get(name, "") for name in ("monitored_point", "monitored_before", "monitored_after")]
    if not all(told):
        return None
    return measured_fall(point=told[0], pollutant=project.counted.entry.pollutant, before=Period.parse(told[1]), after=Period.parse(told[2]))
