"""A member confirms a candidate's name that looks like a link."""

from datetime import datetime

from django.db import transaction

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership
from goodword.candidates.domain.person import hold_person
from goodword.candidates.models import Candidate
from goodword.core.events import record


def confirm_name(*, candidate: Candidate, name: str, member: Membership, now: datetime) -> bool:
    """Confirm the name that the member saw, and continue the steps that waited for it.

    False, without a change, if the name is different by now, or needs no confirmation.
    """
    with transaction.atomic():
        row, applications = hold_person(candidate.pk)
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
