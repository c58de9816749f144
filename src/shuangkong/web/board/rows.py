"""The rows of the board as text of the page: the same for everybody, so drawn once for a moment, a language and a day."""

from datetime import date
from functools import lru_cache

from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe

from shuangkong.kernel.language import Language
from shuangkong.services.board_pages import BoardFilter, BoardPage, board_page
from shuangkong.services.standing import Moment


def told_rows(page: BoardPage, asked: BoardFilter, *, language: Language, as_of: date | None) -> tuple[SafeString, ...]:
    """Return the rows asked for, drawn (表格行)."""
    drawn = _drawn(page.moment, language, as_of)
    return tuple(drawn[one.target.id] for one in page.chosen(asked))


@lru_cache(maxsize=32)
def _drawn(moment: Moment, language: Language, as_of: date | None) -> dict[str, SafeString]:
    page, template = board_page(year=moment.year, as_of=moment.as_of), get_template("board/row.html")
    shared = {"language": language, "as_of": as_of, "known_on": moment.as_of, "year": moment.year, "city": page.board.city, "years": page.years}
    return {one.target.id: mark_safe(template.render({**shared, "one": one})) for one in page.rows}
