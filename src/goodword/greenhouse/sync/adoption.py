"""Joins an application added by a member with the one that now arrives from Greenhouse, to invite the person once.

docs/decisions/ explains why address, role and a common part of the name are compared.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from goodword.candidates.domain.people import lock_person
from goodword.candidates.models import Application, Candidate
from goodword.core.events import record
from goodword.greenhouse import client as remote
from goodword.greenhouse.sync.candidates import ACTOR
from goodword.roles.models import Automation


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationState:
    status: str
    job_id: int | None
    stage_id: int | None
    stage_name: str
    reason: str = ""


def adopt(
    application: remote.Application, *, candidate: Candidate, automation: Automation, now: datetime
) -> Application | None:
    """Returns the application added by a member that becomes this one, or None. `candidate`: our copy, locked."""
    if application.job_id is None or not candidate.email or candidate.erased_at is not None:
        return None
    added = Application.objects.across_organisations().filter(
        role=automation.role_id, connection_id=None, erased_at=None, deleted_at=None
    )
    same_address = Q(candidate__connection_id=None, candidate__email__same_address=candidate.email)
    for found in (
        added.filter(Q(candidate=candidate) | same_address).select_related("candidate").order_by("pk")
    ):
        if found.candidate_id != candidate.pk and not _may_be_same(found.candidate, candidate):
            continue
        _person, theirs = lock_person(found.candidate_id)
        row = next((one for one in theirs if one.pk == found.pk and one.connection_id is None), None)
        if row is None or row.is_being_erased:
            continue
        row.connection_id, row.remote_id = automation.connection_id, application.id
        row.save(update_fields=["connection_id", "remote_id"])
        record(
            "application.adopted",
            organisation_id=row.organisation_id,
            application_id=row.pk,
            actor=ACTOR,
            at=now,
            data={},
        )
        return row
    return None


def state_before(row: Application, application: remote.Application) -> ApplicationState:
    """The former state of an adopted application: same job, no stage."""
    return ApplicationState(
        status=row.status,
        job_id=application.job_id,
        stage_id=None,
        stage_name="",
        reason=row.rejection_reason,
    )


def _may_be_same(added: Candidate, theirs: Candidate) -> bool:
    """People may share an address: the names need a part in common, however it is spelled otherwise."""
    return bool(_parts(added) & _parts(theirs))


def _parts(person: Candidate) -> set[str]:
    names = (person.first_name, person.last_name, person.preferred_name)
    return {part for name in names for part in name.casefold().replace("-", " ").split() if len(part) > 1}
