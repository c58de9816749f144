"""`shuangkong hj212`: packets decoded, a city of loggers played, devices listed and adopted, raw frames replayed."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BufferedReader
from pathlib import Path
from typing import Any

import click

from shuangkong.cli.gateway import address
from shuangkong.cli.language import say
from shuangkong.cli.platform import start_platform
from shuangkong.gateway.simulator import past_and_present
from shuangkong.gateway.simulator import simulate as simulate_loggers
from shuangkong.hj212 import Closed, Connection, Frame, Skipped, Status
from shuangkong.kernel.faults import Fault, InputRefused
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import CHINA_STANDARD_TIME
from shuangkong.services.device_states import INBOX_FILE, read_clock, read_states
from shuangkong.simulation.loggers import invented_loggers

_DATA = click.option("--data", type=click.Path(path_type=Path), default=Path("var"), show_default=True, envvar="SHUANGKONG_DATA", help="数据目录 / data folder")
_PIECE = 1 << 16
_KEY_BYTES = 16


@click.group()
def hj212() -> None:
    """HJ 212 通信包 / Packets of the HJ 212 protocol.

    \b
    例 / Example:
      shuangkong hj212 decode 抓包.bin
    """


@hj212.command()
@click.argument("file", type=click.File("rb"))
@click.option("--sm4-key", metavar="HEX", help="2025 版数据区的 SM4 密钥，32 位十六进制 / key of enciphered areas, 32 hexadecimal digits")
@click.pass_context
def decode(context: click.Context, file: BufferedReader, sm4_key: str | None) -> None:
    """把收到的字节解成 JSON，一帧一行 / Decode raw bytes, one JSON object per frame.

    FILE 是原始字节，“-”为标准输入。跳过和剩余的字节数写在标准错误上；帧全部正确时退出码为 0，否则为 1。
    Skipped and left-over bytes are told on stderr; exit code 0 if every frame is ok, else 1.

    \b
    例 / Example:
      shuangkong hj212 decode 抓包.bin
      printf '##0087QN=20240601085857223;ST=32;CN=1011;PW=123456;MN=010000A8900016F000169DC0;Flag=9;CP=&&&&2200\\r\\n' | shuangkong hj212 decode -
    """
    skipped, leftover, all_ok = 0, b"", True
    for event in _events(file, _key(sm4_key)):
        match event:
            case Frame():
                click.echo(json.dumps(frame_as_json(event), ensure_ascii=False))
                all_ok = all_ok and event.status is Status.OK
            case Skipped(raw):
                skipped += len(raw)
            case Closed(leftover):
                pass
    if skipped:
        click.echo(say(Words(f"跳过不属于任何帧的字节：{skipped}", f"bytes skipped that belong to no frame: {skipped}")), err=True)
    if leftover:
        click.echo(say(Words(f"末尾不完整的帧，剩余字节：{len(leftover)}", f"left-over bytes of an unfinished frame at the end: {len(leftover)}")), err=True)
    context.exit(0 if all_ok else 1)


@hj212.command()
@click.option("--to", "target", required=True, metavar="HOST:PORT", help="网关地址 / the gateway")
@click.option("--data", type=click.Path(path_type=Path, exists=True), help="扮演该数据目录中登记的模拟设备；不给则虚构 / play the simulated devices registered there; invented ones otherwise")
@click.option("--loggers", "count", type=click.IntRange(1, 5000), default=20, show_default=True, help="虚构几台 / how many to invent")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="随机种子 / seed")
@click.option("--hours", type=click.FloatRange(0, 24 * 31), default=2.0, show_default=True, help="先补报过去几小时 / tell so many past hours first")
@click.option("--live", "live_s", type=click.FloatRange(0), default=0.0, show_default=True, metavar="SECONDS", help="再按实时发送多久 / then the present, for so long")
@click.option("--realtime", "realtime_s", type=click.FloatRange(1, 3600), default=60.0, show_default=True, metavar="SECONDS", help="实时数据间隔 / interval of real-time data")
def simulate(target: str, data: Path | None, count: int, seed: int, hours: float, live_s: float, realtime_s: float) -> None:
    """扮演一城数采仪（模拟） / Play a city of loggers, all simulated.

    三个版本的标准；丢包、重复、校验错、断续、迟到、时钟不准、断网后补传，由种子决定。只扮演模拟设备，从不冒充真实设备。
    Three editions; loss, doubles, wrong checksums, pieces, delay, wrong clocks, outages with back-fill, all from the seed.

    \b
    例 / Example:
      shuangkong hj212 simulate --to 127.0.0.1:9212 --loggers 50 --hours 6
    """
    host, port = address(target)
    if data is not None:
        start_platform(data=data)
        from shuangkong.services.simulated_loggers import registered_loggers

        loggers = registered_loggers(seed=seed)
    else:
        loggers = invented_loggers(seed=seed, count=count)
    tally = asyncio.run(simulate_loggers(loggers, past_and_present(host, port, hours=hours, live_s=live_s, realtime_s=realtime_s)))
    mishaps = "、".join(f"{mishap.value} {number}" for mishap, number in tally.mishaps.items())
    click.echo(say(Words(
        f"模拟：{len(loggers)} 台，发送 {tally.sent} 包，应答 {tally.answered}，无应答 {tally.unanswered}，平台请求 {tally.asked}；{mishaps}",
        f"simulated: {len(loggers)} loggers, {tally.sent} packets sent, {tally.answered} answered, {tally.unanswered} not, {tally.asked} requests obeyed; {mishaps}",
    )))  # fmt: skip


@hj212.command()
@click.argument("mn")
@_DATA
def adopt(mn: str, data: Path) -> None:
    """接纳一台设备登记前发来的数据 / Bring in what a device sent before it was registered.

    \b
    例 / Example:
      shuangkong hj212 adopt 010000A8900016F000169DC0 --data /srv/shuangkong
    """
    start_platform(data=data)
    from shuangkong.services.telemetry import adopt as adopt_device

    count = adopt_device(data=data, mn=mn, now=datetime.now(UTC))
    click.echo(say(Words(f"{mn}：{count} 帧重新入箱，由入湖进程判定", f"{mn}: {count} frames are in the inbox again, judged by the drain")))


@hj212.command()
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), required=True, help="收到的首日 / first day received")
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), required=True, help="末日 / last day")
@_DATA
def replay(first: datetime, last: datetime, data: Path) -> None:
    """按现行规则和登记重读若干天收到的原始通信包 / Read raw frames of some days again by today's rules and register.

    \b
    例 / Example:
      shuangkong hj212 replay --from 2026-03-01 --to 2026-03-02 --data /srv/shuangkong
    """
    start_platform(data=data)
    from shuangkong.services.telemetry import replay as replay_frames

    count = replay_frames(data=data, first=first.date(), last=last.date(), now=datetime.now(UTC))
    click.echo(say(Words(f"{count} 帧重新入箱，由入湖进程判定", f"{count} frames are in the inbox again, judged by the drain")))


@hj212.command()
@_DATA
def devices(data: Path) -> None:
    """列出网关所见的设备 / Devices as the gateway last saw them.

    \b
    例 / Example:
      shuangkong hj212 devices --data /srv/shuangkong
    """
    if behind_s := read_clock(data / INBOX_FILE):
        click.echo(say(Words(f"本机时钟与多数设备相差 {behind_s:+.0f} s，请校准本机时钟", f"the clock of this machine: most devices are ahead by {behind_s:+.0f} s; set it")), err=True)
    for one in read_states(data / INBOX_FILE):
        known = Words("已登记", "registered") if one.is_known else Words("未登记", "unknown")
        drift = "—" if one.drift_s is None else f"{one.drift_s:+.0f} s"
        line = Words("在线", "on line") if one.connections else Words("离线", "off line")
        refused = Words(f"{one.day} 收 {one.frames}，拒收 {one.refused}", f"{one.day} taken {one.frames}, refused {one.refused}")
        seen = f"{one.last_seen.astimezone(CHINA_STANDARD_TIME):%Y-%m-%d %H:%M:%S}"
        click.echo("\t".join([one.mn, say(known), say(line), seen, drift, say(refused), one.reason]).rstrip())


def _events(file: BufferedReader, key: bytes | None) -> Iterator[Frame | Skipped | Closed]:
    connection = Connection(sm4_key=key)
    while piece := file.read1(_PIECE):  # what a pipe has by now, not only when the piece is full
        connection.receive_bytes(piece)
        yield from connection.events()
    connection.receive_bytes(b"")
    yield from connection.events()


def _key(text: str | None) -> bytes | None:
    if text is None:
        return None
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != _KEY_BYTES:
        raise InputRefused([Fault(
            Words("选项 --sm4-key", "option --sm4-key"), text, Words("应为 32 位十六进制数", "is to be 32 hexadecimal digits"),
            Words("SM4 密钥为 16 字节", "an SM4 key has 16 bytes"),
        )])  # fmt: skip
    return key


def frame_as_json(frame: Frame) -> dict[str, Any]:
    """Return a frame under the protocol's own names (帧的 JSON)."""
    packet = frame.packet
    return {
        "status": frame.status.value,
        "crc_ok": frame.crc_ok,
        "crc_variant": frame.crc_variant.value if frame.crc_variant else None,
        "crc_received": frame.crc_received.decode("ascii", "backslashreplace") or None,
        "crc_expected": frame.crc_expected.decode("ascii"),
        "declared_length": frame.declared_length,
        "length_ok": frame.length_ok,
        "tail_crlf": frame.tail_crlf,
        "QN": packet.request_id,
        "ST": packet.system_code,
        "CN": packet.command_code,
        "PW": packet.password,
        "MN": packet.mn,
        "Flag": packet.flag,
        "PNUM": packet.packet_count,
        "PNO": packet.packet_number,
        "RF": packet.retransmitted,
        "version_bits": packet.version_bits,
        "ack_required": packet.answer_wanted,
        "has_packet_no": packet.numbered,
        "cp_encoding": packet.encoding,
        "cp_pairs": packet.pairs,
        "factors": packet.factors,
        "cp_other": packet.other,
    }
