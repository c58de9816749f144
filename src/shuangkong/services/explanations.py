"""An explanation that still fits (沿用说明): where a return is submitted again and a finding is the same to the figure, what was said of it is said again."""

from shuangkong.checks.lifecycle import FindingAct, FindingLife, FindingState
from shuangkong.services import clock
from shuangkong.services.chain import Actor
from shuangkong.services.filing_checks import likeness
from shuangkong.services.finding_cases import keep_step, lives_of
from shuangkong.store.models import Submission

_STANDS = (FindingState.EXPLAINED, FindingState.CLOSED)  # a waiver is for those in charge to give again


def keep_explanations(*, submission: Submission, actor: Actor) -> int:
    """Explain each finding of a submission as its like in the submission before was explained (沿用说明); returns how many.

    The like of a finding has the same code, the same elements and the same figures; an explanation that was rejected is not said
    again. It is sealed as the act of who submits, and those in charge may reject it as any other.
    """
    before = Submission.objects.filter(filing_id=submission.filing_id, number__lt=submission.number).order_by("-number").first()
    if before is None:
        return 0
    earlier = {likeness(one.code, one.elements, one.evidence): one for one in before.findings.order_by("pk")}
    lives, today, kept = lives_of(one.pk for one in earlier.values()), clock.today(), 0
    for finding in submission.findings.select_related("filing").order_by("pk"):
        like = earlier.get(likeness(finding.code, finding.elements, finding.evidence))
        if like is None or lives[like.pk].on(today) not in _STANDS:
            continue
        said = lives[like.pk].reason
        told = said if said.startswith("沿用") else f"沿用第 {before.number} 次上报的说明：{said}"
        keep_step(finding, FindingAct.EXPLAIN, FindingLife(FindingState.EXPLAINED, told), actor)
        kept += 1
    return kept

