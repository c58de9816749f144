"""The main job from end to end: board and ranking on the terminal, three files, a quiet server, nothing foreign touched."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from shuangkong.cli.demo import LOOPBACK, open_server
from shuangkong.services.demo import MARKER, NotADemoDirectory, load_demo
from shuangkong.services.observations import STORE_FILE, append

PROGRAM = "from shuangkong.cli import main; main()"
FILES = ("report.docx", "report.html", "report.xlsx")
# The report is to be written in whatever zone and locale the machine has.
QUIET = {**os.environ, "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8", "PYTHONWARNINGS": "error"}


LIMIT_SECONDS = 120


def demo(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", PROGRAM, "demo", "--once", *arguments]
    return subprocess.run(
        command, cwd=cwd, env={**QUIET, **environment}, capture_output=True, text=True, encoding="utf-8", check=False, timeout=LIMIT_SECONDS
    )


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def first(place: Path) -> subprocess.CompletedProcess[str]:
    return demo(cwd=place)


def test_once_prints_board_and_ranking_and_writes_three_files(first: subprocess.CompletedProcess[str], place: Path) -> None:
    assert first.returncode == 0
    assert "Traceback" not in first.stderr
    assert "项指标：顺利" in first.stdout
    for target in ("T001", "T045", "T058", "T069"):
        assert f"\n{target}  " in first.stdout
    ranking = first.stdout[first.stdout.index("名次") :]
    for name in ("驿城区", "西平县", "上蔡县", "平舆县", "正阳县", "确山县", "泌阳县", "汝南县", "遂平县", "新蔡县", "经开区", "高新区", "示范区"):
        assert ranking.count(name) == 1
    assert "模拟" in first.stdout
    assert tuple(digests(place / "out")) == FILES
    assert first.stderr.startswith("… ")


def test_a_second_run_in_another_zone_and_locale_reuses_the_data_and_gives_the_same_bytes(first: subprocess.CompletedProcess[str], place: Path) -> None:
    before, data = digests(place / "out"), digests(place / "var")
    again = demo("--lang", "zh", cwd=place, TZ="America/New_York", LANG="C", LC_ALL="en_US.UTF-8", PYTHONHASHSEED="7")
    assert (again.returncode, again.stdout) == (0, first.stdout)
    assert digests(place / "out") == before
    assert digests(place / "var") == data


def test_a_past_day_in_english(first: subprocess.CompletedProcess[str], place: Path) -> None:
    found = demo("--as-of", "2024-06-30", "--lang", "en", "--out", "past", cwd=place)
    assert found.returncode == 0
    assert "as known on 2024-06-30" in found.stdout
    assert "year 2023" in found.stdout
    page = (place / "past" / "report.html").read_text("utf-8")
    assert '<html lang="en">' in page


def test_a_directory_that_is_not_ours_is_refused_and_left_alone(tmp_path: Path) -> None:
    foreign = tmp_path / "var"
    foreign.mkdir()
    (foreign / "账本.txt").write_text("不可动", "utf-8")
    found = demo(cwd=tmp_path)
    assert found.returncode == 2
    assert "Traceback" not in found.stderr
    assert "没有演示标记" in found.stderr
    assert [path.name for path in tmp_path.rglob("*")] == ["var", "账本.txt"]


def test_a_file_where_the_directory_should_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("x")
    with pytest.raises(NotADemoDirectory):
        load_demo(data=tmp_path / "var")
    assert (tmp_path / "var").read_text() == "x"


def test_a_directory_left_by_a_killed_run_is_taken_up_again(tmp_path: Path) -> None:
    data = tmp_path / "var"
    load_demo(data=data)
    whole = digests(data)
    (data / "published.csv").unlink()
    (data / MARKER).write_text('{"city": "411700", "files": {}}', "utf-8")
    assert load_demo(data=data).notices == ()
    assert digests(data) == whole
    begun = tmp_path / "begun"
    begun.mkdir()
    (begun / f".{MARKER}.x1").write_text("half")
    assert load_demo(data=begun).notices == ()


def test_figures_loaded_before_the_first_run_are_kept(tmp_path: Path) -> None:
    data = tmp_path / "var"
    append(data / STORE_FILE, list(load_demo(data=tmp_path / "other").indicators.store)[:2])
    held = (data / STORE_FILE).read_bytes()
    load_demo(data=data)
    assert (data / STORE_FILE).read_bytes() == held


def test_an_edited_copy_is_kept_and_said(tmp_path: Path) -> None:
    data = tmp_path / "var"
    load_demo(data=data)
    table = data / "published.csv"
    table.write_bytes(table.read_bytes() + b"\n")
    edited = table.read_bytes()
    loaded = load_demo(data=data)
    assert [notice.en for notice in loaded.notices] == ["published.csv was edited and is used as it is"]
    assert table.read_bytes() == edited


def test_an_unedited_copy_follows_the_pack(tmp_path: Path) -> None:
    data = tmp_path / "var"
    load_demo(data=data)
    table, marker = data / "published.csv", data / MARKER
    current = table.read_bytes()
    table.write_bytes(b"older")
    told = json.loads(marker.read_text("utf-8"))
    told["files"]["published.csv"] = hashlib.sha256(b"older").hexdigest()
    marker.write_text(json.dumps(told), "utf-8")
    assert load_demo(data=data).notices == ()
    assert table.read_bytes() == current


def test_a_place_that_cannot_be_written_is_one_line(first: subprocess.CompletedProcess[str], place: Path) -> None:
    (place / "blocked").write_text("a file")
    found = demo("--out", "blocked", cwd=place)
    assert found.returncode == 2
    assert "计算" not in found.stderr  # told before the work, not after it
    assert "无法写入" in found.stderr
    assert "Traceback" not in found.stderr


@pytest.fixture
def serving(first: subprocess.CompletedProcess[str], place: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [sys.executable, "-u", "-c", PROGRAM, "demo", "--port", "18765"]
    with subprocess.Popen(command, cwd=place, env=QUIET, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8") as process:
        assert process.stdout is not None
        limit = threading.Timer(LIMIT_SECONDS, process.kill)
        limit.start()
        address = next(line for line in process.stdout if "http://" in line).split("http://")[1].split("/")[0]
        yield process, f"http://{address}"
        limit.cancel()
        process.kill()


def test_the_report_is_served_on_this_machine_until_ctrl_c(serving: tuple[subprocess.Popen[str], str], place: Path) -> None:
    process, address = serving
    assert address.startswith(f"http://{LOOPBACK}:")
    with urllib.request.urlopen(f"{address}/", timeout=10) as answer:
        assert answer.url == f"{address}/report.html"
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert answer.read() == (place / "out" / "report.html").read_bytes()
    (place / "out" / "secret.txt").write_text("x")
    for path in ("/secret.txt", "/../var/published.csv", "/%2e%2e/var/published.csv", "/nothing"):
        with pytest.raises(urllib.error.HTTPError, match="404") as refused:
            urllib.request.urlopen(f"{address}{path}", timeout=10)
        refused.value.close()
    process.send_signal(signal.SIGINT)
    rest, errors = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "已结束" in rest
    assert "Traceback" not in errors
    assert "GET" not in errors


def test_a_taken_port_gives_the_next(tmp_path: Path) -> None:
    with open_server(tmp_path, 18800) as one, open_server(tmp_path, one.server_address[1]) as other:
        assert other.server_address[1] > one.server_address[1]
