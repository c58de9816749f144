"""What an act was done to, in words and with the page it opens on: the chain keeps lasting names such as `return/205-1/U001/2025` (存证对象的说法)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from shuangkong.kernel.language import Words
from shuangkong.services import clock
from shuangkong.services.deployment import city
from shuangkong.services.filing_forms import forms
from shuangkong.services.organisations import Tree, tree_on
from shuangkong.store.models import AssessmentCycle, Filing, Person

_KINDS = {
    "return": Words("报表", "return"), "returns": Words("载入的报表", "loaded returns"), "window": Words("填报期", "window"), "waiver": Words("免报", "waiver"), "check-waiver": Words("核查豁免", "waiver of a check"),
    "organisation": Words("组织", "organisation"), "person": Words("人员", "person"), "rules": Words("规则和城市包", "rules and city pack"),
    "city": Words("存证链", "chain of"), "finding": Words("问题", "finding"), "findings": Words("载入报表的核查", "checks of loaded returns"),
    "assessment": Words("考核", "assessment"), "data": Words("数据表", "data"), "export": Words("导出", "export"), "bundle": Words("存证包", "proof bundle"),
    "table": Words("表", "table"), "verdict": Words("定性评判", "verdict"), "access-log": Words("操作记录", "access log"), "monitoring": Words("监测登记", "register of monitoring"), "alarm": Words("报警", "alarm"),
}  # fmt: skip
_PAGES = {"return": "return", "check-waiver": "return", "finding": "finding", "organisation": "organisation", "rules": "rules", "assessment": "assessment", "returns": "form", "window": "form", "waiver": "form", "verdict": "target", "alarm": "alarm"}


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject as pages show it (对象): words, and the route and key of its page, empty where it has none."""

    raw: str
    words: Words
    route: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class _Known:
    tree: Tree
    filings: Mapping[str, int] = field(default_factory=dict)
    cycles: Mapping[str, int] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)


def organisation_in_words(code: str) -> Words:
    """Return the name of an organisation an act was done for (办理单位), its code where it is none of ours."""
    return _organisation(code, tree_on(clock.today()))


def subjects_in_words(subjects: Iterable[str]) -> Mapping[str, Subject]:
    """Return each subject in words with its page (对象); four queries however many there are."""
    asked = {one: one.split("/") for one in subjects}
    told = [parts[1:] if parts[0] in ("export", "bundle") else parts for parts in asked.values()]
    told = [parts[1:] if parts[:1] == ["bundle"] else parts for parts in told]
    returns = [parts for parts in told if len(parts) >= 4 and parts[0] in ("return", "check-waiver")]
    filings = Filing.objects.filter(
        form__in={parts[1] for parts in returns}, organisation__code__in={parts[2] for parts in returns}, period__in={parts[3] for parts in returns},
    ).order_by("round").values_list("form", "organisation__code", "period", "pk") if returns else ()  # fmt: skip
    names = {parts[1] for parts in told if len(parts) == 2 and parts[0] == "person"}
    cycles = AssessmentCycle.objects.values_list("cycle", "year", "rubric", "pk") if any(parts[:1] == ["assessment"] for parts in told) else ()
    known = _Known(
        tree_on(clock.today()), {f"{form}/{org}/{period}": pk for form, org, period, pk in filings}, {f"{cycle}/{year}/{rubric}": pk for cycle, year, rubric, pk in cycles},
        dict(Person.objects.filter(sign_in_name__in=names).values_list("sign_in_name", "full_name")) if names else {},
    )  # fmt: skip
    return {raw: _subject(raw, parts, known) for raw, parts in asked.items()}


def _subject(raw: str, parts: list[str], known: _Known) -> Subject:
    kind, *rest = parts
    if kind not in _KINDS:
        return Subject(raw, Words(raw, raw))
    if kind in ("export", "bundle") and rest:
        inner = _subject(raw, rest, known)
        words = _joined(_KINDS[kind], (inner.words,))
        return Subject(raw, words, inner.route, inner.key)
    key = ""
    told: tuple[Words, ...] = tuple(Words(one, one) for one in rest)
    match kind, rest:
        case "return", [form, org, period]:
            key, told = str(known.filings.get(f"{form}/{org}/{period}", "")), (_form(form), _organisation(org, known.tree), Words(period, period))
        case "check-waiver", [form, org, period, code]:
            key, told = str(known.filings.get(f"{form}/{org}/{period}", "")), (Words(code, code), _form(form), _organisation(org, known.tree), Words(period, period))
        case ("returns" | "window"), [form, period]:
            key, told = form if form in forms() else "", (_form(form), Words(period, period))
        case "waiver", [form, org, period]:
            key, told = form if form in forms() else "", (_form(form), _organisation(org, known.tree), Words(period, period))
        case "organisation", [org]:
            key, told = org, (_organisation(org, known.tree),)
        case "person", [name]:
            told = (Words(known.people.get(name, name), known.people.get(name, name)),)
        case "finding", [code, org, period, pk]:
            key, told = pk, (Words(code, code), _organisation(org, known.tree), Words(period, period))
        case "assessment", [_, cycle, year, rubric]:
            key, told = str(known.cycles.get(f"{cycle}/{year}/{rubric}", "")), (Words(f"{year}年", year),)
        case "verdict", [target, *year]:
            key, told = target if city().plan.target(target) else "", (Words(target, target), *(Words(f"{one}年", one) for one in year))
        case "alarm", [home, pk]:
            key, told = pk, (_organisation(home, known.tree), Words(pk, pk))
        case "city", _:
            told = (city().name,)
        case "rules", _:
            return Subject(raw, _KINDS[kind], "rules")
        case _:
            pass
    return Subject(raw, _joined(_KINDS[kind], told), _PAGES.get(kind, "") if key else "", key)


def _joined(kind: Words, told: Iterable[Words]) -> Words:
    parts = (kind, *told)
    return Words(" ".join(one.zh for one in parts), " ".join(one.en for one in parts))


def _form(code: str) -> Words:
    found = forms().get(code)
    return found.name if found else Words(code, code)


def _organisation(code: str, tree: Tree) -> Words:
    return tree.find(code).name if code in tree else Words(code, code)
