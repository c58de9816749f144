"""The evidence chain: links sealed and verified a second, beside the bare hashing of the same bytes.

    python benchmarks/evidence.py

Size: 20 000 invented acts, about what 300 units file, have reviewed and approved in a year. The floor, in the same run: one SHA-256 over the canonical
bytes of every link, already made. What lies between is building the bytes, which is the point of a canonical form. Budget: 4 000 links a
second each for sealing and walking, one inclusion proof checked in 1 ms, a bundle of all of them verified in 60 s.
"""

import hashlib
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from shuangkong.evidence.act import Act, ActKind
from shuangkong.evidence.bundle import assemble, packed
from shuangkong.evidence.canonical import canonical
from shuangkong.evidence.chain import Link, append, verify_links
from shuangkong.evidence.digest import Algorithm, digest
from shuangkong.evidence.head import daily_heads
from shuangkong.evidence.tree import Tree, is_included
from shuangkong.evidence.verification import verify
from shuangkong.kernel.language import Words

LINKS = 20_000
BUDGET_LINKS_PER_S = 4000
BUDGET_PROOF_MS = 1
BUDGET_BUNDLE_S = 60
_BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
_Made = TypeVar("_Made")


def invented_act(number: int) -> Act:
    """Return an act like a unit's filing."""
    return Act(
        kind=ActKind.SUBMISSION, actor=f"填报人{number % 300}", post="能源管理员", organisation=f"9141{number % 300:014d}",
        recorded_at=_BEGIN + timedelta(minutes=26 * number), subject=f"return/205-1/{number}", reason="", marks=("模拟",),
        content=digest(canonical({"return": number}), Algorithm.SHA256),
    )  # fmt: skip


def timed(name: str, run: Callable[[], _Made]) -> tuple[float, _Made]:
    """Run once and print; return the seconds and what was made."""
    begun = time.perf_counter()
    made = run()
    taken = time.perf_counter() - begun
    print(f"{name:34} {taken:8.3f} s   {LINKS / taken:12,.0f} links/s")
    return taken, made


def chained(acts: list[Act], algorithm: Algorithm) -> list[Link]:
    """Return the acts as a chain."""
    links: list[Link] = []
    for act in acts:
        links.append(append(act, after=links[-1] if links else None, algorithm=algorithm))
    return links


def main() -> int:
    """Measure; return 1 when over budget."""
    acts = [invented_act(number) for number in range(LINKS)]
    sealing, links = timed("seal", lambda: chained(acts, Algorithm.SHA256))
    written = [link.to_bytes() for link in links]
    floor, _ = timed("floor: bare SHA-256", lambda: [hashlib.sha256(content).digest() for content in written])
    walking, report = timed("walk and verify", lambda: verify_links(links))
    timed("seal with SM3", lambda: chained(acts, Algorithm.SM3))
    timed("read back from bytes", lambda: [Link.from_bytes(content) for content in written])
    _, tree = timed("build the tree", lambda: Tree(Algorithm.SHA256, (link.digest for link in links)))
    proofs = [tree.inclusion(link.index) for link in links]
    root = tree.root()
    proving, held = timed(
        "check an inclusion proof each",
        lambda: [is_included(link.digest, index=link.index, size=LINKS, path=path, root=root) for link, path in zip(links, proofs, strict=True)],
    )
    contents = {f"{number}.json": canonical({"return": number}) for number in range(0, LINKS, 100)}
    story = chained([replace(act, content=acts[number // 100 * 100].content) for number, act in enumerate(acts)], Algorithm.SHA256)
    _, content = timed("pack a bundle", lambda: packed(
        assemble(title=Words("性能", "speed"), chain=story, heads=daily_heads(story, Algorithm.SHA256), contents=contents, algorithm=Algorithm.SHA256)
    ))  # fmt: skip
    verifying, result = timed(f"verify it ({len(content) / 1e6:.0f} MB)", lambda: verify(content))
    print(f"sealing is {sealing / floor:.0f} times, walking {walking / floor:.0f} times the bare hashing")
    sound = report.is_sound and all(held) and result.is_verified
    slow = max(sealing, walking) > LINKS / BUDGET_LINKS_PER_S or proving / LINKS * 1000 > BUDGET_PROOF_MS or verifying > BUDGET_BUNDLE_S
    return int(slow or not sound)


if __name__ == "__main__":
    sys.exit(main())
