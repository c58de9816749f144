"""`shuangkong user` from the command line: a fresh deployment to its first administrators."""

import os
import subprocess
import sys
from pathlib import Path


def run(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SHUANGKONG_", "DJANGO_"))}
    return subprocess.run(
        [sys.executable, "-c", "from shuangkong.cli import main; main()", "user", *words, "--data", str(data)], env=environment, capture_output=True, text=True, check=False
    )


def test_from_an_empty_folder_to_three_administrators(tmp_path: Path) -> None:
    data = tmp_path / "var"
    first = run(data, "first-admin", "zhang.wei", "--full-name", "张伟")
    assert first.returncode == 0
    assert first.stdout.startswith("/password/")
    assert len(first.stdout.strip()) >= 40
    again = run(data, "first-admin", "li.si")
    assert (again.returncode, again.stdout) == (2, "")
    assert "已由 zhang.wei 担任" in again.stderr
    assert run(data, "first-admin", "li.na", "--role", "security").returncode == 0
    assert run(data, "list").stdout.splitlines() == ["li.na\tli.na\t在用\t安全管理员@411700", "zhang.wei\t张伟\t在用\t系统管理员@411700"]
    reset = run(data, "reset", "zhang.wei", "--reason", "口令遗忘")
    assert reset.stdout.startswith("/password/")
    assert reset.stdout != first.stdout
    assert run(data, "end", "li.na", "--reason", "调离").stdout == "已停用 li.na，结束岗位 1 个\n"
    assert "停用" in run(data, "list").stdout
    for words in (("reset", "nobody", "--reason", "试"), ("reset", "zhang.wei"), ("first-admin", "Bad Name", "--role", "audit"), ("end", "nobody", "--reason", "试")):
        refused = run(data, *words)
        assert refused.returncode == 2
        assert "Traceback" not in refused.stderr
