"""`shuangkong observations`: load a city's own past figures in bulk, make the template for them."""

from datetime import UTC, datetime
from pathlib import Path

import click

from shuangkong.cli.language import language, say
from shuangkong.kernel.language import Words
from shuangkong.services.cities import City, open_city
from shuangkong.services.documents.placing import put_in_place
from shuangkong.services.indicators import CityIndicators, load_indicators
from shuangkong.services.observation_template import write_template
from shuangkong.services.observations import STORE_FILE, ChangeKind, LoadReport, load_file
from shuangkong.simulation.city_data import OBSERVATIONS_FILE, REGISTER_FILE, simulate_city

_CITY = click.option("--city", "pack", type=click.Path(path_type=Path), help="城市包文件夹 / folder of a city pack")
_SHOWN = 20


@click.group()
def observations() -> None:
    """批量载入历年数据 / Load past years in bulk.

    \b
    例 / Examples:
      shuangkong observations template --out 填报.xlsx --period 2023
      shuangkong observations load 填报.xlsx             （只试算，不写入 / a dry run）
      shuangkong observations load 填报.xlsx --commit
    """


@observations.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--data", "folder", type=click.Path(path_type=Path), default=Path("var"), show_default=True, help="数据目录 / data directory")
@click.option("--commit", "is_committed", is_flag=True, help="写入；不加则只试算 / write; without it a dry run")
@_CITY
def load(file: Path, folder: Path, is_committed: bool, pack: Path | None) -> None:
    """载入一个文件：长表或宽表，CSV、Excel、YAML、JSON / Load a file, long or wide.

    \b
    例 / Examples:
      shuangkong observations load 填报.xlsx             （只试算，不写入 / a dry run）
      shuangkong observations load 填报.xlsx --commit
    """
    city = open_city(pack)
    held = load_indicators(folder=city.folder, jurisdictions=city.jurisdictions, data=folder)
    report = load_file(
        path=file, elements=held.catalogue.elements, jurisdictions=city.jurisdictions, known=held.store,
        folder=folder, now=datetime.now(UTC), is_committed=is_committed,
    )  # fmt: skip
    for notice in report.notices:
        click.echo(say(notice), err=True)
    _print_report(report, held, city, folder)


def _print_report(report: LoadReport, held: CityIndicators, city: City, folder: Path) -> None:
    changes = [change for change in report.changes if change.kind is not ChangeKind.SAME]
    for change in changes[:_SHOWN]:
        name = held.catalogue.elements[change.observation.element].name
        place = city.jurisdictions.find(change.observation.org).name
        click.echo(change.line(name=say(name), org_name=say(place), language=language()))
    if len(changes) > _SHOWN:
        click.echo(say(Words(f"……另有 {len(changes) - _SHOWN} 项", f"... and {len(changes) - _SHOWN} more")))
    new, revised, same = (report.count(kind) for kind in (ChangeKind.NEW, ChangeKind.REVISED, ChangeKind.SAME))
    click.echo(say(Words(f"新增 {new}，修订 {revised}，相同 {same}", f"{new} new, {revised} revised, {same} the same")))
    if report.is_committed:
        click.echo(say(Words(f"已写入 {folder / STORE_FILE}", f"written to {folder / STORE_FILE}")))
    else:
        click.echo(say(Words("试算，未写入；确认后加 --commit", "a dry run, nothing written; add --commit to write")))


@observations.command()
@click.option("--out", "folder", type=click.Path(path_type=Path), required=True, help="写到哪个文件夹 / folder to write to")
@_CITY
def simulate(folder: Path, pack: Path | None) -> None:
    """按固定种子重新生成模拟数据，逐字节相同 / Make the simulated data again from its seed, the same to the byte.

    \b
    例 / Example:
      shuangkong observations simulate --out 模拟数据
    """
    made = simulate_city(open_city(pack).folder)
    for name, text in ((OBSERVATIONS_FILE, made.observations), (REGISTER_FILE, made.register)):
        put_in_place(folder / name, text.encode())
        click.echo(say(Words(f"已生成 {folder / name}（模拟）", f"wrote {folder / name} (simulated)")))


@observations.command()
@click.option("--out", type=click.Path(path_type=Path), required=True, help="写到哪里 / where to write")
@click.option("--period", "periods", multiple=True, help="时期，可多次 / period, may be repeated")
@click.option("--agency", help="只要某部门的指标，如 市统计局 / only one agency's elements")
@_CITY
def template(out: Path, periods: tuple[str, ...], agency: str | None, pack: Path | None) -> None:
    """生成填报模板 / Make the Excel template to fill in.

    \b
    例 / Examples:
      shuangkong observations template --out 填报.xlsx --period 2023
      shuangkong observations template --out 统计局.xlsx --period 2022 --period 2023 --agency 市统计局
    """
    city = open_city(pack)
    held = load_indicators(folder=city.folder, jurisdictions=city.jurisdictions)
    asked = write_template(
        path=out, elements=held.catalogue.elements, jurisdictions=city.jurisdictions, periods=periods, agency=agency
    )
    click.echo(say(Words(f"已生成 {out}，共 {asked} 个待填数", f"wrote {out} with {asked} figures to fill in")))
