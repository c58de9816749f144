"""The yearly energy-utilisation assessment of a park (园区年度能源利用评估): its figures by meters as an official document, sealed as it is taken."""

from shuangkong import __version__
from shuangkong.access.roles import Permission
from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Language, Words
from shuangkong.kernel.period import Period
from shuangkong.lake.figures import FigureLevel
from shuangkong.services import clock
from shuangkong.services.board_exports import ExportedFile
from shuangkong.services.chain import record_export
from shuangkong.services.energy_figures import span_of, uses_between
from shuangkong.services.energy_meters import energy_meters
from shuangkong.services.meter_differences import Difference, differences_of
from shuangkong.services.organisations import OrganisationKind, UnknownOrganisation, tree_on
from shuangkong.services.park_assessment_docx import ParkAssessment, park_assessment_docx
from shuangkong.services.people import Member, NotPermitted, actor_of
from shuangkong.services.place_energy import place_energy_page

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class NothingMetered(Refusal):
    """There is nothing to assess (没有可以评估的表计数据)."""

    def __init__(self, park: Words, year: int) -> None:
        super().__init__(
            thing=park, value=str(year), rule=Words("本年度没有表计数据", "has no meter figure in the year"),
            remedy=Words("换一个年度，或先登记计量表并接入读数", "take another year, or register its meters and bring their readings in"),
        )  # fmt: skip


def park_assessment(*, code: str, year: int, who: Member, language: Language = "zh") -> ExportedFile:
    """Return the assessment of a park in a year as a Word document, and seal that it was taken (园区年度能源利用评估).

    Raises
    ------
    UnknownOrganisation
        If there is no such park today.
    NotPermitted
        If the person may not take its figures away, or may not see each of its tenants.
    NothingMetered
        If its meters have no figure in the year.
    """
    tree = tree_on(clock.today())
    node = tree.find(code)
    if node.kind is not OrganisationKind.PARK:
        raise UnknownOrganisation(code)
    actor = actor_of(who, Permission.EXPORT, code, tree=tree)
    page = place_energy_page(code=code, who=who, period=Period.year(year))
    if page.facts is None:
        raise NotPermitted(Permission.EXPORT, code)
    if not any(row.use.quantity.amount is not None for row in page.rows):
        raise NothingMetered(node.name, year)
    report = ParkAssessment(page, tree.jurisdiction_of(code), year, _differences(code, year), clock.today(), f"双控 Shuangkong {__version__}")
    content = park_assessment_docx(report, language)
    told = {"as_of": page.as_of.isoformat() if page.as_of else None, "kgce": str(page.total.kgce) if page.total else None, "language": language, "meters": page.meters, "year": year}
    record_export(what=f"park-assessment/{code}/{year}", content=told, actor=actor, is_simulated=node.is_simulated)
    name = f"{node.name.zh}{year}年度能源利用评估.docx" if language == "zh" else f"park-assessment-{code}-{year}.docx"
    return ExportedFile(name, WORD, content)


def _differences(code: str, year: int) -> tuple[Difference, ...]:
    tree, span = tree_on(clock.today()), span_of(Period.year(year))
    meters = [one for one in energy_meters() if tree.covers(code, one.organisation)]
    return differences_of(meters, uses_between([one.code for one in meters], span.start, span.end, level=FigureLevel.METER))
