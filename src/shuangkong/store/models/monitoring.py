"""What is monitored: points and their limits, the devices that report, marks, notices of shutdown, alarms; readings are in the lake.

`place` is where a row stands in the list that its act sealed: a file of a thousand points is one act.
"""

from django.db import models

from shuangkong.store.append_only import AppendOnly
from shuangkong.store.fields import ExactDecimalField
from shuangkong.store.models.organisations import Organisation
from shuangkong.store.models.people import Person


class Listed(AppendOnly):
    """A row that is one entry of a sealed list (清单存证的一行)."""

    reason = models.TextField(blank=True)
    recorded_at = models.DateTimeField()
    link = models.BigIntegerField()
    place = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True


class MonitoringPoint(AppendOnly):
    """A place where something is measured (监测点): outlet, boundary, station, section, source, meter."""

    code = models.CharField(max_length=60, unique=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="monitoring_points")
    kind = models.CharField(max_length=20)
    is_simulated = models.BooleanField(default=False)
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["kind", "code"])]


class MonitoringPointVersion(Listed):
    """What holds of a point from a day on (监测点沿革)."""

    point = models.ForeignKey(MonitoringPoint, on_delete=models.PROTECT, related_name="versions")
    valid_from = models.DateField()
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    traits = models.JSONField(default=dict)
    is_closed = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["point", "valid_from", "id"])]


class EmissionLimit(Listed):
    """The limit of one factor at a point from a day on (排放限值); without low and high it says that there is none any more."""

    point = models.ForeignKey(MonitoringPoint, on_delete=models.PROTECT, related_name="limits")
    factor = models.CharField(max_length=20)
    statistic = models.CharField(max_length=8)
    low = ExactDecimalField(null=True)
    high = ExactDecimalField(null=True)
    unit = models.CharField(max_length=20)
    is_converted = models.BooleanField(default=False)
    document = models.CharField(max_length=120)
    clause = models.CharField(max_length=120, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["point", "factor", "statistic", "valid_from", "id"])]


class Device(AppendOnly):
    """A logger or meter gateway that reports (上报设备), by its MN."""

    mn = models.CharField(max_length=40, unique=True)
    is_simulated = models.BooleanField(default=False)
    recorded_at = models.DateTimeField()


class DeviceVersion(Listed):
    """How a device is set up from a day on (设备登记); its secrets are enciphered."""

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="versions")
    point = models.ForeignKey(MonitoringPoint, on_delete=models.PROTECT, related_name="device_versions")
    valid_from = models.DateField()
    edition = models.CharField(max_length=8)
    checksum = models.CharField(max_length=20)
    sealed_password = models.TextField(blank=True)
    sealed_key = models.TextField(blank=True)
    settings = models.JSONField(default=dict)
    is_retired = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["device", "valid_from", "id"])]


class OperatorMark(Listed):
    """What the operator says of the readings of some time (运维标记); a later row takes back or corrects the one it replaces."""

    point = models.ForeignKey(MonitoringPoint, on_delete=models.PROTECT, related_name="marks")
    factor = models.CharField(max_length=20, blank=True)
    mark = models.CharField(max_length=4)
    start = models.DateTimeField()
    end = models.DateTimeField()
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True)
    is_withdrawn = models.BooleanField(default=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True)

    class Meta:
        indexes = [models.Index(fields=["point", "start"])]


