from dataclasses import replace

import pytest

from shuangkong.evidence.bundle import (
    CONSISTENCY,
    CONTENTS,
    HEADS,
    INCLUSION,
    LINKS,
    MANIFEST,
    READ_ME,
    SEAL,
    Bundle,
    NothingToExport,
    assemble,
    packed,
    parts_of,
    sealed,
)
from shuangkong.evidence.chain import append
from shuangkong.evidence.container import NotABundle, closed, opened
from shuangkong.evidence.digest import Algorithm, digest
from shuangkong.evidence.finding import FindingKind
from shuangkong.evidence.head import daily_heads
from shuangkong.evidence.verification import Verification, as_plain, verify
from shuangkong.kernel.language import Words
from unit.evidence.invented_chain import DOCKET_FILES, bundle, chain, contents
from unit.evidence.test_chain import rewritten

WHOLE = bundle()
HEAD = WHOLE.heads[-1]


def kinds(result: Verification) -> dict[str, list[tuple[str, int | None]]]:
    return {check.code: [(one.kind.code, one.link) for one in check.findings] for check in result.checks if check.findings}


def with_parts(changes: dict[str, bytes | None], of: Bundle = WHOLE) -> Verification:
    """Verify the bundle with parts changed or taken out, listed and sealed anew: what a careful forger would hand over."""
    parts = {**parts_of(of), **{name: content for name, content in changes.items() if content is not None}}
    for name in (name for name, content in changes.items() if content is None):
        del parts[name]
    return verify(sealed(parts, of))


@pytest.mark.parametrize("algorithm", Algorithm)
@pytest.mark.parametrize("chosen", [None, (0,), (3, 4), (1, 7), tuple(range(8))], ids=str)
def test_a_bundle_as_packed_is_verified(algorithm: Algorithm, chosen: tuple[int, ...] | None) -> None:
    made = bundle(algorithm, chosen)
    result = verify(packed(made), published=made.heads[-1].digest)
    assert (result.is_verified, result.findings, result.first_altered) == (True, (), None)
    assert (result.marks, result.title.zh, result.is_whole, result.is_anchored) == (("模拟",), "驻马店市 2023", chosen is None, True)
    assert len(result.links) == (8 if chosen is None else len(chosen))


def test_the_same_bundle_gives_the_same_bytes() -> None:
    assert packed(bundle()) == packed(bundle())


def test_it_opens_with_any_tool_and_says_in_both_languages_what_to_do() -> None:
    page = opened(packed(WHOLE)).parts[READ_ME].decode()
    assert "存证包" in page
    assert "1. What is inside" in page
    assert "【模拟】" in page


def test_without_a_published_head_it_only_agrees_with_itself() -> None:
    forged_chain = rewritten(chain(), 3)
    forged = assemble(
        title=WHOLE.title, chain=forged_chain, heads=daily_heads(forged_chain, Algorithm.SHA256), contents=contents(), algorithm=Algorithm.SHA256
    )
    assert verify(packed(forged)).is_verified
    assert not verify(packed(forged)).is_anchored
    against = verify(packed(forged), published=HEAD.digest)
    assert kinds(against) == {"published": [("head_differs", None)]}
    assert not against.is_verified


@pytest.mark.parametrize("published", [HEAD.digest, HEAD.root, HEAD.chain_head])
def test_a_whole_bundle_answers_to_head_root_and_last_link(published: object) -> None:
    assert verify(packed(WHOLE), published=published).is_verified  # type: ignore[arg-type]


def test_a_selection_answers_to_the_head_alone() -> None:
    some = packed(bundle(chosen=(3, 4)))
    assert verify(some, published=HEAD.digest).is_verified
    assert not verify(some, published=HEAD.chain_head).is_verified


def test_links_after_the_published_head_are_told() -> None:
    result = verify(packed(WHOLE), published=WHOLE.heads[1].digest)
    assert kinds(result) == {"published": [("beyond_published", None)]}
    assert result.is_verified
    assert "3 later links" in result.findings[0].words.en


