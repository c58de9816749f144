"""The demo city as it is really served: a process of its own, spoken to through pages only."""

import os
import re
import signal
import subprocess
import sys
from functools import cached_property
from pathlib import Path

PROGRAM = "from shuangkong.cli import main; main()"
# Whom the links are for, in the order in which they are told.
PEOPLE = (
    "unit-reporter", "county-reviewer", "county-approver", "county-reporter", "county-head", "city-reviewer", "city-approver", "verifier", "lead-agency",
    "supporting-agency", "assessor", "government", "recipient", "auditor", "system-admin", "security-admin", "audit-admin",
)  # fmt: skip


class ServedCity:
    """A platform with the demo city, started once and stopped at the end; `links` sign each person in, once."""

    def __init__(self, data: Path) -> None:
        self.data = data
        environment = {name: told for name, told in os.environ.items() if not name.startswith(("SHUANGKONG_", "DJANGO_"))}
        self._process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, "serve", "--demo", "--data", str(data)], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            start_new_session=True,
        )  # fmt: skip
        told: list[str] = []
        self.origin = self._heard(told)
        self.links = dict(zip(PEOPLE, told, strict=True))

    def _heard(self, links: list[str]) -> str:
        """Read what is said until the platform serves: the links, then its address."""
        assert self._process.stdout is not None
        said = []
        for line in self._process.stdout:
            said.append(line)
            if link := re.search(r"(http://\S+/sign-in/\S+)", line):
                links.append(link[1])
            elif found := re.search(r"平台在 (http://\S+?)/ ", line):
                return found[1]
        raise AssertionError("the platform did not start:\n" + "".join(said))

    @cached_property
    def gateway(self) -> tuple[str, int]:
        """Where loggers report to; it is told after the address of the pages."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if found := re.search(r"接入 (\S+):(\d+)", line):
                return found[1], int(found[2])
        raise AssertionError("the gateway did not start")

    @property
    def database(self) -> Path:
        """Return the file of the database."""
        (found,) = self.data.glob("*.sqlite3")
        return found

    def stop(self) -> None:
        """End it, and wait until the last of its processes has."""
        self._process.send_signal(signal.SIGTERM)
        assert self._process.stdout is not None
        with self._process.stdout as heard:
            heard.read()
        self._process.wait()
