"""`shuangkong mqtt`: meters over MQTT into the inbox, and from there into the lake."""

import logging
import os
import signal
import ssl
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from shuangkong.cli.children import Child, keep_running
from shuangkong.cli.gateway import drain_child
from shuangkong.cli.language import say
from shuangkong.cli.platform import start_platform
from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words

if TYPE_CHECKING:
    from shuangkong.gateway.mqtt import Broker

PASSWORD = "SHUANGKONG_MQTT_PASSWORD"
_PORTS = {"mqtt": 1883, "mqtts": 8883}


class NoBroker(Refusal):
    """Not the address of a broker (消息服务器地址不可用)."""

    def __init__(self, told: str, why: Words) -> None:
        super().__init__(thing=Words("消息服务器", "broker"), value=told, rule=why, remedy=Words("写成 mqtts://主机:8883，口令放在文件或环境变量里", "write it like mqtts://HOST:8883, the password in a file or the environment"))


@click.command()
@click.option("--broker", required=True, metavar="URL", help="mqtts://主机:端口 或 mqtt://主机:端口 / address of the broker")
@click.option("--topic", default="shuangkong/meters/+/readings", show_default=True, help="主题；+ 处是计量点编码 / topic; + stands for the code of the point")
@click.option("--client-id", default="shuangkong", show_default=True, help="客户端编号；服务器据此保留离线消息 / client id; by it the broker keeps what we miss")
@click.option("--user", default="", help="用户名 / user name")
@click.option("--password-file", type=click.Path(path_type=Path, exists=True, dir_okay=False), help=f"口令文件；或环境变量 {PASSWORD} / file of the password, or that variable")
@click.option("--ca", type=click.Path(path_type=Path, exists=True), help="签发服务器证书的 CA；不给则用系统的 / CA of the broker's certificate; the system's otherwise")
@click.option("--data", type=click.Path(path_type=Path), default=Path("var"), show_default=True, envvar="SHUANGKONG_DATA", help="数据目录 / data folder")
@click.option("--drain/--no-drain", "drains", default=True, show_default=True, help="同时入湖 / take it into the lake too")
def mqtt(broker: str, topic: str, client_id: str, user: str, password_file: Path | None, ca: Path | None, data: Path, drains: bool) -> None:
    """接收计量表的 MQTT 消息 / Take readings of meters over MQTT.

    消息是 {"ts": "2025-01-01 00:15:00", "reading": "1532.40"} 或其列表，落盘后才应答（QoS 1）；未登记的计量点隔离留存。
    A message is such an object or a list of them; it is on disk before it is acknowledged; unknown points lie in quarantine.

    \b
    例 / Example:
      shuangkong mqtt --broker mqtts://mq.example.gov.cn --user shuangkong --password-file /run/secrets/mqtt --data /srv/shuangkong
    """
    password = password_file.read_text("utf-8").strip() if password_file else os.environ.get(PASSWORD, "")
    told = broker_at(broker, topic=topic, client_id=client_id, user=user, password=password, ca=ca)
    start_platform(data=data)
    logging.basicConfig(format="%(asctime)s %(name)s %(levelname)s %(message)s")
    click.echo(say(Words(f"订阅 {told.host}:{told.port} 的 {topic}，按 Ctrl-C 结束", f"subscribed to {topic} at {told.host}:{told.port}; Ctrl-C ends")))
    subscriber = Child(Words("MQTT 接入", "MQTT subscriber"), lambda: _subscribe(told, data))
    code = keep_running((subscriber, *((drain_child(data),) if drains else ())))
    click.echo(say(Words("已结束", "ended")))
    sys.exit(code)


def broker_at(address: str, *, topic: str, client_id: str, user: str, password: str, ca: Path | None) -> "Broker":
    """Return the broker of an address (消息服务器); a password in the address is refused, for addresses are shown and logged."""
    from shuangkong.gateway.mqtt import Broker

    try:
        told = urlsplit(address)
        port = told.port or _PORTS.get(told.scheme, 0)
    except ValueError:
        raise NoBroker(address, Words("端口不对", "has no such port")) from None
    if told.password or told.username:
        raise NoBroker(told.hostname or "", Words("地址里不能有用户名和口令", "must hold neither user nor password"))
    if told.scheme not in _PORTS or not told.hostname:
        raise NoBroker(address, Words("不是 mqtt:// 或 mqtts:// 地址", "is no mqtt:// or mqtts:// address"))
    tls = ssl.create_default_context(cafile=str(ca) if ca else None) if told.scheme == "mqtts" else None
    return Broker(told.hostname, port, topic, client_id, user, password, tls)


def _subscribe(told: "Broker", data: Path) -> None:
    from shuangkong.gateway.mqtt import Subscriber
    from shuangkong.services.meter_readings import keeper

    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    Subscriber(told, open_store=lambda: keeper(data)).run(stop)
