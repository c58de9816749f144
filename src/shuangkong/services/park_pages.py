"""A park as a page (园区页): its tenants, what they use together, with coverage."""

from dataclasses import dataclass
from datetime import date

from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period
from shuangkong.services.aggregates import Aggregate
from shuangkong.services.membership import Membership
from shuangkong.services.organisation_changes import Version, history_of
from shuangkong.services.organisations import Node, OrganisationKind, Tree, UnknownOrganisation
from shuangkong.services.people import Member
from shuangkong.services.place_pages import Structure, UnitRow, structure_of, sums_at, unit_rows, units_listed
from shuangkong.services.standing import Moment, moment_of, plan_years
from shuangkong.services.unit_standing import Filed, OpenFinding, open_findings, returns_due


@dataclass(frozen=True, slots=True)
class ParkPage:
    """Everything of a park that its page shows (园区页)."""

    moment: Moment
    node: Node
    place: Node | None
    finding: Words
    energy: Aggregate
    before: Aggregate
    structure: Structure
    tenants: tuple[UnitRow, ...]
    hidden_tenants: int
    filed: Filed
    findings: tuple[OpenFinding, ...]
    history: tuple[Version, ...]
    years: tuple[int, ...]


def park_page(*, code: str, who: Member, year: int | None = None, as_of: date | None = None) -> ParkPage:
    """Return a park as it stood in a year, known on a day (园区页); the sums are open to all, the tenants to who may see them.

    Raises
    ------
    UnknownOrganisation
        If there is no such park on that day.
    """
    moment, membership = moment_of(year=year, as_of=as_of), Membership(as_of=as_of)
    tree, held = membership.today, membership.at_end(Period.year(moment.year))
    node = tree.find(code)
    if node.kind is not OrganisationKind.PARK:
        raise UnknownOrganisation(code)
    then = tenants_of(held, code)
    here = units_listed(then, tenants_of(tree, code), held)
    seen = [one for one in here if membership.sees(who, one.code, Period.year(moment.year))]
    energy = sums_at(moment, who, as_of).get(code, Aggregate(None, 0, 0))
    before = sums_at(moment._replace(year=moment.year - 1), who, as_of).get(code, Aggregate(None, 0, 0))
    due = returns_due(here, year=moment.year, as_of=as_of)
    findings = open_findings([one.code for one in seen], as_of=as_of)
    owed = [one for one in due if not one.is_waived]
    told = Words(
        f"{node.name.zh}入驻 {len(here)} 家单位" + (f"，{energy.reported} 家已报综合能源消费量" if energy.reported else ""),
        f"{node.name.en}: {len(here)} tenants" + (f", {energy.reported} of whom reported their energy" if energy.reported else ""),
    )
    return ParkPage(
        moment=moment, node=node, place=tree.jurisdiction_of(code), finding=told, energy=energy, before=before,
        structure=structure_of(then, who=who, year=moment.year, as_of=as_of, is_sum_told=energy.value is not None, is_by_carrier=False),
        tenants=unit_rows(seen, due, findings, year=moment.year, as_of=as_of), hidden_tenants=len(here) - len(seen),
        filed=Filed(sum(one.is_filed for one in owed), len(owed)), findings=findings, history=history_of(code), years=tuple(plan_years()),
    )  # fmt: skip


def tenants_of(tree: Tree, park: str) -> tuple[Node, ...]:
    """Return the units that are tenants of a park (入驻单位)."""
    return tuple(node for node in tree.of_kind(OrganisationKind.UNIT) if node.park == park)
