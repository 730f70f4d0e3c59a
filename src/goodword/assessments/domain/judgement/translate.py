"""Give a draft another language, put its texts in, or take it out again."""

from collections.abc import Mapping
from datetime import datetime

from goodword.assessments.domain.drafts import Draft, held, new_rows, save
from goodword.assessments.editor.judgement import texts_of, translation_of, with_texts
from goodword.assessments.models import Test, TestVersion


class NoLanguage(Exception):
    """The draft is not in this language, or it is the one that the others follow."""


def add_language(*, test: Test, language: str, revision: int, now: datetime) -> None:
    """The draft in another language, its texts empty; one that is there stays.

    Raises `drafts.NoDraft` and `drafts.Stale`.
    """
    with held(test, revision=revision) as draft:
        if draft.row(language) is None:
            content = translation_of(draft.content, language=language)
            new_rows(draft.test, number=draft.source.number, contents={language: content}, now=now)
            save(draft, {})


def save_texts(*, test: Test, language: str, texts: Mapping[str, str], revision: int) -> None:
    """Put translated texts in, by place (`editor.judgement.texts_of`); "" leaves a text open.

    What the source has not (any more) is left out. Raises `drafts.NoDraft`, `drafts.Stale` and `NoLanguage`.
    """
    with held(test, revision=revision) as draft:
        row = _translation(draft, language)
        wanted = texts_of(draft.content)
        given = {place: text for place, text in texts.items() if place in wanted and text}
        save(draft, {language: with_texts(row.content, given)})


def remove_language(*, test: Test, language: str, revision: int) -> None:
    """Take a language out of the draft; published versions keep it. Raises as `save_texts`."""
    with held(test, revision=revision) as draft:
        _translation(draft, language).delete()
        draft.source.save(update_fields=["revision"])


def _translation(draft: Draft, language: str) -> TestVersion:
    for row in draft.translations:
        if row.language == language:
            return row
    raise NoLanguage
