"""`demo --once` as a whole process, after installation: budget 20 s.

The floor, in the same run: a process that starts the interpreter, imports the libraries the job cannot do without, and reads the
same tables with the csv module. What lies between is rules, pack, indicators, assessment and three documents.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from shuangkong.services.cities import packaged_city

RUNS = 3
BUDGET_S = 20
FLOOR = """
import csv, sys
import click, docx, jinja2, openpyxl, yaml
for name in sys.argv[1:]:
    with open(name, encoding="utf-8") as table:
        sum(1 for _ in csv.reader(table))
"""


def _median_s(command: list[str]) -> float:
    taken = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def main() -> int:
    """Time both and print the ratio; exit 1 over the budget."""
    tables = [str(path) for path in sorted((packaged_city() / "data").glob("*.csv"))]
    floor = _median_s([sys.executable, "-c", FLOOR, *tables])
    with tempfile.TemporaryDirectory() as place:
        job = [sys.executable, "-c", "from shuangkong.cli import main; main()", "demo", "--once"]
        whole = _median_s([*job, "--data", str(Path(place) / "var"), "--out", str(Path(place) / "out")])
    print(f"demo --once: {whole:.2f} s (median of {RUNS}), floor {floor:.2f} s, ratio {whole / floor:.1f}, budget {BUDGET_S} s")
    return int(whole > BUDGET_S)


if __name__ == "__main__":
    sys.exit(main())
