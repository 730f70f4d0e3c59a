"""A referee answers: drafts, submitting, confirming facts only, a copy by mail; and what follows."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import translation

from goodword.accounts.domain.organisation import wants_each_reference
from goodword.core.models import Event
from goodword.notifications.domain.queue import Person, cancel, queue
from goodword.notifications.models import Email
from goodword.questionnaires.domain.versions import record_seconds
from goodword.questionnaires.parse import parse
from goodword.questionnaires.placeholders import fill_placeholders
from goodword.questionnaires.reading import Json
from goodword.questionnaires.rendered_answers import render_answers
from goodword.references.domain import locking
from goodword.references.domain.context import check_context, stated_of, version_of
from goodword.references.domain.drafts import AnsweringSession, Draft, SubmittedAnswer
from goodword.references.domain.locking import record_event
from goodword.references.domain.mails import mail_recruiter, request_ref
from goodword.references.models import Check, Reference, ReferenceRequest
from goodword.steps.states import DONE, UNFINISHED

State, Why = ReferenceRequest.State, ReferenceRequest.Why
COPY_KIND = "references.copy"
#: a second wish within this time sends nothing: the first copy is still on its way
COPY_EVERY = timedelta(minutes=10)
#: the latest that make the median; people do not answer as those of years ago did
LATEST_TIMES = 500


def answering_session(check: Check, request: ReferenceRequest, *, now: datetime) -> AnsweringSession:
    """The referee's way through the questions, in the language that they read and answer in."""
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
    """The referee starts to answer; a second time changes nothing. Raises guard.Closed."""
    with transaction.atomic():
        check, request = locking.lock_open_request(request_id, now=now)
        _begin(check, request, now=now)


def save_draft(
    *, request_id: int, given: Sequence[SubmittedAnswer], seen: Mapping[str, str], now: datetime
) -> None:
    """Keep what a page sent, beside what was kept before; `seen` as Draft.taking has it. Raises guard.Closed."""
    with transaction.atomic():
        check, request = locking.lock_open_request(request_id, now=now)
        _begin(check, request, now=now)
        _store_draft(request, given, seen=seen, now=now)


def keep_draft_of_closed(
    *, request_id: int, given: Sequence[SubmittedAnswer], seen: Mapping[str, str], now: datetime
) -> bool:
    """Keep what was typed although the check has been closed meanwhile, since it can be opened again.

    Nobody reads a draft but its referee, and nothing begins by this. Not of somebody whose data is to go, nor of a
    request that was answered, declined or replaced. Whether it was kept.
    """
    with transaction.atomic():
        check, request = locking.lock_request(request_id)
        ended_with_it = request.state == State.ENDED and request.why == Why.CHECK_CLOSED
        if not (request.is_out or ended_with_it) or check.step_request.application.is_going:
            return False
        _store_draft(request, given, seen=seen, now=now)
        return True


def submit(*, request_id: int, now: datetime) -> Reference:
    """Make the kept answers the reference. Of several submits, at once or later, the first counts.

    What was answered before an earlier answer changed, and is not asked any more, is left out. Raises Incomplete
    with what is missing, guard.Closed when nothing can come in any more.
    """
    with transaction.atomic():
        check, request = locking.lock_request(request_id)
        if request.state == State.ANSWERED:
            return request.reference
        locking.refuse_if_request_over(check, request, now=now)
        walk = answering_session(check, request, now=now)
        answers = walk.judged()
        seconds = walk.draft.seconds_since(request.begun_at, now=now)
        return _receive(check, request, answers, now=now, factual=False, seconds=seconds)


def confirm_facts(*, request_id: int, given: Sequence[SubmittedAnswer], now: datetime) -> Reference:
    """Dates and title only: counts as a *factual* reference. Raises as `submit` does."""
    with transaction.atomic():
        check, request = locking.lock_request(request_id)
        if request.state == State.ANSWERED:
            return request.reference
        locking.refuse_if_request_over(check, request, now=now)
        _store_draft(request, given, seen={}, now=now)
        walk = answering_session(check, request, now=now)
        return _receive(check, request, walk.judged(of=walk.facts), now=now, factual=True, seconds=None)


def _begin(check: Check, request: ReferenceRequest, *, now: datetime) -> None:
    if request.state != State.SENT:
        return
    request.state, request.begun_at = State.BEGUN, now
    request.draft = Draft.read(request.draft).touched(now).stored()
    request.save(update_fields=["state", "begun_at", "draft"])
    record_event("request.begun", check, by="referee", at=now, request_id=request.pk)


def _store_draft(
    request: ReferenceRequest, given: Sequence[SubmittedAnswer], *, seen: Mapping[str, str], now: datetime
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
    record_event("reference.received", check, by="referee", at=now, reference_id=reference.pk, first=first)
    return reference


def send_copy(*, request_id: int, now: datetime) -> bool:
    """Queue the mail with a referee's submitted answers, in the language they were given in; whether that was done.

    Not before they have submitted, and at most once in ten minutes.
    """
    with transaction.atomic():
        check, request = locking.lock_request(request_id)
        if request.state != ReferenceRequest.State.ANSWERED:
            return False
        sent = Email.objects.of(check.organisation).filter(kind=COPY_KIND, subject_ref=request_ref(request))
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
            subject_ref=request_ref(request),
            language=facts.language,
            now=now,
        )
        return True


def _answers_in_words(request: ReferenceRequest, language: str) -> list[dict[str, str]]:
    """What was asked and answered, in words."""
    reference, candidate = request.reference, request.check_run.step_request.application.candidate
    asked = fill_placeholders(
        parse(reference.version.questions),
        candidate=candidate.name,
        company=request.referee.company,
        language=reference.version.language,
    )
    given = [question for question in asked if question.id in reference.answers]
    with translation.override(language):
        return [
            {"question": row.question, "answer": row.answer, "detail": row.detail, "comment": row.comment}
            for row in render_answers(given, reference.answers, stated=stated_of(request.referee))
        ]


def mail_recruiter_on_reference(event: Event) -> None:
    """After the first reference, the recruiter gets a link to what is in; after later ones if they asked for it.

    The report replaces this mail for the last reference, and for those after the check is complete.
    """
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
    if reference is None:  # erased with its person since
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
    """Note the times of the version that was answered. Times exist only of what was answered in one sitting."""
    references = Reference.objects.across_organisations().select_related("version")
    reference = references.filter(pk=event.data["reference_id"]).first()
    if reference is None or reference.seconds is None:
        return
    rows = references.filter(version=reference.version, seconds__isnull=False).order_by("-pk")
    times = rows.values_list("seconds", flat=True)[:LATEST_TIMES]
    record_seconds(reference.version, [seconds for seconds in times if seconds is not None])
