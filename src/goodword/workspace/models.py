"""Comments, saved views, imports, rows of lists."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Upper

from goodword.accounts.models import Membership, OrganisationOwned
from goodword.candidates.models import Application
from goodword.roles.models import Role


class HiddenNeed(OrganisationOwned):
    """A row of Home that a member has hidden. `source` and `need_id` identify it (needs_you.needs)."""

    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    source = models.CharField(max_length=30)
    need_id = models.BigIntegerField()
    until = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["member", "source", "need_id"], name="hidden_need_once"),
        )

    def __str__(self) -> str:
        return f"{self.source}:{self.need_id} until {self.until}"


class Comment(OrganisationOwned):
    """A comment for colleagues only, which is never in a report or in Greenhouse."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    written_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["application", "written_at"], name="comment_of_application"),)

    def __str__(self) -> str:
        return f"comment {self.pk}"


class Mention(OrganisationOwned):
    """A colleague mentioned in a comment and notified. `seen_at`: when they opened the candidate's page."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="mentions")
    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["comment", "member"], name="mentioned_once"),)
        indexes = (
            models.Index(fields=["member"], name="mention_not_seen", condition=models.Q(seen_at=None)),
        )

    def __str__(self) -> str:
        return f"mention {self.pk}"


class RatingRequest(OrganisationOwned):
    """A request to a manager to rate a new hire (workspace.validity.asking). One per application; it restarts if an
    undone hire is made again."""

    class State(models.TextChoices):
        #: no rater is known, so a member has to enter an address
        NEEDS_RATER = "needs_rater"
        ASKED = "asked"
        GIVEN = "given"
        DECLINED = "declined"
        #: no answer after the last reminder, or nobody was named
        NOT_GIVEN = "not_given"
        STOPPED = "stopped"

    class Reason(models.TextChoices):
        #: no rater: no or several hiring managers, not their report, or the e-mail came back
        NO_MANAGER = "no_manager"
        SEVERAL = "several"
        NOT_MINE = "not_mine"
        BOUNCED = "bounced"
        #: no rater: lost access, or opted out of mail
        UNAVAILABLE = "unavailable"
        #: declined
        CANNOT = "cannot"
        LEFT = "left"
        #: stopped: by a member, switched off, no longer hired, to be erased, rated otherwise, no ratings in the
        #: questionnaire
        MEMBER = "member"
        SWITCHED_OFF = "switched_off"
        NOT_HIRED = "not_hired"
        ERASURE = "erasure"
        RATED = "rated"
        NO_QUESTIONS = "no_questions"

    #: reasons to stop that may be temporary
    BEGINS_AGAIN: ClassVar = (Reason.NOT_HIRED, Reason.ERASURE)

    application = models.OneToOneField(Application, on_delete=models.CASCADE, related_name="rating_request")
    state = models.CharField(max_length=20, choices=State.choices)
    reason = models.CharField(max_length=20, choices=Reason.choices, default="", blank=True)
    rater_name = models.CharField(max_length=150, default="", blank=True)
    #: normalised address
    rater_email = models.EmailField(max_length=320, default="", blank=True)
    language = models.CharField(max_length=10, default="en")
    #: the member who entered the address; empty if it is the role's hiring manager
    named_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    #: keyed hashes of the addresses of raters who declined and must not be contacted again
    declined_hashes = models.JSONField(default=list)
    #: keyed hash of a rater erased after rating, who must not rate again
    rated_hash = models.CharField(max_length=150, default="", blank=True)
    #: number of raters asked so far
    round = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)
    reminders = models.PositiveSmallIntegerField(default=0)
    reminded_at = models.DateTimeField(null=True)
    #: the rater can answer until then
    ends_at = models.DateTimeField(null=True)
    #: time of the next reminder or the end; empty once it is over
    next_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(
                fields=["next_at"],
                name="rating_request_due",
                condition=models.Q(next_at__isnull=False),
            ),
            models.Index(
                fields=["organisation", "created_at"],
                name="rating_request_open",
                condition=models.Q(state__in=["needs_rater", "asked"]),
            ),
        )

    def __str__(self) -> str:
        return f"rating request {self.pk}: {self.state}"

    @property
    def is_open(self) -> bool:
        return self.state in {self.State.NEEDS_RATER, self.State.ASKED}

    @property
    def may_begin_again(self) -> bool:
        """Whether it stopped for a reason that may be reversed: the hire was undone, or the person was to be erased."""
        return self.state == self.State.STOPPED and self.reason in self.BEGINS_AGAIN

    @property
    def mail_ref(self) -> str:
        return f"rating:{self.pk}"

    @property
    def version(self) -> str:
        """The version of the state on a member's page, to detect concurrent changes."""
        return f"{self.round}:{self.state}"


class SavedView(OrganisationOwned):
    """A member's named filters and order of a list. `role`: empty for the list of all candidates."""

    LONGEST_QUERY: ClassVar = 1000

    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    role = models.ForeignKey(Role, on_delete=models.CASCADE, null=True, related_name="+")
    name = models.CharField(max_length=60)
    #: a query string without the search text, which may contain names
    query = models.CharField(max_length=LONGEST_QUERY)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["member", "role", "name"], name="saved_view_once", nulls_distinct=False
            ),
        )

    def __str__(self) -> str:
        return self.name


