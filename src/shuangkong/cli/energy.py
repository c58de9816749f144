"""`shuangkong energy convert`: a table of carriers and quantities to standard coal."""

import json
from datetime import date, datetime
from pathlib import Path

import click

from shuangkong.cli.days import DAY
from shuangkong.cli.language import say
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import CHINA_STANDARD_TIME
from shuangkong.kernel.quantity import ConversionBasis
from shuangkong.kernel.rounding import grouped, plain
from shuangkong.services.energy import ConvertedEnergy, convert_energy

_TCE_DECIMALS = 4


class _Basis(click.Choice):  # type: ignore[type-arg]  # generic only in the newest click
    """Calorific or equivalent, in English or as the field says it."""

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        told = {word: basis.name.lower() for basis in ConversionBasis for word in (basis.value, basis.value.removesuffix("值"))}
        return str(super().convert(told.get(value, value), param, ctx))


@click.group()
def energy() -> None:
    """折标准煤 / Convert energy to coal equivalent.

    \b
    例 / Example:
      shuangkong energy convert 用能.csv
    """


@energy.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--basis", type=_Basis([basis.name.lower() for basis in ConversionBasis]), default="calorific", show_default=True,
    help="折标口径：当量值、等价值 / basis of power and heat",
)
@click.option(
    "--on", type=DAY, metavar="YYYY[-MM-DD]",
    help="按哪一天的系数，默认今天 / coefficients of which day, today by default",
)
@click.option("--format", "form", type=click.Choice(["json", "table"]), default="json", show_default=True)
def convert(file: Path, basis: str, on: date | None, form: str) -> None:
    """把各品种能源折算为标准煤，注明系数出处 / Convert carriers to coal equivalent, naming the rule used.

    FILE 是 CSV 或 xlsx，列为 carrier,quantity,unit（品种、数量、单位） / a table with these three columns.

    \b
    例 / Example:
      carrier,quantity,unit
      原煤,1000,t
      33,250,万kWh
    \b
      shuangkong energy convert 用能.csv --basis equivalent --on 2023-06-30
    """
    day = on or datetime.now(CHINA_STANDARD_TIME).date()
    converted = convert_energy(file, basis=ConversionBasis[basis.upper()], on=day)
    if converted.notice:
        click.echo(say(converted.notice), err=True)
    if form == "json":
        click.echo(json.dumps(converted.as_json(), ensure_ascii=False, indent=2))
    else:
        _print_table(converted, day)


def _print_table(converted: ConvertedEnergy, day: date) -> None:
    basis = say(Words(converted.basis.value, converted.basis.name.lower()))
    total = grouped(converted.total_tce, _TCE_DECIMALS)
    stamp = "" if converted.verified else say(Words("，未核实", ", unverified"))
    click.echo(say(Words(f"合计 {total} tce（{basis}，{day}{stamp}）", f"total {total} tce ({basis}, {day}{stamp})")))
    for each in converted.rows:
        factor, told = each.found.factor, each.as_json()
        click.echo("\t".join([
            each.row["carrier"], told["quantity"], told["unit"], f"× {plain(factor.figure)} {factor.unit}",
            f"{grouped(each.found.tce, _TCE_DECIMALS)} tce", told["basis_name"], told["source"], each.stamp,
        ]).rstrip())
