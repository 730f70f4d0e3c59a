from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from goodword.core.clock import latest_day
from goodword.questionnaires.domain.versions import stored_questions
from goodword.questionnaires.questions import fill_placeholders, for_self
from goodword.questionnaires.types import Stated
from goodword.references.domain import checks
from goodword.references.domain.checks import version_of
from goodword.references.domain.responses import (
    AnsweringSession,
    DraftAnswers,
    SubmittedAnswer,
    without_page,
)
from goodword.references.models import Check, SelfReference
from goodword.roles.models import Step
from goodword.workflow.domain.eligibility import closing_outcome
from goodword.workflow.models import DONE, UNFINISHED, lock, record_event, takes_answers


def self_reference_of(check: Check) -> SelfReference | None:
    return SelfReference.objects.of(check.organisation).filter(check_run=check).first()


def asks_self_reference(check: Check) -> bool:
    return check.self_reference != Step.SelfReference.OFF


def takes_self_reference(check: Check, *, now: datetime) -> bool:
    """Whether the self-reference can be answered: while the check is open or, once it is complete, until its deadline
    unless the application has ended."""
    if not asks_self_reference(check) or check.closed_at is not None:
        return False
    if check.progress in DONE:
        return now <= check.deadline_at and not closing_outcome(check, check.step_request.application)
    return takes_answers(check, now=now)


def self_reference_session(check: Check, own: SelfReference | None, *, now: datetime) -> AnsweringSession:
    version, name = version_of(check), check.step_request.application.candidate.name
    questions = for_self(stored_questions(version))
    return AnsweringSession(
        questions=fill_placeholders(
            questions, candidate=name, company=_("the company"), language=version.language
        ),
        draft=DraftAnswers.read(own.draft if own else {}),
        stated=Stated(),
        today=latest_day(now),
    )


def begin(*, check_id: int, now: datetime) -> SelfReference:
    with transaction.atomic():
        return _open_self_reference(check_id, now=now)[1]


def save_draft(
    *, check_id: int, submitted: Sequence[SubmittedAnswer], seen: Mapping[str, str], now: datetime
) -> tuple[str, ...]:
    with transaction.atomic():
        own = _open_self_reference(check_id, now=now)[1]
        draft = DraftAnswers.read(own.draft)
        own.draft = draft.merged(submitted, seen=seen, now=now).stored()
        own.save(update_fields=["draft"])
        return draft.conflicting(submitted, seen=seen)


def keep_draft_of_closed(
    *, check_id: int, submitted: Sequence[SubmittedAnswer], seen: Mapping[str, str], now: datetime
) -> bool:
    with transaction.atomic():
        check = lock(Check, check_id)
        own = self_reference_of(check)
        can_open_again = check.closed_at is not None and check.progress in UNFINISHED
        if own is None or own.submitted_at is not None or not can_open_again:
            return False
        if check.step_request.application.is_being_erased:
            return False
        draft = DraftAnswers.read(own.draft)
        own.draft = draft.merged(submitted, seen=without_page(seen), now=now).stored()
        own.save(update_fields=["draft"])
        return True


def submit(*, check_id: int, now: datetime, reviewed: str = "") -> SelfReference:
    with transaction.atomic():
        check = lock(Check, check_id)
        own = self_reference_of(check)
        if own is not None and own.submitted_at is not None:
            return own
        check, own = _open_self_reference(check_id, now=now)
        session = self_reference_session(check, own, now=now)
        session.draft.refuse_if_changed(reviewed)
        own.answers, own.version = session.validated(), version_of(check)
        own.submitted_at, own.draft = now, {}
        own.save()
        record_event("check.self_reference_received", check, by="candidate", at=now)
        if check.progress in DONE:
            record_event("check.answered_late", check, by="candidate", at=now)
        return own


def _open_self_reference(check_id: int, *, now: datetime) -> tuple[Check, SelfReference]:
    """Lock the check and create the self-reference if necessary. Raises Closed if it can no longer be answered, for
    example because it has been submitted."""
    check = lock(Check, check_id)
    if not takes_self_reference(check, now=now):
        raise checks.CheckClosed
    own, _made = SelfReference.objects.of(check.organisation).get_or_create(
        check_run=check,
        defaults={
            "organisation": check.organisation,
            "version": version_of(check),
            "draft": DraftAnswers().saved(now).stored(),
            "begun_at": now,
        },
    )
    if own.submitted_at is not None:
        raise checks.CheckClosed
    return check, own
