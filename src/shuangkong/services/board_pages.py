"""The board as a page (总览页): its rows with trend and place in the plan, what they can be filtered by, and what is precomputed of it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from functools import lru_cache

from shuangkong.kernel.language import Words
from shuangkong.plan.model import Nature, Operator, Target
from shuangkong.plan.trajectory import Light
from shuangkong.rules import at as rules_at
from shuangkong.services.board import Board, BoardLine, Reader
from shuangkong.services.documents.report import BoardRow, Ranking, Remark, answer_of
from shuangkong.services.documents.wording import coverage_text, marks_text, target_text
from shuangkong.services.reports.composition import legend_of, parts_of, ranking_of
from shuangkong.services.reports.findings import standing
from shuangkong.services.standing import Moment, board_at, moment_of, plan_years

WAITING, TO_JUDGE, STRETCH = "WAITING", "TO_JUDGE", "STRETCH"
TO_BE_JUDGED = Words("待评判", "to be judged")
STATES = (
    *((light.value, light.words) for light in (Light.GREEN, Light.YELLOW, Light.RED)),
    (WAITING, Words("待数据", "awaiting data")), (TO_JUDGE, Words("定性待评判", "qualitative, to be judged")),
)  # fmt: skip
NATURES = (
    (Nature.BINDING.name, Words("约束性", "binding")), (Nature.INDICATIVE.name, Words("预期性", "indicative")), (STRETCH, Words("力争", "stretch")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PageRow:
    """One target with what the page adds to it (总览的一行): its part of the plan, whose it is, its trend by year."""

    line: BoardLine
    row: BoardRow
    part: str
    place: Words
    trend: tuple[tuple[int, Decimal | None], ...]

    @property
    def target(self) -> Target:
        """The target."""
        return self.line.target

    @property
    def state(self) -> str:
        """How it is counted in the sentence: a light, or why there is none."""
        if self.row.light is not Light.GREY:
            return self.row.light.value
        return TO_JUDGE if self.target.operator is Operator.QUALITATIVE else WAITING

    @property
    def state_words(self) -> Words:
        """The word beside the light: what is missing where there is none."""
        if self.line.verdict:
            return self.line.verdict.word.words
        return TO_BE_JUDGED if self.state == TO_JUDGE else self.row.light.words

    @property
    def order(self) -> int:
        """Where the state stands when rows are sorted by it: what needs eyes first."""
        return ("RED", "YELLOW", WAITING, TO_JUDGE, "GREEN").index(self.state)

    @property
    def goal(self) -> Words:
        """The target with its bound, without unit."""
        return Words(target_text(self.row.operator, self.row.target), target_text(self.row.operator, self.row.target, "en"))

    @property
    def coverage_told(self) -> str:
        """Coverage for the hover, empty where nothing is summed."""
        return coverage_text(self.row.coverage) if self.row.coverage else ""

    @property
    def marks_told(self) -> Words:
        """The marks as words, for the hover."""
        return Words(marks_text(self.row.marks), marks_text(self.row.marks, "en"))

    @property
    def other_leads(self) -> int:
        """How many lead beside the first."""
        return len(self.row.lead) - 1

    @property
    def searched(self) -> str:
        """All words that a search looks through."""
        row = self.row
        told = [row.target_id, row.clause, *row.name, *row.scope, row.phrase, *(word for lead in row.lead for word in lead)]
        return "\n".join(told).lower()


@dataclass(frozen=True, slots=True)
class BoardFilter:
    """What of the board is asked for (筛选); an empty text asks for all. Names are those of the address."""

    agency: str = ""
    place: str = ""
    kind: str = ""
    light: str = ""
    nature: str = ""
    part: str = ""
    q: str = ""

    def admits(self, one: PageRow) -> bool:
        """Tell whether a row is asked for."""
        target = one.target
        return (
            (not self.agency or self.agency in (*target.lead, *target.support))
            and (not self.place or self.place == target.scope)
            and (not self.kind or self.kind == target.kind.name)
            and (not self.light or self.light == one.state)
            and (not self.nature or self.nature == target.nature.name or (self.nature == STRETCH and target.is_stretch))
            and (not self.part or self.part == one.part)
            and all(word in one.searched for word in self.q.lower().split())
        )

    @property
    def asked(self) -> dict[str, str]:
        """What is asked for, by name, without what is not."""
        return {one.name: told for one in fields(self) if (told := getattr(self, one.name))}


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to filter by (筛选项), and how many rows it holds."""

    code: str
    words: Words
    count: int


