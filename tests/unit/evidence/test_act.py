from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from shuangkong.evidence.act import Act, ActKind, IncompleteAct, MomentWithoutZone, UnreadableAct
from unit.evidence.invented_chain import chain

SUBMISSION = chain()[1].act


def test_the_catalogue_holds_what_must_be_sealed_in_both_languages() -> None:
    for name in ("SUBMISSION", "APPROVAL", "AMENDMENT", "WAIVER", "RULE_CHANGE", "ROLE_CHANGE", "ASSESSMENT_FREEZE", "EXPORT"):
        assert name in ActKind.__members__
    assert ActKind.ASSESSMENT_FREEZE.words == ("考核冻结", "assessment freeze")


@pytest.mark.parametrize("field", ["actor", "post", "organisation", "subject"])
def test_an_empty_field_is_refused(field: str) -> None:
    with pytest.raises(IncompleteAct):
        replace(SUBMISSION, **{field: "　"})


@pytest.mark.parametrize("kind", [kind for kind in ActKind if kind.needs_reason and not kind.needs_precedent])
def test_an_act_against_an_earlier_state_says_why(kind: ActKind) -> None:
    assert replace(SUBMISSION, kind=kind, reason="数据有误").kind is kind
    with pytest.raises(IncompleteAct):
        replace(SUBMISSION, kind=kind, reason="")


def test_an_amendment_points_at_what_it_amends() -> None:
    with pytest.raises(IncompleteAct):
        replace(SUBMISSION, kind=ActKind.AMENDMENT, reason="更正")


def test_a_moment_needs_a_zone_and_is_kept_in_utc() -> None:
    assert SUBMISSION.recorded_at == datetime(2024, 3, 1, 1, tzinfo=UTC)
    assert SUBMISSION.recorded_at.tzinfo is UTC
    with pytest.raises(MomentWithoutZone):
        replace(SUBMISSION, recorded_at=datetime(2024, 3, 1, 9))  # noqa: DTZ001


def test_fields_come_back_as_the_same_act_also_from_decomposed_text() -> None:
    assert Act.from_fields(SUBMISSION.fields()) == SUBMISSION
    assert replace(SUBMISSION, actor="Rene\u0301") == replace(SUBMISSION, actor="René")


@pytest.mark.parametrize(
    "change",
    [{"kind": "coup"}, {"kind": 1}, {"more": 1}, {"recorded_at": "2024"}, {"content": "sha256:"}, {"marks": ["b", "a"]}, {"marks": [1]}, {"reason": None}, {"previous": ""}],
    ids=str,
)
def test_other_fields_are_no_act(change: dict[str, Any]) -> None:
    with pytest.raises(UnreadableAct):
        Act.from_fields({**SUBMISSION.fields(), **change})
