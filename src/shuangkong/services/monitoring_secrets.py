"""Passwords and keys of devices at rest (设备密码和密钥): enciphered for their device, never shown again."""

import hashlib

from shuangkong.services.sealed_secret import opened, sealed


def sealed_secret(mn: str, name: str, told: str | None) -> str | None:
    """Return a secret enciphered for its device (加密), "" where there is to be none, None where none is told."""
    return sealed(told, owner=_owner(mn, name)) if told else told


def opened_secret(mn: str, name: str, kept: str) -> str:
    """Return what was enciphered for a device (解密); raise `SecretUnreadable`."""
    return opened(kept, owner=_owner(mn, name)) if kept else ""


def fingerprint(kept: str) -> str:
    """Return what is sealed of a secret (密文指纹): the digest of its cipher text, which tells nothing of it."""
    return hashlib.sha256(kept.encode()).hexdigest() if kept else ""


def _owner(mn: str, name: str) -> str:
    return f"device/{mn}/{name}"