def test_a_head_that_covers_none_of_the_selected_links_proves_nothing() -> None:
    assert not verify(packed(bundle(chosen=(5, 6))), published=WHOLE.heads[0].digest).is_verified


def test_a_truncated_chain_is_found_by_its_published_head() -> None:
    lines = parts_of(WHOLE)[LINKS].splitlines(keepends=True)
    found = kinds(with_parts({LINKS: b"".join(lines[:6])}))
    assert found["heads"] == [("chain_truncated", 6), ("chain_truncated", 6)]
    assert found["inclusion"] == [("proof_stray", None)] * 2


def test_a_link_left_out_of_a_whole_chain_is_named() -> None:
    lines = parts_of(WHOLE)[LINKS].splitlines(keepends=True)
    assert kinds(with_parts({LINKS: b"".join([*lines[:3], *lines[4:]])}))["links"] == [("link_missing", 3)]


def test_a_link_slipped_into_a_selection_has_no_proof() -> None:
    made = bundle(chosen=(3, 4))
    slipped = append(chain()[5].act, after=made.links[-1], algorithm=Algorithm.SHA256)
    forged = replace(made, links=(*made.links, slipped), contents={**made.contents, **contents()})
    assert ("proof_missing", 5) in kinds(verify(packed(forged)))["inclusion"]


def test_an_altered_content_is_named_by_every_act_that_sealed_it() -> None:
    name = next(name for name, content in WHOLE.contents.items() if b"coal 104 t" in content)
    found = kinds(with_parts({CONTENTS + name: b'{"algorithm":"sha256","written":"coal 204 t"}'}))
    assert found == {"contents": [("content_missing", 3), ("content_missing", 4), ("content_stray", None)]}


def test_an_altered_content_is_named_even_where_the_manifest_still_lists_the_old() -> None:
    name = next(name for name, content in WHOLE.contents.items() if b"coal 104 t" in content)
    parts = dict(opened(packed(WHOLE)).parts)
    found = kinds(verify(closed({**parts, CONTENTS + name: b"other"})))
    assert found == {"parts": [("part_altered", None)], "contents": [("content_altered", 3), ("content_altered", 4)]}


@pytest.mark.parametrize("name", sorted(DOCKET_FILES))
def test_a_file_of_a_docket_is_held_against_it(name: str) -> None:
    assert kinds(with_parts({CONTENTS + name: b"other"})) == {"contents": [("content_missing", 7), ("content_stray", None)]}
    assert kinds(with_parts({CONTENTS + name: None})) == {"contents": [("content_missing", 7)]}


def test_a_file_that_belongs_to_no_act_is_told() -> None:
    assert kinds(with_parts({CONTENTS + "more.txt": b"more"})) == {"contents": [("content_stray", None)]}


def test_a_head_with_another_day_does_not_match_its_digest() -> None:
    lines = parts_of(WHOLE)[HEADS].replace(b"2024-03-06", b"2024-03-07")
    assert kinds(with_parts({HEADS: lines}))["heads"] == [("head_altered", None)]


def test_proofs_left_out_doubled_or_altered_are_told() -> None:
    inclusion, growth = (parts_of(WHOLE)[name].splitlines(keepends=True) for name in (INCLUSION, CONSISTENCY))
    assert kinds(with_parts({INCLUSION: b"".join(inclusion[1:])})) == {"inclusion": [("proof_missing", 0)]}
    assert kinds(with_parts({INCLUSION: b"".join([*inclusion, inclusion[0]])})) == {"inclusion": [("proof_stray", None)]}
    swapped = inclusion[0].replace(b'"link":0', b'"link":1') + inclusion[1].replace(b'"link":1', b'"link":0') + b"".join(inclusion[2:])
    assert kinds(with_parts({INCLUSION: swapped})) == {"inclusion": [("proof_fails", 1), ("proof_fails", 0)]}
    assert kinds(with_parts({CONSISTENCY: b"".join(growth[1:])})) == {"consistency": [("proof_missing", None)]}
    assert kinds(with_parts({CONSISTENCY: b"".join([*growth, growth[0]])})) == {"consistency": [("proof_stray", None)]}


