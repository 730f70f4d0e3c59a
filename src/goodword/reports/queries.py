from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce

from goodword.assessments.models import Attempt
from goodword.references.models import Check
from goodword.reports.models import Report
from goodword.workflow.states import DONE


def current_first(reports: QuerySet[Report]) -> QuerySet[Report]:
    """By step request, the latest run first and then the newest version, which may belong to an earlier run."""
    of_run = Coalesce("check_run_id", "attempt_id")
    return reports.order_by("step_request", of_run.desc(nulls_last=True), F("version").desc())


def is_superseded(report: Report) -> bool:
    later = {"step_request": report.step_request_id, "progress__in": DONE}
    if report.check_run_id is not None:
        return Check.objects.of(report.organisation).filter(**later, pk__gt=report.check_run_id).exists()
    if report.attempt_id is not None:
        return Attempt.objects.of(report.organisation).filter(**later, pk__gt=report.attempt_id).exists()
    return False