class CandidateImport(OrganisationOwned):
    """A CSV file of candidates, read for a role. Deleted with its rows after some days (adding.imports)."""

    class State(models.TextChoices):
        #: read; a member decides whether to import
        CHECKED = "checked"
        RUNNING = "running"
        DONE = "done"
        #: the role was archived during the import
        STOPPED = "stopped"

    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="+")
    member = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.CHECKED)
    #: headings of columns that are not imported
    ignored = models.JSONField(default=list)
    #: whether the encoding was guessed
    guessed = models.BooleanField(default=False)
    #: kinds of steps to invite the candidates to
    steps = models.JSONField(default=list)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=["created_at"], name="candidate_import_age"),
            models.Index(fields=["id"], name="candidate_import_runs", condition=models.Q(state="running")),
        )

    def __str__(self) -> str:
        return f"import {self.pk}"


class ImportRow(OrganisationOwned):
    class State(models.TextChoices):
        GOOD = "good"
        #: repeated in the file, or already on the role
        DUPLICATE = "duplicate"
        WRONG = "wrong"
        #: doubtful, and left out by a member
        LEFT_OUT = "left_out"
        IMPORTED = "imported"

    of = models.ForeignKey(CandidateImport, on_delete=models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField()
    #: texts of the file by field (csv_reading)
    cells = models.JSONField()
    email = models.CharField(max_length=500, default="", blank=True)
    state = models.CharField(max_length=10, choices=State.choices)
    #: why it can't be imported, in sentences
    problem = models.TextField(default="", blank=True)
    #: possible mistakes, in sentences; such rows can be left out
    doubt = models.TextField(default="", db_default="", blank=True)
    application = models.ForeignKey(Application, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["of", "line"], name="import_row_once"),)
        indexes = (
            models.Index(fields=["of", "state", "line"], name="import_row_state"),
            models.Index("organisation", Upper("email"), name="import_row_address"),
        )

    def __str__(self) -> str:
        return f"line {self.line} of import {self.of_id}"


def _by(name: str, *fields: str) -> tuple[models.Index, models.Index]:
    """Indexes for the list of a role and for that of all candidates."""
    return (
        models.Index(fields=["organisation", "role", *fields], name=f"listed_role_{name}"),
        models.Index(fields=["organisation", *fields], name=f"listed_{name}"),
    )


class ListedApplication(OrganisationOwned):
    """The columns by which lists of candidates filter, count and sort, one row per application. Triggers (in the
    initial migration) update it at the end of each transaction that changes the application, the candidate's name, a
    step request or a run. Nothing else writes it; `lists.repair` finds and repairs differences."""

    application = models.OneToOneField(
        Application, on_delete=models.CASCADE, primary_key=True, related_name="listed"
    )
    role = models.ForeignKey(Role, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    #: copied from the application
    status = models.CharField(max_length=20)
    stage_name = models.CharField(max_length=200)
    recruiter_name = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    #: copied from the candidate
    private = models.BooleanField()
    #: last name first, in lower case
    sort_name = models.TextField()
    #: numbers of lists.query.STATES. A running step is never stored as overdue: it is overdue from `due` on
    assessment_state = models.PositiveSmallIntegerField()
    check_state = models.PositiveSmallIntegerField()
    #: the deadline of a running step; empty if there is none or it is on hold
    assessment_due = models.DateTimeField(null=True)
    check_due = models.DateTimeField(null=True)
    #: when the current state began; for an open reference check, the deadline, or since when it is on hold. Nobody sees
    #: the time at which an assessment began (`lists.query.assessment_since`)
    assessment_at = models.DateTimeField(null=True)
    check_at = models.DateTimeField(null=True)
    #: when an assessment became overdue: the deadline without adjustments
    assessment_overdue_since = models.DateTimeField(null=True)
    #: next reminder of the reference check, to candidate or referees (an assessment's would reveal an adjustment)
    next_reminder_at = models.DateTimeField(null=True)
    #: ascending: needs attention, has a deadline, ...; plus 10 once the application has ended
    urgency = models.PositiveSmallIntegerField()
    #: within the same urgency: the next deadline, or minus the creation time, in microseconds since 1970
    urgency_order = models.BigIntegerField()

    class Meta:
        indexes = (
            *_by("urgent", "urgency", "urgency_order", "application"),
            *_by("named", "sort_name", "application"),
            *_by("added", "created_at", "application"),
            *_by("stages", "stage_name", "application"),
            *_by("recruiters", "recruiter_name"),
            # everything that lists count by, for index-only scans
            models.Index(
                fields=[
                    *("organisation", "role", "status", "assessment_state", "check_state", "private"),
                    *("assessment_due", "check_due"),
                ],
                name="listed_states",
            ),
        )

    def __str__(self) -> str:
        return f"listed application {self.application_id}"
