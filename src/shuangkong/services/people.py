"""People and posts: who may do what for whom on which day; whoever acts does so in one named post."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import F, Q

from shuangkong.access.roles import GRANTS, Permission, Role, holders, incompatible
from shuangkong.evidence.act import ActKind
from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.services import clock
from shuangkong.services.chain import Actor, seal
from shuangkong.services.organisations import OrganisationKind, Tree, tree_on
from shuangkong.store.models import Appointment, AppointmentEnd, Organisation, Person


class NotPermitted(Refusal):
    """The person holds no post that allows this here (没有权限)."""

    def __init__(self, permission: Permission, place: str = "") -> None:
        can = holders(permission)
        super().__init__(
            thing=Words("操作", "operation"), value=permission.value + (f"（{place}）" if place else ""),
            rule=Words("您的岗位没有此权限", "your posts do not allow it"),
            remedy=Words("可由以下岗位办理：" + "、".join(role.value for role in can), "done by: " + ", ".join(role.words.en for role in can)),
        )  # fmt: skip


class IncompatiblePosts(Refusal):
    """One person may not hold both posts (不相容岗位)."""

    def __init__(self, one: Role, other: Role) -> None:
        super().__init__(
            thing=Words("任职", "appointment"), value=f"{one.value}、{other.value}",
            rule=Words("一人不能同时担任", "may not be held by one person"), remedy=Words("由不同的人担任", "appoint different people"),
        )  # fmt: skip


class NameTaken(Refusal):
    """The sign-in name is in use (登录名已被使用)."""

    def __init__(self, name: str) -> None:
        super().__init__(
            thing=Words("登录名", "sign-in name"), value=name, rule=Words("已被使用", "is taken"), remedy=Words("换一个", "choose another"),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Post:
    """A role held for an organisation on a day (岗位)."""

    role: Role
    organisation: str
    kind: OrganisationKind
    stands_in_for: str = ""

    def allows(self, permission: Permission) -> bool:
        """Tell whether the role may do it."""
        return permission in GRANTS[self.role]


@dataclass(frozen=True, slots=True)
class Member:
    """A person with the posts of a day (在岗人员); what pages and use cases are given."""

    pk: int
    sign_in_name: str
    full_name: str
    title: str
    posts: tuple[Post, ...]
    is_simulated: bool = False
    scopes: frozenset[Permission] | None = None  # what a token of the person is limited to; None: not limited

    @property
    def roles(self) -> frozenset[Role]:
        """The roles held anywhere."""
        return frozenset(post.role for post in self.posts)

    def may(self, permission: Permission) -> bool:
        """Tell whether the person may do it anywhere."""
        return self._in_scope(permission) and any(post.allows(permission) for post in self.posts)

    def _in_scope(self, permission: Permission) -> bool:
        return self.scopes is None or permission in self.scopes

    def posts_over(self, permission: Permission, organisation: str, tree: Tree) -> tuple[Post, ...]:
        """Return the posts that allow it for an organisation: the post's own, what belongs to it, or, from an agency, the whole city."""
        return tuple(
            post for post in self.posts
            if self._in_scope(permission) and post.allows(permission) and (post.kind is OrganisationKind.AGENCY or tree.covers(post.organisation, organisation))
        )  # fmt: skip

    def sees(self, organisation: str, tree: Tree) -> bool:
        """Tell whether the person may read the figures of an organisation: all may read those of the city, its counties and agencies."""
        node = tree.get(organisation)
        if node is not None and node.kind not in (OrganisationKind.UNIT, OrganisationKind.PARK):
            return self.may(Permission.FIGURES_READ)
        return bool(self.posts_over(Permission.FIGURES_READ, organisation, tree))


def member(person_id: int, *, day: date | None = None) -> Member:
    """Return a person with the posts held on a day, today where none is given (在岗人员)."""
    day = day or clock.today()
    person = Person.objects.get(pk=person_id)
    held = (
        Appointment.objects.filter(person_id=person_id, valid_from__lte=day)
        .filter(Q(valid_to=None) | Q(valid_to__gt=day))
        .filter(Q(end=None) | Q(end__ended_on__gt=day))
        .select_related("organisation", "stands_in_for")
        .order_by("id")
    )
    posts = tuple(
        Post(
            Role[one.role], one.organisation.code, OrganisationKind[one.organisation.kind],
            one.stands_in_for.full_name if one.stands_in_for else "",
        )
        for one in held
    )  # fmt: skip
    return Member(person.pk, person.sign_in_name, person.full_name, person.title, posts if person.is_active else (), person.is_simulated)


def actor_of(who: Member, permission: Permission, organisation: str, *, among: Iterable[str] = (), tree: Tree | None = None) -> Actor:
    """Return the person acting in the post that allows it for an organisation (以何岗位办理).

    Parameters
    ----------
    who : Member
        The person.
    permission : Permission
        What is to be done.
    organisation : str
        Code of the organisation it is done to.
    among : iterable of str
        Where given, the post must be held at one of these, such as the agency in charge of a form.
    tree : Tree, optional
        Today's organisations, where the caller asks for many.

    Raises
    ------
    NotPermitted
        Naming who may.
    """
    wanted = set(among)
    for post in who.posts_over(permission, organisation, tree or tree_on(clock.today())):
        if not wanted or post.organisation in wanted:
            return Actor(who.pk, who.full_name, post.role, post.organisation, post.stands_in_for)
    raise NotPermitted(permission, organisation)


