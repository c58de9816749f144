"""Lists of filings: what waits for a person, what a person may look at, how far a window has come."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from shuangkong.access.roles import Permission
from shuangkong.kernel.period import Period
from shuangkong.returns.deadline import overdue_working_days
from shuangkong.returns.form import Form
from shuangkong.returns.states import EDITABLE, ReturnAct, ReturnState
from shuangkong.services import clock
from shuangkong.services.filing_forms import form_of, forms
from shuangkong.services.filings import actor_for, files, is_asked_again
from shuangkong.services.membership import Membership
from shuangkong.services.organisations import Node, Tree, beginnings
from shuangkong.services.people import Member, NotPermitted
from shuangkong.services.return_forms import is_working_day
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
    membership = Membership()
    known = windows()
    waiting = [*_to_file(who, membership, {key: window for key, window in known.items() if window.is_open(today)}), *_to_handle(who, membership, known)]
    return tuple(sorted(waiting, key=lambda one: (one.due_on or date.max, one.form.code, one.node.code, one.period)))


def _to_file(who: Member, membership: Membership, open_windows: dict[tuple[str, str], Window]) -> Iterable[Work]:
    mine = {post.organisation for post in who.posts if post.allows(Permission.RETURN_FILE)}
    begun: dict[tuple[str, str, str], Filing] = {}
    for filing in Filing.objects.filter(organisation__code__in=mine).select_related("organisation").order_by("round"):
        begun[filing.form, filing.period, filing.organisation.code] = filing
    waived, began = _waived(mine), beginnings()
    for (code, period), window in open_windows.items():
        at = Period.parse(period)
        form = form_of(code, at)
        for node in (there for org in sorted(mine) if (there := membership.at_end(at).get(org)) is not None):
            filing = begun.get((code, period, node.code))
            if not files(form, node) or began[node.code] >= at.end or (code, period, node.code) in waived:
                continue
            if filing is None or ReturnState[filing.state] in EDITABLE:
                yield Work(form, node, period, ReturnState[filing.state] if filing else None, ReturnAct.SUBMIT, window.due_on, filing.pk if filing else None)
    for (code, period, org), filing in begun.items():  # what those in charge asked for again needs no window
        owner = membership.node(org, Period.parse(period))
        if is_asked_again(filing) and ReturnState[filing.state] in EDITABLE and (code, period) not in open_windows and owner is not None:
            yield Work(form_of(code, Period.parse(period)), owner, period, ReturnState[filing.state], ReturnAct.SUBMIT, None, filing.pk)


def _to_handle(who: Member, membership: Membership, known: dict[tuple[str, str], Window]) -> Iterable[Work]:
    handles = (Permission.RETURN_REVIEW, Permission.RETURN_APPROVE, Permission.RETURN_LOCK)
    if not any(who.may(permission) for permission in handles):
        return
    states = [state.name for state in _NEXT]
    for filing in Filing.objects.filter(state__in=states).select_related("organisation").order_by("period", "form", "organisation__code"):
        act = _NEXT[ReturnState[filing.state]]
        node = membership.node(filing.organisation.code, Period.parse(filing.period))
        if node is None:
            continue
        try:
            actor_for(filing, act, who, membership=membership)
        except NotPermitted:
            continue
        window = known.get((filing.form, filing.period))
        yield Work(form_of(filing.form, Period.parse(filing.period)), node, filing.period, ReturnState[filing.state], act, window.due_on if window else None, filing.pk)


def _waived(organisations: Iterable[str] | None = None) -> set[tuple[str, str, str]]:
    last: dict[tuple[str, str, str], bool] = {}
    rows = Waiver.objects.all() if organisations is None else Waiver.objects.filter(organisation__code__in=list(organisations))
    for row in rows.select_related("organisation").order_by("id"):
        last[row.form, row.period, row.organisation.code] = row.is_waived
    return {key for key, is_waived in last.items() if is_waived}


@dataclass(frozen=True, slots=True)
class Missing:
    """Who has not filed (未报单位): where it lies, where its return stands, None where it was not begun."""

    node: Node
    place: Node | None
    state: ReturnState | None
    filing_id: int | None


@dataclass(frozen=True, slots=True)
class PlaceProgress:
    """How far the filers of a place have come (县区进度)."""

    place: Node
    asked: int
    filed: int

    @property
    def share_pct(self) -> int:
        """Filed of asked, whole percent, rounded down: only all is 100."""
        return 100 * self.filed // self.asked


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a form of a period has come (填报进度): of those asked, how many stand in which state."""

    form: Form
    window: Window
    asked: int
    waived: int
    by_state: Counter[ReturnState]
    missing: tuple[Node, ...]
    overdue_days: int = 0
    places: tuple[PlaceProgress, ...] = ()
    not_filed: tuple[Missing, ...] = ()
    released: tuple[Node, ...] = ()

    @property
    def filed(self) -> int:
        """How many have submitted and were not sent back."""
        return sum(count for state, count in self.by_state.items() if state not in EDITABLE)

    @property
    def due(self) -> int:
        """How many must file: those asked and not released."""
        return self.asked - self.waived

    @property
    def share_pct(self) -> int:
        """Filed of those that must, whole percent, rounded down."""
        return 100 * self.filed // self.due if self.due > 0 else 100


