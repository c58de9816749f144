"""`shuangkong evidence`: verify a bundle offline or the platform's own chain; export; publish heads."""

import json
import os
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import cast

import click

from shuangkong.assessment.rubric import Cycle
from shuangkong.cli.days import DAY
from shuangkong.cli.language import language, say
from shuangkong.cli.platform import start_platform
from shuangkong.evidence.digest import Algorithm
from shuangkong.evidence.verification import Verification, as_plain
from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.services.assessment_inputs import read_inputs
from shuangkong.services.assessments import run_assessment
from shuangkong.services.cities import open_city
from shuangkong.services.documents.placing import put_in_place
from shuangkong.services.evidence import export_assessment, read_attachments, verify_bundle
from shuangkong.services.indicators import load_catalogue, load_indicators


@click.group()
def evidence() -> None:
    """存证：离线校验、导出 / Evidence: verify offline, export.

    \b
    例 / Examples:
      shuangkong evidence export --cycle annual --year 2023 --out 考核2023.zip
      shuangkong evidence verify 考核2023.zip
      shuangkong evidence verify 考核2023.zip --head sha256:… --format json
      shuangkong evidence verify --data /srv/shuangkong
    """


@evidence.command()
@click.argument("bundle", type=click.Path(path_type=Path), required=False)
@click.option("--data", type=click.Path(path_type=Path), help="不给存证包时：校验该数据目录的数据库 / without a bundle: verify this deployment's database")
@click.option("--head", "published", help="另行公布的链头摘要，如审批单上的 / a head published elsewhere, as on the approval sheet")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def verify(bundle: Path | None, data: Path | None, published: str | None, form: str) -> None:
    """只凭存证包离线校验，或校验平台数据库中的链和每一行 / Verify a bundle with nothing but its file, or the platform's chain and every row.

    退出码：0 成立，1 发现问题（逐条指名），2 不是存证包或读不到数据库 / exit 0 verified, 1 something found, 2 nothing to verify.

    \b
    例 / Examples:
      shuangkong evidence verify 考核2023.zip --head sha256:…
      shuangkong evidence verify --data /srv/shuangkong
    """
    if bundle is None:
        sys.exit(_verify_database(data or Path("var"), published, form))
    result = verify_bundle(path=bundle, published=published)
    if form == "json":
        click.echo(json.dumps(as_plain(result), ensure_ascii=False, indent=2))
    else:
        _print(result)
    sys.exit(0 if result.is_verified else 1)


def _verify_database(data: Path, published: str | None, form: str) -> int:
    _start(data)
    from shuangkong.services.chain_verification import verify_chain

    def told(step: Words, done: int, total: int) -> None:
        click.echo(f"{say(step)} {done}/{total}", err=True)

    check = verify_chain(told=told, published=published)
    if form == "json":
        click.echo(json.dumps(check.as_plain(), ensure_ascii=False, indent=2))
    else:
        for finding in check.findings:
            click.echo(finding.line(language()))
        count = check.report.count
        click.echo(say(
            Words(f"成立：{count} 环，链尾 {check.head}，数据行与存证一致", f"VERIFIED: {count} links, last {check.head}, every row as sealed") if check.is_sound
            else Words(f"不成立：{count} 环，发现以上问题", f"NOT VERIFIED: {count} links, see above")
        ))  # fmt: skip
    return 0 if check.is_sound else 1


def _start(data: Path) -> None:
    if not data.is_dir() and not os.environ.get("SHUANGKONG_DATABASE"):
        raise NoDeployment(data)
    start_platform(data=data)
    from django.db import connection

    if "store_chainlink" not in connection.introspection.table_names():
        raise NoDeployment(data)


class NoDeployment(Refusal):
    """There is no platform in the folder (没有平台数据)."""

    def __init__(self, data: Path) -> None:
        super().__init__(
            thing=Words("数据目录", "data folder"), value=data, rule=Words("没有平台的数据", "holds no platform"),
            remedy=Words("用 --data 指明数据目录", "give the data folder by --data"),
        )  # fmt: skip


@evidence.command()
@click.option("--data", type=click.Path(path_type=Path), default=Path("var"), show_default=True, envvar="SHUANGKONG_DATA", help="数据目录 / data folder")
@click.option("--act", "index", type=click.IntRange(0), help="第几环 / one link")
@click.option("--return", "filing", type=click.IntRange(1), help="报表的编号 / key of a return")
@click.option("--assessment", "cycle", type=click.IntRange(1), help="考核的编号 / key of an assessment")
@click.option("--subject", help="对象在链上的名称 / the name of a thing in the chain")
@click.option("--from", "first", type=DAY, metavar="YYYY-MM-DD", help="起始日 / first day")
@click.option("--to", "last", type=DAY, metavar="YYYY-MM-DD", help="截止日 / last day")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="写到哪里 / where to write")
def bundle(
    data: Path, index: int | None, filing: int | None, cycle: int | None, subject: str | None, first: date | None, last: date | None, out: Path,
) -> None:  # fmt: skip
    """从平台导出存证包，导出本身也存证 / Take a bundle out of the platform; the export is sealed too.

    \b
    例 / Examples:
      shuangkong evidence bundle --act 120 --out 第120环.zip
      shuangkong evidence bundle --from 2026-01-01 --to 2026-03-31 --out 一季度.zip
    """
    given = [one for one in (index, filing, cycle, subject, first if first and last else None) if one is not None]
    if len(given) != 1:
        raise click.UsageError(say(Words(
            "给出其中一个：--act、--return、--assessment、--subject、--from 与 --to", "give one of --act, --return, --assessment, --subject, --from with --to",
        )))  # fmt: skip
    _start(data)
    from shuangkong.services import chain_export
    from shuangkong.services.chain import system_actor
    from shuangkong.services.deployment import city

    if index is not None:
        scope = chain_export.scope_of_act(index)
    elif filing is not None:
        scope = chain_export.scope_of_return(filing)
    elif cycle is not None:
        scope = chain_export.scope_of_assessment(cycle)
    elif subject is not None:
        scope = chain_export.scope_of_subject(subject)
    else:
        scope = chain_export.scope_of_days(cast(date, first), cast(date, last))
    content = chain_export.export_bundle(scope=scope, actor=system_actor(city().code))
    put_in_place(out, content)
    click.echo(say(Words(f"已写入 {out}，{len(scope.links)} 环，{len(content)} 字节", f"wrote {out}, {len(scope.links)} links, {len(content)} bytes")))


