"""The JSON API: the use cases of the pages, for programs (接口). Each operation says which permission it needs."""

from typing import Any

from django.core.exceptions import ObjectDoesNotExist, SuspiciousOperation
from django.http import Http404, HttpRequest
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from shuangkong import __version__
from shuangkong.kernel.faults import Fault, InputRefused
from shuangkong.kernel.language import Words
from shuangkong.web.api import (
    administration,
    alarms,
    ambient,
    assessments,
    board,
    emissions,
    energy,
    evidence,
    figures,
    files,
    filing,
    findings,
    monitoring,
    monitoring_data,
    places,
    returns,
    rules,
    self_evaluations,
    tokens,
    verdicts,
)
from shuangkong.web.api.gate import Allowed
from shuangkong.web.api.reading import StrictParser
from shuangkong.web.refusals import answer, not_found, refused

__all__ = ["Allowed", "api"]

AREAS = (
    ("指标 / figures", board.router), ("指标 / figures", figures.router), ("评判 / verdicts", verdicts.router), ("县区和单位 / places", places.router),
    ("报表 / returns", returns.router), ("填报 / filing", filing.router),
    ("文件 / files", files.router), ("问题 / findings", findings.router), ("监测 / monitoring", monitoring.router), ("监测 / monitoring", monitoring_data.router), ("监测 / monitoring", alarms.router), ("监测 / monitoring", ambient.router), ("监测 / monitoring", emissions.router), ("能耗 / energy", energy.router), ("考核 / assessment", assessments.router), ("自评申诉 / self-evaluation", self_evaluations.router),
    ("规则 / rules", rules.router), ("存证 / evidence", evidence.router), ("管理 / administration", administration.router), ("令牌 / tokens", tokens.router),
)  # fmt: skip
_TOO_LARGE, _UNAUTHORISED, _UNPROCESSABLE = 413, 401, 422

api = NinjaAPI(
    title="双控 / Shuangkong", version=__version__, urls_namespace="api", docs_url=None, parser=StrictParser(),
    description=(
        "与页面同一套用例。数值为不取整的十进制字符串，无数为 null 并附理由；不能办理时答 {\"faults\": […]}，每条写明问题和办法。"
        " The same use cases as the pages. Figures are unrounded decimal strings, null where there is none, with the reason;"
        " what cannot be done answers {\"faults\": […]}, each with what is wrong and the remedy."
    ),
)  # fmt: skip
for _tag, _router in AREAS:
    api.add_router("", _router, tags=[_tag])


def _fault(thing: Words, value: str, rule: Words) -> Fault:
    return Fault(thing, value, rule, Words("按 /api/openapi.json 改正", "mend it by /api/openapi.json"))


@api.exception_handler(InputRefused)
def _refused(request: HttpRequest, trouble: InputRefused) -> Any:
    return refused(request, trouble)


@api.exception_handler(ObjectDoesNotExist)
@api.exception_handler(Http404)
def _unknown(request: HttpRequest, trouble: Exception) -> Any:
    return not_found(request, trouble)


@api.exception_handler(AuthenticationError)
def _unknown_token(request: HttpRequest, trouble: AuthenticationError) -> Any:
    rule = Words("缺少、不存在、已到期或已吊销", "is missing, unknown, expired or revoked")
    remedy = Words("登录后在“接口令牌”页申请，以 Authorization: Bearer 发送", "sign in, ask for one on the page of tokens, send it as Authorization: Bearer")
    return answer(request, _UNAUTHORISED, (Fault(Words("接口令牌", "API token"), "", rule, remedy),))


@api.exception_handler(ValidationError)
def _unfit(request: HttpRequest, trouble: ValidationError) -> Any:
    faults = tuple(
        _fault(Words(f"参数 {name}", f"parameter {name}"), "", Words(f"不合要求（{one.get('msg', '')}）", f"is not as asked for ({one.get('msg', '')})"))
        for one in trouble.errors for name in [".".join(str(part) for part in one.get("loc", ())[1:])]
    )  # fmt: skip
    return answer(request, _UNPROCESSABLE, faults)


@api.exception_handler(HttpError)
def _unreadable(request: HttpRequest, trouble: HttpError) -> Any:
    cause = trouble.__cause__
    if isinstance(cause, InputRefused):
        return refused(request, cause)
    if isinstance(cause, SuspiciousOperation):
        return _too_large(request, cause)
    if isinstance(cause, HttpError):  # what the parser said, before the framework made one of its own of it
        rule = Words("应为 application/json", "must be application/json")
        return answer(request, cause.status_code, (_fault(Words("内容类型", "content type"), request.content_type or "", rule),))
    return answer(request, trouble.status_code, (_fault(Words("请求", "request"), "", Words("不是 JSON，无法读取", "is no JSON that can be read")),))


@api.exception_handler(SuspiciousOperation)
def _too_large(request: HttpRequest, trouble: SuspiciousOperation) -> Any:
    rule = Words("过大、字段过多或不完整", "is too large, has too many fields, or is not whole")
    return answer(request, _TOO_LARGE, (_fault(Words("请求", "request"), "", rule),))
