"""People as administration sees them (人员名册): found by name, post and organisation, or one opened; no figure among it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet

from shuangkong.access.roles import Role
from shuangkong.services import clock, lockout
from shuangkong.services.people import member
from shuangkong.services.second_factor import has_second_factor, needs_second_factor, recovery_codes_left
from shuangkong.services.sessions import OpenSession, open_sessions
from shuangkong.services.slices import Slice, slice_of
from shuangkong.store.models import Appointment, OrganisationVersion, Person


@dataclass(frozen=True, slots=True)
class HeldPost:
    """A post as administration sees it (任职记录), its key included; ended ones too."""

    pk: int
    role: Role
    organisation: str
    organisation_name: str
    valid_from: date
    valid_to: date | None
    ended_on: date | None
    stands_in_for: str
    reason: str

    def is_held(self, day: date) -> bool:
        """Tell whether it is held on the day or will be."""
        return not any(end is not None and end <= day for end in (self.valid_to, self.ended_on))


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person in the list (人员); the list tells the posts held now or later, the page of one person all."""

    pk: int
    sign_in_name: str
    full_name: str
    title: str
    is_active: bool
    is_simulated: bool
    last_activity_seen: datetime | None
    posts: tuple[HeldPost, ...]


@dataclass(frozen=True, slots=True)
class PersonPage:
    """A person opened (人员详情): posts past and present, how the person signs in, no figure."""

    line: PersonLine
    has_password: bool
    password_changed_at: datetime | None
    needs_second_factor: bool
    has_second_factor: bool
    recovery_codes_left: int
    failures: int
    sessions: tuple[OpenSession, ...]


def people(*, asked: str = "", role: Role | None = None, organisation: str = "", number: int = 1) -> Slice[PersonLine]:
    """Return a page of the people who fit, those who left last (查找人员).

    Parameters
    ----------
    asked : str
        Words of sign-in name, full name or title.
    role, organisation : Role, str
        A post held now or later; of the organisation a part of code or name.
    number : int
        Which page.
    """
    held = slice_of(tuple(_asked_for(asked, role, organisation).values_list("pk", flat=True)), number)
    found = {person.pk: person for person in Person.objects.filter(pk__in=held.rows)}
    return Slice(_lines(found[key] for key in held), held.number, held.pages, held.count)


def _asked_for(asked: str, role: Role | None, organisation: str) -> "QuerySet[Person]":
    rows = Person.objects.order_by("-is_active", "sign_in_name")
    for word in asked.split():
        rows = rows.filter(Q(sign_in_name__icontains=word) | Q(full_name__icontains=word) | Q(title__icontains=word))
    if role is None and not organisation:
        return rows
    today = clock.today()
    held = Appointment.objects.filter(Q(valid_to=None) | Q(valid_to__gt=today), Q(end=None) | Q(end__ended_on__gt=today))
    if role is not None:
        held = held.filter(role=role.name)
    if organisation:
        named = OrganisationVersion.objects.filter(Q(name_zh__icontains=organisation) | Q(name_en__icontains=organisation)).values("organisation_id")
        held = held.filter(Q(organisation__code__icontains=organisation) | Q(organisation_id__in=named))
    return rows.filter(pk__in=held.values("person_id"))


def everybody(*, asked: str = "") -> tuple[PersonLine, ...]:
    """Return all people whose names or title hold the words (人员名册)."""
    return _lines(_asked_for(asked, None, ""))


def _lines(rows: Iterable[Person]) -> tuple[PersonLine, ...]:
    found = list(rows)
    posts: dict[int, list[HeldPost]] = {}
    for row in _appointments([person.pk for person in found]):
        if (post := _held(row)).is_held(clock.today()):
            posts.setdefault(row.person_id, []).append(post)
    return tuple(_line(person, posts.get(person.pk, ())) for person in found)


def person_page(*, person_id: int) -> PersonPage:
    """Return a person with all that administration needs (人员详情)."""
    person = Person.objects.get(pk=person_id)
    return PersonPage(
        _line(person, map(_held, _appointments([person_id]))), person.has_usable_password(), person.password_changed_at,
        needs_second_factor(member(person_id).roles), has_second_factor(person_id=person_id), recovery_codes_left(person_id=person_id),
        lockout.failures_of(sign_in_name=person.sign_in_name), open_sessions(person_id=person_id),
    )  # fmt: skip


def _appointments(people: Iterable[int]) -> Iterable[Appointment]:
    rows = Appointment.objects.filter(person_id__in=list(people)).select_related("organisation", "stands_in_for", "end").order_by("id")
    names = dict(OrganisationVersion.objects.filter(organisation__appointments__in=rows).order_by("valid_from", "id").values_list("organisation_id", "name_zh"))
    for row in rows:
        row.named = names.get(row.organisation_id, row.organisation.code)
        yield row


def _held(row: Appointment) -> HeldPost:
    end = getattr(row, "end", None)
    return HeldPost(
        row.pk, Role[row.role], row.organisation.code, row.named, row.valid_from, row.valid_to, end.ended_on if end else None,
        row.stands_in_for.full_name if row.stands_in_for else "", row.reason,
    )  # fmt: skip


def _line(person: Person, posts: Iterable[HeldPost]) -> PersonLine:
    return PersonLine(
        person.pk, person.sign_in_name, person.full_name, person.title, person.is_active, person.is_simulated, person.last_activity_seen, tuple(posts)
    )
