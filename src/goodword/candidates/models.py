from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Concat, Upper

from goodword.accounts.models import Membership, OrganisationOwned, admins_of, is_deactivated
from goodword.core.addresses import Correspondent
from goodword.core.text import WithoutAccents, has_link
from goodword.roles.models import Role, automation_of, visible_roles


def _one_line(*names: str) -> str:
    return " ".join(" ".join(names).split())


def _searched() -> WithoutAccents:
    first, preferred, last, email = "first_name", "preferred_name", "last_name", "email"
    space, end = Value(" "), Value("\n")
    text = models.TextField()
    return WithoutAccents(
        Concat(first, space, last, end, preferred, space, last, end, email, output_field=text)
    )


def _searched_names() -> WithoutAccents:
    space, text = Value(" "), models.TextField()
    return WithoutAccents(
        Concat("first_name", space, "last_name", space, "preferred_name", output_field=text)
    )


class Candidate(OrganisationOwned):
    connection_id = models.BigIntegerField(null=True)
    remote_id = models.BigIntegerField(null=True)
    first_name = models.CharField(max_length=200, default="", blank=True)
    last_name = models.CharField(max_length=200, default="", blank=True)
    preferred_name = models.CharField(max_length=200, default="", blank=True)
    #: preferably a personal address
    email = models.EmailField(max_length=320, default="", blank=True)
    company = models.CharField(max_length=300, default="", blank=True)
    title = models.CharField(max_length=300, default="", blank=True)
    can_email = models.BooleanField(default=True)
    #: a name that looks like a link, as a member confirmed it
    confirmed_name = models.CharField(max_length=401, db_default="", default="", blank=True)
    private = models.BooleanField(default=False)
    #: links to reports that were created earlier don't work while the candidate is private
    private_since = models.DateTimeField(null=True)
    #: set when a member adds the candidate; Greenhouse has no such field
    language = models.CharField(max_length=10, default="", blank=True)
    #: language of pages and mails that the candidate chose on the portal
    chosen_language = models.CharField(max_length=10, default="", blank=True)
    #: when personal data was erased; the row stays for events and counts
    erased_at = models.DateTimeField(null=True)
    #: when Greenhouse created the profile: it tells two accounts' candidates with the same `remote_id` apart
    remote_created_at = models.DateTimeField(null=True)
    #: since when Greenhouse has shown another person under our ids (greenhouse.sync.identity)
    id_taken_at = models.DateTimeField(null=True)
    #: the profile that this one was merged into in Greenhouse
    merged_into = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="merged")
    synced_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    #: text in which lists search for a name or address
    searched = models.GeneratedField(expression=_searched(), output_field=models.TextField(), db_persist=True)
    #: names in which the global search looks for similar words. Addresses would match by their common endings
    searched_names = models.GeneratedField(
        expression=_searched_names(), output_field=models.TextField(), db_persist=True
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["connection_id", "remote_id"], name="candidate_once", nulls_distinct=True
            ),
        )
        indexes = (
            models.Index(fields=["organisation", "last_name", "first_name"], name="candidate_name"),
            models.Index("organisation", Upper("email"), name="candidate_address"),
            models.Index(
                fields=["connection_id"],
                name="candidate_id_taken",
                condition=models.Q(id_taken_at__isnull=False),
            ),
            GinIndex(fields=["searched"], name="candidate_searched", opclasses=["gin_trgm_ops"]),
            GinIndex(fields=["searched_names"], name="candidate_names", opclasses=["gin_trgm_ops"]),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        if self.erased_at is not None:
            return "Erased candidate"
        return _one_line(self.preferred_name or self.first_name, self.last_name) or "Candidate without a name"

    @property
    def in_greenhouse(self) -> bool:
        """Whether the candidate is in Greenhouse. Others were added by a member, and members can correct name and
        address."""
        return self.connection_id is not None

    @property
    def is_name_suspicious(self) -> bool:
        """Whether mails would quote a link in the name that nobody has confirmed."""
        return self.confirmed_name != self.name and has_link(self.name)

    @property
    def short_name(self) -> str:
        return _one_line(self.preferred_name or self.first_name) or self.name


class Application(OrganisationOwned):
    class Status(models.TextChoices):
        ACTIVE = "active", "Active"
        REJECTED = "rejected", "Rejected"
        HIRED = "hired", "Hired"
        CONVERTED = "converted", "Converted"

    candidate = models.ForeignKey(Candidate, on_delete=models.CASCADE, related_name="applications")
    role = models.ForeignKey(Role, on_delete=models.SET_NULL, null=True, related_name="applications")
    connection_id = models.BigIntegerField(null=True)
    remote_id = models.BigIntegerField(null=True)
    job_id = models.BigIntegerField(null=True)
    prospect = models.BooleanField(default=False)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.ACTIVE)
    stage_id = models.BigIntegerField(null=True)
    stage_name = models.CharField(max_length=200, default="", blank=True)
    stage_entered_at = models.DateTimeField(null=True)
    rejection_reason = models.CharField(max_length=300, default="", blank=True)
    rejected_at = models.DateTimeField(null=True)
    hired_at = models.DateTimeField(null=True)
    applied_at = models.DateTimeField(null=True)
    #: the application's recruiter in Greenhouse, else the job's responsible recruiter; empty if unknown
    recruiter_remote_id = models.BigIntegerField(null=True)
    recruiter_name = models.CharField(max_length=200, default="", blank=True)
    recruiter_email = models.EmailField(max_length=320, default="", blank=True)
    not_visible_since = models.DateTimeField(null=True)
    erasure_requested_at = models.DateTimeField(null=True)
    #: when personal data was erased; the row stays for events and counts
    erased_at = models.DateTimeField(null=True)
    synced_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["connection_id", "remote_id"], name="application_once", nulls_distinct=True
            ),
        )
        indexes = (
            models.Index(fields=["role", "-created_at"], name="application_of_role"),
            models.Index(fields=["connection_id", "job_id", "stage_id"], name="application_in_stage"),
            models.Index(Upper("recruiter_email"), name="application_recruiter"),
        )

    def __str__(self) -> str:
        return f"application {self.pk}"

    @property
    def in_greenhouse(self) -> bool:
        """Whether the application is in Greenhouse. Others were added by a member; they have no stage, and members set
        their status."""
        return self.connection_id is not None

    @property
    def is_being_erased(self) -> bool:
        return self.erasure_requested_at is not None or self.erased_at is not None

    @property
    def end(self) -> str:
        """Return why contact has ended: "erasure" or the status; empty while active."""
        if self.is_being_erased:
            return "erasure"
        return "" if self.status == self.Status.ACTIVE else self.status


