"""Makes `dist/shuangkong-VERSION-offline.tar.gz`: all that a machine without a package index needs.

    python packaging/bundle.py                  the archive
    python packaging/bundle.py --wheels         only fetch the wheels of the dependencies, as locked, into dist/wheels

The dependencies are those that the installed package asks for at run time, in the versions and with the hashes of `requirements.lock`; wheels
already in `dist/wheels` with a locked hash are not fetched again. The same sources give the same bytes.
"""

import argparse
import gzip
import hashlib
import io
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
DIST, WHEELS = ROOT / "dist", ROOT / "dist" / "wheels"
VENDOR = ROOT / "src/shuangkong/web/static/vendor/manifest.json"
OURS = "shuangkong"
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
GLIBC_MINOR_MOST = 28  # the oldest system that is served has glibc 2.28
PLATFORMS = [f"manylinux_2_{minor}_x86_64" for minor in range(GLIBC_MINOR_MOST, 4, -1)] + ["manylinux2014_x86_64", "manylinux2010_x86_64", "manylinux1_x86_64"]


def runtime_names() -> list[str]:
    """Return the packages that ours needs at run time, following extras and markers."""
    wanted: dict[str, set[str]] = {}
    left: list[tuple[str, set[str]]] = [(OURS, set())]
    while left:
        name, extras = left.pop()
        for line in metadata.distribution(name).requires or []:
            needed = Requirement(line)
            if needed.marker and not any(needed.marker.evaluate({"extra": extra}) for extra in extras | {""}):
                continue
            key = canonicalize_name(needed.name)
            if key not in wanted or not needed.extras <= wanted[key]:
                wanted[key] = wanted.get(key, set()) | needed.extras
                left.append((key, wanted[key]))
    return sorted(wanted)


def locked() -> dict[str, tuple[str, list[str]]]:
    """Return version and hashes of every package of the lock."""
    text = (ROOT / "requirements.lock").read_text("utf-8")
    entries = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)[^\n]*\n((?:    --hash=\S+[^\n]*\n)*)", text, re.MULTILINE)
    return {canonicalize_name(name): (version, re.findall(r"sha256:([0-9a-f]{64})", hashes)) for name, version, hashes in entries}


def digest(path: Path) -> str:
    with path.open("rb") as read:
        return hashlib.file_digest(read, "sha256").hexdigest()


def fetch_wheels() -> list[Path]:
    """Return the wheel of each dependency, fetched where it is not there with a locked hash."""
    WHEELS.mkdir(parents=True, exist_ok=True)
    lock, names = locked(), runtime_names()
    there = {digest(path): path for path in WHEELS.glob("*.whl")}
    missing = [name for name in names if not set(lock[name][1]) & set(there)]
    if missing:
        print(f"… 下载 {len(missing)} 个依赖包 / fetching {len(missing)} wheels", file=sys.stderr)
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as wanted:
            for name in missing:
                version, hashes = lock[name]
                wanted.write(f"{name}=={version} {' '.join(f'--hash=sha256:{one}' for one in hashes)}\n")
            wanted.flush()
            subprocess.run([
                sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:", "--require-hashes",
                "--python-version", PYTHON, "--implementation", "cp", *(f"--platform={one}" for one in PLATFORMS), "-r", wanted.name, "-d", WHEELS,
            ], check=True)  # fmt: skip
        there = {digest(path): path for path in WHEELS.glob("*.whl")}
    return [next(there[one] for one in lock[name][1] if one in there) for name in names]


def our_wheel(folder: Path) -> Path:
    """Build our own wheel into a folder; the front end must be there."""
    if not VENDOR.exists():
        sys.exit("前端资源尚未构建，请用 make bundle / the front end is not built: use make bundle")
    done = subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    return next(folder.glob("*.whl"))


def licence(name: str) -> str:
    """Return the licence that a package states."""
    told = metadata.metadata(name)
    stated = told.get("License-Expression") or next((one.rpartition(":: ")[2] for one in told.get_all("Classifier", []) if one.startswith("License ::")), "")
    return str(stated or (told.get("License") or "").partition("\n")[0] or "not stated")


def manifest(files: dict[str, bytes], version: str) -> bytes:
    """Say what the bundle holds: every file with its SHA-256, every component with its licence."""
    parts = [{"name": name, "version": metadata.version(name), "license": licence(name)} for name in [OURS, *runtime_names()]]
    told: dict[str, Any] = {
        "format": "shuangkong-bundle-1", "version": version, "pythons": [PYTHON], "platform": "linux x86_64, glibc >= 2.28", "components": parts,
        "front_end": json.loads(VENDOR.read_text("utf-8"))["packages"], "files": {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())},
    }  # fmt: skip
    return json.dumps(told, ensure_ascii=False, indent=1).encode()


def bundle() -> Path:
    """Write the archive and return where it is."""
    with tempfile.TemporaryDirectory() as folder:
        ours = our_wheel(Path(folder))
        version = ours.name.split("-")[1]
        wheels = [ours, *fetch_wheels()]
        files = {f"wheels/{path.name}": path.read_bytes() for path in wheels}
    pins = [f"{path.name.split('-')[0]}=={path.name.split('-')[1]} --hash=sha256:{hashlib.sha256(files[f'wheels/{path.name}']).hexdigest()}" for path in wheels]
    files["requirements.txt"] = ("\n".join(pins) + "\n").encode()
    for name in ("deploy.py", "set_aside.py", "shuangkong.service"):
        files[name] = (ROOT / "packaging" / name).read_bytes()
    for name in ("install.sh", "upgrade.sh", "rollback.sh"):
        files[name] = (ROOT / "packaging" / "start.sh").read_bytes()
    for name in ("operations.md", "operations.zh.md"):
        files[name] = (ROOT / "docs" / name).read_bytes()
    files["LICENSE"] = (ROOT / "LICENSE").read_bytes()
    files["manifest.json"] = manifest(files, version)
    target = DIST / f"{OURS}-{version}-offline.tar.gz"
    target.write_bytes(gzip.compress(_tar(f"{OURS}-{version}-offline", files), compresslevel=6, mtime=0))
    return target


def _tar(folder: str, files: dict[str, bytes]) -> bytes:
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, content in sorted(files.items()):
            entry = tarfile.TarInfo(f"{folder}/{name}")
            entry.size, entry.mode = len(content), 0o755 if name.endswith(".sh") else 0o644
            archive.addfile(entry, io.BytesIO(content))
    return written.getvalue()


def main() -> None:
    asks = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asks.add_argument("--wheels", action="store_true", help="only fetch the wheels")
    if asks.parse_args().wheels:
        fetch_wheels()
        return
    made = bundle()
    print(f"{made.relative_to(ROOT)}  {made.stat().st_size / 1e6:.1f} MB  sha256:{digest(made)}")


if __name__ == "__main__":
    main()
