"""Installs, upgrades and rolls back a release from an unpacked bundle, without network, compiler or Node; the standard library alone.

    DIR/releases/VERSION    a release each, an environment of its own
    DIR/current             symlink to the one in use, switched in one step
    DIR/shuangkong.env      settings of the deployment, KEY=VALUE, kept by upgrades
    DIR/data, DIR/backups   data and the backup before each upgrade, unless the settings name another data folder

An upgrade takes a backup, migrates, and starts the new release once on a spare port of this machine; only if `/healthz` says that all is well
does it stay. Else the release before is in use again, over the backup.
"""

import argparse
import fcntl
import gzip
import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

BUNDLE = Path(__file__).resolve().parent
TRIAL_SECONDS = 120
ENVIRONMENT = """# 部署设置 / settings of the deployment, KEY=VALUE
SHUANGKONG_DATA={data}
# SHUANGKONG_HOSTS=nengxiao.example.gov.cn
# SHUANGKONG_ORIGINS=https://nengxiao.example.gov.cn
# SHUANGKONG_DATABASE=postgresql://shuangkong@localhost:5432/shuangkong
# PGPASSFILE=/etc/shuangkong/pgpass
# SHUANGKONG_CITY=/etc/shuangkong/city
"""


class Stopped(Exception):
    """It cannot go on, and why."""


def say(zh: str, en: str) -> None:
    print(f"… {zh} / {en}", flush=True)


def verify(bundle: Path) -> "dict[str, Any]":
    """Hold every file against the manifest, and nothing else may be there; return the manifest."""
    told: dict[str, Any] = json.loads((bundle / "manifest.json").read_text("utf-8"))
    there = {str(path.relative_to(bundle)) for path in bundle.rglob("*") if path.is_file() and "__pycache__" not in path.parts} - {"manifest.json"}
    wrong = sorted(there ^ set(told["files"]))
    wrong += [name for name, digest in told["files"].items() if name in there and hashlib.sha256((bundle / name).read_bytes()).hexdigest() != digest]
    if wrong:
        raise Stopped(f"安装包不完整或被改动 / the bundle is damaged or was changed: {', '.join(wrong)}")
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    if python not in told["pythons"]:
        raise Stopped(f"安装包适用 Python {', '.join(told['pythons'])}，本机为 {python}；用 PYTHON=… 指定 / the bundle is for Python {', '.join(told['pythons'])}, this is {python}: name another with PYTHON=…")
    return told


class Place:
    """A deployment: its folder and what stands in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.current, self.releases, self.backups = self.folder / "current", self.folder / "releases", self.folder / "backups"

    @property
    def environment(self) -> "dict[str, str]":
        lines = [line.strip() for line in (self.folder / "shuangkong.env").read_text("utf-8").splitlines()]
        told = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
        return os.environ | {name: value.strip("'\"") for name, value in told.items()}

    @property
    def data(self) -> Path:
        return Path(self.environment["SHUANGKONG_DATA"])

    @property
    def release(self) -> Path:
        if not self.current.is_symlink():
            raise Stopped(f"{self.folder} 中没有已安装的版本 / holds no release")
        return self.current.resolve()

    def owner(self) -> "dict[str, Any]":
        """Return as whom to touch the data: root leaves nothing of its own in somebody's folder."""
        held = self.data.stat()
        return {"user": held.st_uid, "group": held.st_gid, "extra_groups": []} if os.geteuid() == 0 and held.st_uid else {}

    def run(self, release: Path, *words: "str | Path") -> str:
        done = subprocess.run([release / "bin" / words[0], *words[1:]], env=self.environment, cwd=self.folder, capture_output=True, text=True, check=False, **self.owner())
        if done.returncode:
            raise Stopped(f"{' '.join(map(str, words[:3]))}: {(done.stderr or done.stdout).strip()[-2000:]}")
        return done.stdout.strip()

    def switch(self, release: Path) -> None:
        """Let `current` be a release, in one step."""
        aside = self.folder / "current.new"
        aside.unlink(missing_ok=True)
        aside.symlink_to(release.relative_to(self.folder))
        aside.replace(self.current)

    @contextmanager
    def at_rest(self, service: str) -> Iterator[None]:
        """Stop the service where its name is given; nobody may be using the data meanwhile."""
        if service:
            subprocess.run(["systemctl", "stop", service], check=True)
        try:
            held = self.data / "serve.lock"
            with held.open() if held.exists() else open(os.devnull) as lock:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    raise Stopped("平台仍在运行，先停止它，或用 --service 名称 / the platform is running: stop it first, or give --service NAME") from None
            yield
        finally:
            if service:
                subprocess.run(["systemctl", "start", service], check=False)

    def is_well(self, release: Path) -> str:
        """Serve a release on a spare port of this machine until it says whether it is well; return what is wrong, nothing if all is well."""
        with socket.socket() as spare:
            spare.bind(("127.0.0.1", 0))
            port = spare.getsockname()[1]
        said = self.folder / "trial.log"
        with said.open("w") as log:
            trial = subprocess.Popen(
                [release / "bin" / "shuangkong", "serve", "--port", str(port), "--workers", "1"], env=self.environment | {"SHUANGKONG_HOSTS": "127.0.0.1"},
                cwd=self.folder, stdout=log, stderr=log, **self.owner(),
            )  # fmt: skip
            try:
                answer = asked(f"http://127.0.0.1:{port}/healthz", trial)
            finally:
                trial.terminate()
                trial.wait()
        told = said.read_text("utf-8")
        said.unlink()
        return "" if answer == 200 else f"/healthz: {answer or '没有应答 / no answer'}\n{told[-2000:]}"


