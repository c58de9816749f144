"""The sentences of an official assessment report: basis, results, pollutants, mid-term evaluation, appeal, notes."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from shuangkong.assessment.evaluation import ProposalKind
from shuangkong.assessment.rubric import Condition
from shuangkong.kernel.language import Words
from shuangkong.kernel.provenance import Confidence
from shuangkong.kernel.rounding import plain
from shuangkong.plan.organisations import JurisdictionKind
from shuangkong.rules import RuleValue
from shuangkong.services.assessments import AssessedJurisdiction, Assessment
from shuangkong.services.documents.assessment_report import Passage, ProposalGroup, Section
from shuangkong.services.documents.report import Figure, Mark
from shuangkong.services.documents.wording import day_text, figure_text
from shuangkong.services.reports.scores import SCORE_DECIMALS, grade_counts, grade_words

_UNVERIFIED = Mark.UNVERIFIED.value
_SIMULATED = Mark.SIMULATED.value


def answer_of(assessed: Assessment) -> Words:
    """Return the result in one sentence (一句话结论)."""
    count = len(assessed.jurisdictions)
    has_zones = any(one.jurisdiction.kind is JurisdictionKind.FUNCTIONAL_ZONE for one in assessed.jurisdictions)
    told = grade_counts(assessed)
    return Words(
        f"{count} 个县区{'（含功能区）' if has_zones else ''}：" + "，".join(f"{grade.zh} {number} 个" for grade, number in told),
        f"{count} jurisdictions: " + ", ".join(f"{number} {grade.en}" for grade, number in told),
    )


def sections_of(assessed: Assessment, groups: Sequence[ProposalGroup], *, inputs_name: str | None) -> tuple[Section, ...]:
    """Return the body of the report, section by section."""
    found = [
        Section(Words("考核依据", "Basis"), _basis(assessed, inputs_name)),
        Section(Words("考核结果", "Results"), _results(assessed), has_results=True),
    ]
    if any(one.pollutants for one in assessed.jurisdictions):
        found.append(Section(Words("主要污染物减排", "Pollutants"), _pollutants(assessed)))
    if groups:
        found.append(Section(Words("方案目标中期评估", "Evaluation of the plan's targets"), _evaluation(assessed, groups)))
    return (*found, Section(Words("异议和复核", "Appeal"), (_APPEAL,)), Section(Words("数据说明", "Data notes"), _notes(assessed)))


_APPEAL = Passage(
    Words("申请复核", "Review"),
    Words(
        "县区对结果有异议的，可在发文机关规定的期限内书面申请复核，写明异议的项目和理由，附佐证材料。复核期间结果不变；复核认定有误的，另发更正结果并注明所更正的文件，原结果保留备查。",
        "A jurisdiction that disagrees may apply in writing for a review within the time the issuing body sets, naming the item and the reason, with evidence. "
        "The result stands meanwhile; if found wrong it is superseded by a new one that names it, and the old one is kept.",
    ),
)


def _basis(assessed: Assessment, inputs_name: str | None) -> tuple[Passage, ...]:
    rubric, rule = assessed.rubric, assessed.rubric.rule
    stamp = "" if rule.verified else f"【{_UNVERIFIED.zh}】"
    stamp_en = "" if rule.verified else f"[{_UNVERIFIED.en}] "
    caution = _CAUTION.get(rule.confidence, Words("", "")) if not rule.verified else Words("", "")
    known = (day_text(assessed.as_of), str(assessed.as_of)) if assessed.as_of else ("现在", "now")
    found = [
        Passage(Words("计分表", "Scoring table"), Words(
            f"{stamp}《{rubric.name.zh}》，{rule.citation}，满分 {plain(rule.value['total'])} 分，自{day_text(rule.valid_from)}起适用。{caution.zh}",
            f"{stamp_en}'{rubric.name.en}', {rule.citation}, {plain(rule.value['total'])} points in all, applied since {rule.valid_from}. {caution.en}".strip(),
        )),
        Passage(Words("等次", "Grades"), _bands(assessed)),
    ]  # fmt: skip
    conditions = _conditions(assessed)
    if conditions.zh:
        found.append(Passage(Words("否决、封顶和免于考核", "Vetoes, caps and exemptions"), conditions))
    told = Words(
        f"以 {known[0]}日终（北京时间）所知为准，之后的补报和修订不计入。每项得分的理由和依据见得分明细。",
        f"What was known at the end of {known[1]} (China Standard Time) is used, nothing later. Reason and citation of every score are in the score sheets.",
    )
    if inputs_name:
        told = Words(
            f"【输入文件】数据取自输入文件“{inputs_name}”，不是城市数据包中的观测值。{told.zh}",
            f"[input file] The data come from the input file '{inputs_name}', not from the city's observations. {told.en}",
        )
    return (*found, Passage(Words("数据时点", "As known on"), told))


_CAUTION = {
    Confidence.DESIGN: Words(
        "该计分表由本系统设计，未经有权机关批准；据此得出的分数和等次供研究和核对，不作为正式考核结论。",
        "The table is this system's own design and approved by nobody: scores and grades serve study and checking and are no official finding.",
    ),
    Confidence.SECONDARY: Words("该计分表为转引，尚未与原文核对。", "The table is second-hand and not checked against its text."),
    Confidence.MEMORY: Words("该计分表凭记忆录入，尚未与原文核对。", "The table is from memory and not checked against its text."),
    Confidence.DERIVED: Words("该计分表由本系统推算，尚未与原文核对。", "The table is derived and not checked against any text."),
    Confidence.PUBLISHED: Words("该计分表尚未与原文核对。", "The table is not checked against its text."),
}


def _bands(assessed: Assessment) -> Words:
    grades = assessed.rubric.grades
    zh, en = [], []
    for order, band in enumerate(grades):
        least, name = plain(band.at_least), grade_words(band.name)
        above = plain(grades[order - 1].at_least) if order else ""
        if not order:
            zh.append(f"{least} 分及以上为{name.zh}")
            en.append(f"{least} and above {name.en}")
        elif order == len(grades) - 1:
            zh.append(f"不足 {above} 分为{name.zh}")
            en.append(f"below {above} {name.en}")
        else:
            zh.append(f"{least} 分及以上、不足 {above} 分为{name.zh}")
            en.append(f"{least} to below {above} {name.en}")
    return Words("，".join(zh) + "。有项目缺少数据而又未被否决的，暂不评定等次。", "; ".join(en) + ". With an item without data, and no veto, the grade stays open.")


def _conditions(assessed: Assessment) -> Words:
    rubric = assessed.rubric

    def named(several: Sequence[Condition], zh: str, en: str) -> Words:
        said = [each.said(assessed.cycle) for each in rubric.applying(several, assessed.cycle)]
        return Words(f"{zh}：{'；'.join(each.zh for each in said)}。", f"{en}: {'; '.join(each.en for each in said)}.") if said else Words("", "")

    grade = grade_words(next((veto.grade for veto in rubric.vetoes if veto.grade), None))
    parts = [
        named(rubric.vetoes, f"有下列情形之一的，不论得分均为{grade.zh}", f"Whatever the score, {grade.en} with any of"),
        named(rubric.caps, "封顶", "Caps"), named(rubric.exemptions, "免于考核", "Exemptions"),
    ]  # fmt: skip
    return Words("".join(part.zh for part in parts), " ".join(part.en for part in parts if part.en))


def _results(assessed: Assessment) -> tuple[Passage, ...]:
    places = assessed.jurisdictions
    answer = answer_of(assessed)
    by_grade = {grade.zh: [one for one in places if grade_words(one.card.grade).zh == grade.zh] for grade, _ in grade_counts(assessed)}
    found = [
        Passage(Words("总体", "In all"), Words(f"{answer.zh}。", f"{answer.en}.")),
        *(Passage(grade_words(several[0].card.grade), _ended(_names(several))) for several in by_grade.values()),
    ]
    found += _grouped(places, Words("否决", "Vetoed"), lambda one: [each.reason for each in one.card.vetoes])
    found += _grouped(places, Words("封顶", "Capped"), lambda one: [each.reason for each in one.card.caps])
    found += _grouped(places, Words("免于考核", "Exempt"), lambda one: [each.reason for each in one.card.exemptions])
    found += _grouped(places, Words("未评定原因", "Why open"), lambda one: [one.card.grade_reason] if one.card.grade is None else [])
    return (*found, Passage(Words("调整项", "Adjustments"), _adjustments(assessed)))


def _grouped(places: Sequence[AssessedJurisdiction], lead: Words, reasons: Callable[[AssessedJurisdiction], Iterable[Words]]) -> list[Passage]:
    """Return one passage that says for whom each reason holds; none where it holds for nobody."""
    found: dict[Words, list[AssessedJurisdiction]] = {}
    for one in places:
        for reason in reasons(one):
            found.setdefault(reason, []).append(one)
    if not found:
        return []
    told = [(reason, _names(several), len(several)) for reason, several in found.items()]
    return [Passage(lead, Words(
        "；".join(names.zh + (f"（{count} 个）" if count > 1 else "") + f"：{reason.zh}" for reason, names, count in told) + "。",
        "; ".join(f"{names.en}: {reason.en}" for reason, names, _ in told) + ".",
    ))]  # fmt: skip


def _adjustments(assessed: Assessment) -> Words:
    if not assessed.rubric.adjustment_cap_points:
        return Words("计分表不设经济形势和跨周期调整分。", "The table allows no points for economic situation or cross-cycle factors.")
    cap = plain(assessed.rubric.adjustment_cap_points)
    told = [(one, each) for one in assessed.jurisdictions for each in one.card.adjustments]
    if not told:
        return Words(
            f"没有申报经济形势和跨周期调整分（合计不得超过 {cap} 分）。", f"No points were declared for economic situation or cross-cycle factors (cap {cap})."
        )
    zh, en = [], []
    for one, each in told:
        before, after = (figure_text(Figure(score, "分", SCORE_DECIMALS)) for score in (one.card.score_before_adjustment, one.card.score))
        zh.append(f"{one.jurisdiction.name.zh} {plain(each.points)} 分，{each.reason.zh}（{each.citation}），调整前 {before} 分，调整后 {after} 分")
        en.append(f"{one.jurisdiction.name.en} {plain(each.points)}: {each.reason.en} ({each.citation}), {before} before, {after} after")
    return Words(f"调整分须申报、注明依据，合计不得超过 {cap} 分。" + "；".join(zh) + "。", f"Declared, cited, capped at {cap}. " + "; ".join(en) + ".")


def _pollutants(assessed: Assessment) -> tuple[Passage, ...]:
    scored = [(one, one.pollutants.score) for one in assessed.jurisdictions if one.pollutants]
    counts = Counter(score.grade for _, score in scored)
    ranked = {grade: grade_words(grade) for _, score in sorted(scored, key=lambda pair: -(pair[1].points or 0)) for grade in [score.grade]}
    stamp = Words(f"【{_UNVERIFIED.zh}】", f"[{_UNVERIFIED.en}] ") if any(not rule.verified for _, score in scored for rule in score.rules) else Words("", "")
    vetoed = [one for one, score in scored if score.is_vetoed]
    names = _names(vetoed)
    return (
        Passage(Words("另行评分", "Scored apart"), Words(
            f"{stamp.zh}四项主要污染物按累计认定减排量对进度要求的完成率另行评分，列在节能得分旁边，不计入节能得分和等次："
            + "，".join(f"{words.zh} {counts[grade]} 个" for grade, words in ranked.items()) + "。",
            f"{stamp.en}The four pollutants are scored apart by recognised over scheduled tonnes and are no part of the energy score: "
            + ", ".join(f"{counts[grade]} {words.en}" for grade, words in ranked.items()) + ".",
        )),
        *([Passage(Words("一票否决", "Vetoed"), Words(f"查实弄虚作假：{names.zh}。", f"proved fraud: {names.en}."))] if vetoed else []),
    )  # fmt: skip


def _evaluation(assessed: Assessment, groups: Sequence[ProposalGroup]) -> tuple[Passage, ...]:
    total = sum(len(group.targets) for group in groups)
    steps: dict[str, RuleValue] = {rule.path: rule for one in assessed.evaluated for rule in one.proposal.rules}
    stamps = [] if all(rule.verified for rule in steps.values()) else [f"【{_UNVERIFIED.zh}】"]
    told_zh = "；".join(f"{rule.name.zh} {plain(rule.number)}{rule.unit}" for rule in steps.values())
    told_en = "; ".join(f"{rule.name.en} {plain(rule.number)}{rule.unit}" for rule in steps.values())
    named = [group for group in groups if group.proposal in _NAMED]
    return (
        Passage(Words("总体", "In all"), Words(
            f"方案 {total} 项目标逐项评估：" + "，".join(f"{group.proposal.zh} {len(group.targets)} 项" for group in groups) + "。明细见目标中期评估表。",
            f"{total} targets evaluated: " + ", ".join(f"{group.proposal.en} {len(group.targets)}" for group in groups) + ". Details are in the table of targets.",
        )),
        *(Passage(group.proposal, Words(
            "、".join(f"{one.name.zh}（{one.target_id}，{one.reason.zh}）" for one in group.targets) + "。",
            ", ".join(f"{one.name.en} ({one.target_id}, {one.reason.en})" for one in group.targets) + ".",
        )) for group in named),
        Passage(Words("建议的效力", "What a proposal is"), Words(
            "所列均为建议。在原批准机关批准之前，方案的目标和分解一律不变，考核仍按原目标进行；约束性目标不提出下调。",
            "All of these are proposals. Until the body that set the plan approves, its targets stay as they are and are assessed as they are; no binding target is proposed downwards.",
        )),
        Passage(Words("预计值和界限", "Expectation and steps"), Words(
            f"预计值由基期值经现状直线外推至目标年，占比不超过 100%，只用于判断方向，不是预测。{''.join(stamps)}建议按进度的界限提出：{told_zh}。",
            f"The expected value is the straight line from base through the present to the target year, a share no more than 100 %; it shows direction and forecasts nothing. "
            f"{'[unverified] ' if stamps else ''}Steps by pace: {told_en}.",
        )),
    )  # fmt: skip


_NAMED = (ProposalKind.WARN.words, ProposalKind.REVISE.words)


def _notes(assessed: Assessment) -> tuple[Passage, ...]:
    marks = Counter(mark for one in assessed.jurisdictions for mark in one.marks)
    found = []
    if marks[_SIMULATED.zh]:
        found.append(Passage(_SIMULATED, Words(
            f"{marks[_SIMULATED.zh]} 个县区的得分含模拟数据：没有公布的数由固定种子生成，与已公布的总数相符，只供演示，不得据以考核任何单位。",
            f"The scores of {marks[_SIMULATED.zh]} jurisdictions rest on simulated data: figures nobody published, made from a fixed seed to agree with published totals. They judge nobody.",
        )))  # fmt: skip
    if marks[_UNVERIFIED.zh]:
        found.append(Passage(_UNVERIFIED, Words("所依规则或计分表尚未与原文核对。", "A rule or the scoring table was not checked against its text.")))
    found.append(Passage(Words("缺少的数据", "Missing data"), Words(
        "缺少数据的项目不计分，也不作零；“已评满分”是有数可评的项目的满分之和，与总分对照着看。",
        "An item without data has no points, which is not zero; 'scored of' is what the scored items are worth and is read beside the total.",
    )))  # fmt: skip
    return (*found, Passage(Words("可复算", "Reproducible"), Words(
        f"由 {assessed.engine} 计算；得分不修约参与计算，印出时保留 {SCORE_DECIMALS} 位小数（GB/T 8170）。同一数据时点重算，文件逐字节相同。",
        f"Computed by {assessed.engine}; scores are exact and printed with {SCORE_DECIMALS} decimals (GB/T 8170). The same as-of day gives the same bytes.",
    )))  # fmt: skip


def _names(several: Sequence[AssessedJurisdiction]) -> Words:
    return Words("、".join(one.jurisdiction.name.zh for one in several), ", ".join(one.jurisdiction.name.en for one in several))


def _ended(words: Words) -> Words:
    return Words(f"{words.zh}。", f"{words.en}.")
