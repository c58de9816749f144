"""Files of meter readings: read as people write them, once however often they come, every fault told and kept."""

from datetime import timedelta
from pathlib import Path

import duckdb
import openpyxl
import pytest
from click.testing import CliRunner
from lake_steps import HEARD, held, lake_at

from shuangkong.cli.readings import readings
from shuangkong.lake.meter_file import MissingMeterColumn, UnreadableMeterFile, import_meter_file
from shuangkong.lake.readings import Merged

ROWS = "meter,ts,reading\n" + "".join(f"D1,2025-01-01 {quarter // 4:02}:{quarter % 4 * 15:02}:00,{100 + quarter}.5\n" for quarter in range(96))


def written(folder: Path, text: str, name: str = "示数.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def test_the_same_file_and_one_that_overlaps_by_half(tmp_path: Path) -> None:
    lake, lines = lake_at(tmp_path / "lake"), ROWS.splitlines(keepends=True)
    whole = written(tmp_path, ROWS)
    assert import_meter_file(lake, whole, now=HEARD).merged == Merged(new=96)
    version = lake.readings.version
    assert import_meter_file(lake, whole, now=HEARD).merged == Merged(same=96)
    assert lake.readings.version == version
    later = "".join(line.replace("2025-01-01", "2025-01-02") for line in lines[1:49])
    half = written(tmp_path, lines[0] + "".join(lines[49:]) + later, "half.csv")
    assert import_meter_file(lake, half, now=HEARD).merged == Merged(new=48, same=48)
    assert len(held(lake, lake.readings, "point, ts")) == 144


def test_a_corrected_value_ends_the_earlier_one(tmp_path: Path) -> None:
    lake = lake_at(tmp_path / "lake")
    import_meter_file(lake, written(tmp_path, ROWS), now=HEARD)
    mended = written(tmp_path, ROWS.replace("100.5", "100.25"), "mended.csv")
    assert import_meter_file(lake, mended, now=HEARD + timedelta(hours=2)).merged == Merged(corrected=1, same=95)
    assert held(lake, lake.readings, "ts, value, recorded_at, superseded_at")[:2] == [
        ("2025-01-01 00:00:00", "100.250000", "2026-01-01 10:00:00+08", None),
        ("2025-01-01 00:00:00", "100.500000", "2026-01-01 08:00:00+08", "2026-01-01 10:00:00+08"),
    ]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("表号,时间,示数\nD1,2025/1/1 0:15,\"1,234.5\"\n", "gb18030"),
        ("\ufeff计量点,抄表时间,读数\nD1,2025-01-01T00:15:00+08:00,1234.50\n", "utf-8"),
        ("meter;ts;reading\nD1;2024-12-31T16:15:00Z;1234.5000000\n", "utf-8"),
        ("Meter\tTime\tValue\nD1\t20250101001500\t1234.5\n", "utf-8"),
        ("meter,ts,reading\r\nD1,2025年01月01日 00:15, 1234.5\r\n", "utf-8"),
    ],
)  # fmt: skip
def test_as_people_write_them(tmp_path: Path, text: str, encoding: str) -> None:
    lake = lake_at(tmp_path / "lake")
    assert import_meter_file(lake, written(tmp_path, text, encoding=encoding), now=HEARD).merged == Merged(new=1)
    assert held(lake, lake.readings, "point, ts, value") == [("D1", "2025-01-01 00:15:00", "1234.500000")]


@pytest.mark.parametrize(
    ("row", "fault", "said"),
    [
        (",2025-01-01,1", "point", "为空"), ("D1,yesterday,1", "time", "不是时刻"), ("D1,2099-01-01,1", "clock", "超前"), ("D1,1999-12-31,1", "clock", "2000年"),
        ("D1,2026-01-01 08:05:01,1", "clock", "超前"), ("D1,2025-01-01,", "value", "不是12位整数"), ("D1,2025-01-01,1.1234567", "value", "6位小数"),
        ("D1,2025-01-01,1234567890123", "value", "12位整数"), ("D1,2025-01-01,1e-7", "value", "6位小数"), ("D1,2025-01-01,NaN", "value", "12位整数"),
        ("D1,2025-01-01", "value", "12位整数"),
    ],
)  # fmt: skip
def test_a_faulty_row_is_told_and_kept_once_and_harms_no_other(tmp_path: Path, row: str, fault: str, said: str) -> None:
    lake = lake_at(tmp_path / "lake")
    path = written(tmp_path, f"meter,ts,reading\nD2,2025-01-01 00:00:00,3\n{row}\nD2,2026-01-01 08:05:00,4\n")
    done = import_meter_file(lake, path, now=HEARD)
    assert (done.merged, done.rows, done.faulty) == (Merged(new=2, quarantined=1), 3, 1)
    assert said in done.faults[0].line()
    assert import_meter_file(lake, path, now=HEARD).merged == Merged(same=2)
    assert held(lake, lake.quarantine, "fault, source") == [(fault, "示数.csv")]


