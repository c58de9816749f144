"""Windows of filing: when a form of a period opens, is due and closes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Max

from shuangkong.access.roles import Permission
from shuangkong.evidence.act import ActKind
from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period
from shuangkong.returns.deadline import filing_window
from shuangkong.returns.form import Form
from shuangkong.services import clock
from shuangkong.services.chain import Actor, seal
from shuangkong.services.handling_limits import handling_limit
from shuangkong.services.people import Member, actor_of
from shuangkong.services.return_forms import is_working_day
from shuangkong.store.models import Waiver, WindowVersion


class WindowClosed(Refusal):
    """The form of this period cannot be filed today (不在填报期)."""

    def __init__(self, form: Form, period: str, rule: Words) -> None:
        super().__init__(
            thing=Words("报表", "return"), value=f"{form.name.zh} {period}", rule=rule,
            remedy=Words("在填报期内填报，或请主管部门延长填报期", "file it within the window, or ask the agency in charge to extend it"),
        )  # fmt: skip


class BadWindow(Refusal):
    """The window cannot be so (填报期不成立)."""

    def __init__(self, value: object, rule: Words) -> None:
        super().__init__(thing=Words("填报期", "window"), value=value, rule=rule, remedy=Words("改正日期", "correct the days"))


@dataclass(frozen=True, slots=True)
class Window:
    """When a form of a period may be filed (填报期). `closes_on` is the first day it no longer may; None: it stays open, late."""

    form: str
    period: str
    opens_on: date
    due_on: date
    closes_on: date | None

    def is_open(self, day: date) -> bool:
        """Tell whether it may be filed on a day."""
        return self.opens_on <= day and (self.closes_on is None or day < self.closes_on)


def windows(*, periods: Iterable[str] | None = None) -> dict[tuple[str, str], Window]:
    """Return every window that was ever opened, as it is now (填报期一览)."""
    newest = WindowVersion.objects.values("form", "period").annotate(last=Max("id")).values_list("last", flat=True)
    rows = WindowVersion.objects.filter(pk__in=list(newest))
    if periods is not None:
        rows = rows.filter(period__in=list(periods))
    return {(row.form, row.period): Window(row.form, row.period, row.opens_on, row.due_on, row.closes_on) for row in rows}


def window_of(form: str, period: str) -> Window | None:
    """Return the window of a form and period, None where none was opened (填报期)."""
    row = WindowVersion.objects.filter(form=form, period=period).order_by("-id").first()
    return None if row is None else Window(row.form, row.period, row.opens_on, row.due_on, row.closes_on)


def usual_window(form: Form, period: Period) -> Window:
    """Return the window that the form itself asks for: it opens and is due as its deadline says, and stays open, late (默认填报期)."""
    usual = filing_window(form.deadline, period, is_working_day=is_working_day)
    return Window(form.code, str(period), usual.opens, usual.due, None)


def set_window(*, form: Form, period: Period, opens_on: date, due_on: date, closes_on: date | None, actor: Actor, reason: str) -> int:
    """Open, move or close a window (设定填报期); returns the place of its link.

    Raises
    ------
    BadWindow
        If the days are out of order.
    """
    if due_on < opens_on or (closes_on is not None and closes_on <= opens_on):
        raise BadWindow(f"{opens_on}—{due_on}", Words("截止日早于开始日", "ends before it opens"))
    with transaction.atomic():
        sealed = seal(
            kind=ActKind.WINDOW_CHANGE, subject=f"window/{form.code}/{period}", actor=actor, reason=reason,
            content={"closes_on": closes_on, "due_on": due_on, "form": form.code, "opens_on": opens_on, "period": str(period)},
        )  # fmt: skip
        WindowVersion.objects.create(
            form=form.code, period=str(period), opens_on=opens_on, due_on=due_on, closes_on=closes_on, reason=reason,
            recorded_at=sealed.recorded_at, link=sealed.link,
        )  # fmt: skip
    return sealed.link


def change_window(*, form: Form, period: Period, opens_on: date, due_on: date, closes_on: date | None, who: Member, reason: str) -> int:
    """Let a person in charge open, move or close a window (调整填报期)."""
    actor = actor_of(who, Permission.WINDOW_MANAGE, form.agency, among=[form.agency])
    if period.grain is not form.grain:
        raise BadWindow(str(period), Words(f"本表按{form.grain.value}填报", f"the form is filed by the {form.grain.name.lower()}"))
    return set_window(form=form, period=period, opens_on=opens_on, due_on=due_on, closes_on=closes_on, actor=actor, reason=reason)


def early_notice(period: Period, opens_on: date) -> Words | None:
    """Return what to tell who opened a window long before the end of its period (填报期提示), None where its day is usual; it is taken all the same."""
    days, most = (period.end - opens_on).days, handling_limit("window_early_days")
    if days <= max(most, (period.end - period.start).days):
        return None
    return Words(f"开始日比 {period} 期末早 {days} 天，请核对年份", f"it opens {days} days before the end of {period}: see that the year is right")


def require_open(form: Form, period: str, organisation: str, *, is_asked_for: bool = False) -> None:
    """Refuse a filing outside its window (校验填报期); what those in charge asked for needs none."""
    if is_asked_for:
        return
    at = str(Period.parse(period))
    window, today = window_of(form.code, at), clock.today()
    if window is None:
        raise WindowClosed(form, period, Words("填报期尚未开放", "its window has not been opened"))
    if today < window.opens_on:
        raise WindowClosed(form, period, Words(f"{window.opens_on} 起填报", f"opens on {window.opens_on}"))
    if not window.is_open(today):
        last = window.closes_on - timedelta(days=1) if window.closes_on else window.due_on
        raise WindowClosed(form, period, Words(f"填报期已于 {last} 结束", f"closed after {last}"))
    if is_waived(form.code, at, organisation):
        raise WindowClosed(form, period, Words("本期已获豁免，无需填报", "was waived for this period"))


def is_waived(form: str, period: str, organisation: str) -> bool:
    """Tell whether an organisation need not file a form for a period (是否豁免)."""
    last = Waiver.objects.filter(form=form, period=period, organisation__code=organisation).order_by("-id").first()
    return bool(last and last.is_waived)


@dataclass(frozen=True, slots=True)
class ManagedWindow:
    """A form of a period as those in charge see it (填报期管理): the window now, every version of it, whether it is open."""

    form: Form
    window: Window
    versions: tuple[WindowVersion, ...]
    is_open: bool
    may_change: bool


def managed_windows(*, who: Member, forms: Iterable[Form], form: str = "", period: str = "") -> tuple[ManagedWindow, ...]:
    """Return every window of some forms with how it came about, the newest period first (填报期一览)."""
    today, declared = clock.today(), {one.code: one for one in forms}
    versions: dict[tuple[str, str], list[WindowVersion]] = {}
    rows = WindowVersion.objects.filter(form__in=list(declared))
    for name, said in (("form", form), ("period", period)):
        rows = rows.filter(**{name: said}) if said else rows
    for row in rows.order_by("id"):
        versions.setdefault((row.form, row.period), []).append(row)
    found = []
    for (code, at), told in versions.items():
        last = told[-1]
        window = Window(code, at, last.opens_on, last.due_on, last.closes_on)
        found.append(ManagedWindow(declared[code], window, tuple(told), window.is_open(today), may_manage(declared[code], who)))
    return tuple(sorted(found, key=lambda one: (one.window.period, one.form.code), reverse=True))


def may_manage(form: Form, who: Member) -> bool:
    """Tell whether a person opens and closes the windows of a form (可否管理填报期)."""
    return any(post.allows(Permission.WINDOW_MANAGE) and post.organisation == form.agency for post in who.posts)