@pytest.mark.parametrize("name", [LINKS, HEADS, INCLUSION, CONSISTENCY])
def test_a_line_that_cannot_be_read_is_told_by_number(name: str) -> None:
    text = parts_of(WHOLE)[name]
    result = with_parts({name: text.replace(b"{", b"{ ", 1)})
    assert not result.is_verified
    assert any(finding.kind is FindingKind.PART_UNREADABLE and f"{name} line 1" in finding.words.en for finding in result.findings)
    assert not with_parts({name: text + b"{}"}).is_verified
    assert not with_parts({name: text[:-1]}).is_verified


@pytest.mark.parametrize("name", [LINKS, HEADS, INCLUSION, CONSISTENCY, READ_ME])
def test_a_missing_part_is_told(name: str) -> None:
    result = with_parts({name: None})
    assert ("part_missing", None) in kinds(result)["parts"]
    assert not result.is_verified


@pytest.mark.parametrize("name", [MANIFEST, SEAL])
def test_a_missing_manifest_or_seal_is_told_and_the_rest_verified(name: str) -> None:
    parts = dict(opened(packed(WHOLE)).parts)
    del parts[name]
    assert kinds(verify(closed(parts))) == {"parts": [("part_missing", None)]}


def test_a_manifest_of_another_shape_is_told() -> None:
    parts = dict(opened(packed(WHOLE)).parts)
    for other in (b"[]", b"{}", parts[MANIFEST].replace(b"bundle-1", b"bundle-2"), parts[MANIFEST].replace(b"whole", b"other"), b"\xff"):
        assert kinds(verify(closed({**parts, MANIFEST: other})))["parts"][0] == ("part_unreadable", None)


def test_a_whole_chain_cannot_pass_for_a_selection_to_hide_a_link() -> None:
    """It may call itself one, and then says so; the head still proves what it holds."""
    result = verify(packed(replace(WHOLE, is_whole=False)), published=HEAD.digest)
    assert (result.is_verified, result.is_whole) == (True, False)


def test_a_zip_of_other_things_is_no_bundle() -> None:
    with pytest.raises(NotABundle):
        verify(closed({"readme.txt": b"hello"}))


def test_a_bundle_emptied_of_its_links_is_not_verified() -> None:
    empty = replace(WHOLE, links=(), heads=(), inclusions=(), consistencies=(), contents={})
    assert not verify(packed(empty)).is_verified
    assert not verify(packed(replace(empty, is_whole=False))).is_verified


def test_there_is_no_bundle_without_links_or_a_head_that_covers_them() -> None:
    title = Words("空", "empty")
    with pytest.raises(NothingToExport):
        assemble(title=title, chain=(), heads=(), contents={}, algorithm=Algorithm.SHA256)
    with pytest.raises(NothingToExport):
        assemble(title=title, chain=chain(), heads=daily_heads(chain()[:5], Algorithm.SHA256), contents={}, algorithm=Algorithm.SHA256)


def test_heads_published_in_both_algorithms_stand_side_by_side() -> None:
    links = chain()
    heads = (*daily_heads(links, Algorithm.SHA256), *daily_heads(links, Algorithm.SM3))
    made = assemble(title=WHOLE.title, chain=links, heads=heads, contents=contents(), algorithm=Algorithm.SM3)
    for head in heads:
        assert verify(packed(made), published=head.digest).is_verified


def test_the_result_as_json_names_every_finding() -> None:
    told = as_plain(with_parts({INCLUSION: b""}))
    assert (told["verified"], told["anchored"], told["links"], told["first_altered"], told["scope"]) == (False, False, 8, 0, "whole")
    assert told["heads"][-1]["digest"] == str(HEAD.digest)
    (failed,) = [check for check in told["checks"] if not check["ok"]]
    assert failed["check"] == "inclusion"
    assert failed["findings"][3]["link"] == 3
    assert failed["findings"][3]["en"].startswith("link 3 (2024-03-02 submission return/205-1/411721/2023")


def test_a_content_sealed_under_one_digest_is_held_once() -> None:
    assert digest(WHOLE.contents["freeze.json"], Algorithm.SHA256) == WHOLE.links[7].act.content
