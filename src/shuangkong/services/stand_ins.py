"""Stand-ins (代办) and handing over: somebody does another's work for a limited time, under the own name, and it says so.

Nothing moves by itself: a hand-over is a list of what waits, and each thing on it is taken up by whoever is appointed. A stand-in for
an approver is bound as the approver is: nobody approves what they filed or reviewed.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction

from shuangkong.access.roles import Permission, Role
from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.services.administration import check_term, not_oneself
from shuangkong.services.assessment_tasks import AssessmentTask, assessment_tasks
from shuangkong.services.filing_lists import Work, my_work
from shuangkong.services.people import Member, Post, actor_of, appoint, member
from shuangkong.services.security_limits import limit
from shuangkong.services.sessions import end_sessions


class NoSuchPost(Refusal):
    """Whoever is stood in for does not hold the post (无此岗位)."""

    def __init__(self, who: Member, role: Role, organisation: str) -> None:
        super().__init__(
            thing=Words("代办", "stand-in"), value=f"{who.full_name} {role.value} {organisation}",
            rule=Words("被代办人当日不在此岗位", "the person does not hold this post on the day"), remedy=Words("选择其现有岗位", "choose one that is held"),
        )  # fmt: skip


class StandInTooLong(Refusal):
    """A stand-in is for a limited time (代办期限)."""

    def __init__(self, valid_from: date, valid_to: date) -> None:
        most = limit("stand_in_days")
        super().__init__(
            thing=Words("代办期限", "stand-in"), value=f"{valid_from}—{valid_to}", rule=Words(f"应为 1 至 {most} 日", f"lasts 1 to {most} days"),
            remedy=Words("缩短，或改为任职", "make it shorter, or appoint"),
        )  # fmt: skip


def appoint_stand_in(*, absent: int, stand_in: int, role: Role, organisation: str, valid_from: date, valid_to: date, who: Member, reason: str) -> int:
    """Let somebody stand in for a person in one post, for a limited time (代办); returns the key of the appointment.

    Parameters
    ----------
    absent, stand_in : int
        Keys of the one who is away and of the one who acts.
    role, organisation : Role, str
        The post; the absent must hold it.
    valid_from, valid_to : date
        Half-open.
    who : Member
        The security administrator.
    reason : str
        Sealed with it.

    Raises
    ------
    NoSuchPost, StandInTooLong, BadTerm, IncompatiblePosts, NotPermitted
        If it cannot be.
    """
    actor = actor_of(who, Permission.APPOINTMENTS_MANAGE, organisation)
    not_oneself(who, stand_in)
    check_term(stand_in, valid_from, valid_to)
    away = member(absent, day=valid_from)
    if absent == stand_in or not any(post.role is role and post.organisation == organisation and not post.stands_in_for for post in away.posts):
        raise NoSuchPost(away, role, organisation)
    if not timedelta(0) < valid_to - valid_from <= timedelta(days=limit("stand_in_days")):
        raise StandInTooLong(valid_from, valid_to)
    with transaction.atomic():
        made = appoint(
            person_id=stand_in, role=role, organisation=organisation, valid_from=valid_from, valid_to=valid_to, actor=actor, reason=reason, stands_in_for=absent
        )
        end_sessions(person_id=stand_in)
    return made


@dataclass(frozen=True, slots=True)
class Handover:
    """What a person leaves behind (交接清单): the work that waits, and the posts that would be vacant."""

    person: Member
    work: tuple[Work, ...]
    posts: tuple[Post, ...]
    tasks: tuple[AssessmentTask, ...] = ()

    @property
    def count(self) -> int:
        """How much is open."""
        return len(self.work) + len(self.tasks)


def hand_over(*, person_id: int) -> Handover:
    """Return what waits for a person who leaves (交接清单); which returns and assessments, not what is in them."""
    leaving = member(person_id)
    return Handover(leaving, my_work(who=leaving), leaving.posts, assessment_tasks(who=leaving))
