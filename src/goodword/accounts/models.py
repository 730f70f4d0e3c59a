from collections.abc import Iterable
from datetime import UTC, tzinfo
from typing import ClassVar, Self, TypeVar
from zoneinfo import ZoneInfo

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import QuerySet
from django.db.models.fields.related_lookups import RelatedExact
from django.db.models.functions import Lower
from django.db.models.sql.where import AND
from django.urls import reverse
from django.utils.crypto import salted_hmac

from goodword.core import clock
from goodword.core.addresses import normalised
from goodword.core.models import HasPk
from goodword.core.workdays import Calendar, calendar_of

M = TypeVar("M", bound=models.Model)


class UserManager(BaseUserManager["User"]):
    def create_user(self, *, email: str, name: str, password: str | None = None) -> "User":
        user = self.model(email=normalised(email), name=name)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser, PermissionsMixin):
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=150)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=clock.now)
    #: incremented to end all of this user's sessions
    session_epoch = models.PositiveIntegerField(default=0)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    objects = UserManager()

    class Meta:
        constraints = (models.UniqueConstraint(Lower("email"), name="user_email_once"),)

    def __str__(self) -> str:
        return self.name or self.email

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        value = f"{self.password}:{self.session_epoch}"
        salt = "goodword.accounts.session"
        return salted_hmac(salt, value, secret=secret, algorithm="sha256").hexdigest()


class Organisation(models.Model):
    name = models.CharField(max_length=120)
    slug = models.SlugField(unique=True)
    time_zone = models.CharField(max_length=60, default="Europe/Berlin")
    language = models.CharField(max_length=10, default="en")
    accent = models.CharField(max_length=7, default="#0e6b57")
    logo_digest = models.CharField(max_length=32, default="", blank=True)
    #: the organisation's e-mail domains. Users' addresses in a signed webhook are trusted only if they are in one;
    #: referees with such an address are flagged, and an import warns of candidates with one. Not used for signing in
    own_domains = models.JSONField(default=list)
    #: who sees the note on the Activity Feed by default
    note_visibility = models.CharField(max_length=12, default="private")
    #: custom first line of the note; empty for the default (greenhouse.activity_feed.wording)
    note_wording = models.CharField(max_length=300, default="", blank=True)
    report_link_days = models.PositiveSmallIntegerField(default=90)
    #: country ("DE"; empty for none) and region ("BE") whose public holidays apply
    holiday_country = models.CharField(max_length=2, default="", blank=True)
    holiday_region = models.CharField(max_length=10, default="", blank=True)
    #: whether network addresses and devices of candidates and referees are compared; privacy notices say so
    watches_devices = models.BooleanField(default=False)
    #: whether the daily retention run erases people `keep_months` after their last application ended and
    #: `hidden_months` after they disappeared from Greenhouse (workspace.retention); privacy notices say so
    erases_old = models.BooleanField(default=False)
    keep_months = models.PositiveSmallIntegerField(default=12)
    erases_hidden = models.BooleanField(default=False)
    hidden_months = models.PositiveSmallIntegerField(default=6)
    #: day of the last completed run or of the last change to these settings, in the organisation's time zone
    retention_ran_on = models.DateField(null=True)
    #: months to keep the audit log; GOODWORD_SIGN_IN_DAYS applies to sign-ins
    audit_months = models.PositiveSmallIntegerField(default=24, db_default=24)
    #: contact for adjustments, who should not be on a hiring team
    adjustments_name = models.CharField(max_length=150, default="", blank=True)
    adjustments_email = models.EmailField(default="", blank=True)
    requires_second_factor = models.BooleanField(default=False)
    requires_single_sign_on = models.BooleanField(default=False)
    #: whether members rate hires in Goodword (candidates.ratings)
    rates_hires = models.BooleanField(default=False, db_default=False)
    #: when an admin dismissed the setup checklist
    setup_dismissed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name

    @property
    def logo_url(self) -> str:
        return reverse("logo", args=[self.logo_digest]) if self.logo_digest else ""

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def calendar(self) -> Calendar:
        return calendar_of(self.time_zone, country=self.holiday_country, region=self.holiday_region)


class OwnedManager(models.Manager[M]):
    """Manager of models that belong to an organisation. Use `Model.objects.of(organisation)`; `across_organisations()`
    is for sweeps, jobs and tokens."""

    def of(self, organisation: HasPk) -> models.QuerySet[M]:
        """Filter by organisation. Ten times as fast as `filter(organisation_id=...)`, which matters because most
        queries start here."""
        rows = self.get_queryset()
        field = self.model._meta.get_field("organisation")
        assert isinstance(field, models.ForeignKey)
        column = field.get_col(rows.query.get_initial_alias())
        rows.query.where.add(RelatedExact(column, organisation.pk), AND)
        return rows

    def across_organisations(self) -> models.QuerySet[M]:
        """All rows. Only use it if the row's id or a secret token determines the organisation."""
        return self.get_queryset()


