"""A reference is in: the recruiter is invited to review."""

from goodword.accounts.domain.own_mails import wants_each_reference
from goodword.core.models import Event
from goodword.references.domain.about import about
from goodword.references.domain.recruiter_mails import to_recruiter
from goodword.references.models import Check, Reference
from goodword.steps.states import UNFINISHED


def on_reference_received(event: Event) -> None:
    """After the first reference, the recruiter gets a link to what is in; after later ones if they asked for it.

    The report replaces this mail for the last reference, and for those after the check is complete.
    """
    check = (
        Check.objects.across_organisations()
        .select_related("step_request__step")
        .get(pk=event.data["check_id"])
    )
    reference = (
        Reference.objects.of(check.organisation)
        .select_related("request__referee")
        .filter(pk=event.data["reference_id"])
        .first()
    )
    if reference is None:  # erased with its person since
        return
    referee, now = reference.request.referee, event.occurred_at
    if event.data["first"]:
        to_recruiter(check, referee=referee, now=now)
        return
    there = Reference.objects.of(check.organisation).filter(request__check_run=check, submitted_at__lte=now)
    received = there.count()
    if received >= check.wanted or check.progress not in UNFINISHED:
        return
    address = about(check).recruiter.address
    if wants_each_reference(organisation_id=check.organisation_id, address=address):
        to_recruiter(check, referee=referee, now=now, key=f"review:{reference.pk}", received=received)
