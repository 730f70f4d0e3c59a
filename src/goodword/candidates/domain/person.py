"""A person and their applications, locked together: for what concerns the whole person."""

from django.db import transaction

from goodword.candidates.models import Application, Candidate


def hold_person(candidate_id: int) -> tuple[Candidate, list[Application]]:
    """The person's row, then those of their applications, locked until the caller's transaction ends.

    The sync locks in the same order. Rows that point to them can still be written meanwhile. Raises
    Candidate.DoesNotExist.
    """
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
