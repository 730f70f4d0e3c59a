from django.db import models

from goodword.accounts.models import Membership, OrganisationOwned
from goodword.candidates.models import Application, Candidate
from goodword.core.outbox import Outbox


class Email(OrganisationOwned, Outbox):
    """A mail, rendered when it is claimed, since its link is created then. `subject`, `text` and `html`: as sent,
    without the link."""

    #: for example "assessment.invitation"; gives its name on the timeline
    kind = models.CharField(max_length=60)
    #: a mail with the same key is queued only once: "attempt:12:reminder:1"
    key = models.CharField(max_length=120, unique=True)
    application = models.ForeignKey(Application, on_delete=models.CASCADE, null=True, related_name="emails")
    #: the candidate whose name it mentions to an outsider; it waits while the name contains a link
    quoted_candidate = models.ForeignKey(Candidate, on_delete=models.SET_NULL, null=True, related_name="+")
    #: what it is about, to cancel it: "step_request:7", "request:31"
    subject_ref = models.CharField(max_length=60, default="", blank=True)
    #: the member it is for, who must still have access when it is sent (domain/queue.py)
    member = models.ForeignKey(
        Membership, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    #: whether it is for the application's recruiter, who may have changed by the time it is sent
    for_recruiter = models.BooleanField(default=False)
    to_address = models.EmailField(max_length=320)
    to_name = models.CharField(max_length=200, default="", blank=True)
    from_name = models.CharField(max_length=250)
    reply_to = models.EmailField(max_length=320)
    language = models.CharField(max_length=10, default="en")
    template = models.CharField(max_length=120)
    context = models.JSONField(default=dict)
    link_purpose = models.CharField(max_length=20, default="", blank=True)
    link_subject_id = models.BigIntegerField(null=True)
    #: working days from sending to the deadline that the mail sets; 0 if it is already set, empty for none
    deadline_days = models.PositiveSmallIntegerField(null=True)
    earliest_deadline = models.DateTimeField(null=True)
    #: cancelled if it is still unsent by then, since it would no longer be true
    not_after = models.DateTimeField(null=True)
    subject = models.CharField(max_length=300, default="", blank=True)
    text = models.TextField(default="", blank=True)
    html = models.TextField(default="", blank=True)
    message_id = models.CharField(max_length=200, default="", blank=True)
    #: the provider's id of the message (django-anymail)
    provider_id = models.CharField(max_length=200, default="", blank=True)
    #: outcomes after sending, as reported by the provider's event or a returned message
    delivered_at = models.DateTimeField(null=True)
    bounced_at = models.DateTimeField(null=True)
    bounce_reason = models.CharField(max_length=500, default="", blank=True)
    complained_at = models.DateTimeField(null=True)
    #: where it was then; `to_address` may be corrected
    complained_address = models.EmailField(max_length=320, default="", blank=True)
    #: large, because a probe may be attempted very often
    attempts = models.PositiveIntegerField(default=0)
    #: attempts that don't count, because the server was the problem
    excused = models.PositiveIntegerField(default=0)
    #: attempts that were sent but got no response, and may have arrived
    unanswered = models.PositiveSmallIntegerField(default=0)
    #: when the current attempt was sent; from then on it may arrive
    handed_over_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(
                fields=["not_before"], name="email_due", condition=models.Q(state__in=["queued", "sending"])
            ),
            models.Index(fields=["subject_ref"], name="email_subject"),
            models.Index(
                fields=["organisation", "created_at"],
                name="email_failed",
                condition=models.Q(state="failed"),
            ),
            models.Index(fields=["link_purpose", "link_subject_id"], name="email_link_subject"),
            models.Index(fields=["provider_id"], name="email_provider", condition=~models.Q(provider_id="")),
        )

    def __str__(self) -> str:
        return f"{self.kind} to {self.to_address}"

    @property
    def is_private(self) -> bool:
        """Whether to hide it from members, since after the first invitation a deadline may reveal an adjustment
        (docs/decisions/0026-*)."""
        is_first = self.kind == "assessment.invitation" and not self.key.endswith(":invited_again")
        return self.kind.startswith("assessment.") and not is_first

    @property
    def counted_attempts(self) -> int:
        return self.attempts - self.excused


class MailText(OrganisationOwned):
    kind = models.CharField(max_length=60)
    language = models.CharField(max_length=10)
    #: part -> text with placeholders; only parts that differ from the standard text
    texts = models.JSONField(default=dict)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["organisation", "kind", "language"], name="mail_text_once"),
        )

    def __str__(self) -> str:
        return f"{self.kind} in {self.language}"


class MailService(models.Model):
    """State of the mail server; up if there is no row. While it is down, only mail number `probe` is sent."""

    down_since = models.DateTimeField(null=True)
    last_error = models.TextField(default="", blank=True)
    failures = models.PositiveIntegerField(default=0)
    probe_at = models.DateTimeField(null=True)
    #: until then the current probe excludes others; limited in case its worker dies
    probing_until = models.DateTimeField(null=True)
    probe = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"mail down since {self.down_since}" if self.down_since else "mail goes out"


class Link(OrganisationOwned):
    """A secret link, stored as a hash. Each attempt to send a mail gets its own. It expires or ends with its
    subject."""

    class Purpose(models.TextChoices):
        CANDIDATE = "candidate"  # subject: a StepRequest
        REFEREE = "referee"  # subject: a ReferenceRequest
        REVIEW = "review"  # subject: an Application
        REPORT = "report"  # subject: a Report
        ADJUSTMENT = "adjustment"  # subject: an Adjustment
        CANDIDATE_DATA = "candidate_data"  # subject: a StepRequest; opens *Your data* alone
        MEMBER_INVITATION = "member_invitation"  # subject: an Invitation
        VERIFICATION = "verification"  # subject: a Verification
        REFEREE_DATA = "referee_data"  # subject: a ReferenceRequest; opens *Your data* alone
        PANEL = "panel"  # subject: a Panelist
        RATING = "rating"  # subject: a RatingRequest

    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    subject_id = models.BigIntegerField()
    token_hash = models.CharField(max_length=64, unique=True)
    email = models.ForeignKey(Email, on_delete=models.SET_NULL, null=True, related_name="links")
    created_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["purpose", "subject_id"], name="link_subject"),)

    def __str__(self) -> str:
        return f"{self.purpose} link {self.pk}"
