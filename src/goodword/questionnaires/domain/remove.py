"""Delete a question from a draft."""

from goodword.questionnaires.domain.drafts import held, write
from goodword.questionnaires.editor.entries import place_of
from goodword.questionnaires.editor.hangs import all_hanging, hanging, without_condition
from goodword.questionnaires.models import Questionnaire


class OthersHangOnIt(Exception):
    """Other questions are asked only after an answer to it, and nobody said what becomes of them."""


def remove_question(
    *, questionnaire: Questionnaire, question_id: str, revision: int, hanging_go: bool | None = None
) -> None:
    """Delete a question. Those that hang on it go with it (`hanging_go`), or are asked always from then on (False).

    Raises `OthersHangOnIt` if there are some and `hanging_go` is None; `drafts.NoDraft`, `drafts.Stale`, and
    `KeyError` if the question has gone.
    """
    with held(questionnaire, revision=revision) as draft:
        entries = draft.entries
        del entries[place_of(entries, question_id)]
        held_by_it = {entry["id"] for entry in hanging(entries, question_id)}
        if held_by_it and hanging_go is None:
            raise OthersHangOnIt
        if hanging_go:
            gone = {entry["id"] for entry in all_hanging(entries, question_id)}
            entries = [entry for entry in entries if entry["id"] not in gone]
        else:
            entries = [without_condition(entry) if entry["id"] in held_by_it else entry for entry in entries]
        write(draft, entries)