class Erasure(OrganisationOwned):
    """A requested erasure. Open steps close immediately. Data is erased at `due_at`, unless Greenhouse still shows it,
    as after a merge."""

    class Reason(models.TextChoices):
        CANDIDATE_DELETED = "candidate_deleted"
        CANDIDATE_ANONYMISED = "candidate_anonymised"
        APPLICATION_DELETED = "application_deleted"
        MEMBER = "member"
        CANDIDATE = "candidate"
        #: the retention period has passed since the last application ended, or since Greenhouse stopped showing them
        RETENTION = "retention"
        NOT_VISIBLE = "not_visible"

    #: empty if it covers a single application
    candidate = models.ForeignKey(Candidate, on_delete=models.CASCADE, null=True, related_name="erasures")
    application = models.ForeignKey(Application, on_delete=models.CASCADE, null=True, related_name="erasures")
    reason = models.CharField(max_length=30, choices=Reason.choices)
    #: empty for requests from Greenhouse
    requested_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    requested_at = models.DateTimeField()
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    cancelled_because = models.CharField(max_length=300, default="", blank=True)
    #: empty if cancelled because of Greenhouse
    cancelled_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    #: core.personal_data.Counts
    counts = models.JSONField(default=dict)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(candidate=None, application__isnull=False)
                | models.Q(candidate__isnull=False, application=None),
                name="erasure_of_one",
            ),
            models.UniqueConstraint(
                fields=["candidate", "application"],
                name="erasure_pending_once",
                condition=models.Q(done_at=None, cancelled_at=None),
                nulls_distinct=False,
            ),
        )
        indexes = (
            models.Index(
                fields=["due_at"],
                name="erasure_due",
                condition=models.Q(done_at=None, cancelled_at=None),
            ),
        )

    def __str__(self) -> str:
        return f"erasure {self.pk}"


