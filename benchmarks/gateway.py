"""The gateway end to end: packets on disk before they are answered, beside an echo that keeps nothing; delay of an answer; memory of idle connections.

    python benchmarks/gateway.py

Loggers and gateway are two processes on loopback. Rate: 40 loggers send 400 000 packets of about 400 bytes as fast as they are answered, at most 400 packets ahead
each; the gateway's CPU time counts, all its threads, so that it stands for one core whoever else uses the machine. The floor, in the same run: the same frames cut by the same codec
and answered with a constant, nothing judged, nothing kept. Delay: 400 loggers, one packet a second each, for 10 s. Memory: 5 000 connections that have sent one packet each.
Budget: 60 000 packets/s of CPU (aim 150 000); p99 of the delay under 100 ms; under 500 MB. Under two minutes.
"""

import asyncio
import multiprocessing
import os
import resource
import selectors
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from multiprocessing.connection import Connection as Pipe
from pathlib import Path

from shuangkong.gateway import Gateway, Limits
from shuangkong.hj212 import Connection, Frame, Packet
from shuangkong.hj212.crc import Variant
from shuangkong.kernel.period import CHINA_STANDARD_TIME
from shuangkong.lake.inbox import open_inbox

PACKETS, LOGGERS, AHEAD, CHUNK = 400_000, 40, 400, 100
DELAY_LOGGERS, DELAY_SECONDS, IDLE = 400, 10, 5_000
BUDGET_PACKETS_PER_S, BUDGET_P99_MS, BUDGET_MB = 60_000, 100, 500
UNLIMITED = Limits(device_frames_per_s=1e9, device_frames_burst=1e9, device_bytes_per_s=1e12, device_bytes_burst=1e12, unknown_most=IDLE + 1)


class Settings:
    """A device as `monitoring_devices` tells it, without a database."""

    def __init__(self, mn: str) -> None:
        self.mn, self.point, self.edition, self.checksum, self.password, self.key, self.settings = mn, mn, "2017", Variant.HJ212, "123456", None, {}


def mn_of(number: int) -> str:
    """Return the MN of a logger."""
    return f"4117000000000000000A{number:04d}"


def packet(number: int, count: int) -> bytes:
    """Return an hourly packet of a logger whose clock is right."""
    pairs = [("DataTime", "20260301100000")]
    for factor in ("a34013", "a21026", "a21002", "a19001"):
        pairs += [(f"{factor}-Cou", "12.5"), (f"{factor}-Min", "7.1"), (f"{factor}-Avg", "8.25"), (f"{factor}-Max", "9.75"), (f"{factor}-Flag", "N")]
    told = Packet.of(command_code="2061", mn=mn_of(number), password="123456", system_code="31", flag=5, request_id=f"{datetime.now(CHINA_STANDARD_TIME):%Y%m%d%H%M%S}{count % 1000:03}", pairs=pairs)
    return Connection().send(told)


class Echo(asyncio.Protocol):
    """The floor: cut, answer, keep nothing."""

    ANSWER = b"##0087QN=20260301100000000;ST=91;CN=9014;PW=123456;MN=4117000000000000000A0000;Flag=4;CP=&&&&0D80\r\n"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.codec, self.transport = Connection(), transport

    def data_received(self, received: bytes) -> None:
        self.codec.receive_bytes(received)
        self.transport.write(self.ANSWER * sum(isinstance(event, Frame) for event in self.codec.events()))


async def serve(listener: socket.socket, folder: Path | None) -> None:
    """Serve until SIGTERM: the gateway, or the echo where there is no folder."""
    done = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, done.set)
    if folder is None:
        server = await asyncio.get_running_loop().create_server(Echo, sock=listener)
        await done.wait()
        server.close()
        return
    devices = {mn_of(number): Settings(mn_of(number)) for number in range(IDLE)}
    gateway = Gateway(open_store=lambda: open_inbox(folder / "inbox.db"), changed_devices=lambda: devices, state_file=folder / "inbox.db", limits=UNLIMITED)
    await gateway.start(listener)
    await done.wait()
    await gateway.stop()


def child(listener: socket.socket, folder: Path | None, pipe: Pipe) -> None:
    """The process of the server; tells its CPU time and largest memory at its end."""
    asyncio.run(serve(listener, folder))
    used = resource.getrusage(resource.RUSAGE_SELF)
    pipe.send((used.ru_utime + used.ru_stime, used.ru_maxrss / 1024))


