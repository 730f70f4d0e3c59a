from goodword.core import clock, jobs
from goodword.workflow.domain.step_requests import due_requests, start_due


@jobs.job(
    name="workflow.start_due",
    cron="* * * * * */15",
    due=lambda now: [due_requests(now=now)],
)
def sweep_delayed() -> None:
    start_due(now=clock.now())
