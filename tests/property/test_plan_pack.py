"""Whatever a plan holds, it survives its pack; whatever a pack holds, it is read without a traceback."""

from datetime import date
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from shuangkong.kernel.faults import Fault
from shuangkong.kernel.language import Words
from shuangkong.kernel.rounding import plain
from shuangkong.plan.model import Annex, Clause, Edition, Link, Nature, Operator, Plan, Remark, Target, TargetKind, Task
from shuangkong.plan.organisations import Agencies, Agency, Jurisdiction, JurisdictionKind, Jurisdictions
from shuangkong.plan.pack import PLAN_FILES, dump_plan, read_agencies, read_jurisdictions, read_plan
from shuangkong.plan.soundness import agency_faults, jurisdiction_faults, plan_faults
from shuangkong.plan.trajectory import milestones_geometric, milestones_linear

HERE = Words("包", "pack")
AGENCIES = Agencies([Agency(code=code, name=Words(code, code)) for code in ("a", "b", "c")])
TREE = Jurisdictions([Jurisdiction(code="990100", name=Words("市", "city"), full_name="市", kind=JurisdictionKind.CITY)])

text = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co")), min_size=1, max_size=12)
figure = st.decimals(min_value=-10000, max_value=100000, places=3, allow_nan=False).map(lambda each: type(each)(plain(each)))
words = st.builds(Words, text, text)
codes = st.lists(st.sampled_from(["a", "b", "c"]), unique=True).map(tuple)
years = st.none() | st.integers(2000, 2060)
days = st.none() | st.dates(date(2000, 1, 1), date(2060, 1, 1))
texts = st.lists(text, max_size=3).map(tuple)

targets = st.builds(
    Target, id=text, clause=text, indicator=text | st.just(""), name=words, kind=st.sampled_from(TargetKind),
    operator=st.sampled_from(Operator), value=st.none() | figure, unit=text | st.just(""), scope=st.just("990100"), scope_name=text,
    base_year=years, base_value=st.none() | figure, target_year=years, tolerance_pct=st.none() | figure,
    hold_every_year=st.booleans(), alt_group=st.none() | text, nature=st.sampled_from(Nature), is_stretch=st.booleans(),
    stretch_value=st.none() | figure, lead=codes, support=codes, is_lead_derived=st.booleans(), phrase=text,
    remarks=st.lists(words, max_size=2).map(tuple), same_as=st.none() | text,
)  # fmt: skip
tasks = st.builds(
    Task, id=text, clause=text, title=text, lead=codes, support=codes, jurisdictions=st.sampled_from([(), ("990100",)]),
    due=days, is_lead_derived=st.booleans(),
)  # fmt: skip
clauses = st.builds(Clause, text, text, text, codes, codes, st.sampled_from([(), ("990100",)]), st.booleans())
plans = st.builds(
    Plan, id=text, city=text, title=text, edition=text, document_number=text | st.just(""), issued_on=days,
    clauses=st.lists(clauses, max_size=2).map(tuple), targets=st.lists(targets, max_size=2).map(tuple),
    tasks=st.lists(tasks, max_size=2).map(tuple),
    remarks=st.lists(st.builds(Remark, id=text, text=words, clauses=texts, targets=texts), max_size=2).map(tuple),
    links=st.lists(st.builds(Link, id=text, clause=text, kind=text, name=words, quoted=text, unit=text, valid_from=days, note=words), max_size=2).map(tuple),
    annexes=st.lists(st.builds(Annex, number=text, title=text, header=texts, rows=st.lists(texts, max_size=2).map(tuple), note=text), max_size=1).map(tuple),
    editions=st.lists(st.builds(Edition, id=text, edition=text, document_number=text, issued_on=days, note=words), max_size=1).map(tuple),
)  # fmt: skip


def through_yaml(document: Any) -> Any:
    return yaml.safe_load(yaml.safe_dump(document, allow_unicode=True))


@settings(max_examples=60, deadline=None)
@given(plans)
def test_plan_to_pack_to_plan_is_the_same_plan(plan: Plan) -> None:
    faults: list[Fault] = []
    documents = {name: through_yaml(document) for name, document in dump_plan(plan).items()}
    again = read_plan(documents, agencies=AGENCIES, jurisdictions=TREE, where=HERE, faults=faults)
    assert faults == []
    assert again == plan
    assert dump_plan(again) == dump_plan(plan) == documents


scraps = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | st.dates(),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["id", "code", "name", "kind", "clause", "value", "operator", "unit", "scope", "rows", "lead", "tile", "parent", "targets", "clauses", "jurisdictions", "agencies", "tasks", "remarks", "annexes", "links", "overlaps"])
        | st.integers(),
        inner,
        max_size=5,
    ),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(PLAN_FILES), scraps), scraps, scraps)
def test_no_document_however_odd_breaks_the_reader(documents: dict[str, Any], places: Any, bodies: Any) -> None:
    faults: list[Fault] = []
    found = read_jurisdictions(places, where=HERE, faults=faults)
    agencies = read_agencies(bodies, where=HERE, faults=faults)
    faults += [*jurisdiction_faults(found, where=HERE), *agency_faults(agencies, where=HERE)]
    tree = Jurisdictions(found)
    plan = read_plan(documents, agencies=Agencies(agencies), jurisdictions=tree, where=HERE, faults=faults)
    faults += plan_faults(plan, jurisdictions=tree, where=HERE)
    assert all(fault.line() and fault.line("en") for fault in faults)


@given(st.decimals(-50, 50, places=1), st.integers(1, 10))
def test_both_ways_end_on_the_target(reduction_pct: Any, years_between: int) -> None:
    last = 2020 + years_between
    assert milestones_geometric(reduction_pct=reduction_pct, base_year=2020, target_year=last)[last] == reduction_pct
    assert milestones_linear(base_value=reduction_pct, target_value=reduction_pct * 2, base_year=2020, target_year=last)[last] == reduction_pct * 2
