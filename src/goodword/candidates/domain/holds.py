"""Legal holds, which protect data of a person (including merged profiles) or of a role's applicants from erasure."""

from typing import Final, LiteralString

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from goodword.accounts.models import Organisation
from goodword.candidates.models import Application, Candidate, Hold
from goodword.roles.models import Role

#: advisory locks of this app ("hold" as a number)
_LOCK: Final = 0x686F6C64


def active(organisation: Organisation) -> QuerySet[Hold]:
    return Hold.objects.of(organisation).filter(lifted_at=None)


def hold_on(of: Candidate | Application) -> Hold | None:
    if isinstance(of, Candidate):
        person, here = of.pk, Q(role__applications__candidate_id=of.pk)
    else:
        person, here = of.candidate_id, Q(role_id=of.role_id, role__isnull=False)
    who = Q(candidate_id=person) | Q(candidate__merged_into_id=person)
    rows = (
        Hold.objects.across_organisations().select_related("organisation").filter(who | here, lifted_at=None)
    )
    return rows.order_by("placed_at", "pk").first()


def hold_against_erasure(of: Candidate | Application) -> Hold | None:
    """Like `hold_on`, but blocks new holds on roles until the transaction ends. Lock the person or application
    first."""
    lock_role_holds(of.organisation_id)
    return hold_on(of)


def lock_role_holds(organisation_id: int) -> None:
    """Wait for a hold on a role that is being placed, and block further ones until this transaction ends."""
    _lock("SELECT pg_advisory_xact_lock_shared(%s, %s)", organisation_id)


def lock_role_holds_exclusively(organisation_id: int) -> None:
    """Wait for running erasures before placing a hold on a role."""
    _lock("SELECT pg_advisory_xact_lock(%s, %s)", organisation_id)


def _lock(statement: LiteralString, organisation_id: int) -> None:
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("Holds can only be locked inside a transaction.")
    with connection.cursor() as cursor:
        cursor.execute(statement, [_LOCK, organisation_id % 2**31])


def erased_before(role: Role) -> int:
    applied = Application.objects.of(role.organisation).filter(role=role)
    gone = applied.filter(Q(erased_at__isnull=False) | Q(candidate__erased_at__isnull=False))
    return gone.values("candidate_id").distinct().count()


def candidates_on_hold(organisation: Organisation) -> QuerySet[Candidate]:
    people, roles = active(organisation).exclude(candidate=None), active(organisation).exclude(role=None)
    own = people.values("candidate_id")
    return Candidate.objects.of(organisation).filter(
        Q(pk__in=own) | Q(merged__in=own) | Q(applications__role_id__in=roles.values("role_id"))
    )
