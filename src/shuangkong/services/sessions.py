"""Sessions of a person: seen and ended, by the person or on the person's account."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from shuangkong.services import clock
from shuangkong.store.models import Session
from shuangkong.store.sessions import SessionStore

_DEVICE_SHOWN = 60
# In this order: most browsers name others too.
_BROWSERS = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Mac OS X", "macOS"), ("Linux", "Linux"))


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that is open (会话); `mark` names it on a page, where its key must never stand."""

    mark: str
    began_at: datetime
    seen_at: datetime
    address: str
    device: str
    is_this: bool

    @property
    def device_name(self) -> str:
        """The browser and system it told of itself, short enough to be known again; what it told where none is known."""
        found = [next((name for mark, name in names if mark in self.device), "") for names in (_BROWSERS, _SYSTEMS)]
        return " · ".join(filter(None, found)) or self.device[:_DEVICE_SHOWN]


def _mark(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def open_sessions(*, person_id: int, this: str = "") -> tuple[OpenSession, ...]:
    """Return a person's open sessions, the one seen last first (在线会话); `this` is the key of the asking one."""
    found = []
    for row in Session.objects.filter(person_id=person_id, expire_date__gt=clock.now()):
        told = SessionStore().decode(row.session_data)
        began, seen = (datetime.fromtimestamp(told.get(name, 0), UTC) for name in ("began", "seen"))
        found.append(OpenSession(_mark(row.session_key), began, seen, told.get("address", ""), told.get("device", ""), row.session_key == this))
    return tuple(sorted(found, key=lambda one: one.seen_at, reverse=True))


def end_sessions(*, person_id: int, keep: str = "", mark: str = "") -> int:
    """End the sessions of a person, or the one with a mark, and return how many (结束会话).

    A request under way in an ended session cannot bring it back: saving needs its row.
    """
    rows = Session.objects.filter(person_id=person_id).exclude(session_key=keep or None)
    keys = [key for key in rows.values_list("session_key", flat=True) if not mark or _mark(key) == mark]
    ended, _ = Session.objects.filter(session_key__in=keys).delete()
    return int(ended)
