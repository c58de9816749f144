"""Verdicts on targets that no figure decides, their evidence, and how each was answered."""

from django.db import models

from shuangkong.store.append_only import AppendOnly
from shuangkong.store.models.people import Person


class VerdictEvidence(AppendOnly):
    """A file that shows how a target stands (评判佐证); verdicts name it by its digest."""

    plan = models.CharField(max_length=80)
    target = models.CharField(max_length=20)
    name = models.CharField(max_length=160)
    media_type = models.CharField(max_length=80)
    content = models.BinaryField()
    digest = models.CharField(max_length=80)
    person = models.ForeignKey(Person, on_delete=models.PROTECT)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "target", "digest"], name="one_evidence_a_digest")]


class TargetVerdict(AppendOnly):
    """A verdict as proposed on a target and year (评判), the `number`th; it counts once confirmed, and of several the last."""

    plan = models.CharField(max_length=80)
    target = models.CharField(max_length=20)
    jurisdiction = models.CharField(max_length=40)
    year = models.PositiveIntegerField()
    number = models.PositiveIntegerField()
    word = models.CharField(max_length=12)
    statement = models.TextField()
    evidence = models.JSONField(default=list)
    is_simulated = models.BooleanField(default=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT)
    role = models.CharField(max_length=40)
    organisation = models.CharField(max_length=40)
    recorded_at = models.DateTimeField()
    link = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "target", "year", "number"], name="one_verdict_a_number")]


class VerdictDecision(AppendOnly):
    """How a proposed verdict was answered (评判办理): confirmed, sent back or withdrawn, once."""

    verdict = models.OneToOneField(TargetVerdict, on_delete=models.PROTECT, related_name="decision")
    act = models.CharField(max_length=12)
    reason = models.TextField(blank=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT)
    role = models.CharField(max_length=40)
    organisation = models.CharField(max_length=40)
    recorded_at = models.DateTimeField()
    link = models.BigIntegerField()
