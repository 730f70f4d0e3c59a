from datetime import datetime

from django.db.models import QuerySet

from goodword.core import clock, jobs
from goodword.greenhouse.activity_feed import outcomes, posting
from goodword.greenhouse.models import ActivityFeedNote

SWEEP_AT_MOST = 100


@jobs.job(name="greenhouse.activity_feed.post", swept_by="greenhouse.activity_feed.sweep")
def post_note(*, note_id: int) -> None:
    """Retries are per row, so the job has none."""
    posting.post(note_id, now=clock.now())


@jobs.job(
    name="greenhouse.activity_feed.search_duplicates",
    cron="* * * * * 30",
    queueing_lock="greenhouse.activity_feed.search_duplicates",
    due=lambda now: [posting.searches_due(now=now)],
)
def search_duplicates(*, timestamp: int = 0) -> None:
    del timestamp  # Procrastinate passes it to every periodic job
    posting.search_due(now=clock.now())


@jobs.job(
    name="greenhouse.activity_feed.sweep",
    cron="* * * * * */15",
    queueing_lock="greenhouse.activity_feed.sweep",
    due=lambda now: [outcomes.interrupted(now=now), due(now=now)],
)
def sweep(*, timestamp: int = 0) -> None:
    del timestamp  # see above
    now = clock.now()
    outcomes.requeue_interrupted(now=now)
    for pk in due(now=now).order_by("not_before").values_list("pk", flat=True)[:SWEEP_AT_MOST]:
        post_note.defer_once(lock=f"greenhouse.activity_feed:{pk}", note_id=pk)


def due(*, now: datetime) -> QuerySet[ActivityFeedNote]:
    queued = ActivityFeedNote.objects.across_organisations().filter(state=ActivityFeedNote.State.QUEUED)
    return queued.filter(not_before__lte=now)
