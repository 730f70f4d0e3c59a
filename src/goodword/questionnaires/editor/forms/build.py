"""From a question to its form."""

from collections.abc import Mapping, Sequence
from typing import Any

from goodword.questionnaires.editor.entries import Entry
from goodword.questionnaires.editor.forms import choices, types
from goodword.questionnaires.editor.forms.question import QuestionForm
from goodword.questionnaires.editor.hangs import condition_of, hanging
from goodword.questionnaires.editor.words import numbered

FORMS: Mapping[str, type[QuestionForm]] = {
    "rating": types.RatingForm,
    "agreement": types.AgreementForm,
    "between": types.BetweenForm,
    "yes_no_unsure": types.CommentedForm,
    "would_work_again": types.WorkAgainForm,
    "single_choice": choices.ChoicesForm,
    "multiple_choice": choices.SomeChoicesForm,
    "adjectives": choices.AdjectivesForm,
    "ranking": choices.RankingForm,
    "long_text": types.LongTextForm,
    "short_text": types.ShortTextForm,
    "number": types.NumberForm,
    "date": QuestionForm,
    "period": QuestionForm,
    "relationship_confirm": types.ConfirmForm,
    "dates_confirm": types.ConfirmForm,
    "title_confirm": types.ConfirmForm,
}


def form_for(
    entries: Sequence[Entry],
    entry: Mapping[str, Any],
    *,
    language: str,
    data: Any = None,
    quiet: bool = False,
) -> QuestionForm:
    """The form of a question among `entries`; without an id it is a new one, which comes to stand at the end."""
    question_id = entry.get("id", "")
    place = next((n for n, known in enumerate(entries) if known["id"] == question_id), len(entries))
    held = {
        value: numbered(entries, later["id"])
        for later in (hanging(entries, question_id) if question_id else [])
        for value in condition_of(later)[1]
    }
    return FORMS[entry["type"]](
        data, entry=entry, earlier=entries[:place], hanging=held, language=language, quiet=quiet
    )
