"""What cannot be done, said so that the reader knows what now: one page, one JSON form, for every refusal."""

import logging
import secrets
from collections.abc import Callable

from django.core.exceptions import ObjectDoesNotExist, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from shuangkong.kernel.faults import Fault, InputRefused, Refusal
from shuangkong.kernel.language import Words
from shuangkong.lake.inbox import InboxFull
from shuangkong.services.access_log import TooMany
from shuangkong.services.api_tokens import OutOfScope, TooManyCalls
from shuangkong.services.filings import ChangedMeanwhile
from shuangkong.services.people import NotPermitted
from shuangkong.services.security_limits import limit
from shuangkong.services.storage_faults import StorageRefused, storage_refusal
from shuangkong.web.page import language_of

log = logging.getLogger("shuangkong.web")
_MEGABYTE = 1024 * 1024


class RequestTooLarge(Refusal):
    """A request larger than is read, its files included (请求过大)."""

    def __init__(self, size: int, most_mb: int) -> None:
        super().__init__(
            thing=Words("请求", "request"), value=f"{-(-size // _MEGABYTE)} MB", rule=Words(f"过大，上限 {most_mb} MB", f"is too large, at most {most_mb} MB are read"),
            remedy=Words("缩小文件或分几次上传", "make the files smaller, or send them one by one"),
        )  # fmt: skip


_STATUS: dict[type[InputRefused], int] = {NotPermitted: 403, OutOfScope: 403, ChangedMeanwhile: 409, TooMany: 429, TooManyCalls: 429, StorageRefused: 503, RequestTooLarge: 413, InboxFull: 503}


class Refusals:
    """Turns refusals into answers (拒绝答复)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer; of what is too large nothing is read, nor written to the disk."""
        told = str(request.META.get("CONTENT_LENGTH") or "")
        size = int(told) if told.isdecimal() else 0
        if size and size > (most_mb := limit("request_mb")) * _MEGABYTE:
            return refused(request, RequestTooLarge(size, most_mb))
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, trouble: Exception) -> HttpResponse | None:
        """Answer a refusal with its faults; leave what is not one to the last resort below."""
        if isinstance(trouble, InputRefused):
            return refused(request, trouble)
        if isinstance(trouble, (ObjectDoesNotExist, Http404)):
            return not_found(request, trouble)
        if isinstance(trouble, SuspiciousOperation):  # a body too large, too many fields: answered with 400 by Django
            return None
        storage = storage_refusal(trouble)
        if storage is not None:
            log.error("storage at %s: %s", request.path, trouble)
            return refused(request, storage)
        return failed(request, trouble)


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json") or request.path.startswith("/api/")


def refused(request: HttpRequest, trouble: InputRefused) -> HttpResponse:
    """Return the page or JSON of a refusal (不能办理)."""
    status = next((status for kind, status in _STATUS.items() if isinstance(trouble, kind)), 422)
    return answer(request, status, trouble.faults)


def answer(request: HttpRequest, status: int, faults: tuple[Fault, ...]) -> HttpResponse:
    """Return faults as the asker reads them."""
    language = language_of(request)
    if _wants_json(request):
        return JsonResponse({"faults": [fault.line(language) for fault in faults]}, status=status)
    titles = {
        403: Words("没有权限", "Not permitted"), 404: Words("没有找到", "Not found"), 409: Words("版本已变化", "Changed meanwhile"),
        429: Words("操作过于频繁", "Too many at once"), 500: Words("服务出现故障", "Something failed here"), 503: Words("暂时不能保存", "Cannot be stored for now"),
    }  # fmt: skip
    title = titles.get(status, Words("不能办理", "Cannot be done"))
    return render(request, "refused.html", {"title": title, "faults": faults, "status": status}, status=status)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Return the page of what is not there (没有找到)."""
    fault = Fault(Words("页面", "page"), request.path, Words("不存在或已移走", "does not exist"), Words("从首页重新进入", "start from the first page"))
    return answer(request, 404, (fault,))


def failed(request: HttpRequest, trouble: Exception | None = None) -> HttpResponse:
    """Return the page of a failure of ours, with a number that stands in the log beside the trace (故障)."""
    number = secrets.token_hex(4)
    log.error("failure %s at %s", number, request.path, exc_info=trouble)
    fault = Fault(
        Words("故障编号", "reference"), number, Words("服务出现故障，您的操作没有生效", "something failed here; nothing was changed"),
        Words("稍后重试；仍不行请把编号告诉管理员", "try again later, or give the number to the administrator"),
    )  # fmt: skip
    return answer(request, 500, (fault,))


def csrf_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Return the page of a form that did not come from our page (来源校验失败)."""
    fault = Fault(Words("表单", "form"), request.path, Words("页面已过期或来源不明", "the page has expired or is not ours"), Words("刷新页面后重试", "reload and try again"))
    return answer(request, 403, (fault,))
