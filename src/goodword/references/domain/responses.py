"""A referee's answers: draft and submission. Draft and session are pure, and are also used by self-references."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, Final, Self

from django.db import transaction
from django.utils import translation

from goodword.accounts.domain.organisation import wants_each_reference
from goodword.core.addresses import Correspondent
from goodword.core.clock import latest_day
from goodword.core.models import Event
from goodword.core.save_numbers import load_and_number
from goodword.core.validation import Json
from goodword.notifications.domain.links import was_mailed_lately
from goodword.notifications.domain.queue import cancel, queue
from goodword.notifications.models import Email
from goodword.questionnaires.answers import validate
from goodword.questionnaires.domain.versions import record_seconds, stored_questions
from goodword.questionnaires.input_parsing import AnswerError
from goodword.questionnaires.labels import render_answers
from goodword.questionnaires.questions import applicable, fill_placeholders, pages
from goodword.questionnaires.types import (
    CONFIRMING,
    LongText,
    Question,
    RelationshipConfirm,
    Stated,
    WouldWorkAgain,
)
from goodword.references.comments import comments_of, quote_order, sentences
from goodword.references.domain import checks
from goodword.references.domain.checks import check_context, stated_of, version_of
from goodword.references.domain.mails import mail_recruiter
from goodword.references.models import Check, Reference, ReferenceRequest
from goodword.workflow.models import DONE, UNFINISHED, record_event

META_KEY: Final = "~"
#: in the fingerprints of a posted page, which save of which page load this is ("k3f9-7", see saved.js)
SAVE_KEY: Final = "#"
#: characters of the id of a page, which is stored with each answer; longer ones aren't ours
LONGEST_PAGE: Final = 12
#: page loads whose last save is remembered
LATEST_LOADS: Final = 10
#: a longer gap between two saves is a break, not time spent answering
ONE_SITTING: Final = timedelta(minutes=30)
#: characters kept of an unfinished answer
LONGEST_TYPED: Final = 50_000
#: posted values of one question, by input name
type Typed = Mapping[str, Sequence[str]]
State, Why = ReferenceRequest.State, ReferenceRequest.Why
COPY_KIND = "references.copy"
#: answer times used for the median
LATEST_TIMES = 500


class Incomplete(Exception):
    """Questions that still need an answer: their ids, in order."""

    def __init__(self, question_ids: tuple[str, ...]) -> None:
        super().__init__(", ".join(question_ids))
        self.question_ids = question_ids


class AnswersChanged(Exception):
    """The draft has changed since the review page was shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmittedAnswer:
    """A posted question: its `answer` if valid, else the text `typed`."""

    question_id: str
    finished: bool
    answer: Json = None
    typed: Typed = field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        """The value of DraftAnswers.fingerprint once this is saved."""
        return _fingerprint(self.answer, self.typed)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftAnswers:
    """`typed`: unfinished input by question id. `left`: there was a break of more than ONE_SITTING. `saved_by`: by
    question id, the page (one rendering of it) that saved last. `last_saves`: the latest page loads, each with the
    number of its last save. `quote`: the sentence chosen for page 1 of the report, or ""."""

    answers: Mapping[str, Json] = field(default_factory=dict)
    typed: Mapping[str, Typed] = field(default_factory=dict)
    saved_at: datetime | None = None
    left: bool = False
    saved_by: Mapping[str, str] = field(default_factory=dict)
    last_saves: tuple[tuple[str, int], ...] = ()
    quote: str = ""

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Self:
        known = stored.get(META_KEY, {})
        return cls(
            answers={name: value for name, value in stored.items() if name != META_KEY},
            typed=known.get("typed", {}),
            saved_at=datetime.fromisoformat(known["saved_at"]) if "saved_at" in known else None,
            left=known.get("left", False),
            saved_by=known.get("saved_by", {}),
            last_saves=tuple((load, number) for load, number in known.get("last_saves", [])),
            quote=known.get("quote", ""),
        )

    def stored(self) -> dict[str, Any]:
        known = {
            "typed": self.typed,
            "left": self.left,
            "saved_by": self.saved_by,
            **({"saved_at": self.saved_at.isoformat()} if self.saved_at else {}),
            **({"last_saves": [list(last_save) for last_save in self.last_saves]} if self.last_saves else {}),
            **({"quote": self.quote} if self.quote else {}),
        }
        return {**self.answers, META_KEY: known}

    def fingerprint(self, question_id: str) -> str:
        """A digest of a question's stored state; "" if empty."""
        return _fingerprint(self.answers.get(question_id), self.typed.get(question_id) or {})

    @property
    def digest(self) -> str:
        return _fingerprint(
            dict(self.answers), {name: [json.dumps(typed)] for name, typed in self.typed.items()}
        )

    def conflicting(
        self, submitted: Sequence[SubmittedAnswer], *, seen: Mapping[str, str]
    ) -> tuple[str, ...]:
        """Ids of questions that were changed on this page and, since it was shown, also on another."""
        page = _page_of(seen)
        if not page or self.is_overtaken(seen.get(SAVE_KEY, "")):
            return ()
        return tuple(
            answer.question_id
            for answer in submitted
            if self.saved_by.get(answer.question_id) != page
            and len(
                {
                    answer.fingerprint,
                    seen.get(answer.question_id, ""),
                    self.fingerprint(answer.question_id),
                }
            )
            == 3
        )

    def merged(self, submitted: Sequence[SubmittedAnswer], *, seen: Mapping[str, str], now: datetime) -> Self:
        """Merge a posted page into the draft. `seen`: fingerprints of the questions as shown, and the page's id under
        META_KEY. Answers that the page didn't change stay as stored, since another tab may have changed them, and so do
        conflicting answers. Without an id there are no conflicts, and the later change wins. An earlier save that
        arrives after a later one of the same page changes nothing."""
        page, save = _page_of(seen), seen.get(SAVE_KEY, "")
        if self.is_overtaken(save):
            return self
        answers, typed, saved_by = dict(self.answers), dict(self.typed), dict(self.saved_by)
        conflicting = self.conflicting(submitted, seen=seen)
        for answer in submitted:
            # if the response to the page's last save was lost, it still has the old fingerprint
            is_own = page and saved_by.get(answer.question_id) == page
            if answer.fingerprint == seen.get(answer.question_id, "") and not is_own:
                continue
            if answer.question_id in conflicting:
                continue
            saved_by[answer.question_id] = page
            answers.pop(answer.question_id, None)
            typed.pop(answer.question_id, None)
            if answer.finished:
                answers[answer.question_id] = answer.answer
            elif answer.typed:
                typed[answer.question_id] = answer.typed
        merged = replace(self.with_save(save), answers=answers, typed=typed, saved_by=saved_by).saved(now)
        if merged.quote and merged.quote not in merged.written:
            merged = replace(merged, quote="")
        return merged

    def is_overtaken(self, save: str) -> bool:
        """Whether the same page load has saved later than `save` (as under SAVE_KEY, or "" without JavaScript)."""
        load, number = load_and_number(save)
        return number < dict(self.last_saves).get(load, 0)

    def with_save(self, save: str) -> Self:
        load, number = load_and_number(save)
        if not load:
            return self
        others = tuple(last_save for last_save in self.last_saves if last_save[0] != load)
        return replace(self, last_saves=(*others, (load, number))[-LATEST_LOADS:])

    @property
    def written(self) -> set[str]:
        """All sentences written so far, including unfinished answers."""
        texts = [text for answer in self.answers.values() for text in comments_of(answer)]
        texts += [text for typed in self.typed.values() for entered in typed.values() for text in entered]
        return {sentence for text in texts for sentence in sentences(text)}

    def refuse_if_changed(self, reviewed: str) -> None:
        """Raise AnswersChanged unless `reviewed`, the digest on the review page, is current or empty."""
        if reviewed and reviewed != self.digest:
            raise AnswersChanged

    def saved(self, now: datetime) -> Self:
        apart = self.saved_at is not None and now - self.saved_at > ONE_SITTING
        return replace(self, saved_at=now, left=self.left or apart)

    def seconds_since(self, begun_at: datetime | None, *, now: datetime) -> int | None:
        """Seconds since *Start*; None after a break, or if the clock was set back or differs between servers."""
        last = self.saved(now)
        if begun_at is None or last.left or now < begun_at:
            return None
        return int((now - begun_at).total_seconds())


