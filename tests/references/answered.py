"""Rows of a check with all kinds of questions and answers: two managers, a colleague, a client, the candidate."""

from datetime import timedelta
from typing import Any

from goodword.accounts.models import Organisation
from goodword.core import clock
from goodword.notifications.domain import links
from goodword.notifications.models import Email, Link
from goodword.questionnaires.models import Questionnaire, QuestionnaireVersion
from goodword.references.models import (
    Check,
    Referee,
    Reference,
    ReferenceRequest,
    SelfReference,
    Slot,
)
from tests.support import factories
from tests.support.kept import kept

NOW = factories.NOW

LEVELS = [
    {"value": 1, "label": "Seldom", "example": "Leaves a question open until somebody asks again."},
    {"value": 2, "label": "Sometimes", "example": "Answers when reminded."},
    {"value": 3, "label": "Often", "example": "Answers within the day."},
    {"value": 4, "label": "Nearly always", "example": "Answers within the day and says what comes next."},
    {"value": 5, "label": "Always", "example": "Sees the question coming and answers before it is asked."},
]
WORDS = ["patient", "direct", "curious", "careful", "quick", "calm"]

QUESTIONS: list[dict[str, Any]] = [
    {"id": "relationship", "type": "relationship_confirm", "text": "What were you to {candidate}?"},
    {"id": "dates", "type": "dates_confirm", "text": "When did you work together?"},
    {"id": "title", "type": "title_confirm", "text": "What was {candidate}'s job title?"},
    {
        "id": "reliability",
        "type": "rating",
        "competency": "Reliability",
        "text": "How far could one rely on {candidate}?",
        "self_text": "How far could one rely on you?",
        "levels": LEVELS,
        "comment": True,
    },
    {
        "id": "promises",
        "type": "agreement",
        "competency": "Reliability",
        "text": "{candidate} keeps promises.",
        "self_text": "I keep promises.",
        "required": False,
    },
    {
        "id": "leading",
        "type": "rating",
        "competency": "Leadership",
        "text": "How does {candidate} lead?",
        "levels": LEVELS,
        "only_for": ["manager", "direct_report"],
    },
    {
        "id": "words",
        "type": "adjectives",
        "text": "Which words fit best?",
        "choices": [{"value": word, "label": word.capitalize()} for word in WORDS],
        "pick": 3,
    },
    {
        "id": "aloud",
        "type": "between",
        "text": "Where would you place {candidate}?",
        "left": "Thinks aloud with others",
        "right": "Works it out alone first",
    },
    {"id": "work_again", "type": "would_work_again", "text": "Would you work with {candidate} again?"},
    {
        "id": "why_not",
        "type": "long_text",
        "text": "What would have to be different?",
        "when": {"question": "work_again", "is": ["no", "yes_with_reservations"]},
    },
    {
        "id": "tools",
        "type": "multiple_choice",
        "text": "Which of these did {candidate} use?",
        "choices": [{"value": "crane", "label": "Crane"}, {"value": "ladder", "label": "Ladder"}],
        "least": 1,
        "most": 2,
    },
    {"id": "team", "type": "number", "text": "How many people were in the team?", "unit": "people"},
    {"id": "last", "type": "date", "text": "When did you last speak?", "required": False},
    {"id": "project", "type": "period", "text": "When did your main project run?", "required": False},
    {"id": "client", "type": "short_text", "text": "Which customer was the largest?", "required": False},
    {"id": "strengths", "type": "long_text", "text": "What is {candidate} best at?"},
]

FULL: dict[str, Any] = {
    "relationship": {"answer": "confirmed", "relationship": "manager"},
    "dates": {"answer": "confirmed", "from": "2021-04", "to": "2023-08"},
    "title": {"answer": "confirmed", "title": "Engineer"},
    "reliability": {"level": 4, "not_able": False, "comment": "The crane was always ready."},
    "promises": {"level": 5, "not_able": False, "comment": ""},
    "leading": {"level": 3, "not_able": False, "comment": ""},
    "words": ["patient", "careful", "calm"],
    "aloud": {"place": 2, "not_able": False},
    "work_again": {"answer": "yes", "comment": "Any day."},
    "tools": ["crane", "ladder"],
    "team": 12,
    "last": "2026-01-15",
    "project": {"from": "2021-06", "to": None},
    "client": "Umbrella Ltd",
    "strengths": "She thinks before she builds.",
}

#: name, address, relationship, company, answers
PEOPLE: list[tuple[str, str, str, str, dict[str, Any]]] = [
    ("Maria Schmidt", "maria@globex.example", "manager", "Globex", FULL),
    (
        "Omar Haddad",
        "omar@globex.example",
        "manager",
        "Globex",
        FULL
        | {
            "title": {"answer": "corrected", "title": "Cook"},
            "reliability": {"level": 2, "not_able": False, "comment": ""},
            "promises": None,
            "words": ["direct", "careful", "quick"],
            "work_again": {"answer": "yes_with_reservations", "comment": ""},
            "why_not": "Fewer projects at once.",
            "team": 9,
            "strengths": "She is quick.",
        },
    ),
    (
        "Paul Meier",
        "paul@globex.example",
        "peer",
        "Initech",
        {name: value for name, value in FULL.items() if name != "leading"}
        | {
            "relationship": {"answer": "confirmed", "relationship": "peer"},
            "dates": {"answer": "unsure", "from": None, "to": None},
            "reliability": {"level": None, "not_able": True, "comment": ""},
            "aloud": {"place": 5, "not_able": False},
            "strengths": "She listens.",
        },
    ),
]
OWN = {
    "reliability": {"level": 5, "not_able": False, "comment": ""},
    "promises": {"level": 4, "not_able": False, "comment": ""},
    "leading": {"level": 4, "not_able": False, "comment": ""},
    "words": ["patient", "curious", "quick"],
    "aloud": {"place": 4, "not_able": False},
    "tools": ["crane"],
    "team": 11,
    "strengths": "I ask before I build.",
}


