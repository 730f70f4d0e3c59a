from datetime import datetime
from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from goodword.core.doctor.findings import DoctorFinding


class ReportsConfig(AppConfig):
    name = "goodword.reports"
    label = "reports"

    def ready(self) -> None:
        from goodword.core import future_times, key_rotation, metrics
        from goodword.core.doctor.findings import DoctorCheck, register
        from goodword.reports.domain import rendering  # also registers its jobs
        from goodword.reports.models import Report, SigningCertificate

        key_rotation.register_sealed(
            key_rotation.sealed_column(
                SigningCertificate,
                "sealed_key",
                lambda row: f"reports_signingcertificate.sealed_key:{row.fingerprint}:",
            )
        )
        longest = 2 * rendering.RENDERING_DELAYS[-1]
        future_times.register(
            future_times.limited(Report, "try_again_at", longest=longest, state=Report.State.BUILDING)
        )
        register(DoctorCheck("signing", _certificate, uses_database=True))
        reports = "SELECT state, count(*) FROM reports_report GROUP BY 1"
        metrics.register(metrics.CountedGauge("goodword_reports", "Reports by state", reports, ("state",)))


def _certificate(now: datetime) -> "list[DoctorFinding]":
    from goodword.reports.signing.keys import certificate_finding

    return [certificate_finding(now=now)]
