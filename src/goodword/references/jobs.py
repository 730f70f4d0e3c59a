"""The sweeps of reminders, and of what else is due in a check."""

from goodword.core import clock, jobs
from goodword.references.domain import completion, reminders
from goodword.references.erase import erase_asked
from goodword.references.flags import devices


@jobs.job(
    name="references.remind_candidates", cron="* * * * * */15", queueing_lock="references.remind_candidates"
)
def sweep_candidates(*, timestamp: int = 0) -> None:
    """Remind the candidates who are due."""
    del timestamp  # given to every periodic job; the clock is ours
    reminders.remind_candidates(now=clock.now())


@jobs.job(
    name="references.remind_referees", cron="* * * * * */15", queueing_lock="references.remind_referees"
)
def sweep_referees(*, timestamp: int = 0) -> None:
    """Remind the referees who are due."""
    del timestamp  # given to every periodic job; the clock is ours
    reminders.remind_referees(now=clock.now())


@jobs.job(name="references.slow", cron="* * * * * 5", queueing_lock="references.slow")
def sweep_slow(*, timestamp: int = 0) -> None:
    """Tell candidates of referees who are slow."""
    del timestamp  # given to every periodic job; the clock is ours
    reminders.mail_all_about_slow_referees(now=clock.now())


@jobs.job(name="references.forget_raw", cron="20 7 * * * 0", queueing_lock="references.forget_raw")
def sweep_traces(*, timestamp: int = 0) -> None:
    """Blank network addresses and devices that have been kept long enough."""
    del timestamp  # given to every periodic job; the clock is ours
    devices.forget_raw(now=clock.now())


@jobs.job(name="references.end_over", cron="50 * * * * 0", queueing_lock="references.end_over")
def sweep_over(*, timestamp: int = 0) -> None:
    """End what nobody can answer any more in checks that are done."""
    del timestamp  # given to every periodic job; the clock is ours
    completion.end_expired_requests(now=clock.now())


@jobs.job(name="references.erase_asked", cron="*/10 * * * * 25", queueing_lock="references.erase_asked")
def sweep_asked_erasures(*, timestamp: int = 0) -> None:
    """Erase referees who asked for it under a legal hold that has been lifted."""
    del timestamp  # given to every periodic job; the clock is ours
    erase_asked(now=clock.now())
