"""A referee's answers: drafts, submission, dates and title only, a copy by mail, and what follows."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import translation

from goodword.accounts.domain.organisation import wants_each_reference
from goodword.core.json_reading import Json
from goodword.core.models import Event
from goodword.notifications.domain.queue import Person, cancel, queue
from goodword.notifications.models import Email
from goodword.questionnaires.domain.versions import record_seconds
from goodword.questionnaires.labels import render_answers
from goodword.questionnaires.parse import fill_placeholders, parse
from goodword.references.domain import checks
from goodword.references.domain.checks import record_event
from goodword.references.domain.context import check_context, stated_of, version_of
from goodword.references.domain.drafts import AnsweringSession, Draft, SubmittedAnswer
from goodword.references.domain.mails import mail_recruiter
from goodword.references.models import Check, Reference, ReferenceRequest
from goodword.workflow.states import DONE, UNFINISHED

State, Why = ReferenceRequest.State, ReferenceRequest.Why
COPY_KIND = "references.copy"
#: minimum time between two copies
COPY_EVERY = timedelta(minutes=10)
#: answer times used for the median
LATEST_TIMES = 500


def answering_session(check: Check, request: ReferenceRequest, *, now: datetime) -> AnsweringSession:
    version = version_of(check, language=request.language)
    return AnsweringSession(
        questions=fill_placeholders(
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
    """Idempotent. Raises Closed."""
    with transaction.atomic():
        check, request = checks.lock_open_request(request_id, now=now)
        _begin(check, request, now=now)


def save_draft(
    *, request_id: int, submitted: Sequence[SubmittedAnswer], seen: Mapping[str, str], now: datetime
) -> None:
    """Merge what a page sent into the draft; `seen` as in Draft.merged. Raises Closed."""
    with transaction.atomic():
        check, request = checks.lock_open_request(request_id, now=now)
        _begin(check, request, now=now)
        _store_draft(request, submitted, seen=seen, now=now)


def keep_draft_of_closed(
    *, request_id: int, submitted: Sequence[SubmittedAnswer], seen: Mapping[str, str], now: datetime
) -> bool:
    """Save a draft although the check has closed meanwhile, since it may be reopened. Returns whether it was saved."""
    with transaction.atomic():
        check, request = checks.lock_request(request_id)
        ended_with_it = request.state == State.ENDED and request.why == Why.CHECK_CLOSED
        if not (request.is_out or ended_with_it) or check.step_request.application.is_being_erased:
            return False
        _store_draft(request, submitted, seen=seen, now=now)
        return True


def submit(*, request_id: int, now: datetime) -> Reference:
    """Turn the draft into a reference. Of several submissions the first counts.

    Answers to questions that no longer apply are left out. Raises Incomplete, Closed.
    """
    with transaction.atomic():
        check, request = checks.lock_request(request_id)
        if request.state == State.ANSWERED:
            return request.reference
        checks.refuse_if_request_over(check, request, now=now)
        session = answering_session(check, request, now=now)
        answers = session.validated()
        seconds = session.draft.seconds_since(request.begun_at, now=now)
        return _receive(check, request, answers, now=now, factual=False, seconds=seconds)


def confirm_facts(*, request_id: int, submitted: Sequence[SubmittedAnswer], now: datetime) -> Reference:
    """Submit dates and title only, a *factual* reference. Raises Incomplete, Closed."""
    with transaction.atomic():
        check, request = checks.lock_request(request_id)
        if request.state == State.ANSWERED:
            return request.reference
        checks.refuse_if_request_over(check, request, now=now)
        _store_draft(request, submitted, seen={}, now=now)
        session = answering_session(check, request, now=now)
        return _receive(
            check, request, session.validated(of=session.facts), now=now, factual=True, seconds=None
        )


def _begin(check: Check, request: ReferenceRequest, *, now: datetime) -> None:
    if request.state != State.SENT:
        return
    request.state, request.begun_at = State.BEGUN, now
    request.draft = Draft.read(request.draft).saved(now).stored()
    request.save(update_fields=["state", "begun_at", "draft"])
    record_event("request.begun", check, by="referee", at=now, request_id=request.pk)


def _store_draft(
    request: ReferenceRequest, submitted: Sequence[SubmittedAnswer], *, seen: Mapping[str, str], now: datetime
) -> None:
    request.draft = Draft.read(request.draft).merged(submitted, seen=seen, now=now).stored()
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
    cancel(organisation=check.organisation, subject_ref=request.mail_ref, now=now)
    record_event("reference.received", check, by="referee", at=now, reference_id=reference.pk, first=first)
    return reference


def send_copy(*, request_id: int, now: datetime) -> bool:
    """Mail a referee their submitted answers, at most every ten minutes. Returns whether a mail was queued."""
    with transaction.atomic():
        check, request = checks.lock_request(request_id)
        if request.state != ReferenceRequest.State.ANSWERED:
            return False
        sent = Email.objects.of(check.organisation).filter(kind=COPY_KIND, subject_ref=request.mail_ref)
        if sent.filter(created_at__gt=now - COPY_EVERY).exists():
            return False
        reference, referee = request.reference, request.referee
        facts = check_context(check, language=reference.version.language)
        queue(
            organisation=facts.organisation,
            kind=COPY_KIND,
            key=f"request:{request.pk}:copy:{sent.count() + 1}",
            to=Person(name=referee.name, address=referee.email),
            sender=facts.recruiter,
            template="references/mail/copy",
            context={
                "candidate": facts.candidate.name,
                "answers": _answers_in_words(request, facts.language),
            },
            application=facts.application,
            quotes=facts.candidate,
            subject_ref=request.mail_ref,
            language=facts.language,
            now=now,
        )
        return True


def _answers_in_words(request: ReferenceRequest, language: str) -> list[dict[str, str]]:
    reference, candidate = request.reference, request.check_run.step_request.application.candidate
    asked = fill_placeholders(
        parse(reference.version.questions),
        candidate=candidate.name,
        company=request.referee.company,
        language=reference.version.language,
    )
    submitted = [question for question in asked if question.id in reference.answers]
    with translation.override(language):
        return [
            {"question": row.question, "answer": row.answer, "detail": row.detail, "comment": row.comment}
            for row in render_answers(submitted, reference.answers, stated=stated_of(request.referee))
        ]


def mail_recruiter_on_reference(event: Event) -> None:
    """Mail the recruiter a link after the first reference, and after later ones if they want that. After the last, the
    report replaces this mail."""
    check = (
        Check.objects.across_organisations()
        .select_related("step_request__step")
        .get(pk=event.data["check_id"])
    )
    reference = (
        Reference.objects.of(check.organisation)
        .select_related("request__referee")
        .filter(pk=event.data["reference_id"])
        .first()
    )
    if reference is None:
        return
    referee, now = reference.request.referee, event.occurred_at
    if event.data["first"]:
        mail_recruiter(check, referee=referee, now=now)
        return
    there = Reference.objects.of(check.organisation).filter(request__check_run=check, submitted_at__lte=now)
    received = there.count()
    if received >= check.wanted or check.progress not in UNFINISHED:
        return
    address = check_context(check).recruiter.address
    if wants_each_reference(organisation_id=check.organisation_id, address=address):
        mail_recruiter(check, referee=referee, now=now, key=f"review:{reference.pk}", received=received)


def record_answer_time(event: Event) -> None:
    """Pass a version's answer times to its questionnaire."""
    references = Reference.objects.across_organisations().select_related("version")
    reference = references.filter(pk=event.data["reference_id"]).first()
    if reference is None or reference.seconds is None:
        return
    rows = references.filter(version=reference.version, seconds__isnull=False).order_by("-pk")
    times = rows.values_list("seconds", flat=True)[:LATEST_TIMES]
    record_seconds(reference.version, [seconds for seconds in times if seconds is not None])
