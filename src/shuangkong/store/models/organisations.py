"""Who files and who answers: cities, counties, zones, parks, units, agencies; what holds of them is dated."""

from django.db import models

from shuangkong.store.append_only import AppendOnly


class Organisation(models.Model):
    """A body that figures are about (组织): its lasting code and kind."""

    code = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=20)
    credit_code = models.CharField(max_length=18, blank=True)
    is_simulated = models.BooleanField(default=False)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(code=""), name="organisation_has_code"),
            models.UniqueConstraint(fields=["credit_code"], condition=~models.Q(credit_code=""), name="credit_code_once"),
        ]


class OrganisationVersion(AppendOnly):
    """What holds of an organisation from a day on (组织沿革): name, whom it belongs to, its traits. Figures of the past stay with the past."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="versions")
    valid_from = models.DateField()
    recorded_at = models.DateTimeField()
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    parent = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="children_versions")
    park = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="tenants_versions")
    tags = models.JSONField(default=list)
    is_closed = models.BooleanField(default=False)
    reason = models.TextField()
    link = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["organisation", "valid_from", "recorded_at"])]
