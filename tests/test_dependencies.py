"""What we depend on, as far as it can be audited without a network; `make audit` asks the advisory service where it can be reached."""

import re
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LOCK = (ROOT / "requirements.lock").read_text("utf-8")
BLOCK = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)(?P<marker>[^\\\n]*)\\?\n(?P<hashes>(?:    --hash=sha256:[0-9a-f]{64}[ \\]*\n)*)", re.MULTILINE)
LOCKED = {found["name"]: found for found in BLOCK.finditer(LOCK)}
ALLOWED = {
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "LGPL-3.0-only", "LGPL-3.0-or-later", "MIT", "MIT-0", "MPL-2.0", "PSF-2.0", "Unlicense", "Zlib",
    "Apache Software License", "BSD License", "ISC License (ISCL)", "MIT License", "Mozilla Public License 2.0 (MPL 2.0)", "Python Software Foundation License",
}  # fmt: skip
# Never: what the index calls by these names is something else, empty, or under a licence that we may not take.
BARRED = {"viewflow", "vtlengine", "django-viewflow", "nats-server", "jeilyfish", "python3-dateutil", "ctx", "colourama", "request", "urllib", "djanga", "openpyxI"}
# Below these, advisories were published that concern what we use it for (from memory; `make audit` asks).
AT_LEAST = {"django": (5, 2, 8), "jinja2": (3, 1, 6), "gunicorn": (23, 0), "urllib3": (2, 5), "requests": (2, 32, 4), "lxml": (5, 4), "pyyaml": (5, 4), "idna": (3, 7)}
ELSEWHERE = {"colorama", "tzdata"}  # locked for other systems; not installed here


def licences(name: str) -> set[str]:
    """Return the licences that the installed package states, each on its own; of a free choice those that we take."""
    told = metadata.metadata(name)
    stated = told.get("License-Expression")
    if stated:
        named = set(re.split(r"\s+(?:AND|OR)\s+|[()]", stated)) - {""}
        return (" AND " not in stated and named & ALLOWED) or named
    return {one.rpartition(" :: ")[2] for one in told.get_all("Classifier") or () if one.startswith("License :: ")} or {str(told.get("License"))}


def test_the_lock_is_read_whole() -> None:
    assert len(LOCKED) > 50
    assert sorted(LOCKED) == sorted(re.findall(r"^([A-Za-z0-9._-]+)==", LOCK, re.MULTILINE))


def test_every_locked_package_has_hashes_and_no_address() -> None:
    assert [name for name, found in LOCKED.items() if not found["hashes"]] == []
    assert not re.search(r"https?://|index-url|find-links|git\+", LOCK)


def test_what_is_installed_is_what_is_locked() -> None:
    wrong = [f"{name} {metadata.version(name)}" for name, found in LOCKED.items() if name not in ELSEWHERE and metadata.version(name) != found["version"]]
    assert wrong == []


@pytest.mark.parametrize("name", sorted(set(LOCKED) - ELSEWHERE))
def test_its_licence_is_one_that_we_take(name: str) -> None:
    assert licences(name) <= ALLOWED


def test_no_package_of_a_barred_name_is_locked() -> None:
    assert {name.lower() for name in LOCKED} & BARRED == set()


@pytest.mark.parametrize("name", sorted(AT_LEAST))
def test_no_version_is_older_than_its_last_advisory_known_here(name: str) -> None:
    version = tuple(int(part) for part in re.findall(r"\d+", LOCKED[name]["version"])[:3])
    assert version >= AT_LEAST[name]
