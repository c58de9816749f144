"""A plan kept as data, said again as a text would say it."""

from decimal import Decimal

from shuangkong.kernel.language import Words
from shuangkong.plan.model import Clause, Nature, Operator, Plan, Target, TargetKind
from shuangkong.plan.organisations import Agencies, Agency, Jurisdiction, JurisdictionKind, Jurisdictions
from shuangkong.plan.published import published, with_names
from shuangkong.plan.reading import DraftClause, DraftPlan, DraftTarget

AGENCIES = Agencies([Agency(code="housing", name=Words("市住房和城乡建设局", "Housing"), aliases=("市住房城乡建设局",))])
PLACES = Jurisdictions([Jurisdiction(code="410000", name=Words("江川市", "Jiangchuan"), full_name="江川市", kind=JurisdictionKind.CITY)])
TONNES = Target(
    id="T1", clause="一(一)", indicator="", name=Words("氨氮减排量", "NH3-N"), kind=TargetKind.CUMULATIVE_SUM, operator=Operator.AT_LEAST,
    value=Decimal("0.12"), unit="万t", scope="410000", base_year=2020, target_year=2025, nature=Nature.BINDING, phrase="氨氮减排0.12万吨",
)  # fmt: skip


def _draft(*, clause: Clause, target: Target) -> DraftPlan:
    plan = Plan(id="p", city="410000", title="江川市方案", edition="送审稿", clauses=(clause,), targets=(target,))
    return published(plan, agencies=AGENCIES, jurisdictions=PLACES)


def test_names_and_units_in_words_and_nothing_that_the_pack_added() -> None:
    draft = _draft(clause=Clause("一(一)", "目标", lead=("housing",), implied=("410000",)), target=TONNES)
    assert (draft.title, draft.edition) == ("江川市方案", "送审稿")
    assert draft.clauses == (DraftClause("一(一)", "目标", ("市住房和城乡建设局",), (), ("江川市",)),)
    assert draft.targets == (
        DraftTarget("一(一)", "氨氮减排量", ">=", "0.12", "万吨", scope="江川市", target_year=2025, phrase="氨氮减排0.12万吨"),
    )  # fmt: skip


def test_a_derived_lead_is_not_printed() -> None:
    assert _draft(clause=Clause("一(一)", "目标", lead=("housing",), is_lead_derived=True), target=TONNES).clauses[0].lead == ()


def test_spellings_of_one_body_become_one_name() -> None:
    draft = DraftPlan("", clauses=(DraftClause("一", "", ("市住房城乡建设局", "市水利局")),))
    assert with_names(draft, {"市住房城乡建设局": "市住房和城乡建设局"}).clauses[0].lead == ("市住房和城乡建设局", "市水利局")
