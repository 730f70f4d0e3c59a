from goodword.core import clock, jobs
from goodword.workflow.domain.automation import start_delayed


@jobs.job(name="workflow.start_delayed", cron="* * * * * */15", queueing_lock="workflow.start_delayed")
def sweep_delayed(*, timestamp: int = 0) -> None:
    del timestamp  # Procrastinate passes it to every periodic job
    start_delayed(now=clock.now())
