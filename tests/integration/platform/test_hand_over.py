"""The frozen result goes to the organisation department: not without a freeze, verified offline, with a receipt."""

from pathlib import Path

import pytest
from cycle_steps import CITY, COUNTY, REFORM, Person, acted, decided_cycle, frozen

from shuangkong.access.roles import Role
from shuangkong.assessment.cycle_states import CycleAct, CycleActNotPossible
from shuangkong.services.chain_verification import verify_chain
from shuangkong.services.evidence import verify_bundle
from shuangkong.services.frozen_results import NotFrozen
from shuangkong.services.hand_over import hand_over_result, handed_over, handed_over_bundle, receipts_of, receive_result
from shuangkong.services.people import NotPermitted


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
