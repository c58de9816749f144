"""Sets a report as one self-contained page (网页报告): style and charts inside, no script, nothing fetched."""

import base64
import hashlib
from collections.abc import Iterable
from importlib.resources import files

import jinja2
from markupsafe import Markup

from shuangkong.kernel.language import Language, Words
from shuangkong.plan.trajectory import Light
from shuangkong.services.documents.charts.ranking import draw_ranking, draw_tiles
from shuangkong.services.documents.charts.trajectory import draw_small, draw_trajectory
from shuangkong.services.documents.charts.waterfall import draw_waterfall
from shuangkong.services.documents.report import BoardRow, Mark, RankingRow, Report, Trajectory
from shuangkong.services.documents.wording import (
    MISSING,
    OPERATORS,
    coverage_text,
    figure_text,
    listed_text,
    marks_text,
    number_text,
    target_text,
    unit_text,
    unrounded,
)  # fmt: skip

_TEMPLATES = files("shuangkong.services.documents") / "templates"


def report_html(report: Report, language: Language) -> bytes:
    """Return the report as a page in `language`; the same report gives the same bytes."""
    style = (_TEMPLATES / "report.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    page = _environment(language).get_template("report.html.j2").render(
        report=report,
        charts=_charts(report, language),
        style=Markup(style),
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'",
    )
    return page.encode()


def _environment(language: Language) -> jinja2.Environment:
    def say(zh: str | Words | None, en: str | None = None) -> str:
        if zh is None:
            return ""
        words = zh if isinstance(zh, Words) else Words(zh, zh if en is None else en)
        return words.in_language(language)

    def door(row: BoardRow, report: Report) -> str:
        """What hovering over a figure tells: unit, period, basis, coverage, as-of."""
        parts = [row.period, unit_text(row.current.unit, language), marks_text(row.marks, language)]
        parts.append(f"{say('覆盖', 'coverage')} {coverage_text(row.coverage)}" if row.coverage else "")
        parts.append(f"{say('截至', 'as of')} {report.as_of.isoformat()}")
        return " · ".join(part for part in parts if part)

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("shuangkong.services.documents", "templates"), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    environment.globals.update(
        t=say, language=language, Light=Light, Mark=Mark, MISSING=MISSING, OPERATORS=OPERATORS, door=door,
        figure=lambda one, **look: figure_text(one, language, **look), unit=lambda one: unit_text(one, language),
        target=lambda row: target_text(row.operator, row.target, language), coverage=coverage_text, unrounded=unrounded,
        number=number_text, listed=lambda several: listed_text(several, language), marks=lambda found: marks_text(found, language),
    )  # fmt: skip
    environment.filters["marks_of"] = _marks_of
    return environment


def _marks_of(drawn: Iterable[RankingRow | Trajectory]) -> list[Mark]:
    """Return every mark under what a chart draws, so that the chart says it in words."""
    found = {mark for one in drawn for holder in (one.points if isinstance(one, Trajectory) else (one,)) for mark in holder.marks}
    return [mark for mark in Mark if mark in found]


def _charts(report: Report, language: Language) -> dict[str, object]:
    together = [one for one in report.trajectories if not one.is_lead]
    return {
        "lead": [(one, draw_trajectory(one, language)) for one in report.trajectories if one.is_lead],
        "small": [(one, draw_small(one, together, language)) for one in together],
        "ranking": draw_ranking(report.ranking, language) if report.ranking else "",
        "tiles": draw_tiles(report.ranking, language) if report.ranking else "",
        "waterfall": draw_waterfall(report.decomposition, language) if report.decomposition else "",
    }
