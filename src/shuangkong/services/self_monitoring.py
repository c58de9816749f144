"""Self-monitoring (自行监测): plans by outlet, factor and frequency, what laboratories found, checks of monitors, entered as sealed lists, never overwritten."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from shuangkong.access.roles import Permission
from shuangkong.evidence.act import ActKind
from shuangkong.evidence.canonical import Plain
from shuangkong.evidence.digest import digest
from shuangkong.hj212.editions import factor_by_code
from shuangkong.kernel.faults import Fault, InputRefused
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import CHINA_STANDARD_TIME, Period
from shuangkong.pollution.self_monitoring import Frequency, LaboratoryResult, PlannedTest, ResultSource
from shuangkong.rules import at
from shuangkong.services import clock
from shuangkong.services.attachments import Handed, fit_file
from shuangkong.services.chain import Actor, algorithm, record_export, seal
from shuangkong.services.filing_observations import end_of
from shuangkong.services.loaded_returns import insert_rows
from shuangkong.services.monitoring_kinds import OUTLETS, PointKind, units_of
from shuangkong.services.monitoring_marks import notices_in_force
from shuangkong.services.monitoring_points import Point, points_on
from shuangkong.services.monitoring_register import SUBJECT
from shuangkong.services.organisations import tree_on
from shuangkong.services.outlet_checks import CheckEntry, check_content, check_faults, check_row, checks_in_force
from shuangkong.services.people import Member, NotPermitted, actor_of
from shuangkong.store.models import LaboratoryFinding, LaboratoryReport, MonitorCheck, Organisation, PlannedTestVersion

KINDS = OUTLETS | {PointKind.FUGITIVE}
TOLD_BY = (ResultSource.MANUAL, ResultSource.SUPERVISION)
SOURCE_WORDS: Mapping[ResultSource, Words] = {
    ResultSource.SUPERVISION: Words("执法监测", "supervision"), ResultSource.AUTOMATIC: Words("自动监测", "automatic monitor"), ResultSource.MANUAL: Words("手工自行监测", "manual self-monitoring"),
    ResultSource.SUBSTITUTED: Words("替代", "substituted"),
}  # fmt: skip
FREQUENCY_WORDS: Mapping[Frequency, Words] = {
    Frequency.DAY: Words("每日", "day"), Frequency.MONTH: Words("每月", "month"), Frequency.QUARTER: Words("每季", "quarter"), Frequency.HALF: Words("每半年", "half-year"),
    Frequency.YEAR: Words("每年", "year"),
}  # fmt: skip
_TIMES_MOST = 99
_LONGEST_SAMPLING = timedelta(days=31)
_MOST = Decimal(10) ** 9


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanEntry:
    """A line of a plan from a day on (方案一行): so many times in every period; none any more with 0."""

    point: str
    factor: str
    frequency: Frequency
    times: int
    valid_from: date
    document: str = ""
    where: Words | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingEntry:
    """A laboratory's result (监测结果一行); `replaces` is the key of the one it corrects or takes back."""

    point: str
    factor: str
    start: datetime
    end: datetime
    value: Decimal
    unit: str
    report_number: str
    laboratory: str = ""
    is_below: bool = False
    source: ResultSource = ResultSource.MANUAL
    report: str = ""
    replaces: int | None = None
    is_withdrawn: bool = False
    where: Words | None = None


def enter_self_monitoring(
    *, tests: Sequence[PlanEntry] = (), results: Sequence[FindingEntry] = (), checks: Sequence[CheckEntry] = (), who: Member, reason: str
) -> int:  # fmt: skip
    """Enter lines of plans, results of laboratories and checks of monitors as one sealed list (登记自行监测); returns the place of its link.

    Raises
    ------
    InputRefused
        With every fault found; nothing is entered then.
    NotPermitted
        Unless one post of the person reports for every organisation concerned.
    """
    with transaction.atomic():
        points = outlets_named([*(one.point for one in tests), *(one.point for one in results), *(one.point for one in checks)])
        faults = list(faults_of(tests, results, checks, points=points))
        if not reason.strip():
            faults.append(Fault(Words("说明", "reason"), "", Words("必须写明", "is needed"), Words("如：2024 年自行监测方案；一季度监测报告", "such as: plan of 2024; report of the first quarter")))
        if not tests and not results and not checks:
            faults.append(Fault(Words("清单", "list"), "", Words("没有要登记的内容", "has nothing to enter"), Words("填好后重试", "fill it in and try again")))
        if faults:
            raise InputRefused(faults[:50])
        actor = reporter_for({one.organisation for one in points.values()}, who)
        return write(tests, results, checks, points=points, actor=actor, reason=reason.strip())


