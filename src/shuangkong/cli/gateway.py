"""`shuangkong gateway`: loggers over TCP into the inbox, and from there into the lake."""

import asyncio
import logging
import os
import signal
import socket
import ssl
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from shuangkong.cli.children import Child, keep_running
from shuangkong.cli.language import say
from shuangkong.cli.platform import start_platform
from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words

_DATA = click.option("--data", type=click.Path(path_type=Path), default=Path("var"), show_default=True, envvar="SHUANGKONG_DATA", help="数据目录 / data folder")
GATEWAY_PORT, HIGHEST_PORT = 9212, 65535
_SEED, _PAST_HOURS = 212, 26  # a whole day of the past, whatever the hour


class NoListenAddress(Refusal):
    """Not an address to listen at (监听地址不可用)."""

    def __init__(self, told: str, why: Words) -> None:
        super().__init__(thing=Words("监听地址", "address"), value=told, rule=why, remedy=Words("写成 0.0.0.0:9212 这样", "write it like 0.0.0.0:9212"))


@click.command()
@click.option("--listen", default=f"127.0.0.1:{GATEWAY_PORT}", show_default=True, metavar="HOST:PORT", help="监听地址 / address to listen at")
@_DATA
@click.option("--drain/--no-drain", "drains", default=True, show_default=True, help="同时入湖；多个网关时只由一个入湖 / take it into the lake too; with several gateways one of them does")
@click.option("--tls-cert", type=click.Path(path_type=Path, exists=True), help="TLS 证书；不给则不加密 / certificate, for TLS")
@click.option("--tls-key", type=click.Path(path_type=Path, exists=True), help="TLS 私钥 / its key")
def gateway(listen: str, data: Path, drains: bool, tls_cert: Path | None, tls_key: Path | None) -> None:
    """接收数采仪的 HJ 212 通信包 / Take HJ 212 packets from loggers.

    每包落盘后才应答；登记过的设备才接入，其余隔离留存。Ctrl-C 或 SIGTERM 结束，已收到的先落盘。
    Every packet is on disk before it is answered; what comes from unknown devices is kept in quarantine.

    \b
    例 / Example:
      shuangkong gateway --listen 0.0.0.0:9212 --data /srv/shuangkong
    """
    host, port = address(listen)
    context = None
    if tls_cert:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls_cert, tls_key)
    start_platform(data=data)
    logging.basicConfig(format="%(asctime)s %(name)s %(levelname)s %(message)s")
    with listening(host, port) as listener:
        click.echo(say(Words(f"网关在 {host}:{listener.getsockname()[1]} 接收，按 Ctrl-C 结束", f"the gateway listens at {host}:{listener.getsockname()[1]}; Ctrl-C ends")))
        code = keep_running((gateway_child(listener, data=data, tls=context), *((drain_child(data),) if drains else ())))
    click.echo(say(Words("已结束", "ended")))
    sys.exit(code)


def address(told: str) -> tuple[str, int]:
    """Return host and port of a text (地址)."""
    host, colon, port = told.rpartition(":")
    if not colon or not port.isascii() or not port.isdigit() or int(port) > HIGHEST_PORT:
        raise NoListenAddress(told, Words("不是 主机:端口", "is no HOST:PORT"))
    return host.strip("[]"), int(port)


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """Hold a socket bound to an address (占用地址)."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        held = socket.create_server((host, port), family=family)
    except OSError as trouble:
        raise NoListenAddress(f"{host}:{port}", Words(f"不能监听（{trouble.strerror}）", f"cannot be listened at ({trouble.strerror})")) from None
    with held:
        yield held


def gateway_child(listener: socket.socket, *, data: Path, tls: ssl.SSLContext | None = None) -> Child:
    """Return the gateway as a child (网关进程)."""
    return Child(Words("接入网关", "gateway"), lambda: asyncio.run(_serve(listener, data, tls)))


def drain_child(data: Path) -> Child:
    """Return what takes the inbox into the lake as a child (入湖进程)."""
    return Child(Words("入湖", "drain"), lambda: _drain(data))


def chores_child() -> Child:
    """Return what keeps alarms and figures up with the readings as a child (监测例行处理)."""
    return Child(Words("监测例行处理", "monitoring chores"), _keep_figures)


def play_city(port: int) -> None:
    """Play the registered simulated loggers against a gateway of this machine until SIGTERM: some past, then the present (模拟数采仪)."""
    os.nice(10)  # pages come first
    asyncio.run(_play(port))


async def _play(port: int) -> None:
    from shuangkong.gateway.simulator import past_and_present, simulate
    from shuangkong.services.simulated_loggers import registered_loggers

    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    loggers = await asyncio.to_thread(registered_loggers, seed=_SEED)
    await simulate(loggers, past_and_present("127.0.0.1", port, hours=_PAST_HOURS, live_s=float("inf"), realtime_s=60.0), stop=stop)


def _drain(data: Path) -> None:
    from shuangkong.services.telemetry import drain_telemetry

    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    drain_telemetry(data=data, stop=stop)


def _keep_figures() -> None:
    from shuangkong.services.monitoring_chores import keep_figures

    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    keep_figures(stop)


async def _serve(listener: socket.socket, data: Path, tls: ssl.SSLContext | None) -> None:
    from shuangkong.gateway import Gateway
    from shuangkong.services.device_states import INBOX_FILE
    from shuangkong.services.telemetry import KnownDevices, open_gateway_inbox

    server = Gateway(open_store=lambda: open_gateway_inbox(data), changed_devices=KnownDevices().changed, state_file=data / INBOX_FILE)
    await server.start(listener, tls=tls)
    done = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, done.set)  # until here nothing waits to be kept
    await done.wait()
    await server.stop()
