"""A referee answers: begins, saves as they go, submits; or confirms dates and title only."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from goodword.notifications.domain.queue import cancel
from goodword.questionnaires.parse import parse
from goodword.questionnaires.reading import Json
from goodword.questionnaires.wording import worded
from goodword.references.domain import guard
from goodword.references.domain.about import stated_of, version_of
from goodword.references.domain.drafts import Draft, Given
from goodword.references.domain.mails import request_ref
from goodword.references.domain.tell import tell
from goodword.references.domain.walk import Incomplete, Walk
from goodword.references.models import Check, Reference, ReferenceRequest
from goodword.steps.states import DONE

__all__ = ["Incomplete", "begin", "confirm_facts", "keep", "save_draft", "submit", "walk_of"]

State, Why = ReferenceRequest.State, ReferenceRequest.Why


def walk_of(check: Check, request: ReferenceRequest, *, now: datetime) -> Walk:
    """The referee's way through the questions, in the language that they read and answer in."""
    version = version_of(check, language=request.language)
    return Walk(
        questions=worded(
            parse(version.questions),
            candidate=check.step_request.application.candidate.name,
            company=request.referee.company,
            language=version.language,
        ),
        draft=Draft.read(request.draft),
        stated=stated_of(request.referee),
        today=now.astimezone(check.organisation.zone).date(),
    )


def begin(*, request_id: int, now: datetime) -> None:
    """The referee starts to answer; a second time changes nothing. Raises guard.Closed."""
    with transaction.atomic():
        check, request = guard.open_request(request_id, now=now)
        _begin(check, request, now=now)


def save_draft(*, request_id: int, given: Sequence[Given], seen: Mapping[str, str], now: datetime) -> None:
    """Keep what a page sent, beside what was kept before; `seen` as Draft.taking has it. Raises guard.Closed."""
    with transaction.atomic():
        check, request = guard.open_request(request_id, now=now)
        _begin(check, request, now=now)
        _keep(request, given, seen=seen, now=now)


def keep(*, request_id: int, given: Sequence[Given], seen: Mapping[str, str], now: datetime) -> bool:
    """Keep what was typed although the check has been closed meanwhile, since it can be opened again.

    Nobody reads a draft but its referee, and nothing begins by this. Not of somebody whose data is to go, nor of a
    request that was answered, declined or replaced. Whether it was kept.
    """
    with transaction.atomic():
        check, request = guard.locked_request(request_id)
        ended_with_it = request.state == State.ENDED and request.why == Why.CHECK_CLOSED
        if not (request.is_out or ended_with_it) or check.step_request.application.is_going:
            return False
        _keep(request, given, seen=seen, now=now)
        return True


def submit(*, request_id: int, now: datetime) -> Reference:
    """Make the kept answers the reference. Of several submits, at once or later, the first counts.

    What was answered before an earlier answer changed, and is not asked any more, is left out. Raises Incomplete
    with what is missing, guard.Closed when nothing can come in any more.
    """
    with transaction.atomic():
        check, request = guard.locked_request(request_id)
        if request.state == State.ANSWERED:
            return request.reference
        guard.refuse_if_over(check, request, now=now)
        walk = walk_of(check, request, now=now)
        answers = walk.judged()
        seconds = walk.draft.seconds_since(request.begun_at, now=now)
        return _receive(check, request, answers, now=now, factual=False, seconds=seconds)


def confirm_facts(*, request_id: int, given: Sequence[Given], now: datetime) -> Reference:
    """Dates and title only: counts as a *factual* reference. Raises as `submit` does."""
    with transaction.atomic():
        check, request = guard.locked_request(request_id)
        if request.state == State.ANSWERED:
            return request.reference
        guard.refuse_if_over(check, request, now=now)
        _keep(request, given, seen={}, now=now)
        walk = walk_of(check, request, now=now)
        return _receive(check, request, walk.judged(of=walk.facts), now=now, factual=True, seconds=None)


def _begin(check: Check, request: ReferenceRequest, *, now: datetime) -> None:
    if request.state != State.SENT:
        return
    request.state, request.begun_at = State.BEGUN, now
    request.draft = Draft.read(request.draft).touched(now).stored()
    request.save(update_fields=["state", "begun_at", "draft"])
    tell("request.begun", check, by="referee", at=now, request_id=request.pk)


def _keep(
    request: ReferenceRequest, given: Sequence[Given], *, seen: Mapping[str, str], now: datetime
) -> None:
    request.draft = Draft.read(request.draft).taking(given, seen=seen, now=now).stored()
    request.save(update_fields=["draft"])


def _receive(
    check: Check,
    request: ReferenceRequest,
    answers: dict[str, Json],
    *,
    now: datetime,
    factual: bool,
    seconds: int | None,
) -> Reference:
    first = not Reference.objects.of(check.organisation).filter(request__check_run=check).exists()
    reference = Reference.objects.create(
        organisation=check.organisation,
        request=request,
        version=version_of(check, language=request.language),
        answers=answers,
        factual=factual,
        seconds=seconds,
        late=check.progress in DONE,
        submitted_at=now,
    )
    request.state, request.settled_at, request.draft = State.ANSWERED, now, {}
    request.begun_at = request.begun_at or now
    request.next_reminder_at = request.slow_at = None
    request.save()
    cancel(organisation=check.organisation, subject_ref=request_ref(request), now=now)
    tell("reference.received", check, by="referee", at=now, reference_id=reference.pk, first=first)
    return reference
