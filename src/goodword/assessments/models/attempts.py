from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, override

from django.db import models
from django.db.models import Q

from goodword.accounts.models import Membership, OrganisationOwned
from goodword.assessments.models.library import (
    LONGEST_FORM,
    Assessment,
    AssessmentPart,
    NormGroup,
    TestVersion,
)
from goodword.core import save_numbers
from goodword.core.workdays import restarted_deadline
from goodword.workflow.models import Flag, StepRun


class Attempt(StepRun):
    """The version of the assessment is fixed when the attempt is assigned."""

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="attempts")
    language = models.CharField(max_length=10, default="en")
    #: how far an adjustment has moved the deadline; never shown to members
    deadline_moved_by = models.DurationField(default=timedelta)

    class Meta:
        indexes = (
            models.Index(
                fields=["next_reminder_at"],
                name="attempt_reminder",
                condition=models.Q(next_reminder_at__isnull=False),
            ),
            models.Index(
                fields=["organisation", "deadline_at"],
                name="attempt_open",
                condition=Q(progress__in=["pending", "in_progress"], closed_at=None, paused_at=None),
            ),
            models.Index(
                fields=["organisation", "opened_at"], name="attempt_attention", condition=~Q(attention="")
            ),
            models.Index(
                fields=["organisation", "completed_at", "id"],
                name="attempt_done",
                condition=Q(completed_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"attempt {self.pk}"

    @override
    def renew_deadline(self, deadline: datetime, *, at: datetime) -> None:
        """Also keeps a later deadline set by an adjustment."""
        by_settings = max(self.overdue_since, deadline)
        self.deadline_at = max(self.deadline_if_resumed(at), by_settings)
        if self.clock_stopped_at is not None:  # or the wait so far would be added to the new deadline
            self.clock_stopped_at = at
        self.deadline_moved_by = self.deadline_at - by_settings

    def deadline_if_resumed(self, now: datetime) -> datetime:
        """The deadline if the stopped clock were restarted now."""
        if self.clock_stopped_at is None:
            return self.deadline_at
        return restarted_deadline(
            self.deadline_at, stopped_at=self.clock_stopped_at, now=now, calendar=self.organisation.calendar
        )

    @property
    def overdue_since(self) -> datetime:
        """The deadline by the role's settings, since the candidate's own would reveal an adjustment."""
        return self.deadline_at - self.deadline_moved_by


class AttemptPart(OrganisationOwned):
    """A part of an attempt. Answers after `ends_at` don't count. `seconds`, `form` and `open_text` reflect adjustments,
    which only the candidate may see; so does `version` until the part starts."""

    class Device(models.TextChoices):
        UNKNOWN = "", "Unknown"
        PHONE = "phone", "Phone"
        COMPUTER = "computer", "Computer"

    class Ended(models.TextChoices):
        NOT_YET = "", "Not yet"
        FINISHED = "finished", "Finished"
        TIME_UP = "time_up", "Time up"
        BY_MEMBER = "by_member", "Ended by a member"

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="parts")
    part = models.ForeignKey(AssessmentPart, on_delete=models.PROTECT, related_name="+")
    #: position in the assessment, from 1
    order = models.PositiveSmallIntegerField()
    version = models.ForeignKey(TestVersion, on_delete=models.PROTECT, related_name="+")
    #: a granted open-text version of the planned test, in any of its languages
    open_text = models.ForeignKey(TestVersion, on_delete=models.PROTECT, null=True, related_name="+")
    form = models.CharField(max_length=LONGEST_FORM)
    items = models.PositiveSmallIntegerField()
    seed = models.BigIntegerField(null=True)
    #: time limit; empty: untimed
    seconds = models.PositiveIntegerField(null=True)
    device = models.CharField(max_length=10, choices=Device.choices, default=Device.UNKNOWN, blank=True)
    begun_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=10, choices=Ended.choices, default=Ended.NOT_YET, blank=True)
    #: timed: number of the item on screen, from 1, and when it was shown
    at = models.PositiveSmallIntegerField(default=1)
    shown_at = models.DateTimeField(null=True)
    #: last heartbeat while the clock runs, and how often the connection was lost
    seen_at = models.DateTimeField(null=True)
    breaks = models.PositiveSmallIntegerField(default=0)
    #: ids of items voided by a lost connection; for drawn items see DrawnItem.voided_at
    void = models.JSONField(default=list, blank=True)

    #: prefetched by queries.parts_of
    known_answers: Mapping[str, Any] | None = None
    known_drawn: Sequence["DrawnItem"] | None = None

    class Meta:
        constraints = (models.UniqueConstraint(fields=["attempt", "order"], name="attempt_part_once"),)
        indexes = (
            models.Index(
                fields=["ends_at"],
                name="attempt_part_clock",
                condition=Q(ended_at=None, ends_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"part {self.order} of attempt {self.attempt_id}"

    @property
    def is_whole(self) -> bool:
        """Whether the candidate had the whole time, so the result is comparable."""
        return self.ended_by != self.Ended.BY_MEMBER


class DrawnItem(OrganisationOwned):
    """An item generated for one candidate, with key and rule. `voided_at`: replaced because of a lost connection."""

    part = models.ForeignKey(AttemptPart, on_delete=models.CASCADE, related_name="drawn")
    #: number of the item, from 1
    position = models.PositiveSmallIntegerField()
    #: unique within its part: "7", and "7b" for its replacement
    item = models.CharField(max_length=40)
    content = models.JSONField()
    voided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["part", "item"], name="drawn_item_once"),)

    def __str__(self) -> str:
        return f"item {self.item} of part {self.part_id}"


class Answer(OrganisationOwned):
    """The answer to one item. It can change until the part ends; in a timed part, until the next item is shown.

    `value`: a value of the answer scale; an option id; {action id: value}; for custom questions as in
    questionnaires.answers, and {"upload": id}.
    """

    part = models.ForeignKey(AttemptPart, on_delete=models.CASCADE, related_name="answers")
    item = models.CharField(max_length=40)
    value = models.JSONField()
    #: may be earlier than its arrival, if it was given offline
    answered_at = models.DateTimeField()
    #: timed: seconds that the item had been on screen
    seconds = models.FloatField(null=True)
    #: custom questions: the page that saved it, to distinguish it from another tab
    page = models.CharField(max_length=12, blank=True, default="")
    #: which save of which page load this is (core.save_numbers)
    save_number = models.CharField(max_length=save_numbers.LONGEST, blank=True, default="", db_default="")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["part", "item"], name="answer_once"),)

    def __str__(self) -> str:
        return f"answer {self.pk}"


