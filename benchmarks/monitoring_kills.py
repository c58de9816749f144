"""Gateway and drain killed at random moments while loggers report; afterwards no answered packet is missing from the lake and none is there twice.

    python benchmarks/monitoring_kills.py [KILLS]

Size: 100 kills (-9), of the gateway and of the drain in turn, four loggers that send a packet after the answer to the one before, each one second later
than the last; what was not answered is sent again, as loggers do. The floor, in the same run: the same loggers for as long at a gateway that nobody kills.
Budget: nothing answered missing, nothing twice, neither readings nor raw frames; at least half the floor's packets in the time that the gateway lived.
"""

import asyncio
import os
import random
import ssl
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

TESTS = Path(__file__).parents[1] / "tests"
STEPS = TESTS / "integration" / "gateway"
sys.path[:0] = [str(STEPS), str(TESTS)]
os.environ["DJANGO_SETTINGS_MODULE"] = "platform_settings"
# What follows is found and set up by the lines above, so it cannot stand at the top.
import django  # noqa: E402

import platform_settings  # noqa: E402, F401

django.setup()
from gateway_steps import DEVICES, Logger, device, drained, rows, running  # noqa: E402

from shuangkong.hj212 import Connection, Packet  # noqa: E402
from shuangkong.lake.drain import drain_once  # noqa: E402
from shuangkong.lake.inbox import open_inbox  # noqa: E402
from shuangkong.services.monitoring_devices import DeviceSettings  # noqa: E402
from shuangkong.services.telemetry import ArchivingInbox, frames_of, parser  # noqa: E402

KILLS = int(sys.argv[1]) if len(sys.argv) == 2 else 100
LOGGERS = [f"K{number}" for number in range(4)]
KNOWN = dict(DEVICES) | {mn: device(mn) for mn in LOGGERS}
FIRST = datetime(2025, 6, 1)  # noqa: DTZ001  # China Standard Time, as in packets
LONGEST_S = 0.8
FLOOR_S = 5
AGAIN_S = 1.0
SHARE_LEAST = 0.5


def play(role: str, folder: Path) -> None:
    """Be the gateway or the drain until killed."""
    if role == "gateway":
        asyncio.run(_serve(folder))
    lake = drained(folder, KNOWN)
    inbox = ArchivingInbox(open_inbox(folder / "inbox.db"), lake)
    print("ready", flush=True)
    while True:
        if not drain_once(lake, inbox, parser(lambda: KNOWN), now=datetime.now().astimezone()):
            time.sleep(0.01)


async def _serve(folder: Path) -> None:
    async with running(folder, devices=KNOWN) as place:
        print(place.port, flush=True)
        await asyncio.Event().wait()


def start(role: str, folder: Path) -> tuple[subprocess.Popen[str], str]:
    """Start a process of this file and wait for its first line."""
    child = subprocess.Popen([sys.executable, __file__, role, str(folder)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    return child, child.stdout.readline().strip()


class Reporter:
    """A logger with a memory: it goes on with the first packet that was not answered."""

    def __init__(self, mn: str) -> None:
        self.mn, self.answered = mn, 0

    async def report(self, port: int, *, tls: ssl.SSLContext | None = None) -> None:
        """Send until the gateway is gone; what is not answered for a while again."""
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls, server_hostname="localhost" if tls else None)
        except OSError:
            return
        logger = Logger(reader, writer, Connection())
        try:
            while True:
                moment = f"{FIRST + timedelta(seconds=self.answered):%Y%m%d%H%M%S}"
                pairs = [("DataTime", moment), ("w01018-Rtd", f"{self.answered}.5"), ("w01018-Flag", "N")]
                told = Packet.of(command_code="2011", mn=self.mn, password="123456", system_code="32", request_id=f"{moment}000", flag=5, pairs=pairs)
                answered = None
                while answered != told.request_id:
                    await logger.send(told)
                    with suppress(TimeoutError):
                        async with asyncio.timeout(AGAIN_S):
                            while (answered := (await logger.answer()).request_id) != told.request_id:
                                pass
                self.answered += 1
        except ConnectionError:
            pass
        finally:
            await logger.close()


async def report(reporters: list[Reporter], port: int, gateway: "subprocess.Popen[str]", seconds: float) -> None:
    """Let all report, and kill the gateway after a while."""
    told = [asyncio.create_task(one.report(port)) for one in reporters]
    await asyncio.sleep(seconds)
    gateway.kill()
    await asyncio.gather(*told)
    gateway.wait()


def faults(folder: Path, reporters: list[Reporter], known: Mapping[str, DeviceSettings] = KNOWN) -> list[str]:
    """Return what is missing or there twice."""
    lake = drained(folder, known)
    found = Counter((point, ts) for point, ts in rows(lake, lake.readings, "point, ts"))
    told = [f"{one.mn}: second {number} was answered and is not there" for one in reporters for number in range(one.answered) if not found[known[one.mn].point, FIRST + timedelta(seconds=number)]]
    told += [f"{point} {ts} is there {times} times" for (point, ts), times in found.items() if times > 1]
    frames = Counter(number for (number,) in rows(lake, frames_of(lake), "id"))
    return told + [f"raw frames {number} are there {times} times" for number, times in frames.items() if times > 1]


def main() -> int:
    """Kill and look; return 1 when anything is missing, twice or too slow."""
    chance = random.Random(20261123)
    with tempfile.TemporaryDirectory(prefix="monitoring-kills-") as name:
        calm, folder = Path(name, "calm"), Path(name, "killed")
        calm.mkdir()
        folder.mkdir()
        reporters = [Reporter(mn) for mn in LOGGERS]
        gateway, port = start("gateway", calm)
        asyncio.run(report(reporters, int(port), gateway, FLOOR_S))
        floor = sum(one.answered for one in reporters) / FLOOR_S
        print(f"floor: nobody killed, {floor:.0f} packets/s answered one by one", flush=True)
        reporters, killed, lived = [Reporter(mn) for mn in LOGGERS], 0, 0.0
        drain, _ = start("drain", folder)
        while killed < KILLS:
            gateway, port = start("gateway", folder)
            seconds = chance.uniform(0, LONGEST_S)
            asyncio.run(report(reporters, int(port), gateway, seconds))
            lived += seconds
            drain.kill()  # at whatever it is about
            drain.communicate()
            killed += 2
            drain, _ = start("drain", folder)
        time.sleep(chance.uniform(0, LONGEST_S))
        drain.kill()
        drain.communicate()
        found = faults(folder, reporters)
    answered = sum(one.answered for one in reporters)
    print(f"{killed} kills, {answered} packets answered, {len(found)} missing or twice; {answered / lived / floor:.2f} of the floor's pace while the gateway lived")
    for fault in found[:10]:
        print(fault)
    return int(bool(found) or answered / lived < SHARE_LEAST * floor)


if __name__ == "__main__":
    if len(sys.argv) == 3:
        play(sys.argv[1], Path(sys.argv[2]))
    sys.exit(main())
