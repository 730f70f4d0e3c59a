"""A referee answers: begins, saves as they go, submits; or confirms dates and title only."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from goodword.notifications.domain.queue import cancel
from goodword.questionnaires.answers import AnswerError, validate
from goodword.questionnaires.reading import Json
from goodword.questionnaires.types import CONFIRMING, Question
from goodword.references.domain import guard
from goodword.references.domain.about import questions_of, stated_of
from goodword.references.domain.mails import request_ref
from goodword.references.domain.tell import tell
from goodword.references.models import Check, Reference, ReferenceRequest


class Incomplete(Exception):
    """Some questions still need an answer: their ids, in order."""

    def __init__(self, question_ids: Sequence[str]) -> None:
        super().__init__(", ".join(question_ids))
        self.question_ids = tuple(question_ids)


def facts_questions(questions: Sequence[Question]) -> tuple[Question, ...]:
    """The questions of a factual reference: those that confirm what the candidate stated."""
    return tuple(question for question in questions if isinstance(question, CONFIRMING))


def begin(*, request_id: int, now: datetime) -> None:
    """The referee starts to answer; a second time changes nothing. Raises guard.Closed."""
    with transaction.atomic():
        check, request = guard.open_request(request_id, now=now)
        _begin(check, request, now=now)


def save_draft(*, request_id: int, answers: Mapping[str, Json], now: datetime) -> None:
    """Keep answers by question id as they come, beside those kept before. Raises guard.Closed."""
    with transaction.atomic():
        check, request = guard.open_request(request_id, now=now)
        _begin(check, request, now=now)
        request.draft = {**request.draft, **answers}
        request.save(update_fields=["draft"])


def submit(*, request_id: int, now: datetime) -> Reference:
    """Make the kept answers the reference. Of several submits, at once or later, the first counts.

    Raises Incomplete with what is missing, guard.Closed when nothing can come in any more.
    """
    with transaction.atomic():
        check, request = guard.locked_request(request_id)
        if request.state == ReferenceRequest.State.ANSWERED:
            return request.reference
        guard.refuse_if_over(check, request, now=now)
        questions = questions_of(check)
        return _receive(check, request, _judged(check, request, questions, request.draft, now=now), now=now)


def confirm_facts(*, request_id: int, answers: Mapping[str, object], now: datetime) -> Reference:
    """Dates and title only: counts as a *factual* reference. Raises as `submit` does."""
    with transaction.atomic():
        check, request = guard.locked_request(request_id)
        if request.state == ReferenceRequest.State.ANSWERED:
            return request.reference
        guard.refuse_if_over(check, request, now=now)
        questions = facts_questions(questions_of(check))
        judged = _judged(check, request, questions, answers, now=now)
        return _receive(check, request, judged, now=now, factual=True)


def missing(check: Check, request: ReferenceRequest, *, now: datetime) -> tuple[str, ...]:
    """The ids of the questions that still need an answer before a submit."""
    try:
        _judged(check, request, questions_of(check), request.draft, now=now)
    except Incomplete as incomplete:
        return incomplete.question_ids
    return ()


def _judged(
    check: Check,
    request: ReferenceRequest,
    questions: Sequence[Question],
    answers: Mapping[str, object],
    *,
    now: datetime,
) -> dict[str, Json]:
    """The answers to these questions, each held against its question once more."""
    today, stated = now.astimezone(check.organisation.zone).date(), stated_of(request.referee)
    judged: dict[str, Json] = {}
    wanting: list[str] = []
    for question in questions:
        try:
            judged[question.id] = validate(question, answers.get(question.id), stated=stated, today=today)
        except AnswerError:
            wanting.append(question.id)
    if wanting:
        raise Incomplete(wanting)
    return judged


def _begin(check: Check, request: ReferenceRequest, *, now: datetime) -> None:
    if request.state != ReferenceRequest.State.SENT:
        return
    request.state, request.begun_at = ReferenceRequest.State.BEGUN, now
    request.save(update_fields=["state", "begun_at"])
    tell("request.begun", check, by="referee", at=now, request_id=request.pk)


def _receive(
    check: Check,
    request: ReferenceRequest,
    answers: dict[str, Json],
    *,
    now: datetime,
    factual: bool = False,
) -> Reference:
    first = not Reference.objects.of(check.organisation).filter(request__check_run=check).exists()
    reference = Reference.objects.create(
        organisation=check.organisation,
        request=request,
        version=check.version,
        answers=answers,
        factual=factual,
        submitted_at=now,
    )
    request.state, request.settled_at, request.draft = ReferenceRequest.State.ANSWERED, now, {}
    request.begun_at = request.begun_at or now
    request.next_reminder_at = None
    request.save()
    cancel(organisation=check.organisation, subject_ref=request_ref(request), now=now)
    tell("reference.received", check, by="referee", at=now, reference_id=reference.pk, first=first)
    return reference
