"""Add a question to a draft: a new one, one like another, or a competency of the library."""

from goodword.questionnaires import builtin
from goodword.questionnaires.domain.drafts import held, write
from goodword.questionnaires.editor.entries import Entry, new_name, place_of
from goodword.questionnaires.models import Questionnaire
from goodword.questionnaires.parse import to_json


def add_question(*, questionnaire: Questionnaire, entry: Entry, revision: int | None = None) -> str:
    """Put a question at the end; its id is made of its words. Returns the id.

    Raises `drafts.NoDraft`, `drafts.Stale` and `parse.QuestionError`.
    """
    with held(questionnaire, revision=revision) as draft:
        entries = draft.entries
        words = str(entry.get("competency") or entry["text"])
        name = new_name(words, taken={known["id"] for known in entries}, otherwise="question")
        write(draft, [*entries, {**entry, "id": name}])
        return name


def add_competency(*, questionnaire: Questionnaire, key: str) -> str:
    """Put a competency of the library below the last rating, in every language that the draft has and the library.

    Returns the question's id. Raises `drafts.NoDraft`, `parse.QuestionError`, and `LookupError` for a key that does
    not exist.
    """
    with held(questionnaire) as draft:
        entries = draft.entries
        name = new_name(key, taken={known["id"] for known in entries}, otherwise="question")
        rated = [place for place, known in enumerate(entries) if known["type"] == "rating"]
        place = rated[-1] + 1 if rated else len(entries)
        translated = {
            row.language: {**_of_library(key, row.language), "id": name}
            for row in draft.translations
            if row.language in builtin.languages()
        }
        entry = {**_of_library(key, draft.source.language), "id": name}
        write(draft, [*entries[:place], entry, *entries[place:]], translated=translated)
        return name


def duplicate_question(*, questionnaire: Questionnaire, question_id: str, revision: int) -> str:
    """Put a question like this one right below it, translated as far as it is. Returns the new one's id.

    Raises `drafts.NoDraft`, `drafts.Stale`, and `KeyError` if the question has gone.
    """
    with held(questionnaire, revision=revision) as draft:
        entries = draft.entries
        place = place_of(entries, question_id)
        name = new_name(question_id, taken={known["id"] for known in entries}, otherwise="question")
        translated = {
            row.language: {**row.questions[place_of(row.questions, question_id)], "id": name}
            for row in draft.translations
        }
        copy = {**entries[place], "id": name}
        write(draft, [*entries[: place + 1], copy, *entries[place + 1 :]], translated=translated)
        return name


def _of_library(key: str, language: str) -> Entry:
    for competency in builtin.competencies(language):
        if competency.key == key:
            return dict(to_json([competency.question()])[0])
    raise LookupError(key)
