from datetime import datetime

from django.db import transaction

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership
from goodword.candidates.models import Application, Candidate
from goodword.core.events import record


def lock_person(candidate_id: int) -> tuple[Candidate, list[Application]]:
    """Lock a person's row, then their applications, as the sync does. Raises Candidate.DoesNotExist."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A person is locked inside a transaction only.")
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
    """Confirm the name that the member saw. False if it has changed, or needs no confirmation."""
    with transaction.atomic():
        row, applications = lock_person(candidate.pk)
        if row.name != name or not row.is_name_suspicious:
            return False
        row.confirmed_name = name
        row.save(update_fields=["confirmed_name"])
        write(
            organisation=member.organisation,
            action="candidate.name_confirmed",
            member=member,
            now=now,
            details={"candidate": row.pk},
        )
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
    """The caller checks that it is available."""
    Candidate.objects.of(candidate.organisation).filter(pk=candidate.pk).update(chosen_language=language)
    candidate.chosen_language = language
