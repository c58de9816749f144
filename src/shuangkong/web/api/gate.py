"""Who may call an operation: the bearer of a token whose owner and scope allow it, and not too often."""

from typing import Any

from django.http import HttpRequest
from ninja.security import HttpBearer

from shuangkong.access.roles import Permission
from shuangkong.services.access_log import AccessKind, count_against_limit
from shuangkong.services.api_tokens import OutOfScope, bearer, count_call
from shuangkong.services.people import NotPermitted
from shuangkong.web.api.reading import refuse_unprintable
from shuangkong.web.security.address import address_of


class Allowed(HttpBearer):
    """Lets in the bearer of a token whose owner and scope allow any of some permissions (令牌校验)."""

    def __init__(self, *permissions: Permission) -> None:
        self.permissions = permissions
        super().__init__()

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """Return the member, or None for 401; raise for 403 and 429."""
        who = bearer(token)
        if who is None:
            return None
        count_call(token)
        if not any(who.may(one) for one in self.permissions):
            is_in_scope = who.scopes is None or not who.scopes.isdisjoint(self.permissions)
            raise NotPermitted(self.permissions[0]) if is_in_scope else OutOfScope(self.permissions[0])
        refuse_unprintable(request.path_info)
        request.member = who
        return who


def upload(request: HttpRequest, sent: Any) -> tuple[str, bytes]:
    """Return name and content of a file that was sent, counted against the limit of uploads (接收文件)."""
    count_against_limit(AccessKind.UPLOADED, name=request.member.sign_in_name, address=address_of(request), path=request.path)
    return str(sent.name or ""), bytes(sent.read())
