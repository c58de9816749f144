"""The frozen result goes to the organisation department: not without a freeze, verified offline, with a receipt."""

import io
import zipfile
from pathlib import Path

import pytest
from cycle_steps import CITY, COUNTY, REFORM, Person, acted, decided_cycle, evaluated, frozen, started
from test_chain import run

from shuangkong.access.roles import Role
from shuangkong.assessment.cycle_states import CycleAct, CycleActNotPossible
from shuangkong.services.chain_verification import verify_chain
from shuangkong.services.evidence import verify_bundle
from shuangkong.services.frozen_results import NotFrozen
from shuangkong.services.hand_over import hand_over_result, handed_over, handed_over_bundle, receipts_of, receive_result
from shuangkong.services.people import NotPermitted
from shuangkong.services.self_evaluations import File, OwnItem
from shuangkong.store.models import ChainLink


def test_without_a_freeze_there_is_no_hand_over_and_the_refusal_says_who(person: Person) -> None:
    cycle = decided_cycle(person)
    with pytest.raises(NotFrozen, match="市政府"):
        hand_over_result(cycle_id=cycle.pk, version=cycle.version, who=person(Role.ASSESSOR, REFORM))


def test_the_bundle_is_verified_with_nothing_but_itself_and_received(person: Person, tmp_path: Path) -> None:
    cycle = decided_cycle(person)
    frozen(cycle, person)
    assessor, recipient = person(Role.ASSESSOR, REFORM), person(Role.RECIPIENT, CITY)
    with pytest.raises(CycleActNotPossible):
        hand_over_result(cycle_id=cycle.pk, version=cycle.version, who=assessor)
    acted(cycle, person, CycleAct.PUBLISH)
    assert handed_over(who=recipient) == []
    hand_over_result(cycle_id=cycle.pk, version=cycle.version, who=assessor)
    cycle.refresh_from_db()
    (sent,) = handed_over(who=recipient)
    path = tmp_path / "移交.zip"
    path.write_bytes(handed_over_bundle(cycle_id=cycle.pk, who=recipient))
    told = verify_bundle(path=path, published=sent.head)
    assert told.is_verified
    assert told.is_anchored
    assert not told.is_whole
    assert [link.act.kind.code for link in told.links][-3:] == ["assessment_freeze", "publication", "handing_over"]
    assert told.marks == ("模拟",)
    receive_result(cycle_id=cycle.pk, version=cycle.version, who=recipient)
    cycle.refresh_from_db()
    assert cycle.state == "RECEIVED"
    assert receipts_of(cycle)[True].bundle_digest == sent.bundle_digest
    with pytest.raises(CycleActNotPossible):
        receive_result(cycle_id=cycle.pk, version=cycle.version, who=recipient)
    assert verify_chain().is_sound


def test_the_evidence_of_the_self_evaluation_goes_with_the_bundle_and_each_taking_is_sealed(person: Person) -> None:
    cycle = started(person)
    evaluated(cycle, person, A1=OwnItem("18", "年度目标完成", (File("../说明/盖章.pdf", b"%PDF-1.4 stamped"),)))
    assert [one.line() for one in verify_chain().findings] == []
    acted(cycle, person, CycleAct.REVIEW, CycleAct.ANNOUNCE, CycleAct.CLOSE)
    frozen(cycle, person)
    acted(cycle, person, CycleAct.PUBLISH)
    hand_over_result(cycle_id=cycle.pk, version=cycle.version, who=person(Role.ASSESSOR, REFORM))
    recipient = person(Role.RECIPIENT, CITY)
    bundle = zipfile.ZipFile(io.BytesIO(handed_over_bundle(cycle_id=cycle.pk, who=recipient)))
    (name,) = [name for name in bundle.namelist() if "/evidence/411721/A1/" in name]
    assert (name.endswith(".pdf"), bundle.read(name)) == (True, b"%PDF-1.4 stamped")
    last = ChainLink.objects.order_by("-index")[0]
    assert (last.kind, last.actor, last.subject.startswith("export/assessment/")) == ("export", recipient.full_name, True)
    run("DELETE FROM store_selfevaluationevidence", "store_selfevaluationevidence")
    assert any("store_selfevaluationevidence 缺少411721 A1 佐证" in one.line() for one in verify_chain().findings)


def test_an_altered_bundle_does_not_verify(person: Person, tmp_path: Path) -> None:
    cycle = decided_cycle(person)
    frozen(cycle, person)
    acted(cycle, person, CycleAct.PUBLISH)
    hand_over_result(cycle_id=cycle.pk, version=cycle.version, who=person(Role.ASSESSOR, REFORM))
    bundle = handed_over_bundle(cycle_id=cycle.pk, who=person(Role.RECIPIENT, CITY))
    path = tmp_path / "改动.zip"
    path.write_bytes(bundle.replace("基本完成".encode(), "超额完成".encode()).replace("完成".encode(), "达成".encode(), 1))
    assert not verify_bundle(path=path).is_verified


@pytest.mark.parametrize("role", [Role.REPORTER, Role.FIRST_RESPONSIBLE, Role.REVIEWER])
def test_nobody_else_takes_the_bundle_or_gives_receipt(person: Person, role: Role) -> None:
    cycle = decided_cycle(person)
    frozen(cycle, person)
    acted(cycle, person, CycleAct.PUBLISH)
    hand_over_result(cycle_id=cycle.pk, version=cycle.version, who=person(Role.ASSESSOR, REFORM))
    for refused in (lambda who: handed_over(who=who), lambda who: handed_over_bundle(cycle_id=cycle.pk, who=who), lambda who: receive_result(cycle_id=cycle.pk, version=8, who=who)):
        with pytest.raises(NotPermitted):
            refused(person(role, COUNTY))
