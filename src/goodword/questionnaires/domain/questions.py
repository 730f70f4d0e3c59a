from goodword.questionnaires import builtin
from goodword.questionnaires.domain.drafts import DRAFTS, write
from goodword.questionnaires.editor.entries import (
    Entry,
    all_dependants,
    blocking_dependant,
    dependants,
    index_of,
    new_name,
    without_condition,
)
from goodword.questionnaires.models import Questionnaire
from goodword.questionnaires.parse import to_json

UP, DOWN = -1, 1


def add_question(*, questionnaire: Questionnaire, entry: Entry, revision: int | None = None) -> str:
    """Append a question. Returns its id, made of its words. Raises `NoDraft`, `StaleDraft`, `parse.QuestionError`."""
    with DRAFTS.locked_draft(questionnaire, revision=revision) as draft:
        entries = draft.entries
        words = str(entry.get("competency") or entry["text"])
        name = new_name(words, taken={known["id"] for known in entries}, otherwise="question")
        write(draft, [*entries, {**entry, "id": name}])
        return name


def add_competency(*, questionnaire: Questionnaire, key: str) -> str:
    with DRAFTS.locked_draft(questionnaire) as draft:
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
    with DRAFTS.locked_draft(questionnaire, revision=revision) as draft:
        entries = draft.entries
        place = index_of(entries, question_id)
        name = new_name(question_id, taken={known["id"] for known in entries}, otherwise="question")
        translated = {
            row.language: {**row.questions[index_of(row.questions, question_id)], "id": name}
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


def change_question(*, questionnaire: Questionnaire, question_id: str, entry: Entry, revision: int) -> None:
    with DRAFTS.locked_draft(questionnaire, revision=revision) as draft:
        entries = draft.entries
        place = index_of(entries, question_id)
        entries[place] = {**entry, "id": question_id, "type": entries[place]["type"]}
        write(draft, entries)


class ConditionConflict(Exception):
    """One of two questions depends on the other, so they cannot be swapped."""

    def __init__(self, question_id: str) -> None:
        super().__init__(question_id)
        self.question_id = question_id


def move_question(
    *, questionnaire: Questionnaire, question_id: str, by: int, revision: int, drop_condition: bool = False
) -> int:
    """Swap a question with its neighbour (`UP`, `DOWN`). Returns its number. Raises `KeyError`, and `ConditionConflict`
    unless `drop_condition`."""
    with DRAFTS.locked_draft(questionnaire, revision=revision) as draft:
        entries = draft.entries
        place = index_of(entries, question_id)
        other = place + by
        if not 0 <= other < len(entries):
            return place + 1
        dependant = blocking_dependant(entries, question_id, by=by)
        if dependant is not None:
            if not drop_condition:
                raise ConditionConflict(dependant["id"])
            entries[index_of(entries, dependant["id"])] = without_condition(dependant)
        entries[place], entries[other] = entries[other], entries[place]
        write(draft, entries)
        return other + 1


class HasDependants(Exception):
    pass


def remove_question(
    *, questionnaire: Questionnaire, question_id: str, revision: int, with_dependants: bool | None = None
) -> None:
    with DRAFTS.locked_draft(questionnaire, revision=revision) as draft:
        entries = draft.entries
        del entries[index_of(entries, question_id)]
        direct = {entry["id"] for entry in dependants(entries, question_id)}
        if direct and with_dependants is None:
            raise HasDependants
        if with_dependants:
            gone = {entry["id"] for entry in all_dependants(entries, question_id)}
            entries = [entry for entry in entries if entry["id"] not in gone]
        else:
            entries = [without_condition(entry) if entry["id"] in direct else entry for entry in entries]
        write(draft, entries)
