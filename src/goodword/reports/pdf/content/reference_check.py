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
    labelled,
    notice,
    prose,
    section,
    table,
)
from goodword.reports.pdf.content.ratings import answer_blocks, head_of, is_identifiable
from goodword.reports.pdf.glyphs import isolate
from goodword.reports.pdf.snapshot import Check, Question, Reference, Verification
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
        _lines(check, people, words),
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
    late = sum(1 for reference in check["references"] if reference.get("late"))
    sentences = [words.count("received", check["received"], m=check["asked"])]
    for key, n in (
        ("sent", check.get("sent", 0)),
        ("declined", check.get("declined", 0)),
        ("factual", factual),
        ("late", late),
        ("gone", check.get("erased", 0)),
    ):
        if n:
            sentences.append(words.count(key, n))
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
    if reference.get("late"):
        notes.append(words("late_mark"))
    if language := reference.get("language"):
        notes.append(words("language_mark", language=language))
    if reference.get("erased"):
        notes.append(words("erased_mark"))
    return [
        cell(people[reference["id"]], note=" · ".join(notes) or None),
        _relationship(reference, words),
        isolate(clipped(referee["company"] or "–")),
        reference["period_text"] or "–",
        reference["submitted_at_text"],
    ]


def _ratings(check: Check, words: Words) -> Block | None:
    questions = [q for q in check["questions"] if q["type"] != "long_text" and q["type"] != "line"]
    if not questions:
        return None
    notes = [words("ratings_read")]
    if any(is_identifiable(group) for question in questions for group in question["by_relationship"]):
        notes.append(words("identifiable_note"))
    blocks: list[Block] = [prose(*notes)]
    for question in questions:
        blocks += answer_blocks(question, words)
    return section(words("ratings"), blocks)


def _lines(check: Check, people: dict[str, str], words: Words) -> Block | None:
    """Answers of a few words, a number, a day or a period."""
    known = {reference["id"]: reference for reference in check["references"]}
    blocks: list[Block] = []
    for question in check["questions"]:
        if question["type"] != "line":
            continue
        blocks += head_of(question, words)
        rows = [
            [
                people[entry["reference"]],
                _relationship(known[entry["reference"]], words),
                isolate(clipped(entry["text"] or words("text_removed"))),
            ]
            for entry in question["answers"]
        ]
        header = [words(key) for key in ("referee", "relationship", "answer")]
        blocks.append(
            table(header, rows, widths=[4, 3, 6]) if rows else prose(words("nobody_answered"), quiet=True)
        )
    return section(words("short_answers"), blocks) if blocks else None


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
            blocks += [*_comment_head(question, words), comments(entries)]
    if not blocks:
        return None
    return section(words("comments"), [prose(words("comments_read"), leads=True), *blocks])


def _comment_head(question: Question, words: Words) -> list[Block]:
    if question["type"] == "long_text":
        return head_of(question, words)
    return [heading(question.get("competency") or question["text"])]


def _verification(check: Check, people: dict[str, str], words: Words) -> Block | None:
    if not check["verification"]:
        return None
    header = [words(key) for key in ("referee", "what", "stated", "confirmed")]
    rows: list[list[str | Block]] = []
    for reference, group in groupby(check["verification"], key=itemgetter("reference")):
        entries = list(group)
        for place, entry in enumerate(entries):
            first: list[str | Block] = [cell(people[reference], rows=len(entries))] if place == 0 else []
            stated = entry["stated"] or words("not_given")
            shown = [isolate(clipped(text)) for text in (stated, _confirmed(entry, words))]
            rows.append([*first, clipped(entry["what"]), *shown])
    blocks = [prose(words("verification_read"), leads=True), table(header, rows, widths=[3, 3, 4, 4])]
    if found := check.get("contradictions"):
        blocks += [heading(words("contradictions")), prose(words("contradictions_read"), leads=True)]
        blocks.append(
            labelled(
                (
                    f"{one['what']}, {isolate(clipped(one['company']))}",
                    "\n".join(
                        words(
                            "says_who",
                            text=isolate(clipped(said["text"])),
                            who=", ".join(people[reference] for reference in said["by"]),
                        )
                        for said in one["said"]
                    ),
                )
                for one in found
            )
        )
    return section(words("verification"), blocks)


def _confirmed(entry: Verification, words: Words) -> str:
    match entry.get("verdict"):
        case "confirmed":
            return words("is_confirmed")
        case "unsure":
            return words("is_unsure")
    return entry["confirmed"] or words("not_given")


def _questions(check: Check, words: Words) -> Block | None:
    if not check["questions"]:
        return None
    blocks: list[Block] = []
    for number, question in enumerate(check["questions"], start=1):
        note = _kind(question, words)
        if why := question.get("note"):
            note = f"{note}. {why}"
        blocks.append(heading(f"{number}. {question['text']}", note=note))
        if question["type"] == "rating" and not question.get("agreement"):
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
        if question.get("agreement"):
            kind = words("type_agreement", low=min(values), high=max(values))
            return f"{kind}: " + " · ".join(level["label"] for level in question["levels"])
        return words("type_rating", low=min(values, default=0), high=max(values, default=0))
    if question["type"] == "statement":
        kind = words("type_statement", low=question["scale_min"], high=question["scale_max"])
        return f"{kind}: {question['low_text']} – {question['high_text']}"
    if question["type"] == "line":
        return words("type_line")
    if question["type"] == "choice":
        kind = words("type_multiple" if question["multiple"] else "type_choice")
        if pick := question.get("pick"):
            kind = words.count("type_pick", pick)
        return f"{kind}: " + " · ".join(option["label"] for option in question["options"])
    return words("type_long_text")
