"""`shuangkong emissions`: hours of an outlet, and what outlets, units, counties and the city emitted, from what monitors told."""

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from shuangkong.cli.language import say
from shuangkong.cli.platform import start_platform
from shuangkong.kernel.faults import Fault, InputRefused
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import CHINA_STANDARD_TIME, Period
from shuangkong.kernel.rounding import grouped

_DATA = click.option("--data", type=click.Path(path_type=Path), default=Path("var"), show_default=True, envvar="SHUANGKONG_DATA", help="数据目录 / data folder")
_FORMAT = click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
_AS_OF = click.option("--as-of", "moment", metavar="MOMENT", help="当时所知，如 2026-05-01T12:00 / as it was known then")
_PERIOD = click.option("--period", required=True, help="时期，如 2026、2026-05、2026-05-06 / period")


@click.group()
def emissions() -> None:
    """监测排放量：排放口小时数据，单位、县区、全市日月年数据 / Emissions from what monitors told.

    \b
    例 / Examples:
      shuangkong emissions hours U001.DA001 --period 2026-05-06
      shuangkong emissions of 411700 --grain month --period 2026
    """


def moment_of(told: str | None) -> datetime | None:
    """Return the moment of a text, China Standard Time where it names no zone (时刻)."""
    if told is None:
        return None
    try:
        found = datetime.fromisoformat(told)
    except ValueError:
        raise InputRefused([Fault(Words("时刻", "moment"), told, Words("不是时刻", "is no moment"), Words("写成 2026-05-01T12:00", "write it as 2026-05-01T12:00"))]) from None
    return found if found.tzinfo else found.replace(tzinfo=CHINA_STANDARD_TIME)


@emissions.command()
@click.argument("point")
@_PERIOD
@_AS_OF
@_DATA
@_FORMAT
def hours(point: str, period: str, moment: str | None, data: Path, form: str) -> None:
    """一个排放口的小时数据：实测、折算、标记、流量、排放量、替代值 / The hours of an outlet.

    原值与替代值并列，带窗口和规则 / what was measured beside what replaces it, with window and rule.

    \b
    例 / Example:
      shuangkong emissions hours U001.DA001 --period 2026-05-06 --as-of 2026-05-07T08:00
    """
    as_of = moment_of(moment)
    start_platform(data=data)
    from shuangkong.services.emission_answers import hours_in, hours_json

    told = hours_json(hours_in(point, Period.parse(period), as_of=as_of))
    if form == "json":
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
        return
    click.echo(f"{told['point']}　{told['name']}" + (say(Words("　模拟", "　simulated")) if told["is_simulated"] else ""))
    for factor in told["factors"]:
        click.echo(f"\n{factor['factor']} {factor['name']}（{factor['unit']}）")
        click.echo(say(Words("时　　　　　　　　　　实测　　　折算　标记　状态　　　　　　流量m³　　　排放kg　　替代kg　说明", "hour  mean  converted  mark  state  flow m3  kg  substituted kg  why")))
        for one in factor["hours"]:
            figures = "  ".join(f"{_shown(one[key], places):>10}" for key, places in (("mean", 3), ("converted", 3)))
            masses = "  ".join(f"{_shown(one[key], places):>10}" for key, places in (("flow_m3", 0), ("kg", 4), ("substituted_kg", 4)))
            click.echo(f"{one['start'][:16]}  {figures}  {one['mark'] or '—':>2}  {one['state']:<14}  {masses}  {one['reason']}")
        for day in factor["days"]:
            click.echo(_day_line(day))


def _day_line(day: dict[str, Any]) -> str:
    return say(Words(
        f"{day['day']} 合计 {_shown(day['kg'], 3)} kg，其中替代 {_shown(day['substituted_kg'], 3)} kg；应有 {day['hours_due']} 时，实测 {day['hours_measured']}，停运 {day['hours_stopped']}，"
        f"无效 {day['hours_invalid']}，缺失 {day['hours_missing']}",
        f"{day['day']} total {_shown(day['kg'], 3)} kg, {_shown(day['substituted_kg'], 3)} kg of it substituted; {day['hours_due']} hours due, {day['hours_measured']} measured,"
        f" {day['hours_stopped']} stopped, {day['hours_invalid']} invalid, {day['hours_missing']} missing",
    ))  # fmt: skip


@emissions.command("of")
@click.argument("node")
@click.option("--grain", type=click.Choice(["day", "month", "year"]), default="month", show_default=True, help="日、月、年 / day, month, year")
@_PERIOD
@_AS_OF
@_DATA
@_FORMAT
def of_node(node: str, grain: str, period: str, moment: str | None, data: Path, form: str) -> None:
    """一个排放口、单位、园区、县区或全市的排放量 / What an outlet, unit, park, county or the city emitted.

    每个数带捕集率、替代占比和截至时间 / each with its capture rate, substituted share and as-of.

    \b
    例 / Example:
      shuangkong emissions of 411721 --grain month --period 2026 --format json
    """
    as_of = moment_of(moment)
    start_platform(data=data)
    from shuangkong.lake.emissions import EmissionGrain
    from shuangkong.services.emission_answers import emission_json, seen_node
    from shuangkong.services.emission_figures import emission_of

    found = emission_of(seen_node(node), EmissionGrain(grain), Period.parse(period), as_of=as_of)
    if form == "json":
        click.echo(json.dumps([emission_json(one) for one in found], ensure_ascii=False, indent=1))
        return
    if not found:
        click.echo(say(Words("没有监测排放量", "no monitored emission")))
    for one in found:
        click.echo(say(Words(
            f"{one.start}  {one.name.zh:<8}  {_shown(one.kg, 3):>16} kg  替代 {_shown(one.substituted_pct, 2):>6} %  捕集率 {_shown(one.capture_pct, 2):>6} %  有数时段 {_shown(one.coverage_pct, 2):>6} %",
            f"{one.start}  {one.name.en:<24}  {_shown(one.kg, 3):>16} kg  substituted {_shown(one.substituted_pct, 2):>6} %  capture {_shown(one.capture_pct, 2):>6} %"
            f"  with a figure {_shown(one.coverage_pct, 2):>6} %",
        )))  # fmt: skip


@emissions.command()
@_DATA
def refresh(data: Path) -> None:
    """按新到的数据、标记和通知更新排放量 / Bring the figures up to what has come.

    网关运行时自动更新 / beside a running gateway this happens by itself.

    \b
    例 / Example:
      shuangkong emissions refresh --data /srv/shuangkong
    """
    start_platform(data=data)
    from shuangkong.services import clock
    from shuangkong.services.emission_figures import Standing, refresh_emissions

    done = refresh_emissions(clock.now(), standing=Standing())
    click.echo(say(Words(f"重算 {done.outlets} 个排放口，更新 {done.days} 个日数据", f"{done.outlets} outlets worked out, {done.days} figures of days written")))


def _shown(figure: str | Decimal | None, places: int) -> str:
    return "—" if figure is None else grouped(Decimal(figure), places)
