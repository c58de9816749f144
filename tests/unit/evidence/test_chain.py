import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from shuangkong.evidence.act import ActKind, UnreadableAct
from shuangkong.evidence.canonical import canonical, from_canonical
from shuangkong.evidence.chain import Link, UnreadableLink, append, verify_contents, verify_links, verify_precedents
from shuangkong.evidence.digest import Algorithm, digest
from shuangkong.evidence.finding import FindingKind
from unit.evidence.invented_chain import chain, contents

LINKS = chain()
Kinds = list[tuple[str, int | None]]


def found(links: tuple[Link, ...] | list[Link], **asked: object) -> Kinds:
    return [(finding.kind.code, finding.link) for finding in verify_links(links, **asked).findings]  # type: ignore[arg-type]


def resealed(link: Link, **changes: object) -> Link:
    """The link with its act changed, and its own digest made to fit: what a forger would write."""
    forged = replace(link, act=replace(link.act, **changes))  # type: ignore[arg-type]
    return replace(forged, digest=forged.sealed())


def rewritten(links: tuple[Link, ...], index: int) -> list[Link]:
    """The chain with one act changed and everything after sealed anew."""
    kept = list(links[:index])
    for link in links[index:]:
        act = replace(link.act, actor="李四") if link.index == index else link.act
        kept.append(append(act, after=kept[-1] if kept else None, algorithm=link.digest.algorithm))
    return kept


def test_the_seal_is_over_the_written_form_of_the_formats_page() -> None:
    content = hashlib.sha256(b'{"algorithm":"sha256","written":"city 411700"}').hexdigest()
    written = (
        '{"act":{"actor":"张三","content":{"$digest":"sha256:' + content + '"},"kind":"chain_opening","marks":["模拟"],'
        '"organisation":"411721","post":"统计员","previous":null,"reason":"说明","recorded_at":{"$moment":"2024-03-01T00:00:00Z"},"subject":"chain"},'
        '"format":"shuangkong-link-1","index":0,"previous":null}'
    )
    assert str(LINKS[0].digest) == "sha256:" + hashlib.sha256(written.encode()).hexdigest()


@pytest.mark.parametrize("algorithm", Algorithm)
def test_a_chain_as_appended_is_sound(algorithm: Algorithm) -> None:
    report = verify_links(chain(algorithm))
    assert (report.count, report.is_sound, report.findings, report.first_altered) == (8, True, (), None)


def test_a_chain_may_change_its_algorithm() -> None:
    longer = append(LINKS[-1].act, after=LINKS[-1], algorithm=Algorithm.SM3)
    assert found((*LINKS, longer)) == []
    assert str(longer.digest).startswith("sm3:")


def test_any_range_is_walked_after_the_link_before_it() -> None:
    assert found(LINKS[3:6], after=LINKS[2]) == []
    assert found(LINKS[3:6], after=LINKS[1]) == [("link_missing", 2)]
    assert found(LINKS[3:6]) == [("link_missing", 0)]
    assert found(LINKS[3:6], is_whole=False) == []


def test_an_act_changed_in_place_is_named() -> None:
    altered = replace(LINKS[3], act=replace(LINKS[3].act, actor="李四"))
    report = verify_links((*LINKS[:3], altered, *LINKS[4:]))
    assert [(finding.kind, finding.link) for finding in report.findings] == [(FindingKind.LINK_ALTERED, 3)]
    assert report.first_altered == 3
    assert report.findings[0].words.zh == "第3环（2024-03-02 上报 return/205-1/411721/2023，李四）内容与其摘要不符"


