"""Triggers: rows of official tables are never changed or deleted."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from shuangkong.store.append_only import trigger_statements

TABLES = (
    "store_accessentry", "store_alarm", "store_alarmfile", "store_alarmstep", "store_amendment", "store_amendmentdecision", "store_appeal",
    "store_appealanswer", "store_appointment", "store_appointmentend", "store_assessmentstep", "store_attachment", "store_chaincontent",
    "store_chainlink", "store_checkwaiver", "store_device", "store_deviceversion", "store_emissionlimit", "store_filingact", "store_findingrecord",
    "store_findingstep", "store_frozenfile", "store_frozenresult", "store_handover", "store_laboratoryfinding", "store_laboratoryreport", "store_linejudgement", "store_monitorcheck", "store_monitoringpoint",
    "store_monitoringpointversion", "store_observationrow", "store_operatormark", "store_organisationversion", "store_passwordpast", "store_plannedtestversion",
    "store_publishedhead", "store_remark", "store_selfevaluation", "store_selfevaluationevidence", "store_selfevaluationsignature",
    "store_shutdownnotice", "store_submission", "store_targetverdict", "store_verdictdecision", "store_verdictevidence", "store_waiver",
    "store_windowversion",
)  # fmt: skip


def make_append_only(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Create the triggers of every listed table."""
    for table in TABLES:
        for statement in trigger_statements(editor.connection.vendor, table):
            editor.execute(statement, params=None)


class Migration(migrations.Migration):
    """Makes the official tables append-only (只增不改)."""

    dependencies = [("store", "0001_initial")]
    operations = [migrations.RunPython(make_append_only, migrations.RunPython.noop)]
