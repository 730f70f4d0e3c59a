"""Answers as their givers had them: question by question, in words, in the language they answered in."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import translation

from goodword.core.exporting import without_nothing
from goodword.questionnaires.parse import parse
from goodword.questionnaires.placeholders import fill_placeholders
from goodword.questionnaires.rendered_answers import render_answers
from goodword.questionnaires.routing import for_self
from goodword.questionnaires.types import Question, Stated
from goodword.references.domain.context import stated_of
from goodword.references.models import Check, Reference, SelfReference


def reference_in_words(reference: Reference) -> dict[str, Any]:
    """A reference: when, how, and each answer."""
    referee = reference.request.referee
    candidate = referee.check_run.step_request.application.candidate.name
    version = reference.version
    asked = fill_placeholders(
        parse(version.questions), candidate=candidate, company=referee.company, language=version.language
    )
    return without_nothing(
        {
            "submitted": reference.submitted_at,
            "language": reference.version.language,
            "dates and title only": reference.factual,
            "after the check was done": reference.late,
            "seconds taken": reference.seconds,
            "answers": _said(
                asked, reference.answers, language=reference.version.language, stated=stated_of(referee)
            ),
        }
    )


def own_in_words(own: SelfReference, check: Check, *, drafts: bool) -> dict[str, Any]:
    """The candidate's own answers; with `drafts` those that they have not submitted too."""
    candidate = check.step_request.application.candidate.name
    asked = for_self(
        fill_placeholders(parse(own.version.questions), candidate=candidate, language=own.version.language)
    )
    return without_nothing(
        {
            "begun": own.begun_at,
            "submitted": own.submitted_at,
            "language": own.version.language,
            "answers": _said(asked, own.answers or {}, language=own.version.language),
            "not submitted yet": own.draft if drafts else None,
        }
    )


def _said(
    asked: Sequence[Question],
    answers: Mapping[str, Any],
    *,
    language: str,
    stated: Stated | None = None,
) -> list[dict[str, Any]]:
    with translation.override(language):
        shown = render_answers(asked, answers, stated=stated)
    return [
        without_nothing(
            {
                "question": row.question,
                "answer": row.answer,
                "example shown": row.detail,
                "comment": row.comment,
                "stated by the candidate": row.stated,
            }
        )
        for row in shown
        if row.answered
    ]
