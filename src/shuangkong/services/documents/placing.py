"""Puts a finished file in its place (文件落位): whole or not at all."""

import os
import tempfile
from pathlib import Path

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words


class UnwritablePlace(Refusal):
    """A file cannot be written (无法写入)."""

    def __init__(self, place: Path, trouble: OSError) -> None:
        super().__init__(
            thing=Words("位置", "place"),
            value=place,
            rule=Words(f"无法写入（{trouble.strerror}）", f"cannot be written ({trouble.strerror})"),
            remedy=Words("换一个文件夹，或检查权限和剩余空间", "use another folder, or check rights and free space"),
        )


def put_in_place(path: Path, content: bytes) -> Path:
    """Write beside the place, then put in place: a reader never meets half a file. Folders on the way are made.

    Raises
    ------
    UnwritablePlace
        If the folder cannot be made or written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as half:
            try:
                half.write(content)
                half.flush()
                os.fsync(half.fileno())
                os.chmod(half.name, 0o644)
                os.replace(half.name, path)
            except BaseException:
                os.unlink(half.name)
                raise
    except OSError as trouble:
        raise UnwritablePlace(path, trouble) from None
    return path


def prove_writable(folder: Path) -> None:
    """Make the folder and see that files can be put there, before long work is done for it.

    Raises
    ------
    UnwritablePlace
        If the folder cannot be made or written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as trouble:
        raise UnwritablePlace(folder, trouble) from None