def enter_result(entry: FindingEntry, *, who: Member, reason: str, file: tuple[str, bytes] | None = None) -> int:
    """Enter one result with its report as a file (登记监测结果); below detection counts by the share that the rule gives. Raise as `enter_self_monitoring`."""
    share = at(clock.today()).get("pollution.ambient.surface_water.below_detection_share").number if entry.is_below else Decimal(1)
    with transaction.atomic():
        point = outlets_named([entry.point]).get(entry.point)
        report = keep_report(organisation=point.organisation, name=file[0], content=file[1], who=who) if file and point else entry.report
        return enter_self_monitoring(results=[replace(entry, value=entry.value * share, report=report)], who=who, reason=reason)


def reporter_for(organisations: Iterable[str], who: Member) -> Actor:
    """Return the post in which a person reports for organisations (以何岗位填报); raise `NotPermitted` unless one covers all."""
    tree = tree_on(clock.today())
    held = [who.posts_over(Permission.MONITORING_REPORT, one, tree) for one in organisations]
    posts = [post for post in held[0] if all(post in others for others in held)] if held else []
    if not posts:
        raise NotPermitted(Permission.MONITORING_REPORT)
    return Actor(who.pk, who.full_name, posts[0].role, posts[0].organisation, posts[0].stands_in_for)


def outlets_named(codes: Iterable[str]) -> dict[str, Point]:
    """Return the points in use at which samples are taken, by code (可监测点)."""
    return {one.code: one for one in points_on(point__code__in=list(codes), point__kind__in=[kind.name for kind in KINDS]) if not one.is_closed}


def faults_of(
    tests: Sequence[PlanEntry], results: Sequence[FindingEntry], checks: Sequence[CheckEntry] = (), *, points: Mapping[str, Point]
) -> Iterator[Fault]:  # fmt: skip
    """Yield what is wrong, each placed where its entry stands (校验)."""
    seen: set[object] = set()
    for test in tests:
        yield from _placed([*_shared_faults(test, points), *_test_faults(test), *_twice((test.point, test.factor, test.frequency, test.valid_from), test.factor, seen)], test.where)
    replaced = {one.replaces for one in results if one.replaces is not None}
    current = set(results_in_force().filter(pk__in=replaced).values_list("pk", flat=True)) if replaced else set()
    for result in results:
        some = [*_shared_faults(result, points), *_result_faults(result), *_twice((result.point, result.factor, result.start, result.source, result.report_number), result.factor, seen)]
        if result.replaces is not None and result.replaces not in current:
            some.append(_gone(result.replaces))
        yield from _placed(some, result.where)
    held = {row.pk: row for row in checks_in_force().filter(pk__in=[one.replaces for one in checks if one.replaces is not None])}
    for check in checks:
        point, before = points.get(check.point), held.get(check.replaces or 0)
        some = [*_shared_faults(check, points), *check_faults(check, point.kind if point else None), *_twice(check.key, check.factor, seen)]
        if check.replaces is not None and (before is None or (before.point.code, before.factor, before.kind) != (check.point, check.factor, check.kind.name)):
            some.append(_gone(check.replaces))
        yield from _placed(some, check.where)


def _gone(key: int) -> Fault:
    return Fault(Words("所更正的记录", "what it corrects"), str(key), Words("不是同一事项，或已被更正、撤销", "is of something else, or was corrected or taken back already"), Words("刷新后重试", "reload and try again"))


def _placed(faults: Iterable[Fault], where: Words | None) -> Iterator[Fault]:
    for one in faults:
        yield one.at(where) if where else one


def _twice(key: object, value: str, seen: set[object]) -> Iterator[Fault]:
    if key in seen:
        yield Fault(Words("登记", "entry"), value, Words("清单中重复", "stands in the list twice"), Words("只留一行", "keep one row"))
    seen.add(key)


def _shared_faults(one: PlanEntry | FindingEntry | CheckEntry, points: Mapping[str, Point]) -> Iterator[Fault]:
    if one.point not in points:
        yield Fault(Words("监测点", "point"), one.point, Words("不是在用的排放口或厂界点", "is no outlet or boundary point in use"), Words("核对编码，如 U001.DA001", "check the code, such as U001.DA001"))
    if one.factor not in factor_by_code() and not (isinstance(one, CheckEntry) and not one.factor):
        yield Fault(Words("因子", "factor"), one.factor, Words("不在 HJ 212 因子表中", "is not in the table of HJ 212"), Words("填写编码，如 a21026 二氧化硫、w01018 化学需氧量", "give its code, such as a21026 for SO2, w01018 for COD"))


