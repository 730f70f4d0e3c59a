from collections import Counter
from dataclasses import replace
from itertools import groupby
from operator import itemgetter
from statistics import fmean
from typing import assert_never

from goodword.core.phrases import Phrases
from goodword.core.report_blocks import (
    Block,
    Cell,
    Details,
    Heading,
    Labelled,
    Notice,
    OptionChart,
    OptionRow,
    Prose,
    Quote,
    Quotes,
    RatingChart,
    RatingRow,
    Section,
    Table,
)
from goodword.core.text import clipped, isolate
from goodword.references.report_data import (
    CheckData,
    ChoiceQuestion,
    GroupValues,
    LineQuestion,
    QuestionData,
    RatingQuestion,
    ReferenceData,
    StatementQuestion,
    VerificationData,
)

type Charted = RatingQuestion | StatementQuestion | ChoiceQuestion


def check_facts(check: CheckData, words: Phrases) -> list[tuple[str, str]]:
    questionnaire = check["questionnaire"]
    return [
        (words("references"), words("received", n=check["received"], m=check["asked"])),
        (words("completed"), check["completed_at_text"]),
        (
            words("questionnaire"),
            words("questionnaire_version", title=questionnaire["title"], version=questionnaire["version"]),
        ),
    ]


def check_method(words: Phrases) -> list[str]:
    return [words("method_referees"), words("method_answers"), words("method_few")]


def check_sections(check: CheckData, words: Phrases) -> list[Section]:
    people = _people(check, words)
    parts = [
        _summary(check, people, words),
        _ratings(check, words),
        _lines(check, people, words),
        _comments(check, people, words),
        _verification(check, people, words),
        _questions(check, words),
    ]
    return [part for part in parts if part is not None]


def screen_sections(check: CheckData, words: Phrases) -> list[Section]:
    """The same blocks for a screen, where comments follow their question and answers open to who gave them."""
    people = _people(check, words)
    sections = [_summary(check, people, words, notice=False)]
    if verification := _verification(check, people, words):
        sections.append(verification)
    for heading, questions in groupby(
        check["questions"], key=lambda one: one.get("competency") or one["text"]
    ):
        blocks = [block for one in questions for block in _question_blocks(one, check, people, words)]
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
    blocks += _notes_of(question, words)
    if charted is not None:
        blocks += _answers(charted, words)
    elif question["type"] == "line":
        blocks.append(_line_answers(question, check, people, words))
    if quotes := _quotes(question, check, people, words):
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
            _relationship(known[answer["reference"]], words),
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
    table = _levels_table(question, words)
    summary = words("levels_mean")
    return (
        [] if table is None else [Details(summary, [replace(table, caption=summary)], about=question["text"])]
    )


def _people(check: CheckData, words: Phrases) -> dict[str, str]:
    return {
        reference["id"]: _name(reference, number, words)
        for number, reference in enumerate(check["references"], start=1)
    }


def _name(reference: ReferenceData, number: int, words: Phrases) -> str:
    return isolate(clipped(reference["referee"]["name"] or words("referee_n", n=number)))


def _relationship(reference: ReferenceData, words: Phrases) -> str:
    return words("self") if reference["self_reference"] else reference["referee"]["relationship"]


def _summary(check: CheckData, people: dict[str, str], words: Phrases, *, notice: bool = True) -> Section:
    factual = sum(1 for reference in check["references"] if reference["factual"])
    late = sum(
        1 for reference in check["references"] if reference.get("late") and not reference["self_reference"]
    )
    sentences = [words.count("received", check["received"], m=check["asked"])]
    for key, n in (
        ("sent", check.get("sent", 0)),
        ("declined", check.get("declined", 0)),
        ("factual", factual),
        ("late", late),
        ("erased", check.get("erased", 0)),
    ):
        if n:
            sentences.append(words.count(key, n))
    if any(reference["self_reference"] for reference in check["references"]):
        sentences.append(words("self_apart"))
    blocks: list[Block] = [Prose([" ".join(sentences)])]
    header = [words(key) for key in ("referee", "relationship", "company", "worked_together", "answered_on")]
    rows = [_referee_row(reference, people, words) for reference in check["references"]]
    if rows:
        blocks.append(Table(header, rows, widths=[4, 2.6, 3.2, 3.8, 2.6], caption=words("references")))
    if notice:
        blocks.append(Notice([words("no_verdict")]))
    elif note := _identifiable_note(check, words):
        blocks.append(Prose(note, quiet=True))
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
        _relationship(reference, words),
        isolate(clipped(referee["company"] or "–")),
        reference["period_text"] or "–",
        reference["submitted_at_text"],
    ]


