"""SQLite whose transactions begin in the order in which they were asked for (先来先写).

SQLite lets one write at a time and has the others ask again after longer and longer pauses: whoever comes last often goes first, and under the load of
a filing deadline some wait for seconds and are refused in the end. Here a transaction first waits for a file beside the database, for which the
operating system keeps a queue and which it frees when the holder ends, however it ends.
"""

import fcntl
import os
from pathlib import Path

from django.db.backends.sqlite3 import base


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that waits for its turn before a transaction and gives it up after."""

    _turn: int | None = None
    _holds_turn = False

    def get_new_connection(self, conn_params: dict[str, object]) -> object:
        """Open the database and, unless it lives in memory, the file of turns beside it."""
        made = super().get_new_connection(conn_params)
        if self._turn is None and not self.is_in_memory_db():
            place = Path(self.settings_dict["NAME"])
            self._turn = os.open(place.with_name(f"{place.name}-turn"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return made

    def _start_transaction_under_autocommit(self) -> None:
        if self._turn is not None and not self._holds_turn:
            fcntl.flock(self._turn, fcntl.LOCK_EX)
            self._holds_turn = True
        try:
            super()._start_transaction_under_autocommit()
        except BaseException:
            self._end_turn()
            raise

    def _commit(self) -> None:
        super()._commit()
        self._end_turn()

    def _rollback(self) -> None:
        try:
            super()._rollback()
        finally:
            self._end_turn()

    def _close(self) -> None:
        try:
            super()._close()
        finally:
            self._end_turn()
            if self._turn is not None:
                os.close(self._turn)
                self._turn = None

    def _end_turn(self) -> None:
        if self._holds_turn and self._turn is not None:
            fcntl.flock(self._turn, fcntl.LOCK_UN)
        self._holds_turn = False