class Upload(OrganisationOwned):
    """A file uploaded as an answer. Served as a download only."""

    part = models.ForeignKey(AttemptPart, on_delete=models.CASCADE, related_name="uploads")
    item = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    #: detected by content, not by name
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    uploaded_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"upload {self.pk}"


class Marking(OrganisationOwned):
    """One rater's points for an answer, {criterion id: points}. Hidden from the other rater until both have marked."""

    part = models.ForeignKey(AttemptPart, on_delete=models.CASCADE, related_name="markings")
    item = models.CharField(max_length=40)
    rater = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    points = models.JSONField()
    comment = models.TextField(default="", blank=True)
    marked_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["part", "item", "rater"], name="marked_once"),)

    def __str__(self) -> str:
        return f"marking {self.pk}"


class Adjustment(OrganisationOwned):
    """A request for extra time or an accessible version, answered through a link.

    Unless the candidate agrees (`may_disclose`), no timeline, result, report, note or member's export contains it.
    """

    class State(models.TextChoices):
        ASKED = "asked", "Open"
        GRANTED = "granted", "Granted"
        REFUSED = "refused", "Not granted"
        WITHDRAWN = "withdrawn", "Withdrawn"

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="adjustments")
    asked_at = models.DateTimeField()
    #: requested: extra time in percent (0: none), an accessible version, and the candidate's text
    wants_time = models.PositiveSmallIntegerField(default=0)
    wants_accessible_version = models.BooleanField(default=False)
    text = models.TextField(default="", blank=True)
    may_disclose = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    #: granted
    percent = models.PositiveSmallIntegerField(default=0)
    accessible_version = models.BooleanField(default=False)
    answer = models.TextField(default="", blank=True)
    answered_at = models.DateTimeField(null=True)
    #: recipient of the link; empty if granted immediately by the role's setting
    answered_by = models.CharField(max_length=200, default="", blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["attempt"], condition=models.Q(state="asked"), name="adjustment_asked_once"
            ),
        )

    def __str__(self) -> str:
        return f"adjustment {self.pk}"


class Score(OrganisationOwned):
    """One score of a part, with the version of its scoring rule.

    | kind of test | scale | value |
    |---|---|---|
    | scales | the scale's id | mean on the answer scale |
    | reasoning | a category's id, and "" for all | number solved |
    | judgement | "within" | correlation with the key within situations, the result |
    | judgement | "" | mean distance to the key, in steps of the answer scale; only a description |
    | questions | "" | number of correct answers, if some questions have one |

    `value` is empty if too little was answered (`answered` of `items`), and for the correlation of somebody who gives
    all actions of each situation the same rating. `percentile` and band refer to the norm group; they are empty if its
    reliability is unknown. The correlation has its own band (psychometrics.profiles), with or without norms.
    """

    class Difficulties(models.TextChoices):
        NONE = "", "None"
        ASSUMED = "assumed", "Assumed"
        CALIBRATED = "calibrated", "Calibrated"

    part = models.ForeignKey(AttemptPart, on_delete=models.CASCADE, related_name="scores")
    scale = models.CharField(max_length=40, default="", blank=True)
    value = models.FloatField(null=True)
    answered = models.PositiveSmallIntegerField()
    items = models.PositiveSmallIntegerField()
    scoring_version = models.CharField(max_length=20)
    norm_group = models.ForeignKey(NormGroup, on_delete=models.PROTECT, null=True, related_name="+")
    #: the band on the scale of `value`, and as percentiles from 1 to 99
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    percentile = models.PositiveSmallIntegerField(null=True)
    percentile_low = models.PositiveSmallIntegerField(null=True)
    percentile_high = models.PositiveSmallIntegerField(null=True)
    #: reasoning: the 90% band of the number solved, from the tasks' difficulties
    solved_low = models.FloatField(null=True)
    solved_high = models.FloatField(null=True)
    solved_by = models.CharField(
        max_length=10, choices=Difficulties.choices, default=Difficulties.NONE, blank=True
    )
    #: calibrated tests: the ability in logits, its standard error, and its 90% interval
    ability = models.FloatField(null=True)
    ability_se = models.FloatField(null=True)
    ability_low = models.FloatField(null=True)
    ability_high = models.FloatField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["part", "scale"], name="score_once"),)

    def __str__(self) -> str:
        return f"score {self.pk}"


