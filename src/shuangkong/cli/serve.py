"""`shuangkong serve`: the platform in the browser."""

import socket
import sys
from pathlib import Path
from typing import Any

import click

from shuangkong.cli.demo import LOOPBACK, PORTS_TRIED, NoFreePort
from shuangkong.cli.language import say
from shuangkong.cli.platform import start_platform
from shuangkong.kernel.language import Words


@click.command()
@click.option("--data", type=click.Path(path_type=Path), default=Path("var"), show_default=True, help="数据目录 / data folder")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="端口，被占用则取下一个 / port, or the next free one")
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="工作进程数 / worker processes")
@click.option("--demo", "is_demo", is_flag=True, help="演示城市：仅本机，打印一次性登录链接 / demo city: loopback only, prints one-time links")
@click.option("--city", "pack", type=click.Path(path_type=Path), help="城市包文件夹 / folder of a city pack")
def serve(data: Path, port: int, workers: int, is_demo: bool, pack: Path | None) -> None:
    """启动平台 / Start the platform.

    \b
    例 / Examples:
      shuangkong serve --demo
      SHUANGKONG_HOSTS=nengxiao.example.gov.cn shuangkong serve --data /srv/shuangkong --workers 4
    """
    start_platform(data=data, pack=pack, is_demo=is_demo)
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    address = _free_port(port)
    if is_demo:
        _open_demo(f"http://{LOOPBACK}:{address}")
    click.echo(say(Words(f"平台在 http://{LOOPBACK}:{address}/  按 Ctrl-C 结束", f"the platform is at http://{LOOPBACK}:{address}/  Ctrl-C ends")))
    sys.stdout.flush()
    _run(address, workers)


def _open_demo(origin: str) -> None:
    from shuangkong.services.platform_demo import load_demo_city, sign_in_links

    click.echo(say(Words("载入演示城市（首次约半分钟）", "loading the demo city (the first time takes half a minute)")), err=True)
    load_demo_city()
    click.echo(say(Words("模拟数据。每个岗位一条一次性登录链接：", "Simulated data. One one-time sign-in link per post:")))
    for person, link in sign_in_links(origin):
        click.echo(f"  {person.role.value}　{link}")


def _free_port(first: int) -> int:
    for port in range(first, min(first + PORTS_TRIED, 65536)):
        with socket.socket() as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                tried.bind((LOOPBACK, port))
            except OSError:
                continue
            return port
    raise NoFreePort(first)


def _run(port: int, workers: int) -> None:
    from django.db import connections
    from gunicorn.app.base import BaseApplication

    from shuangkong.services.standing import board_as_known

    class Server(BaseApplication):
        """The application server, set up from here alone."""

        def load_config(self) -> None:
            for name, told in {
                "bind": f"{LOOPBACK}:{port}", "workers": workers, "threads": 4, "preload_app": True, "worker_class": "gthread", "timeout": 120,
                "graceful_timeout": 20, "loglevel": "warning", "accesslog": None, "control_socket_disable": True, "max_requests": 0,
            }.items():  # fmt: skip
                if name in self.cfg.settings:
                    self.cfg.set(name, told)

        def load(self) -> Any:
            from django.core.wsgi import get_wsgi_application

            application = get_wsgi_application()
            board_as_known()  # read once before the workers part, who then share the memory
            connections.close_all()
            return application

    Server().run()