@dataclass(frozen=True, slots=True)
class BoardPage:
    """Everything of the board that is the same for all who may see it (总览页)."""

    moment: Moment
    board: Board
    rows: tuple[PageRow, ...]
    answer: Words
    standing: Words | None
    ranking: Ranking | None
    legend: Words
    remarks: tuple[Remark, ...]
    choices: dict[str, tuple[Choice, ...]]
    years: tuple[int, ...]

    @property
    def is_empty(self) -> bool:
        """Tell whether no target has a figure."""
        return all(one.line.current is None for one in self.rows)

    @property
    def behind(self) -> tuple[PageRow, ...]:
        """The rows that are behind."""
        return tuple(one for one in self.rows if one.row.light is Light.RED)

    def places_of(self, indicator: str) -> tuple[PageRow, ...]:
        """Return the rows of one indicator by jurisdiction, the city's own left out."""
        return tuple(one for one in self.rows if one.target.indicator == indicator and one.target.scope != self.board.city.code)

    def row(self, target_id: str) -> PageRow | None:
        """Return the row of a target."""
        return next((one for one in self.rows if one.target.id == target_id), None)

    def chosen(self, asked: BoardFilter) -> tuple[PageRow, ...]:
        """Return the rows asked for, in the order of the plan (筛选结果)."""
        return tuple(one for one in self.rows if asked.admits(one)) if asked.asked else self.rows


def board_page(*, year: int | None = None, as_of: date | None = None) -> BoardPage:
    """Return the board of a year as known on a day (总览页); the newest year and everything recorded where none is given.

    Raises
    ------
    YearOutOfPlan
        If the plan says nothing of the year.
    """
    return _page(moment_of(year=year, as_of=as_of))


def counted(rows: Sequence[PageRow]) -> Words:
    """Return how some rows stand, in the words of the board (计数)."""
    return answer_of([one.row for one in rows])


@lru_cache(maxsize=32)
def _page(moment: Moment) -> BoardPage:
    board = board_at(moment)
    rows = tuple(_rows(board))
    lead = board.lead()
    return BoardPage(
        moment=moment, board=board, rows=rows, answer=counted(rows), standing=standing(lead, board.city.name) if lead else None,
        ranking=ranking_of(board), legend=legend_of(board), choices=_choices(board, rows), years=tuple(plan_years()),
        remarks=tuple(Remark(number, "、".join(one.clauses), one.text, one.targets) for number, one in enumerate(board.plan.remarks, start=1)),
    )  # fmt: skip


def _rows(board: Board) -> list[PageRow]:
    reader = Reader(board.city, board.indicators.evaluator(as_of=board.as_of), rules_at(date(board.year, 12, 31)))
    told = {row.target_id: row for part in parts_of(board) for row in part.rows}
    return [PageRow(line, told[line.target.id], _part(line.target.clause), _place(board, line.target), _trend(reader, line)) for line in board.lines]


def _place(board: Board, target: Target) -> Words:
    place = board.city.jurisdictions.get(target.scope)
    return place.name if place else Words(target.scope_name, target.scope_name)


def _part(number: str) -> str:
    """The first numeral of a clause, 二 of 二(一); an annex is a part of its own."""
    return number.partition("(")[0]


def _part_words(board: Board, part: str, place: int) -> Words:
    annex = next((one for one in board.plan.annexes if one.number == part), None)
    if annex is not None:
        return Words(annex.number, f"Annex {annex.number.removeprefix('附件')}")
    title = next((clause.part for clause in board.plan.clauses if _part(clause.number) == part), "")
    return Words(f"{part}、{title}", f"Part {place}")


def _trend(reader: Reader, line: BoardLine) -> tuple[tuple[int, Decimal | None], ...]:
    if line.result is None:
        return ()
    first = reader.base_year(line.target)
    return tuple((year, reader.figure(line.target, year)) for year in range(first + (1 if line.target.kind.starts_at_zero else 0), line.year + 1))


def _choices(board: Board, rows: Sequence[PageRow]) -> dict[str, tuple[Choice, ...]]:
    agencies = Counter(code for one in rows for code in {*one.target.lead, *one.target.support})
    names = {agency.code: Words(agency.short_name or agency.name.zh, agency.name.en.removeprefix("City ")) for agency in board.city.agencies}
    places = Counter(one.target.scope for one in rows)
    kinds, parts, states = Counter(one.target.kind for one in rows), Counter(one.part for one in rows), Counter(one.state for one in rows)
    natures = Counter(one.target.nature.name for one in rows)
    natures[STRETCH] = sum(one.target.is_stretch for one in rows)
    return {
        "light": tuple(Choice(code, told, states[code]) for code, told in STATES if states[code]),
        "agency": tuple(Choice(code, names.get(code, Words(code, code)), count) for code, count in agencies.most_common()),
        "place": tuple(Choice(one.code, one.name, places[one.code]) for one in board.city.jurisdictions if places[one.code]),
        "kind": tuple(Choice(kind.name, Words(kind.value, kind.name.lower().replace("_", " ")), count) for kind, count in kinds.most_common()),
        "nature": tuple(Choice(code, told, natures[code]) for code, told in NATURES if natures[code]),
        "part": tuple(Choice(part, _part_words(board, part, place), parts[part]) for place, part in enumerate(parts, start=1)),
    }

