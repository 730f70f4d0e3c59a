from goodword.core import clock, jobs
from goodword.reports.domain.files import draw, lost, of_older_layouts, redraw_lost, redraw_older


@jobs.job(name="report.draw", swept_by="report.sweep")
def draw_report(*, report_id: int) -> None:
    draw(report_id=report_id, now=clock.now())


@jobs.job(
    name="report.sweep",
    cron="* * * * *",
    queueing_lock="report.sweep",
    due=lambda now: [lost(now=now), of_older_layouts()],
)
def sweep_reports(*, timestamp: int = 0) -> None:
    del timestamp  # passed to every periodic job
    redraw_lost(now=clock.now())
    redraw_older(now=clock.now())