def measured(folder: Path | None, play: Callable[[int, int], float]) -> tuple[float, float, float]:
    """Run loggers against a server of its own; returns what they say, the server's CPU seconds, its memory in MB."""
    with socket.create_server(("127.0.0.1", 0), backlog=4096) as listener:
        here, there = multiprocessing.get_context("fork").Pipe()
        server = multiprocessing.get_context("fork").Process(target=child, args=(listener, folder, there))
        server.start()
        try:
            told = play(listener.getsockname()[1], server.pid or 0)
        finally:
            os.kill(server.pid or 0, signal.SIGTERM)
        cpu_s, memory_mb = here.recv()
        server.join()
    return told, cpu_s, memory_mb


def flood(port: int, _: int) -> float:
    """Send everything as fast as it is answered; returns the seconds it took."""
    each = PACKETS // LOGGERS
    chunks = [[b"".join(packet(number, first + at) for at in range(CHUNK)) for first in range(0, 2000, CHUNK)] for number in range(LOGGERS)]
    selector = selectors.DefaultSelector()
    for number in range(LOGGERS):
        line = socket.create_connection(("127.0.0.1", port))
        line.setblocking(False)
        selector.register(line, selectors.EVENT_READ | selectors.EVENT_WRITE, [number, 0, 0, b""])  # number, sent, answered, the rest of a chunk
    open_lines, begun = LOGGERS, time.perf_counter()
    while open_lines:
        for key, ready in selector.select(30):
            line, state = key.fileobj, key.data
            if ready & selectors.EVENT_READ:
                state[2] += line.recv(1 << 18).count(b"\r\n")
            if state[2] >= each:
                selector.unregister(line)
                line.close()
                open_lines -= 1
                continue
            if not state[3] and state[1] < each and state[1] - state[2] < AHEAD:
                state[3] = chunks[state[0]][state[1] // CHUNK % len(chunks[0])]
                state[1] += CHUNK
            if state[3] and ready & selectors.EVENT_WRITE:
                state[3] = state[3][line.send(state[3]) :]
            wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if state[3] or (state[1] < each and state[1] - state[2] < AHEAD) else 0)
            if wanted != key.events:
                selector.modify(line, wanted, state)
    return time.perf_counter() - begun


def delays(port: int, _: int) -> float:
    """Send one packet a second from each logger, spread evenly; returns the 99th percentile of the delay in ms."""

    async def logger(number: int, told: list[float]) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.sleep(1 + number / DELAY_LOGGERS)
        begun = time.perf_counter()
        for count in range(DELAY_SECONDS):
            await asyncio.sleep(max(0.0, begun + count - time.perf_counter()))
            told_now = packet(number, count)
            sent = time.perf_counter()
            writer.write(told_now)
            if (await reader.readline())[6:26] != told_now[6:26]:
                sys.exit("another packet was answered")
            told.append((time.perf_counter() - sent) * 1000)
        writer.close()

    async def all_loggers() -> list[float]:
        told: list[float] = []
        await asyncio.gather(*(logger(number, told) for number in range(DELAY_LOGGERS)))
        return sorted(told)

    found = asyncio.run(all_loggers())
    print(f"answers at {DELAY_LOGGERS} packets/s: median {found[len(found) // 2]:.1f} ms, p99 {found[len(found) * 99 // 100]:.1f} ms, longest {found[-1]:.1f} ms")
    return found[len(found) * 99 // 100]


def idle(port: int, pid: int) -> float:
    """Connect, introduce, stay; returns the server's memory in MB."""
    lines = []
    for number in range(IDLE):
        lines.append(socket.create_connection(("127.0.0.1", port)))
        lines[-1].sendall(packet(number, number))
    for line in lines:
        line.recv(4096)
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    for line in lines:
        line.close()
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def main() -> None:
    """Measure, compare, judge."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    rates = {}
    for name, keeps in (("floor: cut and answered, nothing kept", False), ("gateway: judged, on disk, answered", True)):
        with tempfile.TemporaryDirectory(dir=Path(__file__).parent) as folder:
            wall_s, cpu_s, _ = measured(Path(folder) if keeps else None, flood)
        rates[keeps] = PACKETS / cpu_s
        print(f"{name:42} {PACKETS / cpu_s:10,.0f} packets/s of CPU {PACKETS / wall_s:10,.0f} packets/s of wall time")
    print(f"durability and judgement cost {rates[False] / rates[True]:.1f} times the floor")
    with tempfile.TemporaryDirectory(dir=Path(__file__).parent) as folder:
        p99_ms, _, _ = measured(Path(folder), delays)
    with tempfile.TemporaryDirectory(dir=Path(__file__).parent) as folder:
        memory_mb, _, _ = measured(Path(folder), idle)
    print(f"{IDLE:,} idle connections: {memory_mb:.0f} MB")
    if rates[True] < BUDGET_PACKETS_PER_S or p99_ms > BUDGET_P99_MS or memory_mb > BUDGET_MB:
        sys.exit("over budget")


if __name__ == "__main__":
    main()
