"""Who may do what (岗位与权限): roles, what each may do, and how far; a table, and nothing that can do everything.

A role is held for an organisation, in dated appointments. What it may do is said below; how far it reaches follows from the
organisation: itself and what belongs to it. The three administrators keep the house and see no figure; the auditor reads all
and writes nothing; the submitter of a return never approves it, whatever roles a person gathers.
"""

from collections.abc import Iterable, Mapping
from enum import Enum

from shuangkong.kernel.language import Words


class Role(Enum):
    """A post that a person holds for an organisation (岗位)."""

    REPORTER = "填报人"
    REVIEWER = "审核人"
    APPROVER = "核定人"
    VERIFIER = "核查人"
    LEAD_AGENCY = "牵头部门经办人"
    SUPPORTING_AGENCY = "配合部门经办人"
    ASSESSOR = "考核人"
    FIRST_RESPONSIBLE = "第一责任人"
    GOVERNMENT = "市政府"
    RECIPIENT = "组织部门接收人"
    AUDITOR = "审计人"
    SYSTEM_ADMINISTRATOR = "系统管理员"
    SECURITY_ADMINISTRATOR = "安全管理员"
    AUDIT_ADMINISTRATOR = "审计管理员"

    @property
    def words(self) -> Words:
        """The role as it is shown."""
        return Words(self.value, self.name.lower().replace("_", " "))

    @property
    def is_administrator(self) -> bool:
        """Whether it keeps the house and must see no figure."""
        return self in ADMINISTRATORS


class Permission(Enum):
    """One thing that can be allowed (权限)."""

    FIGURES_READ = "查看数据"
    RETURN_FILE = "填报"
    RETURN_REVIEW = "受理、审核"
    RETURN_APPROVE = "核定"
    RETURN_LOCK = "锁定"
    RETURN_SEND_BACK = "退回"
    AMENDMENT_ASK = "申请更正"
    AMENDMENT_CONSENT = "同意更正"
    PERIOD_WAIVE = "豁免填报"
    FINDING_EXPLAIN = "说明问题"
    FINDING_JUDGE = "处理问题"
    FINDING_WAIVE = "豁免问题"
    DISCUSS = "讨论"
    TASK_REPORT = "报告任务进展"
    VERDICT_CONFIRM = "认定评判"
    ASSESSMENT_RUN = "组织考核"
    SELF_EVALUATE = "自评"
    SELF_EVALUATION_SIGN = "签署自评"
    APPEAL = "申诉"
    APPEAL_ANSWER = "答复申诉"
    ASSESSMENT_FREEZE = "冻结考核结果"
    ASSESSMENT_PUBLISH = "公布考核结果"
    RESULT_RECEIVE = "接收考核结果"
    EXPORT = "导出"
    RULES_READ = "查看规则"
    EVIDENCE_READ = "查看存证"
    AUDIT_LOG_READ = "查看操作记录"
    WINDOW_MANAGE = "管理填报期"
    PEOPLE_MANAGE = "管理人员"
    APPOINTMENTS_MANAGE = "管理岗位"
    SECURITY_MANAGE = "管理安全设置"
    SYSTEM_MANAGE = "管理系统"
    TOKEN_MANAGE = "管理接口令牌"
    MONITORING_MANAGE = "管理监测登记"
    MONITORING_REPORT = "报告监测状况"
    READINGS_SEND = "上报计量读数"

    @property
    def words(self) -> Words:
        """The permission as it is shown."""
        return Words(self.value, _ALLOWS[self.name])


_ALLOWS: Mapping[str, str] = {
    "FIGURES_READ": "read figures", "RETURN_FILE": "file returns", "RETURN_REVIEW": "accept and review returns", "RETURN_APPROVE": "approve returns",
    "RETURN_LOCK": "lock returns", "RETURN_SEND_BACK": "send returns back", "AMENDMENT_ASK": "ask for a correction", "AMENDMENT_CONSENT": "consent to a correction",
    "PERIOD_WAIVE": "waive a return", "FINDING_EXPLAIN": "explain findings", "FINDING_JUDGE": "judge findings", "FINDING_WAIVE": "waive findings", "DISCUSS": "discuss",
    "TASK_REPORT": "report progress of tasks", "VERDICT_CONFIRM": "confirm verdicts", "ASSESSMENT_RUN": "run assessments", "SELF_EVALUATE": "evaluate oneself",
    "SELF_EVALUATION_SIGN": "sign the self-evaluation", "APPEAL": "appeal", "APPEAL_ANSWER": "answer appeals", "ASSESSMENT_FREEZE": "freeze assessment results",
    "ASSESSMENT_PUBLISH": "publish assessment results", "RESULT_RECEIVE": "receive assessment results", "EXPORT": "export", "RULES_READ": "read rules",
    "EVIDENCE_READ": "read evidence", "AUDIT_LOG_READ": "read the access log", "WINDOW_MANAGE": "manage filing windows", "PEOPLE_MANAGE": "manage people",
    "APPOINTMENTS_MANAGE": "manage posts", "SECURITY_MANAGE": "manage security", "SYSTEM_MANAGE": "manage the system", "TOKEN_MANAGE": "manage API tokens",
    "MONITORING_MANAGE": "manage the register of monitoring", "MONITORING_REPORT": "report the state of monitors",
    "READINGS_SEND": "send readings of meters",
}


