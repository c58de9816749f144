"""Starting the platform: which deployment, and Django set up for it."""

import os
from contextlib import suppress
from pathlib import Path


def start_platform(*, data: Path, pack: Path | None = None, is_demo: bool = False) -> None:
    """Set Django up for a deployment (启动平台); what the environment says already counts for all but the folder.

    What is written from here on is for its owner alone, as is the folder.
    """
    os.umask(0o077)
    data.mkdir(parents=True, exist_ok=True)
    if data.stat().st_mode & 0o077:
        with suppress(PermissionError):  # somebody else's folder, who decides
            data.chmod(0o700)
    os.environ["SHUANGKONG_DATA"] = str(data)
    if pack is not None:
        os.environ["SHUANGKONG_CITY"] = str(pack)
    if is_demo:
        os.environ["SHUANGKONG_DEMO"] = "1"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shuangkong.config.settings")
    import django

    django.setup()
