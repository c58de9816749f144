"""What is refused, carried out or brought in through any page is logged, and the latter two are limited, whatever view did it."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.http import HttpRequest, HttpResponse

from shuangkong.services.access_log import AccessKind, TooMany, asked_from, count_against_limit, log, require_room
from shuangkong.services.lockout import LockedOut, begin_attempt
from shuangkong.web.refusals import answer, refused
from shuangkong.web.security.address import address_of

_View = TypeVar("_View", bound=Callable[..., Any])
_UNAUTHORISED, _FORBIDDEN, _TOO_MANY = 401, 403, 429


class AccessLogged:
    """Logs refusals, exports (answers that are attachments) and uploads (requests with files); counts wrong tokens (操作记录)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and log."""
        asked_from(address_of(request))
        response = self.get_response(request)
        if response.status_code == _FORBIDDEN:
            log(AccessKind.REFUSED, name=_name(request), address=address_of(request), path=request.path, said=request.method or "")
        elif response.headers.get("Content-Disposition", "").startswith("attachment"):
            log(AccessKind.EXPORTED, name=_name(request), address=address_of(request), path=request.path)
        elif response.status_code == _UNAUTHORISED:
            return _wrong_token(request) or response
        return response

    def process_view(self, request: HttpRequest, view: Any, args: object, kwargs: object) -> HttpResponse | None:
        """Count an upload before it is read."""
        is_upload = request.method == "POST" and request.content_type == "multipart/form-data" and bool(request.FILES)
        if not is_upload or request.member is None:
            return None
        try:
            count_against_limit(AccessKind.UPLOADED, name=request.member.sign_in_name, address=address_of(request), path=request.path)
        except TooMany as trouble:
            return refused(request, trouble)
        return None


def hands_out(view: _View) -> _View:
    """Refuse one file more than a person may take out before it is made and sealed (导出限频); for every view that answers with a file."""

    @wraps(view)
    def limited(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        require_room(AccessKind.EXPORTED, name=request.member.sign_in_name, address=address_of(request), path=request.path)
        return view(request, *args, **kwargs)

    return cast(_View, limited)


def _wrong_token(request: HttpRequest) -> HttpResponse | None:
    """Count a token of the API that is none, as a link that is none is counted."""
    try:
        begin_attempt(sign_in_name="", address=address_of(request))
    except LockedOut as trouble:
        return answer(request, _TOO_MANY, trouble.faults)
    return None


def _name(request: HttpRequest) -> str:
    return request.member.sign_in_name if request.member else ""
