"""Sets the run of existing reports."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

DONE = ("completed", "marked_complete")
#: events that create a report, with the same timestamp
EVENTS = ("attempt.completed", "attempt.marked", "check.completed", "check.answered_late")


def find_runs(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """By the references in the report, else by the event that created it, else the last run finished before it."""
    report_model = apps.get_model("reports", "Report")
    rows = report_model.objects.exclude(snapshot__has_key="reused").values_list(
        "pk", "start_id", "created_at", "start__step__kind", "snapshot__check__references__0__id"
    )
    for pk, start_id, created_at, kind, reference in rows.iterator():
        run_id = _by_reference(apps, reference) or _by_event(apps, start_id, kind, created_at)
        run_id = run_id or _by_time(apps, start_id, kind, created_at)
        if run_id is not None:
            column = "check_run_id" if kind == "reference_check" else "attempt_id"
            report_model.objects.filter(pk=pk).update(**{column: run_id})


def _by_reference(apps: Apps, reference: str | None) -> int | None:
    if not reference or not reference.isdigit():
        return None
    rows = apps.get_model("references", "Reference").objects.filter(pk=int(reference))
    found: int | None = rows.values_list("request__check_run_id", flat=True).first()
    return found


def _by_event(apps: Apps, start_id: int, kind: str, created_at: object) -> int | None:
    start = apps.get_model("steps", "StepStart").objects.get(pk=start_id)
    rows = apps.get_model("core", "Event").objects.filter(
        application_id=start.application_id,
        occurred_at=created_at,
        name__in=EVENTS,
        data__start_id=start_id,
    )
    data = rows.order_by("-pk").values_list("data", flat=True).first() or {}
    run_id = data.get("check_id" if kind == "reference_check" else "attempt_id")
    return run_id if _runs(apps, kind).filter(pk=run_id, start=start_id).exists() else None


def _by_time(apps: Apps, start_id: int, kind: str, created_at: object) -> int | None:
    rows = _runs(apps, kind).filter(start=start_id, progress__in=DONE, completed_at__lte=created_at)
    found: int | None = rows.order_by("-pk").values_list("pk", flat=True).first()
    return found


def _runs(apps: Apps, kind: str) -> models.Manager[models.Model]:
    names = {"reference_check": ("references", "Check"), "assessment": ("assessments", "Attempt")}
    return apps.get_model(*names[kind]).objects


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial"), ("reports", "0005_run_of_a_report")]

    operations = [migrations.RunPython(find_runs, migrations.RunPython.noop)]
