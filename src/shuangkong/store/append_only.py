"""Tables of which a row, once written, is never changed: the database itself refuses UPDATE and DELETE (只增不改).

A model says so with `append_only = True`; the migrations create the triggers, on SQLite and on PostgreSQL; a test compares
the list of models with the triggers that exist. There is no way around it short of dropping a trigger, which the chain shows.
"""

from collections.abc import Iterator

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
