"""What a report says, decided before anything is drawn (报告内容).

`Report` holds plain values: words in both languages, figures with their unit and decimals, lights, marks, coverage and the
working behind each figure. The writers of HTML, Excel and Word only set what stands here; none of them computes.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum

from shuangkong.kernel.language import Words
from shuangkong.kernel.provenance import DataGrade
from shuangkong.plan.trajectory import Light


class Mark(Enum):
    """What a reader must know before trusting a figure (标记)."""

    SIMULATED = Words("模拟", "simulated")
    ESTIMATED = Words("估算", "estimated")
    SUBSTITUTED = Words("替代", "substituted")
    UNVERIFIED = Words("未核实", "unverified")
    DERIVED = Words("推定", "derived")


MARK_OF_GRADE: Mapping[DataGrade, Mark] = {
    DataGrade.ESTIMATED: Mark.ESTIMATED,
    DataGrade.SUBSTITUTED: Mark.SUBSTITUTED,
    DataGrade.SIMULATED: Mark.SIMULATED,
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as it will be printed (数值): unrounded, with the decimals to show; missing with its reason."""

    number: Decimal | None
    unit: str = ""
    decimals: int = 1
    reason: Words | None = None
    is_change: bool = False


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many of the places or figures an aggregate holds (覆盖)."""

    held: int
    expected: int


@dataclass(frozen=True, slots=True)
class InputLine:
    """One observation under a figure (输入数据), with who reported and approved it and when it was heard."""

    element: str
    name: Words
    org: Words
    period: str
    figure: Figure
    source: str
    reported_by: str
    approved_by: str
    recorded_at: str
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One dated rule under a figure (依据)."""

    path: str
    name: Words
    shown: str
    valid_from: date
    document: str
    clause: str
    confidence: str
    is_verified: bool


QUALITATIVE = "qualitative"
BY_TARGET = Words("指标", "Targets")


@dataclass(frozen=True, slots=True)
class Working:
    """What opens behind a figure (计算过程): formula in names, the same with figures, rules, inputs."""

    anchor: str
    title: Words
    formula: Words
    worked: Words
    result: Figure
    rules: tuple[RuleLine, ...] = ()
    inputs: tuple[InputLine, ...] = ()
    note: Words | None = None
    group: Words = BY_TARGET


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One target on the board (指标一览的一行)."""

    target_id: str
    clause: str
    name: Words
    scope: Words
    nature: Words
    target: Figure
    operator: str
    base: Figure
    current: Figure
    period: str
    pace_pct: Figure
    light: Light
    reason: Words | None = None
    coverage: Coverage | None = None
    marks: tuple[Mark, ...] = ()
    lead: tuple[Words, ...] = ()
    phrase: str = ""
    remarks: tuple[int, ...] = ()
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class BoardPart:
    """Targets of one clause or annex (分组)."""

    number: str
    title: Words
    rows: tuple[BoardRow, ...]

    @property
    def lights(self) -> Counter[Light]:
        """How many rows show which light."""
        return Counter(row.light for row in self.rows)


@dataclass(frozen=True, slots=True)
class RankingRow:
    """One of the jurisdictions, ranked (排名的一行). `rank` is None without data; `tile` is column and row on the tile map."""

    rank: int | None
    code: str
    name: Words
    current: Figure
    target: Figure
    gap: Figure
    light: Light
    tile: tuple[int, int]
    marks: tuple[Mark, ...] = ()
    reason: Words | None = None
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Ranking:
    """The jurisdictions by one indicator (排名), best first, those without data last."""

    finding: Words
    indicator: Words
    period: str
    rows: tuple[RankingRow, ...]

    @property
    def ends(self) -> tuple[RankingRow, RankingRow] | None:
        """The first and the last of those with data (首尾), None where fewer than two have any."""
        known = [row for row in self.rows if row.current.number is not None]
        return (known[0], known[-1]) if len(known) > 1 else None


@dataclass(frozen=True, slots=True)
class TrajectoryPoint:
    """One year: what was, what the path asks (轨迹点); None where nothing is known."""

    year: int
    actual: Decimal | None
    planned: Decimal | None
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Trajectory:
    """A target over its years (轨迹). One that is not lead is drawn small, with the others of its set on one scale."""

    key: str
    place: Words
    finding: Words
    indicator: Words
    unit: str
    decimals: int
    target: Decimal | None
    target_year: int
    points: tuple[TrajectoryPoint, ...]
    required: Words | None = None
    light: Light = Light.GREY
    missing: Words | None = None
    is_lead: bool = True
    anchor: str = ""

    @property
    def latest(self) -> TrajectoryPoint | None:
        """The newest year with a figure."""
        known = [point for point in self.points if point.actual is not None]
        return known[-1] if known else None


@dataclass(frozen=True, slots=True)
class Step:
    """One bar of a waterfall (瀑布图的一步)."""

    name: Words
    effect: Decimal


@dataclass(frozen=True, slots=True)
class Decomposition:
    """A change split into its causes (分解): from `start` through the steps to `end`, exactly."""

    finding: Words
    start_name: Words
    start: Decimal
    steps: tuple[Step, ...]
    end_name: Words
    end: Decimal
    unit: str
    decimals: int
    marks: tuple[Mark, ...] = ()
    note: Words | None = None
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of figures: name and unit, told once (列)."""

    name: Words
    unit: str


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """The figures of one jurisdiction under the columns of the comparison (各县区一行)."""

    code: str
    name: Words
    figures: tuple[Figure, ...]
    marks: tuple[Mark, ...] = ()
    anchors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """Jurisdictions against indicators in one period (各县区指标)."""

    finding: Words
    period: str
    columns: tuple[Column, ...]
    rows: tuple[PlaceRow, ...]


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """One scored item (得分项): points None while the data are missing."""

    code: str
    name: Words
    points: Figure
    max_points: Figure
    reason: Words
    citation: str
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Scorecard:
    """The score sheet of one jurisdiction (考核得分)."""

    code: str
    name: Words
    score: Figure
    grade: Words
    items: tuple[ScoreLine, ...]
    vetoes: tuple[Words, ...] = ()
    exemptions: tuple[Words, ...] = ()
    note: Words | None = None


