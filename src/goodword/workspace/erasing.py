"""What is said of a person whose data is to go, or is gone: when, why, and what of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy

from goodword.candidates.domain.carry_out import subject
from goodword.candidates.domain.person import hold_person
from goodword.candidates.models import Application, Candidate, Erasure
from goodword.core import erasure as holders
from goodword.greenhouse.models import ActivityFeedNote

#: the holders' words for what went, in the order in which a page lists them
LABELS = {
    "people": gettext_lazy("Names, address and details"),
    "applications": gettext_lazy("Applications (rejection reasons, recruiter)"),
    "answers": gettext_lazy("Answers in assessments"),
    "drawn items": gettext_lazy("Tasks that were drawn for this person"),
    "files": gettext_lazy("Files that were handed in"),
    "markings": gettext_lazy("What raters gave"),
    "scores": gettext_lazy("Scores"),
    "notices": gettext_lazy("What pages noticed"),
    "signs": gettext_lazy("Signs"),
    "referees": gettext_lazy("Referees"),
    "references": gettext_lazy("References"),
    "reports": gettext_lazy("Reports (replaced by a version without personal data)"),
    "report files": gettext_lazy("PDFs"),
    "mails": gettext_lazy("Mails"),
    "links": gettext_lazy("Secret links"),
    "webhook bodies": gettext_lazy("Bodies that Greenhouse has sent"),
    "rejection reasons": gettext_lazy("Rejection reasons on the timeline"),
    "notes given up": gettext_lazy("Notes that were not written yet"),
}

REASONS = {
    Erasure.Reason.CANDIDATE_DELETED: gettext_lazy("This person was deleted in Greenhouse."),
    Erasure.Reason.CANDIDATE_ANONYMISED: gettext_lazy("This person was anonymised in Greenhouse."),
    Erasure.Reason.APPLICATION_DELETED: gettext_lazy("This application was deleted in Greenhouse."),
    Erasure.Reason.MEMBER: gettext_lazy("A member asked for it."),
    Erasure.Reason.CANDIDATE: gettext_lazy("The candidate asked for it."),
    Erasure.Reason.RETENTION: gettext_lazy("The retention period has ended."),
    Erasure.Reason.NOT_VISIBLE: gettext_lazy("Not visible in Greenhouse for the whole retention period."),
}


@dataclass(frozen=True, kw_only=True)
class Erasing:
    """The newest erasure that concerns an application; `notes` stand in Greenhouse still."""

    erasure: Erasure
    reason: str
    counts: list[tuple[str, int]]
    notes: int

    @property
    def state(self) -> str:
        """ "pending", "done" or "cancelled"."""
        if self.erasure.done_at is not None:
            return "done"
        return "cancelled" if self.erasure.cancelled_at is not None else "pending"


def erasing_of(application: Application) -> Erasing | None:
    """The application's own erasure, or that of the whole person; one that is pending or done before any other."""
    rows = (
        Erasure.objects.of(application.organisation)
        .filter(Q(candidate_id=application.candidate_id) | Q(application=application))
        .select_related("asked_by__user", "cancelled_by__user")
        .order_by("-pk")
    )
    found = sorted(rows, key=lambda row: row.cancelled_at is not None)[:1]
    if not found:
        return None
    return Erasing(
        erasure=found[0],
        reason=str(REASONS[Erasure.Reason(found[0].reason)]),
        counts=listed(found[0].counts),
        notes=notes_of([application.pk]),
    )


def listed(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """What went, or would go, in words and numbers."""
    order = list(LABELS)
    known = sorted(counts.items(), key=lambda one: order.index(one[0]) if one[0] in order else len(order))
    return [(str(LABELS.get(name, name)), n) for name, n in known if n]


def notes_of(application_ids: list[int]) -> int:
    """How many notes of these applications stand on Activity Feeds."""
    posts = ActivityFeedNote.objects.across_organisations().filter(
        report__step_request__application__in=application_ids
    )
    return posts.filter(state=ActivityFeedNote.State.SENT).count()


class _TakeBack(Exception):
    """Ends a transaction of which nothing is to stay."""


def foresee(candidate: Candidate, *, only: Application | None = None) -> dict[str, int]:
    """What erasing would take away now: done in a transaction that is taken back, so that it tells no less and no
    more than what will be done."""
    counts: dict[str, int] = {}
    try:
        with transaction.atomic():
            person, applications = hold_person(candidate.pk)
            going = [one for one in applications if only is None or one.pk == only.pk]
            counts = holders.erase(subject(person, going, whole=only is None), now=person.created_at)
            raise _TakeBack
    except _TakeBack:
        return counts