def _page_of(seen: Mapping[str, str]) -> str:
    page = seen.get(META_KEY, "")
    return page if len(page) <= LONGEST_PAGE else ""


def _fingerprint(answer: Json, typed: Typed) -> str:
    if answer is None and not typed:
        return ""
    content = json.dumps([answer, {name: list(texts) for name, texts in typed.items()}], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:12]


@dataclass(frozen=True, kw_only=True)
class AnsweringSession:
    """All questions in the reader's language, and the draft. `stated`: the candidate's statements."""

    questions: tuple[Question, ...]
    draft: DraftAnswers
    stated: Stated
    today: date

    def with_answers(self, submitted: Sequence[SubmittedAnswer], *, now: datetime) -> Self:
        return replace(self, draft=self.draft.merged(submitted, seen={}, now=now))

    @property
    def relationship(self) -> str:
        """The relationship confirmed or corrected by the referee, otherwise the one stated by the candidate."""
        for question in self.questions:
            answer = self.draft.answers.get(question.id)
            if isinstance(question, RelationshipConfirm) and isinstance(answer, Mapping):
                return str(answer["relationship"])
        return self.stated.relationship

    @cached_property
    def asked(self) -> tuple[Question, ...]:
        return applicable(self.questions, relationship=self.relationship, answers=self.draft.answers)

    @cached_property
    def facts(self) -> tuple[Question, ...]:
        return tuple(question for question in self.asked if isinstance(question, CONFIRMING))

    @cached_property
    def all_pages(self) -> tuple[tuple[Question, ...], ...]:
        return pages(self.questions)

    @cached_property
    def page_numbers(self) -> tuple[int, ...]:
        """Numbers of the pages that have questions, from 1."""
        return tuple(
            number for number in range(1, len(self.all_pages) + 1) if self.on_page(number, asked_only=True)
        )

    def on_page(self, number: int, *, asked_only: bool) -> tuple[Question, ...]:
        if not 1 <= number <= len(self.all_pages):
            return ()
        page = self.all_pages[number - 1]
        return tuple(question for question in page if question in self.asked) if asked_only else page

    def page_of(self, question_id: str) -> int:
        return next(
            number
            for number, page in enumerate(self.all_pages, start=1)
            if any(question.id == question_id for question in page)
        )

    def after(self, number: int) -> int | None:
        return next((later for later in self.page_numbers if later > number), None)

    def before(self, number: int) -> int | None:
        return next((earlier for earlier in reversed(self.page_numbers) if earlier < number), None)

    def position(self, number: int) -> tuple[int, int]:
        """The position of a page among those with questions, and their number."""
        return sum(other <= number for other in self.page_numbers), len(self.page_numbers)

    @cached_property
    def quotable(self) -> tuple[str, ...]:
        """Sentences to choose from for page 1 of the report. Without a choice, the report quotes the first."""
        order = sorted(
            self.asked,
            key=lambda question: quote_order(
                work_again=isinstance(question, WouldWorkAgain), long_text=isinstance(question, LongText)
            ),
        )
        found = (text for question in order for text in self._comments(question))
        return tuple(dict.fromkeys(sentence for text in found for sentence in sentences(text)))

    def _comments(self, question: Question) -> list[str]:
        answer = self.draft.answers.get(question.id)
        return comments_of(answer) if isinstance(question, LongText) or not isinstance(answer, str) else []

    @property
    def quote(self) -> str:
        return self.draft.quote if self.draft.quote in self.quotable else ""

    def validated(self, *, of: Sequence[Question] | None = None) -> dict[str, Json]:
        """The answers to all questions, or to `of`. Raises Incomplete."""
        judged: dict[str, Json] = {}
        missing: list[str] = []
        for question in self.asked if of is None else of:
            try:
                judged[question.id] = self._validated(question)
            except AnswerError:
                missing.append(question.id)
        if missing:
            raise Incomplete(tuple(missing))
        return judged

    def missing(self) -> tuple[str, ...]:
        try:
            self.validated()
        except Incomplete as incomplete:
            return incomplete.question_ids
        return ()

    def _validated(self, question: Question) -> Json:
        if question.id in self.draft.typed:
            raise AnswerError("not finished")  # never shown
        answer = self.draft.answers.get(question.id)
        return validate(question, answer, stated=self.stated, today=self.today)