def test_a_link_sealed_anew_is_named_by_the_next() -> None:
    assert found([*LINKS[:3], resealed(LINKS[3], actor="李四"), *LINKS[4:]]) == [("link_replaced", 3)]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ([0, 1, 3, 4], [("link_missing", 2)]),
        ([0, 4, 5], [("link_missing", 1)]),
        ([1, 2], [("link_missing", 0)]),
        ([0, 1, 1, 2], [("link_repeated", 1)]),
        ([0, 2, 1, 3], [("link_reordered", 1)]),
        ([0, 3, 2, 1, 4], [("link_reordered", 2), ("link_reordered", 1)]),
        ([0, 1, 2, 0], [("link_forked", 0)]),
        ([0, 3, 1, 4], [("link_reordered", 1), ("link_missing", 2)]),
    ],
    ids=str,
)
def test_gaps_moves_and_repetitions_are_named(order: list[int], expected: Kinds) -> None:
    assert found([LINKS[place] for place in order]) == expected


def test_a_fork_is_named_whichever_branch_comes_first() -> None:
    branch = append(replace(LINKS[2].act, actor="李四"), after=LINKS[1], algorithm=Algorithm.SHA256)
    assert found([*LINKS[:3], branch, *LINKS[3:]]) == [("link_forked", 2)]
    assert found([*LINKS[:2], branch, *LINKS[2:]]) == [("link_forked", 2), ("link_replaced", 2)]


def test_a_chain_that_hides_its_beginning_is_found() -> None:
    pretended = replace(LINKS[3], index=0)
    assert found([replace(pretended, digest=pretended.sealed())]) == [("link_replaced", 0)]


def test_a_clock_set_back_is_told_and_breaks_nothing() -> None:
    earlier = replace(LINKS[-1].act, recorded_at=LINKS[-1].act.recorded_at - timedelta(days=30))
    report = verify_links((*LINKS, append(earlier, after=LINKS[-1], algorithm=Algorithm.SHA256)))
    assert [finding.kind for finding in report.findings] == [FindingKind.CLOCK_SET_BACK]
    assert report.is_sound


def test_a_chain_rewritten_to_its_end_agrees_with_itself() -> None:
    """Only a published head tells: see the heads."""
    assert found(rewritten(LINKS, 3)) == []


def test_every_act_whose_content_no_longer_matches_is_named() -> None:
    held = {digest(content, Algorithm.SHA256): content for content in contents().values()}
    assert verify_contents(LINKS, lambda act: held.get(act.content)) == ()
    held[LINKS[3].act.content] += b" "
    del held[LINKS[5].act.content]
    named = [(finding.kind, finding.link) for finding in verify_contents(LINKS, lambda act: held.get(act.content))]
    assert named == [(FindingKind.CONTENT_ALTERED, 3), (FindingKind.CONTENT_ALTERED, 4), (FindingKind.CONTENT_MISSING, 5)]


def test_what_an_amendment_replaces_must_have_been_sealed_for_its_subject() -> None:
    assert verify_precedents(LINKS) == ()
    stranger = replace(LINKS[6].act, kind=ActKind.AMENDMENT, subject="return/other")
    (finding,) = verify_precedents((*LINKS, append(stranger, after=LINKS[-1], algorithm=Algorithm.SHA256)))
    assert (finding.kind, finding.link) == (FindingKind.PRECEDENT_UNKNOWN, 8)


def test_a_link_is_read_back() -> None:
    assert [Link.from_bytes(link.to_bytes()) for link in LINKS] == list(LINKS)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda fields: fields.pop("act"), UnreadableLink),
        (lambda fields: fields.update(index=-1), UnreadableLink),
        (lambda fields: fields.update(index=True), UnreadableLink),
        (lambda fields: fields.update(previous="x"), UnreadableLink),
        (lambda fields: fields.update(act=[]), UnreadableAct),
        (lambda fields: fields.update(more=1), UnreadableLink),
    ],
    ids=["no act", "negative", "bool", "text", "list", "more"],
)
def test_other_bytes_are_no_link(change: Callable[[dict[str, object]], object], refusal: type[Exception]) -> None:
    fields = from_canonical(LINKS[1].to_bytes())
    assert isinstance(fields, dict)
    change(fields)
    with pytest.raises(refusal):
        Link.from_bytes(canonical(fields))
