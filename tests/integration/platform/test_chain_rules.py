"""A change of the rules is an official act, and says which line became what."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from shuangkong.evidence.docket import read_docket
from shuangkong.services import deployment, rule_notes
from shuangkong.services.chain import content_of_digest
from shuangkong.services.chain_verification import verify_chain
from shuangkong.services.cities import open_city
from shuangkong.services.rule_notes import note_rules
from shuangkong.store.models import ChainLink


def _changes(index: int) -> list[dict[str, Any]]:
    listed = read_docket(content_of_digest(ChainLink.objects.get(pk=index).content_digest) or b"")
    found: list[dict[str, Any]] = json.loads(content_of_digest(str(listed["changes.json"])) or b"")["changes"]
    return found


def test_the_first_start_seals_what_is_in_force_and_the_next_nothing(db: None) -> None:
    link = note_rules()
    assert link is not None
    assert (ChainLink.objects.get(pk=0).kind, ChainLink.objects.get(pk=link).kind) == ("chain_opening", "rule_change")
    assert note_rules() is None
    assert verify_chain().is_sound


def test_a_changed_line_is_told_old_beside_new(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    note_rules()
    folder = tmp_path / "pack"
    shutil.copytree(deployment.city().folder, folder)
    agencies = folder / "agencies.yaml"
    agencies.write_text(agencies.read_text("utf-8").replace("统计局", "统计局（改）", 1), "utf-8")
    changed = open_city(folder)
    monkeypatch.setattr(rule_notes, "city", lambda: changed)
    link = note_rules()
    assert link is not None
    (change,) = _changes(link)
    assert change["path"].startswith("city/agencies.yaml#")
    assert ("统计局" in change["old"], "统计局（改）" in change["new"]) == (True, True)
    assert verify_chain().is_sound
