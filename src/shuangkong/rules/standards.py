"""The list of documents that rules cite, written out for `docs/standards.md`."""

from functools import lru_cache
from importlib.resources import files

import yaml

from shuangkong.rules.loader import RuleBook
from shuangkong.rules.schema import RuleValue

_HEAD = """# Standards and documents

Every document that a rule cites: its title and edition where it is cited by number, the days its lines hold here, where they are used, and how
many of them someone has verified. A figure that rests on an unverified line says 未核实. Clause, place of reading and confidence stand beside each
line under `src/shuangkong/rules/data/`; titles stand in `src/shuangkong/rules/documents.yaml`. `make standards` writes this page.

| document | title and edition | lines hold | used in | verified |
|---|---|---|---|---|
"""


@lru_cache(maxsize=1)
def document_titles() -> dict[str, str]:
    """Return title and edition of the documents cited by number (引用文件名称)."""
    titles: dict[str, str] = yaml.safe_load((files("shuangkong.rules") / "documents.yaml").read_text("utf-8"))
    return titles


def standards_page(book: RuleBook) -> str:
    """Return the list of cited documents as a page (引用文件清单).

    Examples
    --------
    >>> from shuangkong.rules import book
    >>> [row for row in standards_page(book()).splitlines() if row.startswith("| 发改环资〔2022〕803号 ")]
    ['| 发改环资〔2022〕803号 | 关于进一步做好原料用能不纳入能源消费总量控制有关工作的通知 | 2022-10-27 to 2022-11-16 | `energy.dual_control` | 1 / 1 |']
    """
    cited: dict[str, list[RuleValue]] = {}
    for rule in book.rules.values():
        for line in rule.lines:
            cited.setdefault(line.citation.document, []).append(line)
    return _HEAD + "".join(_row(document, cited[document]) for document in sorted(cited))


def _row(document: str, lines: list[RuleValue]) -> str:
    first = min(line.valid_from for line in lines)
    ends = [line.valid_to for line in lines if line.valid_to is not None]
    until = f" to {max(ends)}" if len(ends) == len(lines) else " on"
    rooms = sorted({".".join(line.path.split(".")[:2]) for line in lines})
    verified = sum(line.verified for line in lines)
    used = ", ".join(f"`{room}`" for room in rooms)
    return f"| {document} | {document_titles().get(document, '')} | {first}{until} | {used} | {verified} / {len(lines)} |\n"
