"""The platform as real processes: children of one parent, on a database and a folder of their own."""

import os
import re
import signal
import socket
import stat
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path

import pytest
from own_deployment import Deployment, fresh

PROGRAM = "from shuangkong.cli import main; main()"


class Serving:
    """A platform that is being served; what it says is read line by line, so nothing has to be waited for by the clock."""

    def __init__(self, where: Deployment, *words: object, demo: bool = True) -> None:
        self.where = where
        environment = where.environment | {"SHUANGKONG_DEMO": "1" if demo else ""}
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, "serve", "--data", str(where.data), *map(str, words)], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, start_new_session=True,
        )  # fmt: skip
        self.port = int(self.heard(r"平台在 http://\S+?:(\d+)/")[1])

    def heard(self, pattern: str) -> "re.Match[str]":
        """Return the next line that holds something."""
        assert self.process.stdout is not None
        said = []
        for line in self.process.stdout:
            said.append(line)
            if found := re.search(pattern, line):
                return found
        raise AssertionError(f"{pattern} was never said:\n{''.join(said)}")

    def server(self) -> str | None:
        """Return what the server calls itself."""
        asked = HTTPConnection("127.0.0.1", self.port, timeout=60)
        asked.request("GET", "/healthz")
        told = asked.getresponse().headers["Server"]
        asked.close()
        return told

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        asked = HTTPConnection("127.0.0.1", self.port, timeout=60)
        asked.request("GET", path, headers=headers)
        answer = asked.getresponse()
        told = answer.status, answer.read().decode("utf-8")
        asked.close()
        return told

    def processes(self) -> "dict[int, int]":
        """Return the processes of this platform with their parents."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                command, status = (folder / "cmdline").read_bytes(), (folder / "status").read_text()
            except OSError:
                continue
            if str(self.where.data).encode() in command and b"serve" in command and "\nState:\tZ" not in status:
                found[int(folder.name)] = int(re.search(r"PPid:\t(\d+)", status)[1])  # type: ignore[index]
        return found

    def children(self) -> list[int]:
        """Return the children of the parent, in the order they were started, once there are any."""
        while not (found := sorted(pid for pid, parent in self.processes().items() if parent == self.process.pid)):
            pass
        return found

    def end(self, how: int = signal.SIGTERM) -> str:
        """Send a signal to the parent; return what is said until all have ended."""
        self.process.send_signal(how)
        return self.rest()

    def rest(self) -> str:
        """Return what is said from now on until the last of all processes has closed its output."""
        assert self.process.stdout is not None
        with self.process.stdout as heard:
            said = heard.read()
        self.process.wait()
        return said


@pytest.fixture
def deployment(tmp_path: Path, request: pytest.FixtureRequest) -> Deployment:
    return fresh(tmp_path / "data", f"serving_{request.node.name[5:40]}")


@pytest.fixture
def free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return tried.getsockname()[1]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_an_empty_deployment_is_well_and_ends_when_told(deployment: Deployment, free_port: int, how: int) -> None:
    served = Serving(deployment, "--port", free_port, demo=False)
    assert served.port == free_port
    status, text = served.get("/healthz", Host="127.0.0.1")
    assert (status, text) == (200, '{"status": "ok"}')
    assert served.server() == "shuangkong"
    assert len(served.processes()) >= 6  # the parent, four children, a worker at least
    assert "已结束" in served.end(how)
    assert (served.process.returncode, served.processes()) == (0, {})


def test_nothing_is_left_when_the_parent_is_killed_and_the_next_takes_over(deployment: Deployment) -> None:
    served = Serving(deployment)
    assert served.get("/healthz")[0] == 200
    served.end(signal.SIGKILL)  # returns when the last child has ended
    assert served.processes() == {}
    again = Serving(deployment)
    assert again.get("/healthz")[0] == 200
    again.end()


def test_a_child_that_is_killed_is_started_again(deployment: Deployment) -> None:
    served = Serving(deployment)
    assert served.get("/healthz")[0] == 200
    children = served.children()
    assert len(children) == 4
    for child in children:
        os.kill(child, signal.SIGKILL)
        assert str(child) in served.heard(r"（\d+）已退出：-9")[0]
    assert served.get("/healthz")[0] == 200
    assert len(served.children()) == 4
    served.end()


def test_children_that_keep_falling_end_the_platform_with_a_reason(deployment: Deployment) -> None:
    served = Serving(deployment)
    for _ in range(5):
        os.kill(served.children()[0], signal.SIGKILL)
        served.heard("已退出")
    assert "反复退出" in served.rest()
    assert (served.process.returncode, served.processes()) == (1, {})


def test_what_is_kept_is_for_its_owner_alone(deployment: Deployment, tmp_path: Path) -> None:
    deployment.data.chmod(0o755)
    served = Serving(deployment, "--backup-to", tmp_path / "backups")
    assert served.get("/healthz")[0] == 200
    served.end()
    assert stat.S_IMODE(deployment.data.stat().st_mode) == 0o700
    open_to_others = [path for path in deployment.data.rglob("*") if path.stat().st_mode & 0o077]
    assert open_to_others == []


def test_one_data_folder_one_platform_and_one_port(deployment: Deployment, tmp_path: Path, free_port: int) -> None:
    served = Serving(deployment, "--port", free_port)
    again = deployment.command("serve", "--data", deployment.data)
    assert (again.returncode, "已有平台在用" in again.stderr) == (2, True), again.stderr
    other = Deployment(tmp_path / "other")
    environment = other.environment | {"SHUANGKONG_DEMO": "", "SHUANGKONG_DATABASE": ""}
    taken = subprocess.run(
        [sys.executable, "-c", PROGRAM, "serve", "--data", str(other.data), "--port", str(free_port)], env=environment, capture_output=True, text=True, check=False
    )
    assert (taken.returncode, "已被占用" in taken.stderr) == (2, True), taken.stderr
    served.end()


def test_the_demo_is_for_this_machine_alone(deployment: Deployment) -> None:
    refused = deployment.command("serve", "--demo", "--bind", "0.0.0.0", "--data", deployment.data)
    assert (refused.returncode, "只在本机开放" in refused.stderr) == (2, True)
    nonsense = deployment.command("serve", "--bind", "localhost", "--data", deployment.data)
    assert (nonsense.returncode, "IP 地址" in nonsense.stderr) == (2, True)
