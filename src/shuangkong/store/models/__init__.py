"""The tables, one file per area; imported by `store` and `services` alone."""

from shuangkong.store.models.assessments import (
    Appeal,
    AppealAnswer,
    AssessmentCycle,
    AssessmentStep,
    FrozenFile,
    FrozenResult,
    HandOver,
    LineJudgement,
    SelfEvaluation,
    SelfEvaluationEvidence,
    SelfEvaluationSignature,
)
from shuangkong.store.models.evidence import ChainContent, ChainLink, PublishedHead
from shuangkong.store.models.findings import CheckWaiver, FindingRecord, FindingStep
from shuangkong.store.models.monitoring import (
    Alarm,
    AlarmFile,
    AlarmStep,
    Device,
    DeviceVersion,
    EmissionLimit,
    LaboratoryFinding,
    LaboratoryReport,
    MonitorCheck,
    MonitoringPoint,
    MonitoringPointVersion,
    OperatorMark,
    PlannedTestVersion,
    ShutdownNotice,
)
from shuangkong.store.models.observations import ObservationRow
from shuangkong.store.models.organisations import Organisation, OrganisationVersion
from shuangkong.store.models.people import Appointment, AppointmentEnd, Person
from shuangkong.store.models.returns import (
    Amendment,
    AmendmentDecision,
    Attachment,
    DraftCell,
    Filing,
    FilingAct,
    Remark,
    Submission,
    Waiver,
    WindowVersion,
)
from shuangkong.store.models.security import (
    AccessEntry,
    ApiToken,
    PasswordPast,
    RecoveryCode,
    Session,
    SignInFailure,
    SignInToken,
    TotpSecret,
)
from shuangkong.store.models.verdicts import TargetVerdict, VerdictDecision, VerdictEvidence

__all__ = [
    "AccessEntry", "Alarm", "AlarmFile", "AlarmStep", "Amendment", "AmendmentDecision", "ApiToken", "Appeal", "AppealAnswer", "Appointment",
    "AppointmentEnd", "AssessmentCycle", "AssessmentStep", "Attachment", "ChainContent", "ChainLink", "CheckWaiver", "Device", "DeviceVersion",
    "DraftCell", "EmissionLimit", "Filing", "FilingAct", "FindingRecord", "FindingStep", "FrozenFile", "FrozenResult", "HandOver",
    "LaboratoryFinding", "LaboratoryReport", "LineJudgement", "MonitorCheck", "MonitoringPoint", "MonitoringPointVersion", "ObservationRow", "OperatorMark", "Organisation",
    "OrganisationVersion", "PasswordPast", "Person", "PlannedTestVersion", "PublishedHead", "RecoveryCode", "Remark", "SelfEvaluation",
    "SelfEvaluationEvidence", "SelfEvaluationSignature", "Session", "ShutdownNotice", "SignInFailure", "SignInToken", "Submission",
    "TargetVerdict", "TotpSecret", "VerdictDecision", "VerdictEvidence", "Waiver", "WindowVersion",
]  # fmt: skip
