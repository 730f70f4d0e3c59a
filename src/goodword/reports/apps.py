from datetime import datetime
from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from goodword.core.doctor.findings import Finding


class ReportsConfig(AppConfig):
    name = "goodword.reports"
    label = "reports"

    def ready(self) -> None:
        from goodword.core import crypto, metrics
        from goodword.core.doctor.findings import Check, register
        from goodword.reports.domain import rendering  # noqa: F401 - registers its jobs
        from goodword.reports.models import SigningCertificate

        crypto.register_sealed(
            crypto.sealed_column(
                SigningCertificate,
                "sealed_key",
                lambda row: f"reports_signingcertificate.sealed_key:{row.fingerprint}:",
            )
        )
        register(Check("signing", _certificate, uses_database=True))
        reports = "SELECT state, count(*) FROM reports_report GROUP BY 1"
        metrics.register(metrics.Rows("goodword_reports", "Reports by state", reports, ("state",)))


def _certificate(now: datetime) -> "list[Finding]":
    from goodword.reports.signing.keys import certificate_finding

    return [certificate_finding(now=now)]