def asked(address: str, process: "subprocess.Popen[bytes]") -> int:
    """Return the status of an answer, 0 where none came while the process lived."""
    last = time.monotonic() + TRIAL_SECONDS
    status = 0
    while process.poll() is None and time.monotonic() < last:
        try:
            with urllib.request.urlopen(address, timeout=60) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            return refused.code
        except OSError:
            time.sleep(0.2)
    return status


def set_up(place: Place, told: "dict[str, Any]") -> Path:
    """Make the environment of the release; it is there whole or not at all."""
    release = place.releases / told["version"]
    if release.exists():
        raise Stopped(f"{told['version']} 已安装 / is installed already: {release}")
    say(f"安装 {told['version']}", f"installing {told['version']}")
    place.releases.mkdir(parents=True, exist_ok=True)
    try:
        subprocess.run([sys.executable, "-m", "venv", release], check=True)
        pip = [release / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-cache-dir", "--no-index"]
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHON"))} | {"PIP_CONFIG_FILE": os.devnull}
        subprocess.run([*pip, "--find-links", BUNDLE / "wheels", "--require-hashes", "-r", BUNDLE / "requirements.txt"], env=kept, check=True)
        for path in release.glob("lib/python*/site-packages/shuangkong/web/static/**/*"):
            if path.suffix in (".css", ".js", ".svg", ".json") and not path.with_name(f"{path.name}.gz").exists():
                path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes(), mtime=0))  # what the static server sends instead
        for name in ("deploy.py", "set_aside.py", "manifest.json", "rollback.sh"):
            shutil.copy(BUNDLE / name, release / name)
    except (subprocess.CalledProcessError, OSError) as trouble:
        shutil.rmtree(release, ignore_errors=True)
        raise Stopped(str(trouble)) from None
    return release


def install(place: Place, arguments: argparse.Namespace) -> None:
    """The first release of a deployment."""
    told = verify(BUNDLE)
    if place.current.exists():
        raise Stopped("已有安装，请用 upgrade.sh / there is a release already: use upgrade.sh")
    release = set_up(place, told)
    settings = place.folder / "shuangkong.env"
    if not settings.exists():
        settings.touch(mode=0o600)
        settings.write_text(ENVIRONMENT.format(data=(arguments.data or place.folder / "data").resolve()), "utf-8")
    place.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    place.backups.mkdir(mode=0o700, exist_ok=True)
    try:
        place.run(release, "shuangkong", "migrate")
    except Stopped:
        shutil.rmtree(release)
        raise
    place.switch(release)
    say(f"已安装：{place.current}/bin/shuangkong；设置在 {settings}", f"installed; settings are in {settings}")


