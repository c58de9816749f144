"""Where sessions are kept: each knows whose it is, so that all of a person's can be listed and ended."""

from typing import Any

from django.contrib.sessions.backends import db

from shuangkong.store.models import Session


class SessionStore(db.SessionStore):
    """The session store of the settings (会话存储)."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """Return the table."""
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """Return the row that keeps the session, with its person."""
        row = super().create_model_instance(data)
        row.person_id = data.get("person")
        return row