def answering_session(check: Check, request: ReferenceRequest, *, now: datetime) -> AnsweringSession:
    version = version_of(check, language=request.language)
    return AnsweringSession(
        questions=fill_placeholders(
            stored_questions(version),
            candidate=check.step_request.application.candidate.name,
            company=request.referee.company,
            language=version.language,
        ),
        draft=DraftAnswers.read(request.draft),
        stated=stated_of(request.referee),
        today=latest_day(now),
    )


def begin(*, request_id: int, now: datetime) -> None:
    with transaction.atomic():
        check, request = checks.lock_open_request(request_id, now=now)
        _begin(check, request, now=now)


def save_draft(
    *, request_id: int, submitted: Sequence[SubmittedAnswer], seen: Mapping[str, str], now: datetime
) -> tuple[str, ...]:
    """Save a posted page. `seen`: as in DraftAnswers.merged. Returns the conflicting ids. Raises Closed."""
    with transaction.atomic():
        check, request = checks.lock_open_request(request_id, now=now)
        _begin(check, request, now=now)
        return _save_draft(request, submitted, seen=seen, now=now)


def keep_draft_of_closed(
    *, request_id: int, submitted: Sequence[SubmittedAnswer], seen: Mapping[str, str], now: datetime
) -> bool:
    """Keep the draft of a closed check, since the check may be reopened. Later answers win. Returns whether it was
    saved."""
    with transaction.atomic():
        try:
            check, request = checks.lock_request(request_id)
        except checks.CheckClosed:
            return False
        ended_with_it = request.state == State.ENDED and request.why == Why.CHECK_CLOSED
        if not (request.is_out or ended_with_it) or check.step_request.application.is_being_erased:
            return False
        _save_draft(request, submitted, seen=without_page(seen), now=now)
        return True


