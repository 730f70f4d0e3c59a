"""Change a question of a draft."""

from goodword.questionnaires.domain.drafts import held, write
from goodword.questionnaires.editor.entries import Entry, place_of
from goodword.questionnaires.models import Questionnaire


def change_question(*, questionnaire: Questionnaire, question_id: str, entry: Entry, revision: int) -> None:
    """Put `entry` in the place of the question; id and type stay.

    Raises `drafts.NoDraft`, `drafts.Stale`, `parse.QuestionError`, and `KeyError` if the question has gone.
    """
    with held(questionnaire, revision=revision) as draft:
        entries = draft.entries
        place = place_of(entries, question_id)
        entries[place] = {**entry, "id": question_id, "type": entries[place]["type"]}
        write(draft, entries)
