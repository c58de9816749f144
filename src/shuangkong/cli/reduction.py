"""`shuangkong reduction compute`: rows of projects to tonnes reduced."""

import json
from datetime import date
from pathlib import Path

import click

from shuangkong.cli.days import DAY
from shuangkong.cli.language import language, say
from shuangkong.kernel.language import Words
from shuangkong.kernel.rounding import grouped
from shuangkong.services.reductions import ComputedReductions, compute_reductions

_PROJECT_DECIMALS, _TOTAL_DECIMALS = 2, 1


@click.group()
def reduction() -> None:
    """核算减排量 / Account reduction projects.

    \b
    例 / Example:
      shuangkong reduction compute 项目.csv
    """


@reduction.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--on", type=DAY, metavar="YYYY[-MM-DD]",
    help="按哪一天的规则，默认最新 / rules of which day, the newest by default",
)
@click.option("--format", "form", type=click.Choice(["json", "table"]), default="json", show_default=True)
def compute(file: Path, on: date | None, form: str) -> None:
    """把项目按核算方法 W1–W9、N1–N8、V1–V8 算成吨数，附计算过程 / Account projects in tonnes, with their working.

    FILE 是 CSV、xlsx、YAML 或 JSON，每个项目写 id、method、pollutant 和该方法的输入 / a row per project.

    \b
    例 / Example:
      id,method,pollutant,volume_before_10k_m3,volume_after_10k_m3,effluent_before_mg_l,effluent_after_mg_l
      一污,W2,COD,1000,1200,50,30
    \b
      shuangkong reduction compute 减排项目.csv --format table
    """
    computed = compute_reductions(path=file, on=on or date.max)
    if computed.notice:
        click.echo(say(computed.notice), err=True)
    if form == "json":
        click.echo(json.dumps(computed.as_json(language()), ensure_ascii=False, indent=2))
    else:
        _print_table(computed)


def _print_table(computed: ComputedReductions) -> None:
    for project in computed.projects:
        entry = project.counted.entry
        reduced, counted = (grouped(tonnes, _PROJECT_DECIMALS) for tonnes in (project.reduction_t, project.counted.countable_t))
        stamp = "" if project.verified else say(Words("  未核实", "  unverified"))
        click.echo(f"{entry.project_id}  {entry.method}  {entry.pollutant.value}  " + say(
            Words(f"减排量 {reduced} t，可计入 {counted} t", f"reduced {reduced} t, countable {counted} t")
        ) + stamp)  # fmt: skip
        click.echo(f"    {project.working}")
        for warning in project.warnings:
            click.echo(f"    ! {say(warning)}")
    for pollutant, tonnes in computed.total_t.items():
        click.echo(say(Words("合计可计入", "total countable")) + f"  {pollutant.value}  {grouped(tonnes, _TOTAL_DECIMALS)} t")
