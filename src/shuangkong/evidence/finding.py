"""What a verification finds: named, placed, in both languages. Verifying returns findings; it raises only for what cannot be read."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from shuangkong.kernel.language import Language, Words


class FindingKind(Enum):
    """What is wrong (问题类别), in the order a reader should look at it."""

    LINK_ALTERED = "链环被改动"
    LINK_REPLACED = "链环被替换"
    LINK_MISSING = "缺少链环"
    LINK_REORDERED = "链环次序颠倒"
    LINK_FORKED = "链分叉"
    LINK_REPEATED = "链环重复"
    CHAIN_TRUNCATED = "链被截短"
    CONTENT_ALTERED = "内容不符"
    CONTENT_MISSING = "缺少内容"
    CONTENT_STRAY = "来历不明的内容"
    ROW_ALTERED = "数据行被改动"
    ROW_MISSING = "数据行被删除"
    ROW_STRAY = "来历不明的数据行"
    GUARD_MISSING = "只增保护被撤除"
    HEAD_ALTERED = "链头被改动"
    HEAD_DIFFERS = "链头不符"
    PROOF_FAILS = "证明不成立"
    PROOF_MISSING = "缺少证明"
    PROOF_STRAY = "多余的证明"
    PART_UNREADABLE = "部件不可读"
    PART_ALTERED = "部件被改动"
    PART_MISSING = "缺少部件"
    PART_STRAY = "多余的部件"
    CONTAINER_ALTERED = "文件外壳被改动"
    PRECEDENT_UNKNOWN = "所替代的内容不详"
    CLOCK_SET_BACK = "时钟倒退"
    BEYOND_PUBLISHED = "公布之后追加"
    NOT_COMPARED = "未能比对"

    @property
    def code(self) -> str:
        """The kind as a word for machines."""
        return self.name.lower()

    @property
    def is_notice(self) -> bool:
        """Whether it is told without breaking the proof: a clock may jump and the chain still hold; a head proves only what it covers."""
        return self in (FindingKind.CLOCK_SET_BACK, FindingKind.BEYOND_PUBLISHED, FindingKind.NOT_COMPARED)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found (发现的问题): its kind, the link it names where there is one, and what exactly."""

    kind: FindingKind
    words: Words
    link: int | None = None

    def line(self, language: Language = "zh") -> str:
        """Return the finding on one line."""
        return f"{self.kind.value}：{self.words.zh}" if language == "zh" else f"{self.kind.code}: {self.words.en}"


def broken(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings that break the proof, notices left out."""
    return tuple(finding for finding in findings if not finding.kind.is_notice)


def first_altered(findings: Iterable[Finding]) -> int | None:
    """Return the index of the earliest link that any finding names, None where none does (首个被改动的链环)."""
    return min((finding.link for finding in broken(findings) if finding.link is not None), default=None)
