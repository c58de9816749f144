"""`shuangkong checks`: the catalogue of data checks, a file judged by it, its worth on planted fraud."""

import json
import sys
from datetime import date
from pathlib import Path

import click

from shuangkong.checks.model import Severity
from shuangkong.cli.days import DAY
from shuangkong.cli.language import language, say
from shuangkong.kernel.language import Words
from shuangkong.services.check_evaluation import evaluation_text
from shuangkong.services.checks import (
    FileFindings,
    check_as_json,
    check_file,
    checks_on,
    evaluate_checks,
)

_FORMAT = click.option("--format", "form", type=click.Choice(["json", "table"]), default="table", show_default=True)
_ON = click.option("--on", type=DAY, metavar="YYYY[-MM-DD]", help="按哪一天的目录，默认最新 / catalogue of which day, the newest by default")


@click.group()
def checks() -> None:
    """数据核查 / Data checks.

    \b
    例 / Examples:
      shuangkong checks list
      shuangkong checks run 报表.csv
      shuangkong checks evaluate --fraud-seed 1001
    """


@checks.command("list")
@_ON
@_FORMAT
def list_checks(on: date | None, form: str) -> None:
    """列出核查目录：编号、严重程度、依据、谁可豁免 / Print the catalogue."""
    lines = checks_on(on)
    if form == "json":
        click.echo(json.dumps({"checks": [check_as_json(check, language()) for check in lines]}, ensure_ascii=False, indent=2))
        return
    for check in lines:
        waiver = say(Words("不可豁免", "not waivable")) if not check.waived_months else f"{check.waived_by} ≤{check.waived_months}" + say(Words(" 个月", " months"))
        stamp = check.basis.stamp and say(Words("，未核实", ", unverified"))
        click.echo(f"{check.code}  {_named(check.severity)}  {say(check.name)}  [{check.kind}]  {check.basis.citation}{stamp}  {waiver}")
    click.echo(say(Words(f"共 {len(lines)} 项；阈值均为本系统设计，未核实", f"{len(lines)} checks; the limits are ours, unverified")), err=True)


def _named(severity: Severity) -> str:
    return say(Words(severity.value, severity.name))


@checks.command()
@click.argument("file", type=click.Path(path_type=Path))
@_ON
@click.option("--org", help="只核查这一单位 / judge this organisation alone")
@click.option("--period", help="只核查这一时期 / judge this period alone")
@_FORMAT
def run(file: Path, on: date | None, org: str | None, period: str | None, form: str) -> None:
    """核查一个数据文件（长表），有发现时退出码为 1 / Judge a file of figures; exit 1 when something was found.

    列 / columns: element,org,period,value,unit[,note,recorded_at,parent,trade]。指标可加前缀 / an element may carry a prefix:
    meter:（计量 / meters）、target: floor:（目标 / targets）、coefficient:（申报折标系数 / declared coefficient）。

    \b
    例 / Example:
      element,org,period,value,unit
      electricity_consumed_10k_kwh,甲厂,2024-05,446000,kWh
      meter:electricity_consumed_10k_kwh,甲厂,2024-05,44.7,万kWh
    """
    found = check_file(path=file, on=on, org=org, period=period)
    for notice in found.notices:
        click.echo(say(notice), err=True)
    if form == "json":
        click.echo(json.dumps(found.as_json(language()), ensure_ascii=False, indent=2))
    else:
        _print_findings(found)
    sys.exit(1 if found.findings else 0)


def _print_findings(found: FileFindings) -> None:
    for finding in found.findings:
        check = found.checks[finding.code]
        click.echo(f"{finding.code}  {_named(finding.severity)}  {finding.where.org}  {finding.where.period}  {say(check.name)}")
        click.echo(f"    {say(finding.odd)}")
        click.echo(f"    {say(Words('平常：', 'usual: '))}{say(finding.usual)}")
        click.echo(f"    {say(Words('处理：', 'to do: '))}{say(finding.remedy)}")
        click.echo(f"    {say(Words('依据：', 'basis: '))}{check.basis.citation}{say(Words('；阈值为本系统设计，未核实', '; the limits are ours, unverified'))}")
    mark = say(Words("（模拟）", " (simulated)")) if found.is_simulated else ""
    click.echo(say(Words(f"核查 {found.returns} 份报表，发现 {len(found.findings)} 处", f"{found.returns} returns judged, {len(found.findings)} findings")) + mark)


@checks.command()
@click.option("--fraud-seed", "seed", type=click.IntRange(0), required=True, help="植入的种子 / seed of the planting")
@click.option("--units", type=click.IntRange(8, 3000), default=300, show_default=True, help="单位数 / units")
@click.option("--years", type=click.IntRange(3, 10), default=6, show_default=True, help="年数 / years")
@click.option("--per-pattern", type=click.IntRange(1, 200), default=20, show_default=True, help="每种植入几处 / plants of each pattern")
@_FORMAT
def evaluate(seed: int, units: int, years: int, per_pattern: int, form: str) -> None:
    """在模拟报表中植入造假和差错，看核查能检出多少、误报多少 / Plant fraud in simulated returns and measure recall and false findings.

    检出率低于 0.9 或每千份误报多于 5 时退出码为 1 / exit 1 below the recall or above the false rate asked for.
    """
    result = evaluate_checks(
        seed=seed, units=units, years=years, per_pattern=per_pattern, progress=lambda words: click.echo(f"… {say(words)}", err=True)
    )
    if form == "json":
        click.echo(json.dumps(result.as_json(language()), ensure_ascii=False, indent=2))
    else:
        click.echo(evaluation_text(result, language()))
    sys.exit(0 if result.meets else 1)
