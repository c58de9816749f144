"""`shuangkong indicators`: list the indicators of a city, explain one figure."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import click

from shuangkong.cli.language import language, say
from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.services.cities import open_city
from shuangkong.services.indicators import explain_indicator, list_indicators, load_catalogue, load_indicators

_CITY = click.option("--city", "folder", type=click.Path(path_type=Path), help="城市包文件夹 / folder of a city pack")


class UnreadableDay(Refusal):
    """The text is no date (日期无法识别)."""

    def __init__(self, text: str) -> None:
        super().__init__(
            thing=Words("日期", "date"), value=text, rule=Words("不是日期", "is not a date"), remedy=Words("写成 2024-06-30", "write 2024-06-30")
        )


@click.group()
def indicators() -> None:
    """列出、解释指标 / List the indicators, explain a figure.

    \b
    例 / Examples:
      shuangkong indicators list
      shuangkong indicators explain energy_intensity_tce_per_10k_yuan --org 西平县 --period 2023
    """


@indicators.command("list")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@_CITY
def list_command(form: str, folder: Path | None) -> None:
    """列出全部指标及公式，逐个检查单位 / List every indicator with its formula; units are checked.

    \b
    例 / Examples:
      shuangkong indicators list
      shuangkong indicators list --format json
    """
    listed = list_indicators(checked=load_catalogue(open_city(folder).folder))
    if form == "json":
        click.echo(json.dumps({"indicators": listed}, ensure_ascii=False, indent=2))
        return
    for one in listed:
        name = one["name"] if language() == "zh" else one["name_en"]
        clause = f"  {one['clause']}" if one["clause"] else ""
        click.echo(f"{one['code']}  {name}  [{one['unit']}]{clause}")
        click.echo(f"    {one['formula_zh'] if language() == 'zh' else one['formula']}")
    click.echo(say(Words(f"共 {len(listed)} 项指标，单位检查通过", f"{len(listed)} indicators, units checked")), err=True)


@indicators.command()
@click.argument("code")
@click.option("--org", required=True, help="县区代码、名称或别名 / code, name or alias of a jurisdiction")
@click.option("--period", required=True, help="2023、2023H1、2023Q2、2023-05、2021-2025")
@click.option("--as-of", "as_of", help="截至该日日终所知（北京时间） / as known at the end of that day, China Standard Time")
@click.option("--data", type=click.Path(path_type=Path), help="自有数据目录，加在城市包数据之上 / folder whose figures come on top of the pack's")
@click.option("--format", "form", type=click.Choice(["json", "table"]), default="json", show_default=True)
@_CITY
def explain(code: str, org: str, period: str, as_of: str | None, data: Path | None, form: str, folder: Path | None) -> None:
    """解释一个数：公式、算式、依据、来源 / Explain a figure: formula, working, rules, inputs.

    \b
    例 / Examples:
      shuangkong indicators explain energy_intensity_tce_per_10k_yuan --org 411721 --period 2023
      shuangkong indicators explain energy_intensity_tce_per_10k_yuan --org 驻马店市 --period 2023 --as-of 2024-06-30 --format table
    """
    day = _day(as_of)
    city = open_city(folder)
    loaded = load_indicators(folder=city.folder, jurisdictions=city.jurisdictions, data=data)
    for notice in loaded.notices:
        click.echo(say(notice), err=True)
    explained = explain_indicator(indicators=loaded, code=code, org=org, period=period, as_of=day)
    if form == "json":
        click.echo(json.dumps(explained, ensure_ascii=False, indent=2))
    else:
        _print(explained)


def _print(told: dict[str, Any]) -> None:
    name = told["name"] if language() == "zh" else told["name_en"]
    shown = "—" if told["rounded"] is None else f"{told['rounded']} {told['unit']}".removesuffix(" 1")
    marks = "".join(f"〔{mark}〕" for mark in told["marks"])
    click.echo(f"{name}  {told['org_name']}  {told['period']}：{shown}{marks}")
    if told["reason"]:
        click.echo(f"{say(Words('缺数原因', 'why'))}：{told['reason'][language()]}")
    click.echo(f"{say(Words('覆盖', 'coverage'))} {told['coverage']}  {say(Words('截至', 'as of'))} {told['as_of'] or '—'}")
    click.echo(f"{say(Words('公式', 'formula'))}：{told['formula_zh'] if language() == 'zh' else told['formula']}")
    click.echo(say(Words("算式", "working")) + "：")
    click.echo("\n".join("  " + line for line in told["working"].splitlines()))
    if told["rules"]:
        click.echo(say(Words("依据", "rules")) + "：")
    for rule in told["rules"]:
        stamp = "" if rule["verified"] else f" 〔{say(Words('未核实', 'unverified'))}〕"
        click.echo(f"  {rule['name']} = {rule['value']} {rule['unit']}（{rule['document']} {rule['clause']}）{stamp}")
    if told["inputs"]:
        click.echo(say(Words("数据", "inputs")) + "：")
    for one in told["inputs"]:
        figure = say(Words("不适用", "not applicable")) if one["value"] is None else f"{one['value']} {one['unit']}"
        click.echo(
            f"  {one['org_name']} {one['period']} {one['name']} = {figure}  〔{one['grade']}〕 {one['source']}；"
            f"{one['reported_by']} → {one['approved_by'] or '—'}；{one['recorded_at']}"
        )


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise UnreadableDay(text or "") from None
