from datetime import datetime

from goodword.core.erasure import Counts, Subject, erases
from goodword.reports.domain.redaction import redact, redact_referees
from goodword.reports.models import ResultReview


@erases("reports.Report", "reports.ReportFile", "reports.ReportOpening", "reports.ResultReview")
def erase(subject: Subject, now: datetime) -> Counts:
    """Erase content, files and links; keep which member opened a report and when."""
    if subject.referee_ids:
        return redact_referees(referee_ids=subject.referee_ids, now=now)
    ResultReview.objects.across_organisations().filter(
        step_request__application__in=subject.application_ids
    ).delete()
    return redact(application_ids=subject.application_ids, now=now)
