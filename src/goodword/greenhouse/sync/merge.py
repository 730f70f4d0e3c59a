"""Greenhouse has made one person of two: what we have of both is joined."""

from datetime import datetime

from django.utils.translation import gettext as _

from goodword.candidates.domain.erasure import BY_PEOPLE, Reason, ask_erasure, cancel_erasure, pending
from goodword.candidates.domain.person import hold_person
from goodword.candidates.erase import BLANK
from goodword.candidates.models import Application, Candidate
from goodword.core.events import record

ACTOR = "greenhouse"


def join(*, loser_id: int, winner: Candidate, now: datetime) -> bool:
    """Give the loser's applications to the winner, in the caller's transaction; False if that was done before.

    Timelines, mails and results belong to the applications and come along; each person's own application on a
    role stays one of its own. The loser's name and address go: they are the winner's now, as Greenhouse has them.
    What was to be erased because the merge looked like a deletion is kept, and open again; what a person decided
    is for whom they have become.
    """
    held = {pk: hold_person(pk) for pk in sorted({loser_id, winner.pk})}  # one order for all
    loser, applications = held[loser_id]
    if winner.pk in {loser.pk, loser.merged_into_id}:
        return False
    wishes = list(pending(loser).filter(reason__in=BY_PEOPLE, application=None))
    for erasure in pending(loser):
        because = _("In Greenhouse this person was merged into another profile.")
        cancel_erasure(erasure, because=because, now=now, by=ACTOR)
    ours = Application.objects.across_organisations().filter(candidate=loser)
    ours.update(candidate=winner)
    for application in applications:
        if application.erased_at is None:
            record(
                "candidate.merged",
                organisation_id=application.organisation_id,
                application_id=application.pk,
                actor=ACTOR,
                at=now,
                data={"from_candidate_id": loser.pk, "candidate_id": winner.pk},
            )
    people = Candidate.objects.across_organisations()
    people.filter(merged_into=loser).update(merged_into=winner)
    people.filter(pk=loser.pk).update(**BLANK, merged_into=winner)
    for wish in wishes:
        ask_erasure(
            of=winner,
            reason=Reason(wish.reason),
            now=now,
            by=ACTOR,
            member=wish.asked_by,
            due_at=wish.due_at,
        )
    return True