def choose_quote(*, request_id: int, sentence: str, save: str = "", now: datetime) -> None:
    """Choose the sentence for page 1 of the report. Ignored if no comment contains it, or if it arrives after a later
    choice on the same page (`save`: as under SAVE_KEY). Raises Closed."""
    with transaction.atomic():
        check, request = checks.lock_open_request(request_id, now=now)
        session = answering_session(check, request, now=now)
        if sentence in session.quotable and not session.draft.is_overtaken(save):
            request.draft = replace(session.draft.with_save(save), quote=sentence).saved(now).stored()
            request.save(update_fields=["draft"])


def without_page(seen: Mapping[str, str]) -> dict[str, str]:
    return {name: fingerprint for name, fingerprint in seen.items() if name != META_KEY}


def submit(*, request_id: int, now: datetime, reviewed: str = "") -> Reference:
    """Submit the answers. Only the first submission counts. `reviewed`: the draft's digest as shown. Raises Incomplete,
    Closed, AnswersChanged."""
    with transaction.atomic():
        check, request = checks.lock_request(request_id)
        if request.state == State.ANSWERED:
            return request.reference
        checks.refuse_if_request_over(check, request, now=now)
        session = answering_session(check, request, now=now)
        session.draft.refuse_if_changed(reviewed)
        answers = session.validated()
        seconds = session.draft.seconds_since(request.begun_at, now=now)
        return _receive(check, request, answers, now=now, factual=False, seconds=seconds, quote=session.quote)


def confirm_facts(*, request_id: int, submitted: Sequence[SubmittedAnswer], now: datetime) -> Reference:
    """Submit a *factual* reference: dates and title only. Raises Incomplete, Closed."""
    with transaction.atomic():
        check, request = checks.lock_request(request_id)
        if request.state == State.ANSWERED:
            return request.reference
        checks.refuse_if_request_over(check, request, now=now)
        _save_draft(request, submitted, seen={}, now=now)
        session = answering_session(check, request, now=now)
        return _receive(
            check, request, session.validated(of=session.facts), now=now, factual=True, seconds=None
        )


def _begin(check: Check, request: ReferenceRequest, *, now: datetime) -> None:
    if request.state != State.SENT:
        return
    request.state, request.begun_at = State.BEGUN, now
    request.draft = DraftAnswers.read(request.draft).saved(now).stored()
    request.save(update_fields=["state", "begun_at", "draft"])
    record_event("request.begun", check, by="referee", at=now, request_id=request.pk)


def _save_draft(
    request: ReferenceRequest, submitted: Sequence[SubmittedAnswer], *, seen: Mapping[str, str], now: datetime
) -> tuple[str, ...]:
    draft = DraftAnswers.read(request.draft)
    request.draft = draft.merged(submitted, seen=seen, now=now).stored()
    request.save(update_fields=["draft"])
    return draft.conflicting(submitted, seen=seen)


def _receive(
    check: Check,
    request: ReferenceRequest,
    answers: dict[str, Json],
    *,
    now: datetime,
    factual: bool,
    seconds: int | None,
    quote: str = "",
) -> Reference:
    first = not Reference.objects.of(check.organisation).filter(request__check_run=check).exists()
    reference = Reference.objects.create(
        organisation=check.organisation,
        request=request,
        version=version_of(check, language=request.language),
        answers=answers,
        quote=quote,
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
    """Mail referees their submitted answers, at most every ten minutes. Returns whether a mail was queued."""
    with transaction.atomic():
        check, request = checks.lock_request(request_id)
        if request.state != ReferenceRequest.State.ANSWERED:
            return False
        sent = Email.objects.of(check.organisation).filter(kind=COPY_KIND, subject_ref=request.mail_ref)
        if was_mailed_lately(sent, now=now):
            return False
        reference, referee = request.reference, request.referee
        facts = check_context(check, language=reference.version.language)
        queue(
            organisation=facts.organisation,
            kind=COPY_KIND,
            key=f"request:{request.pk}:copy:{sent.count() + 1}",
            to=Correspondent(name=referee.name, address=referee.email),
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
        stored_questions(reference.version),
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
    """Mail a link after the first reference, and after later ones if wanted. The last mail links to the report."""
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
    """Keep the questionnaire's median answering time up to date."""
    references = Reference.objects.across_organisations().select_related("version")
    reference = references.filter(pk=event.data["reference_id"]).first()
    if reference is None or reference.seconds is None:
        return
    rows = references.filter(version=reference.version, seconds__isnull=False).order_by("-pk")
    times = rows.values_list("seconds", flat=True)[:LATEST_TIMES]
    record_seconds(reference.version, [seconds for seconds in times if seconds is not None])
