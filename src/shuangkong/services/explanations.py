"""An explanation that still fits (沿用说明): where a return is submitted again and a finding is the same to the figure, what was said of it is said again."""

from shuangkong.checks.lifecycle import FindingAct, FindingState
from shuangkong.evidence.act import ActKind
from shuangkong.services import clock
from shuangkong.services.chain import Actor, seal
from shuangkong.services.finding_cases import lives_of
from shuangkong.store.models import FindingRecord, FindingStep, Submission

_STANDS = (FindingState.EXPLAINED, FindingState.CLOSED)  # a waiver is for those in charge to give again


def keep_explanations(*, submission: Submission, actor: Actor) -> int:
    """Explain each finding of a submission as its like in the submission before was explained (沿用说明); returns how many.

    The like of a finding has the same code, the same elements and the same figures; an explanation that was rejected is not said
    again. It is sealed as the act of who submits, and those in charge may reject it as any other.
    """
    before = Submission.objects.filter(filing_id=submission.filing_id, number__lt=submission.number).order_by("-number").first()
    if before is None:
        return 0
    earlier = {_like(one): one for one in before.findings.order_by("pk")}
    lives, today, kept = lives_of(one.pk for one in earlier.values()), clock.today(), 0
    for finding in submission.findings.select_related("filing").order_by("pk"):
        like = earlier.get(_like(finding))
        if like is None or lives[like.pk].on(today) not in _STANDS:
            continue
        said = lives[like.pk].reason
        _explain(finding, said if said.startswith("沿用") else f"沿用第 {before.number} 次上报的说明：{said}", actor)
        kept += 1
    return kept


def _like(finding: FindingRecord) -> tuple[object, ...]:
    return (finding.code, *finding.elements, *sorted(f"{name}={value}" for name, value in finding.evidence.items()))


def _explain(finding: FindingRecord, reason: str, actor: Actor) -> None:
    act, after = FindingAct.EXPLAIN.name, FindingState.EXPLAINED.name
    sealed = seal(
        kind=ActKind.VERIFICATION, subject=f"finding/{finding.code}/{finding.org}/{finding.period}/{finding.pk}", actor=actor, reason=reason,
        content={"act": act, "code": finding.code, "finding": finding.pk, "reason": reason, "state_after": after, "waived_until": None},
        is_simulated=finding.filing.is_simulated,
    )  # fmt: skip
    FindingStep.objects.create(
        finding=finding, act=act, state_after=after, reason=reason, person_id=actor.person_id, recorded_at=sealed.recorded_at, link=sealed.link
    )
