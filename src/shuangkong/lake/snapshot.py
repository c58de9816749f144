"""The lake and its inbox at one moment (数据湖快照), copied while drain and roll-up go on: what is listed under the lock stays on disk for a day."""

import json
import os
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from deltalake import DeltaTable

from shuangkong.lake.readings import Lake

LOG = "_delta_log"


def copy_lake(lake: Lake, inbox: Path, target: Path) -> dict[str, int]:
    """Copy every table of the lake and the inbox beside it into a folder, and return the version of each table (复制数据湖).

    Parameters
    ----------
    lake : Lake
        Its writers wait while the files are listed, not while they are copied.
    inbox : Path
        The file of the inbox; what was acknowledged and is not yet in the lake.
    target : Path
        An empty folder, on the same disk or another.
    """
    named: dict[str, list[str]] = {}
    versions: dict[str, int] = {}
    with lake.writing():
        if inbox.exists():
            target.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(inbox)) as source, closing(sqlite3.connect(target / inbox.name)) as copy:
                source.backup(copy)
                copy.execute("PRAGMA journal_mode=DELETE")
        for log in sorted(lake.folder.glob(f"*/{LOG}")):
            table = DeltaTable(log.parent)
            name = log.parent.name
            versions[name] = table.version()
            named[name] = _paths(table)
            for path in _log_files(log, versions[name]):
                _copy(path, target / lake.folder.name / name / LOG / path.name)
    for name, paths in named.items():
        for relative in paths:
            _copy(lake.folder / name / relative, target / lake.folder.name / name / relative)
    return versions


def is_whole(folder: Path, versions: Mapping[str, int]) -> bool:
    """Return whether the tables of a copied lake stand at these versions with every file (核对快照)."""
    for name, version in versions.items():
        table = DeltaTable(folder / name)
        if table.version() != version or not all((folder / name / path).exists() for path in _paths(table)):
            return False
    return True


def _paths(table: DeltaTable) -> list[str]:
    found: list[str] = table.get_add_actions(flatten=True).column("path").to_pylist()
    return found


def _log_files(log: Path, version: int) -> list[Path]:
    """The entries up to a version, and the note of the last checkpoint where that is among them."""
    noted = log / "_last_checkpoint"
    found = [path for path in log.iterdir() if path.name[:20].isdigit() and int(path.name[:20]) <= version]
    return found + [noted] * (noted.exists() and json.loads(noted.read_text())["version"] <= version)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:  # another disk
        shutil.copy2(source, target)
