"""Operations on one's own tokens: a token lists and revokes, and makes none; that is for a session that signed in."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from shuangkong.access.roles import Permission
from shuangkong.services import api_tokens
from shuangkong.web.api.gate import Allowed
from shuangkong.web.api.shapes import ByName, Key, Keyed, Listed, Paging, answers

router = Router()
_P = Permission


class TokenShape(Schema):
    """A token, never the token itself (接口令牌)."""

    token: int = Field(alias="pk")
    name: str
    scopes: list[Annotated[Permission, ByName]]
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None
    is_good: bool


@router.get("/tokens", auth=Allowed(_P.TOKEN_MANAGE), response=answers(Listed[TokenShape]), summary="我的令牌 / my tokens")
def read_tokens(request: HttpRequest, page: Query[Paging]) -> Any:
    """The tokens of the owner (我的令牌)."""
    return page.of(api_tokens.tokens_of(who=request.member))


@router.post("/tokens/{int:token}/revoke", auth=Allowed(_P.TOKEN_MANAGE), response=answers(Keyed), summary="吊销令牌 / revoke a token")
def revoke(request: HttpRequest, token: Key) -> Any:
    """End a token at once (吊销令牌)."""
    api_tokens.revoke_token(who=request.member, token_id=token)
    return {"key": token}
