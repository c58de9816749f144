"""Headers that every answer carries: a strict content security policy and what goes with it."""

from collections.abc import Callable

from django.core.exceptions import DisallowedHost
from django.core.handlers.exception import response_for_exception
from django.http import HttpRequest, HttpResponse

from shuangkong.web.security.address import is_from_proxy

_POLICY = "; ".join((
    "default-src 'self'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "font-src 'self'", "connect-src 'self'",
    "object-src 'none'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'",
))  # fmt: skip
_PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


class ContentSecurity:
    """Sets the headers (安全响应头); pages of one's own figures are kept by no cache in between."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with the headers; a host that is not ours is refused before anything is made of it."""
        if not is_from_proxy(request):
            request.META.pop("HTTP_X_FORWARDED_PROTO", None)  # nobody else says that the way here was encrypted
        try:
            request.get_host()
            response = self.get_response(request)
        except DisallowedHost as refused:
            response = response_for_exception(request, refused)
        response.setdefault("Content-Security-Policy", _POLICY)
        response.setdefault("Permissions-Policy", _PERMISSIONS)
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if not request.path.startswith("/static/"):
            response.setdefault("Cache-Control", "private, no-store")
        return response
