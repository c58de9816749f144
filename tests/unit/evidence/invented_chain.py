"""An invented chain of a few days: three returns, one sent back, one amended, a rule changed, the year frozen."""

from collections.abc import Sequence
from datetime import datetime

from shuangkong.evidence.act import Act, ActKind
from shuangkong.evidence.bundle import Bundle, assemble
from shuangkong.evidence.canonical import canonical
from shuangkong.evidence.chain import Link, append
from shuangkong.evidence.digest import Algorithm, digest
from shuangkong.evidence.docket import docket
from shuangkong.evidence.head import daily_heads
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import CHINA_STANDARD_TIME

# day of March 2024, kind, subject, content
STORY = (
    (1, ActKind.CHAIN_OPENING, "chain", "city 411700"),
    (1, ActKind.SUBMISSION, "return/205-1/411721/2023", "coal 100 t"),
    (1, ActKind.SENDING_BACK, "return/205-1/411721/2023", "coal 100 t"),
    (2, ActKind.SUBMISSION, "return/205-1/411721/2023", "coal 104 t"),
    (2, ActKind.APPROVAL, "return/205-1/411721/2023", "coal 104 t"),
    (4, ActKind.RULE_CHANGE, "rule/energy.warning", "warning 2"),
    (5, ActKind.AMENDMENT, "return/205-1/411721/2023", "coal 105 t"),
)
DOCKET_FILES = {"scores.json": b'{"411721":"91.5"}', "report.docx": bytes(range(40))}


def sealed_content(written: str, algorithm: Algorithm) -> bytes:
    return canonical({"written": written, "algorithm": algorithm.value})


def act(day: int, kind: ActKind, subject: str, content: bytes, *, algorithm: Algorithm, previous: bytes | None = None, hour: int = 9) -> Act:
    return Act(
        kind=kind, actor="张三", post="统计员", organisation="411721", subject=subject, content=digest(content, algorithm), marks=("模拟",),
        recorded_at=datetime(2024, 3, day, hour, tzinfo=CHINA_STANDARD_TIME), reason="说明",
        previous=digest(previous, algorithm) if previous is not None else None,
    )  # fmt: skip


def chain(algorithm: Algorithm = Algorithm.SHA256) -> tuple[Link, ...]:
    """Seven acts of the story and the freeze, whose content is a docket."""
    links: list[Link] = []
    for hour, (day, kind, subject, written) in enumerate(STORY):
        before = sealed_content("coal 104 t", algorithm) if kind is ActKind.AMENDMENT else None
        told = act(day, kind, subject, sealed_content(written, algorithm), algorithm=algorithm, previous=before, hour=8 + hour)
        links.append(append(told, after=links[-1] if links else None, algorithm=algorithm))
    freeze = act(6, ActKind.ASSESSMENT_FREEZE, "assessment/annual/2023", docket(DOCKET_FILES, algorithm), algorithm=algorithm)
    return (*links, append(freeze, after=links[-1], algorithm=algorithm))


def contents(algorithm: Algorithm = Algorithm.SHA256) -> dict[str, bytes]:
    written = sorted({told for *_, told in STORY})
    return {
        **{f"content-{place}.json": sealed_content(told, algorithm) for place, told in enumerate(written)},
        "freeze.json": docket(DOCKET_FILES, algorithm), **DOCKET_FILES,
    }  # fmt: skip


def bundle(algorithm: Algorithm = Algorithm.SHA256, chosen: Sequence[int] | None = None) -> Bundle:
    links = chain(algorithm)
    held = contents(algorithm)
    if chosen is not None:
        wanted = {links[place].act.content for place in chosen}
        listed = set(DOCKET_FILES) if 7 in chosen else set()
        held = {name: content for name, content in held.items() if name in listed or digest(content, algorithm) in wanted}
    return assemble(
        title=Words("驻马店市 2023", "Zhumadian 2023"), chain=links, heads=daily_heads(links, algorithm), contents=held, algorithm=algorithm,
        chosen=chosen,
    )  # fmt: skip
