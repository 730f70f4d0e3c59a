"""What a reference check's report says: who answered, ratings by relationship, comments, dates, questions."""

from itertools import groupby
from operator import itemgetter

from goodword.reports.pdf.content.blocks import (
    Block,
    cell,
    clipped,
    comment,
    comments,
    heading,
    notice,
    prose,
    section,
    table,
)
from goodword.reports.pdf.content.ratings import answer_blocks, is_identifiable
from goodword.reports.pdf.glyphs import isolate
from goodword.reports.pdf.snapshot import Check, Question, Reference
from goodword.reports.pdf.words import Words


def check_facts(check: Check, words: Words) -> list[tuple[str, str]]:
    questionnaire = check["questionnaire"]
    return [
        (words("references"), words("received", n=check["received"], m=check["asked"])),
        (words("completed"), check["completed_at_text"]),
        (
            words("questionnaire"),
            words("questionnaire_version", title=questionnaire["title"], version=questionnaire["version"]),
        ),
    ]


def check_method(words: Words) -> list[str]:
    return [words("method_referees"), words("method_answers"), words("method_few")]


def check_sections(check: Check, words: Words) -> list[Block]:
    """The sections in order; one without content is left out."""
    people = {
        reference["id"]: _name(reference, number, words)
        for number, reference in enumerate(check["references"], start=1)
    }
    parts = [
        _summary(check, people, words),
        _ratings(check, words),
        _comments(check, people, words),
        _verification(check, people, words),
        _questions(check, words),
    ]
    return [part for part in parts if part is not None]


def _name(reference: Reference, number: int, words: Words) -> str:
    return isolate(clipped(reference["referee"]["name"] or words("referee_n", n=number)))


def _relationship(reference: Reference, words: Words) -> str:
    return words("self") if reference["self_reference"] else reference["referee"]["relationship"]


def _summary(check: Check, people: dict[str, str], words: Words) -> Block:
    factual = sum(1 for reference in check["references"] if reference["factual"])
    sentences = [words.count("received", check["received"], m=check["asked"])]
    if factual:
        sentences.append(words.count("factual", factual))
    if any(reference["self_reference"] for reference in check["references"]):
        sentences.append(words("self_apart"))
    blocks = [prose(" ".join(sentences))]
    header = [words(key) for key in ("referee", "relationship", "company", "worked_together", "answered_on")]
    rows = [_referee_row(reference, people, words) for reference in check["references"]]
    if rows:
        blocks.append(table(header, rows, widths=[4, 2.6, 3.2, 3.8, 2.6]))
    blocks.append(notice(words("no_verdict")))
    return section(words("summary"), blocks)


def _referee_row(reference: Reference, people: dict[str, str], words: Words) -> list[str | Block]:
    referee = reference["referee"]
    notes = [isolate(clipped(referee["title"]))] if referee["title"] else []
    if reference["factual"]:
        notes.append(words("factual_mark"))
    if reference["self_reference"]:
        notes.append(words("self_mark"))
    return [
        cell(people[reference["id"]], note=" · ".join(notes) or None),
        _relationship(reference, words),
        isolate(clipped(referee["company"] or "–")),
        reference["period_text"] or "–",
        reference["submitted_at_text"],
    ]


def _ratings(check: Check, words: Words) -> Block | None:
    questions = [question for question in check["questions"] if question["type"] != "long_text"]
    if not questions:
        return None
    notes = [words("ratings_read")]
    if any(is_identifiable(group) for question in questions for group in question["by_relationship"]):
        notes.append(words("identifiable_note"))
    blocks: list[Block] = [prose(*notes)]
    for question in questions:
        blocks += answer_blocks(question, words)
    return section(words("ratings"), blocks)


def _comments(check: Check, people: dict[str, str], words: Words) -> Block | None:
    known = {reference["id"]: reference for reference in check["references"]}
    blocks: list[Block] = []
    for question in check["questions"]:
        entries = []
        for entry in question["comments"]:
            reference = known[entry["reference"]]
            by = [people[entry["reference"]], _relationship(reference, words)]
            if reference["referee"]["company"] and not reference["self_reference"]:
                by.append(isolate(clipped(reference["referee"]["company"])))
            text = entry["text"] if entry["text"] is not None else words("text_removed")
            entries.append(comment(text, by=" · ".join(by), language=entry.get("language")))
        if entries:
            blocks += [heading(question["text"]), comments(entries)]
    if not blocks:
        return None
    return section(words("comments"), [prose(words("comments_read"), leads=True), *blocks])


def _verification(check: Check, people: dict[str, str], words: Words) -> Block | None:
    if not check["verification"]:
        return None
    header = [words(key) for key in ("referee", "what", "stated", "confirmed")]
    rows: list[list[str | Block]] = []
    for reference, group in groupby(check["verification"], key=itemgetter("reference")):
        entries = list(group)
        for place, entry in enumerate(entries):
            first: list[str | Block] = [cell(people[reference], rows=len(entries))] if place == 0 else []
            stated, confirmed = (entry[key] or words("not_given") for key in ("stated", "confirmed"))
            shown = [isolate(clipped(text)) for text in (stated, confirmed)]
            rows.append([*first, clipped(entry["what"]), *shown])
    return section(
        words("verification"),
        [prose(words("verification_read"), leads=True), table(header, rows, widths=[3, 3, 4, 4])],
    )


def _questions(check: Check, words: Words) -> Block | None:
    if not check["questions"]:
        return None
    blocks: list[Block] = []
    for number, question in enumerate(check["questions"], start=1):
        blocks.append(heading(f"{number}. {question['text']}", note=_kind(question, words)))
        if question["type"] == "rating":
            header = [words("level"), words("meaning"), words("example")]
            rows = [
                [str(level["value"]), level["label"], level["example"] or ""] for level in question["levels"]
            ]
            if not any(level["example"] for level in question["levels"]):
                header, rows = header[:2], [row[:2] for row in rows]
            blocks.append(table(header, rows, widths=[0, 3, 8][: len(header)]))
    return section(words("questions"), blocks)


def _kind(question: Question, words: Words) -> str:
    if question["type"] == "rating":
        values = [level["value"] for level in question["levels"]]
        return words("type_rating", low=min(values, default=0), high=max(values, default=0))
    if question["type"] == "statement":
        kind = words("type_statement", low=question["scale_min"], high=question["scale_max"])
        return f"{kind}: {question['low_text']} – {question['high_text']}"
    if question["type"] == "choice":
        kind = words("type_multiple" if question["multiple"] else "type_choice")
        return f"{kind}: " + " · ".join(option["label"] for option in question["options"])
    return words("type_long_text")
