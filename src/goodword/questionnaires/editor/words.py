"""A question's settings in words: what it is called in a sentence, whom it is asked of, and when."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from goodword.questionnaires import labels
from goodword.questionnaires.editor.entries import Entry, place_of
from goodword.questionnaires.editor.hangs import condition_of

_SHORT = 70


def short(text: str) -> str:
    """The text, cut between words where it is long."""
    line = " ".join(text.split())
    if len(line) <= _SHORT:
        return line
    return f"{line[:_SHORT].rsplit(' ', 1)[0].rstrip('.,;:')} …"


def named(entry: Mapping[str, Any]) -> str:
    """How a sentence names a question: “How reliably did …”."""
    return _("“%(text)s”") % {"text": short(str(entry["text"]))}


def numbered(entries: Sequence[Entry], question_id: str) -> str:
    """How a sentence names a question of this list: 4 “How reliably did …”."""
    place = place_of(entries, question_id)
    return _("%(number)s “%(text)s”") % {"number": place + 1, "text": short(str(entries[place]["text"]))}


def answers_of(entry: Mapping[str, Any]) -> dict[str, str]:
    """The answers on which another question can hang, as value and words; empty for types that have no such."""
    match entry["type"]:
        case "yes_no_unsure":
            return dict(labels.yes_no_unsure())
        case "would_work_again":
            return dict(labels.would_work_again())
        case "single_choice" | "multiple_choice":
            return {choice["value"]: choice["label"] for choice in entry["choices"]}
        case "rating":
            return {str(level["value"]): f"{level['value']} {level['label']}" for level in entry["levels"]}
        case "agreement":
            return {str(level): f"{level} {label}" for level, label in labels.agreement().items()}
    return {}


def who(entry: Mapping[str, Any]) -> str:
    """Whom it is asked of, "" if everybody: "Manager or Client"."""
    words = labels.relationships()
    return get_text_list([words[name] for name in entry.get("only_for", ())], _("or"))


def when(entries: Sequence[Entry], entry: Mapping[str, Any]) -> str:
    """When it is asked, "" if always: "Only if 4 is answered “Yes” or “Not sure”", with its place in `entries`."""
    question_id, values = condition_of(entry)
    if not question_id:
        return ""
    place = place_of(entries, question_id)
    words = answers_of(entries[place])
    quoted = [_("“%(text)s”") % {"text": words.get(value, value)} for value in values]
    answers = get_text_list(quoted, _("or"))
    return _("Only if %(number)s is answered %(answers)s") % {"number": place + 1, "answers": answers}
