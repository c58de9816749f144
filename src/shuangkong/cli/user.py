"""`shuangkong user`: the first administrators, and the way back in for whoever has the machine."""

from pathlib import Path

import click

from shuangkong.access.roles import Role
from shuangkong.cli.language import say
from shuangkong.cli.platform import start_platform
from shuangkong.kernel.language import Words

_ROLES = {"system": Role.SYSTEM_ADMINISTRATOR, "security": Role.SECURITY_ADMINISTRATOR, "audit": Role.AUDIT_ADMINISTRATOR}
_DATA = click.option("--data", type=click.Path(path_type=Path), default=Path("var"), show_default=True, envvar="SHUANGKONG_DATA", help="数据目录 / data folder")
_REASON = click.option("--reason", required=True, help="理由，写入存证 / reason, sealed in the chain")


@click.group()
def user() -> None:
    """首任管理员、名册、重置、停用 / First administrators, list, reset, end.

    \b
    例 / Examples:
      shuangkong user first-admin zhang.wei --data /srv/shuangkong
      shuangkong user first-admin li.na --role security --data /srv/shuangkong
      shuangkong user reset zhang.wei --reason "口令遗忘" --data /srv/shuangkong
    """


@user.command("first-admin")
@click.argument("name")
@click.option("--role", type=click.Choice(list(_ROLES)), default="system", show_default=True, help="哪一种管理员 / which administrator")
@click.option("--full-name", default="", help="姓名 / full name")
@_DATA
def first_admin(name: str, role: str, full_name: str, data: Path) -> None:
    """设立首任管理员，打印一次性链接 / Make the first administrator, print a one-time link.

    三员分立：系统、安全、审计管理员各由一人担任，各执行一次 / the three administrators are three people: run it once for each.

    \b
    例 / Example:
      shuangkong user first-admin zhang.wei --full-name 张伟 --data /srv/shuangkong
    """
    _start(data)
    from shuangkong.services.administration import first_administrator

    _tell(first_administrator(sign_in_name=name, full_name=full_name, role=_ROLES[role]))


@user.command("list")
@_DATA
def list_people(data: Path) -> None:
    """列出人员和岗位 / List people and posts.

    \b
    例 / Example:
      shuangkong user list --data /srv/shuangkong
    """
    _start(data)
    from shuangkong.services.people_lists import everybody

    for one in everybody():
        state = say(Words("在用", "active") if one.is_active else Words("停用", "left"))
        posts = "；".join(f"{post.role.value}@{post.organisation}" for post in one.posts)
        click.echo(f"{one.sign_in_name}\t{one.full_name}\t{state}\t{posts or '—'}")


@user.command("reset")
@click.argument("name")
@click.option("--second-factor", is_flag=True, help="并重置动态口令 / the second factor too")
@_REASON
@_DATA
def reset(name: str, second_factor: bool, reason: str, data: Path) -> None:
    """打印设定新口令的一次性链接，结束其会话 / Print a one-time link to set a new password; sessions end.

    \b
    例 / Example:
      shuangkong user reset zhang.wei --reason "口令遗忘" --data /srv/shuangkong
    """
    _start(data)
    from shuangkong.services.administration import reset_on_the_machine

    _tell(reset_on_the_machine(sign_in_name=name, reason=reason, with_second_factor=second_factor))


@user.command("end")
@click.argument("name")
@_REASON
@_DATA
def end(name: str, reason: str, data: Path) -> None:
    """停用：岗位和会话随即结束 / Let somebody leave: posts and sessions end at once.

    \b
    例 / Example:
      shuangkong user end zhang.wei --reason "调离" --data /srv/shuangkong
    """
    _start(data)
    from shuangkong.services.administration import end_on_the_machine

    ended = end_on_the_machine(sign_in_name=name, reason=reason)
    click.echo(say(Words(f"已停用 {name}，结束岗位 {ended} 个", f"{name} has left; posts ended: {ended}")))


def _start(data: Path) -> None:
    start_platform(data=data)
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)


def _tell(token: str) -> None:
    told = Words("在平台地址后加上下面的路径打开，设定口令；只显示这一次", "open this path at the platform's address to set the password; it is shown this once")
    click.echo(say(told), err=True)
    click.echo(f"/password/{token}")
