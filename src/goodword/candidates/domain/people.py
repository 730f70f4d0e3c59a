from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from goodword.accounts.domain.audit import write_by
from goodword.accounts.models import Membership
from goodword.candidates.models import Application, Candidate, visible_applications
from goodword.core.events import record
from goodword.roles.models import Role


def lock_person(candidate_id: int) -> tuple[Candidate, list[Application]]:
    """Lock a person, then their applications, in the same order as the sync. Raises Candidate.DoesNotExist."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A person can only be locked inside a transaction.")
    candidate = (
        Candidate.objects.across_organisations()
        .select_for_update(of=("self",), no_key=True)
        .select_related("organisation")
        .get(pk=candidate_id)
    )
    applications = (
        Application.objects.across_organisations()
        .select_for_update(of=("self",), no_key=True)
        .filter(candidate=candidate)
        .order_by("remote_id", "pk")
    )
    return candidate, list(applications)


def confirm_name(*, candidate: Candidate, name: str, member: Membership, now: datetime) -> bool:
    """Confirm the name that the member saw. Returns False if it has changed or needs no confirmation."""
    with transaction.atomic():
        row, applications = lock_person(candidate.pk)
        if row.name != name or not row.is_name_suspicious:
            return False
        row.confirmed_name = name
        row.save(update_fields=["confirmed_name"])
        write_by(member, "candidate.name_confirmed", now=now, details={"candidate": row.pk})
        for application in applications:
            record(
                "candidate.name_confirmed",
                organisation_id=row.organisation_id,
                application_id=application.pk,
                actor=f"member:{member.pk}",
                at=now,
                data={},
            )
        return True


def choose_language(candidate: Candidate, *, language: str) -> None:
    """Store the chosen language, which the caller has checked."""
    Candidate.objects.of(candidate.organisation).filter(pk=candidate.pk).update(chosen_language=language)
    candidate.chosen_language = language


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonInput:
    """Cleaned input about a person. `language`: the language of pages and e-mails; empty for the organisation's."""

    first_name: str
    last_name: str
    email: str
    language: str = ""
    company: str = ""
    title: str = ""


class AlreadyOnRole(Exception):
    def __init__(self, application: Application) -> None:
        super().__init__(f"Application {application.pk} is already on the role.")
        self.application = application


class RoleArchived(Exception):
    pass


def with_address(role: Role, address: str) -> QuerySet[Application]:
    people = Candidate.objects.of(role.organisation).filter(email__same_address=address)
    rows = Application.objects.of(role.organisation).filter(role=role, candidate__in=people, erased_at=None)
    return rows.select_related("candidate").order_by("-pk")


def known_person(member: Membership, address: str) -> Candidate | None:
    """The candidate with this address, if the member can see one of their applications and no erasure is due."""
    people = Candidate.objects.of(member.organisation).filter(email__same_address=address, erased_at=None)
    seen = visible_applications(member).filter(
        candidate__in=people, erasure_requested_at=None, erased_at=None
    )
    application = seen.order_by("-pk").first()
    return application.candidate if application is not None else None


def lock_before_adding(*, role: Role, address: str, member: Membership) -> None:
    """Lock what `add_candidate` will lock, before a row that an erasure of the person locks after them."""
    list(Role.objects.of(member.organisation).select_for_update(of=("self",), no_key=True).filter(pk=role.pk))
    candidate = known_person(member, address)
    if candidate is not None:
        lock_person(candidate.pk)


def add_candidate(
    *, role: Role, person: PersonInput, member: Membership, now: datetime, import_id: int | None = None
) -> Application:
    """Add a person to a role, once per address, without inviting them. Raises AlreadyOnRole and RoleArchived. A known
    person (`known_person`) keeps their details and gets another application. An import (`import_id`) has one entry in
    the audit log."""
    with transaction.atomic(savepoint=False):
        # a second member who adds the same person waits for this lock, then sees the row
        locked = Role.objects.of(member.organisation).select_for_update(of=("self",), no_key=True)
        role = locked.select_related("organisation").get(pk=role.pk)
        if role.archived_at is not None:
            raise RoleArchived
        there = with_address(role, person.email).first()
        if there is not None:
            raise AlreadyOnRole(there)
        candidate = known_person(member, person.email)
        if candidate is not None:
            candidate, _ = lock_person(candidate.pk)
        if candidate is None or candidate.erased_at is not None:
            candidate = Candidate.objects.create(
                organisation=role.organisation,
                first_name=person.first_name,
                last_name=person.last_name,
                email=person.email,
                language=person.language,
                company=person.company,
                title=person.title,
                created_at=now,
            )
        application = Application.objects.create(
            organisation=role.organisation,
            candidate=candidate,
            role=role,
            applied_at=now,
            created_at=now,
        )
        record(
            "application.added",
            organisation_id=role.organisation_id,
            application_id=application.pk,
            actor=f"member:{member.pk}",
            at=now,
            data={"import_id": import_id} if import_id else {},
        )
        if import_id is None:
            write_by(
                member, "candidate.added", now=now, details={"application": application.pk, "role": role.pk}
            )
        return application
