"""`shuangkong restore`: an archive back into an empty place, its chain verified."""

import sys
from pathlib import Path

import click

from shuangkong.cli.language import language, say
from shuangkong.cli.platform import start_platform
from shuangkong.kernel.language import Words


@click.command()
@click.argument("archive", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--data", type=click.Path(path_type=Path), required=True, help="空的数据目录，可已有 secret.key / empty data folder; secret.key may be there")
def restore(archive: Path, data: Path) -> None:
    """恢复备份并校验存证链 / Restore a backup and verify its chain.

    恢复到 PostgreSQL 时设置 SHUANGKONG_DATABASE；SQLite 的备份也可恢复到 PostgreSQL / to restore into PostgreSQL set SHUANGKONG_DATABASE.
    退出码：0 已恢复且成立，1 已恢复但校验发现问题，2 未恢复 / exit 0 restored and verified, 1 restored with findings, 2 not restored.

    \b
    例 / Example:
      shuangkong restore 备份.zip --data /srv/shuangkong-new
    """
    start_platform(data=data)
    from shuangkong.services.backups import restore_backup

    found, check = restore_backup(path=archive)
    click.echo(say(found.words))
    for finding in check.findings:
        click.echo(f"    {finding.line(language())}")
    verdict = Words(f"已恢复，存证链 {check.report.count} 环，校验成立", f"restored; the chain of {check.report.count} links is verified")
    click.echo(say(verdict if check.is_sound else Words("已恢复，但存证链校验发现以上问题", "restored, but the chain is NOT VERIFIED: see above")))
    sys.exit(0 if check.is_sound else 1)
