"""Observations as rows: every version of every figure, never changed."""

from django.db import models

from shuangkong.store.append_only import AppendOnly
from shuangkong.store.fields import ExactDecimalField


class ObservationRow(AppendOnly):
    """One version of one figure (观测值); `value` None says 不适用. The version with the greatest `recorded_at` counts, then the greatest id."""

    element = models.CharField(max_length=120)
    org = models.CharField(max_length=40)
    period = models.CharField(max_length=12)
    value = ExactDecimalField(null=True)
    unit = models.CharField(max_length=40)
    grade = models.CharField(max_length=12)
    source = models.CharField(max_length=200)
    reported_by = models.CharField(max_length=120)
    approved_by = models.CharField(max_length=120)
    recorded_at = models.DateTimeField()
    note = models.TextField(blank=True)
    filing = models.ForeignKey("store.Filing", on_delete=models.PROTECT, null=True, related_name="observations")
    link = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["org", "element", "period", "recorded_at", "id"], name="observation_versions"),
            models.Index(fields=["element", "period"], name="observation_by_element"),
        ]