class IssuedTotal(OrganisationOwned):
    """The total of a completed attempt with its components. Marks by people come later and never count."""

    class WhyNot(models.TextChoices):
        #: no test has right and wrong answers, or some have no count
        NO_COUNT = "no_count", "No count"
        NO_WEIGHT = "no_weight", "No weight"

    attempt = models.OneToOneField(Attempt, on_delete=models.CASCADE, related_name="issued_total")
    mode = models.CharField(max_length=10, choices=Assessment.Total.choices)
    #: {part number: weight} of the parts that count; empty without weights
    weights = models.JSONField(default=dict)
    reason = models.TextField(default="", blank=True)
    #: exact fraction from 0 to 1 in lowest terms, such as "23/60"; empty for the reason `why_not`
    value = models.TextField(default="", blank=True)
    why_not = models.CharField(max_length=10, choices=WhyNot.choices, default="", blank=True)
    #: format: assessments.scoring.make_total
    portions = models.JSONField(default=list)
    scoring_version = models.CharField(max_length=20)

    def __str__(self) -> str:
        return f"total {self.pk}"


class Observation(OrganisationOwned):
    class Kind(models.TextChoices):
        LEFT = "left", "Left the page"
        PASTED = "pasted", "Pasted text"
        DISCONNECTED = "disconnected", "Lost the connection"
        SECOND_WINDOW = "second_window", "Answered in a second window"

    part = models.ForeignKey(AttemptPart, on_delete=models.CASCADE, related_name="observations")
    item = models.CharField(max_length=40, default="", blank=True)
    kind = models.CharField(max_length=15, choices=Kind.choices)
    #: seconds away, or characters pasted
    amount = models.PositiveIntegerField(null=True)
    observed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.kind} on {self.part_id}"


class AttemptFlag(Flag):
    """`key`: the number of a part."""

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="flags")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["attempt", "code", "key"], name="attempt_flag_once"),)

    def __str__(self) -> str:
        return f"{self.code} on {self.attempt_id}"

    @property
    def run_id(self) -> Mapping[str, int]:
        return {"attempt": self.attempt_id}


class Verification(OrganisationOwned):
    """A short reasoning form taken under supervision to verify the result of a finished part. One per part.

    Not an attempt: norms, calibrations, totals, reports and comparisons of candidates never contain it. `seconds` and
    all other times reflect adjustments, which members may not see.
    """

    #: the part whose result it verifies
    part = models.ForeignKey(AttemptPart, on_delete=models.CASCADE, related_name="verifications")
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    version = models.CharField(max_length=20)
    form = models.CharField(max_length=40)
    language = models.CharField(max_length=10)
    items = models.PositiveSmallIntegerField()
    #: time limit; empty: untimed, as the first form was
    seconds = models.PositiveIntegerField(null=True)
    seed = models.BigIntegerField(null=True)
    device = models.CharField(max_length=10, choices=AttemptPart.Device.choices, default="", blank=True)
    begun_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    #: number of the task on screen, from 1, and when it was shown
    at = models.PositiveSmallIntegerField(default=1)
    shown_at = models.DateTimeField(null=True)
    #: last heartbeat while the clock runs, and how often the connection was lost
    seen_at = models.DateTimeField(null=True)
    breaks = models.PositiveSmallIntegerField(default=0)
    #: [{"id", "content", "void"}] in order; a void task was on screen when the connection was lost, and is followed by
    #: its replacement
    tasks = models.JSONField(default=list, blank=True)
    #: {id of the task: id of the option}
    answers = models.JSONField(default=dict, blank=True)
    #: format: kinds.reasoning.verification; never changes
    comparison = models.JSONField(default=dict, blank=True)
    #: cancelled before its end; another one can be opened
    discarded_at = models.DateTimeField(null=True)
    discarded_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    discard_reason = models.TextField(default="", blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["part"], condition=Q(discarded_at=None), name="verification_once"
            ),
        )
        indexes = (
            models.Index(
                fields=["begun_at"],
                name="verification_runs",
                condition=Q(begun_at__isnull=False, ended_at=None, discarded_at=None),
            ),
        )

    def __str__(self) -> str:
        return f"verification {self.pk}"
