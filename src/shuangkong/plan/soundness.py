"""What does not hold together in a city's organisations and plan: plain checks that return every fault found."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from shuangkong.kernel.faults import Fault
from shuangkong.kernel.language import Words
from shuangkong.kernel.rounding import plain
from shuangkong.kernel.units import UnknownUnit, unit
from shuangkong.plan.model import Operator, Plan, Target, TargetKind
from shuangkong.plan.organisations import Agency, Jurisdiction, JurisdictionKind, Jurisdictions

LONGEST_PHRASE = 80
LONGEST_TITLE = 40
ANNEX = "附件"
PREAMBLE = "前言"
_CODE = {
    JurisdictionKind.CITY: re.compile(r"\d{4}00"),
    JurisdictionKind.DISTRICT: re.compile(r"\d{6}"),
    JurisdictionKind.COUNTY: re.compile(r"\d{6}"),
    JurisdictionKind.FUNCTIONAL_ZONE: re.compile(r"\d{4}(?:\d{2}|Z\d)"),
    JurisdictionKind.TOWNSHIP: re.compile(r"\d{9}000"),
    JurisdictionKind.VILLAGE: re.compile(r"\d{12}"),
}
# How many leading digits a code shares with that of its parent; a zone's own code says nothing of its townships.
_DIGITS_SHARED = {
    JurisdictionKind.CITY: 4, JurisdictionKind.DISTRICT: 6, JurisdictionKind.COUNTY: 6, JurisdictionKind.TOWNSHIP: 9,
}  # fmt: skip
_NO_FIGURE = (Operator.QUALITATIVE, Operator.EXTERNAL)
_UPWARD = (Operator.AT_LEAST, Operator.MORE_THAN)
_DOWNWARD = (Operator.AT_MOST, Operator.LESS_THAN)


def jurisdiction_faults(jurisdictions: Sequence[Jurisdiction], *, where: Words) -> list[Fault]:
    """Return what is wrong with a tree of jurisdictions (行政区树检查): codes, names, parents, dates, double counting."""
    faults: list[Fault] = []
    by_code = {one.code: one for one in jurisdictions}
    faults += _twice("行政区代码", "jurisdiction code", (one.code for one in jurisdictions), where)
    faults += _shared_spellings(((one.code, one.spellings) for one in jurisdictions), where)
    roots = [one for one in jurisdictions if one.parent is None]
    if len(roots) != 1:
        faults.append(_fault(where, ("行政区", "jurisdictions"), "、".join(one.name.zh for one in roots),
                             (f"应有且只有一个没有上级的市，现有{len(roots)}个", f"must have exactly one without a parent, has {len(roots)}"),
                             ("为其余各级补 parent", "give the others a parent")))
    for one in jurisdictions:
        faults += _one_jurisdiction(one, by_code, where)
    return [*faults, *_double_counting(jurisdictions, by_code, where)]


def _one_jurisdiction(one: Jurisdiction, by_code: dict[str, Jurisdiction], where: Words) -> Iterator[Fault]:
    about = (f"行政区 {one.code}", f"jurisdiction {one.code}")
    if not _CODE[one.kind].fullmatch(one.code):
        yield _fault(where, about, one.code, ("不合该层级的代码形式", "has not the shape of a code of its level"),
                     ("县级6位（GB/T 2260），乡镇12位且以000结尾，村12位", "6 digits for a county (GB/T 2260), 12 ending in 000 for a township, 12 for a village"))
    for name, code in (("parent", one.parent), ("carved_out_of", one.carved_out_of), *(("overlaps", other) for other in one.overlaps)):
        if code is not None and (code not in by_code or code == one.code):
            yield _fault(where, about, code, (f"{name} 所指不存在", f"{name} points nowhere"), ("改为本包中另一代码", "use another code of the pack"))
    if one.valid_from and one.valid_to and one.valid_to <= one.valid_from:
        yield _fault(where, about, f"{one.valid_from}–{one.valid_to}", ("止期不晚于起期", "ends before it begins"), ("核对两个日期", "check both dates"))
    above, seen = one.parent, {one.code}
    while above is not None and above in by_code and above not in seen:
        seen.add(above)
        above = by_code[above].parent
    if above in seen:
        yield _fault(where, about, str(above), ("上级关系成环", "its parents form a ring"), ("改正 parent", "mend parent"))
    parent = by_code.get(one.parent or "")
    shared = _DIGITS_SHARED.get(parent.kind, 0) if parent is not None else 0
    if parent is not None and one.code[:shared] != parent.code[:shared]:
        yield _fault(where, about, one.code, (f"代码不在上级 {parent.code} 之下", f"code does not lie under its parent {parent.code}"),
                     ("核对代码或 parent", "check code or parent"))


def _double_counting(jurisdictions: Sequence[Jurisdiction], by_code: dict[str, Jurisdiction], where: Words) -> Iterator[Fault]:
    told = set()
    for one in jurisdictions:
        for code in one.overlaps:
            other = by_code.get(code)
            pair = frozenset((one.code, code))
            if other is None or pair in told or not (one.is_accounted and other.is_accounted) or one.parent != other.parent:
                continue
            if one.carved_out_of != code and other.carved_out_of != one.code:
                told.add(pair)
                yield _fault(where, (f"行政区 {one.code}", f"jurisdiction {one.code}"), f"{one.name.zh} / {other.name.zh}",
                             ("地域重叠且都计入上级合计，会重复计算", "overlap and both count in the parent's sum: counted twice"),
                             ("用 carved_out_of 写明从哪一个中扣除，或设 is_accounted: false", "say with carved_out_of whose figures leave it out, or set is_accounted: false"))


def agency_faults(agencies: Sequence[Agency], *, where: Words) -> list[Fault]:
    """Return what is wrong with a list of agencies (责任单位检查): codes and names that stand twice."""
    return [
        *_twice("责任单位代码", "agency code", (one.code for one in agencies), where),
        *_shared_spellings(((one.code, one.spellings) for one in agencies), where),
    ]


def plan_faults(plan: Plan, *, jurisdictions: Jurisdictions, where: Words) -> list[Fault]:
    """Return what does not hold together in a plan (方案检查): ids, references, bounds, units, phrases, tasks without lead."""
    faults: list[Fault] = []
    for zh, en, ids in (
        ("条款", "clause", [clause.number for clause in plan.clauses]),
        ("目标", "target", [target.id for target in plan.targets]),
        ("任务", "task", [task.id for task in plan.tasks]),
        ("备注", "remark", [remark.id for remark in plan.remarks]),
        ("引用", "link", [link.id for link in plan.links]),
    ):
        faults += _twice(f"{zh}编号", f"{en} id", ids, where)
    if plan.city and len(jurisdictions) and plan.city not in jurisdictions:
        faults.append(_fault(where, ("方案", "plan"), plan.city, ("city 不是本包的行政区", "city is no jurisdiction of the pack"), ("改为市的代码", "use the city's code")))
    known = {clause.number for clause in plan.clauses} | {annex.number for annex in plan.annexes} | {PREAMBLE}
    targets = {target.id: target for target in plan.targets}
    for target in plan.targets:
        faults += _target_faults(target, known, targets, where)
    faults += _group_faults(plan, where)
    for task in plan.tasks:
        about = (f"任务 {task.id}", f"task {task.id}")
        faults += _clause_faults(about, task.clause, known, where)
        if not task.lead:
            faults.append(_fault(where, about, task.title, ("没有牵头单位", "has no lead agency"), ("补 lead，推定的设 is_lead_derived: true", "give lead; if derived set is_lead_derived: true")))
        if len(task.title) > LONGEST_TITLE:
            faults.append(_fault(where, about, task.title, (f"超过{LONGEST_TITLE}字", f"has more than {LONGEST_TITLE} characters"), ("用自己的话写短", "put it shorter in own words")))
    for remark in plan.remarks:
        about = (f"备注 {remark.id}", f"remark {remark.id}")
        for number in remark.clauses:
            faults += _clause_faults(about, number, known, where)
        faults += [_dangling(where, about, each) for each in remark.targets if each not in targets]
    for link in plan.links:
        about = (f"引用 {link.id}", f"link {link.id}")
        faults += _clause_faults(about, link.clause, known, where)
        faults += _unit_faults(about, link.unit, where)
    return faults


def _target_faults(target: Target, clauses: set[str], targets: dict[str, Target], where: Words) -> Iterator[Fault]:
    about = (f"目标 {target.id}", f"target {target.id}")
    yield from _clause_faults(about, target.clause, clauses, where)
    yield from _unit_faults(about, target.unit, where)
    if len(target.phrase) > LONGEST_PHRASE:
        yield _fault(where, about, target.phrase, (f"引文超过{LONGEST_PHRASE}字", f"quotes more than {LONGEST_PHRASE} characters"), ("只引关键一句", "quote the key phrase only"))
    if target.value is None and target.operator not in _NO_FIGURE:
        yield _fault(where, about, target.operator.value, ("有算子而无数值", "has an operator and no figure"), ("补 value，或改为 qualitative、external", "give value, or use qualitative or external"))
    if target.value is not None and target.operator is Operator.QUALITATIVE:
        yield _fault(where, about, plain(target.value), ("定性目标不应有数值", "is qualitative and has a figure"), ("删除 value 或改算子", "remove value or change the operator"))
    if target.value is not None and not target.unit:
        yield _fault(where, about, plain(target.value), ("有数值而无单位", "has a figure and no unit"), ("补 unit；无量纲写 \"1\"", 'give unit; "1" for none'))
    if target.value is not None and not target.indicator:
        yield _fault(where, about, plain(target.value), ("有数值而无指标", "has a figure and no indicator"), ("补 indicator", "give indicator"))
    if target.operator is Operator.ABOUT and target.tolerance_pct is None:
        yield _fault(where, about, "~=", ("“左右”未设容差", "is approximate without a tolerance"), ("补 tolerance_pct", "give tolerance_pct"))
    if not target.lead:
        yield _fault(where, about, target.name.zh, ("没有牵头单位", "has no lead agency"), ("补 lead，推定的设 is_lead_derived: true", "give lead; if derived set is_lead_derived: true"))
    if target.same_as is not None and (target.same_as not in targets or target.same_as == target.id):
        yield _dangling(where, about, target.same_as)
    yield from _bound_faults(target, about, where)


def _bound_faults(target: Target, about: tuple[str, str], where: Words) -> Iterator[Fault]:
    if target.base_year is not None and target.target_year is not None and target.target_year <= target.base_year:
        yield _fault(where, about, f"{target.base_year}–{target.target_year}", ("目标年不晚于基准年", "target year is not after the base year"), ("核对两个年份", "check both years"))
    if target.value is None:
        return
    if target.base_value is not None and target.kind is TargetKind.LEVEL and not target.hold_every_year:
        is_met_before = (target.operator in _UPWARD and target.base_value > target.value) or (
            target.operator in _DOWNWARD and target.base_value < target.value
        )
        if is_met_before:
            yield _fault(where, about, f"{plain(target.base_value)} → {target.operator.value} {plain(target.value)}",
                         ("基期值已越过目标，方向与算子矛盾", "the base already lies beyond the target: operator and direction contradict"),
                         ("核对算子和基期值", "check operator and base value"))
    if target.stretch_value is not None:
        is_weaker = (target.operator in _UPWARD and target.stretch_value < target.value) or (
            target.operator in _DOWNWARD and target.stretch_value > target.value
        )
        if is_weaker:
            yield _fault(where, about, plain(target.stretch_value), ("力争值比目标值还松", "the stretch is weaker than the target"), ("核对 stretch_value", "check stretch_value"))
    is_share = target.kind in (TargetKind.LEVEL, TargetKind.SHARE) and target.unit == "%"
    if is_share and not 0 <= target.value <= 100:
        yield _fault(where, about, plain(target.value), ("占比不在0至100之间", "is a share outside 0 to 100"), ("核对数值", "check the figure"))


def _group_faults(plan: Plan, where: Words) -> Iterator[Fault]:
    groups = Counter(target.alt_group for target in plan.targets if target.alt_group)
    for name, members in groups.items():
        if members < 2:
            yield _fault(where, ("二选一组", "either-or group"), name, ("只有一个目标", "has one target only"), ("补另一个或删除 alt_group", "add the other or remove alt_group"))
    aims: dict[tuple[str, str, str, int | None], list[Target]] = {}
    for target in plan.targets:
        if target.indicator and target.value is not None and target.alt_group is None:
            aims.setdefault((target.indicator, target.scope, target.scope_name, target.target_year), []).append(target)
    for together in aims.values():
        floor = max((t for t in together if t.operator in (*_UPWARD, Operator.EQUAL)), key=lambda t: t.value or 0, default=None)
        ceiling = min((t for t in together if t.operator in (*_DOWNWARD, Operator.EQUAL)), key=lambda t: t.value or 0, default=None)
        if floor and ceiling and floor.value is not None and ceiling.value is not None and floor.value > ceiling.value:
            yield _fault(where, (f"目标 {floor.id}、{ceiling.id}", f"targets {floor.id}, {ceiling.id}"),
                         f"{floor.operator.value} {plain(floor.value)} / {ceiling.operator.value} {plain(ceiling.value)}",
                         ("同一指标上下限矛盾，不可能同时达到", "bounds of one indicator contradict: both cannot be met"), ("核对两个目标", "check both"))


def _clause_faults(about: tuple[str, str], number: str, known: set[str], where: Words) -> Iterator[Fault]:
    if number and number not in known:
        yield _fault(where, about, number, ("条款不存在", "its clause does not exist"), ("改为方案中的条款号，如 二(一)、附件1", "use a clause of the plan, such as 二(一) or 附件1"))


def _unit_faults(about: tuple[str, str], symbol: str, where: Words) -> Iterator[Fault]:
    if symbol:
        try:
            unit(symbol)
        except UnknownUnit as unknown:
            fault = unknown.faults[0]
            yield Fault(Words(*about), symbol, fault.rule, fault.remedy, where)


def _dangling(where: Words, about: tuple[str, str], target_id: str) -> Fault:
    return _fault(where, about, target_id, ("所指目标不存在", "points to no target"), ("改为方案中的目标编号", "use the id of a target"))


def _twice(zh: str, en: str, ids: Iterable[str], where: Words) -> Iterator[Fault]:
    for each, times in Counter(ids).items():
        if each and times > 1:
            yield _fault(where, (zh, en), each, (f"出现{times}次", f"stands {times} times"), ("每个编号只用一次", "use each once"))


def _shared_spellings(named: Iterable[tuple[str, tuple[str, ...]]], where: Words) -> Iterator[Fault]:
    owner: dict[str, str] = {}
    for code, spellings in named:
        for spelling in dict.fromkeys(spellings):
            if spelling and owner.setdefault(spelling, code) != code:
                yield _fault(where, ("名称或别名", "name or alias"), spelling, (f"{owner[spelling]} 与 {code} 都用", f"is used by {owner[spelling]} and {code}"), ("只留在一个之下", "keep it under one"))


def _fault(where: Words, about: tuple[str, str], found: str, rule: tuple[str, str], remedy: tuple[str, str]) -> Fault:
    return Fault(Words(*about), found, Words(*rule), Words(*remedy), where)