@evidence.command()
@click.option("--data", type=click.Path(path_type=Path), default=Path("var"), show_default=True, envvar="SHUANGKONG_DATA", help="数据目录 / data folder")
@click.option("--day", type=DAY, metavar="YYYY-MM-DD", help="该日日终的链头，默认此刻 / the head at the end of that day, else now")
def head(data: Path, day: date | None) -> None:
    """公布链头：打印一段可抄写、可登报的文本 / Publish a head: a text to copy or print.

    \b
    例 / Example:
      shuangkong evidence head --data /srv/shuangkong --day 2026-03-31
    """
    _start(data)
    from shuangkong.services.publication import head_text, publish_head

    click.echo(head_text(publish_head(day=day)), nl=False)


def _print(result: Verification) -> None:
    marks = f"  【{'、'.join(result.marks)}】" if result.marks else ""
    click.echo(say(result.title) + marks)
    if not result.is_whole:
        click.echo(say(Words("选取的部分链环，凭包含证明校验", "a selection of links, resting on inclusion proofs")))
    for check in result.checks:
        click.echo(f"{'✓' if check.is_ok else '✗'} {say(check.name)}  {check.count}")
        for finding in check.findings:
            click.echo(f"    {finding.line(language())}")
    for head in result.heads:
        click.echo(say(Words(f"链头 {head.day}  {head.count} 环  {head.digest}", f"head {head.day}  {head.count} links  {head.digest}")))
    if not result.is_verified:
        click.echo(say(Words("不成立：发现以上问题", "NOT VERIFIED: see above")))
    elif result.is_anchored:
        click.echo(say(Words("成立，且与公布的链头一致", "VERIFIED, and agrees with the published head")))
    else:
        click.echo(say(Words(
            "成立：包内自洽。要证明从未整体改写，请用 --head 与审批单上的链头比对",
            "VERIFIED within itself. To show that nothing was rewritten as a whole, give --head from the approval sheet",
        )))  # fmt: skip


@evidence.command()
@click.option("--cycle", type=click.Choice([cycle.value for cycle in Cycle]), required=True, help="年度、中期、五年 / annual, mid-term, five-year")
@click.option("--year", type=int, required=True, help="考核年度 / year")
@click.option("--as-of", type=DAY, metavar="YYYY-MM-DD", help="截至该日日终所知（北京时间） / as known at the end of that day")
@click.option("--rubric", help="计分表，默认取城市包设置 / scoring table; the pack's default where none is given")
@click.option("--inputs", type=click.Path(path_type=Path), help="代替数据包观测值的文件，一并存证 / a file that takes the place of the pack's observations, sealed too")
@click.option("--data", type=click.Path(path_type=Path), help="自有数据目录，加在城市包数据之上 / folder whose figures come on top of the pack's")
@click.option("--city", "folder", type=click.Path(path_type=Path), help="城市包文件夹 / folder of a city pack")
@click.option("--attach", "attached", type=click.Path(path_type=Path), multiple=True, help="一并存证的文件，如签字页，可多次 / files sealed with it, repeatable")
@click.option("--algorithm", type=click.Choice([each.value for each in Algorithm]), default=Algorithm.SHA256.value, show_default=True)
@click.option("--actor", default="命令行（未登录）", show_default=True, help="导出人 / who exports")
@click.option("--post", default="未登记岗位", show_default=True, help="导出人岗位 / in which post")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="写到哪里 / where to write")
def export(
    cycle: str, year: int, as_of: date | None, rubric: str | None, inputs: Path | None, data: Path | None, folder: Path | None,
    attached: tuple[Path, ...], algorithm: str, actor: str, post: str, out: Path,
) -> None:  # fmt: skip
    """导出一次考核：结果、所据数据和规则、链环和证明 / Export an assessment run with its data, rules, links and proofs.

    \b
    例 / Example:
      shuangkong evidence export --cycle annual --year 2023 --attach 签字页.pdf --out 考核2023.zip
    """
    city = open_city(folder)
    attachments = read_attachments([*attached, *([inputs] if inputs else [])])
    stated = read_inputs(inputs, city=city, declared=load_catalogue(city.folder)) if inputs else None
    loaded = stated.indicators if stated else load_indicators(folder=city.folder, jurisdictions=city.jurisdictions, data=data)
    for notice in stated.notices if stated else loaded.notices:
        click.echo(say(notice), err=True)
    assessment = run_assessment(
        city=city, indicators=loaded, cycle=Cycle(cycle), year=year, as_of=as_of, rubric_id=rubric, given=stated.given if stated else None
    )
    content = export_assessment(
        assessment=assessment, indicators=loaded, as_of=as_of, inputs_name=inputs.name if inputs else None, actor=actor, post=post,
        recorded_at=datetime.now(UTC), algorithm=Algorithm(algorithm), attachments=attachments,
    )  # fmt: skip
    put_in_place(out, content)
    click.echo(say(Words(f"已写入 {out}，{len(content)} 字节", f"wrote {out}, {len(content)} bytes")))
