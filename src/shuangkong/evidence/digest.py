"""A digest that always names its algorithm, so that a chain may change from one to another and still be read."""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from shuangkong.evidence.sm3 import sm3
from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words

_OCTETS = 32
_WRITTEN = re.compile(r"(sha256|sm3):([0-9a-f]{64})", re.ASCII)


class Algorithm(Enum):
    """How a digest is made (杂凑算法): SHA-256, or SM3 where the state's own cryptography is asked for."""

    SHA256 = "sha256"
    SM3 = "sm3"


class UnreadableDigest(Refusal):
    """The text is no digest (摘要无法识别)."""

    def __init__(self, text: str) -> None:
        super().__init__(
            thing=Words("摘要", "digest"),
            value=text,
            rule=Words("应为算法名、冒号和64位小写十六进制数", "must be the algorithm, a colon and 64 lower-case hexadecimal digits"),
            remedy=Words("照审批单抄写，如 sha256:… 或 sm3:…", "copy it from the approval sheet, such as sha256:… or sm3:…"),
        )


@dataclass(frozen=True, slots=True)
class Digest:
    """The digest of some bytes (摘要), printed with its algorithm.

    Examples
    --------
    >>> str(digest(b"abc", Algorithm.SHA256))[:22]
    'sha256:ba7816bf8f01cfe'
    """

    algorithm: Algorithm
    octets: bytes

    def __post_init__(self) -> None:
        if len(self.octets) != _OCTETS:
            raise UnreadableDigest(f"{self.algorithm.value}:{self.octets.hex()}")

    @classmethod
    def parse(cls, text: str) -> "Digest":
        """Read what `str` printed; raise `UnreadableDigest` for anything else."""
        found = _WRITTEN.fullmatch(text)
        if not found:
            raise UnreadableDigest(text)
        return cls(Algorithm(found[1]), bytes.fromhex(found[2]))

    @property
    def short(self) -> str:
        """The first digits, for a message: enough to tell two apart, never enough to prove."""
        return f"{self.algorithm.value}:{self.octets.hex()[:12]}…"

    def __str__(self) -> str:
        return f"{self.algorithm.value}:{self.octets.hex()}"


def digest(content: bytes, algorithm: Algorithm) -> Digest:
    """Return the digest of some bytes (计算摘要)."""
    return Digest(algorithm, _HASHES[algorithm](content))


def _sha256(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def _compiled_sm3() -> Callable[[bytes], bytes]:
    """Return the library's SM3 where it works; listed is not enough, a restricted library lists what it refuses."""
    try:
        hashlib.new("sm3", b"")
    except ValueError:
        return sm3
    return lambda content: hashlib.new("sm3", content).digest()


_HASHES: Mapping[Algorithm, Callable[[bytes], bytes]] = {Algorithm.SHA256: _sha256, Algorithm.SM3: _compiled_sm3()}
