"""Reference checks: the check, who was named, what they were asked and what they answered."""

from django.db import models

from goodword.accounts.models import OrganisationOwned
from goodword.questionnaires.models import QuestionnaireVersion
from goodword.steps.models import Run


class Check(Run):
    """One run of a reference check on an application."""

    version = models.ForeignKey(QuestionnaireVersion, on_delete=models.PROTECT, related_name="checks")
    #: how many references are asked for; here all are required
    wanted = models.PositiveSmallIntegerField()
    #: the candidate's own reason for declining the whole check; for the recruiter
    decline_reason = models.TextField(default="", blank=True)
    #: how often a member has invited again; makes the keys of those mails differ
    invited_again = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["start"],
                condition=models.Q(progress__in=["pending", "in_progress"]),
                name="check_unfinished_once",
            ),
        )
        indexes = (
            models.Index(
                fields=["next_reminder_at"],
                name="check_reminder",
                condition=models.Q(next_reminder_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"check {self.pk}"


class Referee(OrganisationOwned):
    """A person whom the candidate named, with what the candidate says of the time together.

    One who did not answer can be replaced: the row stays, `replaced_at` is set, and the slot is free again.
    """

    class Relationship(models.TextChoices):
        """The values of questionnaires.types.RELATIONSHIPS; their words are in questionnaires.labels."""

        MANAGER = "manager"
        PEER = "peer"
        DIRECT_REPORT = "direct_report"
        CLIENT = "client"
        TEACHER = "teacher"
        FELLOW_STUDENT = "fellow_student"
        OTHER = "other"

    check_run = models.ForeignKey(Check, on_delete=models.CASCADE, related_name="referees")
    slot = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=200)
    email = models.EmailField(max_length=320)
    relationship = models.CharField(max_length=20, choices=Relationship.choices)
    company = models.CharField(max_length=200)
    #: the candidate's own job title there; empty for who had none
    candidate_title = models.CharField(max_length=200, default="", blank=True)
    #: months as "2021-04"; `to_month` empty means until today
    from_month = models.CharField(max_length=7)
    to_month = models.CharField(max_length=7, default="", blank=True)
    message = models.CharField(max_length=300, default="", blank=True)
    created_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["check_run", "slot"],
                condition=models.Q(replaced_at__isnull=True),
                name="referee_slot_once",
            ),
        )

    def __str__(self) -> str:
        return self.name


class ReferenceRequest(OrganisationOwned):
    """What went to a referee, and how far they are. Made when the candidate presses Send."""

    class State(models.TextChoices):
        SENT = "sent"
        BEGUN = "begun"
        ANSWERED = "answered"
        DECLINED = "declined"
        ENDED = "ended"

    class Why(models.TextChoices):
        """Why it was declined or ended."""

        NOTHING = ""
        WOULD_RATHER_NOT = "would_rather_not"
        NOT_ME = "not_me"
        REPLACED = "replaced"
        CHECK_CLOSED = "check_closed"
        CHECK_DONE = "check_done"

    check_run = models.ForeignKey(Check, on_delete=models.CASCADE, related_name="requests")
    referee = models.OneToOneField(Referee, on_delete=models.CASCADE, related_name="request")
    state = models.CharField(max_length=10, choices=State.choices, default=State.SENT)
    #: answers as they come, by question id, until they are submitted
    draft = models.JSONField(default=dict)
    sent_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=20, choices=Why.choices, default=Why.NOTHING, blank=True)
    #: a referee's own reason for declining: for the recruiter, never shown to the candidate
    decline_reason = models.TextField(default="", blank=True)
    next_reminder_at = models.DateTimeField(null=True)
    reminders_sent = models.PositiveSmallIntegerField(default=0)
    reminders_promised = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = (
            models.Index(
                fields=["next_reminder_at"],
                name="request_reminder",
                condition=models.Q(next_reminder_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"request {self.pk}"

    @property
    def is_out(self) -> bool:
        """Whether it still waits for the referee."""
        return self.state in {self.State.SENT, self.State.BEGUN}


class Reference(OrganisationOwned):
    """A reference: the answers of one referee, as submitted. Never changes."""

    request = models.OneToOneField(ReferenceRequest, on_delete=models.CASCADE, related_name="reference")
    version = models.ForeignKey(QuestionnaireVersion, on_delete=models.PROTECT, related_name="references")
    answers = models.JSONField()
    #: only dates and title were confirmed
    factual = models.BooleanField(default=False)
    submitted_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"reference {self.pk}"


class DoNotContact(OrganisationOwned):
    """An address that asked never to be written to again: a keyed hash, so that it outlives an erasure."""

    address_hash = models.CharField(max_length=80)
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["organisation", "address_hash"], name="do_not_contact_once"),
        )

    def __str__(self) -> str:
        return f"do not contact {self.pk}"
