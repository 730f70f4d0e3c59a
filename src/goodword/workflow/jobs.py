from goodword.core import clock, jobs
from goodword.workflow.domain.step_requests import delayed_due, start_delayed


@jobs.job(
    name="workflow.start_delayed",
    cron="* * * * * */15",
    queueing_lock="workflow.start_delayed",
    due=lambda now: [delayed_due(now=now)],
)
def sweep_delayed(*, timestamp: int = 0) -> None:
    del timestamp  # passed to every periodic job
    start_delayed(now=clock.now())