def _test_faults(one: PlanEntry) -> Iterator[Fault]:
    if not 0 <= one.times <= _TIMES_MOST:
        yield Fault(Words("次数", "times"), str(one.times), Words(f"应在 0～{_TIMES_MOST} 之间，0 表示不再监测", f"must be from 0 to {_TIMES_MOST}; 0 is none any more"), Words("改正", "correct it"))
    if not 2000 <= one.valid_from.year <= clock.today().year + 5:
        yield Fault(Words("生效日", "first day"), str(one.valid_from), Words("年份不合理", "is of an odd year"), Words("核对年份", "check the year"))


def _result_faults(one: FindingEntry) -> Iterator[Fault]:
    factor = factor_by_code().get(one.factor)
    if factor is not None and one.unit not in units_of(factor):
        yield Fault(Words("计量单位", "unit"), one.unit, Words(f"应为 {'、'.join(units_of(factor))}", f"must be {', '.join(units_of(factor))}"), Words("换算后填写", "convert it"))
    if not one.value.is_finite() or not 0 <= one.value < _MOST or int(one.value.as_tuple().exponent) < -6:
        yield Fault(Words("监测值", "value"), str(one.value), Words("应为不小于 0 的数，小数不超过 6 位", "must be 0 or more, with 6 decimals at most"), Words("核对报告", "check the report"))
    if not one.report_number.strip() or len(one.report_number) > 60:
        yield Fault(Words("报告编号", "report number"), one.report_number, Words("必填，不超过 60 字", "is needed, 60 letters at most"), Words("抄录监测报告编号", "copy it from the report"))
    if not one.start < one.end <= one.start + _LONGEST_SAMPLING or one.start > clock.now() or one.start.year < 2000:
        yield Fault(Words("采样时间", "sampling"), f"{one.start:%Y-%m-%d %H:%M}", Words("结束应晚于开始，且不在将来", "must end after it began, and not lie in the future"), Words("核对报告", "check the report"))


def write(
    tests: Sequence[PlanEntry], results: Sequence[FindingEntry], checks: Sequence[CheckEntry] = (), *, points: Mapping[str, Point], actor: Actor, reason: str
) -> int:  # fmt: skip
    """Seal a sound list and write its rows (写入)."""
    keys = {code: one.pk for code, one in points.items()}
    content: dict[str, Plain] = {}
    if tests:
        content["tests"] = [_test_content(one) for one in tests]
    if results:
        content["results"] = [_result_content(one) for one in results]
    if checks:
        content["checks"] = [check_content(one) for one in checks]
    subject = SUBJECT + (next(iter(points)) if len(points) == 1 else "self-monitoring")
    sealed = seal(kind=ActKind.MONITORING_CHANGE, subject=subject, content=content, actor=actor, reason=reason, is_simulated=any(one.is_simulated for one in points.values()))
    hung = {"reason": reason, "recorded_at": sealed.recorded_at, "link": sealed.link, "person_id": actor.person_id}
    insert_rows(PlannedTestVersion, (
        PlannedTestVersion(
            point_id=keys[one.point], factor=one.factor, frequency=one.frequency.name, times=one.times, document=one.document, valid_from=one.valid_from, place=place, **hung
        ) for place, one in enumerate(tests)
    ))  # fmt: skip
    insert_rows(LaboratoryFinding, (
        LaboratoryFinding(
            point_id=keys[one.point], factor=one.factor, source=one.source.name, start=one.start, end=one.end, value=one.value, unit=one.unit, is_below=one.is_below,
            report_number=one.report_number, laboratory=one.laboratory, report=one.report, replaces_id=one.replaces, is_withdrawn=one.is_withdrawn, place=place, **hung,
        ) for place, one in enumerate(results)
    ))  # fmt: skip
    insert_rows(MonitorCheck, (check_row(one, point_id=keys[one.point], place=place, **hung) for place, one in enumerate(checks)))
    return sealed.link


def _test_content(one: PlanEntry) -> Plain:
    return {"point": one.point, "factor": one.factor, "frequency": one.frequency.name, "times": one.times, "document": one.document, "valid_from": one.valid_from}


def _result_content(one: FindingEntry) -> Plain:
    return {
        "point": one.point, "factor": one.factor, "source": one.source.name, "start": one.start.astimezone(UTC), "end": one.end.astimezone(UTC), "value": one.value, "unit": one.unit,
        "is_below": one.is_below, "report_number": one.report_number, "laboratory": one.laboratory, "report": one.report, "replaces": one.replaces, "is_withdrawn": one.is_withdrawn,
    }  # fmt: skip


