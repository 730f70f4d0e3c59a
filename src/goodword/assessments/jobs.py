"""The sweeps of reminders, and of clocks that have run out."""

from goodword.assessments.domain.adjust.chase import chase_due
from goodword.assessments.domain.finish import end_overdue
from goodword.assessments.domain.remind import remind_due
from goodword.core import clock, jobs


@jobs.job(name="assessments.remind", cron="* * * * * */15", queueing_lock="assessments.remind")
def sweep_reminders(*, timestamp: int = 0) -> None:
    """Remind the candidates who are due, and who has not answered one of them."""
    del timestamp  # given to every periodic job; the clock is ours
    now = clock.now()
    remind_due(now=now)
    chase_due(now=now)


@jobs.job(name="assessments.clock", cron="* * * * * */5", queueing_lock="assessments.clock")
def sweep_clocks(*, timestamp: int = 0) -> None:
    """End the parts whose time is up."""
    del timestamp
    end_overdue(now=clock.now())