def upgrade(place: Place, arguments: argparse.Namespace) -> None:
    """The next release beside the one in use."""
    told, before = verify(BUNDLE), place.release
    release = set_up(place, told)
    stamp = time.strftime("%Y%m%d%H%M%S")
    try:
        with place.at_rest(arguments.service):
            backup = place.backups / f"before-{told['version']}-{stamp}.zip"
            say(f"备份 {backup}", "backing up")
            place.run(before, "shuangkong", "backup", "--out", backup)
            try:
                say("升级数据表，试运行", "migrating, trying it out")
                place.run(release, "shuangkong", "migrate")
                if trouble := place.is_well(release):
                    raise Stopped(trouble)
            except Stopped:
                put_back(place, before, backup, stamp)
                raise
            (release / "upgraded_from.json").write_text(json.dumps({"release": before.name, "backup": str(backup)}), "utf-8")
            place.switch(release)
    except BaseException:
        shutil.rmtree(release, ignore_errors=True)
        raise
    say(f"已升级：{before.name} → {told['version']}；退回用 {place.current}/rollback.sh", f"upgraded from {before.name}; to go back: rollback.sh")


def put_back(place: Place, release: Path, backup: Path, stamp: str) -> None:
    """Restore a backup with the release that took it; what stands there now is put aside, not deleted."""
    script = next(one for one in (BUNDLE / "set_aside.py", release / "set_aside.py") if one.exists())
    aside = place.run(release, "python", script, stamp)
    place.run(release, "shuangkong", "restore", backup, "--data", place.data)
    say(f"已恢复 {backup}；原数据留在 {aside}", f"restored the backup; what stood there is kept in {aside}")


def rollback(place: Place, arguments: argparse.Namespace) -> None:
    """Back to the release before: with the data as they are where it can read them, else with the backup taken then."""
    here = place.release
    note = here / "upgraded_from.json"
    if not note.exists():
        raise Stopped("没有可退回的版本 / there is no release to go back to")
    told = json.loads(note.read_text("utf-8"))
    before, backup, stamp = place.releases / told["release"], Path(told["backup"]), time.strftime("%Y%m%d%H%M%S")
    with place.at_rest(arguments.service):
        kept = place.backups / f"before-rollback-{stamp}.zip"
        place.run(here, "shuangkong", "backup", "--out", kept)
        if arguments.restore_data:
            put_back(place, before, backup, stamp)
        if trouble := place.is_well(before):
            if arguments.restore_data:
                put_back(place, here, kept, f"{stamp}_again")
                raise Stopped(trouble)
            raise Stopped(f"{trouble}\n{before.name} 不能使用现有数据；加 --restore-data 恢复升级前的备份（其后所填的数据只留在 {kept}） / cannot use the data as they are: add --restore-data to restore the backup before the upgrade; what was filed since stays in {kept} alone")
        place.switch(before)
    say(f"已退回 {before.name}", f"back to {before.name}")


def main() -> NoReturn:
    asks = argparse.ArgumentParser(prog="shuangkong", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asks.add_argument("action", choices=["install", "upgrade", "rollback"])
    asks.add_argument("--to", type=Path, default=BUNDLE.parents[1] if BUNDLE.parent.name == "releases" else Path("/opt/shuangkong"), help="安装位置 / where the deployment is")
    asks.add_argument("--data", type=Path, help="数据目录，首次安装时 / data folder, at the first installation")
    asks.add_argument("--service", default="", help="systemd 服务名，升级时停止再启动 / systemd service to stop and start")
    asks.add_argument("--restore-data", action="store_true", help="退回时恢复升级前的备份 / on the way back, restore the backup before the upgrade")
    arguments = asks.parse_args()
    os.umask(0o022 if os.geteuid() == 0 else 0o077)  # a service of another user must be able to read what root installs
    try:
        {"install": install, "upgrade": upgrade, "rollback": rollback}[arguments.action](Place(arguments.to), arguments)
    except (Stopped, OSError, subprocess.CalledProcessError) as stopped:
        print(stopped, file=sys.stderr)
        sys.exit(2)
    sys.exit(0)


if __name__ == "__main__":
    main()
