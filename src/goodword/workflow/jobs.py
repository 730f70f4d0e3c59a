from goodword.core import clock, jobs
from goodword.workflow.domain.step_requests import due_requests, start_due


@jobs.job(
    name="workflow.start_due",
    cron="* * * * * */15",
    queueing_lock="workflow.start_due",
    due=lambda now: [due_requests(now=now)],
)
def sweep_delayed(*, timestamp: int = 0) -> None:
    del timestamp  # passed to every periodic job
    start_due(now=clock.now())