class ShutdownNotice(Listed):
    """A unit, or one point of it, does not run (停产通知): silence is then no gap. A later row corrects the one it replaces."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    point = models.ForeignKey(MonitoringPoint, on_delete=models.PROTECT, null=True)
    start = models.DateTimeField()
    end = models.DateTimeField(null=True)
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True)
    is_withdrawn = models.BooleanField(default=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True)

    class Meta:
        indexes = [models.Index(fields=["organisation", "start"])]


class PlannedTestVersion(Listed):
    """A line of the self-monitoring plan from a day on (自行监测方案): `times` in every period of `frequency`, none any more where it is 0."""

    point = models.ForeignKey(MonitoringPoint, on_delete=models.PROTECT, related_name="planned_tests")
    factor = models.CharField(max_length=20)
    frequency = models.CharField(max_length=8)
    times = models.PositiveSmallIntegerField(default=1)
    document = models.CharField(max_length=120, blank=True)
    valid_from = models.DateField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True)

    class Meta:
        indexes = [models.Index(fields=["point", "factor", "valid_from", "id"])]


class LaboratoryFinding(Listed):
    """What a laboratory found in a sample (手工监测结果); a later row corrects or takes back the one it replaces."""

    point = models.ForeignKey(MonitoringPoint, on_delete=models.PROTECT, related_name="laboratory_findings")
    factor = models.CharField(max_length=20)
    source = models.CharField(max_length=12)
    start = models.DateTimeField()
    end = models.DateTimeField()
    value = ExactDecimalField()
    unit = models.CharField(max_length=20)
    is_below = models.BooleanField(default=False)
    report_number = models.CharField(max_length=60)
    laboratory = models.CharField(max_length=120, blank=True)
    report = models.CharField(max_length=80, blank=True)
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True)
    is_withdrawn = models.BooleanField(default=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True)

    class Meta:
        indexes = [models.Index(fields=["point", "factor", "start"])]


class LaboratoryReport(AppendOnly):
    """A laboratory's report as a file (监测报告附件); results name it by its digest."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    name = models.CharField(max_length=160)
    media_type = models.CharField(max_length=80)
    content = models.BinaryField()
    digest = models.CharField(max_length=80)
    person = models.ForeignKey(Person, on_delete=models.PROTECT)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "digest"], name="one_laboratory_report_a_digest")]


class MonitorCheck(Listed):
    """A check of an automatic monitor (仪器检查记录): calibration, verification, comparison, review; a later row corrects or takes back the one it replaces."""

    point = models.ForeignKey(MonitoringPoint, on_delete=models.PROTECT, related_name="monitor_checks")
    factor = models.CharField(max_length=20, blank=True)
    kind = models.CharField(max_length=16)
    at = models.DateTimeField()
    reference = ExactDecimalField(null=True)
    result = ExactDecimalField(null=True)
    full_scale = ExactDecimalField(null=True)
    outcome = models.CharField(max_length=8)
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True)
    is_withdrawn = models.BooleanField(default=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True)

    class Meta:
        indexes = [models.Index(fields=["point", "factor", "kind", "at"])]


class Alarm(AppendOnly):
    """Something at a point, or with a device, that somebody must answer for (报警); one outage is one alarm."""

    code = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=20)
    point = models.ForeignKey(MonitoringPoint, on_delete=models.PROTECT, null=True, related_name="alarms")
    device = models.ForeignKey(Device, on_delete=models.PROTECT, null=True, related_name="alarms")
    factor = models.CharField(max_length=20, blank=True)
    start = models.DateTimeField()
    facts = models.JSONField(default=dict)
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["kind", "start"])]


class AlarmStep(AppendOnly):
    """One step of an alarm's life (报警处置记录); the last one says where it stands. What the system raises or ends by itself is not sealed."""

    alarm = models.ForeignKey(Alarm, on_delete=models.PROTECT, related_name="steps")
    act = models.CharField(max_length=12)
    state_after = models.CharField(max_length=12)
    version_after = models.PositiveIntegerField()
    facts = models.JSONField(default=dict)
    reason = models.TextField(blank=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True)
    recorded_at = models.DateTimeField()
    link = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["alarm", "version_after"], name="alarm_step_once")]


class AlarmFile(AppendOnly):
    """A file that goes with the answer to an alarm (报警答复附件); the step names it by its digest."""

    alarm = models.ForeignKey(Alarm, on_delete=models.PROTECT, related_name="files")
    name = models.CharField(max_length=160)
    media_type = models.CharField(max_length=80)
    content = models.BinaryField()
    digest = models.CharField(max_length=80)
    person = models.ForeignKey(Person, on_delete=models.PROTECT)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["alarm", "digest"], name="one_alarm_file_a_digest")]
