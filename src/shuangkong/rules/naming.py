"""Finds an entry of a rule table by the names people write: its key, its names, its `aliases`."""

import re
from collections.abc import Mapping

from shuangkong.kernel.text import narrow
from shuangkong.rules.schema import Rule


def folded(text: str) -> str:
    """Return a name without case, blanks and punctuation (名称归一).

    Examples
    --------
    >>> folded("Flat glass > 800 t/d"), folded("平板玻璃（大于800吨/天）")
    ('flatglass800td', '平板玻璃大于800吨天')
    """
    return re.sub(r"[\W_]", "", narrow(text).lower())


def entries_named(entries: Mapping[str, Rule], name: str) -> tuple[str, ...]:
    """Return the keys of the entries that a name may mean (按名称查找).

    A name that stands in an entry's `aliases`, or is its key or title, means that entry; one that stands only in
    `families` means every entry of the family, so that the caller can ask which.

    Examples
    --------
    >>> from shuangkong.rules import book
    >>> entries_named(book().below("energy.price_steps"), "电解铝")
    ('electrolytic_aluminium',)
    """
    wanted = folded(name)
    exact = tuple(
        key for key, rule in entries.items()
        if wanted in {folded(str(known)) for known in (key, *rule.name, *rule.labels.get("aliases", ()))}
    )
    if exact:
        return exact
    return tuple(key for key, rule in entries.items() if wanted in {folded(str(known)) for known in rule.labels.get("families", ())})
