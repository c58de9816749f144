"""Backup and restore: one archive of one moment, taken while others write; what is restored is held against its chain before anybody trusts it.

An archive is a zip of `manifest.json` (format, version, engine, migrations, chain head, digest of every part) and the parts: of SQLite
the database file as its online backup gives it, of PostgreSQL a table each as COPY writes it. Sessions and the key of the deployment
are left out: whoever signed in signs in again, and the key is kept apart from what it protects. On demand the lake and its inbox are in it too.
"""

import hashlib
import json
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, connections, transaction
from django.db.migrations.recorder import MigrationRecorder

from shuangkong import __version__
from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.lake.snapshot import copy_lake, is_whole
from shuangkong.services import clock
from shuangkong.services.chain_verification import ChainCheck, verify_chain
from shuangkong.services.device_states import INBOX_FILE
from shuangkong.services.readings import LAKE_FOLDER, conventions_on, open_lake
from shuangkong.services.snapshots import snapshot
from shuangkong.store.models import ChainLink

FORMAT = "shuangkong-backup-1"
MANIFEST, DATABASE, TABLES = "manifest.json", "database.sqlite3", "tables/"
_PREFIX = "shuangkong-"
_BLOCK = 1 << 20


class UnfitBackup(Refusal):
    """The file is no backup that can be restored here (备份不可用)."""

    def __init__(self, path: Path, rule: Words, remedy: Words) -> None:
        super().__init__(thing=Words("备份文件", "backup"), value=path.name, rule=rule, remedy=remedy)


