"""A docket: the list of the files that together are the content of one act, each by its digest."""

from collections.abc import Mapping

from shuangkong.evidence.canonical import NotCanonical, canonical, from_canonical
from shuangkong.evidence.digest import Algorithm, Digest, digest

DOCKET_FORMAT = "shuangkong-docket-1"


def docket(files: Mapping[str, bytes], algorithm: Algorithm) -> bytes:
    """Return the docket of some files by name (案卷目录); its digest is the content of the act.

    Examples
    --------
    >>> sorted(read_docket(docket({"a.json": b"{}", "b.csv": b""}, Algorithm.SHA256)))
    ['a.json', 'b.csv']
    """
    return canonical({"files": {name: digest(content, algorithm) for name, content in files.items()}, "format": DOCKET_FORMAT})


def read_docket(content: bytes) -> Mapping[str, Digest]:
    """Return the files a docket lists, none for content that is no docket (读目录)."""
    if not content.startswith(b'{"files":{') or not content.endswith(f'"format":"{DOCKET_FORMAT}"}}'.encode("ascii")):
        return {}
    try:
        found = from_canonical(content)
    except NotCanonical:
        return {}
    files = found.get("files") if isinstance(found, Mapping) else None
    if not isinstance(files, Mapping):
        return {}
    return {name: listed for name, listed in files.items() if isinstance(listed, Digest)}
