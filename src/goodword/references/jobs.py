from goodword.core import clock, jobs
from goodword.references.domain import reminders, requests
from goodword.references.domain.referee_erasure import erase_asked
from goodword.references.flags import traces


@jobs.job(
    name="references.remind_candidates",
    cron="* * * * * */15",
    due=lambda now: [reminders.candidates_due(now=now)],
)
def sweep_candidates() -> None:
    reminders.remind_candidates(now=clock.now())


@jobs.job(
    name="references.remind_referees",
    cron="* * * * * */15",
    due=lambda now: [reminders.referees_due(now=now)],
)
def sweep_referees() -> None:
    reminders.remind_referees(now=clock.now())


@jobs.job(
    name="references.slow",
    cron="* * * * * 5",
    due=lambda now: [reminders.slow_due(now=now)],
)
def sweep_slow() -> None:
    reminders.mail_all_about_slow_referees(now=clock.now())


@jobs.job(name="references.blank_raw_traces", cron="20 7 * * * 0")
def sweep_traces() -> None:
    traces.blank_raw_traces(now=clock.now())


@jobs.job(name="references.end_over", cron="50 * * * * 0")
def sweep_over() -> None:
    requests.end_expired_requests(now=clock.now())


@jobs.job(name="references.erase_asked", cron="*/10 * * * * 25")
def sweep_asked_erasures() -> None:
    erase_asked(now=clock.now())
