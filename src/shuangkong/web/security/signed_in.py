"""Who is asking: the session's person with today's posts; sessions end when idle, and in any case after a working day."""

import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from shuangkong.services.people import Member, member

PERSON, BEGAN, SEEN = "person", "began", "seen"


class SignedIn:
    """Puts `request.member` on every request: a `Member`, or None (登录状态)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, knowing who asks."""
        request.member = None if request.path.startswith("/static/") else _member(request)
        return self.get_response(request)


def _member(request: HttpRequest) -> Member | None:
    session = request.session
    person = session.get(PERSON)
    if person is None:
        return None
    present = int(time.time())
    if present - session.get(BEGAN, 0) > settings.SESSION_ABSOLUTE_SECONDS or present - session.get(SEEN, 0) > settings.SESSION_IDLE_SECONDS:
        session.flush()
        return None
    if present - session[SEEN] >= 60:  # a write a minute is enough to know who is idle
        session[SEEN] = present
    who = member(person)
    if not who.posts:
        session.flush()
        return None
    return who


def sign_in(request: HttpRequest, person_id: int) -> None:
    """Begin a session for a person, under a new key (登录)."""
    request.session.cycle_key()
    present = int(time.time())
    request.session.update({PERSON: person_id, BEGAN: present, SEEN: present})


def sign_out(request: HttpRequest) -> None:
    """End the session (退出)."""
    request.session.flush()
