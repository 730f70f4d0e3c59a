from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from goodword.questionnaires.editor.descriptions import language_name, named, when, who
from goodword.questionnaires.editor.entries import Entry, texts_of

type Languages = Mapping[str, Sequence[Entry]]


def changes(before: Languages, after: Languages) -> list[str]:
    """By language, whose first is the source. Of translations, only the number of changed texts is given."""
    language = next(iter(after))
    old = list(before.get(language) or next(iter(before.values())))
    new = list(after[language])
    return [*_gone(old, new), *_of_questions(old, new), *_moved(old, new), *_of_languages(before, after)]


def outdated_translations(before: Languages, after: Languages) -> list[str]:
    source = next(iter(after))
    if source not in before:
        return []
    changed = {
        (entry["id"], place)
        for entry in after[source]
        for place, text in texts_of(entry).items()
        if _text(before[source], entry["id"], place) not in {None, text}
    }
    return [
        language
        for language, questions in after.items()
        if language != source
        and language in before
        and any(
            _text(questions, question_id, place) == _text(before[language], question_id, place) is not None
            for question_id, place in changed
        )
    ]


def _text(entries: Sequence[Entry], question_id: str, place: str) -> str | None:
    return next((texts_of(entry).get(place) for entry in entries if entry["id"] == question_id), None)


def _gone(old: Sequence[Entry], new: Sequence[Entry]) -> Iterator[str]:
    there = {entry["id"] for entry in new}
    for entry in old:
        if entry["id"] not in there:
            yield _("%(question)s was removed.") % {"question": named(entry)}


def _of_questions(old: Sequence[Entry], new: Sequence[Entry]) -> Iterator[str]:
    before = {entry["id"]: entry for entry in old}
    for place, entry in enumerate(new, start=1):
        was = before.get(entry["id"])
        if was is None:
            yield _("%(question)s was added as question %(place)s.") % {
                "question": named(entry),
                "place": place,
            }
        elif was != entry:
            yield from _changed(was, entry, new)


def _changed(was: Mapping[str, Any], entry: Mapping[str, Any], new: Sequence[Entry]) -> Iterator[str]:
    names = {"question": named(entry)}
    if was["text"] != entry["text"]:
        yield _("%(before)s now reads %(after)s.") % {"before": named(was), "after": named(entry)}
    texts, texts_before = texts_of(entry), texts_of(was)
    other = {
        place
        for place in texts.keys() | texts_before.keys()
        if place != "text" and texts.get(place) != texts_before.get(place)
    }
    if other & {"help"}:
        yield _("The help of %(question)s has changed.") % names
    if other & {"self_text"}:
        yield _("The self-assessment text of %(question)s has changed.") % names
    options = {place for place in other if place.startswith(("levels.", "choices."))}
    if options:
        yield _("The answers of %(question)s have changed.") % names
    if other - options - {"help", "self_text"}:
        yield _("Other texts of %(question)s have changed.") % names
    if was["required"] != entry["required"]:
        yield (
            _("%(question)s is now required.") if entry["required"] else _("%(question)s is now optional.")
        ) % names
    if was.get("only_for", []) != entry.get("only_for", []):
        asked = who(entry)
        yield (
            _("%(question)s is now only for: %(who)s.") % {**names, "who": asked}
            if asked
            else _("%(question)s is now for everyone.") % names
        )
    if was.get("when") != entry.get("when"):
        condition = when(new, entry)
        yield (
            _("%(question)s now has a condition: %(when)s.") % {**names, "when": condition}
            if condition
            else _("%(question)s is now always asked.") % names
        )
    settings = _settings(entry)
    if settings != _settings(was):
        yield _("The settings of %(question)s have changed.") % names


def _settings(entry: Mapping[str, Any]) -> dict[str, Any]:
    handled = {"required", "only_for", "when", "levels", "choices", *texts_of(entry)}
    handled |= {"text", "help", "self_text", "competency", "left", "right", "unit"}
    return {name: value for name, value in entry.items() if name not in handled}


def _moved(old: Sequence[Entry], new: Sequence[Entry]) -> Iterator[str]:
    there = {entry["id"] for entry in new}
    was = [entry["id"] for entry in old if entry["id"] in there]
    known = set(was)
    now = [entry["id"] for entry in new if entry["id"] in known]
    blocks = SequenceMatcher(None, was, now, autojunk=False).get_matching_blocks()
    stayed = {name for block in blocks for name in was[block.a : block.a + block.size]}
    before = {entry["id"]: place for place, entry in enumerate(old, start=1)}
    for place, entry in enumerate(new, start=1):
        if entry["id"] in known - stayed:
            yield _("%(question)s has moved from position %(before)s to %(after)s.") % {
                "question": named(entry),
                "before": before[entry["id"]],
                "after": place,
            }


def _of_languages(before: Languages, after: Languages) -> Iterator[str]:
    source = next(iter(after))
    for language in before:
        if language not in after:
            yield _("%(language)s was removed.") % {"language": language_name(language)}
    for language, questions in after.items():
        if language not in before:
            yield _("%(language)s was added.") % {"language": language_name(language)}
        elif language != source:
            old = {entry["id"]: texts_of(entry) for entry in before[language]}
            count = sum(
                old[entry["id"]].get(place) != text
                for entry in questions
                if entry["id"] in old
                for place, text in texts_of(entry).items()
            )
            if count:
                yield ngettext(
                    "%(count)s text in %(language)s has changed.",
                    "%(count)s texts in %(language)s have changed.",
                    count,
                ) % {"count": count, "language": language_name(language)}
