from datetime import datetime

from goodword.core.erasure import Counts, Subject, erases
from goodword.reports.domain.redaction import redact, redact_referees


@erases("reports.Report", "reports.ReportFile", "reports.ReportOpening")
def erase(subject: Subject, now: datetime) -> Counts:
    """Erase content, files and links; keep which member opened a report and when."""
    if subject.referee_ids:
        return redact_referees(referee_ids=subject.referee_ids, now=now)
    return redact(application_ids=subject.application_ids, now=now)
