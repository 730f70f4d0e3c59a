"""What hangs on what: questions that are asked only after particular answers to an earlier one."""

from collections.abc import Mapping, Sequence
from typing import Any

from goodword.questionnaires.editor.entries import Entry, place_of


def condition_of(entry: Mapping[str, Any]) -> tuple[str, list[str]]:
    """The question it hangs on and the answers to it, ("", []) if it is always asked."""
    when = entry.get("when")
    return (when["question"], list(when["is"])) if when else ("", [])


def hanging(entries: Sequence[Entry], question_id: str) -> list[Entry]:
    """The questions that are asked only after an answer to this one."""
    return [entry for entry in entries if condition_of(entry)[0] == question_id]


def all_hanging(entries: Sequence[Entry], question_id: str) -> list[Entry]:
    """The same, with those that hang on these in turn."""
    found = {question_id}
    result = []
    for entry in entries:
        if condition_of(entry)[0] in found:
            found.add(entry["id"])
            result.append(entry)
    return result


def blocked(entries: Sequence[Entry], question_id: str, *, by: int) -> Entry | None:
    """The question whose condition keeps this one from moving by -1 or +1 place: itself, or the one that it passes."""
    place = place_of(entries, question_id)
    other = place + by
    if not 0 <= other < len(entries):
        return None
    earlier, later = sorted((place, other))
    if condition_of(entries[later])[0] == entries[earlier]["id"]:
        return entries[later]
    return None


def without_condition(entry: Mapping[str, Any]) -> Entry:
    """The question, always asked."""
    return {**entry, "when": None}
