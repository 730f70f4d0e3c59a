from django.db import models
from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from goodword.accounts.models import Membership, OrganisationOwned
from goodword.core.compiled_queries import compiled, remembered
from goodword.core.text import WithoutAccents
from goodword.roles.slots import two_of_any


def two_reminders() -> list[int]:
    return [2, 5]


class Role(OrganisationOwned):
    title = models.CharField(max_length=200)
    #: the title for sorting and searching
    plain_title = models.GeneratedField(
        expression=WithoutAccents("title"), output_field=models.TextField(), db_persist=True
    )
    owner = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="owned_roles")
    #: members added to the role: hiring managers can see it, recruiters its private candidates
    viewers = models.ManyToManyField(Membership, related_name="viewed_roles", blank=True)
    created_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)
    #: only admins, the owner and added members see it, even if its Greenhouse jobs aren't confidential
    confidential = models.BooleanField(default=False)
    #: the hiring manager is asked by e-mail to rate hires who took the assessment after this; empty: no requests
    asks_for_ratings_since = models.DateTimeField(null=True)
    #: days after the hire
    rating_days = models.PositiveSmallIntegerField(default=90, db_default=90)

    class Meta:
        indexes = (
            models.Index(
                fields=["asks_for_ratings_since"],
                name="role_asks_for_ratings",
                condition=models.Q(asks_for_ratings_since__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return self.title


class Step(OrganisationOwned):
    class Kind(models.TextChoices):
        ASSESSMENT = "assessment", "Assessment"
        REFERENCE_CHECK = "reference_check", "Reference check"

    class OnLeave(models.TextChoices):
        PAUSE = "pause", "Pause"
        GO_ON = "go_on", "Continue"

    class OnClose(models.TextChoices):
        CLOSE = "close", "Close"
        GO_ON = "go_on", "Continue"

    class SelfReference(models.TextChoices):
        OFF = "off", "Off"
        ASKED = "asked", "Optional"
        NEEDED = "needed", "Required"

    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="steps")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    delay_minutes = models.PositiveIntegerField(default=0)
    #: working days after the invitation
    deadline_days = models.PositiveSmallIntegerField(default=7)
    #: working days after the invitation, which says how many reminders will follow
    reminder_days = models.JSONField(default=list)
    on_leave = models.CharField(max_length=10, choices=OnLeave.choices, default=OnLeave.PAUSE)
    on_reject = models.CharField(max_length=10, choices=OnClose.choices, default=OnClose.CLOSE)
    on_hire = models.CharField(max_length=10, choices=OnClose.choices, default=OnClose.CLOSE)
    #: reference checks: the referees to ask for, in order (roles.slots)
    slots = models.JSONField(default=two_of_any)
    #: reference checks: how many references complete it; empty for all
    least = models.PositiveSmallIntegerField(null=True)
    #: reference checks: the referee's deadline and reminders, in working days after the e-mail to them
    referee_deadline_days = models.PositiveSmallIntegerField(default=7)
    referee_reminder_days = models.JSONField(default=two_reminders)
    self_reference = models.CharField(max_length=10, choices=SelfReference.choices, default=SelfReference.OFF)
    #: reference checks: id of the questionnaire, which is a higher layer; empty for the default
    questionnaire_id = models.BigIntegerField(null=True)
    #: reference checks: languages offered; empty for all
    languages = models.JSONField(default=list, blank=True)
    #: reference checks: whether candidates may see the answers on request; referees are told
    candidate_may_see = models.BooleanField(default=False)
    requirement = models.TextField(default="", blank=True)
    requirement_by = models.CharField(max_length=150, default="", blank=True)
    requirement_at = models.DateTimeField(null=True)
    #: assessments: ids of the default test's scales that measure the requirement; empty if not chosen
    requirement_scales = models.JSONField(default=list, db_default=[], blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["role", "kind"], name="step_kind_once"),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} on {self.role_id}"


class JobRequirement(OrganisationOwned):
    """A requirement in a role's job analysis. `measures`: keys of higher layers (workspace.job_analysis)."""

    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="job_requirements")
    text = models.TextField()
    measures = models.JSONField(default=list)
    entered_by = models.CharField(max_length=150)
    entered_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"requirement {self.pk} of {self.role_id}"


