"""The first sheet of the template (填报说明): who files what by when, how to fill it in, and what every figure means."""

from collections.abc import Iterator
from datetime import date

from shuangkong.kernel.language import Language, Words
from shuangkong.kernel.period import Period
from shuangkong.returns.entries import NOT_APPLICABLE
from shuangkong.returns.form import Column, Deadline, Form, Row, TableKind
from shuangkong.services.documents.wording import day_text, unit_text

INSTRUCTIONS = Words("填报说明", "Instructions")

_STEPS = (
    Words("只填白格；灰格由系统计算或不需填写。", "Fill the white cells only; grey ones are computed, or nothing belongs there."),
    Words(
        f"三种情况分清：没有此项业务填“{NOT_APPLICABLE}”；数值为零填 0；尚不掌握留空。",
        f"Keep three things apart: write {NOT_APPLICABLE} where it does not apply, 0 for zero, nothing where it is not yet known.",
    ),
    Words("按表头或“计量单位”栏的单位填写，只填数字，不写单位。", "Give figures in the unit of the header or the unit column, without writing the unit."),
    Words(
        "从其他表格复制时用“选择性粘贴—数值”；填写格内不能有公式，也不要合并单元格。",
        "When copying from another table, paste values only: inputs may hold no formula, and no cells may be merged.",
    ),
    Words(
        "不要删除隐藏的行和列，系统靠它们识别各格；行可以移动，可增行的表可在下方接着填。",
        "Do not delete hidden rows and columns: they tell which cell is which. Rows may be moved, and lists go on below.",
    ),
    Words("保存为 .xlsx 后上传；上传只预检，逐格列出变化和问题，确认后才写入。", "Save as .xlsx and upload: each cell is checked and shown first, nothing is written until you confirm."),
)


def instruction_lines(
    form: Form, *, organisation: str, period: Period, marks: str, due: date | None, language: Language
) -> list[tuple[str, str]]:
    """Return the lines of the sheet as pairs of name and words; the first is the title (填报说明各行)."""

    def said(zh: str, en: str) -> str:
        return Words(zh, en).in_language(language)

    lines = [
        (form.name.in_language(language), said("填报说明", "Instructions")),
        (said("填报单位", "filed by"), organisation),
        (said("报告期", "period"), str(period)),
        (said("报送期限", "due"), deadline_text(form.deadline, due, language)),
        (said("表号与版本", "form and edition"), f"{form.code} · {form.edition}"),
        (said("依据", "basis"), f"{form.basis}" + ("" if form.verified else said("（未核实）", " (unverified)"))),
    ]
    if form.purpose.zh:
        lines.append((said("用途", "purpose"), form.purpose.in_language(language)))
    if marks:
        lines.append((said("标记", "marks"), marks))
    if form.needs_attachment:
        lines.append((said("附件", "attachment"), said("须另行上传盖章扫描件。", "A scan of the stamped page is uploaded besides.")))
    lines += [(said(f"填写要点 {number}", f"how to {number}"), step.in_language(language)) for number, step in enumerate(_STEPS, start=1)]
    return [*lines, *_meanings(form, language)]


def deadline_text(deadline: Deadline, due: date | None, language: Language) -> str:
    """Return when a return is due: the day where it is known, and the rule it follows (报送期限).

    Examples
    --------
    >>> deadline_text(Deadline(month=3, day=31), date(2025, 3, 31), "zh")
    '2025年3月31日（期后3月31日前，遇非工作日顺延）'
    >>> deadline_text(Deadline(working_days=10), None, "zh")
    '期后10个工作日内'
    """
    start = Words("期初", "its start") if deadline.is_from_start else Words("期后", "the period")
    if deadline.working_days is not None:
        rule = Words(f"{start.zh}{deadline.working_days}个工作日内", f"within {deadline.working_days} working days of {start.en}")
    else:
        day = Words(f"{deadline.month}月{deadline.day}日", f"{deadline.month}-{deadline.day}") if deadline.month else Words(
            f"次月{deadline.day}日", f"day {deadline.day} of the next month"
        )  # fmt: skip
        moves = Words("，遇非工作日顺延", ", or the next working day") if deadline.moves_to_working_day else Words("", "")
        rule = Words(f"{start.zh}{day.zh}前{moves.zh}", f"by {day.en} after {start.en}{moves.en}")
    told = rule.in_language(language)
    return f"{day_text(due, language)}（{told}）" if due else told


def _meanings(form: Form, language: Language) -> Iterator[tuple[str, str]]:
    for table in form.tables:
        kind = Words(f"可增行，最多 {table.max_rows} 行", f"a list of at most {table.max_rows} rows") if table.kind is TableKind.LIST else Words("固定行", "fixed rows")
        name = table.name.in_language(language)
        yield f"【{name}】", "；".join(part for part in (kind.in_language(language), table.note.in_language(language)) if part)
        for column in table.columns:
            if column.meaning.zh:
                yield column.name.in_language(language), _meaning(column, language)
        for row in table.rows:
            if row.meaning.zh:
                yield f"{row.number} {row.name.in_language(language)}".strip(), _meaning(row, language)


def _meaning(one: Column | Row, language: Language) -> str:
    unit = unit_text(one.unit.symbol, language) if one.unit else ""
    required = Words("必填。", "Required. ").in_language(language) if one.is_required else ""
    return f"{required}{one.meaning.in_language(language)}" + (Words(f"（{unit}）", f" ({unit})").in_language(language) if unit else "")