class OrganisationOwned(models.Model):
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")

    objects: ClassVar[OwnedManager[Self]] = OwnedManager()

    class Meta:
        abstract = True


class Logo(OrganisationOwned):
    """A logo, in a separate table because most queries read the organisation."""

    #: PNG
    content = models.BinaryField()
    digest = models.CharField(max_length=32, unique=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["organisation"], name="logo_once"),)


class Membership(OrganisationOwned):
    class Kind(models.TextChoices):
        ADMIN = "admin", "Admin"
        RECRUITER = "recruiter", "Recruiter"
        HIRING_MANAGER = "hiring_manager", "Hiring manager"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    #: mail about every reference, not only about the first one and on completion
    mails_each_reference = models.BooleanField(default=False)
    #: daily digest on working days, unless there is nothing to do
    daily_digest = models.BooleanField(default=True)
    #: the day of the last digest, in the organisation's time zone
    digest_on = models.DateField(null=True)
    created_at = models.DateTimeField()
    #: when access ended; the row stays for the history
    deactivated_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["organisation", "user"], name="member_once"),)

    def __str__(self) -> str:
        return f"{self.user} ({self.kind})"

    @property
    def may_work(self) -> bool:
        """Whether the member may do recruiters' work. Hiring managers read results, comment and rate hires."""
        return self.kind in {self.Kind.ADMIN, self.Kind.RECRUITER}

    @property
    def is_admin(self) -> bool:
        return self.kind == self.Kind.ADMIN


class Invitation(OrganisationOwned):
    """An invitation to become a member. Its links are rows of notifications.Link, which expire after seven days."""

    email = models.EmailField()
    kind = models.CharField(max_length=20, choices=Membership.Kind.choices)
    #: roles that a hiring manager will see, as ids because roles are a higher layer
    role_ids = models.JSONField(default=list)
    invited_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                "organisation",
                Lower("email"),
                name="invitation_open_once",
                condition=models.Q(accepted_at=None, withdrawn_at=None),
            ),
        )

    def __str__(self) -> str:
        return f"invitation of {self.email}"

    @property
    def is_open(self) -> bool:
        """Whether it was neither accepted nor withdrawn. Its links may have expired."""
        return self.accepted_at is None and self.withdrawn_at is None


class AuditEntry(OrganisationOwned):
    """Append-only. `details`: ids and settings, never answers or secrets. Only the database function prune_audit_log
    (deploy/grants.sql) deletes old entries."""

    member = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    actor = models.CharField(max_length=200)
    action = models.CharField(max_length=60)
    details = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        indexes = (
            models.Index(fields=["organisation", "-at", "-id"], name="audit_recent"),
            # for the history of an object: details__contains
            GinIndex(fields=["details"], opclasses=["jsonb_path_ops"], name="audit_details"),
        )

    def __str__(self) -> str:
        return f"{self.action} by {self.actor}"


def active_members(organisation: Organisation) -> QuerySet[Membership]:
    rows = Membership.objects.of(organisation).filter(deactivated_at=None, user__is_active=True)
    return rows.select_related("user", "organisation")


def memberships_of(user: User) -> QuerySet[Membership]:
    """A user's memberships that aren't deactivated, by the organisation's name."""
    rows = Membership.objects.across_organisations().filter(user=user, deactivated_at=None)
    return rows.select_related("organisation").order_by("organisation__name", "pk")


def zone_of(memberships: Iterable[Membership]) -> tzinfo:
    """The time zone of pages and mails that belong to no organisation: that of the user's first one."""
    return next((membership.organisation.zone for membership in memberships), UTC)


def admins_of(organisation: Organisation) -> QuerySet[Membership]:
    """Active admins, longest-serving first."""
    return active_members(organisation).filter(kind=Membership.Kind.ADMIN).order_by("pk")


def is_deactivated(organisation: Organisation, address: str) -> bool:
    rows = Membership.objects.of(organisation).filter(user__email__same_address=address)
    return rows.exclude(deactivated_at=None).exists()


def logo_of(organisation: Organisation) -> bytes | None:
    content = Logo.objects.of(organisation).values_list("content", flat=True).first()
    return bytes(content) if content is not None else None


def logo_by_digest(digest: str) -> bytes | None:
    """Return a logo for its public URL, whatever its organisation, since candidates, referees and their mail programs
    aren't signed in."""
    row = Logo.objects.across_organisations().filter(digest=digest).first()
    return bytes(row.content) if row is not None else None
