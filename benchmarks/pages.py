"""The main pages through the real server, with 20 readers of one page a second each, server and readers on one machine.

    python benchmarks/pages.py [SECONDS]

Size: the demo city (13 jurisdictions, 83 targets, 10,000 observations) on SQLite, 20 readers for 30 seconds, each page warmed once. The floor, in
the same run: the same pages one after another inside one process, without a socket. Budget: 200 ms at p95 for every page.
"""

import http.client
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from statistics import quantiles

SECONDS = int(sys.argv[1]) if len(sys.argv) > 1 else 30
READERS = 20
BUDGET_P95_S = 0.200
FLOOR_ROUNDS = 20
PAGES = {
    "board": "/", "board of 2023": "/?year=2023", "board, filtered": "/?light=RED", "board of a day": "/?as_of=2024-06-30", "target": "/targets/T001",
    "target with sums": "/targets/T003", "figure": "/figures/energy_consumed_tce/411721/2023", "changes": "/changes", "my work": "/work", "returns": "/returns",
}  # fmt: skip
PORT = 9120 + random.randrange(200)


def session_of(data: Path) -> tuple[str, Callable[[str], int]]:
    """Return the cookie of a signed-in reviewer, and a reader inside this process."""
    os.environ.update(SHUANGKONG_DATA=str(data), SHUANGKONG_DEMO="1", DJANGO_SETTINGS_MODULE="shuangkong.config.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.test import Client

    from shuangkong.services.platform_demo import sign_in_links

    settings.ALLOWED_HOSTS = ["testserver", "127.0.0.1"]
    link = next(link for person, link in sign_in_links("") if person.sign_in_name == "city-reviewer")
    client = Client()
    assert client.post(link).status_code == 302
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}", lambda address: client.get(address).status_code


def serve(data: Path) -> subprocess.Popen[str]:
    """Start the platform and wait until it answers."""
    server = subprocess.Popen(
        [str(Path(sys.executable).parent / "shuangkong"), "serve", "--demo", "--data", str(data), "--port", str(PORT)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert server.stdout is not None
    for line in server.stdout:
        if re.search(rf":{PORT}/ ", line):
            break
    threading.Thread(target=server.stdout.read, daemon=True).start()
    return server


def get(connection: http.client.HTTPConnection, address: str, cookie: str) -> float:
    """Return how long a page took."""
    begun = time.perf_counter()
    connection.request("GET", address, headers={"Cookie": cookie, "Accept-Encoding": "gzip"})
    answer = connection.getresponse()
    answer.read()
    if answer.status != 200:
        sys.exit(f"{address}: {answer.status}")
    return time.perf_counter() - begun


def read(cookie: str, until: float, took: dict[str, list[float]], number: int) -> None:
    """Read a page a second until the end."""
    chance, connection = random.Random(number), http.client.HTTPConnection("127.0.0.1", PORT)
    time.sleep(number / READERS)
    while (begun := time.perf_counter()) < until:
        name = chance.choice(list(PAGES))
        took[name].append(get(connection, PAGES[name], cookie))
        time.sleep(max(0.0, begun + 1 - time.perf_counter()))


def p50_p95(times: list[float]) -> tuple[float, float]:
    """Return the middle and the 95th of a hundred. [s]"""
    cut = quantiles(times, n=100, method="inclusive")
    return cut[49], cut[94]


def main() -> int:
    """Measure; return 1 when a page is over its budget."""
    with tempfile.TemporaryDirectory(prefix="shuangkong-bench-") as folder:
        data = Path(folder, "data")
        server = serve(data)
        try:
            cookie, inside = session_of(data)
            floor: dict[str, list[float]] = {name: [] for name in PAGES}
            for number in range(FLOOR_ROUNDS + 1):
                for name, address in PAGES.items():
                    begun = time.perf_counter()
                    assert inside(address) == 200, address
                    if number:
                        floor[name].append(time.perf_counter() - begun)
            warm = http.client.HTTPConnection("127.0.0.1", PORT)
            for address in [*PAGES.values()] * 6:
                get(warm, address, cookie)
            took: dict[str, list[float]] = {name: [] for name in PAGES}
            until = time.perf_counter() + SECONDS
            readers = [threading.Thread(target=read, args=(cookie, until, took, number)) for number in range(READERS)]
            for reader in readers:
                reader.start()
            for reader in readers:
                reader.join()
        finally:
            server.terminate()
            server.wait(30)
    print(f"{'':20} {'floor p50':>10} {'p50':>8} {'p95':>8}   [ms]")
    worst = 0.0
    for name in PAGES:
        (low, _), (middle, high) = p50_p95(floor[name]), p50_p95(took[name])
        worst = max(worst, high)
        print(f"{name:20} {low * 1000:10.1f} {middle * 1000:8.1f} {high * 1000:8.1f}   ×{middle / low:.1f}  {len(took[name])} reads")
    print(f"{'slowest page, p95':20} {worst * 1000:27.1f}   budget {BUDGET_P95_S * 1000:.0f}")
    return int(worst > BUDGET_P95_S)


if __name__ == "__main__":
    sys.exit(main())
