"""A questionnaire as one JSON file with all its languages, and back. The form: docs/questionnaires.md."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.utils.translation import gettext as _

from goodword.core.text import clean_text
from goodword.questionnaires.editor.entries import Entry, texts_of, with_texts
from goodword.questionnaires.editor.languages import language_codes, language_name
from goodword.questionnaires.kinds import READERS
from goodword.questionnaires.parse import QuestionError, parse, to_json
from goodword.questionnaires.reading import Reader, ReadingError, shortened

LONGEST_TITLE, LONGEST_DESCRIPTION = 200, 2000
#: bytes; a questionnaire of a hundred questions in three languages has about 200 kB
LARGEST_FILE = 500_000
_MOST_PROBLEMS = 20
_TEXT_NAMES = {"text", "help", "self_text", "competency", "left", "right", "unit", "label", "example"}


class Unreadable(Exception):
    """Why a file cannot be taken: a sentence for each problem, with its place."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = list(problems[:_MOST_PROBLEMS])


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What is in a file: the questions by language, the source's first."""

    title: str
    description: str
    languages: Mapping[str, Sequence[Entry]]


def to_file(contents: Contents) -> str:
    """The file's text."""
    plain = {
        "title": contents.title,
        "description": contents.description,
        "languages": {language: list(questions) for language, questions in contents.languages.items()},
    }
    return json.dumps(plain, ensure_ascii=False, indent=1) + "\n"


def read_file(raw: bytes) -> Contents:
    """What a file holds, checked as a whole. Raises `Unreadable`.

    The first language is the source; the others must ask the same questions in the same order, and texts of
    theirs may be empty, as in a draft that is not translated yet.
    """
    reader = _opened(raw)
    problems: list[str] = []
    try:
        title = clean_text(reader.text("title", longest=LONGEST_TITLE), one_line=True)
        description = reader.text("description", longest=LONGEST_DESCRIPTION, default="")
        languages = reader.child("languages", where=_("“languages”"))
        reader.done()
        names = languages.names()
    except ReadingError as wrong:
        raise Unreadable([str(wrong)]) from None
    if not names:
        raise Unreadable([_("The file has no language under “languages”.")])
    unknown = [name for name in names if name not in language_codes()]
    if unknown:
        raise Unreadable(
            [
                _("“%(language)s” is no language that can be asked in. There are: %(known)s.")
                % {
                    "language": clean_text(shortened(str(unknown[0])), one_line=True),
                    "known": ", ".join(language_codes()),
                }
            ]
        )
    read: dict[str, list[Entry]] = {}
    for name in names:
        source = next(iter(read.values()), None)
        questions, found = _language(languages, name, source=source)
        problems += [
            _("In %(language)s: %(problem)s") % {"language": language_name(name), "problem": problem}
            for problem in found
        ]
        read[name] = questions
        if problems and source is None:
            break
    if problems:
        raise Unreadable(problems)
    return Contents(title=title, description=description, languages=read)


def _opened(raw: bytes) -> Reader:
    if len(raw) > LARGEST_FILE:
        sentence = _("The file has more than %(size)s kB. That is no questionnaire of ours.")
        raise Unreadable([sentence % {"size": LARGEST_FILE // 1000}])
    try:
        return Reader(json.loads(raw.decode("utf-8-sig")), where=_("the file"), error=QuestionError)
    except json.JSONDecodeError as wrong:
        sentence = _("The file is not JSON: something is wrong in line %(line)s, at character %(column)s.")
        raise Unreadable([sentence % {"line": wrong.lineno, "column": wrong.colno}]) from None
    except UnicodeDecodeError:
        raise Unreadable(
            [_("The file is not text in UTF-8. Export it again, or save it as UTF-8.")]
        ) from None
    except ReadingError as wrong:
        raise Unreadable([str(wrong)]) from None
    except (ValueError, RecursionError):
        raise Unreadable([_("The file cannot be read as JSON.")]) from None


def _language(
    languages: Reader, name: str, *, source: Sequence[Entry] | None
) -> tuple[list[Entry], list[str]]:
    """The questions in one language, and what is wrong with them."""
    try:
        raw = list(languages.entries(name))
    except ReadingError:
        return [], [_("It needs a list of questions.")]
    checked = raw if source is None else [_without_gaps(entry) for entry in raw]
    problems = _problems_of_each(checked)
    if problems:
        return [], problems
    try:
        questions: list[Entry] = [dict(entry) for entry in to_json(parse(checked))]
    except QuestionError as wrong:
        return [], [str(wrong)]
    if source is None:
        return questions, []
    problems = _unlike(source, questions)
    if problems:
        return [], problems
    texts = [texts_of(cast(Entry, entry)) for entry in raw]
    return [with_texts(entry, there) for entry, there in zip(source, texts, strict=True)], []


def _problems_of_each(entries: Sequence[object]) -> list[str]:
    """What is wrong with each question by itself: `parse` alone would stop at the first."""
    problems = []
    for place, entry in enumerate(entries, start=1):
        try:
            reader = Reader(entry, where=_("question %(place)s") % {"place": place}, error=QuestionError)
            kind = reader.text("type")
            if kind not in READERS:
                known = ", ".join(sorted(READERS))
                raise reader.wrong(
                    _("has the type “%(type)s”, which is none of %(known)s")
                    % {"type": shortened(kind), "known": known}
                )
            READERS[kind](reader)
            reader.done()
        except ReadingError as wrong:
            problems.append(str(wrong))
    return problems


def _without_gaps(value: Any) -> Any:
    """The same with something in each text that is empty, so that what is not translated yet can be checked."""
    if isinstance(value, Mapping):
        return {
            name: "-" if name in _TEXT_NAMES and part == "" else _without_gaps(part)
            for name, part in value.items()
        }
    return [_without_gaps(part) for part in value] if isinstance(value, list) else value


def _unlike(source: Sequence[Entry], questions: Sequence[Entry]) -> list[str]:
    ids, there = [entry["id"] for entry in source], [entry["id"] for entry in questions]
    if ids != there:
        for name in ids:
            if name not in there:
                return [_("The question “%(id)s” of the first language is missing.") % {"id": name}]
        for name in there:
            if name not in ids:
                return [_("The first language has no question “%(id)s”.") % {"id": name}]
        return [_("The questions are not in the order of the first language.")]
    return [
        _("Question %(place)s is built otherwise than in the first language; only its texts may differ.")
        % {"place": place}
        for place, (first, other) in enumerate(zip(source, questions, strict=True), start=1)
        if _structure(first) != _structure(other)
    ]


def _structure(entry: Entry) -> Entry:
    plain = with_texts(entry, {})
    return {name: value for name, value in plain.items() if name not in _TEXT_NAMES}
