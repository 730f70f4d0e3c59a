"""A reference check on members' screens: comments follow their question, and each author's answers can be expanded."""

from dataclasses import replace
from itertools import groupby
from operator import itemgetter
from typing import assert_never

from goodword.core.report_blocks import (
    Block,
    Cell,
    Details,
    Heading,
    Prose,
    RatingChart,
    RatingRow,
    Section,
    Table,
)
from goodword.core.text import Phrases, clipped, isolate
from goodword.references.report import (
    axis_of,
    choice_blocks,
    contradiction_blocks,
    levels_table,
    line_answers,
    notes_of,
    quotes_block,
    relationship_of,
    unanswered,
)
from goodword.references.report_data import (
    CheckData,
    GroupValues,
    QuestionData,
    ReferenceData,
    VerificationData,
)
from goodword.references.report_front import (
    Charted,
    groups_of,
    is_identifiable,
    people_of,
    received_sentences,
)


def screen_sections(check: CheckData, words: Phrases) -> list[Section]:
    people = people_of(check, words)
    sections = [_summary(check, people, words)]
    if verification := _verification(check, people, words):
        sections.append(verification)
    for heading, questions in groupby(
        check["questions"], key=lambda question: question.get("competency") or question["text"]
    ):
        blocks = [
            block for question in questions for block in _question_blocks(question, check, people, words)
        ]
        sections.append(Section(heading, blocks))
    return sections


def _question_blocks(
    question: QuestionData, check: CheckData, people: dict[str, str], words: Phrases
) -> list[Block]:
    blocks: list[Block] = []
    charted = question if question["type"] != "long_text" and question["type"] != "line" else None
    scale = None if charted is None else _scale(charted)
    if question.get("competency"):
        blocks.append(Heading(question["text"], note=scale))
    elif scale:
        blocks.append(Prose([scale], quiet=True))
    blocks += notes_of(question, words)
    if charted is not None:
        blocks += _answers(charted, words)
    elif question["type"] == "line":
        blocks.append(line_answers(question, check, people, words))
    if quotes := quotes_block(question, check, people, words):
        blocks.append(quotes)
    elif question["type"] == "long_text":
        blocks.append(Prose([words("unanswered")], quiet=True))
    if left_open := question.get("left_open"):
        who = ", ".join(people[reference] for reference in left_open)
        blocks.append(Prose([words("left_open", who=who)], quiet=True))
    if charted is not None:
        blocks += _who_answered_what(charted, check, people, words)
    return blocks + _levels(question, words)


def _who_answered_what(
    question: Charted, check: CheckData, people: dict[str, str], words: Phrases
) -> list[Block]:
    known = {reference["id"]: reference for reference in check["references"]}
    rows = [
        [
            people[answer["reference"]],
            relationship_of(known[answer["reference"]], words),
            ", ".join(_value(question, value) for value in answer["values"]) or words("cannot_say"),
        ]
        for group in question["by_relationship"]
        for answer in group.get("answers", [])
    ]
    header = [words(key) for key in ("referee", "relationship", "answer")]
    summary = words("who_answered")
    return [Details(summary, [Table(header, rows, caption=summary)], about=question["text"])] if rows else []


def _value(question: Charted, value: int) -> str:
    match question["type"]:
        case "rating":
            labels = {level["value"]: level["label"] for level in question["levels"]}
            return f"{value} {labels[value]}"
        case "choice":
            return next(option["label"] for option in question["options"] if option["value"] == value)
        case "statement":
            return str(value)
        case _:
            assert_never(question["type"])


def _levels(question: QuestionData, words: Phrases) -> list[Block]:
    table = levels_table(question, words)
    summary = words("levels_mean")
    return (
        [] if table is None else [Details(summary, [replace(table, caption=summary)], about=question["text"])]
    )


