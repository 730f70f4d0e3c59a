"""Reports: frozen snapshots and their PDFs, which are in the database so that backups are complete."""

from django.db import models

from goodword.accounts.models import Membership, OrganisationOwned
from goodword.assessments.models import Attempt
from goodword.notifications.models import Link
from goodword.references.models import Check
from goodword.workflow.models import StepRequest


class Report(OrganisationOwned):
    class State(models.TextChoices):
        BUILDING = "building"
        READY = "ready"
        FAILED = "failed"
        #: the content was erased; a redacted version follows
        REDACTED = "redacted"

    step_request = models.ForeignKey(StepRequest, on_delete=models.CASCADE, related_name="reports")
    #: the run; both are empty for a reused result
    attempt = models.ForeignKey(Attempt, on_delete=models.SET_NULL, null=True, related_name="reports")
    check_run = models.ForeignKey(Check, on_delete=models.SET_NULL, null=True, related_name="reports")
    version = models.PositiveSmallIntegerField()
    #: "GW-7F3K-Q2MX", printed in the PDF and in the note on the Activity Feed
    code = models.CharField(max_length=20, unique=True)
    snapshot = models.JSONField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.BUILDING)
    error = models.TextField(default="", blank=True)
    #: attempts to render it, and when to try again
    rendering_attempts = models.PositiveSmallIntegerField(default=0)
    try_again_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["step_request", "version"], name="report_version_once"),
        )
        indexes = (
            models.Index(
                fields=["try_again_at"], name="report_not_rendered", condition=models.Q(state="building")
            ),
            models.Index(
                fields=["organisation", "created_at"],
                name="report_failed",
                condition=models.Q(state="failed"),
            ),
        )

    def __str__(self) -> str:
        return self.code

    @property
    def run(self) -> Attempt | Check | None:
        return self.check_run or self.attempt


class ReportFile(OrganisationOwned):
    report = models.OneToOneField(Report, on_delete=models.CASCADE, related_name="file")
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    #: files with an older layout are rendered again before they are served; 0: withheld, since that failed
    #: (domain.rendering)
    layout = models.PositiveSmallIntegerField(db_default=1)

    class Meta:
        indexes = (models.Index(fields=["layout"], name="report_file_layout"),)

    def __str__(self) -> str:
        return f"PDF of {self.report_id}"


class SigningCertificate(models.Model):
    """A certificate that has signed reports (reports.signing): this installation's or its operator's."""

    class Source(models.TextChoices):
        INSTALLATION = "installation"
        OPERATOR = "operator"

    source = models.CharField(max_length=12, choices=Source.choices)
    certificate = models.BinaryField()
    fingerprint = models.CharField(max_length=64, unique=True)
    #: private key of the installation's current certificate; empty for all others
    sealed_key = models.TextField(default="", blank=True)
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["source"],
                name="one_installation_key",
                condition=models.Q(source="installation", retired_at=None),
            ),
        )

    def __str__(self) -> str:
        return self.fingerprint


class IssuedFile(OrganisationOwned):
    """Digest of an issued PDF. Kept after erasure, so that /verify can call the file withdrawn."""

    report = models.ForeignKey(Report, on_delete=models.SET_NULL, null=True, related_name="issued_files")
    sha256 = models.CharField(max_length=64, unique=True)
    #: SHA-256 of everything but the signature; empty for files from before reports were signed
    covered_sha256 = models.CharField(max_length=64, default="", blank=True, db_index=True)
    certificate = models.ForeignKey(SigningCertificate, on_delete=models.PROTECT, null=True, related_name="+")
    issued_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.sha256


class ReportOpening(OrganisationOwned):
    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="openings")
    link = models.ForeignKey(Link, on_delete=models.SET_NULL, null=True, related_name="+")
    by = models.CharField(max_length=200)
    opened_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"opening {self.pk}"


class ResultReview(OrganisationOwned):
    step_request = models.OneToOneField(StepRequest, on_delete=models.CASCADE, related_name="result_review")
    #: None while there are only references
    report = models.ForeignKey(Report, on_delete=models.SET_NULL, null=True, related_name="+")
    #: how many references were requested, while there is no report
    wanted = models.PositiveSmallIntegerField(default=0)
    since = models.DateTimeField()
    #: None: the role's owner and the application's recruiter
    assigned_to = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    assigned_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    assigned_at = models.DateTimeField(null=True)
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes = (
            models.Index(
                fields=["organisation", "since"],
                name="result_to_review",
                condition=models.Q(reviewed_at=None),
            ),
            models.Index(
                fields=["organisation", "-reviewed_at"],
                name="result_reviewed",
                condition=models.Q(reviewed_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"review of step request {self.step_request_id}"
