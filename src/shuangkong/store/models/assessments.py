"""An assessment cycle as rows: self-evaluations, judged lines, appeals and answers, the frozen result, its hand-over."""

from django.db import models

from shuangkong.store.append_only import AppendOnly
from shuangkong.store.models.people import Person


class AssessmentCycle(models.Model):
    """One cycle of assessment (考核周期). `state` and `version` change only together with an `AssessmentStep`; all else stands from the start."""

    cycle = models.CharField(max_length=12)
    year = models.PositiveIntegerField()
    rubric = models.CharField(max_length=60)
    state = models.CharField(max_length=20)
    version = models.PositiveIntegerField(default=0)
    as_of = models.DateField()
    rules_digest = models.CharField(max_length=80)
    started_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cycle", "year", "rubric"], name="one_cycle_a_year_and_rubric")]


class AssessmentStep(AppendOnly):
    """One act done to a cycle (考核办理记录), of the assessors or of a jurisdiction."""

    cycle = models.ForeignKey(AssessmentCycle, on_delete=models.PROTECT, related_name="steps")
    act = models.CharField(max_length=20)
    state_after = models.CharField(max_length=20)
    version_after = models.PositiveIntegerField()
    reason = models.TextField(blank=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True)
    role = models.CharField(max_length=40)
    organisation = models.CharField(max_length=40)
    recorded_at = models.DateTimeField()
    link = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cycle", "version_after"], name="one_step_a_version")]


class SelfEvaluationEvidence(AppendOnly):
    """A file that a jurisdiction puts to an item of its self-evaluation (自评佐证); the evaluation names it by its digest."""

    cycle = models.ForeignKey(AssessmentCycle, on_delete=models.PROTECT, related_name="evidence")
    jurisdiction = models.CharField(max_length=40)
    item = models.CharField(max_length=60)
    name = models.CharField(max_length=160)
    media_type = models.CharField(max_length=80)
    content = models.BinaryField()
    digest = models.CharField(max_length=80)
    person = models.ForeignKey(Person, on_delete=models.PROTECT)
    recorded_at = models.DateTimeField()


class SelfEvaluation(AppendOnly):
    """A jurisdiction's own evaluation (自评), by item: points, statement, digests of evidence; the last of a jurisdiction counts."""

    cycle = models.ForeignKey(AssessmentCycle, on_delete=models.PROTECT, related_name="self_evaluations")
    jurisdiction = models.CharField(max_length=40)
    items = models.JSONField(default=dict)
    summary = models.TextField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT)
    recorded_at = models.DateTimeField()
    link = models.BigIntegerField()


class SelfEvaluationSignature(AppendOnly):
    """The first responsible person signs a self-evaluation (第一责任人签署)."""

    evaluation = models.OneToOneField(SelfEvaluation, on_delete=models.PROTECT, related_name="signature")
    person = models.ForeignKey(Person, on_delete=models.PROTECT)
    recorded_at = models.DateTimeField()
    link = models.BigIntegerField()


class LineJudgement(AppendOnly):
    """A line that no figure decides, judged by a person (定性评判); the last of a line counts."""

    cycle = models.ForeignKey(AssessmentCycle, on_delete=models.PROTECT, related_name="judgements")
    jurisdiction = models.CharField(max_length=40)
    item = models.CharField(max_length=60)
    points = models.CharField(max_length=40)
    reason = models.TextField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT)
    recorded_at = models.DateTimeField()
    link = models.BigIntegerField()


class Appeal(AppendOnly):
    """A jurisdiction contests a line of its score sheet (申诉)."""

    cycle = models.ForeignKey(AssessmentCycle, on_delete=models.PROTECT, related_name="appeals")
    jurisdiction = models.CharField(max_length=40)
    item = models.CharField(max_length=60)
    reason = models.TextField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT)
    recorded_at = models.DateTimeField()
    link = models.BigIntegerField()


class AppealAnswer(AppendOnly):
    """The assessor's answer to an appeal (申诉答复); `points` where the line is decided anew."""

    appeal = models.OneToOneField(Appeal, on_delete=models.PROTECT, related_name="answer")
    is_upheld = models.BooleanField()
    points = models.CharField(max_length=40, blank=True)
    reason = models.TextField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT)
    recorded_at = models.DateTimeField()
    link = models.BigIntegerField()


class FrozenResult(AppendOnly):
    """The result of a cycle as frozen by the city government (冻结结果): `content` is the docket that was sealed, its files stand beside."""

    cycle = models.OneToOneField(AssessmentCycle, on_delete=models.PROTECT, related_name="frozen")
    content = models.BinaryField()
    digest = models.CharField(max_length=80)
    person = models.ForeignKey(Person, on_delete=models.PROTECT)
    recorded_at = models.DateTimeField()
    link = models.BigIntegerField()


class FrozenFile(AppendOnly):
    """One file of a frozen result (冻结文件): the result, the figures and the rules it rests on."""

    frozen = models.ForeignKey(FrozenResult, on_delete=models.PROTECT, related_name="files")
    name = models.CharField(max_length=60)
    content = models.BinaryField()
    digest = models.CharField(max_length=80)


class HandOver(AppendOnly):
    """The frozen result handed to the organisation department as a bundle, and its receipt (移交与回执)."""

    frozen = models.ForeignKey(FrozenResult, on_delete=models.PROTECT, related_name="hand_overs")
    is_receipt = models.BooleanField(default=False)
    bundle = models.BinaryField(null=True)
    bundle_digest = models.CharField(max_length=80)
    head = models.CharField(max_length=80)
    person = models.ForeignKey(Person, on_delete=models.PROTECT)
    recorded_at = models.DateTimeField()
    link = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["frozen", "is_receipt"], name="handed_over_once_and_received_once")]