def _ratings(check: CheckData, words: Phrases) -> Section | None:
    questions = _charted(check)
    if not questions:
        return None
    blocks: list[Block] = [Prose([words("ratings_read"), *_identifiable_note(check, words)])]
    for question in questions:
        blocks += answer_blocks(question, words)
    return Section(words("ratings"), blocks)


def _charted(check: CheckData) -> list[Charted]:
    return [q for q in check["questions"] if q["type"] != "long_text" and q["type"] != "line"]


def _identifiable_note(check: CheckData, words: Phrases) -> list[str]:
    groups = [group for question in _charted(check) for group in question["by_relationship"]]
    return [words("identifiable_note")] if any(map(is_identifiable, groups)) else []


def _lines(check: CheckData, people: dict[str, str], words: Phrases) -> Section | None:
    blocks: list[Block] = []
    for question in check["questions"]:
        if question["type"] == "line":
            blocks += [*head_of(question, words), _line_answers(question, check, people, words)]
    return Section(words("short_answers"), blocks) if blocks else None


def _line_answers(
    question: LineQuestion, check: CheckData, people: dict[str, str], words: Phrases
) -> Table | Prose:
    known = {reference["id"]: reference for reference in check["references"]}
    rows = [
        [
            people[entry["reference"]],
            _relationship(known[entry["reference"]], words),
            isolate(clipped(entry["text"] or words("text_removed"))),
        ]
        for entry in question["answers"]
    ]
    if not rows:
        return Prose([words("unanswered")], quiet=True)
    header = [words(key) for key in ("referee", "relationship", "answer")]
    return Table(header, rows, widths=[4, 3, 6], caption=question["text"])


def _comments(check: CheckData, people: dict[str, str], words: Phrases) -> Section | None:
    blocks: list[Block] = []
    for question in check["questions"]:
        if quotes := _quotes(question, check, people, words):
            blocks += [*_comment_head(question, words), quotes]
    if not blocks:
        return None
    return Section(words("comments"), [Prose([words("comments_read")], leads=True), *blocks])


def _quotes(
    question: QuestionData, check: CheckData, people: dict[str, str], words: Phrases
) -> Quotes | None:
    known = {reference["id"]: reference for reference in check["references"]}
    entries = []
    for entry in question["comments"]:
        reference = known[entry["reference"]]
        by = [people[entry["reference"]], _relationship(reference, words)]
        if reference["referee"]["company"] and not reference["self_reference"]:
            by.append(isolate(clipped(reference["referee"]["company"])))
        text = entry["text"] if entry["text"] is not None else words("text_removed")
        entries.append(Quote(text=text, by=" · ".join(by), language=entry.get("language")))
    return Quotes(entries) if entries else None


def _comment_head(question: QuestionData, words: Phrases) -> list[Block]:
    if question["type"] == "long_text":
        return head_of(question, words)
    return [Heading(question.get("competency") or question["text"])]


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
        Table(header, rows, widths=[3, 3, 4, 4], caption=words("verification")),
    ]
    if found := check.get("contradictions"):
        blocks += [Heading(words("contradictions")), Prose([words("contradictions_read")], leads=True)]
        blocks.append(
            Labelled(
                [
                    (
                        f"{one['what']}, {isolate(clipped(one['company']))}",
                        "\n".join(
                            words(
                                "says_who",
                                text=isolate(clipped(claim["text"])),
                                who=", ".join(people[reference] for reference in claim["by"]),
                            )
                            for claim in one["claims"]
                        ),
                    )
                    for one in found
                ]
            )
        )
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


def _questions(check: CheckData, words: Phrases) -> Section | None:
    if not check["questions"]:
        return None
    blocks: list[Block] = []
    for number, question in enumerate(check["questions"], start=1):
        note = _kind(question, words)
        if why := question.get("note"):
            note = f"{note}. {why}"
        blocks.append(Heading(f"{number}. {question['text']}", note=note))
        if table := _levels_table(question, words):
            blocks.append(table)
    return Section(words("questions"), blocks)


def _levels_table(question: QuestionData, words: Phrases) -> Table | None:
    if question["type"] != "rating" or question.get("agreement"):
        return None
    header = [words("level"), words("meaning"), words("example")]
    rows = [[str(level["value"]), level["label"], level["example"] or ""] for level in question["levels"]]
    if not any(level["example"] for level in question["levels"]):
        header, rows = header[:2], [row[:2] for row in rows]
    return Table(header, rows, widths=[0, 3, 8][: len(header)])


def _kind(question: QuestionData, words: Phrases) -> str:
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


def answer_blocks(question: Charted, words: Phrases) -> list[Block]:
    return [*head_of(question, words, note=_scale(question)), *_answers(question, words)]


