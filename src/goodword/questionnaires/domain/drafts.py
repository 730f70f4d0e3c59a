"""The draft of a questionnaire: held under one lock, written with what it was based on, its languages in step."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from goodword.questionnaires.editor.entries import Entry, carried
from goodword.questionnaires.models import Questionnaire, QuestionnaireVersion
from goodword.questionnaires.parse import parse, to_json

#: how the key of an organisation's own questionnaires begins; those that come with the product have their names
OWN = "own_"


class NoDraft(Exception):
    """There is no draft: it was published or thrown away meanwhile."""


class Stale(Exception):
    """The draft was changed since the page was opened on which this act is based. Nothing was changed."""


class NotEditable(Exception):
    """It came with the product, or is archived."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The draft's rows: the language that decides the structure, and those that follow it."""

    questionnaire: Questionnaire
    source: QuestionnaireVersion
    translations: tuple[QuestionnaireVersion, ...]

    @property
    def entries(self) -> list[Entry]:
        """The questions, in the source's language."""
        return list(self.source.questions)

    @property
    def rows(self) -> tuple[QuestionnaireVersion, ...]:
        """All languages, the source first."""
        return (self.source, *self.translations)

    def row(self, language: str) -> QuestionnaireVersion | None:
        """One language."""
        return next((row for row in self.rows if row.language == language), None)


def is_own(questionnaire: Questionnaire) -> bool:
    """Whether it is the organisation's own, which it may edit."""
    return questionnaire.key.startswith(OWN)


def draft_of(questionnaire: Questionnaire) -> Draft | None:
    """The draft as it is now. The language that was there first is the source."""
    rows = list(
        QuestionnaireVersion.objects.of(questionnaire.organisation)
        .filter(questionnaire=questionnaire, published_at=None)
        .order_by("pk")
    )
    if not rows:
        return None
    return Draft(questionnaire=questionnaire, source=rows[0], translations=tuple(rows[1:]))


def lock(questionnaire: Questionnaire) -> Questionnaire:
    """Its row, held until the transaction ends: one change of a questionnaire at a time."""
    rows = Questionnaire.objects.of(questionnaire.organisation)
    return rows.select_for_update().get(pk=questionnaire.pk)


@contextmanager
def held(questionnaire: Questionnaire, *, revision: int | None = None) -> Iterator[Draft]:
    """The draft, to be changed in one transaction.

    `revision` is the source's as the page showed it. Raises `NoDraft`, and `Stale` if another one is there now.
    """
    with transaction.atomic():
        draft = draft_of(lock(questionnaire))
        if draft is None:
            raise NoDraft
        if revision is not None and draft.source.revision != revision:
            raise Stale
        yield draft


def write(draft: Draft, entries: Sequence[Entry], *, translated: Mapping[str, Entry] | None = None) -> None:
    """Put these questions in, checked, and let the translations follow. Raises `parse.QuestionError`.

    `translated` is a new question by language, as far as its words are known there.
    """
    more = translated or {}
    draft.source.questions = to_json(parse(entries)) if entries else []
    draft.source.revision += 1
    draft.source.save(update_fields=["questions", "revision"])
    for row in draft.translations:
        known = [*row.questions, *([more[row.language]] if row.language in more else [])]
        questions = carried(draft.source.questions, known)
        if questions != row.questions:
            row.questions = questions
            row.revision += 1
            row.save(update_fields=["questions", "revision"])


def new_row(
    questionnaire: Questionnaire, *, number: int, language: str, questions: Sequence[Entry], now: datetime
) -> QuestionnaireVersion:
    """A draft's row in one language."""
    return QuestionnaireVersion.objects.create(
        organisation=questionnaire.organisation,
        questionnaire=questionnaire,
        number=number,
        language=language,
        questions=list(questions),
        created_at=now,
    )
