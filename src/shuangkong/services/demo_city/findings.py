"""What the checks find in the returns that wait (演示核查发现): those that invent figures first, then a few more."""

from collections.abc import Collection, Iterator

from shuangkong.evidence.act import ActKind
from shuangkong.kernel.period import Period
from shuangkong.services.chain import seal, system_actor
from shuangkong.services.chain_checks import CHECKED
from shuangkong.services.deployment import city
from shuangkong.services.filing_checks import check_filing
from shuangkong.services.filing_forms import form_of
from shuangkong.services.filing_records import finding_content, submitted_entries
from shuangkong.store.models import Filing, FindingRecord

MOST_CHECKED = 15


def load_findings(waiting: Collection[int], *, first: Collection[str]) -> int:
    """Check returns that were loaded as submitted and keep what is found (载入核查发现); returns how many findings."""
    filings = Filing.objects.filter(pk__in=list(waiting)).select_related("organisation").order_by("pk")
    chosen = sorted(filings, key=lambda filing: (filing.organisation.code not in first, filing.pk))[:MOST_CHECKED]
    rows = {filing.submissions.get(): list(_found(filing)) for filing in chosen}
    told = [{"findings": [finding_content(row) for row in found], "submission": submission.digest} for submission, found in rows.items()]
    seal(kind=ActKind.VERIFICATION, subject=f"{CHECKED}demo", content={"checked": told}, actor=system_actor(city().code), is_simulated=True)
    return len(FindingRecord.objects.bulk_create([row for found in rows.values() for row in found]))


def _found(filing: Filing) -> Iterator[FindingRecord]:
    submission = filing.submissions.get()
    form = form_of(filing.form, Period.parse(filing.period))
    for one in check_filing(form, filing, submitted_entries(form, submission)):
        yield one.as_row(filing, submission, submission.recorded_at)
