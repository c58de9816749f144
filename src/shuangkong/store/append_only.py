"""Tables of which a row, once written, is never changed: the database itself refuses UPDATE and DELETE (只增不改).

A model says so with `append_only = True`; the migrations create the triggers, on SQLite and on PostgreSQL; a test compares
the list of models with the triggers that exist. There is no way around it short of dropping a trigger, which the chain shows.
"""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import models

MESSAGE = "append-only: rows of this table are never changed or deleted"
_POSTGRESQL_FUNCTION = f"""
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END $$
"""


class AppendOnly(models.Model):
    """A row that is written once (只增记录)."""

    append_only = True

    class Meta:
        abstract = True


def trigger_statements(vendor: str, table: str) -> Iterator[str]:
    """Yield the SQL that makes a table append-only (触发器)."""
    if vendor == "sqlite":
        for event in ("UPDATE", "DELETE"):
            yield (
                f"CREATE TRIGGER IF NOT EXISTS {table}_no_{event.lower()} BEFORE {event} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
            )
    else:
        yield _POSTGRESQL_FUNCTION
        yield f'CREATE OR REPLACE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON "{table}" FOR EACH ROW EXECUTE FUNCTION refuse_change()'
        yield f'CREATE OR REPLACE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON "{table}" FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()'


def append_only_tables() -> tuple[str, ...]:
    """Return the tables whose rows are never changed, as the models say (只增表)."""
    return tuple(sorted(model._meta.db_table for model in apps.get_app_config("store").get_models() if getattr(model, "append_only", False)))


def unguarded_tables(connection: Any) -> tuple[str, ...]:
    """Return the append-only tables whose triggers are gone, switched off or do something else (失去保护的表)."""
    guarded = _guards_of_sqlite(connection) if connection.vendor == "sqlite" else _guards_of_postgresql(connection)
    return tuple(table for table in append_only_tables() if not _wanted(connection.vendor, table) <= guarded)


def _wanted(vendor: str, table: str) -> set[str]:
    if vendor == "sqlite":
        return {_told(statement) for statement in trigger_statements(vendor, table)}
    return {f"{table}_no_change", f"{table}_no_truncate"}


def _told(statement: str) -> str:
    return " ".join(statement.replace("IF NOT EXISTS ", "").replace('"', "").split())


def _guards_of_sqlite(connection: Any) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger'")
        return {_told(sql) for (sql,) in cursor.fetchall() if sql}


def _guards_of_postgresql(connection: Any) -> set[str]:
    """Return the triggers that are on, fire before the change, and call the function as it was made."""
    before_update_delete, before_truncate = 1 | 2 | 8 | 16, 2 | 32
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.tgname, t.tgtype, p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid "
            "WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') AND t.tgqual IS NULL"
        )
        return {
            name for name, kind, source in cursor.fetchall()
            if source in _POSTGRESQL_FUNCTION and kind == (before_truncate if name.endswith("_no_truncate") else before_update_delete)
        }  # fmt: skip
