"""`shuangkong serve`: the platform in the browser; one parent, and as its children the web server, the background worker, the daily schedule; in the demo loggers as well."""

import errno
import fcntl
import gc
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from shuangkong.cli.children import Child, end_with_parent, keep_running
from shuangkong.cli.demo import LOOPBACK, PORTS_TRIED, NoFreePort
from shuangkong.cli.gateway import GATEWAY_PORT, chores_child, drain_child, gateway_child, play_city
from shuangkong.cli.language import say
from shuangkong.cli.platform import start_platform
from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.services.demo import claim_demo_folder

_IPV6 = 6
_LOCK_SECONDS = 10  # so long the children of a parent that was killed may take to end


class NotLoopback(Refusal):
    """The demo is for this machine alone (演示仅限本机)."""

    def __init__(self, bind: str) -> None:
        super().__init__(
            thing=Words("监听地址", "address"), value=bind, rule=Words("演示城市只在本机开放", "the demo is open to this machine alone"),
            remedy=Words("去掉 --bind，或不用 --demo", "leave out --bind, or --demo"),
        )  # fmt: skip


class NoAddress(Refusal):
    """Not an address to listen at (监听地址不可用)."""

    def __init__(self, bind: str) -> None:
        super().__init__(
            thing=Words("监听地址", "address"), value=bind, rule=Words("不是本机的 IP 地址", "is no IP address of this machine"),
            remedy=Words("写成 127.0.0.1 或 0.0.0.0 等", "write 127.0.0.1 or 0.0.0.0, say"),
        )  # fmt: skip


class PortTaken(Refusal):
    """The port that was asked for is taken (端口已被占用): a proxy expects the service there and nowhere else."""

    def __init__(self, port: int) -> None:
        super().__init__(
            thing=Words("端口", "port"), value=port, rule=Words("已被占用", "is taken"),
            remedy=Words("结束占用它的程序，或换一个端口", "end what holds it, or choose another"),
        )  # fmt: skip


class AlreadyServed(Refusal):
    """The data folder is served already (该数据目录已在服务)."""

    def __init__(self, data: Path) -> None:
        super().__init__(
            thing=Words("数据目录", "data folder"), value=data, rule=Words("已有平台在用", "is in use by a running platform"),
            remedy=Words("先结束它，或换一个 --data", "end that one first, or use another --data"),
        )  # fmt: skip


@click.command()
@click.option("--data", type=click.Path(path_type=Path), default=Path("var"), show_default=True, envvar="SHUANGKONG_DATA", help="数据目录 / data folder")
@click.option("--bind", default=LOOPBACK, show_default=True, help="监听的 IP 地址 / IP address to listen at")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="端口；未指定或演示时，被占用则取下一个 / port; the next free one where none is asked for, and in the demo")
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="工作进程数 / worker processes")
@click.option("--backup-to", type=click.Path(path_type=Path), help="每天备份到这个文件夹 / back up into this folder, daily")
@click.option("--backup-keep", type=click.IntRange(1, 10_000), default=14, show_default=True, help="保留几份 / how many to keep")
@click.option("--demo", "is_demo", is_flag=True, help="演示城市：仅本机，打印一次性登录链接 / demo city: loopback only, prints one-time links")
@click.option("--fraud-seed", type=click.IntRange(0), help="演示：由哪个种子植入造假 / demo: the seed of planted fraud")
@click.option("--city", "pack", type=click.Path(path_type=Path), help="城市包文件夹 / folder of a city pack")
@click.pass_context
def serve(
    context: click.Context, data: Path, bind: str, port: int, workers: int, backup_to: Path | None, backup_keep: int, is_demo: bool, fraud_seed: int | None,
    pack: Path | None,
) -> None:
    """启动平台 / Start the platform.

    \b
    例 / Examples:
      shuangkong serve --demo
      SHUANGKONG_HOSTS=nengxiao.example.gov.cn shuangkong serve --data /srv/shuangkong --port 8000 --workers 4 --backup-to /mnt/backup
    """
    if not _is_loopback(bind) and is_demo:
        raise NotLoopback(bind)
    if is_demo:
        claim_demo_folder(data=data, pack=pack)
    start_platform(data=data, pack=pack, is_demo=is_demo)
    with _sole_use(data):
        from django.core.management import call_command
        from django.db import connections

        from shuangkong.services.background import beat
        from shuangkong.services.publication import publish_head
        from shuangkong.services.rule_notes import note_rules

        call_command("migrate", verbosity=0, interactive=False)
        is_asked = context.get_parameter_source("port") is not ParameterSource.DEFAULT and not is_demo
        with _listening(bind, port, tries=1 if is_asked else PORTS_TRIED) as listener:
            origin = f"http://{f'[{bind}]' if ':' in bind else bind}:{listener.getsockname()[1]}"
            if is_demo:
                _open_demo(origin, fraud_seed)
            note_rules()
            publish_head()  # whatever is cut from the end of the chain after this is missed
            click.echo(say(Words(f"平台在 {origin}/  按 Ctrl-C 结束", f"the platform is at {origin}/  Ctrl-C ends")))
            connections.close_all()
            beat()  # the worker is as good as there
            with _monitoring(data, is_wanted=is_demo) as loggers:
                code = keep_running((*_children(listener, workers, backup_to, backup_keep), *loggers))
        click.echo(say(Words("已结束", "ended")))
    sys.exit(code)


