"""The sweeps of reminders."""

from goodword.core import clock, jobs
from goodword.references.domain import remind


@jobs.job(
    name="references.remind_candidates", cron="* * * * * */15", queueing_lock="references.remind_candidates"
)
def sweep_candidates(*, timestamp: int = 0) -> None:
    """Remind the candidates who are due."""
    del timestamp  # given to every periodic job; the clock is ours
    remind.remind_candidates(now=clock.now())


@jobs.job(
    name="references.remind_referees", cron="* * * * * */15", queueing_lock="references.remind_referees"
)
def sweep_referees(*, timestamp: int = 0) -> None:
    """Remind the referees who are due."""
    del timestamp  # given to every periodic job; the clock is ours
    remind.remind_referees(now=clock.now())
