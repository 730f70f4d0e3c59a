from collections.abc import Mapping
from datetime import datetime
from typing import override

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Value
from django.db.models.functions import Concat

from goodword.accounts.models import Membership, OrganisationOwned
from goodword.core.text import WithoutAccents
from goodword.core.workdays import Calendar
from goodword.questionnaires.models import QuestionnaireVersion
from goodword.roles.models import Step
from goodword.workflow.models import Flag, StepRun


class Check(StepRun):
    #: the version in the organisation's language; other languages have the same number
    version = models.ForeignKey(QuestionnaireVersion, on_delete=models.PROTECT, related_name="checks")
    #: references wanted: slots that are not waived
    wanted = models.PositiveSmallIntegerField()
    #: references needed to complete the check
    least = models.PositiveSmallIntegerField()
    language = models.CharField(max_length=10, default="en")
    languages = models.JSONField(default=list)
    self_reference = models.CharField(
        max_length=10, choices=Step.SelfReference.choices, default=Step.SelfReference.OFF
    )
    candidate_may_see = models.BooleanField(default=False)
    #: of the candidate's browser, for reminders
    time_zone = models.CharField(max_length=60, default="", blank=True)
    #: the deadline has been extended for the candidate's waits for the organisation until then
    waited_until = models.DateTimeField(null=True)
    #: when the candidate was first told about a slow referee
    slow_notified_at = models.DateTimeField(null=True)
    #: the candidate's reason, for the recruiter
    decline_reason = models.TextField(default="", blank=True)
    #: a member's reason for marking it complete, for members
    marked_reason = models.TextField(default="", blank=True)
    #: makes the keys of repeated mails unique
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
            models.Index(
                fields=["organisation", "deadline_at"],
                name="check_open",
                condition=models.Q(progress__in=["pending", "in_progress"], closed_at=None, paused_at=None),
            ),
            models.Index(
                fields=["organisation", "opened_at"],
                name="check_attention",
                condition=~models.Q(attention=""),
            ),
        )

    def __str__(self) -> str:
        return f"check {self.pk}"

    @property
    def hours(self) -> Calendar:
        return self.organisation.calendar.at(self.time_zone)

    @override
    def renew_deadline(self, deadline: datetime, *, at: datetime) -> None:
        if deadline > self.deadline_at:
            self.deadline_at, self.waited_until = deadline, at


class Slot(OrganisationOwned):
    """A place in a check for one referee, numbered from 1 (`Referee.slot`)."""

    class Answer(models.TextChoices):
        NOTHING = ""
        WAIVED = "waived"
        ANY = "any"
        STILL_ASKED = "still_asked"

    check_run = models.ForeignKey(Check, on_delete=models.CASCADE, related_name="slots")
    number = models.PositiveSmallIntegerField()
    #: a value of Referee.Relationship, or "any"
    relationship = models.CharField(max_length=20)
    needed = models.BooleanField(default=False)
    hint = models.CharField(max_length=300, default="", blank=True)
    #: the member who added the slot to an open check
    added_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    #: when the candidate clicked *I can't name anyone*; the deadline is on hold until a member answers
    cannot_at = models.DateTimeField(null=True)
    cannot_reason = models.TextField(default="", blank=True)
    answer = models.CharField(max_length=12, choices=Answer.choices, default=Answer.NOTHING, blank=True)
    answer_note = models.TextField(default="", blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["check_run", "number"], name="slot_once"),)
        indexes = (
            models.Index(
                fields=["organisation", "cannot_at"],
                name="slot_questioned",
                condition=models.Q(cannot_at__isnull=False, answered_at=None),
            ),
        )

    def __str__(self) -> str:
        return f"slot {self.number} of {self.check_run_id}"

    @property
    def is_waived(self) -> bool:
        return self.answer == self.Answer.WAIVED

    @property
    def is_questioned(self) -> bool:
        return self.cannot_at is not None and self.answered_at is None


class SelfReference(OrganisationOwned):
    """The candidate's own answers. They can't be changed once submitted."""

    check_run = models.OneToOneField(Check, on_delete=models.CASCADE, related_name="+")
    version = models.ForeignKey(QuestionnaireVersion, on_delete=models.PROTECT, related_name="+")
    draft = models.JSONField(default=dict)
    answers = models.JSONField(null=True)
    begun_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"self-reference of {self.check_run_id}"


class Referee(OrganisationOwned):
    """A person named by the candidate. When they are replaced, the row stays and the slot is free."""

    class Relationship(models.TextChoices):
        """The same as questionnaires.types.RELATIONSHIPS; questionnaires.labels has their names."""

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
    #: a member corrected the address, so notices name the organisation as its source
    address_corrected = models.BooleanField(default=False)
    company = models.CharField(max_length=200)
    #: the candidate's job title there, if any
    candidate_title = models.CharField(max_length=200, default="", blank=True)
    #: months as "2021-04"; `to_month` is empty if ongoing
    from_month = models.CharField(max_length=7)
    to_month = models.CharField(max_length=7, default="", blank=True)
    message = models.CharField(max_length=300, default="", blank=True)
    #: language of the first mail; empty: the check's
    language = models.CharField(max_length=10, default="", blank=True)
    #: contact only after an offer
    after_offer = models.BooleanField(default=False)
    #: since when it waits for an offer, after the candidate clicked *Send*
    deferred_at = models.DateTimeField(null=True)
    #: the organisation's texts in that mail, as the candidate saw them: {"language": "en", "texts": {...}}
    seen_texts = models.JSONField(default=dict)
    released_at = models.DateTimeField(null=True)
    #: "member:3", or "greenhouse" if the candidate was hired
    released_by = models.CharField(max_length=60, default="", blank=True)
    created_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True)
    #: erased individually; the row stays for counts
    erased_at = models.DateTimeField(null=True)
    #: erasure was requested during a legal hold and waits for its end
    erasure_asked_at = models.DateTimeField(null=True)
    #: text in which the global search looks for similar words
    searched = models.GeneratedField(
        expression=WithoutAccents(Concat("name", Value("\n"), "company", output_field=models.TextField())),
        output_field=models.TextField(),
        db_persist=True,
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["check_run", "slot"],
                condition=models.Q(replaced_at__isnull=True),
                name="referee_slot_once",
            ),
        )
        indexes = (GinIndex(fields=["searched"], name="referee_searched", opclasses=["gin_trgm_ops"]),)

    def __str__(self) -> str:
        return self.name


