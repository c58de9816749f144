"""Plans of self-monitoring, results of laboratories, checks of monitors in the demo city (演示自行监测): some outlets, fourteen months; all 模拟."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from shuangkong.kernel.period import CHINA_STANDARD_TIME, Period
from shuangkong.pollution.instrument_checks import CheckKind, CheckOutcome, interval_of, kinds_for
from shuangkong.pollution.self_monitoring import Frequency, PlannedTest, periods_due
from shuangkong.rules import at
from shuangkong.services import clock
from shuangkong.services.chain import Actor
from shuangkong.services.monitoring_kinds import OUTLETS, Statistic
from shuangkong.services.monitoring_points import Limit, limits_on, points_on
from shuangkong.services.outlet_checks import CheckEntry
from shuangkong.services.outlet_facts import monitor_group
from shuangkong.services.self_monitoring import FindingEntry, PlanEntry, outlets_named, write

_SEED, _OUTLETS, _DONE_PCT, _BEYOND_PCT = 8192, 40, 90, 3
_CHECKED, _CHECK_DAYS, _FORGOTTEN_DAYS, _FAILED_DAYS = 16, 60, 25, 12
_REASON, _LABORATORY, _DOCUMENT = "演示自行监测", "模拟检测机构", "自行监测方案（模拟）"


def load_self_monitoring(actor: Actor) -> int:
    """Enter the plans of some outlets and what was found since (载入自行监测); returns how many results."""
    points = points_on(point__kind__in=[kind.name for kind in OUTLETS], point__is_simulated=True)
    codes, connected = [one.code for one in points], {one.code for one in points if "connected_on" in one.traits}
    chosen = codes[:: max(1, len(codes) // _OUTLETS)][:_OUTLETS]
    chosen = list(dict.fromkeys([*codes[:3], *chosen]))
    limits = [one for one in limits_on(point__code__in=chosen) if one.high is not None and one.statistic in (Statistic.HOUR, Statistic.DAY) and one.factor != "w01001"]
    tests = [PlanEntry(point=one.point, factor=one.factor, frequency=_frequency(one), times=1, valid_from=_first(), document=_DOCUMENT) for one in limits]
    results = [result for one, test in zip(limits, tests, strict=True) for result in _results(one, test)]
    if tests:
        write(tests, results, list(_checks([one for one in limits if one.point in connected])), points=outlets_named(chosen), actor=actor, reason=_REASON)
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



def _checks(limits: list[Limit]) -> Iterator[CheckEntry]:
    """Checks of some outlets at their intervals: the monitor of one failed for a day, those of another were forgotten of late."""
    outlets = list(dict.fromkeys(one.point for one in limits))[:_CHECKED]
    now = datetime.combine(clock.today(), datetime.min.time(), CHINA_STANDARD_TIME)
    for limit in (one for one in limits if one.point in outlets):
        place, group = outlets.index(limit.point), monitor_group(limit.factor)
        scale = (limit.high or Decimal(1)) * 3
        for kind in kinds_for(group):
            if kind is CheckKind.REVIEW:
                continue
            reference = Decimal(0) if kind is CheckKind.ZERO_DRIFT else scale if kind is CheckKind.SPAN_DRIFT else scale / 2
            step = interval_of(kind, group=group, rules=at(clock.today())).days
            days = [*range(place % min(step, 7) + 1, max(_CHECK_DAYS, step), step)]
            fails = place == 2 and kind in (CheckKind.SPAN_DRIFT, CheckKind.STANDARD)
            for day in [one for one in days if place % 5 != 4 or one >= _FORGOTTEN_DAYS]:
                yield _check(limit, kind, now - timedelta(days=day, hours=-9), reference, scale * Decimal("0.004"), scale)
            if fails:
                yield _check(limit, kind, now - timedelta(days=_FAILED_DAYS, hours=-10), reference, scale * Decimal("0.14"), scale)
                yield _check(limit, kind, now - timedelta(days=_FAILED_DAYS - 1, hours=-10), reference, scale * Decimal("0.003"), scale)
    for code in outlets:
        yield CheckEntry(point=code, factor="", kind=CheckKind.REVIEW, at=now - timedelta(days=40, hours=-9), outcome=CheckOutcome.PASSED)


def _check(limit: Limit, kind: CheckKind, moment: datetime, reference: Decimal, off: Decimal, scale: Decimal) -> CheckEntry:
    return CheckEntry(point=limit.point, factor=limit.factor, kind=kind, at=moment, reference=reference, result=reference + off, full_scale=scale)
