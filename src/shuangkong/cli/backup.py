"""`shuangkong backup`: an archive of the deployment, once or day by day."""

import time
from pathlib import Path

import click

from shuangkong.cli.language import say
from shuangkong.cli.platform import start_platform
from shuangkong.kernel.language import Words

_HOUR_SECONDS = 3600


@click.command()
@click.option("--data", type=click.Path(path_type=Path), default=Path("var"), show_default=True, envvar="SHUANGKONG_DATA", help="数据目录 / data folder")
@click.option("--out", type=click.Path(path_type=Path), help="写到这个文件 / write this file")
@click.option("--into", type=click.Path(path_type=Path), help="写进这个文件夹，只留最新几份 / write into this folder, keep the newest")
@click.option("--keep", type=click.IntRange(1, 10_000), default=14, show_default=True, help="文件夹中保留几份 / how many to keep")
@click.option("--every", type=click.IntRange(1, 24 * 366), metavar="HOURS", help="每隔多少小时一份，直到停止 / one every so many hours, until stopped")
@click.option("--lake", "with_lake", is_flag=True, help="连同监测和表计数据（lake、inbox.db） / with readings and figures of monitoring")
def backup(data: Path, out: Path | None, into: Path | None, keep: int, every: int | None, with_lake: bool) -> None:
    """备份，不必停机 / Back up, while everybody works.

    密钥文件 secret.key 不在备份内，请另行保管 / the key file secret.key is not in it: keep it elsewhere.

    \b
    例 / Examples:
      shuangkong backup --data /srv/shuangkong --out 备份.zip --lake
      shuangkong backup --data /srv/shuangkong --into /mnt/backup --keep 30 --every 24
    """
    if (out is None) is (into is None) or (every and out):
        raise click.UsageError(say(Words("--out 与 --into 给出一个，--every 随 --into", "give one of --out and --into; --every goes with --into")))
    start_platform(data=data)
    from django.db import connections

    from shuangkong.services.backups import make_backup, make_scheduled_backup

    while True:
        made = make_backup(out=out, with_lake=with_lake) if out else make_scheduled_backup(folder=into or data, keep=keep, with_lake=with_lake)
        click.echo(say(made.words))
        if not every:
            return
        connections.close_all()
        time.sleep(every * _HOUR_SECONDS)
