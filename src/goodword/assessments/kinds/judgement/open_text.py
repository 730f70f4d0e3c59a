"""The open-text version of a judgement set: custom questions, marked by people with a rubric."""

import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils import translation
from django.utils.translation import gettext

from goodword.assessments.models import Test
from goodword.questionnaires.types import LONGEST_QUESTION

type Content = dict[str, Any]

_LONGEST_NAME: Final = 200
_LONGEST_ANCHORS: Final = 1000


def open_text_contents(contents: Mapping[str, Content]) -> dict[str, Content]:
    """Contents by language. Each situation becomes a question whose rubric names the most and the least effective
    actions."""
    one = f"own_{secrets.token_hex(6)}"
    return {language: _content(content, language, one) for language, content in contents.items()}


def _content(content: Content, language: str, content_id: str) -> Content:
    with translation.override(language):
        name = gettext("%(name)s, in your own words") % {"name": content["name"][: _LONGEST_NAME - 40]}
        instructions = gettext(
            "For each situation, write what you would do and why. Short sentences are enough. People read your answers "
            "and mark them against a rubric."
        )
        return {
            "kind": Test.Kind.CUSTOM_QUESTIONS.value,
            "id": content_id,
            "version": "1",
            "language": language,
            "name": name,
            "instructions": instructions,
            "questions": [_question(situation) for situation in content["situations"]],
            "rubrics": [
                {"question": situation["id"], "criteria": _criteria(situation["actions"])}
                for situation in content["situations"]
            ],
            "right": {},
        }


def _question(situation: Content) -> Content:
    text, rest = _split(situation["text"])
    return {"type": "long_text", "id": situation["id"], "text": text, "help": rest}


def _split(text: str) -> tuple[str, str]:
    """Split a text that is too long for a question, so that it continues in the question's help."""
    if len(text) <= LONGEST_QUESTION:
        return text, ""
    sentences = [found.end() for found in re.finditer(r"[.!?]\s", text[:LONGEST_QUESTION])]
    words = [found.end() for found in re.finditer(r"\s", text[:LONGEST_QUESTION])]
    at = max(sentences or words or [LONGEST_QUESTION])
    return text[:at].strip(), text[at:].strip()[:LONGEST_QUESTION]


def _criteria(actions: Sequence[Content]) -> list[Content]:
    ranked = sorted(actions, key=lambda action: -action["effectiveness"])
    anchors = gettext(
        "5 points: an action as effective as “%(best)s”; 0 points: as ineffective as “%(worst)s”."
    ) % {
        "best": ranked[0]["text"][:400],
        "worst": ranked[-1]["text"][:400],
    }
    return [
        {
            "id": "action",
            "text": gettext("Takes effective action"),
            "points": 5,
            "anchors": anchors[:_LONGEST_ANCHORS],
        },
        {
            "id": "reason",
            "text": gettext("Gives reasons that fit the situation"),
            "points": 3,
            "anchors": gettext("3 points: says what matters here, and to whom; 0 points: no reason."),
        },
    ]
