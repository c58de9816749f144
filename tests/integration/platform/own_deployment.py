"""Deployments of a test's own: a folder, a database of the engine under test, and real processes in it."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

CHILD = Path(__file__).with_name("child_city.py")


def postgresql_address(name: str) -> str:
    """Return the address of a database of the suite's server, empty where the suite runs on SQLite."""
    address = os.environ.get("SHUANGKONG_DATABASE", "")
    return urlunsplit(urlsplit(address)._replace(path=f"/{name}")) if address else ""


def in_postgresql(statement: str) -> None:
    """Run a statement beside any transaction."""
    import psycopg

    with psycopg.connect(postgresql_address("postgres"), autocommit=True) as there:
        there.execute(statement)


@dataclass(frozen=True)
class Deployment:
    """One deployment: where its data lie, and its database where that is PostgreSQL."""

    data: Path
    database: str = ""

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: told for name, told in os.environ.items() if not name.startswith(("SHUANGKONG_", "DJANGO_", "PYTEST", "LANG", "LC_"))}
        return kept | {"SHUANGKONG_DATA": str(self.data), "SHUANGKONG_DATABASE": postgresql_address(self.database) if self.database else "", "SHUANGKONG_DEMO": "1"}

    def start(self, *words: object) -> subprocess.Popen[str]:
        """Start something in the city."""
        return subprocess.Popen(
            [sys.executable, str(CHILD), *map(str, words)], env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def run(self, *words: object) -> str:
        """Do something in the city; what goes wrong is shown."""
        done = self.start(*words)
        said, trouble = done.communicate()
        assert done.returncode == 0, said + trouble
        return said

    def command(self, *words: object) -> subprocess.CompletedProcess[str]:
        """Run a command of the program."""
        program = "from shuangkong.cli import main; main()"
        return subprocess.run([sys.executable, "-c", program, *map(str, words)], env=self.environment, capture_output=True, text=True, check=False)

    def copy(self, data: Path, name: str) -> "Deployment":
        """Return another deployment that holds the same."""
        shutil.copytree(self.data, data)
        if self.database:
            in_postgresql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            in_postgresql(f'CREATE DATABASE "{name}" TEMPLATE "{self.database}"')
        return Deployment(data, name if self.database else "")


def fresh(data: Path, name: str) -> Deployment:
    """Return an empty deployment."""
    data.mkdir()
    if not os.environ.get("SHUANGKONG_DATABASE"):
        return Deployment(data)
    in_postgresql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    in_postgresql(f'CREATE DATABASE "{name}"')
    return Deployment(data, name)
