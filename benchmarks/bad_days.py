"""Processes killed at random moments while they submit, accept, review, approve and lock; after each, nothing half done and the chain sound.

    python benchmarks/bad_days.py [KILLS]

Size: 100 kills (-9) on SQLite, two processes at a time on one database. The floor, in the same run: the same acts by one process that nobody
kills. Budget: not one finding, no act told and then not there, and the work done within ten times the floor, restarts included.
"""

import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

KILLS = int(sys.argv[1]) if len(sys.argv) > 1 else 100
UNITS = 40
LONGEST_S = 1.2
BUDGET_RATIO = 10
CHILD = Path(__file__).parents[1] / "tests" / "integration" / "platform" / "child_city.py"


def start(data: Path, *words: object) -> subprocess.Popen[str]:
    """Start something in the city."""
    kept = {name: told for name, told in os.environ.items() if not name.startswith("SHUANGKONG_")}
    return subprocess.Popen(
        [sys.executable, str(CHILD), *map(str, words)], env=kept | {"SHUANGKONG_DATA": str(data)}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def run(data: Path, *words: object) -> str:
    """Do something in the city to the end; leave at once with what it said where it went wrong."""
    child = start(data, *words)
    said = child.communicate()[0]
    if child.returncode:
        sys.exit(f"{' '.join(map(str, words))}: {said}")
    return said


def main() -> int:
    """Kill and look; return 1 when anything was half done or too slow."""
    chance = random.Random(20261122)
    with tempfile.TemporaryDirectory(prefix="shuangkong-bench-") as folder:
        whole, undisturbed, data = Path(folder, "whole"), Path(folder, "undisturbed"), Path(folder, "data")
        whole.mkdir()
        run(whole, "prepare", UNITS)
        shutil.copytree(whole, undisturbed)
        begun = time.perf_counter()
        run(undisturbed, "travel", 0, UNITS)
        floor = time.perf_counter() - begun
        print(f"{'floor: nobody killed':34} {floor:8.1f} s   {UNITS * 5 / floor:6.0f} acts/s")
        shutil.copytree(whole, data)
        killed, told, lived, rounds = 0, 0, 0.0, 0
        while killed < KILLS:
            begun = time.perf_counter()
            pair = [start(data, "travel", 0, UNITS // 2), start(data, "travel", UNITS // 2, UNITS)]
            for child in pair:
                assert child.stdout is not None
                child.stdout.readline()
            for child in pair:
                time.sleep(chance.uniform(0, LONGEST_S))
                child.kill()
                told += sum(line[:1].isdigit() for line in child.communicate()[0].splitlines())
                killed += child.returncode == -9
            lived += time.perf_counter() - begun
            done = int(run(data, "verify").rsplit(maxsplit=1)[1])
            if done < told:
                print(f"{told} acts were told, {done} are there")
                return 1
            if done == UNITS * 5:  # all is done: begin again
                shutil.rmtree(data)
                shutil.copytree(whole, data)
                told, rounds = 0, rounds + 1
        run(data, "travel", 0, UNITS)
        done = int(run(data, "verify").rsplit(maxsplit=1)[1])
    acts = rounds * UNITS * 5 + told
    print(f"{killed} killed, {acts} acts done meanwhile, chain sound after each; {done} of {UNITS * 5} at the end")
    return int(done != UNITS * 5 or lived > BUDGET_RATIO * floor * (rounds + 1) + KILLS * LONGEST_S)


if __name__ == "__main__":
    sys.exit(main())
