"""Steps that several tests take with a cycle of assessment."""

from collections.abc import Callable
from datetime import date

from shuangkong.access.roles import Role
from shuangkong.assessment.cycle_states import CycleAct
from shuangkong.assessment.rubric import Cycle
from shuangkong.services.assessment_cycles import act_on_cycle, result_digest, start_cycle
from shuangkong.services.cycle_results import decided
from shuangkong.services.deployment import city
from shuangkong.services.frozen_results import freeze_cycle
from shuangkong.services.people import Member
from shuangkong.services.platform_demo import load_pack_observations
from shuangkong.services.self_evaluations import OwnItem, evaluate_self, sign_self_evaluation
from shuangkong.store.models import AssessmentCycle

AS_OF = date(2026, 3, 1)
CITY, COUNTY, OTHER_COUNTY, REFORM, STATISTICS = "411700", "411721", "411722", "development_reform", "statistics"
Person = Callable[..., Member]


def started(person: Person, *, rubric: str = "", year: int = 2024, with_figures: bool = True) -> AssessmentCycle:
    """Return a cycle just started, over the figures of the pack."""
    if with_figures:
        load_pack_observations(city().folder / "data")
    key = start_cycle(cycle=Cycle.ANNUAL, year=year, rubric=rubric, as_of=AS_OF, who=person(Role.ASSESSOR, REFORM))
    return AssessmentCycle.objects.get(pk=key)


def evaluated(cycle: AssessmentCycle, person: Person, county: str = COUNTY, **items: OwnItem) -> int:
    """Return the key of a county's self-evaluation, signed."""
    told = items or {"A1": OwnItem("18", "年度目标完成")}
    key = evaluate_self(cycle_id=cycle.pk, jurisdiction=county, before=None, items=told, summary="总体完成", who=person(Role.REPORTER, county))
    sign_self_evaluation(cycle_id=cycle.pk, jurisdiction=county, evaluation=key, who=person(Role.FIRST_RESPONSIBLE, county))
    return key


def acted(cycle: AssessmentCycle, person: Person, *acts: CycleAct) -> None:
    """Let the assessor carry the cycle through acts, each with a reason."""
    for act in acts:
        cycle.refresh_from_db()
        act_on_cycle(cycle_id=cycle.pk, act=act, version=cycle.version, who=person(Role.ASSESSOR, REFORM), reason="测试理由")
    cycle.refresh_from_db()


def frozen(cycle: AssessmentCycle, person: Person) -> None:
    """Let the city government freeze the cycle as it stands."""
    cycle.refresh_from_db()
    freeze_cycle(cycle_id=cycle.pk, reason="市政府常务会议纪要", version=cycle.version, seen=result_digest(decided(cycle)), who=person(Role.GOVERNMENT, CITY))
    cycle.refresh_from_db()


def decided_cycle(person: Person) -> AssessmentCycle:
    """Return a cycle that waits for the freeze."""
    cycle = started(person)
    evaluated(cycle, person)
    acted(cycle, person, CycleAct.REVIEW, CycleAct.ANNOUNCE, CycleAct.CLOSE)
    return cycle
