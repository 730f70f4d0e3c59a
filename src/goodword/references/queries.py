"""Reads about checks: for the portals, the workspace and the reports. Results are in results.py."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import ngettext

from goodword.candidates.models import Application
from goodword.notifications.models import Email
from goodword.questionnaires import labels
from goodword.references.domain.mails import request_ref
from goodword.references.models import Check, Referee, Reference, ReferenceRequest


def latest_check(application: Application) -> Check | None:
    """The application's latest reference check, the one its portal shows."""
    return (
        Check.objects.of(application.organisation)
        .select_related(
            "start__step", "start__application__candidate", "version__questionnaire", "organisation"
        )
        .filter(start__application=application)
        .order_by("-pk")
        .first()
    )


def progress(check: Check) -> tuple[int, int]:
    """How many references are in, and how many are wanted."""
    answered = Reference.objects.of(check.organisation).filter(request__check_run=check).count()
    return answered, check.wanted


def progress_text(check: Check) -> str:
    """The same in words: "1 of 2 references"."""
    answered, wanted = progress(check)
    return ngettext(
        "%(answered)s of %(wanted)s reference", "%(answered)s of %(wanted)s references", wanted
    ) % {"answered": answered, "wanted": wanted}


@dataclass(frozen=True, kw_only=True)
class Person:
    """A referee and how far they are.

    `state` is "named" (not written to yet), "sent", "begun", "answered", "declined", "replaced" or "ended"; `since`
    is when that began. `decline_reason` and `why` are for members only. `undelivered`: the mail to them failed.
    """

    referee: Referee
    relationship: str
    period: str
    state: str
    since: datetime
    why: str
    decline_reason: str
    factual: bool
    undelivered: bool

    @property
    def may_be_replaced(self) -> bool:
        """Whether the candidate can name somebody else instead."""
        return self.state in {"sent", "begun", "declined"}


def people(check: Check, *, replaced: bool = True) -> Sequence[Person]:
    """The check's referees slot by slot, with `replaced` also those whom another has followed."""
    rows = (
        Referee.objects.of(check.organisation)
        .select_related("request__reference")
        .filter(check_run=check)
        .order_by("slot", "pk")
    )
    found = list(rows if replaced else rows.filter(replaced_at=None))
    failed = failed_mails(check, [row.request for row in found if hasattr(row, "request")])
    return [_person(row, failed) for row in found]


def failed_mails(check: Check, requests: Sequence[ReferenceRequest]) -> set[str]:
    """The refs (mails.request_ref) of requests of which every mail failed."""
    refs = [request_ref(request) for request in requests]
    mails = Email.objects.of(check.organisation).filter(subject_ref__in=refs)
    known = set(mails.values_list("subject_ref", "state"))
    failed = {ref for ref, state in known if state == Email.State.FAILED}
    arrived = {ref for ref, state in known if state == Email.State.SENT}
    return failed - arrived


def _person(referee: Referee, failed: set[str]) -> Person:
    request = getattr(referee, "request", None)
    state, since = "named", referee.created_at
    if request is not None:
        state, since = request.state, request.settled_at or request.begun_at or request.sent_at
    if referee.replaced_at is not None:
        state, since = "replaced", referee.replaced_at
    reference = getattr(request, "reference", None)
    return Person(
        referee=referee,
        relationship=labels.relationships()[referee.relationship],
        period=labels.period(referee.from_month, referee.to_month or None),
        state=state,
        since=since,
        why=request.why if request else "",
        decline_reason=request.decline_reason if request else "",
        factual=reference.factual if reference else False,
        undelivered=request is not None
        and request.is_out
        and (request.undelivered_at is not None or request_ref(request) in failed),
    )
