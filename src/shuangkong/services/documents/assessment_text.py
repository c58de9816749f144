"""Sets the report of an assessment as plain text for a terminal (文本考核结果)."""

from shuangkong.kernel.language import Language, Words
from shuangkong.services.documents.assessment_report import AssessmentReport, PlaceResult, ProposalGroup
from shuangkong.services.documents.report import Mark
from shuangkong.services.documents.text_table import cut, text_table
from shuangkong.services.documents.wording import figure_text, marks_text, target_text, unit_text

_REASON_WIDTH, _NAME_WIDTH = 48, 44
_HINT = Words("加 --details 看每项得分、理由和依据", "add --details for every score with reason and citation")


def assessment_text(report: AssessmentReport, language: Language, *, has_details: bool) -> str:
    """Return the answer and the table of the jurisdictions, then every score and target where asked for."""
    unverified, simulated = (
        Words(f"【{mark.value.zh}】", f" [{mark.value.en}]").in_language(language) if mark in report.marks else "" for mark in (Mark.UNVERIFIED, Mark.SIMULATED)
    )
    as_of = report.as_of or "—"
    lines = [
        report.title.in_language(language).replace("\n", "") + simulated,
        f"{Words('计分表', 'scoring table').in_language(language)} {report.rubric.in_language(language)}{unverified}",
        Words(f"数据截至 {as_of}", f"as known on {as_of}").in_language(language),
        "",
        report.answer.in_language(language),
        "",
        _results(report, language),
    ]
    if report.groups:
        told = Words(
            "目标中期评估：" + "；".join(f"{group.proposal.zh} {len(group.targets)} 项" for group in report.groups) + "（建议，批准前不改变任何目标）",
            "targets at mid-term: " + "; ".join(f"{group.proposal.en} {len(group.targets)}" for group in report.groups) + " (proposals: no target changes until approved)",
        )
        lines += ["", told.in_language(language)]
    if not has_details:
        return "\n".join([*lines, "", _HINT.in_language(language)])
    for place in report.places:
        lines += ["", _card(place, language)]
    for group in report.groups:
        lines += ["", _group(group, language)]
    return "\n".join(lines)


def _results(report: AssessmentReport, language: Language) -> str:
    columns = Words(
        "县区|调整前|得分|已评满分|等次|污染物|否决、封顶、免于考核或未评定原因|标记",
        "jurisdiction|before|score|scored of|grade|pollutants|veto, cap, exemption, or why open|marks",
    ).in_language(language).split("|")  # fmt: skip
    rows = [
        (
            place.card.name.in_language(language), figure_text(place.before, language), figure_text(place.card.score, language),
            figure_text(place.max_scored, language), place.card.grade.in_language(language),
            place.pollutants.grade.in_language(language) if place.pollutants else "—", cut(_why(place, language), _REASON_WIDTH), marks_text(place.marks, language),
        )
        for place in report.places
    ]  # fmt: skip
    return text_table(columns, rows, right={1, 2, 3})


def _why(place: PlaceResult, language: Language) -> str:
    if place.is_open:
        return place.grade_reason.in_language(language)
    named = (
        (Words("否决", "veto"), place.vetoes), (Words("封顶", "cap"), place.caps), (Words("免考", "exempt"), place.exemptions),
    )  # fmt: skip
    told = [Words(f"{words.zh}：{each.reason.zh}", f"{words.en}: {each.reason.en}") for words, several in named for each in several]
    return Words("；", "; ").in_language(language).join(each.in_language(language) for each in told)


def _card(place: PlaceResult, language: Language) -> str:
    card = place.card
    head = "  ".join((
        f"■ {card.name.in_language(language)}", f"{figure_text(card.score, language)} / {figure_text(place.max_scored, language)}",
        card.grade.in_language(language), marks_text(place.marks, language),
    ))  # fmt: skip
    columns = Words("项目|名称|得分|满分|依据|标记|理由", "item|name|points|of|citation|marks|reason").in_language(language).split("|")
    rows = [
        (
            item.code, item.name.in_language(language), figure_text(item.points, language), figure_text(item.max_points, language), item.citation,
            marks_text(item.marks, language), item.reason.in_language(language),
        )
        for item in card.items
    ]  # fmt: skip
    notes = [f"  {card.note.in_language(language)}"] if card.note else []
    return "\n".join([head, *notes, text_table(columns, rows, right={2, 3})])


def _group(group: ProposalGroup, language: Language) -> str:
    columns = Words(
        "编号|目标|现状|目标值|单位|进度%|预计值|标记|理由", "id|target|now|aim|unit|pace %|expected|marks|reason"
    ).in_language(language).split("|")  # fmt: skip
    rows = [
        (
            one.target_id, cut(one.name.in_language(language), _NAME_WIDTH), figure_text(one.actual, language), target_text(one.operator, one.aim, language),
            unit_text(one.aim.unit, language), figure_text(one.pace_pct, language), figure_text(one.expected, language),
            marks_text(one.marks, language), one.reason.in_language(language),
        )
        for one in group.targets
    ]  # fmt: skip
    head = Words(f"■ {group.proposal.zh}（{len(group.targets)} 项）", f"■ {group.proposal.en} ({len(group.targets)})").in_language(language)
    return f"{head}\n" + text_table(columns, rows, right={2, 3, 5, 6})