def reader_of(who: Member, permission: Permission) -> Actor:
    """Return the person in the first post that allows something, whatever it is done to (以何岗位查阅).

    Raises
    ------
    NotPermitted
        Where no post allows it.
    """
    for post in who.posts:
        if post.allows(permission):
            return Actor(who.pk, who.full_name, post.role, post.organisation, post.stands_in_for)
    raise NotPermitted(permission)


def register_person(*, sign_in_name: str, full_name: str, title: str = "", is_simulated: bool = False) -> int:
    """Register a person, who holds no post and has no password yet (登记人员); returns the person's key.

    Raises
    ------
    NameTaken
        If the sign-in name is in use.
    """
    with transaction.atomic():
        if Person.objects.filter(sign_in_name=sign_in_name).exists():
            raise NameTaken(sign_in_name)
        person = Person(sign_in_name=sign_in_name, full_name=full_name, title=title, is_simulated=is_simulated, recorded_at=clock.now())
        person.set_unusable_password()
        person.save()
    return int(person.pk)


def appoint(
    *, person_id: int, role: Role, organisation: str, valid_from: date, actor: Actor, reason: str, valid_to: date | None = None, stands_in_for: int | None = None
) -> int:
    """Give a person a role for an organisation (任职); returns the key of the appointment.

    Raises
    ------
    IncompatiblePosts
        If the person holds a role that must be in other hands.
    """
    with transaction.atomic():
        person = Person.objects.select_for_update().get(pk=person_id)
        held = _roles_between(person_id, valid_from, valid_to) | {role}
        for one, other in incompatible(held):
            raise IncompatiblePosts(one, other)
        place = Organisation.objects.get(code=organisation)
        sealed = seal(
            kind=ActKind.ROLE_CHANGE, subject=f"person/{person.sign_in_name}", actor=actor, reason=reason, is_simulated=person.is_simulated,
            content={"act": "appoint", "organisation": organisation, "person": person.sign_in_name, "full_name": person.full_name, "role": role.name, "valid_from": valid_from, "valid_to": valid_to,
                     "stands_in_for": stands_in_for and Person.objects.get(pk=stands_in_for).sign_in_name},
        )  # fmt: skip
        made = Appointment.objects.create(
            person=person, role=role.name, organisation=place, valid_from=valid_from, valid_to=valid_to, stands_in_for_id=stands_in_for,
            granted_by_id=actor.person_id, reason=reason, recorded_at=sealed.recorded_at, link=sealed.link,
        )  # fmt: skip
    return int(made.pk)


def _roles_between(person_id: int, begin: date, end: date | None) -> set[Role]:
    """Return the roles held on any day of a time: what begins later may not clash either."""
    rows = Appointment.objects.filter(person_id=person_id).filter(Q(valid_to=None) | Q(valid_to__gt=begin)).filter(Q(end=None) | Q(end__ended_on__gt=begin))
    return {Role[row.role] for row in (rows.filter(valid_from__lt=end) if end else rows)}


def end_appointment(*, appointment_id: int, ended_on: date, actor: Actor, reason: str) -> int:
    """End an appointment on a day (免职); returns the place of its link."""
    with transaction.atomic():
        appointment = Appointment.objects.select_related("person", "organisation").get(pk=appointment_id)
        sealed = seal(
            kind=ActKind.ROLE_CHANGE, subject=f"person/{appointment.person.sign_in_name}", actor=actor, reason=reason,
            content={"act": "end", "appointment": appointment_id, "ended_on": ended_on, "organisation": appointment.organisation.code, "role": appointment.role},
        )  # fmt: skip
        AppointmentEnd.objects.create(
            appointment=appointment, ended_on=ended_on, ended_by_id=actor.person_id, reason=reason, recorded_at=sealed.recorded_at, link=sealed.link
        )
    return sealed.link


def first_responsible(jurisdiction: str, day: date) -> Member | None:
    """Return the first responsible person of a jurisdiction on a day, None where none was appointed (第一责任人).

    The person's own appointment goes before that of a stand-in; of several, the last counts.
    """
    held = (
        Appointment.objects.filter(role=Role.FIRST_RESPONSIBLE.name, organisation__code=jurisdiction, valid_from__lte=day)
        .filter(Q(valid_to=None) | Q(valid_to__gt=day))
        .filter(Q(end=None) | Q(end__ended_on__gt=day))
        .order_by(F("stands_in_for").asc(nulls_first=True), "-valid_from", "-id")
        .first()
    )
    return None if held is None else member(held.person_id, day=day)


@dataclass(frozen=True, slots=True)
class FirstResponsible:
    """Who is first responsible for a jurisdiction (第一责任人)."""

    name: str
    title: str
    since: date
    is_simulated: bool

    def __str__(self) -> str:
        return f"{self.name} {self.title}".strip()


def responsible_people(day: date) -> Mapping[str, FirstResponsible]:
    """Return who is first responsible for each jurisdiction on a day (第一责任人); who stands in for somebody answers for nothing."""
    held = (
        Appointment.objects.filter(role=Role.FIRST_RESPONSIBLE.name, valid_from__lte=day, stands_in_for=None)
        .filter(Q(valid_to=None) | Q(valid_to__gt=day), Q(end=None) | Q(end__ended_on__gt=day))
        .select_related("organisation", "person").order_by("valid_from", "id")
    )  # fmt: skip
    return {one.organisation.code: FirstResponsible(one.person.full_name, one.person.title, one.valid_from, one.person.is_simulated) for one in held}