class RequirementRating(OrganisationOwned):
    """A member's rating of how important a requirement is, which the Uniform Guidelines (29 CFR 1607.14 C, 1607.15 C)
    and the SIOP Principles require to be documented. Rows never change; the newest counts."""

    class Importance(models.IntegerChoices):
        MINOR = 1, _("1, hardly important")
        LOW = 2, _("2, less important")
        MEDIUM = 3, _("3, important")
        HIGH = 4, _("4, very important")
        ESSENTIAL = 5, _("5, essential")

    class Criticality(models.IntegerChoices):
        """The seriousness of the consequences if it is done badly."""

        NONE = 1, _("1, hardly any harm")
        SMALL = 2, _("2, little harm")
        SOME = 3, _("3, some harm")
        SERIOUS = 4, _("4, serious harm")
        GRAVE = 5, _("5, grave harm")

    requirement = models.ForeignKey(JobRequirement, on_delete=models.CASCADE, related_name="ratings")
    #: as it was then
    text = models.TextField()
    importance = models.PositiveSmallIntegerField(choices=Importance.choices)
    criticality = models.PositiveSmallIntegerField(choices=Criticality.choices)
    #: needed from the first day; otherwise learnt on the job
    at_entry = models.BooleanField()
    #: who judged, and on what basis, in the member's words
    basis = models.TextField()
    entered_by = models.CharField(max_length=150)
    entered_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"rating {self.pk} of requirement {self.requirement_id}"


class JobAnalysis(OrganisationOwned):
    """A role's requirements and their measures, as a member confirmed them. Rows never change."""

    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="job_analyses")
    number = models.PositiveIntegerField()
    #: where the requirements come from, in the member's words
    basis = models.TextField()
    #: format: workspace.job_analysis
    matrix = models.JSONField()
    confirmed_by = models.CharField(max_length=150)
    confirmed_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["role", "number"], name="job_analysis_once"),)

    def __str__(self) -> str:
        return f"job analysis {self.number} of {self.role_id}"


class Automation(OrganisationOwned):
    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="automations")
    connection_id = models.BigIntegerField()
    job_id = models.BigIntegerField()
    job_name = models.CharField(max_length=300)
    requisition_id = models.CharField(max_length=120, default="", blank=True)
    job_post_id = models.BigIntegerField(null=True)
    job_post_title = models.CharField(max_length=300, default="", blank=True)
    #: requirements in the job post, which are proposed as job requirements
    post_requirements = models.JSONField(default=list, blank=True)
    #: confidential in Greenhouse: only admins, the owner and members added to the role see it
    confidential = models.BooleanField(default=False)
    confirmed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    #: the job's status when it was last checked ("open", "draft", "closed", "gone"); empty before that
    job_status = models.CharField(max_length=20, default="", blank=True)
    job_checked_at = models.DateTimeField(null=True)
    #: the job's stages in use when it was last checked, in order: [[id, name]]; None before that
    pipeline = models.JSONField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["connection_id", "job_id"], name="job_in_one_role"),)

    def __str__(self) -> str:
        return f"{self.job_name} ({self.job_id})"


class StageRule(OrganisationOwned):
    automation = models.ForeignKey(Automation, on_delete=models.CASCADE, related_name="rules")
    step = models.ForeignKey(Step, on_delete=models.CASCADE, related_name="rules")
    stage_id = models.BigIntegerField()
    stage_name = models.CharField(max_length=200)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["automation", "step", "stage_id"], name="stage_rule_once"),
        )

    def __str__(self) -> str:
        return f"{self.stage_name} starts {self.step_id}"


class AlreadyThere(OrganisationOwned):
    """An application that was already in a stage when the stage was mapped. Reconciliation never invites it."""

    automation = models.ForeignKey(Automation, on_delete=models.CASCADE, related_name="already_there")
    remote_application_id = models.BigIntegerField()
    stage_id = models.BigIntegerField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["automation", "remote_application_id", "stage_id"], name="already_there_once"
            ),
        )


