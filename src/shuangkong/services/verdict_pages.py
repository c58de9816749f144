"""What the page of a target shows of the verdicts on it (评判显示): the one in force, the one that waits, the history, who has to judge."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ObjectDoesNotExist

from shuangkong.access.roles import Permission, Role, holders
from shuangkong.kernel.language import Words
from shuangkong.plan.model import Target
from shuangkong.plan.verdict import VerdictAct, VerdictState, VerdictWord
from shuangkong.services import clock
from shuangkong.services.deployment import city
from shuangkong.services.filing_observations import end_of
from shuangkong.services.organisations import Tree, tree_on
from shuangkong.services.people import Member
from shuangkong.services.verdicts import acts_open_to, judged_target, may_judge, require_year
from shuangkong.store.models import TargetVerdict, VerdictDecision, VerdictEvidence


@dataclass(frozen=True, slots=True)
class ShownVerdict:
    """A verdict as shown (评判显示): who judged for which agency, how it was answered, what the reader can do to it."""

    row: TargetVerdict
    word: VerdictWord
    state: VerdictState
    agency: Words
    decision: VerdictDecision | None
    confirmer: Words | None
    evidence: tuple[VerdictEvidence, ...]
    possible: tuple[VerdictAct, ...]


@dataclass(frozen=True, slots=True)
class Judging:
    """Everything of the verdicts on a target, as known on a day (评判情况); `history` of all years, the newest first."""

    year: int
    in_force: ShownVerdict | None
    waiting: ShownVerdict | None
    history: tuple[ShownVerdict, ...]
    judges: tuple[Words, ...]
    confirmers: tuple[Role, ...]
    may_propose: bool
    may_open: bool


@dataclass(frozen=True, slots=True)
class VerdictForm:
    """What the form of a verdict is drawn from (评判表单): the evidence given before may be named again."""

    target: Target
    year: int
    before: ShownVerdict | None
    known: tuple[VerdictEvidence, ...]
    words: tuple[VerdictWord, ...] = tuple(VerdictWord)


def judging_of(*, target: Target, year: int, as_of: date | None, who: Member) -> Judging:
    """Return the verdicts on a target, for a year and all others, as known on a day (评判情况)."""
    tree = tree_on(clock.today())
    history = tuple(_shown(target, as_of, who, tree))
    of_year = [one for one in history if one.row.year == year]
    waiting = next((one for one in of_year if one.state is VerdictState.PROPOSED), None)
    is_open = as_of is None and waiting is None and year <= clock.today().year
    return Judging(
        year=year, in_force=_in_force(of_year), waiting=waiting, history=history, judges=tuple(_agency(code, tree) for code in target.lead or (city().code,)),
        confirmers=holders(Permission.VERDICT_CONFIRM), may_propose=is_open and may_judge(target, who),
        may_open=bool(who.posts_over(Permission.FIGURES_READ, target.scope or city().code, tree)),
    )  # fmt: skip


def verdict_form(*, target: str, year: int, who: Member) -> VerdictForm:
    """Return the form in which a lead agency judges a target (评判表单), the last words on the year in it."""
    asked = judged_target(target)
    require_year(year)
    told = [one for one in _shown(asked, None, who, tree_on(clock.today())) if one.row.year == year]
    known = VerdictEvidence.objects.filter(plan=city().plan.id, target=target).defer("content").order_by("id")
    return VerdictForm(asked, year, next(iter(told), None), tuple(known))


def target_verdicts(*, target: str, as_of: date | None, who: Member) -> tuple[ShownVerdict, ...]:
    """Return the verdicts on a target, the newest first, as known on a day (评判列表); none on one that a figure decides.

    Raises
    ------
    ObjectDoesNotExist
        If the plan has no such target.
    """
    asked = city().plan.target(target)
    if asked is None:
        raise ObjectDoesNotExist(target)
    return tuple(_shown(asked, as_of, who, tree_on(clock.today())))


def _in_force(told: list[ShownVerdict]) -> ShownVerdict | None:
    confirmed = [one for one in told if one.decision is not None and one.state is VerdictState.CONFIRMED]
    return max(confirmed, key=lambda one: one.decision.pk if one.decision else 0, default=None)


def _shown(target: Target, as_of: date | None, who: Member, tree: Tree) -> Iterator[ShownVerdict]:
    rows = TargetVerdict.objects.filter(plan=city().plan.id, target=target.id)
    if as_of is not None:
        rows = rows.filter(recorded_at__lt=end_of(as_of))
    decided = {one.verdict_id: one for one in VerdictDecision.objects.filter(verdict__in=rows).select_related("person") if as_of is None or one.recorded_at < end_of(as_of)}
    files = {row.digest: row for row in VerdictEvidence.objects.filter(plan=city().plan.id, target=target.id).defer("content")}
    for row in rows.select_related("person").order_by("-id"):
        decision = decided.get(row.pk)
        yield ShownVerdict(
            row=row, word=VerdictWord[row.word], state=VerdictAct[decision.act].state if decision else VerdictState.PROPOSED, agency=_agency(row.organisation, tree),
            decision=decision, confirmer=_agency(decision.organisation, tree) if decision else None,
            evidence=tuple(files[one["digest"]] for one in row.evidence if one["digest"] in files),
            possible=acts_open_to(row, who) if decision is None and as_of is None else (),
        )  # fmt: skip


def _agency(code: str, tree: Tree) -> Words:
    return tree.find(code).name if code in tree else Words(code, code)