_P, _R = Permission, Role
ADMINISTRATORS = frozenset({_R.SYSTEM_ADMINISTRATOR, _R.SECURITY_ADMINISTRATOR, _R.AUDIT_ADMINISTRATOR})
_READS = frozenset({_P.FIGURES_READ, _P.RULES_READ, _P.EVIDENCE_READ})
_WORKS = _READS | {_P.DISCUSS, _P.EXPORT, _P.TOKEN_MANAGE}
GRANTS: Mapping[Role, frozenset[Permission]] = {
    _R.REPORTER: _WORKS | {_P.RETURN_FILE, _P.AMENDMENT_ASK, _P.FINDING_EXPLAIN, _P.SELF_EVALUATE, _P.TASK_REPORT, _P.MONITORING_REPORT, _P.READINGS_SEND},
    _R.REVIEWER: _WORKS | {_P.RETURN_REVIEW, _P.RETURN_SEND_BACK, _P.FINDING_JUDGE, _P.APPEAL, _P.WINDOW_MANAGE, _P.MONITORING_MANAGE, _P.MONITORING_REPORT, _P.READINGS_SEND},
    _R.APPROVER: _WORKS | {_P.RETURN_APPROVE, _P.RETURN_LOCK, _P.RETURN_SEND_BACK, _P.AMENDMENT_CONSENT, _P.PERIOD_WAIVE, _P.FINDING_WAIVE, _P.VERDICT_CONFIRM},
    _R.VERIFIER: _WORKS | {_P.FINDING_JUDGE},
    _R.LEAD_AGENCY: _WORKS | {_P.TASK_REPORT, _P.FINDING_JUDGE},
    _R.SUPPORTING_AGENCY: _WORKS | {_P.TASK_REPORT},
    _R.ASSESSOR: _WORKS | {_P.ASSESSMENT_RUN, _P.APPEAL_ANSWER, _P.ASSESSMENT_PUBLISH},
    _R.FIRST_RESPONSIBLE: _READS | {_P.SELF_EVALUATION_SIGN, _P.APPEAL},
    _R.GOVERNMENT: _READS | {_P.ASSESSMENT_FREEZE},
    _R.RECIPIENT: frozenset({_P.RESULT_RECEIVE}),
    _R.AUDITOR: _READS | {_P.AUDIT_LOG_READ},
    _R.SYSTEM_ADMINISTRATOR: frozenset({_P.SYSTEM_MANAGE, _P.PEOPLE_MANAGE}),
    _R.SECURITY_ADMINISTRATOR: frozenset({_P.SECURITY_MANAGE, _P.APPOINTMENTS_MANAGE}),
    _R.AUDIT_ADMINISTRATOR: frozenset({_P.AUDIT_LOG_READ}),
}
WRITES = frozenset(Permission) - _READS - {_P.AUDIT_LOG_READ, _P.RESULT_RECEIVE}
# No one person may hold both of a pair at one time (不相容岗位).
INCOMPATIBLE: frozenset[frozenset[Role]] = frozenset(
    {frozenset(pair) for pair in (
        (_R.SYSTEM_ADMINISTRATOR, _R.SECURITY_ADMINISTRATOR), (_R.SYSTEM_ADMINISTRATOR, _R.AUDIT_ADMINISTRATOR),
        (_R.SECURITY_ADMINISTRATOR, _R.AUDIT_ADMINISTRATOR), (_R.REPORTER, _R.APPROVER), (_R.ASSESSOR, _R.GOVERNMENT),
    )}
    | {frozenset((admin, other)) for admin in ADMINISTRATORS for other in _R if other not in ADMINISTRATORS}
    | {frozenset((_R.AUDITOR, other)) for other in _R if other is not _R.AUDITOR}
)  # fmt: skip


def allowed(roles: Iterable[Role], permission: Permission) -> bool:
    """Tell whether any of the roles may do it (是否有权).

    Examples
    --------
    >>> allowed([Role.REVIEWER], Permission.RETURN_REVIEW), allowed([Role.SYSTEM_ADMINISTRATOR], Permission.FIGURES_READ)
    (True, False)
    """
    return any(permission in GRANTS[role] for role in roles)


def holders(permission: Permission) -> tuple[Role, ...]:
    """Return the roles that may do it (谁有权), for the page that refuses.

    Examples
    --------
    >>> [role.name for role in holders(Permission.ASSESSMENT_FREEZE)]
    ['GOVERNMENT']
    """
    return tuple(role for role in Role if permission in GRANTS[role])


def incompatible(roles: Iterable[Role]) -> tuple[tuple[Role, Role], ...]:
    """Return the pairs among the roles that one person may not hold together (不相容岗位).

    Examples
    --------
    >>> [(one.name, other.name) for one, other in incompatible([Role.REPORTER, Role.REVIEWER, Role.APPROVER])]
    [('REPORTER', 'APPROVER')]
    """
    held = sorted(set(roles), key=list(Role).index)
    return tuple((one, other) for place, one in enumerate(held) for other in held[place + 1 :] if frozenset((one, other)) in INCOMPATIBLE)
