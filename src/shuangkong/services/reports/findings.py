"""What a reader should know first, and what is to be done next, in sentences."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from shuangkong.kernel.language import Words
from shuangkong.plan.model import Operator, Target
from shuangkong.plan.trajectory import GreyReason, Light
from shuangkong.services.board import Board, BoardLine
from shuangkong.services.documents.report import Decomposition, Ranking, RuleLine
from shuangkong.services.documents.wording import number_text, unit_text

NAMED_AT_MOST = 5
_LACKING = {
    GreyReason.WAITING_VALUE: Words("待上级下达目标值", "waiting for a value from above"),
    GreyReason.NO_DATA: Words("缺数据", "without data"),
    GreyReason.NO_BASE: Words("缺基期值", "without a base value"),
    GreyReason.NOT_BEGUN: Words("尚未起算", "not begun"),
}
_ORDER = {Light.GREEN: 3, Light.YELLOW: 2, Light.RED: 1}


def findings(board: Board, before: Board | None, ranking: Ranking | None, decomposition: Decomposition | None) -> tuple[Words, ...]:
    """Answer in order (要点): on course, who is behind, why, what has no light, what is due, what changed."""
    found: list[Words] = []
    lead = board.lead()
    if lead is not None:
        found.append(standing(lead, board.city.name) or Words(f"全市能耗强度：{lead.reason or ''}", f"city energy intensity: {lead.reason.en if lead.reason else ''}"))
    behind = _behind(board)
    if behind:
        named = _named([line.target.name for line in behind])
        found.append(Words(f"全市滞后的指标：{named.zh}。", f"Behind, city-wide: {named.en}."))
    if ranking:
        missing = [row.name for row in ranking.rows if row.rank is None]
        tail_zh = f"；{'、'.join(name.zh for name in missing)}无 {board.year} 年数据" if missing else ""
        tail_en = f"; no {board.year} data for {', '.join(name.en for name in missing)}" if missing else ""
        found.append(Words(f"{ranking.finding.zh}{tail_zh}。", f"{ranking.finding.en}{tail_en}."))
    if decomposition:
        found.append(Words(f"{decomposition.finding.zh}（{unit_text(decomposition.unit)}）。", f"{decomposition.finding.en} ({unit_text(decomposition.unit, 'en')})."))
    found.append(_counted(board))
    due = sorted({task.due for task in board.plan.tasks if task.due and board.as_of <= task.due})
    if due:
        tasks = [task for task in board.plan.tasks if task.due == due[0]]
        zh = f"“{tasks[0].title}”（{tasks[0].clause}）" if len(tasks) == 1 else f"{len(tasks)} 项任务"
        en = f"1 task, clause {tasks[0].clause}" if len(tasks) == 1 else f"{len(tasks)} tasks"
        found.append(Words(f"最近到期：{due[0]}，{zh}。", f"Next due: {due[0]}, {en}."))
    if before is not None:
        found.append(_changed(board, before))
    return tuple(found)


def next_steps(board: Board, rules: Sequence[RuleLine]) -> tuple[Words, ...]:
    """Say who has to do what about it (下一步): those behind, figures missing, outcomes to be judged, values and rules to be settled."""
    steps: list[Words] = []
    late = _behind(board, is_city_only=False)
    if late:
        steps.append(_asked(board, late, Words("滞后，由牵头单位说明原因和补救措施", "behind: their leads explain why and what they will do")))
    absent = [line for line in board.lines if _is_reported_absent(line)]
    if absent:
        steps.append(_asked(board, absent, Words("报为不适用，确认是否保留", "reported as not applicable: confirm whether to keep them")))
    for reason, words in (
        (GreyReason.NO_DATA, Words("缺数据，补报后重新运行", "lack data: report it and run again")),
        (GreyReason.NO_BASE, Words("缺基期值，补报基期数据", "lack a base value: report the base year")),
        (GreyReason.WAITING_VALUE, Words("待上级下达目标值，收到后填入方案", "wait for a value from above: enter it in the plan")),
    ):
        lines = [line for line in board.lines if line.light is Light.GREY and line.pace.reason is reason and line not in absent]
        if lines:
            steps.append(_asked(board, lines, words))
    outcomes = sum(line.pace.reason is GreyReason.QUALITATIVE for line in board.lines)
    if outcomes:
        steps.append(Words(f"定性目标 {outcomes} 项：由牵头单位举证，评判后才有结论。", f"{outcomes} qualitative targets: their leads give evidence; they are judged by people."))
    unverified = sum(not rule.is_verified for rule in rules)
    if unverified:
        steps.append(Words(f"{unverified} 条所依规则未核实：对照原文核对（见数据说明）。", f"{unverified} rules are unverified: hold them against their text (see the data notes)."))
    return tuple(steps)


def lead_agencies(board: Board, target: Target) -> tuple[Words, ...]:
    """Return who leads (牵头单位), by short name; a lead the plan does not print is marked 推定."""
    known = {agency.code: Words(agency.short_name or agency.name.zh, agency.name.en.removeprefix("City ")) for agency in board.city.agencies}
    names = [known.get(code, Words(code, code)) for code in target.lead]
    if not target.is_lead_derived or not names:
        return tuple(names)
    return (*names[:-1], Words(f"{names[-1].zh}（推定）", f"{names[-1].en} (derived)"))


def standing(line: BoardLine, place: Words) -> Words | None:
    """Say in one sentence where a figure stands against its path."""
    if line.current is None or line.ahead is None or line.pace.milestone is None:
        return None
    unit_zh = "个百分点" if line.target.unit == "%" else f" {unit_text(line.target.unit)}"
    unit_en = "pp" if line.target.unit == "%" else unit_text(line.target.unit, "en")
    suffix = "%" if line.target.unit == "%" else f" {unit_text(line.target.unit)}"
    decimals = 1 if abs(line.current) < 1000 else 0
    now, path, gap = (number_text(figure, decimals) for figure in (line.current, line.pace.milestone, abs(line.ahead)))
    zh, en = ("超前", "ahead") if line.ahead >= 0 else ("落后", "behind")
    space = "" if unit_zh.startswith(" ") else " "
    return Words(
        f"{place.zh}{line.target.name.zh} {line.year} 年为 {now}{suffix}，进度要求 {path}{suffix}，{zh} {gap}{space}{unit_zh}。",
        f"{place.en}, {line.target.name.en}: {now}{suffix if suffix == '%' else ' ' + unit_en} in {line.year}, path {path}, {gap} {unit_en} {en}.",
    )


def _behind(board: Board, *, is_city_only: bool = True) -> list[BoardLine]:
    return [line for line in board.lines if line.light is Light.RED and (not is_city_only or line.target.scope == board.city.code)]


def _is_reported_absent(line: BoardLine) -> bool:
    """Tell whether a figure is missing because someone said that it does not apply."""
    return line.current is None and line.result is not None and any(one.value is None for one in line.result.inputs)


def _counted(board: Board) -> Words:
    """Say how many targets have a figure, and of those what the lightless ones lack."""
    measured = [line for line in board.lines if line.target.operator is not Operator.QUALITATIVE]
    grey = Counter(line.pace.reason for line in measured if line.light is Light.GREY)
    lacking = [(grey[reason], words) for reason, words in _LACKING.items() if grey[reason]]
    others = len(board.lines) - len(measured)
    zh = "、".join(f"{words.zh} {count} 项" for count, words in lacking)
    en = ", ".join(f"{count} {words.en}" for count, words in lacking)
    note, judged = board.plan.targets_note, sum(line.verdict is not None for line in board.lines)
    judged_zh, judged_en = (f"由人评判（已评判 {judged} 项）", f"judged by people ({judged} so far)") if judged else ("由人评判，不计灯", "judged by people, without a light")
    return Words(
        f"共 {len(board.lines)} 项" + (f"：{note.zh}" if note.zh else "") + f"。可计量的 {len(measured)} 项" + (f"（{zh}）" if zh else "")
        + f"，定性的 {others} 项{judged_zh}。",
        f"{len(board.lines)} targets" + (f": {note.en}" if note.en else "") + f". {len(measured)} are measured" + (f" ({en})" if en else "")
        + f"; {others} are qualitative, {judged_en}.",
    )  # fmt: skip


def _asked(board: Board, lines: Sequence[BoardLine], what: Words) -> Words:
    shown = lines[:NAMED_AT_MOST]
    leads = [_first_lead(board, line.target) for line in shown]
    zh = "、".join(f"{line.target.id} {line.target.name.zh}（{lead.zh}）" for line, lead in zip(shown, leads, strict=True))
    en = "; ".join(f"{line.target.id} {line.target.name.en} ({lead.en})" for line, lead in zip(shown, leads, strict=True))
    more = len(lines) - len(shown)
    return Words(
        f"{len(lines)} 项{what.zh}：{zh}" + (f"，另有 {more} 项" if more else "") + "。", f"{len(lines)} {what.en}: {en}" + (f"; and {more} more" if more else "") + "."
    )


def _first_lead(board: Board, target: Target) -> Words:
    """Return the one to call; the others stand on the board."""
    leads = lead_agencies(board, replace(target, is_lead_derived=False))
    if not leads:
        return Words("无牵头单位", "no lead")
    return leads[0] if len(leads) == 1 else Words(f"{leads[0].zh}等", f"{leads[0].en} and others")


def _changed(board: Board, before: Board) -> Words:
    better, worse = [], []
    for line in board.lines:
        earlier = before.line(line.target.id)
        if earlier is None or line.light not in _ORDER or earlier.light not in _ORDER:
            continue
        if _ORDER[line.light] > _ORDER[earlier.light]:
            better.append(line.target.name)
        elif _ORDER[line.light] < _ORDER[earlier.light]:
            worse.append(line.target.name)
    told = [_named(names) for names in (better, worse)]
    zh = [f"（{names.zh}）" if names.zh else "" for names in told]
    en = [f" ({names.en})" if names.en else "" for names in told]
    return Words(
        f"较 {before.year} 年：转好 {len(better)} 项{zh[0]}，转差 {len(worse)} 项{zh[1]}。",
        f"Against {before.year}: {len(better)} better{en[0]}, {len(worse)} worse{en[1]}.",
    )


def _named(names: Sequence[Words]) -> Words:
    shown, more = names[:NAMED_AT_MOST], len(names) - NAMED_AT_MOST
    return Words(
        "、".join(name.zh for name in shown) + (f" 等 {len(names)} 项" if more > 0 else ""),
        ", ".join(name.en for name in shown) + (f" and {more} more" if more > 0 else ""),
    )