def _answers(question: Charted, words: Phrases) -> list[Block]:
    if not any(group["values"] for group in question["by_relationship"]):
        return [Prose([_unanswered(question, words)], quiet=True)]
    if question["type"] == "choice":
        return _choice(question, words)
    header = [words("relationship"), words("answers"), words("mean")]
    axis = _axis(question)
    rows = [_rating_row(group, axis, words) for group in question["by_relationship"]]
    if question["type"] == "statement":  # neither end is better, so there is no mean
        header, rows = [*header[:2], ""], [replace(row, mean=None, mean_text="") for row in rows]
    return [RatingChart(header, axis, rows, caption=question["text"])]


def head_of(question: QuestionData, words: Phrases, *, note: str | None = None) -> list[Block]:
    competency = question.get("competency")
    text = question["text"]
    blocks: list[Block] = [
        Heading(competency, note=text if note is None else f"{text}\n{note}")
        if competency
        else Heading(text, note=note)
    ]
    return blocks + _notes_of(question, words)


def _notes_of(question: QuestionData, words: Phrases) -> list[Block]:
    notes = []
    if own := question.get("self_text"):
        notes.append(words("self_text", text=own))
    if why := question.get("note"):
        notes.append(why)
    if not_asked := question.get("not_asked"):
        notes.append(words.count("not_asked", len(not_asked)))
    return [Prose([" ".join(notes)], quiet=True, leads=True)] if notes else []


def _axis(question: RatingQuestion | StatementQuestion) -> tuple[int, int]:
    if question["type"] == "statement":
        return question["scale_min"], question["scale_max"]
    numbers = [level["value"] for level in question["levels"]]
    return min(numbers), max(numbers)


def _scale(question: Charted) -> str | None:
    match question["type"]:
        case "rating":
            return " · ".join(f"{level['value']} {level['label']}" for level in question["levels"])
        case "statement":
            low, high = _axis(question)
            return f"{low} {question['low_text']} · {high} {question['high_text']}"
    return None


def _unanswered(question: Charted, words: Phrases) -> str:
    skipped = sum(group["skipped"] for group in question["by_relationship"])
    return words.count("skipped", skipped) + "." if skipped else words("unanswered")


def is_identifiable(group: GroupValues) -> bool:
    return group["identifiable"] and not group["self_reference"]


def _rating_row(group: GroupValues, axis: tuple[int, int], words: Phrases) -> RatingRow:
    values = sorted(group["values"])
    listed = ", ".join(map(str, values))
    label = words("self") if group["self_reference"] else group["relationship"]
    notes = [words.count("group", len(values))] if values and not group["self_reference"] else []
    if group["self_reference"]:
        notes.append(words("self_mark"))
    if group["skipped"]:
        notes.append(words.count("skipped", group["skipped"]))
    if is_identifiable(group):
        notes.append(words("identifiable"))
    mean = fmean(values) if len(values) > 1 else None
    return RatingRow(
        label=label,
        note=" · ".join(notes),
        values=values,
        answers=listed or "–",
        mean=mean,
        mean_text="–" if mean is None else words.number(mean, 1),
        hollow=group["self_reference"],
        alt=words(
            "rating_alt",
            relationship=label,
            low=axis[0],
            high=axis[1],
            answers=listed or words("no_answers"),
        ),
    )


def _choice(question: ChoiceQuestion, words: Phrases) -> list[Block]:
    rows: list[OptionRow] = []
    unchosen: list[str] = []
    for option in question["options"]:
        chosen = [
            (group, count)
            for group in question["by_relationship"]
            if (count := Counter(group["values"])[option["value"]])
        ]
        if not chosen and question["multiple"]:
            unchosen.append(option["label"])
            continue
        others = sum(count for group, count in chosen if not group["self_reference"])
        own = sum(count for group, count in chosen if group["self_reference"])
        rows.append(
            OptionRow(
                label=option["label"],
                filled=others,
                hollow=own,
                alt=words.count("choice_alt", others + own),
                who=", ".join(_who(group, count, words) for group, count in chosen) or "–",
            )
        )
    if question["multiple"]:
        rows.sort(key=lambda row: -row.filled)
    blocks: list[Block] = [
        OptionChart([words("option"), words("how_many"), words("who")], rows, caption=question["text"])
    ]
    if unchosen:
        blocks.append(Prose([words("not_chosen", options=", ".join(unchosen))], quiet=True))
    return blocks


def _who(group: GroupValues, count: int, words: Phrases) -> str:
    label = words("self") if group["self_reference"] else group["relationship"]
    who = words("who_n", relationship=label, n=count)
    return f"{who} ({words('identifiable')})" if is_identifiable(group) else who