class RoleNotice(OrganisationOwned):
    class Kind(models.TextChoices):
        JOB_CLOSED = "job_closed"
        JOB_GONE = "job_gone"
        JOB_RENAMED = "job_renamed"
        STAGE_RENAMED = "stage_renamed"
        STAGE_MOVED = "stage_moved"
        STAGE_GONE = "stage_gone"

    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="notices")
    automation = models.ForeignKey(Automation, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    #: empty if the notice is about the job
    stage_id = models.BigIntegerField(null=True)
    before = models.CharField(max_length=300, default="", blank=True)
    after = models.CharField(max_length=300, default="", blank=True)
    found_at = models.DateTimeField()
    #: when it was dismissed, mapped again, or undone in Greenhouse
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["automation", "kind", "stage_id"],
                name="role_notice_once",
                condition=models.Q(settled_at=None),
                nulls_distinct=False,
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} on {self.role_id}"


def automations_of(role: Role) -> QuerySet[Automation]:
    """A role's automations with their stages and the steps that these start. Takes two queries."""
    rules = StageRule.objects.of(role.organisation).select_related("step").order_by("step__kind", "pk")
    rows = Automation.objects.of(role.organisation).filter(role=role)
    return rows.prefetch_related(Prefetch("rules", rules)).order_by("pk")


def automation_of(*, connection_id: int, job_id: int | None) -> Automation | None:
    if job_id is None:
        return None
    found = remembered(
        ("automation", connection_id, job_id), lambda: _automations_of_job(connection_id, job_id)
    )
    return found[0] if found else None


@compiled
def _automations_of_job(connection_id: int, job_id: int) -> QuerySet[Automation]:
    rows = Automation.objects.across_organisations().select_related("role", "organisation")
    return rows.filter(connection_id=connection_id, job_id=job_id).order_by("pk")[:1]


def rules_of_stage(*, connection_id: int, job_id: int | None, stage_id: int | None) -> list[StageRule]:
    """The steps that a stage starts. None for a prospect, who has neither job nor stage."""
    if job_id is None or stage_id is None:
        return []
    return remembered(
        ("rules", connection_id, job_id, stage_id), lambda: _rules_of_stage(connection_id, job_id, stage_id)
    )


@compiled
def _rules_of_stage(connection_id: int, job_id: int, stage_id: int) -> QuerySet[StageRule]:
    rows = StageRule.objects.across_organisations().select_related("step__role")
    of_job = rows.filter(automation__connection_id=connection_id, automation__job_id=job_id)
    return of_job.filter(stage_id=stage_id).order_by("pk")


def open_notices(role: Role) -> QuerySet[RoleNotice]:
    rows = RoleNotice.objects.of(role.organisation).filter(role=role, settled_at=None)
    return rows.select_related("automation").order_by("found_at", "pk")


def visible_roles(member: Membership) -> QuerySet[Role]:
    """The roles that the member can see. Hiring managers see those they were added to. Confidential ones are only
    visible to admins, the owner and added members."""
    roles = Role.objects.of(member.organisation)
    if member.is_admin:
        return roles
    if not member.may_work:
        return roles.filter(viewers=member)
    confidential = Automation.objects.of(member.organisation).filter(confidential=True)
    added = Role.objects.of(member.organisation).filter(Q(owner=member) | Q(viewers=member))
    open_to_all = Q(confidential=False) & ~Q(pk__in=confidential.values("role_id"))
    return roles.filter(open_to_all | Q(pk__in=added.values("pk")))


def may_share(role: Role, member: Membership) -> bool:
    """Whether the member can change who sees the role. Recruiters can if they see its private candidates."""
    if not member.may_work:
        return False
    return member.is_admin or role.owner_id == member.pk or role.viewers.filter(pk=member.pk).exists()


def is_confidential(role: Role) -> bool:
    return role.confidential or has_confidential_job(role)


def has_confidential_job(role: Role) -> bool:
    return Automation.objects.of(role.organisation).filter(role=role, confidential=True).exists()
