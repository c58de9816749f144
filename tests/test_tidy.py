"""The style guide as a test: what a reader may rely on in every file."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "shuangkong"
DOMAIN = ("kernel", "rules", "evidence", "cities", "plan", "checks", "indicators", "energy", "pollution", "timeseries", "projects", "returns", "access", "assessment", "hj212")
BANNED_MODULES = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "base", "core"}
FRAMEWORKS_NAMES = {"store/sqlite_in_turn/base.py"}  # Django looks for a backend in a module of this name
STATISTICS = {SOURCE / "checks" / "robust.py"}  # float64 decides there whether a figure is odd; nothing of it is stored or summed
CLOCKS = {"today", "now", "utcnow", "time_ns", "monotonic"}
# Numbers that belong to arithmetic, not to law: identities, percent, hours and days, the scales of units.
ARITHMETIC = {"0", "1", "2", "3", "4", "7", "10", "12", "24", "100", "365", "1000", "10000", "100000", "1000000", "1000000000",
              "0.5", "0.1", "0.01", "0.001", "0.0001", "0.000001", "0.000000001"}


def _modules(*folders: str) -> list[Path]:
    places = [SOURCE / folder for folder in folders] if folders else [SOURCE]
    return sorted(file for place in places for file in place.rglob("*.py"))


def _calls(tree: ast.AST) -> Iterator[tuple[ast.Call, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            yield node, called.id if isinstance(called, ast.Name) else called.attr if isinstance(called, ast.Attribute) else ""


@pytest.mark.parametrize("file", _modules(), ids=lambda file: str(file.relative_to(SOURCE)))
def test_module_names_say_what_is_inside(file: Path) -> None:
    assert file.stem not in BANNED_MODULES or str(file.relative_to(SOURCE)) in FRAMEWORKS_NAMES


@pytest.mark.parametrize("file", [file for file in _modules(*DOMAIN) if file not in STATISTICS], ids=lambda file: str(file.relative_to(SOURCE)))
def test_the_domain_has_no_clock_no_float_and_no_print(file: Path) -> None:
    tree = ast.parse(file.read_text("utf-8"))
    slips = [f"line {call.lineno}: {name}()" for call, name in _calls(tree) if name in CLOCKS | {"print", "float", "open"}]
    slips += [
        f"line {node.lineno}: float literal {node.value}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, float)
    ]
    assert slips == []


@pytest.mark.parametrize(
    "file", _modules("plan", "checks", "indicators", "energy", "pollution", "timeseries", "projects", "assessment"), ids=lambda file: str(file.relative_to(SOURCE))
)
def test_policy_numbers_stand_in_the_rules_not_in_code(file: Path) -> None:
    tree = ast.parse(file.read_text("utf-8"))
    slips = [
        f"line {call.lineno}: {argument.value}"
        for call, name in _calls(tree)
        if name == "Decimal"
        for argument in call.args
        if isinstance(argument, ast.Constant) and str(argument.value).lstrip("-") not in ARITHMETIC
    ]
    assert slips == []


@pytest.mark.parametrize("file", _modules(), ids=lambda file: str(file.relative_to(SOURCE)))
def test_no_address_of_a_machine_and_no_unfinished_work(file: Path) -> None:
    text = file.read_text("utf-8")
    assert not re.search(r"(^|[^\w.])/(work|root|home|farm)/", text)
    assert not re.search(r"\b(TODO|FIXME|XXX|NotImplementedError)\b", text)


@pytest.mark.parametrize("folder", [folder for folder in DOMAIN if folder != "kernel"])
def test_every_room_has_a_one_screen_readme(folder: str) -> None:
    text = (SOURCE / folder / "README.md").read_text("utf-8")
    assert len(text.splitlines()) <= 50


def test_lock_and_project_name_no_index() -> None:
    for name in ("requirements.lock", "pyproject.toml"):
        assert "http" not in (ROOT / name).read_text("utf-8").replace("https://", "http") or name == "pyproject.toml"
    assert "index-url" not in (ROOT / "pyproject.toml").read_text("utf-8")
