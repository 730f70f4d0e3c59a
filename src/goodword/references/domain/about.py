"""What a check is about, and what its pages and mails say of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils import translation
from django.utils.formats import date_format

from goodword.accounts.models import Organisation
from goodword.candidates.models import Application, Candidate
from goodword.candidates.queries import public_title, recruiter_of
from goodword.notifications.people import Person
from goodword.questionnaires.parse import parse
from goodword.questionnaires.timing import minutes
from goodword.questionnaires.types import Question, Stated
from goodword.questionnaires.wording import worded
from goodword.references.models import Check, Referee


@dataclass(frozen=True, kw_only=True)
class About:
    """Whose check it is, for which role, and who stands behind it."""

    application: Application
    candidate: Candidate
    organisation: Organisation
    recruiter: Person
    title: str
    language: str


def about(check: Check) -> About:
    """The people and the role of a check. `language` is that of its questions, which its pages and mails share."""
    application = (
        Application.objects.of(check.organisation)
        .select_related("candidate", "role__owner__user", "organisation")
        .get(pk=check.start.application_id)
    )
    recruiter = recruiter_of(application)
    return About(
        application=application,
        candidate=application.candidate,
        organisation=application.organisation,
        recruiter=Person(name=recruiter.name, address=recruiter.address),
        title=public_title(application),
        language=check.version.language,
    )


def questions_of(check: Check) -> tuple[Question, ...]:
    """The check's questions, with the candidate's name put in."""
    return worded(parse(check.version.questions), candidate=check.start.application.candidate.name)


def minutes_of(check: Check) -> int:
    """How many minutes a referee needs, as the questions say."""
    return minutes(parse(check.version.questions))


def stated_of(referee: Referee) -> Stated:
    """What the candidate stated about a referee, for the questions that confirm it."""
    return Stated(
        relationship=referee.relationship,
        company=referee.company,
        title=referee.candidate_title,
        from_month=referee.from_month or None,
        to_month=referee.to_month or None,
    )


def day_in_words(moment: datetime, *, organisation: Organisation, language: str) -> str:
    """A day as mails say it, in the organisation's time zone: "Tuesday 24 November"."""
    with translation.override(language):
        return date_format(moment.astimezone(organisation.zone), "l j F")


def common(facts: About, check: Check) -> Mapping[str, object]:
    """What every mail of a check may say."""
    return {
        "candidate": facts.candidate.name,
        "first_name": facts.candidate.short_name,
        "title": facts.title,
        "wanted": check.wanted,
        "minutes": minutes_of(check),
        "deadline": day_in_words(check.deadline_at, organisation=facts.organisation, language=facts.language),
    }