@pytest.mark.parametrize("kind", ["DECIMAL(12,3)", "DOUBLE", "VARCHAR", "INTEGER"])
def test_parquet_of_any_kind_of_number(tmp_path: Path, kind: str) -> None:
    lake, path = lake_at(tmp_path / "lake"), tmp_path / "示数.parquet"
    with duckdb.connect() as engine:
        engine.execute(f"COPY (SELECT 'D1' AS meter, TIMESTAMP '2025-01-01 00:15:00' AS ts, CAST(12 AS {kind}) AS reading) TO '{path}'")
    assert import_meter_file(lake, path, now=HEARD).merged == Merged(new=1)
    assert held(lake, lake.readings, "ts, value") == [("2025-01-01 00:15:00", "12.000000")]


def test_of_two_values_in_one_file_for_one_moment_one_holds_and_both_are_kept(tmp_path: Path) -> None:
    lake = lake_at(tmp_path / "lake")
    path = written(tmp_path, "meter,ts,reading\nD1,2025-01-01,3\nD1,2025-01-01,4\nD1,2025-01-01,4\n")
    assert import_meter_file(lake, path, now=HEARD).merged == Merged(new=2, same=1)
    assert [row[0] for row in held(lake, lake.readings, "value, superseded_at") if row[1] is None] == ["4.000000"]


def test_a_file_without_the_column_or_unreadable_is_refused(tmp_path: Path) -> None:
    lake = lake_at(tmp_path / "lake")
    with pytest.raises(MissingMeterColumn, match="reading"):
        import_meter_file(lake, written(tmp_path, "meter,ts,kWh\nD1,2025-01-01,3\n"), now=HEARD)
    with pytest.raises(UnreadableMeterFile):
        import_meter_file(lake, written(tmp_path, "no parquet", "x.parquet"), now=HEARD)


def test_the_commands_from_a_workbook_to_a_county(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (("表号", "时间", "示数"), ("D1", "2025-01-01 00:15:00", 1), ("D1", "2025-01-01 00:30:00", 2.5), ("D1", "2025-01-01 00:45:00", "x")):
        book.active.append(row)
    book.save(tmp_path / "示数.xlsx")
    meters = written(tmp_path, "表号,用能单位,县区,能源品种,倍率,安装时间,起始示数\nD1,U1,西平县,电力,10,2025-01-01,0\n", "计量台账.csv")
    run, data = CliRunner().invoke, str(tmp_path / "data")
    done = run(readings, ["import", str(tmp_path / "示数.xlsx"), "--data", data])
    assert (done.exit_code, done.stdout) == (1, "示数.xlsx：3 行，新增 2，更正 0，相同 0，有误 1（已留存）\n")
    assert "示数“x”" in done.stderr
    assert run(readings, ["rollup", "--meters", str(meters), "--data", data]).stdout == "重算 1 个表时，涉及 1 个月\n"
    assert run(readings, ["rollup", "--meters", str(meters), "--data", data]).stdout == "重算 0 个表时，涉及 0 个月\n"
    asked = ["--period", "2025", "--grain", "year", "--data", data]
    assert run(readings, ["query", "西平县", *asked]).stdout == (
        "2025-01-01 00:00\telectricity\tconsumption\t25.00\t3.07 kgce\t14.74 kgCO2\t覆盖 50.0%\t估算 0.0%\n"
    )
    assert run(readings, ["query", "遂平县", *asked]).stdout == "遂平县 2025 没有表计数据（缺，不是零）\n"
    assert '"quantity": "25"' in run(readings, ["query", "D1", "--meter", *asked, "--format", "json"]).stdout
