"""Who is asking: the session's person with today's posts; sessions end when idle, and in any case after a working day."""

import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from shuangkong.services.people import Member, member
from shuangkong.services.second_factor import needs_second_factor
from shuangkong.services.sessions import end_sessions
from shuangkong.services.signing_in import session_began
from shuangkong.web.security.address import address_of

PERSON, BEGAN, SEEN, IS_STRONG = "person", "began", "seen", "is_strong"
_SEEN_EVERY_SECONDS = 60  # a write a minute is enough to know who is idle


class SignedIn:
    """Puts `request.member` on every request: a `Member`, or None (登录状态)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, knowing who asks."""
        request.member = None if request.path.startswith("/static/") else _member(request)
        return self.get_response(request)


def present() -> int:
    """Return the second it is: a session's age is the machine's matter, not the record's."""
    return int(time.time())


def _member(request: HttpRequest) -> Member | None:
    session = request.session
    person = session.get(PERSON)
    if person is None:
        return None
    moment = present()
    if moment - session.get(BEGAN, 0) > settings.SESSION_ABSOLUTE_SECONDS or moment - session.get(SEEN, 0) > settings.SESSION_IDLE_SECONDS:
        session.flush()
        return None
    if moment - session[SEEN] >= _SEEN_EVERY_SECONDS:
        session[SEEN] = moment
    who = member(person)
    if not who.posts or (needs_second_factor(who.roles) and not session.get(IS_STRONG)):
        session.flush()
        return None
    return who


def sign_in(request: HttpRequest, person_id: int, *, is_strong: bool, how: str) -> None:
    """Begin a session for a person, under a new key and with nothing of what was there before (登录).

    `is_strong` says that a second factor was given: whoever approves or administers has no session without.
    """
    request.session.flush()
    moment, address = present(), address_of(request)
    device = request.headers.get("User-Agent", "")[:200]
    request.session.update({PERSON: person_id, BEGAN: moment, SEEN: moment, IS_STRONG: is_strong, "address": address, "device": device})
    session_began(person_id=person_id, address=address, how=how)


def keep_only_this(request: HttpRequest) -> int:
    """End all other sessions of the person, and return how many (退出其他会话)."""
    return end_sessions(person_id=request.session[PERSON], keep=request.session.session_key)


def sign_out(request: HttpRequest) -> None:
    """End the session (退出)."""
    request.session.flush()
