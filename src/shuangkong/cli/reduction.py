"""`shuangkong reduction compute`: rows of projects to tonnes reduced."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

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
@click.option("--data", type=click.Path(path_type=Path), help="数据目录；给出则在申报旁列出监测到的下降 / data folder: shows what monitors saw fall beside the claim")
@click.option("--format", "form", type=click.Choice(["json", "table"]), default="json", show_default=True)
def compute(file: Path, on: date | None, data: Path | None, form: str) -> None:
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
    told = computed.as_json(language())
    falls = _beside(computed, data)
    for project, fall in zip(told["projects"], falls, strict=True):
        project.update({"monitored": fall} if fall else {})
    if form == "json":
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        _print_table(computed, falls)


def _beside(computed: ComputedReductions, data: Path | None) -> list[dict[str, Any] | None]:
    """What monitors saw beside each claim, where a row links an outlet and two periods."""
    if data is None:
        return [None] * len(computed.projects)
    from shuangkong.cli.platform import start_platform

    start_platform(data=data)
    from shuangkong.services.measured_falls import fall_beside

    found = [fall_beside(one) for one in computed.projects]
    return [one.as_json() if one else None for one in found]


def _print_table(computed: ComputedReductions, falls: list[dict[str, Any] | None]) -> None:
    for project, fall in zip(computed.projects, falls, strict=True):
        entry = project.counted.entry
        reduced, counted = (grouped(tonnes, _PROJECT_DECIMALS) for tonnes in (project.reduction_t, project.counted.countable_t))
        stamp = "" if project.verified else say(Words("  未核实", "  unverified"))
        click.echo(f"{entry.project_id}  {entry.method}  {entry.pollutant.value}  " + say(
            Words(f"减排量 {reduced} t，可计入 {counted} t", f"reduced {reduced} t, countable {counted} t")
        ) + stamp)  # fmt: skip
        click.echo(f"    {project.working}")
        if fall:
            seen = {name: "—" if fall[name] is None else grouped(Decimal(fall[name]), _PROJECT_DECIMALS) for name in ("before_t", "after_t", "fall_t")}
            click.echo("    " + say(Words(
                f"在线监测 {fall['point']}：{fall['before']} {seen['before_t']} t → {fall['after']} {seen['after_t']} t，下降 {seen['fall_t']} t",
                f"monitored at {fall['point']}: {fall['before']} {seen['before_t']} t → {fall['after']} {seen['after_t']} t, fall {seen['fall_t']} t",
            )))  # fmt: skip
        for warning in project.warnings:
            click.echo(f"    ! {say(warning)}")
    for pollutant, tonnes in computed.total_t.items():
        click.echo(say(Words("合计可计入", "total countable")) + f"  {pollutant.value}  {grouped(tonnes, _TOTAL_DECIMALS)} t")
