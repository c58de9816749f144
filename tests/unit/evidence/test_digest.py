import hashlib

import pytest

from shuangkong.evidence.digest import Algorithm, Digest, UnreadableDigest, digest
from shuangkong.evidence.digest import _compiled_sm3 as compiled_sm3
from shuangkong.evidence.sm3 import sm3

ABC = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_the_printed_digest_names_its_algorithm_and_is_read_back() -> None:
    assert str(digest(b"abc", Algorithm.SHA256)) == ABC
    assert Digest.parse(ABC) == digest(b"abc", Algorithm.SHA256)


@pytest.mark.parametrize(
    "text", ["", ABC[:-1], ABC + "0", ABC.upper(), ABC.removeprefix("sha256:"), ABC.replace("sha256", "md5"), ABC + "\n", " " + ABC, ABC[:-1] + "１"]
)
def test_anything_else_is_no_digest(text: str) -> None:
    with pytest.raises(UnreadableDigest):
        Digest.parse(text)


def test_a_digest_of_another_length_cannot_be_made() -> None:
    with pytest.raises(UnreadableDigest):
        Digest(Algorithm.SHA256, b"short")


def test_where_the_library_refuses_sm3_our_own_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str, *_: object) -> None:
        raise ValueError(f"unsupported hash type {name}")

    monkeypatch.setattr(hashlib, "new", refuse)
    assert compiled_sm3() is sm3
