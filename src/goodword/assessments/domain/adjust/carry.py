"""What was asked and granted goes along when a candidate is invited again: nobody has to ask twice."""

from datetime import datetime

from goodword.assessments.domain.adjust import clock
from goodword.assessments.domain.adjust.time import give_time, granted
from goodword.assessments.models import Adjustment, Attempt


def carry_over(attempt: Attempt, *, now: datetime) -> None:
    """Let the requests of the same start's earlier attempts count for this new one, in the caller's transaction.

    What was granted is granted here, and a request that waits waits here; its link stays good.
    """
    earlier = Adjustment.objects.of(attempt.organisation).filter(attempt__start_id=attempt.start_id)
    if not earlier.update(attempt=attempt):
        return
    give_time(attempt, percent=granted(attempt))
    if earlier.filter(state=Adjustment.State.ASKED).exists():
        clock.stop(attempt, now=now)
