"""`shuangkong readings`: meters in bulk, rolled up to units, counties and the city."""

import json
from datetime import datetime
from pathlib import Path

import click

from shuangkong.cli.language import language, say
from shuangkong.cli.platform import start_platform
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import CHINA_STANDARD_TIME, Period
from shuangkong.kernel.rounding import grouped
from shuangkong.lake.figures import FigureGrain, FigureLevel
from shuangkong.services.cities import open_city
from shuangkong.services.readings import FoundFigures, find_readings, import_readings, roll_up_readings

FOUND = 1
_DATA = click.option("--data", type=click.Path(path_type=Path), default=Path("var"), show_default=True, help="数据目录 / data directory")
_CITY = click.option("--city", "pack", type=click.Path(path_type=Path), help="城市包文件夹 / folder of a city pack")
_FORMAT = click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)


@click.group()
def readings() -> None:
    """表计读数：批量导入、汇总、查询 / Meters in bulk: import, roll up, query.

    \b
    例 / Examples:
      shuangkong readings import 示数.csv
      shuangkong readings rollup --meters 计量台账.xlsx
      shuangkong readings query 西平县 --grain day --period 2025-01
    """


@readings.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@_DATA
@_FORMAT
def import_(files: tuple[Path, ...], data: Path, form: str) -> None:
    """导入累计示数文件；重复导入不变 / Bring files of cumulative readings in; the same again changes nothing.

    FILES 是 CSV、Parquet 或 xlsx，列为 meter,ts,reading（表号、时间、示数） / files with these three columns.

    \b
    例 / Example:
      meter,ts,reading
      D0001,2025-01-01 00:15:00,1532.40
    \b
      shuangkong readings import 示数.csv 补报.xlsx
    """
    faulty = 0
    for path in files:
        done = import_readings(path=path, data=data, now=datetime.now(CHINA_STANDARD_TIME))
        merged = done.merged
        faulty += done.faulty
        for fault in done.faults:
            click.echo(fault.line(language()), err=True)
        told = {"file": path.name, "rows": done.rows, "new": merged.new, "corrected": merged.corrected, "same": merged.same, "faulty": done.faulty}
        click.echo(json.dumps(told, ensure_ascii=False) if form == "json" else say(Words(
            f"{path.name}：{done.rows} 行，新增 {merged.new}，更正 {merged.corrected}，相同 {merged.same}，有误 {done.faulty}（已留存）",
            f"{path.name}: {done.rows} rows, {merged.new} new, {merged.corrected} corrected, {merged.same} the same, {done.faulty} faulty (kept)",
        )))  # fmt: skip
    if faulty:
        raise SystemExit(FOUND)


@readings.command()
@click.option("--meters", type=click.Path(path_type=Path), help="计量台账文件：表号、单位、县区、品种、倍率、装拆时间和示数；不给则用平台登记的计量表 / register of meters; without it that of the platform")
@click.option("--engine", type=click.Choice(["duckdb", "spark"]), default="duckdb", show_default=True, help="一台机器用 duckdb，集群用 spark / one machine, or a cluster")
@click.option("--master", default="local[*]", show_default=True, help="spark 的主节点，如 spark://HOST:7077 / where Spark runs")
@_DATA
@_CITY
@_FORMAT
def rollup(meters: Path | None, engine: str, master: str, data: Path, pack: Path | None, form: str) -> None:
    """汇总到表计、单位、县区、全市的时、日、月、年 / Roll up to points, units, counties and the city by hour, day, month and year.

    再次运行只重算新到或更正的示数涉及的时段 / run again, it computes what late or corrected readings touch.

    \b
    例 / Examples:
      shuangkong readings rollup --meters 计量台账.xlsx
      shuangkong readings rollup --engine spark --master spark://10.0.0.5:7077
    """
    spark_master = master if engine == "spark" else None
    if meters is None:
        from shuangkong.services.meter_rollup import roll_up_meters

        start_platform(data=data, pack=pack)
        done = roll_up_meters(spark_master=spark_master)
    else:
        done = roll_up_readings(meters=meters, data=data, city=open_city(pack), now=datetime.now(CHINA_STANDARD_TIME), spark_master=spark_master)
    months = [f"{month:%Y-%m}" for month in done.months]
    if form == "json":
        click.echo(json.dumps({"whole": done.is_whole, "meter_hours": done.meter_hours, "months": months}))
    else:
        click.echo(say(Words(f"重算 {done.meter_hours} 个表时，涉及 {len(months)} 个月", f"computed {done.meter_hours} hours of meters in {len(months)} months")))


@readings.command()
@click.argument("node")
@click.option("--grain", type=click.Choice([grain.value for grain in FigureGrain]), default="day", show_default=True, help="时、日、月、年 / hour, day, month, year")
@click.option("--period", required=True, help="时期，如 2025、2025-01、2025-01-06 / period")
@click.option("--meter", "is_meter", is_flag=True, help="NODE 是计量点 / NODE is a metering point")
@_DATA
@_CITY
@_FORMAT
def query(node: str, grain: str, period: str, is_meter: bool, data: Path, pack: Path | None, form: str) -> None:
    """查询一个县区、单位或计量点的汇总数 / Figures of a county, a unit or a metering point.

    每个数带覆盖率、估算占比和数据截至时间 / each with its coverage, estimated share and as-of.

    \b
    例 / Examples:
      shuangkong readings query 驻马店市 --grain month --period 2025
      shuangkong readings query D0001 --meter --grain hour --period 2025-01-06 --format json
    """
    found = find_readings(
        data=data, city=open_city(pack), level=FigureLevel.METER if is_meter else FigureLevel.PLACE, node=node, grain=FigureGrain(grain), period=Period.parse(period)
    )
    if form == "json":
        click.echo(json.dumps(found.as_json(), ensure_ascii=False, indent=1))
    else:
        _print(found)


def _print(found: FoundFigures) -> None:
    if not found.figures:
        click.echo(say(Words(f"{found.name.zh} {found.period} 没有表计数据（缺，不是零）", f"{found.name.en} {found.period}: nothing is metered (missing, not zero)")))
    for one in found.figures:
        shares = [None if share is None else f"{grouped(share, 1)}%" for share in (one.coverage_pct, one.estimated_pct)]
        click.echo("\t".join([
            f"{one.start_at:%Y-%m-%d %H:%M}", one.carrier, one.flow, "—" if one.quantity is None else grouped(one.quantity, 2),
            "—" if one.kgce is None else f"{grouped(one.kgce, 2)} kgce", "—" if one.kgco2 is None else f"{grouped(one.kgco2, 2)} kgCO2",
            say(Words(f"覆盖 {shares[0] or '—'}", f"covered {shares[0] or '—'}")), say(Words(f"估算 {shares[1] or '—'}", f"estimated {shares[1] or '—'}")),
            say(Words(f"超限 {one.over_limit} 表时", f"{one.over_limit} hours above limit")) if one.over_limit else "",
        ]).rstrip())  # fmt: skip
