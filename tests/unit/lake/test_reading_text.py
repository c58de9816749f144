"""Text to time and value: what a DECIMAL(18,6) holds exactly, and nothing else."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from shuangkong.lake.engine import open_engine


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    folder: Path = tmp_path_factory.mktemp("scratch")
    with open_engine(folder, memory_mb=128) as connection:
        yield connection


@pytest.mark.parametrize(
    ("told", "value"),
    [
        ("12", "12.000000"), (" 12.5 ", "12.500000"), ("-3", "-3.000000"), ("1,234,567.5", "1234567.500000"), ("1.12345600", "1.123456"),
        ("999999999999.999999", "999999999999.999999"), ("1000000000000", None), ("0.0000001", None), ("1.1234567", None), ("1e3", None), ("1.5E-7", None),
        ("12,34", None), ("１２", None), ("", None), ("nan", None), ("inf", None), ("0x10", None),
    ],
)  # fmt: skip
def test_a_value_is_taken_exactly_or_not_at_all(engine: duckdb.DuckDBPyConnection, told: str, value: str | None) -> None:
    assert engine.execute("SELECT CAST(reading_value(?) AS VARCHAR)", [told]).fetchone() == (value,)


@pytest.mark.parametrize(
    ("told", "moment"),
    [
        ("2025-01-01 00:15:00", "2025-01-01 00:15:00"), ("2025/1/1 0:15", "2025-01-01 00:15:00"), ("20250101001500", "2025-01-01 00:15:00"),
        ("2024-12-31T16:15:00Z", "2025-01-01 00:15:00"), ("2025-01-01T00:15:00+08:00", "2025-01-01 00:15:00"), ("2025-01-01 00:15:00.750", "2025-01-01 00:15:00"),
        ("2025-01-01 24:00:00", "2025-01-02 00:00:00"), ("2025年1月1日 00:15", "2025-01-01 00:15:00"), ("2025-13-01", None), ("昨天", None), ("", None),
    ],
)  # fmt: skip
def test_a_moment_is_china_standard_time_to_the_second(engine: duckdb.DuckDBPyConnection, told: str, moment: str | None) -> None:
    assert engine.execute("SELECT CAST(reading_ts(?) AS VARCHAR)", [told]).fetchone() == (moment,)


def test_nothing_is_left_in_the_scratch_folder(tmp_path: Path) -> None:
    with open_engine(tmp_path, memory_mb=128) as connection:
        connection.execute("CREATE TABLE t AS SELECT 1")
    assert list(tmp_path.iterdir()) == []