def version(
    organisation: Organisation, questions: list[dict[str, Any]] | None = None
) -> QuestionnaireVersion:
    """The questions in English and German (same texts)."""
    questionnaire, _ = Questionnaire.objects.of(organisation).get_or_create(
        key="all-kinds",
        defaults={"organisation": organisation, "title": "All kinds of questions", "created_at": NOW},
    )
    asked = questions or QUESTIONS
    german = [one | {"text": f"Deutsch: {one['text']}"} for one in asked]
    for language, texts in (("en", asked), ("de", german)):
        QuestionnaireVersion.objects.create(
            organisation=organisation,
            questionnaire=questionnaire,
            number=1,
            language=language,
            questions=texts,
            created_at=NOW,
            published_at=NOW,
        )
    return QuestionnaireVersion.objects.of(organisation).get(questionnaire=questionnaire, language="en")


@kept
def checked(org: Organisation | None = None, *, done: bool = True, **candidate: Any) -> Check:
    organisation = org or factories.organisation(name="Acme")
    role = factories.role(organisation)
    who = factories.candidate(organisation, **{"first_name": "Ada", "last_name": "Lovelace"} | candidate)
    step_request = factories.step_request(factories.application(role, candidate=who), "reference_check")
    check = Check.objects.create(
        organisation=organisation,
        step_request=step_request,
        version=version(organisation),
        wanted=3,
        least=2,
        progress="completed" if done else "in_progress",
        opened_at=NOW - timedelta(days=5),
        begun_at=NOW - timedelta(days=4),
        completed_at=NOW if done else None,
        deadline_at=NOW + timedelta(days=5),
        self_reference="optional",
    )
    for number, relationship in enumerate(("manager", "any", "any"), start=1):
        Slot.objects.create(
            organisation=organisation, check_run=check, number=number, relationship=relationship
        )
    return check


def named(check: Check, number: int, **values: Any) -> Referee:
    name, address, relationship, company, _ = PEOPLE[(number - 1) % len(PEOPLE)]
    return Referee.objects.create(
        **{
            "organisation": check.organisation,
            "check_run": check,
            "slot": number,
            "name": name,
            "email": address,
            "relationship": relationship,
            "company": company,
            "candidate_title": "Engineer",
            "from_month": "2021-04",
            "to_month": "2023-08",
            "created_at": NOW - timedelta(days=4),
        }
        | values
    )


def asked(check: Check, number: int, *, state: str = "sent", **values: Any) -> ReferenceRequest:
    """A referee with a request."""
    return ReferenceRequest.objects.create(
        organisation=check.organisation,
        check_run=check,
        referee=named(check, number, **values),
        state=state,
        sent_at=NOW - timedelta(days=3),
        settled_at=None if state in {"sent", "begun"} else NOW,
        deadline_at=NOW + timedelta(days=5),
    )


def answered(
    check: Check, number: int, answers: dict[str, Any] | None = None, *, language: str = "en", **values: Any
) -> Reference:
    more = {name: values.pop(name) for name in ("factual", "late", "quote", "submitted_at") if name in values}
    return Reference.objects.create(
        **{
            "organisation": check.organisation,
            "request": asked(check, number, state="answered", **values),
            "version": QuestionnaireVersion.objects.of(check.organisation).get(
                questionnaire=check.version.questionnaire,
                number=check.version.number,
                language=language,
            ),
            "answers": PEOPLE[(number - 1) % len(PEOPLE)][4] if answers is None else answers,
            "submitted_at": NOW - timedelta(hours=4 - number),
        }
        | more
    )


def answered_self(check: Check, answers: dict[str, Any] | None = None, **values: Any) -> SelfReference:
    """The candidate's self-reference."""
    return SelfReference.objects.create(
        **{
            "organisation": check.organisation,
            "check_run": check,
            "version": check.version,
            "answers": OWN if answers is None else answers,
            "begun_at": NOW - timedelta(days=1),
            "submitted_at": NOW - timedelta(hours=20),
        }
        | values
    )


@kept
def whole(**candidate: Any) -> Check:
    """A completed check with three references and a self-reference."""
    check = checked(**candidate)
    for number in (1, 2, 3):
        answered(check, number)
    answered_self(check)
    return check


def data_path(purpose: Link.Purpose, check: Check, subject_id: int, address: str) -> str:
    """The path of a *Your data* link mailed to this address."""
    n = Link.objects.of(check.organisation).count()
    email = Email.objects.create(
        organisation=check.organisation,
        kind="workflow.own_data",
        key=f"data:{n}",
        to_address=address,
        from_name="Rita",
        reply_to="rita@acme.example",
        template="workflow/mail/own_data",
        language=check.language,
        state=Email.State.SENT,
        not_before=NOW,
        created_at=NOW - timedelta(days=2),
    )
    url = links.mint(
        organisation=check.organisation,
        purpose=purpose,
        subject_id=subject_id,
        email=email,
        now=max(NOW, clock.now()),
    )
    return url.removeprefix("http://localhost:8000")
