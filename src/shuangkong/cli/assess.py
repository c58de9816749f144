"""`shuangkong assess`: annual, mid-term and five-year assessment of a city's jurisdictions."""

import json
import sys
from datetime import datetime
from pathlib import Path

import click

from shuangkong.assessment.rubric import Cycle
from shuangkong.cli.language import language, say
from shuangkong.kernel.language import Words
from shuangkong.services.assessment_inputs import read_inputs
from shuangkong.services.assessments import Assessment, run_assessment
from shuangkong.services.cities import open_city
from shuangkong.services.documents.assessment_docx import assessment_docx
from shuangkong.services.documents.assessment_text import assessment_text
from shuangkong.services.documents.assessment_xlsx import assessment_xlsx
from shuangkong.services.documents.placing import put_in_place
from shuangkong.services.indicators import CityIndicators, load_catalogue, load_indicators
from shuangkong.services.reports.assessment_results import compose_results

_FOLDER = Path("out")


@click.command()
@click.option("--cycle", type=click.Choice([cycle.value for cycle in Cycle]), required=True, help="年度、中期、五年 / annual, mid-term, five-year")
@click.option("--year", type=int, help="考核年度；中期、五年可不写 / year; may be left out for mid-term and five-year")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="截至该日日终所知（北京时间） / as known at the end of that day")
@click.option("--rubric", help="计分表，默认取城市包设置 / scoring table; the pack's default where none is given")
@click.option("--inputs", type=click.Path(path_type=Path), help="代替数据包观测值的文件 / a file that takes the place of the pack's observations")
@click.option("--data", type=click.Path(path_type=Path), help="自有数据目录，加在城市包数据之上 / folder whose figures come on top of the pack's")
@click.option("--city", "folder", type=click.Path(path_type=Path), help="城市包文件夹 / folder of a city pack")
@click.option("--format", "form", type=click.Choice(["table", "json", "xlsx", "docx"]), default="table", show_default=True)
@click.option("--details", "has_details", is_flag=True, help="表格后附每项得分和理由 / every score and reason after the table")
@click.option("--out", type=click.Path(path_type=Path), help="写到该文件；否则写到标准输出，终端上的 xlsx、docx 写到 out/ / file to write")
def assess(
    cycle: str, year: int | None, as_of: datetime | None, rubric: str | None, inputs: Path | None, data: Path | None,
    folder: Path | None, form: str, has_details: bool, out: Path | None,
) -> None:  # fmt: skip
    """节能目标责任评价考核，每个得分说明理由 / Assess every jurisdiction; every score says why.

    \b
    例 / Examples:
      shuangkong assess --cycle annual --year 2023 --details
      shuangkong assess --cycle midterm --format docx --out 中期评估.docx
      shuangkong assess --cycle annual --year 2023 --as-of 2024-06-30 --format xlsx > 考核.xlsx
      shuangkong assess --cycle annual --year 2022 --inputs 输入.csv --rubric state-council-2007 --format json
    """
    city = open_city(folder)
    chosen = Cycle(cycle)
    looked_at = year if year is not None else _year_of(chosen, city.defaults.base_year)
    stated = read_inputs(inputs, city=city, declared=load_catalogue(city.folder)) if inputs else None
    loaded = stated.indicators if stated else load_indicators(folder=city.folder, jurisdictions=city.jurisdictions, data=data)
    for notice in stated.notices if stated else loaded.notices:
        _tell(notice)
    if sys.stderr.isatty():
        _tell(Words("… 考核计分", "… scoring the jurisdictions"))
    assessment = run_assessment(
        city=city, indicators=loaded, cycle=chosen, year=looked_at, as_of=as_of.date() if as_of else None, rubric_id=rubric,
        given=stated.given if stated else None,
    )  # fmt: skip
    if as_of is None and assessment.as_of and form != "table":
        _tell(Words(f"数据截至 {assessment.as_of}（未写 --as-of，取最新记录）", f"as known on {assessment.as_of}, the newest record (no --as-of given)"))
    content = _content(assessment, loaded, form, has_details=has_details, inputs_name=inputs.name if inputs else None)
    if out is None and form in ("xlsx", "docx") and sys.stdout.isatty():
        out = _FOLDER / f"assessment-{cycle}-{looked_at}.{form}"
    if out is None:
        sys.stdout.buffer.write(content)
    else:
        click.echo(f"{say(Words('已写出', 'written'))} {put_in_place(out, content)}")


def _content(assessment: Assessment, loaded: CityIndicators, form: str, *, has_details: bool, inputs_name: str | None) -> bytes:
    if form == "json":
        return (json.dumps(assessment.as_json(), ensure_ascii=False, indent=2) + "\n").encode()
    report = compose_results(assessment, catalogue=loaded.catalogue, inputs_name=inputs_name)
    if form == "docx":
        return assessment_docx(report, language())
    if form == "xlsx":
        return assessment_xlsx(report, language())
    return (assessment_text(report, language(), has_details=has_details) + "\n").encode()


def _tell(words: Words) -> None:
    click.echo(say(words), err=True)


def _year_of(cycle: Cycle, base_year: int) -> int:
    if cycle is Cycle.ANNUAL:
        raise click.UsageError(say(Words("年度评价须写 --year", "an annual evaluation needs --year")))
    return base_year + (2 if cycle is Cycle.MIDTERM else 5)
