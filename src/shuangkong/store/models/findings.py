"""Findings of the checks as rows, and every step of their life."""

from django.db import models

from shuangkong.store.append_only import AppendOnly
from shuangkong.store.models.organisations import Organisation
from shuangkong.store.models.people import Person
from shuangkong.store.models.returns import Filing, Submission


class FindingRecord(AppendOnly):
    """What a check found in a submission (核查发现)."""

    filing = models.ForeignKey(Filing, on_delete=models.PROTECT, related_name="findings")
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, null=True, related_name="findings")
    code = models.CharField(max_length=12)
    severity = models.CharField(max_length=20)
    org = models.CharField(max_length=40)
    period = models.CharField(max_length=12)
    elements = models.JSONField(default=list)
    odd_zh = models.TextField()
    odd_en = models.TextField()
    usual_zh = models.TextField()
    usual_en = models.TextField()
    remedy_zh = models.TextField()
    remedy_en = models.TextField()
    evidence = models.JSONField(default=dict)
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["code", "id"]), models.Index(fields=["org", "period"])]


class FindingStep(AppendOnly):
    """One step of a finding's life (问题处理记录); the last one says where it stands."""

    finding = models.ForeignKey(FindingRecord, on_delete=models.PROTECT, related_name="steps")
    act = models.CharField(max_length=12)
    state_after = models.CharField(max_length=12)
    reason = models.TextField(blank=True)
    waived_until = models.DateField(null=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True)
    recorded_at = models.DateTimeField()
    link = models.BigIntegerField(null=True)


class CheckWaiver(AppendOnly):
    """One step towards passing by a check before submission (核查豁免); the last one of a finding says where it stands.

    It is asked for, given until a day, declined or taken back, and holds for the very figures of the finding, in every round of the return.
    """

    form = models.CharField(max_length=60)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="check_waivers")
    period = models.CharField(max_length=12)
    code = models.CharField(max_length=12)
    elements = models.JSONField(default=list)
    evidence = models.JSONField(default=dict)
    act = models.CharField(max_length=12)
    state_after = models.CharField(max_length=12)
    reason = models.TextField()
    waived_until = models.DateField(null=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT)
    recorded_at = models.DateTimeField()
    link = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["form", "period", "organisation"])]
