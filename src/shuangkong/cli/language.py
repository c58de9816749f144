"""Which language this call speaks: `--lang`, else LANG, else Chinese."""

import os
from typing import cast

from shuangkong.kernel.language import Language, Words

_chosen: Language = "zh"


def choose(asked: str | None) -> None:
    """Fix the language of this process."""
    global _chosen
    environment = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    _chosen = cast(Language, asked) if asked in ("zh", "en") else "en" if environment.startswith("en") else "zh"


def language() -> Language:
    """Return the chosen language."""
    return _chosen


def say(words: Words) -> str:
    """Return the words in the chosen language."""
    return words.in_language(_chosen)
