"""What Chromium 109, the last for Windows 7, does not know stands in no script of ours."""

import re
from pathlib import Path

import pytest

from shuangkong import web

SCRIPTS = sorted((Path(web.__file__).parent / "static" / "shuangkong").rglob("*.js"))
# With the version that brought it.
NEWER = {
    "toSorted, toReversed, toSpliced (110)": r"\.(toSorted|toReversed|toSpliced)\(",
    "view transitions (111)": r"startViewTransition",
    "regular expressions with v (112)": r"/[gimsuy]*v[gimsuy]*\.(test|exec)\(",
    "popover (114)": r"\.(show|hide|toggle)Popover\(",
    "groupBy (117)": r"\b(Object|Map)\.groupBy\(",
    "withResolvers (119)": r"Promise\.withResolvers",
    "canParse (120)": r"URL\.canParse",
    "fromAsync (121)": r"Array\.fromAsync",
    "set methods (122)": r"\.(isSubsetOf|isSupersetOf|symmetricDifference)\(",
    "iterator helpers (122)": r"\.(values|keys|entries)\(\)\.(map|filter|take|drop|reduce|toArray)\(",
    "import attributes (123)": r"import .* with \{",
    "Promise.try (128)": r"Promise\.try",
}


def test_there_are_scripts() -> None:
    assert len(SCRIPTS) >= 3


@pytest.mark.parametrize("file", SCRIPTS, ids=lambda file: str(file.name))
def test_scripts_need_nothing_newer_than_chromium_109(file: Path) -> None:
    text = file.read_text("utf-8")
    assert [name for name, pattern in NEWER.items() if re.search(pattern, text)] == []
