"""Change what is the test's own: its words, files to hand in, right answers, rubrics."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from goodword.assessments.domain.drafts import Draft, held, save
from goodword.assessments.editor.own import FILE, Content, Entry, has_choices, place_of
from goodword.assessments.kinds.custom.content import Criterion
from goodword.assessments.models import Test

UP, DOWN = -1, 1


class NotAFile(Exception):
    """Questions of the questionnaire are changed there; only files are moved and taken out here."""


class NoChoices(Exception):
    """A right answer is named for a question with choices, and a rubric for any other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileAsked:
    """A file to hand in: the words by language (text, help), the types that are taken, and how large it may be."""

    words: Mapping[str, tuple[str, str]]
    required: bool
    types: Sequence[str]
    megabytes: int


def describe(*, test: Test, words: Mapping[str, tuple[str, str]], revision: int) -> None:
    """Name and instructions by language. Raises `drafts.NoDraft` and `drafts.Stale`."""

    def change(content: Content) -> Content:
        name, instructions = words[content["language"]]
        return content | {"name": name, "instructions": instructions}

    with held(test, revision=revision) as draft:
        _each(draft, change)


def add_file(*, test: Test, file: FileAsked, revision: int) -> str:
    """At the end. Returns the question's id. Raises as `describe`."""
    made = f"file_{secrets.token_hex(4)}"
    with held(test, revision=revision) as draft:
        _each(draft, lambda one: one | {"questions": [*one["questions"], _file(made, file, one["language"])]})
    return made


def change_file(*, test: Test, question_id: str, file: FileAsked, revision: int) -> None:
    """In its place. Raises as `describe`, `KeyError` if it has gone, and NotAFile."""

    def change(content: Content) -> Content:
        questions = list(content["questions"])
        questions[place_of(content, question_id)] = _file(question_id, file, content["language"])
        return content | {"questions": questions}

    with held(test, revision=revision) as draft:
        _only_files(draft, question_id)
        _each(draft, change)


def move_file(*, test: Test, question_id: str, by: int, revision: int) -> int:
    """Change places with what stands above (`UP`) or below (`DOWN`). Returns its place, from 1. Raises as above."""
    with held(test, revision=revision) as draft:
        place = _only_files(draft, question_id)
        other = place + by
        if not 0 <= other < len(draft.content["questions"]):
            return place + 1

        def change(content: Content) -> Content:
            questions = list(content["questions"])
            questions[place], questions[other] = questions[other], questions[place]
            return content | {"questions": questions}

        _each(draft, change)
        return other + 1


def remove_file(*, test: Test, question_id: str, revision: int) -> None:
    """Take it out of the draft, with its rubric; published versions keep it. Raises as above."""

    def change(content: Content) -> Content:
        return content | {
            "questions": [one for one in content["questions"] if one["id"] != question_id],
            "rubrics": [one for one in content["rubrics"] if one["question"] != question_id],
        }

    with held(test, revision=revision) as draft:
        _only_files(draft, question_id)
        _each(draft, change)


def set_right(*, test: Test, question_id: str, values: Sequence[str], revision: int) -> None:
    """Which choices are right; none takes the right answer away. Raises as `describe`, `KeyError` and NoChoices."""

    def change(content: Content) -> Content:
        right = {one: there for one, there in content["right"].items() if one != question_id}
        return content | {"right": right | ({question_id: list(values)} if values else {})}

    with held(test, revision=revision) as draft:
        entry = draft.content["questions"][place_of(draft.content, question_id)]
        if not has_choices(entry) or not set(values) <= {choice["value"] for choice in entry["choices"]}:
            raise NoChoices
        _each(draft, change)


def set_rubric(*, test: Test, question_id: str, criteria: Sequence[Criterion], revision: int) -> None:
    """By what it is marked; no criterion takes the rubric away. A criterion without an id is new.

    Raises as `describe`, `KeyError`, and NoChoices for a question with choices.
    """
    rubric = [
        {
            "id": one.id or f"c{secrets.token_hex(4)}",
            "text": one.text,
            "points": one.points,
            "anchors": one.anchors,
        }
        for one in criteria
    ]

    def change(content: Content) -> Content:
        others = [one for one in content["rubrics"] if one["question"] != question_id]
        mine = [{"question": question_id, "criteria": rubric}] if rubric else []
        return content | {"rubrics": [*others, *mine]}

    with held(test, revision=revision) as draft:
        if has_choices(draft.content["questions"][place_of(draft.content, question_id)]):
            raise NoChoices
        _each(draft, change)


def _each(draft: Draft, change: Callable[[Content], Content]) -> None:
    """The same change in all languages: they share questions, rubrics and right answers."""
    save(draft, {row.language: change(row.content) for row in draft.rows})


def _only_files(draft: Draft, question_id: str) -> int:
    place = place_of(draft.content, question_id)
    if draft.content["questions"][place]["type"] != FILE:
        raise NotAFile
    return place


def _file(question_id: str, file: FileAsked, language: str) -> Entry:
    text, help_ = file.words[language]
    return {
        "type": FILE,
        "id": question_id,
        "text": text,
        "help": help_,
        "required": file.required,
        "types": list(file.types),
        "megabytes": file.megabytes,
    }
