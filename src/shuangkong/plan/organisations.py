"""Who is bound by a plan: jurisdictions in a tree of codes, and agencies, each once with its aliases."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.text import narrow

_NO_NOTE = Words("", "")


class JurisdictionKind(Enum):
    """What a jurisdiction is (行政层级)."""

    CITY = "市"
    DISTRICT = "区"
    COUNTY = "县"
    FUNCTIONAL_ZONE = "功能区"
    TOWNSHIP = "乡镇街道"
    VILLAGE = "村社区"


class UnknownJurisdiction(Refusal):
    """No jurisdiction has this code, name or alias (未知行政区)."""

    def __init__(self, text: str, known: Iterable[str]) -> None:
        listed = "、".join(known)
        super().__init__(
            thing=Words("县区", "jurisdiction"),
            value=text,
            rule=Words("不是本市城市包中的代码、名称或别名", "is no code, name or alias in the city pack"),
            remedy=Words(f"改为其中之一：{listed}", f"use one of: {listed}"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Jurisdiction:
    """A city, district, county, functional zone, township or village (县区、功能区).

    `overlaps` lists jurisdictions whose ground this one shares. `is_accounted` tells whether its figures are a part of
    the parent's sum; `carved_out_of` names the overlapped one whose own figures leave this one's out, so that nothing is
    counted twice. `tile` is (column, row) on the schematic map.
    """

    code: str
    name: Words
    full_name: str
    kind: JurisdictionKind
    parent: str | None = None
    aliases: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    overlaps: tuple[str, ...] = ()
    carved_out_of: str | None = None
    is_accounted: bool = True
    tile: tuple[int, int] | None = None
    note: Words = _NO_NOTE

    def held_on(self, day: date) -> bool:
        """Tell whether it existed on the day."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day < self.valid_to)

    @property
    def spellings(self) -> tuple[str, ...]:
        """Every text it is called by."""
        return (self.code, self.name.zh, self.name.en, self.full_name, *self.aliases)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """A body that leads or supports (责任单位、配合单位)."""

    code: str
    name: Words
    short_name: str = ""
    aliases: tuple[str, ...] = ()

    @property
    def spellings(self) -> tuple[str, ...]:
        """Every text it is called by."""
        return (self.code, self.name.zh, self.short_name or self.name.zh, *self.aliases)


class Jurisdictions:
    """The tree of jurisdictions of one city (行政区树), looked up by code, name or alias.

    Examples
    --------
    >>> city = Jurisdiction(code="411700", name=Words("驻马店市", "Zhumadian"), full_name="驻马店市",
    ...                     kind=JurisdictionKind.CITY)
    >>> county = Jurisdiction(code="411721", name=Words("西平县", "Xiping"), full_name="西平县",
    ...                       kind=JurisdictionKind.COUNTY, parent="411700", aliases=("西平",))
    >>> tree = Jurisdictions([city, county])
    >>> tree.find("西平").code, [one.code for one in tree.partition("411700")]
    ('411721', ['411721'])
    """

    def __init__(self, jurisdictions: Iterable[Jurisdiction]) -> None:
        self._by_code: dict[str, Jurisdiction] = {}
        self._by_spelling: dict[str, Jurisdiction] = {}
        self._children: dict[str | None, list[Jurisdiction]] = {}
        for one in jurisdictions:
            self._by_code[one.code] = one
            self._children.setdefault(one.parent, []).append(one)
            for spelling in one.spellings:
                self._by_spelling.setdefault(_folded(spelling), one)

    def __iter__(self) -> Iterator[Jurisdiction]:
        return iter(self._by_code.values())

    def __len__(self) -> int:
        return len(self._by_code)

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def get(self, code: str) -> Jurisdiction | None:
        """Return the jurisdiction of this code, or None."""
        return self._by_code.get(code)

    def find(self, text: str) -> Jurisdiction:
        """Return the jurisdiction of this code, name or alias; raise `UnknownJurisdiction`."""
        found = self._by_spelling.get(_folded(text))
        if found is None:
            raise UnknownJurisdiction(text, [one.name.zh for one in self if len(one.code) == 6])
        return found

    def children(self, code: str, *, on: date | None = None) -> tuple[Jurisdiction, ...]:
        """Return those directly below (下级), in the order of the pack; only those that existed `on` a day, if given."""
        return tuple(one for one in self._children.get(code, ()) if on is None or one.held_on(on))

    def partition(self, code: str, *, on: date | None = None) -> tuple[Jurisdiction, ...]:
        """Return the children whose figures add up to this one's without counting anything twice (核算分块)."""
        return tuple(one for one in self.children(code, on=on) if one.is_accounted)

    def root(self) -> Jurisdiction:
        """Return the one without a parent: the city."""
        return self._children[None][0]


class UnknownAgency(Refusal):
    """No agency has this code, name or alias (未知责任单位)."""

    def __init__(self, text: str) -> None:
        super().__init__(
            thing=Words("责任单位", "agency"),
            value=text,
            rule=Words("不是 agencies.yaml 中的代码、名称或别名", "is no code, name or alias in agencies.yaml"),
            remedy=Words("核对名称，或在 agencies.yaml 中补充", "check the name, or add it to agencies.yaml"),
        )


class Agencies:
    """The agencies of one city (责任单位表), looked up by code, name or alias."""

    def __init__(self, agencies: Iterable[Agency]) -> None:
        self._by_code: dict[str, Agency] = {}
        self._by_spelling: dict[str, Agency] = {}
        for one in agencies:
            self._by_code[one.code] = one
            for spelling in one.spellings:
                self._by_spelling.setdefault(_folded(spelling), one)

    def __iter__(self) -> Iterator[Agency]:
        return iter(self._by_code.values())

    def __len__(self) -> int:
        return len(self._by_code)

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def find(self, text: str) -> Agency:
        """Return the agency of this code, name or alias; raise `UnknownAgency`."""
        found = self._by_spelling.get(_folded(text))
        if found is None:
            raise UnknownAgency(text)
        return found


def _folded(text: str) -> str:
    return "".join(narrow(text).split()).casefold()
