"""The sweep of reminders."""

from goodword.assessments.domain.remind import remind_due
from goodword.core import clock, jobs


@jobs.job(name="assessments.remind", cron="* * * * * */15", queueing_lock="assessments.remind")
def sweep_reminders(*, timestamp: int = 0) -> None:
    """Remind the candidates who are due."""
    del timestamp  # given to every periodic job; the clock is ours
    remind_due(now=clock.now())
