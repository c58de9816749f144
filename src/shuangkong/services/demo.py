"""The main job: a city's plan and data become a report, written whole or not at all, in a directory kept for it."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from shuangkong.assessment.rubric import Cycle
from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Language, Words
from shuangkong.kernel.period import CHINA_STANDARD_TIME
from shuangkong.services.assessments import run_assessment
from shuangkong.services.board import board, latest_year
from shuangkong.services.cities import City, open_city
from shuangkong.services.documents.placing import put_in_place
from shuangkong.services.documents.report import Assessment, Report
from shuangkong.services.documents.report_docx import report_docx
from shuangkong.services.documents.report_html import report_html
from shuangkong.services.documents.report_xlsx import report_xlsx
from shuangkong.services.indicators import (
    CityIndicators,
    load_catalogue,
    load_indicators,
    load_observations,
    observation_tables,
)
from shuangkong.services.observations import STORE_FILE
from shuangkong.services.reports.composition import compose
from shuangkong.services.reports.scores import score_sheet

MARKER = ".shuangkong-demo.json"
Told = Callable[[Words], None]


class NotADemoDirectory(Refusal):
    """The directory holds something else (不是演示数据目录); it is left alone."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            thing=Words("数据目录", "data directory"),
            value=folder,
            rule=Words(f"不是空文件夹，也没有演示标记 {MARKER}，不予改动", f"is neither empty nor marked {MARKER}, and is left alone"),
            remedy=Words("用 --data 指定一个新文件夹", "name a new folder with --data"),
        )


@dataclass(frozen=True, slots=True)
class Loaded:
    """A city with its indicators, and what the reader should hear about the data directory."""

    city: City
    indicators: CityIndicators
    notices: tuple[Words, ...]


def load_demo(*, data: Path, pack: Path | None = None) -> Loaded:
    """Open the city pack with the data kept in `data` (载入演示城市), copied there on the first run.

    A copy that was edited since is used as it is; one that was not follows the pack.

    Raises
    ------
    NotADemoDirectory, UnwritablePlace, InputRefused
        If the directory is not ours, cannot be written, or pack or data are faulty.
    """
    city = open_city(pack)
    edited = _keep_copies(city, data)
    checked = load_catalogue(city.folder)
    store, notices = load_observations(observation_tables(data), checked, city.jurisdictions)
    told = tuple(Words(f"{name} 已被修改，按修改后的使用", f"{name} was edited and is used as it is") for name in edited)
    loaded = load_indicators(folder=city.folder, jurisdictions=city.jurisdictions, observations=store)
    return Loaded(city, loaded, (*notices, *told))


def claim_demo_folder(*, data: Path, pack: Path | None = None) -> None:
    """Make a folder the demo's own, by its marker (占用演示目录); one that holds something else is left alone.

    Raises
    ------
    NotADemoDirectory, UnwritablePlace
        If the folder is not ours, or cannot be written.
    """
    _read_own(data)
    if not (data / MARKER).is_file():
        put_in_place(data / MARKER, _marker(open_city(pack), {}))


def demo_report(loaded: Loaded, *, as_of: date | None, tell: Told) -> Report:
    """Return the report on the newest year with data (演示报告).

    Parameters
    ----------
    loaded : Loaded
        City and indicators.
    as_of : date or None
        Knowledge at the end of that day; None takes the day of the newest record.
    tell : callable
        Hears which step begins.
    """
    city, indicators = loaded.city, loaded.indicators
    newest = indicators.snapshot(None).newest_recorded_at
    day = as_of or (newest.astimezone(CHINA_STANDARD_TIME).date() if newest else date(city.defaults.base_year, 12, 31))
    year = latest_year(city=city, indicators=indicators, as_of=day)
    tell(Words(f"计算 {year} 年全部指标和县区", f"computing every target and jurisdiction for {year}"))
    now = board(city=city, indicators=indicators, year=year, as_of=day)
    has_before = year - 1 > city.defaults.base_year
    before = board(city=city, indicators=indicators, year=year - 1, as_of=day) if has_before else None
    tell(Words("考核计分", "scoring the jurisdictions"))
    scored = _assessments(city, indicators, year, day)
    tell(Words("编写报告", "composing the report"))
    return compose(now, before=before, assessments=scored)


def _assessments(city: City, indicators: CityIndicators, year: int, as_of: date) -> tuple[Assessment, ...]:
    """Return the score sheets that fall due for the year: the cumulative cycle first where there is one."""
    last = max((target.target_year for target in city.plan.targets if target.target_year), default=year)
    cycles = [Cycle.FIVE_YEAR] * (year == last) + [Cycle.MIDTERM] * (year == city.defaults.base_year + 2) + [Cycle.ANNUAL]
    return tuple(score_sheet(run_assessment(city=city, indicators=indicators, cycle=cycle, year=year, as_of=as_of)) for cycle in cycles)


def write_report(report: Report, *, out: Path, language: Language, tell: Told) -> tuple[Path, ...]:
    """Write report.html, report.xlsx and report.docx (写出报告): all are set first, each then replaces its old one at once.

    Raises
    ------
    UnwritablePlace
        If the folder cannot be made or written.
    """
    made = {}
    for name, write in _WRITERS.items():
        tell(Words(f"编排 {name}", f"setting {name}"))
        made[name] = write(report, language)
    return tuple(put_in_place(out / name, content) for name, content in made.items())


_WRITERS: Mapping[str, Callable[[Report, Language], bytes]] = {
    "report.html": report_html, "report.xlsx": report_xlsx, "report.docx": report_docx,
}  # fmt: skip


def _keep_copies(city: City, data: Path) -> list[str]:
    """Bring the pack's data into the directory; return the names of copies that were edited and kept.

    The marker comes first, so that a directory left by a run that was killed is known as ours.
    """
    marker, known = data / MARKER, _read_own(data)
    if not marker.is_file():
        put_in_place(marker, _marker(city, {}))
    edited = []
    digests: dict[str, str] = {}
    for source in sorted((city.folder / "data").glob("*.csv")):
        content = source.read_bytes()
        copy = data / source.name
        held = hashlib.sha256(copy.read_bytes()).hexdigest() if copy.is_file() else None
        digests[source.name] = hashlib.sha256(content).hexdigest()
        if held not in (None, digests[source.name], known.get(source.name)):
            edited.append(source.name)
            digests[source.name] = known.get(source.name, "")
        elif held != digests[source.name]:
            put_in_place(copy, content)
    told = _marker(city, digests)
    if marker.read_bytes() != told:
        put_in_place(marker, told)
    return edited


def _read_own(data: Path) -> Mapping[str, str]:
    """Return what the marker of a folder of ours says; refuse any other that is not empty."""
    marker = data / MARKER
    if not data.exists():
        return {}
    if not data.is_dir() or (not marker.is_file() and any(_is_foreign(child) for child in data.iterdir())):
        raise NotADemoDirectory(data)
    return _read_marker(marker)


def _is_foreign(child: Path) -> bool:
    """Tell whether something was left neither by a run that was killed before its marker stood nor by loading observations."""
    return child.name != STORE_FILE and not child.name.startswith((f".{MARKER}.", f".{STORE_FILE}."))


def _marker(city: City, digests: Mapping[str, str]) -> bytes:
    return json.dumps({"city": city.code, "files": digests}, ensure_ascii=False, indent=1, sort_keys=True).encode()


def _read_marker(marker: Path) -> Mapping[str, str]:
    try:
        told = json.loads(marker.read_text("utf-8"))
        return {str(name): str(digest) for name, digest in told["files"].items()}
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return {}