class Hold(OrganisationOwned):
    class Ground(models.TextChoices):
        """Grounds of GDPR, article 17, paragraph 3. The people concerned are told which one applies."""

        CLAIMS = "claims", "Legal claims: the data is needed to establish, exercise or defend them"
        DUTY = "duty", "Legal obligation: the law requires the data to be kept"

    candidate = models.ForeignKey(Candidate, on_delete=models.CASCADE, null=True, related_name="holds")
    role = models.ForeignKey(Role, on_delete=models.CASCADE, null=True, related_name="holds")
    ground = models.CharField(max_length=10, choices=Ground.choices)
    #: in the member's words; candidates and referees never see it
    reason = models.CharField(max_length=500)
    placed_at = models.DateTimeField()
    placed_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(candidate=None, role__isnull=False)
                | models.Q(candidate__isnull=False, role=None),
                name="hold_of_one",
            ),
            models.UniqueConstraint(
                fields=["candidate", "role"],
                name="hold_once",
                condition=models.Q(lifted_at=None),
                nulls_distinct=False,
            ),
        )

    def __str__(self) -> str:
        return f"hold {self.pk}"


class RatingImport(OrganisationOwned):
    """Ratings of hires from a file, or a member's ratings of one person. They count once confirmed."""

    #: ends of the rating scale; the highest is the best
    lowest = models.FloatField()
    highest = models.FloatField()
    #: why lines were left out -> their numbers (candidates.ratings)
    left_out = models.JSONField(default=dict)
    created_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"ratings {self.pk}"


class PerformanceRating(OrganisationOwned):
    """A manager's rating of a hire by one criterion. Only used to examine validity."""

    of = models.ForeignKey(RatingImport, on_delete=models.CASCADE, related_name="ratings")
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="ratings")
    criterion = models.CharField(max_length=100)
    value = models.FloatField()
    #: a name or an address, as in the file
    rater = models.CharField(max_length=254)
    rated_on = models.DateField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["of", "application", "criterion", "rater", "rated_on"], name="rated_once"
            ),
        )

    def __str__(self) -> str:
        return f"rating {self.pk}"


def recruiter_of(application: Application) -> Correspondent:
    """Greenhouse's recruiter, else the role's owner, else the first admin. Skips deactivated members."""
    address = application.recruiter_email
    if address and not is_deactivated(application.organisation, address):
        return Correspondent(name=application.recruiter_name or address, address=address)
    if application.role is not None and application.role.owner.deactivated_at is None:
        owner = application.role.owner.user
    else:
        owner = admins_of(application.organisation)[0].user
    return Correspondent(name=owner.name, address=owner.email)


def public_title(application: Application) -> str:
    """The title that candidates and referees see: that of the chosen job post, else the role's."""
    if application.connection_id is not None:
        automation = automation_of(connection_id=application.connection_id, job_id=application.job_id)
        if automation is not None and automation.job_post_title:
            return automation.job_post_title
    return application.role.title if application.role else ""


def visible_applications(member: Membership) -> QuerySet[Application]:
    rows = Application.objects.of(member.organisation).select_related("candidate", "organisation")
    return rows.filter(is_visible(member))


def is_visible(member: Membership, *, ids: bool = False) -> Q:
    """Condition of an application. Private candidates are only visible to admins, the role's owner and its viewers.
    `ids`: read the ids of the roles first, for conditions of many queries."""
    on_role = _on(visible_roles(member), ids=ids)
    if member.is_admin:
        return on_role
    theirs = Role.objects.of(member.organisation).filter(Q(owner=member) | Q(viewers=member))
    return on_role & (Q(candidate__private=False) | _on(theirs, ids=ids))


def _on(roles: QuerySet[Role], *, ids: bool) -> Q:
    return Q(role_id__any_of=list(roles.values_list("pk", flat=True))) if ids else Q(role__in=roles)


def sees_private_candidates(role: Role, member: Membership) -> bool:
    return member.is_admin or role.owner_id == member.pk or role.viewers.filter(pk=member.pk).exists()


def of_own_roles(member: Membership) -> Q:
    """Applications of roles that the member owns, or where they are the recruiter. No filter for hiring managers, who
    only see roles to which they were added."""
    if not member.may_work:
        return Q()
    # ids instead of a join, so that PostgreSQL combines two indexes
    owned = list(Role.objects.of(member.organisation).filter(owner=member).values_list("pk", flat=True))
    return Q(role_id__any_of=owned) | Q(recruiter_email__same_address=member.user.email)
