"""A short questionnaire in two languages, with a question for managers only and a conditional one."""

from collections.abc import Sequence
from typing import Any

from goodword.questionnaires.models import Questionnaire, QuestionnaireVersion
from tests.references.story import Story
from tests.support.factories import NOW

QUESTIONS: list[dict[str, Any]] = [
    {"id": "relationship", "type": "relationship_confirm", "text": "What were you to {candidate}?"},
    {"id": "targets", "type": "short_text", "text": "Which targets did you set?", "only_for": ["manager"]},
    {"id": "led", "type": "yes_no_unsure", "text": "Did {candidate} lead others?"},
    {
        "id": "team",
        "type": "short_text",
        "text": "How many were led?",
        "when": {"question": "led", "is": ["yes"]},
    },
    {
        "id": "strengths",
        "type": "long_text",
        "text": "What were the strengths of {candidate} at {company}?",
        "self_text": "What are your strengths?",
    },
]
GERMAN = [
    "Was waren Sie für {candidate}?",
    "Welche Ziele haben Sie gesetzt?",
    "Hat {candidate} andere geführt?",
    "Wie viele wurden geführt?",
    "Was waren die Stärken von {candidate} bei {company}?",
]


#: two questions that share a page, after the relationship
ON_ONE_PAGE: list[dict[str, Any]] = [
    QUESTIONS[0],
    {"id": "strengths", "type": "long_text", "text": "What were the strengths?"},
    {"id": "develop", "type": "long_text", "text": "What could be better?"},
]


def asks(
    story: Story,
    *,
    languages: tuple[str, ...] = ("en", "de"),
    questions: Sequence[dict[str, Any]] = QUESTIONS,
    german: Sequence[str] = GERMAN,
) -> None:
    """Let the story's check use these questions."""
    check, organisation = story.check, story.application.organisation
    questionnaire = Questionnaire.objects.create(
        organisation=organisation, key="short", title="Short", created_at=NOW
    )
    translated = [question | {"text": text} for question, text in zip(questions, german, strict=True)]
    for language, texts in (("en", questions), ("de", translated)):
        QuestionnaireVersion.objects.create(
            organisation=organisation,
            questionnaire=questionnaire,
            number=1,
            language=language,
            questions=list(texts),
            created_at=NOW,
            published_at=NOW,
        )
    check.version = QuestionnaireVersion.objects.of(organisation).get(
        questionnaire=questionnaire, language="en"
    )
    check.languages = list(languages)
    check.save()


PEER_ANSWERS: list[tuple[int, dict[str, Any]]] = [
    (1, {"q-relationship": "confirmed"}),
    (3, {"q-led": "no"}),
    (5, {"q-strengths": "She thinks before she builds."}),
]
