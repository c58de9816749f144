"""A filing laid against its form: the form in force, what is worked out, what is still missing, what stood there before."""

from collections.abc import Mapping
from dataclasses import dataclass

from shuangkong.kernel.faults import Fault
from shuangkong.kernel.period import Period
from shuangkong.returns.completeness import hindrances
from shuangkong.returns.entries import Entry
from shuangkong.returns.form import CellKey, Form
from shuangkong.returns.formula import CellResult, completed, computed, prefilled
from shuangkong.returns.states import ReturnState
from shuangkong.services.deployment import city
from shuangkong.services.filing_records import form_of as form_of
from shuangkong.services.filing_records import submitted_at
from shuangkong.services.given_targets import given_to
from shuangkong.services.return_forms import form_factors, load_forms
from shuangkong.store.models import Filing, Submission

UNFINISHED = (ReturnState.DRAFT.name, ReturnState.SENT_BACK.name)


def forms() -> Mapping[str, Form]:
    """Return the forms that the city pack declares, each in its newest edition (报表目录)."""
    return load_forms(city().folder)


@dataclass(frozen=True, slots=True)
class LaidOut:
    """A filing worked out (报表演算): what was typed, what follows cell by cell, the whole of it, the period before."""

    typed: Mapping[CellKey, Entry]
    prefilled: Mapping[CellKey, CellResult]
    results: Mapping[CellKey, CellResult]
    whole: Mapping[CellKey, Entry]
    previous: Mapping[CellKey, Entry]


def laid_out(form: Form, filing: Filing, entries: Mapping[CellKey, Entry]) -> LaidOut:
    """Return a filing with everything that follows from what was typed (报表演算)."""
    factors, before = form_factors(form, Period.parse(filing.period).start), previous_entries(form, filing)
    given = given_to(form, filing)
    known = _with_given(entries, given)
    guessed = prefilled(form, known, factors=factors, previous=before)
    results = guessed | given | computed(form, known, factors=factors, previous=before)
    typed = {key: entry for key, entry in entries.items() if key not in given}
    return LaidOut(typed, guessed, results, completed(form, known, factors=factors, previous=before), before)


def _with_given(entries: Mapping[CellKey, Entry], given: Mapping[CellKey, CellResult]) -> dict[CellKey, Entry]:
    """Return the entries with what the city gives in place of anything that stands there."""
    stated = {key: one.entry for key, one in given.items() if one.entry is not None}
    return {key: entry for key, entry in entries.items() if key not in given} | stated


def worked_out(form: Form, filing: Filing, entries: Mapping[CellKey, Entry]) -> Mapping[CellKey, CellResult]:
    """Return every computed or prefilled cell of a filing with its working (计算)."""
    return laid_out(form, filing, entries).results


def whole_return(form: Form, filing: Filing, entries: Mapping[CellKey, Entry]) -> dict[CellKey, Entry]:
    """Return a filing as it stands in full: typed, prefilled, computed (完整报表)."""
    entries = _with_given(entries, given_to(form, filing))
    return completed(form, entries, factors=form_factors(form, Period.parse(filing.period).start), previous=previous_entries(form, filing))


def missing_cells(form: Form, entries: Mapping[CellKey, Entry]) -> tuple[Fault, ...]:
    """Return what must still be filled in (缺项)."""
    return tuple(hindrances(form, entries))


def previous_entries(form: Form, filing: Filing) -> Mapping[CellKey, Entry]:
    """Return what the organisation reported for the period before, as far as it was submitted and not sent back (上期填报内容)."""
    before = (
        Submission.objects.filter(filing__form=filing.form, filing__organisation_id=filing.organisation_id, filing__period=str(Period.parse(filing.period).previous()))
        .exclude(filing__state__in=UNFINISHED)
        .order_by("-filing__round", "-number").values_list("pk", "digest").first()
    )  # fmt: skip
    return submitted_at(form, *before) if before else {}
