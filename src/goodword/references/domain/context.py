from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import translation
from django.utils.formats import date_format

from goodword.accounts.models import Organisation
from goodword.candidates.domain.people import choose_language
from goodword.candidates.models import Application, Candidate
from goodword.candidates.queries import public_title, recruiter_of
from goodword.notifications.domain.mail_texts import about_minutes
from goodword.notifications.domain.queue import Correspondent
from goodword.questionnaires.domain.versions import in_language, minutes_of_version, stored_questions
from goodword.questionnaires.models import QuestionnaireVersion
from goodword.questionnaires.parse import fill_placeholders
from goodword.questionnaires.routing import applicable
from goodword.questionnaires.types import Question, Stated
from goodword.references.models import Check, Referee, ReferenceRequest
from goodword.workflow.languages import first_offered

#: date formats that differ from "Tuesday 24 November"
_DAYS = {"de": "l, j. F"}


@dataclass(frozen=True, kw_only=True)
class CheckContext:
    application: Application
    candidate: Candidate
    organisation: Organisation
    recruiter: Correspondent
    title: str
    language: str


def check_context(check: Check, *, language: str = "") -> CheckContext:
    """`language`: of the request for referees; by default the candidate's."""
    application = (
        Application.objects.of(check.organisation)
        .select_related("candidate", "role__owner__user", "organisation")
        .get(pk=check.step_request.application_id)
    )
    recruiter = recruiter_of(application)
    return CheckContext(
        application=application,
        candidate=application.candidate,
        organisation=application.organisation,
        recruiter=Correspondent(name=recruiter.name, address=recruiter.address),
        title=public_title(application),
        language=language or candidate_language(check, application.candidate),
    )


def version_of(check: Check, *, language: str = "") -> QuestionnaireVersion:
    return in_language(check.version, language or check.language)


def questions_of(check: Check, *, language: str = "", relationship: str = "") -> tuple[Question, ...]:
    """Filled in with the candidate's name. `relationship`: only what such a referee is asked, apart from routing by
    answers."""
    version = version_of(check, language=language)
    questions = applicable(stored_questions(version), relationship=relationship)
    return fill_placeholders(
        questions, candidate=check.step_request.application.candidate.name, language=version.language
    )


def competencies_of(check: Check, *, language: str = "") -> list[str]:
    named = (getattr(question, "competency", "") for question in questions_of(check, language=language))
    return list(dict.fromkeys(name for name in named if name))


def minutes_of(check: Check, *, language: str = "", relationship: str = "") -> int:
    return minutes_of_version(version_of(check, language=language), relationship=relationship)


def stated_of(referee: Referee) -> Stated:
    return Stated(
        relationship=referee.relationship,
        company=referee.company,
        title=referee.candidate_title,
        from_month=referee.from_month or None,
        to_month=referee.to_month or None,
    )


def day_in_words(moment: datetime, *, organisation: Organisation, language: str) -> str:
    """In the organisation's time zone: "Tuesday 24 November", "Dienstag, 24. November"."""
    with translation.override(language):
        return date_format(
            moment.astimezone(organisation.zone), _DAYS.get(language.partition("-")[0], "l j F")
        )


def mail_context(facts: CheckContext, check: Check) -> Mapping[str, object]:
    minutes = minutes_of(check, language=facts.language)
    with translation.override(facts.language):
        duration = about_minutes(minutes)
    return {
        "candidate": facts.candidate.name,
        "first_name": facts.candidate.short_name,
        "title": facts.title,
        "wanted": check.wanted,
        "minutes": minutes,
        "duration": duration,
        "deadline": day_in_words(check.deadline_at, organisation=facts.organisation, language=facts.language),
        "watched": facts.organisation.watches_devices,
    }


def candidate_language(check: Check, candidate: Candidate, *, browser: Sequence[str] = ()) -> str:
    return first_offered(check.languages, candidate.chosen_language, *browser) or check.language


def referee_language(request: ReferenceRequest, *, browser: Sequence[str]) -> str:
    languages = request.check_run.languages
    return first_offered(languages, request.chosen_language, *browser) or request.language


def store_candidate_language(check: Check, *, language: str) -> None:
    Check.objects.of(check.organisation).filter(pk=check.pk).exclude(language=language).update(
        language=language
    )


def store_referee_language(request: ReferenceRequest, *, language: str) -> None:
    rows = ReferenceRequest.objects.of(request.organisation).filter(pk=request.pk)
    rows.exclude(language=language).update(language=language)


def choose_referee_language(request: ReferenceRequest, *, language: str) -> None:
    if language not in request.check_run.languages:
        return
    rows = ReferenceRequest.objects.of(request.organisation).filter(pk=request.pk)
    rows.update(language=language, chosen_language=language)
    request.language = request.chosen_language = language


def choose_candidate_language(check: Check, candidate: Candidate, *, language: str) -> bool:
    """Change the candidate's language. False if the check does not offer it."""
    if language not in check.languages:
        return False
    Check.objects.of(check.organisation).filter(pk=check.pk).update(language=language)
    check.language = language
    choose_language(candidate, language=language)
    return True
