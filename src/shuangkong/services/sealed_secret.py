"""Secrets at rest: encrypted and authenticated under keys derived from the deployment's own, so that a stolen database gives no codes.

HMAC-SHA-256 is the only primitive: in counter mode it makes the key stream, and over nonce, owner and cipher text the tag (encrypt,
then authenticate), each under a key of its own.
"""

import base64
import hmac
import secrets

from django.conf import settings

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words

_NONCE, _TAG, _BLOCK = 16, 32, 32


class SecretUnreadable(Refusal):
    """A sealed secret cannot be opened (密文无法打开)."""

    def __init__(self) -> None:
        super().__init__(
            thing=Words("动态口令密钥", "second-factor secret"), value="", rule=Words("与本部署的密钥不符或被改动", "does not fit this deployment's key or was altered"),
            remedy=Words("请安全管理员重置动态口令", "ask the security administrator to reset the second factor"),
        )  # fmt: skip


def sealed(text: str, *, owner: str) -> str:
    """Return the text sealed for an owner (加密): opened for anybody else, it is refused."""
    nonce = secrets.token_bytes(_NONCE)
    hidden = _mixed(text.encode(), nonce)
    return base64.urlsafe_b64encode(nonce + hidden + _tag(nonce, hidden, owner)).decode()


def opened(text: str, *, owner: str) -> str:
    """Return what was sealed for the owner (解密).

    Raises
    ------
    SecretUnreadable
        If it was altered, is another's, or was sealed under another key.
    """
    try:
        octets = base64.b64decode(text.encode(), altchars=b"-_", validate=True)
    except ValueError as broken:
        raise SecretUnreadable from broken
    nonce, hidden, tag = octets[:_NONCE], octets[_NONCE:-_TAG], octets[-_TAG:]
    if len(octets) < _NONCE + _TAG or not hmac.compare_digest(tag, _tag(nonce, hidden, owner)):
        raise SecretUnreadable
    return _mixed(hidden, nonce).decode()


def _key(use: str) -> bytes:
    return hmac.digest(settings.SECRET_KEY.encode(), f"shuangkong/second-factor/{use}".encode(), "sha256")


def _mixed(octets: bytes, nonce: bytes) -> bytes:
    key = _key("stream")
    stream = b"".join(hmac.digest(key, nonce + count.to_bytes(4, "big"), "sha256") for count in range(-(-len(octets) // _BLOCK)))[: len(octets)]
    return (int.from_bytes(octets, "big") ^ int.from_bytes(stream, "big")).to_bytes(len(octets), "big")


def _tag(nonce: bytes, hidden: bytes, owner: str) -> bytes:
    return hmac.digest(_key("tag"), nonce + len(hidden).to_bytes(4, "big") + hidden + owner.encode(), "sha256")
