"""Questionnaires for tests of the editor."""

from typing import Any

from django.urls import reverse

from goodword.accounts.models import Membership
from goodword.questionnaires.domain.drafts import DRAFTS, QuestionnaireDraft, create
from goodword.questionnaires.models import Questionnaire
from goodword.questionnaires.questions import parse, to_json
from tests.support import factories

NOW = factories.NOW

LED = {"id": "led", "type": "yes_no_unsure", "text": "Did {candidate} lead people?"}
SIZE = {
    "id": "size",
    "type": "single_choice",
    "text": "How large was the team?",
    "choices": [{"value": "small", "label": "Up to five"}, {"value": "large", "label": "More"}],
    "when": {"question": "led", "is": ["yes"]},
}
STRENGTHS = {
    "id": "strengths",
    "type": "long_text",
    "text": "What does {candidate} do well?",
    "required": False,
}


def rating(name: str, competency: str, **values: Any) -> dict[str, Any]:
    levels = [{"value": n, "label": f"Label {n}", "example": f"{competency} seen {n}"} for n in range(1, 6)]
    text = f"How was {competency.lower()}?"
    return {"id": name, "type": "rating", "text": text, "competency": competency, "levels": levels} | values


def plain(*questions: Any) -> list[Any]:
    """The questions as they are stored."""
    return list(to_json(parse(list(questions)))) if questions else []


def made(by: Membership, *questions: Any, **values: Any) -> Questionnaire:
    """A questionnaire of the organisation, as a draft."""
    given = {"title": "Store managers", "description": "For shops.", "languages": {"en": plain(*questions)}}
    return create(**{**given, "by": by, "now": NOW, **values})


def draft(questionnaire: Questionnaire) -> QuestionnaireDraft:
    found = DRAFTS.find(questionnaire)
    assert found is not None
    return found


def ids(questionnaire: Questionnaire) -> list[str]:
    return [entry["id"] for entry in draft(questionnaire).entries]


def url(name: str, questionnaire: Questionnaire, *more: str) -> str:
    return reverse(name, args=[questionnaire.organisation.slug, questionnaire.pk, *more])
