"""Reference checks: the check, who was named, what they were asked and what they answered."""

from collections.abc import Mapping

from django.db import models

from goodword.accounts.models import Membership, OrganisationOwned
from goodword.core.workdays import Calendar
from goodword.questionnaires.models import QuestionnaireVersion
from goodword.roles.models import Step
from goodword.workflow.flags.models import Flag
from goodword.workflow.models import StepRun


class Check(StepRun):
    """One run of a reference check on an application."""

    #: the questions, in the language that the organisation works in; the other languages have its number
    version = models.ForeignKey(QuestionnaireVersion, on_delete=models.PROTECT, related_name="checks")
    #: how many references are asked for: the slots that were not waived
    wanted = models.PositiveSmallIntegerField()
    #: with how many it completes
    least = models.PositiveSmallIntegerField()
    #: the language of the candidate's pages and mails
    language = models.CharField(max_length=10, default="en")
    #: the languages that candidate and referees may choose from
    languages = models.JSONField(default=list)
    self_reference = models.CharField(
        max_length=10, choices=Step.SelfReference.choices, default=Step.SelfReference.OFF
    )
    candidate_may_see = models.BooleanField(default=False)
    #: the candidate's time zone, once their browser has said it; reminders heed it
    time_zone = models.CharField(max_length=60, default="", blank=True)
    #: when the candidate was told that a referee is slow; once a check
    slow_told_at = models.DateTimeField(null=True)
    #: the candidate's own reason for declining the whole check; for the recruiter
    decline_reason = models.TextField(default="", blank=True)
    #: why a member marked it complete, in their words; for members
    marked_reason = models.TextField(default="", blank=True)
    #: how often a member has invited again; makes the keys of those mails differ
    invited_again = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["step_request"],
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

    @property
    def hours(self) -> Calendar:
        """In the candidate's own time zone, once their browser has said it."""
        return self.organisation.calendar.at(self.time_zone)


class Slot(OrganisationOwned):
    """One referee wanted by a check, numbered from 1. `Referee.slot` assigns a referee to it."""

    class Answer(models.TextChoices):
        """What a member said to *I can't name anyone*."""

        NOTHING = ""
        #: it is done without
        WAIVED = "waived"
        #: any kind of referee will do
        ANY = "any"
        #: it is asked for still, with a word of the member
        STILL_ASKED = "still_asked"

    check_run = models.ForeignKey(Check, on_delete=models.CASCADE, related_name="slots")
    number = models.PositiveSmallIntegerField()
    #: a value of Referee.Relationship, or "any"
    relationship = models.CharField(max_length=20)
    needed = models.BooleanField(default=False)
    hint = models.CharField(max_length=300, default="", blank=True)
    #: the member who added it to a check that was open already
    added_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    #: that the candidate cannot provide this, and why; the deadline stands still until a member answers
    cannot_at = models.DateTimeField(null=True)
    cannot_reason = models.TextField(default="", blank=True)
    answer = models.CharField(max_length=12, choices=Answer.choices, default=Answer.NOTHING, blank=True)
    answer_note = models.TextField(default="", blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["check_run", "number"], name="slot_once"),)

    def __str__(self) -> str:
        return f"slot {self.number} of {self.check_run_id}"

    @property
    def is_waived(self) -> bool:
        """Whether nobody is asked for here any more."""
        return self.answer == self.Answer.WAIVED

    @property
    def is_questioned(self) -> bool:
        """Whether *I can't name anyone* waits for a member's answer."""
        return self.cannot_at is not None and self.answered_at is None