@dataclass(frozen=True, slots=True)
class Assessment:
    """One run of a rubric over the jurisdictions (考核)."""

    finding: Words
    cycle: Words
    year: int
    rubric: Words
    cards: tuple[Scorecard, ...]
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Remark:
    """A contradiction or ambiguity found in the plan, shown to every reader (方案文本提示)."""

    number: int
    clause: str
    text: Words
    targets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DataNote:
    """What is simulated, missing, revised or unverified (数据说明)."""

    title: Words
    text: Words
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Where figures come from (数据来源), and how many observations used it."""

    title: str
    used: int
    periods: str
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """Everything a reader gets, in reading order (报告)."""

    city: Words
    plan_title: Words
    edition: Words
    document_number: str
    year: int
    as_of: date
    engine: str
    parts: tuple[BoardPart, ...]
    findings: tuple[Words, ...]
    legend: Words
    steps: tuple[Words, ...] = ()
    banner: Words | None = None
    trajectories: tuple[Trajectory, ...] = ()
    ranking: Ranking | None = None
    comparison: Comparison | None = None
    decomposition: Decomposition | None = None
    assessments: tuple[Assessment, ...] = ()
    workings: tuple[Working, ...] = ()
    remarks: tuple[Remark, ...] = ()
    notes: tuple[DataNote, ...] = ()
    sources: tuple[Source, ...] = ()
    rules: tuple[RuleLine, ...] = field(default=())

    @property
    def rows(self) -> Sequence[BoardRow]:
        """Every target, in the order of the plan."""
        return [row for part in self.parts for row in part.rows]

    @property
    def answer(self) -> Words:
        """The state of the plan in one sentence."""
        return answer_of(self.rows)


def answer_of(rows: Sequence[BoardRow]) -> Words:
    """Return how rows stand in one sentence (一句话结论); the counts add up to all of them."""
    lights = Counter(row.light for row in rows)
    outcomes = sum(row.light is Light.GREY and row.operator == QUALITATIVE for row in rows)
    green, yellow, red, grey = (lights[light] for light in Light)
    return Words(
        f"{len(rows)} 项指标：顺利 {green}，预警 {yellow}，滞后 {red}，待数据 {grey - outcomes}" + (f"，定性待评判 {outcomes}" if outcomes else ""),
        f"{len(rows)} targets: {green} on course, {yellow} warning, {red} behind, {grey - outcomes} awaiting data"
        + (f", {outcomes} qualitative, to be judged" if outcomes else ""),
    )
