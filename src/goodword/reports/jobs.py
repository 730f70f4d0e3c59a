from goodword.core import clock, jobs
from goodword.reports.domain import rendering


@jobs.job(name="report.draw", swept_by="report.sweep")
def render_report(*, report_id: int) -> None:
    rendering.render(report_id=report_id, now=clock.now())


@jobs.job(
    name="report.sweep",
    cron="* * * * *",
    queueing_lock="report.sweep",
    due=lambda now: [rendering.lost(now=now), rendering.of_older_layouts()],
)
def sweep_reports(*, timestamp: int = 0) -> None:
    del timestamp  # passed to every periodic job
    rendering.render_lost(now=clock.now())
    rendering.render_older(now=clock.now())
