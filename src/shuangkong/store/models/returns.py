"""Returns as rows: windows, filings and their acts, what was submitted, amendments, waivers, attachments, remarks."""

from django.db import models

from shuangkong.store.append_only import AppendOnly
from shuangkong.store.models.organisations import Organisation
from shuangkong.store.models.people import Person


class WindowVersion(AppendOnly):
    """When a form of a period may be filed (填报期); the last row of a form and period counts."""

    form = models.CharField(max_length=60)
    period = models.CharField(max_length=12)
    opens_on = models.DateField()
    due_on = models.DateField()
    closes_on = models.DateField(null=True)
    reason = models.TextField()
    recorded_at = models.DateTimeField()
    link = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["form", "period", "id"])]
        constraints = [
            models.CheckConstraint(condition=models.Q(due_on__gte=models.F("opens_on")), name="window_due_after_it_opens"),
        ]


class Filing(models.Model):
    """One organisation's return of one form and period, one round (报表). `state` and `version` change only together with a `FilingAct`."""

    form = models.CharField(max_length=60)
    edition = models.CharField(max_length=20)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="filings")
    period = models.CharField(max_length=12)
    round = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=12)
    version = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField()
    is_simulated = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["form", "organisation", "period", "round"], name="one_filing_a_round")]
        indexes = [models.Index(fields=["state", "form", "period"]), models.Index(fields=["form", "period"])]


class DraftCell(models.Model):
    """What stands in a cell while it may still be edited (草稿); a submission freezes it all into one content."""

    filing = models.ForeignKey(Filing, on_delete=models.CASCADE, related_name="cells")
    key = models.CharField(max_length=120)
    text = models.TextField()
    updated_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["filing", "key"], name="one_draft_a_cell")]


class Submission(AppendOnly):
    """What was submitted (上报内容), canonical bytes and their digest."""

    filing = models.ForeignKey(Filing, on_delete=models.PROTECT, related_name="submissions")
    number = models.PositiveIntegerField()
    content = models.BinaryField()
    digest = models.CharField(max_length=80)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["filing", "number"], name="one_submission_a_number")]


class FilingAct(AppendOnly):
    """One step of a filing (办理记录): who, as what, from which state to which, why, and the link that proves it."""

    filing = models.ForeignKey(Filing, on_delete=models.PROTECT, related_name="acts")
    act = models.CharField(max_length=12)
    state_before = models.CharField(max_length=12)
    state_after = models.CharField(max_length=12)
    version_after = models.PositiveIntegerField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True)
    role = models.CharField(max_length=40)
    organisation = models.CharField(max_length=40)
    reason = models.TextField(blank=True)
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, null=True)
    recorded_at = models.DateTimeField()
    link = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["filing", "version_after"], name="one_act_a_version")]


class Attachment(AppendOnly):
    """A file that goes with a filing, such as the stamped page (附件)."""

    filing = models.ForeignKey(Filing, on_delete=models.PROTECT, related_name="attachments")
    name = models.CharField(max_length=160)
    media_type = models.CharField(max_length=80)
    content = models.BinaryField()
    digest = models.CharField(max_length=80)
    person = models.ForeignKey(Person, on_delete=models.PROTECT)
    recorded_at = models.DateTimeField()


class Waiver(AppendOnly):
    """An organisation need not file a form for a period (豁免填报)."""

    form = models.CharField(max_length=60)
    period = models.CharField(max_length=12)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="waivers")
    is_waived = models.BooleanField(default=True)
    reason = models.TextField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT)
    recorded_at = models.DateTimeField()
    link = models.BigIntegerField()


class Amendment(AppendOnly):
    """A request to correct a locked filing (申请更正): reason and evidence, by one person; another decides."""

    filing = models.ForeignKey(Filing, on_delete=models.PROTECT, related_name="amendments")
    reason = models.TextField()
    evidence = models.ForeignKey(Attachment, on_delete=models.PROTECT)
    person = models.ForeignKey(Person, on_delete=models.PROTECT)
    recorded_at = models.DateTimeField()
    link = models.BigIntegerField()


class AmendmentDecision(AppendOnly):
    """The answer to a request (更正答复); consent opens a new round."""

    amendment = models.OneToOneField(Amendment, on_delete=models.PROTECT, related_name="decision")
    is_consented = models.BooleanField()
    reason = models.TextField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT)
    new_filing = models.ForeignKey(Filing, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField()
    link = models.BigIntegerField()


class Remark(AppendOnly):
    """One contribution to the discussion of a filing, of a cell where `key` says so (讨论)."""

    filing = models.ForeignKey(Filing, on_delete=models.PROTECT, related_name="remarks")
    key = models.CharField(max_length=120, blank=True)
    text = models.TextField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT)
    recorded_at = models.DateTimeField()
    link = models.BigIntegerField()
