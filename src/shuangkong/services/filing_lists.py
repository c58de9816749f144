"""Lists of filings: what waits for a person, what a person may look at, how far a window has come."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from shuangkong.access.roles import Permission
from shuangkong.kernel.period import Period
from shuangkong.returns.form import Form
from shuangkong.returns.states import EDITABLE, ReturnAct, ReturnState
from shuangkong.services import clock
from shuangkong.services.filing_forms import form_of, forms
from shuangkong.services.filings import actor_for, files
from shuangkong.services.organisations import Node, Tree, tree_on
from shuangkong.services.people import Member, NotPermitted
from shuangkong.services.windows import Window, windows
from shuangkong.store.models import Filing, Waiver

_NEXT = {
    ReturnState.SUBMITTED: ReturnAct.ACCEPT, ReturnState.ACCEPTED: ReturnAct.REVIEW, ReturnState.REVIEWED: ReturnAct.APPROVE,
    ReturnState.APPROVED: ReturnAct.LOCK,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Work:
    """One thing that waits for a person (待办): which return, of whom, what to do, by when."""

    form: Form
    node: Node
    period: str
    state: ReturnState | None
    act: ReturnAct
    due_on: date | None
    filing_id: int | None

    def is_overdue(self, day: date) -> bool:
        """Tell whether it is late."""
        return self.due_on is not None and day > self.due_on


def my_work(*, who: Member) -> tuple[Work, ...]:
    """Return what waits for a person, the earliest due first (我的工作)."""
    today = clock.today()
    tree = tree_on(today)
    open_windows = {key: window for key, window in windows().items() if window.is_open(today)}
    waiting = [*_to_file(who, tree, open_windows), *_to_handle(who, tree, open_windows)]
    return tuple(sorted(waiting, key=lambda one: (one.due_on or date.max, one.form.code, one.node.code, one.period)))


def _to_file(who: Member, tree: Tree, open_windows: dict[tuple[str, str], Window]) -> Iterable[Work]:
    mine = {post.organisation for post in who.posts if post.allows(Permission.RETURN_FILE)}
    nodes = [node for code in mine if (node := tree.get(code)) is not None]
    begun: dict[tuple[str, str, str], Filing] = {}
    for filing in Filing.objects.filter(organisation__code__in=mine).select_related("organisation").order_by("round"):
        begun[filing.form, filing.period, filing.organisation.code] = filing
    waived = _waived(mine)
    for (code, period), window in open_windows.items():
        form = form_of(code, Period.parse(period))
        for node in nodes:
            filing = begun.get((code, period, node.code))
            if not files(form, node) or (code, period, node.code) in waived:
                continue
            if filing is None or ReturnState[filing.state] in EDITABLE:
                yield Work(form, node, period, ReturnState[filing.state] if filing else None, ReturnAct.SUBMIT, window.due_on, filing.pk if filing else None)


def _to_handle(who: Member, tree: Tree, open_windows: dict[tuple[str, str], Window]) -> Iterable[Work]:
    handles = (Permission.RETURN_REVIEW, Permission.RETURN_APPROVE, Permission.RETURN_LOCK)
    if not any(who.may(permission) for permission in handles):
        return
    states = [state.name for state in _NEXT]
    for filing in Filing.objects.filter(state__in=states).select_related("organisation").order_by("period", "form", "organisation__code"):
        act = _NEXT[ReturnState[filing.state]]
        node = tree.get(filing.organisation.code)
        if node is None:
            continue
        try:
            actor_for(filing, act, who)
        except NotPermitted:
            continue
        window = open_windows.get((filing.form, filing.period))
        yield Work(form_of(filing.form, Period.parse(filing.period)), node, filing.period, ReturnState[filing.state], act, window.due_on if window else None, filing.pk)


def _waived(organisations: Iterable[str]) -> set[tuple[str, str, str]]:
    last: dict[tuple[str, str, str], bool] = {}
    for row in Waiver.objects.filter(organisation__code__in=list(organisations)).select_related("organisation").order_by("id"):
        last[row.form, row.period, row.organisation.code] = row.is_waived
    return {key for key, is_waived in last.items() if is_waived}


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a form of a period has come (填报进度): of those asked, how many stand in which state."""

    form: Form
    window: Window
    asked: int
    waived: int
    by_state: Counter[ReturnState]
    missing: tuple[Node, ...]

    @property
    def filed(self) -> int:
        """How many have submitted and were not sent back."""
        return sum(count for state, count in self.by_state.items() if state not in EDITABLE)


def progress(*, who: Member, form: str | None = None, period: str | None = None) -> tuple[Progress, ...]:
    """Return who has filed and who has not, among the organisations a person may see (填报进度), the newest period first."""
    tree = tree_on(clock.today())
    seen = [node for node in tree if who.sees(node.code, tree)]
    found = []
    for (code, at), window in windows().items():
        if code not in forms() or (form and code != form) or (period and at != period):
            continue
        declared = form_of(code, Period.parse(at))
        asked = {node.code: node for node in seen if files(declared, node)}
        if not asked:
            continue
        states: dict[str, ReturnState] = {}
        rows = Filing.objects.filter(form=code, period=at, organisation__code__in=list(asked)).order_by("round")
        for org, state in rows.values_list("organisation__code", "state"):
            states[org] = ReturnState[state]
        waived = {org for _, _, org in _waived(asked) & {(code, at, org) for org in asked}}
        missing = tuple(node for org, node in sorted(asked.items()) if org not in waived and states.get(org, ReturnState.DRAFT) in EDITABLE)
        found.append(Progress(declared, window, len(asked), len(waived), Counter(states.values()), missing))
    return tuple(sorted(found, key=lambda one: (one.window.period, one.form.code), reverse=True))
