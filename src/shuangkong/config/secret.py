"""The key that signs cookies: made once for a deployment, kept beside its data, never in the code."""

import os
import secrets
from pathlib import Path


def secret_key(data: Path) -> str:
    """Return the deployment's key, making it at the first start (密钥); readable by its owner alone."""
    path = data / "secret.key"
    if not path.exists():
        data.mkdir(parents=True, exist_ok=True)
        aside = data / f"secret.key.{os.getpid()}"
        aside.touch(mode=0o600)
        aside.write_text(secrets.token_urlsafe(48), "ascii")
        try:
            os.link(aside, path)  # fails when another process was quicker, whose key then counts
        except FileExistsError:
            pass
        finally:
            aside.unlink()
    return path.read_text("ascii")
