"""Move a question of a draft up or down."""

from goodword.questionnaires.domain.drafts import held, write
from goodword.questionnaires.editor.entries import place_of
from goodword.questionnaires.editor.hangs import blocked, without_condition
from goodword.questionnaires.models import Questionnaire

UP, DOWN = -1, 1


class HangsTogether(Exception):
    """One of the two that would change places is asked only after an answer to the other. Nothing was moved."""

    def __init__(self, question_id: str) -> None:
        super().__init__(question_id)
        self.question_id = question_id


def move_question(
    *, questionnaire: Questionnaire, question_id: str, by: int, revision: int, free: bool = False
) -> int:
    """Change places with the question above (`UP`) or below (`DOWN`). Returns its place from now on, from 1.

    With `free`, a condition that would be turned round is taken away; without it that raises `HangsTogether`.
    At the end of the list nothing moves. Raises `drafts.NoDraft`, `drafts.Stale`, and `KeyError` if it has gone.
    """
    with held(questionnaire, revision=revision) as draft:
        entries = draft.entries
        place = place_of(entries, question_id)
        other = place + by
        if not 0 <= other < len(entries):
            return place + 1
        hanging = blocked(entries, question_id, by=by)
        if hanging is not None:
            if not free:
                raise HangsTogether(hanging["id"])
            entries[place_of(entries, hanging["id"])] = without_condition(hanging)
        entries[place], entries[other] = entries[other], entries[place]
        write(draft, entries)
        return other + 1
