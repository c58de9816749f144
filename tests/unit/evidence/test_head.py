from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest

from shuangkong.evidence.canonical import canonical, from_canonical
from shuangkong.evidence.chain import append
from shuangkong.evidence.digest import Algorithm
from shuangkong.evidence.finding import FindingKind
from shuangkong.evidence.head import (
    ConsistencyProof,
    Head,
    InclusionProof,
    UnreadableHead,
    daily_heads,
    head_of,
    lineages,
    verify_heads,
    verify_lineage,
)
from shuangkong.evidence.tree import Tree
from unit.evidence.invented_chain import chain
from unit.evidence.test_chain import rewritten

LINKS = chain()
HEADS = daily_heads(LINKS, Algorithm.SHA256)
TREE = Tree(Algorithm.SHA256, (link.digest for link in LINKS))
GROWTH = {
    (older.digest, newer.digest): ConsistencyProof(older.digest, newer.digest, TREE.consistency(older.count, newer.count))
    for older, newer in pairwise(HEADS)
}


def test_there_is_a_head_for_each_day_with_an_act() -> None:
    assert [(head.day.day, head.count, head.last) for head in HEADS] == [(1, 3, 2), (2, 5, 4), (4, 6, 5), (5, 7, 6), (6, 8, 7)]
    assert [head.chain_head for head in HEADS] == [LINKS[head.last].digest for head in HEADS]
    assert verify_heads(LINKS, HEADS) == ()


def test_a_day_ends_at_midnight_in_china_and_a_clock_set_back_stays_in_its_day() -> None:
    late = replace(LINKS[0].act, recorded_at=LINKS[0].act.recorded_at.replace(hour=16))  # midnight of 2 March in China
    early = replace(LINKS[0].act, recorded_at=LINKS[0].act.recorded_at.replace(hour=15, minute=59))
    first = append(late, after=None, algorithm=Algorithm.SHA256)
    assert [head.day for head in daily_heads((first, append(early, after=first, algorithm=Algorithm.SHA256)), Algorithm.SHA256)] == [date(2024, 3, 2)]
    first = append(early, after=None, algorithm=Algorithm.SHA256)
    assert [head.day.day for head in daily_heads((first, append(late, after=first, algorithm=Algorithm.SHA256)), Algorithm.SHA256)] == [1, 2]


def test_a_head_may_cover_a_run_that_begins_later() -> None:
    head = head_of(Tree(Algorithm.SM3, (link.digest for link in LINKS[3:5])), LINKS[4], day=date(2024, 3, 2))
    assert (head.first, head.count, head.last, head.root.algorithm) == (3, 2, 4, Algorithm.SM3)
    assert verify_heads(LINKS, [head]) == ()
    assert head.covers(LINKS[3])
    assert not head.covers(LINKS[2])


def test_truncation_names_how_many_links_are_gone() -> None:
    findings = verify_heads(LINKS[:6], HEADS)
    assert [(finding.kind, finding.link) for finding in findings] == [(FindingKind.CHAIN_TRUNCATED, 6)] * 2
    assert findings[1].words.en == "the head of 2024-03-06 covers 8 links; the last 2 are gone"


def test_a_chain_rewritten_to_its_end_is_found_between_two_heads() -> None:
    findings = verify_heads(rewritten(LINKS, 4), HEADS)
    assert {finding.kind for finding in findings} == {FindingKind.HEAD_DIFFERS}
    assert findings[0].link == 3
    assert "between 3 and 4" in findings[0].words.en


@pytest.mark.parametrize("index", range(8))
def test_the_proofs_name_the_first_rewritten_link_exactly(index: int) -> None:
    forged = rewritten(LINKS, index)
    proofs = [InclusionProof(link.index, HEADS[-1].digest, TREE.inclusion(link.index)) for link in LINKS]
    assert [proof.holds(link.digest, HEADS[-1]) for proof, link in zip(proofs, forged, strict=True)] == [True] * index + [False] * (8 - index)


def test_heads_only_ever_add_to_the_ones_before() -> None:
    assert verify_lineage(HEADS, GROWTH) == ()
    (missing,) = verify_lineage(HEADS, {pair: proof for pair, proof in GROWTH.items() if proof.older != HEADS[1].digest})
    assert missing.kind is FindingKind.PROOF_MISSING
    forged = daily_heads(rewritten(LINKS, 0), Algorithm.SHA256)[-1]
    pair = (HEADS[3].digest, forged.digest)
    (fails,) = verify_lineage([*HEADS[:4], forged], {**GROWTH, pair: ConsistencyProof(*pair, GROWTH[HEADS[3].digest, HEADS[4].digest].path)})
    assert fails.kind is FindingKind.PROOF_FAILS


def test_more_links_on_an_earlier_day_is_found() -> None:
    backdated = replace(HEADS[1], day=date(2024, 2, 1))
    pair = (HEADS[0].digest, backdated.digest)
    (finding,) = verify_lineage([HEADS[0], backdated], {pair: ConsistencyProof(*pair, TREE.consistency(3, 5))})
    assert finding.kind is FindingKind.HEAD_DIFFERS


def test_heads_of_two_algorithms_are_not_held_against_one_another() -> None:
    assert [len(row) for row in lineages((*HEADS, *daily_heads(LINKS, Algorithm.SM3)))] == [5, 5]


def test_every_field_is_in_the_published_digest() -> None:
    head = HEADS[1]
    others = [
        replace(head, day=date(2024, 3, 3)), replace(head, first=1), replace(head, count=4), replace(head, chain_head=HEADS[0].chain_head),
        replace(head, root=HEADS[0].root),
    ]  # fmt: skip
    assert len({each.digest for each in (head, *others)}) == 6


def test_the_root_or_last_link_answers_only_where_it_was_recomputed() -> None:
    head = HEADS[1]
    assert head.answers_to(head.digest, is_recomputed=False)
    assert head.answers_to(head.root, is_recomputed=True)
    assert head.answers_to(head.chain_head, is_recomputed=True)
    assert not head.answers_to(head.root, is_recomputed=False)
    assert not head.answers_to(HEADS[0].digest, is_recomputed=True)


def test_heads_and_proofs_are_read_back_and_nothing_else_is() -> None:
    assert Head.from_bytes(HEADS[0].to_bytes()) == (HEADS[0], HEADS[0].digest)
    proof = next(iter(GROWTH.values()))
    assert ConsistencyProof.from_bytes(proof.to_bytes()) == proof
    fields = from_canonical(HEADS[0].to_bytes())
    assert isinstance(fields, dict)
    for change in ({"count": 0}, {"first": -1}, {"day": "2024-03-01"}, {"count": True}, {"more": 1}):
        with pytest.raises(UnreadableHead):
            Head.from_bytes(canonical({**fields, **change}))
    with pytest.raises(UnreadableHead):
        InclusionProof.from_bytes(canonical({"link": 0, "head": HEADS[0].digest, "path": [1]}))
    with pytest.raises(UnreadableHead):
        InclusionProof.from_bytes(b"[]")