class TargetNotEmpty(Refusal):
    """A backup is restored into an empty place only (恢复位置不空)."""

    def __init__(self, place: object) -> None:
        super().__init__(
            thing=Words("恢复位置", "target"), value=place, rule=Words("已有数据，不能覆盖", "holds data, which is never overwritten"),
            remedy=Words("换一个空的数据目录或数据库", "use an empty data folder or database"),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Backup:
    """An archive as it says of itself (备份): when, of which version and engine, how many links, the digest of the last."""

    path: Path
    digest: str
    told: dict[str, Any]

    @property
    def words(self) -> Words:
        """The archive on one line."""
        told = self.told
        return Words(
            f"{self.path}  版本 {told['version']}，{told['engine']}，存证链 {told['links']} 环，链尾 {told['chain_head']}，文件摘要 {self.digest}",
            f"{self.path}  version {told['version']}, {told['engine']}, chain of {told['links']} links, last {told['chain_head']}, digest {self.digest}",
        )


def make_backup(*, out: Path, with_lake: bool = False) -> Backup:
    """Write an archive of the deployment as it stands at one moment, holding up nobody (备份).

    Parameters
    ----------
    out : Path
        The archive; it is there whole or not at all.
    with_lake : bool
        Whether the readings and what is made of them are in it.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".backup-") as folder:
        aside = Path(folder)
        told = _dump_sqlite(aside) if connection.vendor == "sqlite" else _dump_postgresql(aside)
        if with_lake:
            told["lake"] = _copy_lake(aside)
        parts = sorted(path for path in aside.rglob("*") if path.is_file())
        manifest = {
            "format": FORMAT, "version": __version__, "engine": connection.vendor, "made_at": clock.now().isoformat(), "city": settings.CITY_FOLDER and Path(settings.CITY_FOLDER).name,
            "parts": {str(path.relative_to(aside)): _digest(path) for path in parts}, **told,
        }  # fmt: skip
        half = aside / "archive"
        with zipfile.ZipFile(half, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True))
            for path in parts:
                archive.write(path, str(path.relative_to(aside)))
        found = Backup(out, _digest(half), manifest)
        half.replace(out)
    return found


def make_scheduled_backup(*, folder: Path, keep: int, with_lake: bool = False) -> Backup:
    """Write the next archive of a folder and remove all but the newest `keep` (定期备份)."""
    made = make_backup(out=folder / f"{_PREFIX}{clock.now():%Y%m%dT%H%M%S%f}.zip", with_lake=with_lake)
    for old in sorted(folder.glob(f"{_PREFIX}*.zip"))[:-keep]:
        old.unlink()
    return made


def restore_backup(*, path: Path) -> tuple[Backup, ChainCheck]:
    """Restore an archive into the empty place of this deployment and verify the chain there (恢复).

    Raises
    ------
    UnfitBackup
        If it is no archive, was changed, or is of another engine that cannot be read into this one.
    TargetNotEmpty
        If there is anything to lose.
    """
    found = read_backup(path)
    engine = found.told["engine"]
    if connection.vendor == "sqlite" and engine != "sqlite":
        raise UnfitBackup(path, Words("取自 PostgreSQL，不能恢复到 SQLite", "was taken from PostgreSQL"), Words("设置 SHUANGKONG_DATABASE 后再恢复", "set SHUANGKONG_DATABASE"))
    _require_empty()
    if "lake" in found.told and _lake_folder().exists():
        raise TargetNotEmpty(_lake_folder())
    with tempfile.TemporaryDirectory(dir=settings.DATA, prefix=".restore-") as folder, zipfile.ZipFile(path) as archive:
        for name, digest in found.told["parts"].items():
            _unpack(archive, name, Path(folder), digest, path)
        if connection.vendor == "sqlite":
            connections.close_all()
            Path(folder, DATABASE).replace(settings.DATABASES["default"]["NAME"])
        else:
            for app, name in found.told["migrations"].items():
                call_command("migrate", app, name, verbosity=0, interactive=False)
            with transaction.atomic():
                _load(Path(folder), engine)
        call_command("migrate", verbosity=0, interactive=False)
        if "lake" in found.told:
            _put_lake(Path(folder), found)
    check = verify_chain()
    if check.head != found.told["chain_head"]:
        raise UnfitBackup(path, Words("恢复后的链尾与备份所载不同", "gives another chain head than it states"), Words("改用另一份备份", "use another backup"))
    return found, check


def read_backup(path: Path) -> Backup:
    """Return what an archive says of itself (读备份清单)."""
    try:
        with zipfile.ZipFile(path) as archive:
            told = json.loads(archive.read(MANIFEST))
            stray = set(archive.namelist()) ^ {MANIFEST, *told["parts"]}
    except (zipfile.BadZipFile, KeyError, ValueError, OSError):
        raise UnfitBackup(path, Words("不是本软件的备份", "is no backup of this program"), Words("检查文件", "check the file")) from None
    if told.get("format") != FORMAT or stray:
        raise UnfitBackup(path, Words("格式不符", "is in another form"), Words("用写出它的版本恢复", "use the version that wrote it"))
    return Backup(path, _digest(path), told)


def _lake_folder() -> Path:
    return Path(settings.DATA) / LAKE_FOLDER


def _copy_lake(aside: Path) -> dict[str, int]:
    if not _lake_folder().exists():
        return {}
    conventions = conventions_on(clock.today())
    return copy_lake(open_lake(Path(settings.DATA), conventions=conventions), Path(settings.DATA) / INBOX_FILE, aside)


def _put_lake(folder: Path, found: Backup) -> None:
    """Move what was unpacked to its place, if it is what the manifest says."""
    if not is_whole(folder / LAKE_FOLDER, found.told["lake"]):
        raise UnfitBackup(found.path, Words("数据湖快照不完整", "holds no whole snapshot of the lake"), Words("改用另一份备份", "use another backup"))
    for name in (INBOX_FILE, LAKE_FOLDER):
        if (folder / name).exists():
            (folder / name).replace(Path(settings.DATA) / name)


def _require_empty() -> None:
    if connection.vendor == "sqlite":
        place = Path(settings.DATABASES["default"]["NAME"])
        if place.exists() and place.stat().st_size and connection.introspection.table_names():
            raise TargetNotEmpty(place)
        return
    if "store_chainlink" in connection.introspection.table_names() and (
        ChainLink.objects.exists() or apps.get_model("store", "Person").objects.exists()
    ):
        raise TargetNotEmpty(connection.settings_dict["NAME"])


def _state() -> dict[str, Any]:
    last = ChainLink.objects.order_by("-index").first()
    migrations = dict(sorted(MigrationRecorder(connection).applied_migrations()))
    return {"links": last.index + 1 if last else 0, "chain_head": last.digest if last else "", "migrations": migrations}


def _dump_sqlite(folder: Path) -> dict[str, Any]:
    """Copy the database in one step, which in write-ahead mode holds up no writer, and read the state from the copy."""
    connection.ensure_connection()
    target = sqlite3.connect(folder / DATABASE)
    try:
        connection.connection.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")
        target.execute(f"DELETE FROM {_quoted(_sessions())}")
        target.commit()
        last = target.execute('SELECT "index", digest FROM store_chainlink ORDER BY "index" DESC LIMIT 1').fetchone()
        migrations = dict(sorted(target.execute("SELECT app, name FROM django_migrations")))
    finally:
        target.close()
    return {"links": last[0] + 1 if last else 0, "chain_head": last[1] if last else "", "migrations": migrations}


def _tables() -> Iterator[tuple[str, list[str], bool]]:
    """Yield each table with its columns, and whether it may be emptied first."""
    there = set(connection.introspection.table_names())
    for model in apps.get_models(include_auto_created=True):
        table = model._meta.db_table
        if model._meta.managed and table in there and table != _sessions():
            yield table, [one.column for one in model._meta.local_concrete_fields], not getattr(model, "append_only", False)


def _dump_postgresql(folder: Path) -> dict[str, Any]:
    (folder / TABLES).mkdir()
    with snapshot(), connection.cursor() as cursor:
        told = _state()
        for table, columns, _ in _tables():
            with (folder / TABLES / table).open("wb") as written, cursor.copy(f"COPY {_quoted(table)} ({_listed(columns)}) TO STDOUT") as copy:
                for piece in copy:
                    written.write(piece)
    return told


def _load(folder: Path, engine: str) -> None:
    """Fill the fresh tables; foreign keys are checked at the end of the transaction."""
    with connection.cursor() as cursor:
        for table, columns, may_be_emptied in _tables():
            if may_be_emptied:
                cursor.execute(f"DELETE FROM {_quoted(table)}")
            with cursor.copy(f"COPY {_quoted(table)} ({_listed(columns)}) FROM STDIN") as copy:
                if engine == "sqlite":
                    for row in _rows_of_sqlite(folder / DATABASE, table, columns):
                        copy.write_row(row)
                    continue
                with (folder / TABLES / table).open("rb") as read:
                    while piece := read.read(_BLOCK):
                        copy.write(piece)
        for statement in connection.ops.sequence_reset_sql(no_style(), list(apps.get_models(include_auto_created=True))):
            cursor.execute(statement)


def _rows_of_sqlite(path: Path, table: str, columns: list[str]) -> Iterator[tuple[Any, ...]]:
    source = sqlite3.connect(path)
    try:
        yield from source.execute(f"SELECT {_listed(columns)} FROM {_quoted(table)}")
    finally:
        source.close()


def _sessions() -> str:
    table: str = import_module(settings.SESSION_ENGINE).SessionStore.get_model_class()._meta.db_table
    return table


def _quoted(name: str) -> str:
    return f'"{name}"'


def _listed(columns: list[str]) -> str:
    return ", ".join(_quoted(one) for one in columns)


def _digest(path: Path) -> str:
    with path.open("rb") as read:
        return f"sha256:{hashlib.file_digest(read, 'sha256').hexdigest()}"


def _unpack(archive: zipfile.ZipFile, name: str, folder: Path, digest: str, path: Path) -> None:
    place = (folder / name).resolve()
    if folder.resolve() not in place.parents:
        raise UnfitBackup(path, Words("部件名称越界", "has a part that leads outside"), Words("改用另一份备份", "use another backup"))
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        with archive.open(name) as read, place.open("wb") as written:
            shutil.copyfileobj(read, written, _BLOCK)
        is_whole = _digest(place) == digest
    except zipfile.BadZipFile:
        is_whole = False
    if not is_whole:
        raise UnfitBackup(path, Words(f"{name} 已损坏或被改动", f"{name} was damaged or changed"), Words("改用另一份备份", "use another backup"))