def _summary(check: CheckData, people: dict[str, str], words: Phrases) -> Section:
    sentences = received_sentences(check, words)
    if any(reference["self_reference"] for reference in check["references"]):
        sentences.append(words("self_apart"))
    blocks: list[Block] = [Prose([" ".join(sentences)])]
    header = [words(key) for key in ("referee", "relationship", "company", "worked_together", "answered_on")]
    rows = [_referee_row(reference, people, words) for reference in check["references"]]
    if rows:
        blocks.append(Table(header, rows, caption=words("references")))
    if any(map(is_identifiable, groups_of(check))):
        blocks.append(Prose([words("identifiable_note")], quiet=True))
    return Section(words("summary"), blocks)


def _referee_row(reference: ReferenceData, people: dict[str, str], words: Phrases) -> list[str | Cell]:
    referee = reference["referee"]
    notes = [isolate(clipped(referee["title"]))] if referee["title"] else []
    if reference["factual"]:
        notes.append(words("factual_mark"))
    if reference.get("late"):
        notes.append(words("late_mark"))
    if language := reference.get("language"):
        notes.append(words("language_mark", language=language))
    if reference.get("erased"):
        notes.append(words("erased_mark"))
    return [
        Cell(people[reference["id"]], note=" · ".join(notes) or None),
        relationship_of(reference, words),
        isolate(clipped(referee["company"] or "–")),
        reference["period_text"] or "–",
        reference["submitted_at_text"],
    ]


def _verification(check: CheckData, people: dict[str, str], words: Phrases) -> Section | None:
    if not check["verification"]:
        return None
    header = [words(key) for key in ("referee", "what", "stated", "confirmed")]
    rows: list[list[str | Cell]] = []
    for reference, group in groupby(check["verification"], key=itemgetter("reference")):
        entries = list(group)
        for place, entry in enumerate(entries):
            first: list[str | Cell] = [Cell(people[reference], rows=len(entries))] if place == 0 else []
            stated = isolate(clipped(entry["stated"] or words("not_given")))
            rows.append([*first, clipped(entry["what"]), stated, _confirmed_cell(entry, words)])
    blocks: list[Block] = [
        Prose([words("verification_read")], leads=True),
        Table(header, rows, caption=words("verification")),
    ]
    blocks += contradiction_blocks(check, people, words)
    return Section(words("verification"), blocks)


def _confirmed_cell(entry: VerificationData, words: Phrases) -> Cell:
    differs = entry.get("verdict") == "corrected" and entry["stated"] is not None
    return Cell(isolate(clipped(_confirmed(entry, words))), note=words("differs") if differs else None)


def _confirmed(entry: VerificationData, words: Phrases) -> str:
    match entry.get("verdict"):
        case "confirmed":
            return words("is_confirmed")
        case "unsure":
            return words("is_unsure")
    return entry["confirmed"] or words("not_given")


def _answers(question: Charted, words: Phrases) -> list[Block]:
    if not any(group["values"] for group in question["by_relationship"]):
        return [Prose([unanswered(question, words)], quiet=True)]
    if question["type"] == "choice":
        return choice_blocks(question, words)
    rows = [_rating_row(group, words) for group in question["by_relationship"]]
    header = [words("relationship"), words("range")]
    return [RatingChart(header, axis_of(question), rows, caption=question["text"])]


def _rating_row(group: GroupValues, words: Phrases) -> RatingRow:
    values = sorted(group["values"])
    notes = [words.count("group", len(values))] if values and not group["self_reference"] else []
    if group["self_reference"]:
        notes.append(words("self_mark"))
    if group["skipped"]:
        notes.append(words.count("skipped", group["skipped"]))
    if is_identifiable(group):
        notes.append(words("identifiable"))
    return RatingRow(
        label=words("self") if group["self_reference"] else group["relationship"],
        note=" · ".join(notes),
        values=values,
        hollow=group["self_reference"],
        alt="",
    )


def _scale(question: Charted) -> str | None:
    match question["type"]:
        case "rating":
            return " · ".join(f"{level['value']} {level['label']}" for level in question["levels"])
        case "statement":
            low, high = axis_of(question)
            return f"{low} {question['low_text']} · {high} {question['high_text']}"
        case "choice":
            return None
        case _:
            assert_never(question["type"])
