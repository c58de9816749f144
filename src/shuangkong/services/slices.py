"""A long list a page at a time (分页)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

PAGE = 50
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Slice(Generic[Row]):
    """One page of a list (一页): its rows, which page of how many, how many rows in all."""

    rows: Sequence[Row]
    number: int
    pages: int
    count: int

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def slice_of(rows: Sequence[Row], number: int) -> Slice[Row]:
    """Return a page of a list; the first or last where there is no such page (取一页).

    Examples
    --------
    >>> slice_of(range(120), 3)
    Slice(rows=range(100, 120), number=3, pages=3, count=120)
    >>> slice_of(range(120), 9).number, slice_of([], 1).pages
    (3, 1)
    """
    pages = max(1, -(-len(rows) // PAGE))
    held = min(max(1, number), pages)
    return Slice(rows[(held - 1) * PAGE : held * PAGE], held, pages, len(rows))
