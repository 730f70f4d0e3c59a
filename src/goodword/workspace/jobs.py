from goodword.candidates.ratings import delete_unconfirmed, unconfirmed
from goodword.core import clock, jobs
from goodword.core.jobs import for_each
from goodword.workspace.adding.imports import delete_old, import_some, old, running
from goodword.workspace.automation.confirm import invite_candidate, sync_batch, take_over
from goodword.workspace.needs_you.digest import send_digests
from goodword.workspace.retention.rules import organisations_due, sweep
from goodword.workspace.validity import asking


@jobs.job(name="retention.sweep", cron="20 * * * * 50")
def sweep_retention() -> None:
    now = clock.now()
    for_each(organisations_due(now=now), lambda pk: sweep(pk, now=now) > 0)


@jobs.job(name="ratings.ask", cron="*/10 * * * * 30")
def sweep_ratings() -> None:
    """Ask managers for ratings, remind them, and end requests without an answer."""
    asking.sweep(now=clock.now())


@jobs.job(name="digests.send", cron="*/5 * * * * 25")
def sweep_digests() -> None:
    """Mail each member once on a working day, in working hours."""
    send_digests(now=clock.now())


@jobs.job(name="automation.invite_there", retry=jobs.PATIENT)
def invite_there(*, automation_id: int, remote_application_id: int, member_id: int) -> None:
    invite_candidate(
        automation_id=automation_id,
        remote_application_id=remote_application_id,
        by=f"member:{member_id}",
        now=clock.now(),
    )


@jobs.job(name="automation.sync_there", retry=jobs.PATIENT)
def sync_there(*, automation_id: int, after: int) -> None:
    """Take over the job's candidates who belong to another role. Then sync those who were already in a mapped stage, in
    batches, without inviting them."""
    if not after:
        take_over(automation_id=automation_id)
    further = sync_batch(automation_id=automation_id, after=after, now=clock.now())
    if further is not None:
        sync_there.defer(automation_id=automation_id, after=further)


@jobs.job(name="candidates.import", swept_by="candidates.imports")
def import_candidates(*, import_id: int) -> None:
    """Add some rows of a confirmed import; a further job adds the next."""
    if import_some(import_id, now=clock.now()):
        import_candidates.defer(import_id=import_id)


@jobs.job(
    name="candidates.imports",
    cron="* * * * * 40",
    due=lambda now: [running(), old(now=now), unconfirmed(now=now)],
)
def sweep_imports() -> None:
    for pk in running().order_by("pk").values_list("pk", flat=True):
        import_candidates.defer_once(lock=f"candidates.import:{pk}", import_id=pk)
    now = clock.now()
    delete_old(now=now)
    delete_unconfirmed(now=now)
