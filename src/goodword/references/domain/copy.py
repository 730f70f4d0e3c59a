"""A referee's own answers, mailed to them if they want: to the address that we know, to no other."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import translation

from goodword.notifications.domain.queue import queue
from goodword.notifications.models import Email
from goodword.notifications.people import Person
from goodword.questionnaires.parse import parse
from goodword.questionnaires.report import rows
from goodword.questionnaires.wording import worded
from goodword.references.domain import guard
from goodword.references.domain.about import about, stated_of
from goodword.references.domain.mails import request_ref
from goodword.references.models import ReferenceRequest

COPY = "references.copy"
#: a second wish within this time sends nothing: the first copy is still on its way
AT_MOST_EVERY = timedelta(minutes=10)


def send_copy(*, request_id: int, now: datetime) -> bool:
    """Queue the mail with a referee's submitted answers, in the language they were given in; whether that was done.

    Not before they have submitted, and at most once in ten minutes.
    """
    with transaction.atomic():
        check, request = guard.locked_request(request_id)
        if request.state != ReferenceRequest.State.ANSWERED:
            return False
        sent = Email.objects.of(check.organisation).filter(kind=COPY, subject_ref=request_ref(request))
        if sent.filter(created_at__gt=now - AT_MOST_EVERY).exists():
            return False
        reference, referee = request.reference, request.referee
        facts = about(check, language=reference.version.language)
        queue(
            organisation=facts.organisation,
            kind=COPY,
            key=f"request:{request.pk}:copy:{sent.count() + 1}",
            to=Person(name=referee.name, address=referee.email),
            sender=facts.recruiter,
            template="references/mail/copy",
            context={"candidate": facts.candidate.name, "answers": _answers(request, facts.language)},
            application=facts.application,
            quotes=facts.candidate,
            subject_ref=request_ref(request),
            language=facts.language,
            now=now,
        )
        return True


def _answers(request: ReferenceRequest, language: str) -> list[dict[str, str]]:
    """What was asked and answered, in words."""
    reference, candidate = request.reference, request.check_run.step_request.application.candidate
    asked = worded(
        parse(reference.version.questions),
        candidate=candidate.name,
        company=request.referee.company,
        language=reference.version.language,
    )
    given = [question for question in asked if question.id in reference.answers]
    with translation.override(language):
        return [
            {"question": row.question, "answer": row.answer, "detail": row.detail, "comment": row.comment}
            for row in rows(given, reference.answers, stated=stated_of(request.referee))
        ]
