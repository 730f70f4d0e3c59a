"""Items and answers of a part as readable text."""

from collections.abc import Mapping

from django.utils.translation import gettext

from goodword.assessments.given import Asked, OwnQuestion, Situation, Statement, Task
from goodword.assessments.kinds.custom.content import FileQuestion
from goodword.assessments.kinds.reasoning.words import show
from goodword.questionnaires.reading import Json
from goodword.questionnaires.report import rows


def rendered_item(item: Asked) -> str:
    """An item's question as one text, with descriptions of its figures."""
    match item:
        case Task():
            shown = show(item.drawn, item.language)
            pictures = [f"{number}: {one.alt}" for number, one in enumerate(shown.pictures, start=1)]
            return " ".join([*shown.lines, " ".join(shown.terms), *pictures, shown.question]).strip()
    return item.text


def rendered_answer_only(item: Asked, value: Json) -> Json:
    """An answer to a test item that says nothing of the item: a label of its scale, or the position of what was chosen.

    For custom questions: answer_in_words.
    """
    match item:
        case Situation():
            labels = {option.value: option.label for option in item.judgement.response_scale}
            given = value if isinstance(value, Mapping) else {}
            return {
                gettext("Action %(number)s") % {"number": number}: labels.get(chosen, chosen)
                if isinstance(chosen, int)
                else chosen
                for number, action in enumerate(item.scenario.actions, start=1)
                if (chosen := given.get(action.id)) is not None
            }
        case Task():
            options = [option.id for option in show(item.drawn, item.language).options]
            if value not in options:
                return value
            place = {"number": options.index(str(value)) + 1, "total": len(options)}
            return gettext("Option %(number)s of %(total)s") % place
    return rendered_answer(item, value)


def rendered_answer(item: Asked, value: Json, *, files: Mapping[int, str] | None = None) -> Json:
    """An answer as somebody reads it: a label, or {action: label}; a file by its name (`files`: names by id)."""
    match item:
        case Statement():
            labels = {option.value: option.label for option in item.instrument.response_scale}
            return labels.get(value, value) if isinstance(value, int) else value
        case Situation():
            labels = {option.value: option.label for option in item.judgement.response_scale}
            given = value if isinstance(value, Mapping) else {}
            return {
                action.text: labels.get(chosen, chosen) if isinstance(chosen, int) else chosen
                for action in item.scenario.actions
                if (chosen := given.get(action.id)) is not None
            }
        case Task():
            options = {option.id: option for option in show(item.drawn, item.language).options}
            option = options.get(str(value))
            if option is None:
                return value
            return option.text or (option.picture.alt if option.picture else "")
        case OwnQuestion(question=FileQuestion()):
            upload = value.get("upload") if isinstance(value, Mapping) else None
            return (files or {}).get(upload, "") if isinstance(upload, int) else None
        case OwnQuestion():
            if value is None:
                return None
            row = rows([item.question], {item.id: value})[0]
            return row.answer