class ReferenceRequest(OrganisationOwned):
    class State(models.TextChoices):
        SENT = "sent"
        BEGUN = "begun"
        ANSWERED = "answered"
        DECLINED = "declined"
        ENDED = "ended"

    class Why(models.TextChoices):
        NOTHING = ""
        WOULD_RATHER_NOT = "would_rather_not"
        NOT_ME = "not_me"
        REPLACED = "replaced"
        CHECK_CLOSED = "check_closed"
        CHECK_DONE = "check_done"

    check_run = models.ForeignKey(Check, on_delete=models.CASCADE, related_name="requests")
    referee = models.OneToOneField(Referee, on_delete=models.CASCADE, related_name="request")
    state = models.CharField(max_length=10, choices=State.choices, default=State.SENT)
    #: answers until submission (domain.responses)
    draft = models.JSONField(default=dict)
    #: when *Send* was clicked, and from then on when the mail server accepted the mail
    sent_at = models.DateTimeField()
    #: when the mail server accepted the mail; None: not sent yet
    invited_at = models.DateTimeField(null=True)
    deadline_at = models.DateTimeField()
    #: the referee's language, at first that of the mail
    language = models.CharField(max_length=10, default="en")
    #: chosen on a page, so it overrides the browser's
    chosen_language = models.CharField(max_length=10, default="", blank=True)
    #: of the referee's browser, for reminders
    time_zone = models.CharField(max_length=60, default="", blank=True)
    #: when mail began to bounce; the link is then revoked, and the candidate asked for another address
    undelivered_at = models.DateTimeField(null=True)
    #: makes the keys of mails to corrected addresses unique
    sent_again = models.PositiveSmallIntegerField(default=0)
    begun_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=20, choices=Why.choices, default=Why.NOTHING, blank=True)
    #: why they declined, only for the recruiter
    decline_reason = models.TextField(default="", blank=True)
    next_reminder_at = models.DateTimeField(null=True)
    reminders_sent = models.PositiveSmallIntegerField(default=0)
    reminders_promised = models.PositiveSmallIntegerField(default=0)
    #: when to remind, in working days, as the step was set at the first mail; None: as it is set now
    reminder_days = models.JSONField(null=True)
    #: when to tell the candidate that this referee is slow
    slow_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(
                fields=["next_reminder_at"],
                name="request_reminder",
                condition=models.Q(next_reminder_at__isnull=False),
            ),
            models.Index(fields=["slow_at"], name="request_slow", condition=models.Q(slow_at__isnull=False)),
            models.Index(
                fields=["organisation", "undelivered_at"],
                name="request_undelivered",
                condition=models.Q(undelivered_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"request {self.pk}"

    @property
    def mail_ref(self) -> str:
        return f"request:{self.pk}"

    @property
    def is_wrong_person(self) -> bool:
        return self.state == self.State.DECLINED and self.why == self.Why.NOT_ME

    @property
    def is_out(self) -> bool:
        return self.state in OPEN_STATES


class Reference(OrganisationOwned):
    request = models.OneToOneField(ReferenceRequest, on_delete=models.CASCADE, related_name="reference")
    version = models.ForeignKey(QuestionnaireVersion, on_delete=models.PROTECT, related_name="references")
    answers = models.JSONField()
    #: the sentence chosen for page 1 of the report; empty: their first one
    quote = models.TextField(default="", blank=True)
    #: dates and title only
    factual = models.BooleanField(default=False)
    #: from Start to Submit; None if factual or with a break
    seconds = models.PositiveIntegerField(null=True)
    #: received after the check was complete
    late = models.BooleanField(default=False)
    submitted_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"reference {self.pk}"


class CheckFlag(Flag):
    """`key` holds ids only."""

    check_run = models.ForeignKey(Check, on_delete=models.CASCADE, related_name="flags")
    #: None if it concerns several people
    referee = models.ForeignKey(Referee, on_delete=models.CASCADE, null=True, related_name="flags")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["check_run", "code", "key"], name="check_flag_once"),)

    def __str__(self) -> str:
        return f"{self.code} on {self.check_run_id}"

    @property
    def run_id(self) -> Mapping[str, int]:
        return {"check": self.check_run_id}


class Trace(OrganisationOwned):
    """Raw values are deleted after 30 days."""

    check_run = models.ForeignKey(Check, on_delete=models.CASCADE, related_name="traces")
    #: None for the candidate
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
    """An address that opted out, stored as a keyed hash. It may outlive an erasure."""

    address_hash = models.CharField(max_length=80)
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["organisation", "address_hash"], name="do_not_contact_once"),
        )

    def __str__(self) -> str:
        return f"do not contact {self.pk}"


#: the referee can still answer
OPEN_STATES = (ReferenceRequest.State.SENT, ReferenceRequest.State.BEGUN)


def open_requests(check: Check) -> list[ReferenceRequest]:
    return list(
        ReferenceRequest.objects.of(check.organisation)
        .select_related("referee")
        .filter(check_run=check, state__in=OPEN_STATES)
        .order_by("pk")
    )
