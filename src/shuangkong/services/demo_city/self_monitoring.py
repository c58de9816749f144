"""Plans of self-monitoring and results of laboratories in the demo city (演示自行监测): some outlets, fourteen months; all 模拟."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from shuangkong.kernel.period import CHINA_STANDARD_TIME, Period
from shuangkong.pollution.self_monitoring import Frequency, PlannedTest, periods_due
from shuangkong.services import clock
from shuangkong.services.chain import Actor
from shuangkong.services.monitoring_kinds import OUTLETS, Statistic
from shuangkong.services.monitoring_points import Limit, limits_on, points_on
from shuangkong.services.self_monitoring import FindingEntry, PlanEntry, outlets_named, write

_SEED, _OUTLETS, _DONE_PCT, _BEYOND_PCT = 8192, 40, 90, 3
_REASON, _LABORATORY, _DOCUMENT = "演示自行监测", "模拟检测机构", "自行监测方案（模拟）"


def load_self_monitoring(actor: Actor) -> int:
    """Enter the plans of some outlets and what was found since (载入自行监测); returns how many results."""
    codes = [one.code for one in points_on(point__kind__in=[kind.name for kind in OUTLETS], point__is_simulated=True)]
    chosen = codes[:: max(1, len(codes) // _OUTLETS)][:_OUTLETS]
    chosen = list(dict.fromkeys([*codes[:3], *chosen]))
    limits = [one for one in limits_on(point__code__in=chosen) if one.high is not None and one.statistic in (Statistic.HOUR, Statistic.DAY) and one.factor != "w01001"]
    tests = [PlanEntry(point=one.point, factor=one.factor, frequency=_frequency(one), times=1, valid_from=_first(), document=_DOCUMENT) for one in limits]
    results = [result for one, test in zip(limits, tests, strict=True) for result in _results(one, test)]
    if tests:
        write(tests, results, points=outlets_named(chosen), actor=actor, reason=_REASON)
    return len(results)


def _first() -> date:
    return date(clock.today().year - 1, 1, 1)


def _frequency(limit: Limit) -> Frequency:
    return Frequency.MONTH if limit.factor.startswith("w") else Frequency.QUARTER


def _results(limit: Limit, test: PlanEntry) -> Iterator[FindingEntry]:
    planned = PlannedTest(test.point, test.factor, test.frequency, test.times, test.valid_from)
    today = clock.today()
    for period in periods_due(planned, within=Period(_first(), today)):
        dice = Random(f"{_SEED}/{limit.point}/{limit.factor}/{period}")
        if dice.randrange(100) >= _DONE_PCT:
            continue
        day = period.start + timedelta(days=dice.randrange((period.end - period.start).days))
        start = datetime(day.year, day.month, day.day, dice.randrange(9, 16), tzinfo=CHINA_STANDARD_TIME)
        yield FindingEntry(
            point=limit.point, factor=limit.factor, start=start, end=start + timedelta(hours=1), value=_value(limit, dice), unit=limit.unit,
            report_number=f"模拟-{day:%Y%m}-{dice.randrange(10000):04}", laboratory=_LABORATORY,
        )  # fmt: skip


def _value(limit: Limit, dice: Random) -> Decimal:
    share = dice.randrange(102, 120) if dice.randrange(100) < _BEYOND_PCT else dice.randrange(25, 85)
    return (Decimal(limit.high or 0) * share / 100).quantize(Decimal("0.01"))

