"""A filing laid against its form: the form in force, what is worked out, what is still missing, what stood there before."""

from collections.abc import Mapping

from shuangkong.kernel.faults import Fault
from shuangkong.kernel.period import Period
from shuangkong.returns.completeness import hindrances
from shuangkong.returns.entries import Entry
from shuangkong.returns.form import CellKey, Form
from shuangkong.returns.formula import CellResult, completed, computed, prefilled
from shuangkong.returns.states import ReturnState
from shuangkong.services.deployment import city
from shuangkong.services.filing_records import submitted_entries
from shuangkong.services.return_forms import form_factors, form_on, load_forms
from shuangkong.store.models import Filing, Submission


def forms() -> Mapping[str, Form]:
    """Return the forms that the city pack declares, each in its newest edition (报表目录)."""
    return load_forms(city().folder)


def form_of(code: str, period: Period) -> Form:
    """Return the edition of a form that serves a period (适用表式)."""
    return form_on(code, period.start, folder=city().folder)


def worked_out(form: Form, filing: Filing, entries: Mapping[CellKey, Entry]) -> dict[CellKey, CellResult]:
    """Return every computed or prefilled cell of a filing with its working (计算)."""
    factors, before = form_factors(form, Period.parse(filing.period).start), previous_entries(form, filing)
    return prefilled(form, entries, factors=factors, previous=before) | computed(form, entries, factors=factors, previous=before)


def whole_return(form: Form, filing: Filing, entries: Mapping[CellKey, Entry]) -> dict[CellKey, Entry]:
    """Return a filing as it stands in full: typed, prefilled, computed (完整报表)."""
    return completed(form, entries, factors=form_factors(form, Period.parse(filing.period).start), previous=previous_entries(form, filing))


def missing_cells(form: Form, entries: Mapping[CellKey, Entry]) -> tuple[Fault, ...]:
    """Return what must still be filled in (缺项)."""
    return tuple(hindrances(form, entries))


def previous_entries(form: Form, filing: Filing) -> dict[CellKey, Entry]:
    """Return what the organisation reported for the period before, as far as it was submitted and not sent back (上期填报内容)."""
    before = (
        Submission.objects.filter(filing__form=filing.form, filing__organisation_id=filing.organisation_id, filing__period=str(Period.parse(filing.period).previous()))
        .exclude(filing__state__in=[ReturnState.DRAFT.name, ReturnState.SENT_BACK.name])
        .order_by("-filing__round", "-number").first()
    )  # fmt: skip
    return submitted_entries(form, before) if before else {}
