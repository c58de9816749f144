"""From which address a request came: the connection's, or what a proxy of ours says it was."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """Return the address of whoever asks (来访地址): the last one that a trusted proxy added, never one that the asker could write."""
    address = _known(request.META.get("REMOTE_ADDR", ""))
    told = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    while address in settings.PROXIES and told:
        address = _known(told.pop())
    return address


def is_from_proxy(request: HttpRequest) -> bool:
    """Tell whether a proxy of ours sent the request (是否经本单位代理)."""
    return _known(request.META.get("REMOTE_ADDR", "")) in settings.PROXIES


def _known(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:  # a socket without an address, or nonsense in the header
        return "0.0.0.0"