def keep_report(*, organisation: str, name: str, content: bytes, who: Member) -> str:
    """Keep a laboratory's report for the results that name it (上传监测报告); returns its digest.

    Raises
    ------
    AttachmentRefused, NotPermitted
        If it is neither PDF, PNG nor JPEG or is too large; unless the person reports for the organisation.
    """
    actor = actor_of(who, Permission.MONITORING_REPORT, organisation)
    shown, media_type = fit_file(name, content)
    found = str(digest(content, algorithm()))
    home = Organisation.objects.get(code=organisation)
    LaboratoryReport.objects.get_or_create(
        organisation=home, digest=found, defaults={"name": shown, "media_type": media_type, "content": content, "person_id": actor.person_id, "recorded_at": clock.now()}
    )
    return found


def open_report(*, result_id: int, who: Member) -> Handed:
    """Return the report of a result to those over its organisation (下载监测报告); taking it out is sealed. Raise `InputRefused`, `NotPermitted`."""
    row = LaboratoryFinding.objects.select_related("point__organisation").filter(pk=result_id).exclude(report="").first()
    held = LaboratoryReport.objects.filter(organisation=row.point.organisation, digest=row.report).first() if row else None
    if row is None or held is None:
        raise InputRefused([Fault(Words("监测报告", "report"), str(result_id), Words("没有上传", "was not uploaded"), Words("从监测结果进入", "come from the results"))])
    actor = actor_of(who, Permission.FIGURES_READ, row.point.organisation.code)
    record_export(what=f"laboratory-report/{row.point.code}", actor=actor, content={"file": held.digest}, is_simulated=row.point.is_simulated)
    return Handed(held.name, held.media_type, bytes(held.content))


def results_in_force(*, until: datetime | None = None) -> Any:
    """Return the results that hold, as known at a moment (有效监测结果), the newest sample first."""
    rows = LaboratoryFinding.objects.filter(recorded_at__lt=until) if until else LaboratoryFinding.objects.all()
    replaced = rows.filter(replaces__isnull=False).values("replaces")
    return rows.filter(is_withdrawn=False).exclude(pk__in=replaced).select_related("point__organisation", "person").order_by("-start", "point__code", "factor", "-id")


def plans_in_force(*, points: Iterable[str] | None = None, as_of: date | None = None) -> list[tuple[PlannedTest, PlannedTestVersion]]:
    """Return every line of the plans with the time it holds (自行监测方案沿革): until the next entry of its outlet, factor and frequency."""
    rows = PlannedTestVersion.objects.select_related("point__organisation").order_by("point__code", "factor", "frequency", "valid_from", "id")
    if points is not None:
        rows = rows.filter(point__code__in=list(points))
    if as_of is not None:
        rows = rows.filter(recorded_at__lt=end_of(as_of))
    latest: dict[tuple[int, str, str], dict[date, PlannedTestVersion]] = {}
    for row in rows:
        latest.setdefault((row.point_id, row.factor, row.frequency), {})[row.valid_from] = row
    found = []
    for versions in latest.values():
        days = sorted(versions)
        for day, following in zip(days, [*days[1:], None], strict=True):
            row = versions[day]
            if row.times:
                found.append((PlannedTest(row.point.code, row.factor, Frequency[row.frequency], row.times, day, following), row))
    return found


def as_results(rows: Iterable[LaboratoryFinding]) -> list[LaboratoryResult]:
    """Return rows as the domain knows them (监测结果)."""
    return [LaboratoryResult(row.point.code, row.factor, row.start.astimezone(CHINA_STANDARD_TIME).date(), row.value, row.report_number) for row in rows]


def stops_by_point(points: Iterable[Point], *, as_of: date | None = None) -> dict[str, list[Period]]:
    """Return the days on which each point did not run, as told (停产时段)."""
    held = list(notices_in_force(until=end_of(as_of) if as_of else None))
    today = clock.today()
    found: dict[str, list[Period]] = {}
    for point in points:
        for row in held:
            if row.organisation.code != point.organisation or (row.point is not None and row.point.code != point.code):
                continue
            start = row.start.astimezone(CHINA_STANDARD_TIME).date()
            end = (row.end.astimezone(CHINA_STANDARD_TIME).date() if row.end else today) + timedelta(days=1)
            if start < end:
                found.setdefault(point.code, []).append(Period(start, end))
    return found


