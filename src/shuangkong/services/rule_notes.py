"""Every change of the rules or of the city pack is an official act: what is in force is sealed, and what changed is said line by line."""

from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

from shuangkong.evidence.act import ActKind
from shuangkong.evidence.canonical import Plain, canonical
from shuangkong.evidence.digest import Digest, digest
from shuangkong.evidence.docket import docket, read_docket
from shuangkong.services.chain import algorithm, content_of_digest, open_chain, seal, system_actor
from shuangkong.services.deployment import city
from shuangkong.store.models import ChainContent, ChainLink

CHANGES = "changes.json"
_SHOWN = 400
_NAMES = ("id", "code", "key", "name", "path")


def note_rules() -> int | None:
    """Seal the rules and the pack where they differ from what was last sealed (规则变更存证); returns the place of the link, None where nothing changed.

    Called at every start. Its content is a docket: each file by its digest, and the list of changed lines, old beside new.
    """
    now = _in_force()
    subject = f"rules/{city().code}"
    open_chain()
    with transaction.atomic():
        last = ChainLink.objects.filter(kind=ActKind.RULE_CHANGE.code, subject=subject).order_by("-index").first()
        before = dict(read_docket(content_of_digest(last.content_digest) or b"")) if last else {}
        before.pop(CHANGES, None)
        if before == {name: digest(content, _same(before.get(name))) for name, content in now.items()}:
            return None
        changes = canonical({"changes": list(_changes(before, now)) if last else [], "files": len(now)})
        held = {**now, CHANGES: changes}
        for content in held.values():
            told = str(digest(content, algorithm()))
            if not ChainContent.objects.filter(pk=told).exists():
                ChainContent.objects.create(digest=told, content=content)
        sealed = seal(
            kind=ActKind.RULE_CHANGE, subject=subject, content=docket(held, algorithm()), actor=system_actor(city().code),
            reason="程序或城市包更新" if last else "首次载入规则和城市包",
        )  # fmt: skip
    return sealed.link


def _same(told: Digest | None) -> Any:
    return told.algorithm if told else algorithm()


def _in_force() -> dict[str, bytes]:
    """Return every file of the rules and of the pack; figures of the pack have acts of their own."""
    folders = {"rules": Path(str(files("shuangkong.rules") / "data")), "city": Path(str(city().folder))}
    return {
        f"{name}/{path.relative_to(folder).as_posix()}": path.read_bytes()
        for name, folder in folders.items() for path in sorted(folder.rglob("*.yaml"))
    }  # fmt: skip


def _changes(before: Mapping[str, Digest], now: Mapping[str, bytes]) -> Iterator[dict[str, Plain]]:
    for name in sorted(set(before) | set(now)):
        old = content_of_digest(str(before[name])) if name in before else b""
        new = now.get(name, b"")
        if old == new:
            continue
        said, says = dict(_leaves(_parsed(old))), dict(_leaves(_parsed(new)))
        for path in sorted(set(said) | set(says)):
            if said.get(path) != says.get(path):
                yield {"path": f"{name}#{path}", "old": said.get(path), "new": says.get(path)}


def _parsed(content: bytes | None) -> Any:
    try:
        return yaml.safe_load(content or b"")
    except yaml.YAMLError:
        return (content or b"").decode("utf-8", "replace")


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield each leaf with its path; members of a list go by the name they bear."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _leaves(one, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for place, one in enumerate(value):
            name = next((str(one[key]) for key in _NAMES if key in one), str(place)) if isinstance(one, dict) else str(place)
            yield from _leaves(one, f"{path}.{name}" if path else name)
    elif value is not None:
        yield path, str(value)[:_SHOWN]
