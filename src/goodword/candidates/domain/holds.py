"""Legal holds: whether a person's data has to be kept, whoever asks for its erasure.

A hold covers a person, with whoever was merged into them, or everybody who applied for a role. It stops every erasure
of them: by retention, by themselves, by a member, or reported by Greenhouse. What was asked for meanwhile is carried
out once it is lifted.
"""

from django.db.models import Q, QuerySet

from goodword.accounts.models import Organisation
from goodword.candidates.models import Application, Candidate, Hold


def active(organisation: Organisation) -> QuerySet[Hold]:
    """The organisation's holds that are not lifted."""
    return Hold.objects.of(organisation).filter(lifted_at=None)


def hold_on(of: Candidate | Application) -> Hold | None:
    """The oldest active hold that covers a person by any of their applications, or one application alone."""
    if isinstance(of, Candidate):
        person, here = of.pk, Q(role__applications__candidate_id=of.pk)
    else:
        person, here = of.candidate_id, Q(role_id=of.role_id, role__isnull=False)
    who = Q(candidate_id=person) | Q(candidate__merged_into_id=person)
    rows = (
        Hold.objects.across_organisations().select_related("organisation").filter(who | here, lifted_at=None)
    )
    return rows.order_by("placed_at", "pk").first()


def held_candidates(organisation: Organisation) -> QuerySet[Candidate]:
    """Everybody whom a hold covers."""
    people, roles = active(organisation).exclude(candidate=None), active(organisation).exclude(role=None)
    own = people.values("candidate_id")
    return Candidate.objects.of(organisation).filter(
        Q(pk__in=own) | Q(merged__in=own) | Q(applications__role_id__in=roles.values("role_id"))
    )
