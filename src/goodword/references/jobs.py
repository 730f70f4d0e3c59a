from goodword.core import clock, jobs
from goodword.references.domain import reminders, requests
from goodword.references.domain.referee_erasure import erase_asked
from goodword.references.flags import traces


@jobs.job(
    name="references.remind_candidates",
    cron="* * * * * */15",
    queueing_lock="references.remind_candidates",
    due=lambda now: [reminders.candidates_due(now=now)],
)
def sweep_candidates(*, timestamp: int = 0) -> None:
    del timestamp  # passed to every periodic job
    reminders.remind_candidates(now=clock.now())


@jobs.job(
    name="references.remind_referees",
    cron="* * * * * */15",
    queueing_lock="references.remind_referees",
    due=lambda now: [reminders.referees_due(now=now)],
)
def sweep_referees(*, timestamp: int = 0) -> None:
    del timestamp
    reminders.remind_referees(now=clock.now())


@jobs.job(
    name="references.slow",
    cron="* * * * * 5",
    queueing_lock="references.slow",
    due=lambda now: [reminders.slow_due(now=now)],
)
def sweep_slow(*, timestamp: int = 0) -> None:
    del timestamp
    reminders.mail_all_about_slow_referees(now=clock.now())


@jobs.job(
    name="references.blank_raw_traces", cron="20 7 * * * 0", queueing_lock="references.blank_raw_traces"
)
def sweep_traces(*, timestamp: int = 0) -> None:
    del timestamp
    traces.blank_raw_traces(now=clock.now())


@jobs.job(name="references.end_over", cron="50 * * * * 0", queueing_lock="references.end_over")
def sweep_over(*, timestamp: int = 0) -> None:
    del timestamp
    requests.end_expired_requests(now=clock.now())


@jobs.job(name="references.erase_asked", cron="*/10 * * * * 25", queueing_lock="references.erase_asked")
def sweep_asked_erasures(*, timestamp: int = 0) -> None:
    del timestamp
    erase_asked(now=clock.now())
