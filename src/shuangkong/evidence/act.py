"""An official act: who did what to which thing, when, with what content. The catalogue of kinds is closed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any
from unicodedata import normalize

from shuangkong.evidence.digest import Digest
from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words


class ActKind(Enum):
    """What was done (行为类别). `needs_reason` acts go against an earlier state, and must say why."""

    CHAIN_OPENING = "启链"
    LOADING = "载入"
    SUBMISSION = "上报"
    WITHDRAWAL = "撤回"
    ACCEPTANCE = "受理"
    SENDING_BACK = "退回"
    REVIEW = "审核"
    APPROVAL = "审批"
    LOCKING = "锁定"
    AMENDMENT = "更正"
    WAIVER = "豁免"
    FINDING_CLOSURE = "问题销号"
    VERIFICATION = "核查"
    RULE_CHANGE = "规则变更"
    ROLE_CHANGE = "权限变更"
    ORGANISATION_CHANGE = "机构变更"
    WINDOW_CHANGE = "填报期变更"
    ASSESSMENT_RUN = "考核计算"
    SELF_EVALUATION = "自评"
    APPEAL = "申诉"
    ASSESSMENT_FREEZE = "考核冻结"
    PUBLICATION = "公布"
    HANDING_OVER = "移交"
    EXPORT = "导出"
    REMARK = "讨论"
    MONITORING_CHANGE = "监测登记"

    @property
    def code(self) -> str:
        """The kind as it is sealed."""
        return self.name.lower()

    @property
    def words(self) -> Words:
        """The kind as it is shown."""
        return Words(self.value, self.name.lower().replace("_", " "))

    @property
    def needs_reason(self) -> bool:
        """Whether an act of this kind must say why."""
        return self in _WITH_REASON

    @property
    def needs_precedent(self) -> bool:
        """Whether an act of this kind must point at the content it takes the place of."""
        return self is ActKind.AMENDMENT


_WITH_REASON = frozenset(
    {
        ActKind.WITHDRAWAL, ActKind.SENDING_BACK, ActKind.AMENDMENT, ActKind.WAIVER, ActKind.RULE_CHANGE, ActKind.ROLE_CHANGE,
        ActKind.ORGANISATION_CHANGE, ActKind.WINDOW_CHANGE, ActKind.APPEAL, ActKind.FINDING_CLOSURE,
        ActKind.MONITORING_CHANGE,
    }
)  # fmt: skip
_BY_CODE = {kind.code: kind for kind in ActKind}


class IncompleteAct(Refusal):
    """The act cannot be sealed as it is (行为记录不完整)."""

    def __init__(self, field: Words, kind: ActKind, remedy: Words) -> None:
        super().__init__(
            thing=Words(f"{kind.words.zh}记录的{field.zh}", f"{field.en} of the {kind.words.en}"), value="",
            rule=Words("缺少，不能存证", "is missing; it cannot be sealed"), remedy=remedy,
        )  # fmt: skip


class MomentWithoutZone(Refusal):
    """The moment of the act has no time zone (行为时刻缺少时区)."""

    def __init__(self, moment: datetime) -> None:
        super().__init__(
            thing=Words("行为时刻", "recorded_at"), value=moment.isoformat(), rule=Words("没有时区", "has no time zone"),
            remedy=Words("注明时区，如 +08:00", "state the zone, such as +08:00"),
        )  # fmt: skip


class UnreadableAct(Refusal):
    """The fields are not those of an act (行为记录无法识别)."""

    def __init__(self, what: object) -> None:
        super().__init__(
            thing=Words("行为记录", "act"), value=what, rule=Words("字段不全、多余或取值不合法", "lacks a field, has one too many or one of a wrong kind"),
            remedy=Words("使用原样导出的文件", "use the file as exported"),
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """An official act (行为).

    `actor` did it, in the `post` held at the time, for `organisation` (its code); `subject` names the thing it was done to, the same
    name from one act to the next. `content` is the digest of what the subject then held; `previous` that of the content it takes the
    place of. `marks` are 模拟, 未核实 and the like: what is made up must say so in the proof too. Text is kept in normal form C, the moment in UTC.

    Raises
    ------
    IncompleteAct, MomentWithoutZone
        If a field is empty, a reason or a precedent is lacking where the kind needs one, or the moment has no zone.
    """

    kind: ActKind
    actor: str
    post: str
    organisation: str
    recorded_at: datetime
    subject: str
    content: Digest
    reason: str = ""
    previous: Digest | None = None
    marks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.recorded_at.utcoffset() is None:
            raise MomentWithoutZone(self.recorded_at)
        object.__setattr__(self, "recorded_at", self.recorded_at.astimezone(UTC))
        for field in ("actor", "post", "organisation", "subject", "reason"):
            object.__setattr__(self, field, normalize("NFC", getattr(self, field)))
        object.__setattr__(self, "marks", tuple(sorted({normalize("NFC", mark) for mark in self.marks})))
        for field, words in _MUST_SAY.items():
            if not getattr(self, field).strip():
                raise IncompleteAct(words, self.kind, Words(f"补充{words.zh}", f"give the {words.en}"))
        if self.kind.needs_reason and not self.reason.strip():
            raise IncompleteAct(Words("理由", "reason"), self.kind, Words("写明理由", "say why"))
        if self.kind.needs_precedent and self.previous is None:
            raise IncompleteAct(Words("原内容", "precedent"), self.kind, Words("指明被更正的内容", "point at the content amended"))

    def fields(self) -> dict[str, Any]:
        """Return the act as plain values, every field always present."""
        return {
            "kind": self.kind.code, "actor": self.actor, "post": self.post, "organisation": self.organisation,
            "recorded_at": self.recorded_at, "subject": self.subject, "content": self.content, "reason": self.reason,
            "previous": self.previous, "marks": list(self.marks),
        }  # fmt: skip

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> "Act":
        """Return the act that `fields` came from.

        Raises
        ------
        UnreadableAct
            If a field is missing, unknown or of another kind.
        """
        if set(fields) != set(_FIELD_KINDS):
            raise UnreadableAct(sorted(set(fields) ^ set(_FIELD_KINDS)))
        wrong = [name for name, kinds in _FIELD_KINDS.items() if not isinstance(fields[name], kinds)]
        marks = fields["marks"]
        if wrong or fields["kind"] not in _BY_CODE or not all(isinstance(mark, str) for mark in marks) or marks != sorted(set(marks)):
            raise UnreadableAct(wrong or fields["kind"])
        return cls(**{**fields, "kind": _BY_CODE[fields["kind"]], "marks": tuple(marks)})


_MUST_SAY: Mapping[str, Words] = {
    "actor": Words("行为人", "actor"), "post": Words("岗位", "post"), "organisation": Words("单位", "organisation"),
    "subject": Words("对象", "subject"),
}  # fmt: skip
_FIELD_KINDS: Mapping[str, tuple[type, ...]] = {
    "kind": (str,), "actor": (str,), "post": (str,), "organisation": (str,), "recorded_at": (datetime,), "subject": (str,),
    "content": (Digest,), "reason": (str,), "previous": (Digest, type(None)), "marks": (list,),
}  # fmt: skip
