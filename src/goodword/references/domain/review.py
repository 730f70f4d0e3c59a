"""The first reference is in: the recruiter is invited to review."""

from goodword.core.models import Event
from goodword.references.domain.recruiter_mails import to_recruiter
from goodword.references.models import Check, Reference


def on_reference_received(event: Event) -> None:
    """After the first reference, the recruiter gets a link to what is in. Completion is told by the report."""
    if not event.data["first"]:
        return
    check = Check.objects.across_organisations().select_related("start__step").get(pk=event.data["check_id"])
    reference = (
        Reference.objects.of(check.organisation)
        .select_related("request__referee")
        .filter(pk=event.data["reference_id"])
        .first()
    )
    if reference is None:  # erased with its person since
        return
    to_recruiter(check, referee=reference.request.referee, now=event.occurred_at)
