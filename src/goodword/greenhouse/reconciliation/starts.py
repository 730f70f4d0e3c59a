"""What becomes of the missed starts of a pass: some go at once, the rest waits for a click."""

from goodword.greenhouse.models import Finding, Reconciliation
from goodword.greenhouse.reconciliation.compare import Found
from goodword.greenhouse.reconciliation.limits import AT_ONCE, Missed, decide
from goodword.greenhouse.reconciliation.progress import Pass

Kind = Finding.Kind

FOLLOWED = "Was in this stage already when the mapping was confirmed: nobody is invited."
STARTED = "Stood in a stage that starts a step, which nobody had told us."


def settle_starts(work: Pass) -> None:
    """Decide about all who were missed, then bring both kinds over; those who wait come first, so that nothing
    that tells of the others starts them too."""
    now = work.tick()
    stood = [one for one in work.missed.values() if one.stood]
    others = [one for one in work.missed.values() if not one.stood]
    at_once, waiting = decide(others, now=now, budget=_budget(work))
    work.expect(len(work.missed))
    held = {one.remote_id: one.stage_id for one in (*stood, *(one for one, _ in waiting))}
    work.bring_over(
        [_found(one, FOLLOWED, kind=Kind.MISSED_CHANGE) for one in stood], held=held, decided=True
    )
    work.bring_over([_found(one, why) for one, why in waiting], wait=True, held=held, decided=True)
    work.bring_over([_found(one, STARTED) for one in at_once], held=held, decided=True)
    work.missed.clear()
    work.step(len(stood) + len(others))


def _budget(work: Pass) -> int:
    """How many may go at once. Passes that did not come to their end count with this one: were it not so, one that
    fails again and again would mail everybody."""
    passes = Reconciliation.objects.across_organisations().filter(connection=work.connection)
    done = passes.filter(state=Reconciliation.State.DONE).order_by("-started_at").first()
    since = passes.filter(pk__gt=done.pk) if done else passes
    started = Finding.objects.across_organisations().filter(
        found_in__in=since, kind=Kind.MISSED_START, state=Finding.State.SYNCED, settled_by=None
    )
    return AT_ONCE - started.count()


def _found(one: Missed, sentence: str, *, kind: str = Kind.MISSED_START) -> Found:
    return Found(
        remote_id=one.remote_id,
        kind=kind,
        sentence=sentence,
        job_id=one.job_id,
        stage_id=one.stage_id,
        entered_at=one.entered_at,
    )
