"""Backup while others write, restore into an empty place, and what is refused."""

import json
import zipfile
from pathlib import Path

import pytest
from own_deployment import Deployment, fresh


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    made = fresh(tmp_path_factory.mktemp("prepared") / "data", "prepared_backup")
    made.run("prepare", 6)
    return made


def test_a_backup_under_load_restores_to_a_verified_chain(prepared: Deployment, tmp_path: Path) -> None:
    busy = prepared.copy(tmp_path / "busy", "backup_busy")
    writers = [busy.start("travel", first, first + 3) for first in (0, 3)]
    assert writers[0].stdout is not None
    writers[0].stdout.readline()
    archive, readings = tmp_path / "under-load.zip", tmp_path / "readings.csv"
    readings.write_text("meter,ts,reading\nD1,2025-03-10 08:00:00,100\nD1,2025-03-10 08:15:00,103\n")
    assert busy.command("readings", "import", readings, "--data", busy.data).returncode == 0
    made = busy.command("backup", "--data", busy.data, "--out", archive, "--lake")
    assert made.returncode == 0, made.stderr
    for writer in writers:
        assert writer.communicate()[1] == ""
    assert "acts 30" in busy.run("verify")
    with zipfile.ZipFile(archive) as opened:
        told = json.loads(opened.read("manifest.json"))
    assert told["chain_head"] in made.stdout
    restored = fresh(tmp_path / "restored", "backup_restored")
    said = restored.command("restore", archive, "--data", restored.data)
    assert (said.returncode, f"存证链 {told['links']} 环，校验成立" in said.stdout) == (0, True), said.stdout + said.stderr
    restored.run("verify")
    restored.run("travel", 0, 6)  # work goes on where it stood
    assert "acts 30" in restored.run("verify")
    assert '"same": 2' in restored.command("readings", "import", readings, "--data", restored.data, "--format", "json").stdout
    again = restored.command("restore", archive, "--data", restored.data)
    assert (again.returncode, "已有数据，不能覆盖" in again.stderr) == (2, True)


def test_a_damaged_or_foreign_file_is_refused(prepared: Deployment, tmp_path: Path) -> None:
    archive = tmp_path / "whole.zip"
    prepared.command("backup", "--data", prepared.data, "--out", archive)
    damaged = tmp_path / "damaged.zip"
    with zipfile.ZipFile(archive) as read, zipfile.ZipFile(damaged, "w") as written:
        for name in read.namelist():
            content = read.read(name)
            written.writestr(name, content if name == "manifest.json" else content[:-1] + b"!")
    place = fresh(tmp_path / "place", "backup_damaged")
    said = place.command("restore", damaged, "--data", place.data)
    assert (said.returncode, "已损坏或被改动" in said.stderr) == (2, True), said.stderr
    foreign = tmp_path / "foreign.zip"
    foreign.write_bytes(b"PK no zip")
    said = place.command("restore", foreign, "--data", place.data)
    assert (said.returncode, "不是本软件的备份" in said.stderr) == (2, True)


def test_only_the_newest_backups_are_kept(prepared: Deployment, tmp_path: Path) -> None:
    for _ in range(3):
        assert prepared.command("backup", "--data", prepared.data, "--into", tmp_path / "kept", "--keep", 2).returncode == 0
    assert len(list((tmp_path / "kept").iterdir())) == 2


def test_a_backup_of_sqlite_is_restored_into_postgresql(tmp_path: Path) -> None:
    source = Deployment(tmp_path / "source")
    source.data.mkdir()
    source.run("prepare", 1)
    source.run("travel", 0, 1)
    archive = tmp_path / "sqlite.zip"
    source.command("backup", "--data", source.data, "--out", archive)
    target = fresh(tmp_path / "target", "backup_across")
    said = target.command("restore", archive, "--data", target.data)
    assert (said.returncode, "校验成立" in said.stdout) == (0, True), said.stdout + said.stderr
    assert "acts 5" in target.run("verify")


def test_nobodys_session_is_in_a_backup(prepared: Deployment, tmp_path: Path) -> None:
    busy = prepared.copy(tmp_path / "signed-in", "backup_sessions")
    busy.run("session")
    archive = tmp_path / "without.zip"
    busy.command("backup", "--data", busy.data, "--out", archive)
    with zipfile.ZipFile(archive) as opened:
        content = b"".join(opened.read(name) for name in opened.namelist() if name.startswith(("database", "tables/")))
    assert b"key-of-a-session" not in content
    assert b"K003" in content
