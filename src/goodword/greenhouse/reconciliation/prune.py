"""Remove passes and findings that no page tells of any more."""

from datetime import datetime, timedelta

from goodword.greenhouse.models import Finding, Reconciliation

#: findings that are settled
FINDINGS_KEPT = timedelta(days=90)
#: passes that found nothing
PASSES_KEPT = timedelta(days=7)


def prune(*, now: datetime) -> int:
    """Returns how many rows went. What waits for a person is never removed."""
    settled = Finding.objects.across_organisations().exclude(state=Finding.State.WAITING)
    gone, _ = settled.filter(found_at__lt=now - FINDINGS_KEPT).delete()
    ended = Reconciliation.objects.across_organisations().exclude(state=Reconciliation.State.RUNNING)
    empty, _ = ended.filter(started_at__lt=now - PASSES_KEPT, findings=None).delete()
    return gone + empty
