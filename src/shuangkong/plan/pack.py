"""Organisations and plans as a city pack declares them: plain documents → model, and the model back to documents.

A document is what a YAML file holds. Reading notes every fault and goes on; the caller decides whether to refuse. In a
pack a target or task without `lead` and `support` takes those of its clause; agencies and jurisdictions may be given by
code, name or alias and are kept by code.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from shuangkong.kernel.faults import Fault
from shuangkong.kernel.language import Words
from shuangkong.kernel.rounding import plain
from shuangkong.plan.fields import Fields
from shuangkong.plan.model import (
    Annex,
    Clause,
    Edition,
    Link,
    Nature,
    Operator,
    Plan,
    Remark,
    Target,
    TargetKind,
    Task,
)  # fmt: skip
from shuangkong.plan.organisations import (
    Agencies,
    Agency,
    Jurisdiction,
    JurisdictionKind,
    Jurisdictions,
    UnknownAgency,
    UnknownJurisdiction,
)  # fmt: skip

PLAN_FILES = ("plan", "targets", "tasks", "remarks", "links", "annexes")
REQUIRED_PLAN_FILES = ("plan", "targets", "tasks")
IMPLIED = "implied"
Document = Mapping[str, Any]


def read_jurisdictions(document: Any, *, where: Words, faults: list[Fault]) -> tuple[Jurisdiction, ...]:
    """Return the jurisdictions a document declares (县区声明), noting faults."""
    return _only(document, "jurisdictions", _jurisdiction, where, faults)


def read_agencies(document: Any, *, where: Words, faults: list[Fault]) -> tuple[Agency, ...]:
    """Return the agencies a document declares (责任单位声明), noting faults."""
    return _only(document, "agencies", _agency, where, faults)


def read_plan(
    documents: Mapping[str, Any], *, agencies: Agencies, jurisdictions: Jurisdictions, where: Words, faults: list[Fault]
) -> Plan:
    """Return the plan that a folder of documents declares (方案声明), noting faults.

    Parameters
    ----------
    documents : Mapping
        Content by file name without suffix: `plan`, `targets`, `tasks`, `remarks`, `links`, `annexes`.
    agencies, jurisdictions
        Those of the city; a name that is in neither is a fault.
    where : Words
        The folder, for the faults.
    faults : list of Fault
        Added to; while it has grown, the plan returned must not be used.

    Returns
    -------
    Plan
        With agencies and scopes by code.
    """
    names = _Names(agencies, jurisdictions)
    place = {file: Words(f"{where.zh}/{file}.yaml", f"{where.en}/{file}.yaml") for file in PLAN_FILES}
    header = Fields(documents.get("plan", {}), place["plan"], faults)
    clauses = header.entries("clauses", names.clause)
    by_number = {clause.number: clause for clause in clauses}

    def listed(file: str, read: Callable[[Fields], Any]) -> tuple[Any, ...]:
        document = documents.get(file)
        return () if document is None else _only(document, file, read, place[file], faults)

    plan = Plan(
        id=header.text("id"),
        city=header.text("city"),
        title=header.text("title"),
        title_en=header.text("title_en", required=False),
        edition=header.text("edition", required=False),
        document_number=header.text("document_number", required=False),
        issued_on=header.day("issued_on"),
        editions=header.entries("editions", _edition),
        targets_note=header.words("targets_note", required=False),
        clauses=clauses,
        targets=listed("targets", lambda fields: names.target(fields, by_number)),
        tasks=listed("tasks", lambda fields: names.task(fields, by_number)),
        remarks=listed("remarks", _remark),
        links=listed("links", _link),
        annexes=listed("annexes", _annex),
    )
    header.done()
    return plan


class _Names:
    """Reads what refers to agencies and jurisdictions, turning every spelling into its code."""

    def __init__(self, agencies: Agencies, jurisdictions: Jurisdictions) -> None:
        self._agencies = agencies
        self._jurisdictions = jurisdictions

    def clause(self, fields: Fields) -> Clause:
        return Clause(
            number=fields.text("number"),
            title=fields.text("title"),
            part=fields.text("part", required=False),
            lead=self._agency_codes(fields, "lead"),
            support=self._agency_codes(fields, "support"),
            implied=self._jurisdiction_codes(fields, "implied"),
            is_lead_derived=fields.flag("is_lead_derived"),
            title_en=fields.text("title_en", required=False),
        )

    def target(self, fields: Fields, clauses: Mapping[str, Clause]) -> Target:
        number = fields.text("clause")
        lead, support = self._bracket(fields, clauses.get(number))
        return Target(
            id=fields.text("id"),
            clause=number,
            indicator=fields.text("indicator", required=False),
            name=fields.words("name"),
            kind=fields.choice("kind", TargetKind),
            operator=fields.choice("operator", Operator, by_name=False),
            value=fields.decimal("value"),
            unit=fields.text("unit", required=False),
            scope=self._scope(fields),
            scope_name=fields.text("scope_name", required=False),
            base_year=fields.year("base_year"),
            base_value=fields.decimal("base_value"),
            target_year=fields.year("target_year"),
            tolerance_pct=fields.decimal("tolerance_pct"),
            hold_every_year=fields.flag("hold_every_year"),
            alt_group=fields.text("alt_group", required=False) or None,
            nature=fields.choice("nature", Nature),
            is_stretch=fields.flag("is_stretch"),
            stretch_value=fields.decimal("stretch_value"),
            lead=lead,
            support=support,
            is_lead_derived=fields.flag("is_lead_derived"),
            phrase=fields.text("phrase", required=False),
            remarks=fields.entries("remarks", lambda remark: Words(remark.text("zh"), remark.text("en"))),
            same_as=fields.text("same_as", required=False) or None,
        )

    def task(self, fields: Fields, clauses: Mapping[str, Clause]) -> Task:
        number = fields.text("clause")
        clause = clauses.get(number)
        lead, support = self._bracket(fields, clause)
        is_implied = fields.raw("jurisdictions") in (None, IMPLIED)
        return Task(
            id=fields.text("id"),
            clause=number,
            title=fields.text("title"),
            lead=lead,
            support=support,
            jurisdictions=(clause.implied if clause else ()) if is_implied else self._jurisdiction_codes(fields, "jurisdictions"),
            due=fields.day("due"),
            is_lead_derived=fields.flag("is_lead_derived", default=bool(clause and clause.is_lead_derived)),
            title_en=fields.text("title_en", required=False),
        )

    def _bracket(self, fields: Fields, clause: Clause | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
        if not fields.has("lead") and not fields.has("support") and clause is not None:
            return clause.lead, clause.support
        return self._agency_codes(fields, "lead"), self._agency_codes(fields, "support")

    def _scope(self, fields: Fields) -> str:
        text = fields.text("scope")
        return self._code(fields, "scope", text, self._jurisdictions) if text else ""

    def _agency_codes(self, fields: Fields, name: str) -> tuple[str, ...]:
        return tuple(self._code(fields, name, text, self._agencies) for text in fields.texts(name))

    def _jurisdiction_codes(self, fields: Fields, name: str) -> tuple[str, ...]:
        return tuple(self._code(fields, name, text, self._jurisdictions) for text in fields.texts(name))

    @staticmethod
    def _code(fields: Fields, name: str, text: str, known: Agencies | Jurisdictions) -> str:
        if not len(known):
            return text  # their file was not readable, which is told once, there
        try:
            return known.find(text).code
        except (UnknownAgency, UnknownJurisdiction) as unknown:
            fault = unknown.faults[0]
            fields.fault(name, fault.value, fault.rule, fault.remedy)
            return text


def _only(
    document: Any, name: str, read: Callable[[Fields], Any], where: Words, faults: list[Fault]
) -> tuple[Any, ...]:
    fields = Fields(document, where, faults)
    if isinstance(document, Mapping) and not fields.has(name):
        fields.fault(name, "", Words("缺少", "is missing"), Words("补充该列表", "give the list"))
    found = fields.entries(name, read)
    fields.done()
    return found


def _agency(fields: Fields) -> Agency:
    return Agency(
        code=fields.text("code"), name=fields.words("name"),
        short_name=fields.text("short_name", required=False), aliases=fields.texts("aliases"),
    )  # fmt: skip


def _jurisdiction(fields: Fields) -> Jurisdiction:
    kind = fields.choice("kind", JurisdictionKind)
    name = fields.words("name")
    # Nothing need be filed below the county, so nothing there is a part of a sum unless the pack says so.
    is_below_county = kind in (JurisdictionKind.TOWNSHIP, JurisdictionKind.VILLAGE)
    return Jurisdiction(
        code=fields.text("code"),
        name=name,
        full_name=fields.text("full_name", required=False) or name.zh,
        kind=kind,
        parent=fields.text("parent", required=False) or None,
        aliases=fields.texts("aliases"),
        valid_from=fields.day("valid_from"),
        valid_to=fields.day("valid_to"),
        overlaps=fields.texts("overlaps"),
        carved_out_of=fields.text("carved_out_of", required=False) or None,
        is_accounted=fields.flag("is_accounted", default=not is_below_county),
        tile=_tile(fields),
        note=fields.words("note", required=False),
    )


def _tile(fields: Fields) -> tuple[int, int] | None:
    found = fields.raw("tile")
    match found:
        case None:
            return None
        case [int(column), int(row)] if column >= 0 and row >= 0:
            return column, row
    fields.fault("tile", found, Words("应为 [列, 行]", "must be [column, row]"), Words("写成 [1, 0]", "write [1, 0]"))
    return None


def _edition(fields: Fields) -> Edition:
    return Edition(
        id=fields.text("id"), edition=fields.text("edition"), document_number=fields.text("document_number", required=False),
        issued_on=fields.day("issued_on"), note=fields.words("note", required=False),
    )  # fmt: skip


def _remark(fields: Fields) -> Remark:
    return Remark(
        id=fields.text("id"), text=Words(fields.text("zh"), fields.text("en")),
        clauses=fields.texts("clauses"), targets=fields.texts("targets"),
    )  # fmt: skip


def _link(fields: Fields) -> Link:
    return Link(
        id=fields.text("id"), clause=fields.text("clause"), kind=fields.text("kind"), name=fields.words("name"),
        quoted=fields.text("quoted"), unit=fields.text("unit", required=False), valid_from=fields.day("valid_from"),
        note=fields.words("note", required=False),
    )  # fmt: skip


def _annex(fields: Fields) -> Annex:
    found = fields.raw("rows")
    rows = found if isinstance(found, list) else []
    if not isinstance(found, list) or not all(isinstance(row, list) and all(isinstance(cell, str) for cell in row) for row in rows):
        fields.fault("rows", found, Words("应为文字的表格", "must be a table of texts"), Words("数字加引号", "quote the figures"))
        rows = []
    return Annex(
        number=fields.text("number"), title=fields.text("title"), header=fields.texts("header"),
        title_en=fields.text("title_en", required=False), rows=tuple(tuple(row) for row in rows), note=fields.text("note", required=False),
    )  # fmt: skip


def dump_plan(plan: Plan) -> dict[str, dict[str, Any]]:
    """Return the documents that `read_plan` reads back as the same plan (方案写回声明).

    Agencies and jurisdictions are spelled out by code; what stands at its default is left out.
    """
    return {
        "plan": _without_defaults(
            id=plan.id, city=plan.city, title=plan.title, title_en=plan.title_en, edition=plan.edition, document_number=plan.document_number,
            issued_on=plan.issued_on, **_spoken("targets_note", plan.targets_note), editions=[_dump_edition(edition) for edition in plan.editions],
            clauses=[
                _without_defaults(
                    number=clause.number, title=clause.title, title_en=clause.title_en, part=clause.part, lead=clause.lead, support=clause.support,
                    implied=clause.implied, is_lead_derived=clause.is_lead_derived,
                )
                for clause in plan.clauses
            ],
        ),
        "targets": {"targets": [_dump_target(target) for target in plan.targets]},
        "tasks": {"tasks": [_dump_task(task) for task in plan.tasks]},
        "remarks": {
            "remarks": [
                _without_defaults(id=remark.id, zh=remark.text.zh, en=remark.text.en, clauses=remark.clauses, targets=remark.targets)
                for remark in plan.remarks
            ]
        },
        "links": {"links": [_dump_link(link) for link in plan.links]},
        "annexes": {
            "annexes": [
                {**_without_defaults(number=annex.number, title=annex.title, title_en=annex.title_en, header=annex.header, note=annex.note),
                 "rows": [list(row) for row in annex.rows]}
                for annex in plan.annexes
            ]
        },
    }  # fmt: skip


def _dump_target(target: Target) -> dict[str, Any]:
    dumped = _without_defaults(
        id=target.id, clause=target.clause, indicator=target.indicator, **_spoken("name", target.name), kind=target.kind.name,
        operator=target.operator.value, value=target.value, unit=target.unit, scope=target.scope, scope_name=target.scope_name,
        base_year=target.base_year, base_value=target.base_value, target_year=target.target_year,
        tolerance_pct=target.tolerance_pct, hold_every_year=target.hold_every_year, alt_group=target.alt_group,
        nature=target.nature.name, is_stretch=target.is_stretch, stretch_value=target.stretch_value,
        is_lead_derived=target.is_lead_derived, phrase=target.phrase, same_as=target.same_as,
        remarks=[{"zh": remark.zh, "en": remark.en} for remark in target.remarks],
    )  # fmt: skip
    return {**dumped, "lead": list(target.lead), "support": list(target.support)}


def _dump_task(task: Task) -> dict[str, Any]:
    dumped = _without_defaults(id=task.id, clause=task.clause, title=task.title, due=task.due)
    return {
        **dumped, "lead": list(task.lead), "support": list(task.support), "jurisdictions": list(task.jurisdictions),
        "is_lead_derived": task.is_lead_derived,
    }  # fmt: skip


def _dump_edition(edition: Edition) -> dict[str, Any]:
    return _without_defaults(
        id=edition.id, edition=edition.edition, document_number=edition.document_number, issued_on=edition.issued_on,
        **_spoken("note", edition.note),
    )  # fmt: skip


def _dump_link(link: Link) -> dict[str, Any]:
    return _without_defaults(
        id=link.id, clause=link.clause, kind=link.kind, **_spoken("name", link.name), quoted=link.quoted, unit=link.unit,
        valid_from=link.valid_from, **_spoken("note", link.note),
    )  # fmt: skip


def _spoken(name: str, words: Words) -> dict[str, str]:
    return {name: words.zh, f"{name}_en": words.en}


def _without_defaults(**stated: Any) -> dict[str, Any]:
    # Compared by kind: a figure of 0 equals False, and is a figure all the same.
    return {name: _plain(each) for name, each in stated.items() if isinstance(each, Decimal) or each not in (None, "", False, (), [])}


def _plain(stated: str | int | bool | date | Decimal | Sequence[Any]) -> Any:
    if isinstance(stated, Decimal):
        return plain(stated)
    return list(stated) if isinstance(stated, tuple) else stated
