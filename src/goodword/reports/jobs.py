"""Jobs of reports: draw one, and find those that lost their job."""

from goodword.core import clock, jobs


@jobs.job(name="report.draw", swept_by="report.sweep")
def draw_report(*, report_id: int) -> None:
    """Draw one report. Its row decides about further tries, so the job itself takes none."""
    from goodword.reports.domain.build import draw  # the domain defers this job

    draw(report_id=report_id, now=clock.now())


@jobs.job(name="report.sweep", cron="* * * * *", queueing_lock="report.sweep")
def sweep_reports(*, timestamp: int = 0) -> None:
    """Requeue reports that were never drawn, and redraw files of older layouts."""
    from goodword.reports.domain.build import redraw_lost
    from goodword.reports.domain.file import redraw_older

    del timestamp  # given to every periodic job; the clock is ours
    redraw_lost(now=clock.now())
    redraw_older()
