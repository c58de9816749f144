"""How organisations stand with what they owe (填报和问题情况): returns due and filed, findings open, who is first responsible; as known on a day."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Max, Q

from shuangkong.checks.lifecycle import FindingLife, FindingState
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period
from shuangkong.returns.form import Form
from shuangkong.returns.states import EDITABLE, ReturnState
from shuangkong.services import clock
from shuangkong.services.filing_forms import form_of, forms
from shuangkong.services.filing_observations import end_of
from shuangkong.services.filings import files
from shuangkong.services.membership import Membership
from shuangkong.services.organisations import Node, OrganisationKind
from shuangkong.services.windows import Window, usual_window, windows
from shuangkong.store.models import Filing, FilingAct, FindingRecord, FindingStep, Submission, Waiver


@dataclass(frozen=True, slots=True)
class Due:
    """One return that an organisation owes (应报报表), and where it stands; `state` None: not begun."""

    form: Form
    node: Node
    window: Window
    state: ReturnState | None
    filing_id: int | None
    is_waived: bool

    @property
    def is_filed(self) -> bool:
        """Whether it was submitted and not sent back."""
        return self.state is not None and self.state not in EDITABLE

    def is_overdue(self, day: date) -> bool:
        """Tell whether it is late on a day."""
        return not self.is_filed and not self.is_waived and day > self.window.due_on


@dataclass(frozen=True, slots=True)
class Filed:
    """How many returns of those due were filed (报送情况)."""

    filed: int = 0
    due: int = 0

    @property
    def words(self) -> Words:
        """Both counts."""
        return Words(f"{self.filed}/{self.due}", f"{self.filed} of {self.due}")


@dataclass(frozen=True, slots=True)
class OpenFinding:
    """A finding that still asks for something (待处理问题)."""

    filing_id: int
    record_id: int
    code: str
    org: str
    org_name: Words
    period: str
    odd: Words
    remedy: Words
    recorded_at: datetime


def returns_due(nodes: Iterable[Node], *, year: int | None = None, as_of: date | None = None) -> tuple[Due, ...]:
    """Return what organisations owe for the periods of a year, for all that were ever opened or filed where none is given (应报报表).

    States are those of the day: what was filed later does not count.
    """
    asked = {node.code: node for node in nodes}
    day = as_of or clock.today()
    states = _states(asked, year, as_of)
    held = windows()
    filed = {(form, period) for form, period, _ in states}  # returns that were loaded came without a window
    opened = []
    for code, period in sorted(held.keys() | filed):
        if code in forms() and (year is None or Period.parse(period).last_year == year):
            form = form_of(code, Period.parse(period))
            window = held.get((code, period)) or usual_window(form, Period.parse(period))
            if window.opens_on <= day:
                opened.append((window, form))
    waived = _waived(asked, as_of)
    found, membership = [], Membership(as_of=as_of)
    alike: dict[object, list[Node]] = defaultdict(list)  # what a form asks for is the same for many
    for node in asked.values():
        alike[node.kind, node.tags, node.code if node.kind is OrganisationKind.AGENCY else ""].append(node)
    for window, form in opened:
        then = membership.at_end(Period.parse(window.period))
        for node in (node for several in alike.values() if files(form, several[0]) for node in several):
            if node.code not in then and (form.code, window.period, node.code) not in states:
                continue  # it had closed, or was not there yet
            filing, state = states.get((form.code, window.period, node.code), (None, None))
            found.append(Due(form, node, window, state, filing, (form.code, window.period, node.code) in waived))
    return tuple(sorted(found, key=lambda one: (one.form.code, one.window.period, one.node.code)))


def _states(asked: Collection[str], year: int | None, as_of: date | None) -> dict[tuple[str, str, str], tuple[int, ReturnState]]:
    """The last round of each return and where it stood."""
    rows = Filing.objects.filter(organisation__code__in=list(asked)).order_by("round")
    if year is not None:
        rows = rows.filter(Q(period__startswith=str(year)) | Q(period__endswith=f"-{year}"))
    found: dict[tuple[str, str, str], tuple[int, ReturnState]] = {}
    if as_of is None:
        for key, form, period, org, state in rows.values_list("pk", "form", "period", "organisation__code", "state"):
            found[form, period, org] = (key, ReturnState[state])
        return found
    told = rows.filter(opened_at__lt=end_of(as_of)).values_list("pk", "form", "period", "organisation__code")
    keys = {key: (form, period, org) for key, form, period, org in told}
    after = dict(FilingAct.objects.filter(filing_id__in=list(keys), recorded_at__lt=end_of(as_of)).order_by("id").values_list("filing_id", "state_after"))
    for key, where in keys.items():
        found[where] = (key, ReturnState[after.get(key, ReturnState.DRAFT.name)])
    return found


def _waived(asked: Collection[str], as_of: date | None) -> set[tuple[str, str, str]]:
    rows = Waiver.objects.filter(organisation__code__in=list(asked)).order_by("id")
    if as_of is not None:
        rows = rows.filter(recorded_at__lt=end_of(as_of))
    last = {(form, period, org): held for form, period, org, held in rows.values_list("form", "period", "organisation__code", "is_waived")}
    return {key for key, held in last.items() if held}


def filed_by_place(due: Iterable[Due], membership: Membership) -> dict[str, Filed]:
    """Return how many returns of each jurisdiction and its units were filed of those due (县区报送情况); waived ones are not due.

    A return counts for the jurisdiction of its period.
    """
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for one in due:
        home = membership.home(one.node.code, Period.parse(one.window.period))
        if home is not None and not one.is_waived:
            counts[home.code][0] += one.is_filed
            counts[home.code][1] += 1
    return {code: Filed(*pair) for code, pair in counts.items()}


def open_findings(orgs: Iterable[str], *, as_of: date | None = None) -> tuple[OpenFinding, ...]:
    """Return the findings of organisations that nobody has answered yet, the newest first (待处理问题)."""
    asked, day = list(orgs), as_of or clock.today()
    submissions, records, steps = Submission.objects.all(), FindingRecord.objects.filter(org__in=asked), FindingStep.objects.all()
    if as_of is not None:
        submissions = submissions.filter(recorded_at__lt=end_of(as_of))
        records, steps = records.filter(recorded_at__lt=end_of(as_of)), steps.filter(recorded_at__lt=end_of(as_of))
    last = submissions.filter(filing__organisation__code__in=asked).values("filing_id").annotate(last=Max("id")).values("last")
    held = list(records.filter(submission_id__in=last).order_by("-id"))
    lives = {
        step.finding_id: FindingLife(FindingState[step.state_after], step.reason, step.waived_until)
        for step in steps.filter(finding_id__in=[one.pk for one in held]).order_by("id")
    }
    membership = Membership(as_of=as_of)
    nodes = {one: membership.node(*one) for one in {(one.org, Period.parse(one.period)) for one in held}}
    return tuple(
        OpenFinding(
            one.filing_id, one.pk, one.code, one.org, node.name if (node := nodes[one.org, Period.parse(one.period)]) else Words(one.org, one.org), one.period,
            Words(one.odd_zh, one.odd_en), Words(one.remedy_zh, one.remedy_en), one.recorded_at,
        )
        for one in held if lives.get(one.pk, FindingLife()).holds_back(day)
    )
