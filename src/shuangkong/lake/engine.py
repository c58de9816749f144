"""DuckDB as the engine over the lake's files (计算引擎): memory bounded, the rest spilled beside the lake, nothing fetched from a network."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
from arro3.core import Array, DataType, Table

type_of_engine = duckdb.DuckDBPyConnection  # whoever is outside imports it from here: `duckdb` is to be imported by way of this package
MEMORY_MB = 1024

# Text to values, as a meter or a logger writes them. A time with a zone is moved to China Standard Time; a value is taken only when DECIMAL(18,6)
# holds it exactly, else it is NULL and the row goes to quarantine with its text.
_MACROS = r"""
CREATE OR REPLACE MACRO reading_ts(told) AS date_trunc('second', CASE
    WHEN length(told) <= 19 THEN coalesce(try_cast(told AS TIMESTAMP), try_strptime(told, ['%Y%m%d%H%M%S', '%Y年%m月%d日 %H:%M:%S', '%Y年%m月%d日 %H:%M']))
    ELSE CAST(try_cast(told AS TIMESTAMPTZ) AS TIMESTAMP) END);
CREATE OR REPLACE MACRO reading_value(told) AS CASE
    WHEN length(told) - instr(told, '.') <= 6 AND NOT contains(lower(told), 'e') OR instr(told, '.') = 0 AND NOT contains(lower(told), 'e')
    THEN coalesce(try_cast(told AS DECIMAL(18,6)), try_cast(CASE WHEN regexp_full_match(told, '\s*[+-]?\d{1,3}(,\d{3})+(\.\d*)?\s*') THEN replace(told, ',', '') END AS DECIMAL(18,6)))
    WHEN regexp_full_match(told, '\s*[+-]?\d+\.\d{6}0*\s*') THEN try_cast(told AS DECIMAL(18,6)) END;
CREATE OR REPLACE MACRO seconds_between(start_at, end_at) AS (epoch_us(end_at) - epoch_us(start_at)) // 1000000;
CREATE OR REPLACE MACRO quotient(dividend, divisor) AS CAST(dividend AS HUGEINT) // CAST(divisor AS HUGEINT);
"""


_SESSION = "SET TimeZone = 'Asia/Shanghai'; SET enable_progress_bar = false;"


@contextmanager
def open_engine(spill: Path, *, memory_mb: int = MEMORY_MB) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a DuckDB connection in memory that spills below `spill` when it needs more than it may have (打开计算引擎)."""
    spill.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix="engine-", dir=spill))
    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": f"{memory_mb}MB", "temp_directory": str(scratch), "autoinstall_known_extensions": False, "preserve_insertion_order": False,
        "partitioned_write_max_open_files": 100,
    }  # fmt: skip
    try:
        with duckdb.connect() as connection:
            for name, value in settings.items():
                connection.execute(f"SET {name} = {quoted(value) if isinstance(value, str) else value}")
            connection.execute(_SESSION + _MACROS)
            yield connection
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


@contextmanager
def open_beside(connection: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a second connection for another thread: the tables and the memory of the first, temporary tables of its own (并行连接)."""
    with connection.cursor() as beside:
        beside.execute(_SESSION)
        yield beside


def put_rows(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Sequence[object]]) -> None:
    """Insert rows into a table at once, by way of text (批量写入): one by one each costs half a millisecond."""
    if rows:
        columns = [Array([None if one is None else str(one) for one in column], DataType.string()) for column in zip(*rows, strict=True)]
        connection.register("rows_put", Table.from_arrays(columns, names=[f"column{at}" for at in range(len(columns))]))
        connection.execute(f"INSERT INTO {table} FROM rows_put")
        connection.unregister("rows_put")


def quoted(text: object) -> str:
    """Return a text as a literal of SQL (SQL 文本字面量).

    Examples
    --------
    >>> quoted("O'Neill")
    "'O''Neill'"
    """
    return "'" + str(text).replace("'", "''") + "'"
