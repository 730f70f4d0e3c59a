"""The sweep of delayed starts."""

from goodword.core import clock, jobs
from goodword.steps.domain.automation import start_delayed


@jobs.job(name="steps.start_delayed", cron="* * * * * */15", queueing_lock="steps.start_delayed")
def sweep_delayed(*, timestamp: int = 0) -> None:
    """Start what has waited long enough."""
    del timestamp  # given to every periodic job; the clock is ours
    start_delayed(now=clock.now())
