"""`shuangkong migrate`: make or bring up to date the tables of a deployment."""

from pathlib import Path

import click

from shuangkong.cli.language import say
from shuangkong.cli.platform import start_platform
from shuangkong.kernel.language import Words


@click.command()
@click.option("--data", type=click.Path(path_type=Path), default=Path("var"), show_default=True, envvar="SHUANGKONG_DATA", help="数据目录 / data folder")
def migrate(data: Path) -> None:
    """建立或升级数据表 / Make or upgrade the tables.

    \b
    例 / Example:
      shuangkong migrate --data /srv/shuangkong
    """
    start_platform(data=data)
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    click.echo(say(Words("数据表已是最新", "the tables are up to date")))