def progress(*, who: Member, form: str | None = None, period: str | None = None, place: str | None = None) -> tuple[Progress, ...]:
    """Return who has filed and who has not, among the organisations a person may see (填报进度), the newest period first."""
    membership = Membership()

    @lru_cache
    def seen(tree: Tree) -> frozenset[str]:
        return frozenset(node.code for node in tree if who.sees(node.code, tree))

    wanted = {(code, at): window for (code, at), window in windows().items() if code in forms() and (form or code) == code and (period or at) == at}
    states, waived, began = _states(wanted), _waived(), beginnings()
    found = []
    for (code, at), window in wanted.items():
        of = Period.parse(at)
        declared = form_of(code, of)
        tree = membership.at_end(of)
        asked = {org: node for org, node in _asked(declared, tree).items()
                 if began[org] < of.end and (not place or tree.covers(place, org)) and (org in seen(membership.today) or org in seen(tree))}  # fmt: skip
        if asked:
            filed = {org: told for org, told in states.get((code, at), {}).items() if org in asked}
            found.append(_progress(declared, window, asked, filed, {org for org in asked if (code, at, org) in waived}, tree))
    return tuple(sorted(found, key=lambda one: (one.window.period, one.form.code), reverse=True))


_States = dict[str, tuple[ReturnState, int]]


@lru_cache(maxsize=256)
def _asked(form: Form, tree: Tree) -> dict[str, Node]:
    return {node.code: node for node in tree if files(form, node)}


def _states(wanted: Collection[tuple[str, str]]) -> dict[tuple[str, str], _States]:
    """Return where the last round of each return of some forms and periods stands."""
    found: dict[tuple[str, str], _States] = {}
    rows = Filing.objects.filter(form__in={code for code, _ in wanted}, period__in={period for _, period in wanted}).order_by("round")
    for form, period, org, state, pk in rows.values_list("form", "period", "organisation__code", "state", "pk"):
        found.setdefault((form, period), {})[org] = (ReturnState[state], pk)
    return found


def _progress(form: Form, window: Window, asked: dict[str, Node], states: _States, waived: set[str], tree: Tree) -> Progress:
    today = clock.today()
    missing = [node for org, node in sorted(asked.items()) if org not in waived and (org not in states or states[org][0] in EDITABLE)]
    left = {node.code for node in missing}
    of_place: dict[str, list[int]] = {}
    for org in asked.keys() - waived:
        county = tree.jurisdiction_of(org)
        if county is not None:
            told = of_place.setdefault(county.code, [0, 0])
            told[0] += 1
            told[1] += org not in left
    late = overdue_working_days(window.due_on, today, is_working_day=is_working_day) if today > window.due_on else 0
    return Progress(
        form, window, len(asked), len(waived), Counter(state for org, (state, _) in states.items() if org not in waived), tuple(missing), late,
        tuple(PlaceProgress(tree.find(code), *told) for code, told in sorted(of_place.items())),
        tuple(Missing(node, tree.jurisdiction_of(node.code), *states.get(node.code, (None, None))) for node in missing),
        tuple(asked[org] for org in sorted(waived)),
    )  # fmt: skip