def _children(listener: socket.socket, workers: int, backup_to: Path | None, backup_keep: int) -> tuple[Child, ...]:
    from shuangkong.services.background import work
    from shuangkong.services.schedule import chores, keep_house_daily

    return (
        Child(Words("网页服务", "web server"), lambda: _run(listener, workers)),
        Child(Words("后台任务", "background worker"), work),
        chores_child(),
        Child(Words("日程", "schedule"), lambda: keep_house_daily(chores(backup_to=backup_to, backup_keep=backup_keep))),
    )


@contextmanager
def _monitoring(data: Path, *, is_wanted: bool) -> Iterator[tuple[Child, ...]]:
    """Yield what lets the demo city live: the gateway on this machine alone, the drain, the simulated loggers; a real city runs `shuangkong gateway`."""
    if not is_wanted:
        yield ()
        return
    with _listening(LOOPBACK, GATEWAY_PORT, tries=PORTS_TRIED) as listener:
        port = listener.getsockname()[1]
        click.echo(say(Words(f"模拟数采仪接入 {LOOPBACK}:{port}", f"simulated loggers report to {LOOPBACK}:{port}")))
        yield gateway_child(listener, data=data), drain_child(data), Child(Words("模拟数采仪", "simulated loggers"), lambda: play_city(port))


def _open_demo(origin: str, fraud_seed: int | None) -> None:
    from shuangkong.services.platform_demo import load_demo_city, sign_in_links

    click.echo(say(Words("载入演示城市（首次约半分钟）", "loading the demo city (the first time takes half a minute)")), err=True)
    load_demo_city(fraud_seed=fraud_seed, told=lambda words: click.echo(f"… {say(words)}", err=True))
    click.echo(say(Words("模拟数据。每个岗位一条一次性登录链接：", "Simulated data. One one-time sign-in link per post:")))
    for person, link in sign_in_links(origin):
        click.echo(f"  {person.full_name}　{say(person.role.words)}　{link}")


def _is_loopback(bind: str) -> bool:
    try:
        return ip_address(bind).is_loopback
    except ValueError:
        raise NoAddress(bind) from None


@contextmanager
def _sole_use(data: Path) -> Iterator[None]:
    """Hold the data folder, so that nobody else runs its schedule and its tasks, or upgrades it, meanwhile."""
    with (data / "serve.lock").open("a") as held:
        last = time.monotonic() + _LOCK_SECONDS
        while True:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > last:
                    raise AlreadyServed(data) from None
                time.sleep(0.2)
        yield


@contextmanager
def _listening(bind: str, first: int, *, tries: int) -> Iterator[socket.socket]:
    """Hold the first free port; whoever comes before the server is ready waits at the socket."""
    family = socket.AF_INET6 if ip_address(bind).version == _IPV6 else socket.AF_INET
    for port in range(first, min(first + tries, 65536)):
        with socket.socket(family) as held:
            held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                held.bind((bind, port))
                held.listen()
            except OSError as trouble:
                if trouble.errno == errno.EADDRNOTAVAIL:
                    raise NoAddress(bind) from None
                continue
            yield held
            return
    raise NoFreePort(first) if tries > 1 else PortTaken(first)


def _run(listener: socket.socket, workers: int) -> None:
    import logging

    from gunicorn.app.base import BaseApplication
    from gunicorn.http import wsgi

    wsgi.SERVER = "shuangkong"  # it names itself in every answer; of what kind it is concerns nobody
    logging.getLogger("django.request").setLevel(logging.ERROR)  # who asked for what is in the access log, not in the machine's

    class Server(BaseApplication):
        """The application server, set up from here alone."""

        def load_config(self) -> None:
            for name, told in {
                "bind": f"fd://{listener.fileno()}", "workers": workers, "threads": 4, "preload_app": True, "worker_class": "gthread", "timeout": 120,
                "graceful_timeout": 8, "loglevel": "warning", "accesslog": None, "control_socket_disable": True, "max_requests": 0,
                "proc_name": "shuangkong", "post_fork": lambda arbiter, worker: end_with_parent(arbiter.pid),
            }.items():  # fmt: skip
                if name in self.cfg.settings:
                    self.cfg.set(name, told)

        def load(self) -> Any:
            return _warm_application()

    Server().run()


def _warm_application() -> Any:
    """Return the application with what the first page needs read already; the workers then share the memory."""
    from django.core.wsgi import get_wsgi_application
    from django.db import connections
    from django.template.loader import get_template
    from django.template.utils import get_app_template_dirs
    from django.urls import resolve

    from shuangkong.services.standing import board_as_known

    application = get_wsgi_application()
    board_as_known()
    resolve("/")
    for folder in get_app_template_dirs("templates"):
        for path in Path(folder).rglob("*.html"):
            get_template(path.relative_to(folder).as_posix())
    connections.close_all()
    gc.collect()
    gc.freeze()  # what lasts is looked through no more: a full collection would stop every page of a worker and take its memory out of the share
    return application