class SelfReference(OrganisationOwned):
    """The candidate's own answers to the check's questions. Submitted, it never changes."""

    check_run = models.OneToOneField(Check, on_delete=models.CASCADE, related_name="own")
    version = models.ForeignKey(QuestionnaireVersion, on_delete=models.PROTECT, related_name="+")
    draft = models.JSONField(default=dict)
    answers = models.JSONField(null=True)
    begun_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"self-reference of {self.check_run_id}"


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
    #: a member has written another address than the candidate's; the notices name the source
    address_corrected = models.BooleanField(default=False)
    company = models.CharField(max_length=200)
    #: the candidate's own job title there; empty for who had none
    candidate_title = models.CharField(max_length=200, default="", blank=True)
    #: months as "2021-04"; `to_month` empty means until today
    from_month = models.CharField(max_length=7)
    to_month = models.CharField(max_length=7, default="", blank=True)
    message = models.CharField(max_length=300, default="", blank=True)
    #: the language of the first mail to them, as the candidate chose it; empty: the check's
    language = models.CharField(max_length=10, default="", blank=True)
    #: not to be written to before there is an offer
    after_offer = models.BooleanField(default=False)
    #: when the candidate pressed Send: the mail waits for the release
    held_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)
    #: "member:3", or "greenhouse" when the candidate was hired
    released_by = models.CharField(max_length=60, default="", blank=True)
    created_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True)
    #: the personal data of this referee alone is gone; the row stays, for counts
    erased_at = models.DateTimeField(null=True)
    #: when they asked for erasure under a legal hold; carried out once it is lifted
    erasure_asked_at = models.DateTimeField(null=True)

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
    #: when Send was pressed; later, when the mail server accepted the mail
    sent_at = models.DateTimeField()
    #: when the mail server accepted the mail; empty: not sent yet
    invited_at = models.DateTimeField(null=True)
    deadline_at = models.DateTimeField()
    #: the language that the referee reads and answers in; initially that of their mail
    language = models.CharField(max_length=10, default="en")
    #: chosen on a page; takes precedence over the browser's
    chosen_language = models.CharField(max_length=10, default="", blank=True)
    #: their time zone, once their browser has said it; reminders heed it
    time_zone = models.CharField(max_length=60, default="", blank=True)
    #: since when mail to them comes back: the link is dead, and the candidate is asked for another address
    undelivered_at = models.DateTimeField(null=True)
    #: how often a mail with a fresh link went out beside reminders; makes their keys differ
    sent_again = models.PositiveSmallIntegerField(default=0)
    begun_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=20, choices=Why.choices, default=Why.NOTHING, blank=True)
    #: a referee's own reason for declining: for the recruiter, never shown to the candidate
    decline_reason = models.TextField(default="", blank=True)
    next_reminder_at = models.DateTimeField(null=True)
    reminders_sent = models.PositiveSmallIntegerField(default=0)
    reminders_promised = models.PositiveSmallIntegerField(default=0)
    #: when to notify the candidate that this referee is slow; empty once done or pointless
    slow_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(
                fields=["next_reminder_at"],
                name="request_reminder",
                condition=models.Q(next_reminder_at__isnull=False),
            ),
            models.Index(fields=["slow_at"], name="request_slow", condition=models.Q(slow_at__isnull=False)),
        )

    def __str__(self) -> str:
        return f"request {self.pk}"

    @property
    def is_wrong_person(self) -> bool:
        """Whether the recipient says that they are not this referee."""
        return self.state == self.State.DECLINED and self.why == self.Why.NOT_ME

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
    #: seconds between Start and Submit; empty for a factual one, and for one that was left and taken up again
    seconds = models.PositiveIntegerField(null=True)
    #: came in when the check was done already
    late = models.BooleanField(default=False)
    submitted_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"reference {self.pk}"


class CheckFlag(Flag):
    """A flag on a check. `key` holds the ids of the people it is about, no personal data."""

    check_run = models.ForeignKey(Check, on_delete=models.CASCADE, related_name="flags")
    #: whom it is about; empty where it is about several
    referee = models.ForeignKey(Referee, on_delete=models.CASCADE, null=True, related_name="flags")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["check_run", "code", "key"], name="check_flag_once"),)

    def __str__(self) -> str:
        return f"{self.code} on {self.check_run_id}"

    @property
    def run_id(self) -> Mapping[str, int]:
        """The id of its check."""
        return {"check": self.check_run_id}


class Trace(OrganisationOwned):
    """From where and on what a candidate or a referee worked; kept only while the organisation watches devices.

    The raw address and device go after 30 days, the keyed hashes with their person.
    """

    check_run = models.ForeignKey(Check, on_delete=models.CASCADE, related_name="traces")
    #: the referee's request; empty: the candidate
    request = models.ForeignKey(ReferenceRequest, on_delete=models.CASCADE, null=True, related_name="traces")
    address = models.GenericIPAddressField(null=True)
    device = models.CharField(max_length=400, default="", blank=True)
    address_hash = models.CharField(max_length=80)
    device_hash = models.CharField(max_length=80)
    seen_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["check_run", "request", "address_hash", "device_hash"],
                name="trace_once",
                nulls_distinct=False,
            ),
        )
        indexes = (
            models.Index(fields=["seen_at"], name="trace_raw", condition=models.Q(address__isnull=False)),
        )

    def __str__(self) -> str:
        return f"trace on {self.check_run_id}"


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
