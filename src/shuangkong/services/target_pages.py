"""One target as a page (目标页): its finding, its years with path, required rate and forecast, its places, its working, who carries it."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.core.exceptions import ObjectDoesNotExist

from shuangkong.indicators.observations import Observation
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period
from shuangkong.plan.forecast import LEAST_CHANGES, Forecast, forecast_band
from shuangkong.plan.model import Edition, Operator, Plan, Target, TargetKind, Task
from shuangkong.plan.trajectory import required_path
from shuangkong.rules import at as rules_at
from shuangkong.services import clock
from shuangkong.services.board import Board, BoardLine, Reader
from shuangkong.services.board_pages import BoardPage, PageRow, board_page
from shuangkong.services.documents.report import InputLine, Mark, Working
from shuangkong.services.documents.wording import marks_text
from shuangkong.services.organisations import tree_on
from shuangkong.services.people import Member
from shuangkong.services.reports.comparisons import finding_of, required_of
from shuangkong.services.reports.findings import standing
from shuangkong.services.reports.workings import input_line, marks_of, working_of_line
from shuangkong.services.verdict_pages import Judging, judging_of


@dataclass(frozen=True, slots=True)
class Point:
    """One year of a target (轨迹点): what was, what the path asks, what is still required, between what it may end."""

    year: int
    actual: Decimal | None
    planned: Decimal | None
    required: Decimal | None
    low: Decimal | None
    high: Decimal | None
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Input:
    """An observation under a figure, as found and as printed (输入)."""

    found: Observation
    line: InputLine
    reported_by: Words

    @property
    def grade(self) -> Words:
        """Its marks as words, for the hover."""
        return Words(marks_text(self.line.marks), marks_text(self.line.marks, "en"))


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A task that serves a target (任务), with who leads and who supports."""

    task: Task
    lead: tuple[Words, ...]
    support: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What monitoring or meters say of the same thing (监测计量佐证), judged as the target is: of the year, and of its months as far as they are closed."""

    name: Words
    definition: Words
    line: BoardLine
    months: tuple[tuple[Period, Decimal], ...]
    inputs: tuple[Input, ...]
    decimals: int
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class TargetPage:
    """Everything of a target that its page shows (目标页)."""

    whole: BoardPage
    shown: PageRow
    finding: Words
    sentence: Words | None
    points: tuple[Point, ...]
    decimals: int
    required: Words | None
    forecast: Forecast | None
    forecast_note: Words | None
    places: tuple[PageRow, ...]
    working: Working | None
    inputs: tuple[Input, ...]
    tasks: tuple[TaskLine, ...]
    clause_title: Words
    remarks: tuple[Words, ...]
    support: tuple[Words, ...]
    related: tuple[PageRow, ...]
    evidence: tuple[Evidence, ...]
    judging: Judging | None = None

    @property
    def board(self) -> Board:
        """The board it stands on."""
        return self.whole.board

    @property
    def line(self) -> BoardLine:
        """Its line."""
        return self.shown.line

    @property
    def editions(self) -> tuple[Edition, ...]:
        """Other editions of the plan."""
        return self.board.plan.editions


def target_page(*, target: str, year: int | None = None, as_of: date | None = None, who: Member | None = None) -> TargetPage:
    """Return a target as it stood in a year, known on a day (目标页); the verdicts on it for whoever looks.

    Raises
    ------
    ObjectDoesNotExist
        If the plan has no such target.
    """
    whole = board_page(year=year, as_of=as_of)
    shown = whole.row(target)
    if shown is None:
        raise ObjectDoesNotExist(target)
    board, line = whole.board, shown.line
    reader = Reader(board.city, board.indicators.evaluator(as_of=board.as_of), rules_at(date(board.year, 12, 31)))
    decimals = shown.row.current.decimals
    points, forecast = _points(board, reader, line)
    inputs, tree = line.result.inputs if line.result else (), tree_on(clock.today())
    return TargetPage(
        whole=whole, shown=shown, finding=_judged(line) or _said_once(finding_of(line, shown.place, min(decimals, 1)), shown.place) or line.target.name,
        sentence=_said_once(standing(line, shown.place), shown.place), points=points, decimals=decimals, required=required_of(line, decimals), forecast=forecast,
        forecast_note=_note(forecast, points, board.year), places=_places(whole, line.target),
        working=working_of_line(line, anchor=shown.row.anchor, indicators=board.indicators) if line.result else None,
        inputs=tuple(Input(one, input_line(one, board.indicators), tree.signed(one.reported_by)) for one in inputs), tasks=_tasks(board, line.target), clause_title=_title(board.plan, line.target.clause),
        remarks=board.plan.remarks_on(line.target), support=_called(board, line.target.support), related=_related(whole, line.target),
        evidence=_evidence(board, reader, line.target),
        judging=judging_of(target=line.target, year=board.year, as_of=as_of, who=who) if who and line.target.operator is Operator.QUALITATIVE else None,
    )  # fmt: skip


def _judged(line: BoardLine) -> Words | None:
    """Say what people found of a target without a figure."""
    if line.verdict is None:
        return None
    word, name = line.verdict.word.words, line.target.name
    return Words(f"{name.zh}：{line.year} 年评判为{word.zh}", f"{name.en}: judged {word.en} in {line.year}")


def _said_once(told: Words | None, place: Words) -> Words | None:
    """Names of targets that hold their place already do not get it again."""
    if told is None:
        return None
    rest = told.en.removeprefix(f"{place.en}, ")
    return Words(told.zh.replace(place.zh * 2, place.zh), rest if place.en in rest else told.en)


def _points(board: Board, reader: Reader, line: BoardLine) -> tuple[tuple[Point, ...], Forecast | None]:
    target = line.target
    first, last = reader.base_year(target), max(target.target_year or board.year, board.year)
    if target.value is None and line.result is None:
        return (), None
    actual = {year: reader.figure(target, year) for year in range(first, board.year + 1)}
    if target.kind.starts_at_zero:
        actual[first] = Decimal(0)
    elif target.base_value is not None:
        actual[first] = target.base_value
    path = reader.milestones(target)
    needed = required_path(target, actual=line.current, year=board.year) if line.current is not None and path and not line.pace.is_met else {}
    forecast, band = _forecast(target, {year: value for year, value in actual.items() if value is not None}, last)
    points = []
    for year in range(first, last + 1):
        low, high = band.get(year, (None, None))
        marks = marks_of(reader.result(target, year)) if actual.get(year) is not None else ()
        points.append(Point(year, actual.get(year), path.get(year), needed.get(year), low, high, marks))
    return tuple(points), forecast


def _forecast(target: Target, actual: dict[int, Decimal], until: int) -> tuple[Forecast | None, dict[int, tuple[Decimal, Decimal]]]:
    """A fall in per cent is carried on as the level that is left, so that it never passes 100."""
    is_fall = target.kind is TargetKind.RELATIVE_CHANGE
    levels = {year: 100 - value if is_fall else value for year, value in actual.items()}
    found = forecast_band(levels, until=until)
    if found is None:
        return None, {}
    return found, {year: (100 - high, 100 - low) if is_fall else (low, high) for year, (low, high) in found.band.items()}


def _note(forecast: Forecast | None, points: tuple[Point, ...], year: int) -> Words | None:
    if not points or points[-1].year <= year:
        return None
    if forecast is None:
        return Words(f"不作预测：连续年份的变化不足 {LEAST_CHANGES} 个。", f"No forecast: fewer than {LEAST_CHANGES} yearly changes in a row are known.")
    kind = Words("对数变化", "logarithmic changes") if forecast.is_logarithmic else Words("变化", "changes")
    return Words(
        f"预测区间：把已有 {forecast.changes} 个年度{kind.zh}的均值顺延，两侧各一个标准差（随年数开方放宽）。样本少，只表示照旧发展会到哪里，不是概率。",
        f"Forecast band: the mean of the {forecast.changes} yearly {kind.en} known goes on, one standard deviation on either side (widening with the root of years). "
        "The sample is small: it says where the old course leads, not how likely.",
    )


def _places(whole: BoardPage, target: Target) -> tuple[PageRow, ...]:
    """The same indicator in the jurisdictions, ranked as on the board."""
    if not target.indicator:
        return ()
    rows = whole.places_of(target.indicator)
    known = sorted((one for one in rows if one.line.ahead is not None), key=lambda one: (-(one.line.ahead or 0), one.target.scope))
    return (*known, *(one for one in rows if one.line.ahead is None))


def _related(whole: BoardPage, target: Target) -> tuple[PageRow, ...]:
    """Targets that say the same elsewhere, and the others of an either-or group."""
    return tuple(
        one for one in whole.rows
        if one.target.id != target.id and (one.target.id == target.same_as or one.target.same_as == target.id or (target.alt_group and one.target.alt_group == target.alt_group))
    )  # fmt: skip


def _evidence(board: Board, reader: Reader, target: Target) -> tuple[Evidence, ...]:
    """Indicators made of monitoring or meters that are declared beside the target's own; what was filed stays official."""
    if not target.indicator:
        return ()
    found, tree = [], tree_on(clock.today())
    evaluator = board.indicators.evaluator(as_of=board.as_of)
    for code, one in board.indicators.catalogue.indicators.items():
        if one.declaration.evidence_for != target.indicator:
            continue
        line = reader.line(replace(target, indicator=code, base_value=None, remarks=()), board.year)
        months = [evaluator.evaluate(code, org=target.scope or board.city.code, period=Period.month(board.year, number)) for number in range(1, 13)]
        made_of = line.result.inputs if line.result else ()
        found.append(Evidence(
            one.declaration.name, one.declaration.definition, line, tuple((month.period, month.value) for month in months if month.value is not None),
            tuple(Input(each, input_line(each, board.indicators), tree.signed(each.reported_by)) for each in made_of), one.declaration.decimals, marks_of(line.result),
        ))  # fmt: skip
    return tuple(found)


def _tasks(board: Board, target: Target) -> tuple[TaskLine, ...]:
    """Tasks of the clauses that the target, its twins and its remarks name, the target's own clause first."""
    twins = [other for other in board.plan.targets if other.id == target.same_as or other.same_as == target.id]
    told = "".join(remark.zh for remark in target.remarks)
    clauses = dict.fromkeys([target.clause, *(other.clause for other in twins), *(clause.number for clause in board.plan.clauses if clause.number in told)])
    place = target.scope if target.scope != board.city.code else ""
    return tuple(
        TaskLine(task, _called(board, task.lead), _called(board, task.support))
        for number in clauses for task in board.plan.tasks if task.clause == number and (not place or place in task.jurisdictions)
    )  # fmt: skip


def _called(board: Board, codes: tuple[str, ...]) -> tuple[Words, ...]:
    known = {agency.code: Words(agency.short_name or agency.name.zh, agency.name.en.removeprefix("City ")) for agency in board.city.agencies}
    return tuple(known.get(code, Words(code, code)) for code in codes)


def _title(plan: Plan, number: str) -> Words:
    told = plan.clause(number) or next((annex for annex in plan.annexes if annex.number == number), None)
    return told.heading if told else Words(number, number)
