"""The report of a reference check, except page 1 (`report_front`)."""

from collections import Counter
from typing import assert_never

from goodword.core.report_blocks import (
    AuthorMark,
    Block,
    Heading,
    Labelled,
    OptionChart,
    OptionRow,
    Pages,
    Prose,
    Quote,
    Quotes,
    RatingChart,
    RatingRow,
    Section,
    Table,
)
from goodword.core.text import Phrases, clipped, isolate
from goodword.references.report_data import (
    CheckData,
    ChoiceQuestion,
    GroupValues,
    LineQuestion,
    QuestionData,
    RatingQuestion,
    ReferenceData,
    StatementQuestion,
)
from goodword.references.report_front import (
    Charted,
    Marks,
    front_sections,
    is_identifiable,
    marks_of,
    on_front,
    people_of,
    skipped_text,
)


def check_pages(check: CheckData, words: Phrases) -> Pages:
    people, marks = people_of(check, words), marks_of(check, words)
    body = [
        _other_answers(check, people, marks, words),
        _comments(check, people, marks, words),
        _disagreements(check, people, words),
    ]
    return Pages(
        lead=words("completed_at", when=check["completed_at_text"]),
        front=front_sections(check, words),
        body=[section for section in body if section is not None],
        appendix=[_questions(check, words)] if check["questions"] else [],
    )


def check_facts(check: CheckData, words: Phrases) -> list[tuple[str, str]]:
    named = check["questionnaire"]
    title = words("questionnaire_version", title=named["title"], version=named["version"])
    return [(words("questionnaire"), title)]


def check_method(words: Phrases) -> list[str]:
    return [words("method_referees"), words("method_answers"), words("method_few")]


def _other_answers(check: CheckData, people: dict[str, str], marks: Marks, words: Phrases) -> Section | None:
    """All answers that aren't on page 1: no ratings, comments and *would work again*. None if nobody answered."""
    if not any(question.get("by_relationship") or question.get("answers") for question in check["questions"]):
        return None
    blocks: list[Block] = []
    for question in check["questions"]:
        match question["type"]:
            case "choice":
                if not on_front(question, check):
                    blocks += [*head_of(question, words), *choice_blocks(question, words, marks)]
            case "statement":
                blocks += [*head_of(question, words), *_statement(question, marks, words)]
            case "line":
                blocks += [*head_of(question, words), line_answers(question, check, people, words)]
            case "rating" | "long_text":
                pass
            case _:
                assert_never(question["type"])
    return Section(words("other_answers"), blocks) if blocks else None


def _statement(question: StatementQuestion, marks: Marks, words: Phrases) -> list[Block]:
    given = [(value, group) for group in question["by_relationship"] for value in sorted(group["values"])]
    if not given:
        return [Prose([unanswered(question, words)], quiet=True)]
    low, high = axis_of(question)
    in_words = ", ".join(
        f"{words('self') if group['self_reference'] else group['relationship']} {value}"
        for value, group in given
    )
    row = RatingRow(
        label="",
        note="",
        values=[value for value, _ in given],
        hollow=False,
        alt=words("ratings_alt", label=question["text"], answers=in_words),
        marks=[marks.of(group) for _, group in given],
    )
    ends = [question["low_text"], *[""] * (high - low - 1), question["high_text"]]
    header = [words("question"), words("range")]
    chart = RatingChart(header, (low, high), [row], caption=question["text"], levels=ends)
    skipped = skipped_text(question, words)
    return [chart, Prose([f"{skipped}."], quiet=True)] if skipped else [chart]


def _comments(check: CheckData, people: dict[str, str], marks: Marks, words: Phrases) -> Section | None:
    blocks: list[Block] = []
    for question in check["questions"]:
        if quotes := quotes_block(question, check, people, words, marks):
            heading = question.get("competency") or question["text"]
            blocks.append(Heading(heading, note=question["text"] if heading != question["text"] else None))
            blocks.append(quotes)
    return Section(words("comments"), blocks, note=words("comments_read")) if blocks else None


def quotes_block(
    question: QuestionData,
    check: CheckData,
    people: dict[str, str],
    words: Phrases,
    marks: Marks | None = None,
) -> Quotes | None:
    known = {reference["id"]: reference for reference in check["references"]}
    entries = []
    for entry in question["comments"]:
        reference = known[entry["reference"]]
        by = [people[entry["reference"]], relationship_of(reference, words)]
        if reference["referee"]["company"] and not reference["self_reference"]:
            by.append(isolate(clipped(reference["referee"]["company"])))
        text = entry["text"] if entry["text"] is not None else words("text_removed")
        mark = None if marks is None else _mark_of(reference, marks)
        entries.append(Quote(text=text, by=" · ".join(by), language=entry.get("language"), mark=mark))
    return Quotes(entries) if entries else None


def _mark_of(reference: ReferenceData, marks: Marks) -> AuthorMark:
    return (
        marks.own
        if reference["self_reference"]
        else marks.of_relationship[reference["referee"]["relationship"]]
    )


def _disagreements(check: CheckData, people: dict[str, str], words: Phrases) -> Section | None:
    blocks = contradiction_blocks(check, people, words)
    return Section(words("dates_and_title"), blocks) if blocks else None


def contradiction_blocks(check: CheckData, people: dict[str, str], words: Phrases) -> list[Block]:
    found = check.get("contradictions")
    if not found:
        return []
    rows = [
        (
            f"{contradiction['what']}, {isolate(clipped(contradiction['company']))}",
            "\n".join(
                words(
                    "says_who",
                    text=isolate(clipped(claim["text"])),
                    who=", ".join(people[reference] for reference in claim["by"]),
                )
                for claim in contradiction["claims"]
            ),
        )
        for contradiction in found
    ]
    return [
        Heading(words("contradictions")),
        Prose([words("contradictions_read")], leads=True),
        Labelled(rows),
    ]


def _questions(check: CheckData, words: Phrases) -> Section:
    return Section(
        words("questions"),
        [
            Labelled(
                [
                    _asked(question, place, words)
                    for place, question in enumerate(check["questions"], start=1)
                ],
                small=True,
            )
        ],
    )


def _asked(question: QuestionData, place: int, words: Phrases) -> tuple[str, str]:
    competency = question.get("competency")
    label = words.labelled(competency, question["text"]) if competency else question["text"]
    texts = [_kind(question, words)]
    if question["type"] == "rating" and not question.get("agreement"):
        levels = [(level["value"], level["example"] or level["label"]) for level in question["levels"]]
        scale = " · ".join(f"{value}\N{NO-BREAK SPACE}{text.rstrip('.')}" for value, text in levels)
        texts[0] = words.labelled(texts[0], scale)
    if own := question.get("self_text"):
        texts.append(words("self_text", text=own))
    if why := question.get("note"):
        texts.append(why)
    return f"{place}. {label}", " ".join(
        text if text[-1:] in {".", "?", "!"} else f"{text}." for text in texts
    )


def levels_table(question: QuestionData, words: Phrases) -> Table | None:
    if question["type"] != "rating" or question.get("agreement"):
        return None
    header = [words("level"), words("meaning"), words("example")]
    rows = [[str(level["value"]), level["label"], level["example"] or ""] for level in question["levels"]]
    if not any(level["example"] for level in question["levels"]):
        header, rows = header[:2], [row[:2] for row in rows]
    return Table(header, rows, widths=[0, 3, 8][: len(header)])


def _kind(question: QuestionData, words: Phrases) -> str:
    match question["type"]:
        case "rating":
            values = [level["value"] for level in question["levels"]]
            if question.get("agreement"):
                kind = words("type_agreement", low=min(values), high=max(values))
                return words.labelled(kind, " · ".join(level["label"] for level in question["levels"]))
            return words("type_rating", low=min(values, default=0), high=max(values, default=0))
        case "statement":
            kind = words("type_statement", low=question["scale_min"], high=question["scale_max"])
            return words.labelled(kind, f"{question['low_text']} – {question['high_text']}")
        case "line":
            return words("type_line")
        case "choice":
            kind = words("type_multiple" if question["multiple"] else "type_choice")
            if pick := question.get("pick"):
                kind = words.count("type_pick", pick)
            return words.labelled(kind, " · ".join(option["label"] for option in question["options"]))
        case "long_text":
            return words("type_long_text")
        case _:
            assert_never(question["type"])


def line_answers(
    question: LineQuestion, check: CheckData, people: dict[str, str], words: Phrases
) -> Table | Prose:
    known = {reference["id"]: reference for reference in check["references"]}
    rows = [
        [
            people[entry["reference"]],
            relationship_of(known[entry["reference"]], words),
            isolate(clipped(entry["text"] or words("text_removed"))),
        ]
        for entry in question["answers"]
    ]
    if not rows:
        return Prose([words("unanswered")], quiet=True)
    header = [words(key) for key in ("referee", "relationship", "answer")]
    return Table(header, rows, widths=[4, 3, 6], caption=question["text"])


def head_of(question: QuestionData, words: Phrases) -> list[Block]:
    competency, text = question.get("competency"), question["text"]
    heading = Heading(competency, note=text) if competency else Heading(text)
    return [heading, *notes_of(question, words)]


def notes_of(question: QuestionData, words: Phrases) -> list[Block]:
    notes = []
    if own := question.get("self_text"):
        notes.append(words("self_text", text=own))
    if why := question.get("note"):
        notes.append(why)
    if not_asked := question.get("not_asked"):
        notes.append(words.count("not_asked", len(not_asked)))
    return [Prose([" ".join(notes)], quiet=True, leads=True)] if notes else []


def axis_of(question: RatingQuestion | StatementQuestion) -> tuple[int, int]:
    if question["type"] == "statement":
        return question["scale_min"], question["scale_max"]
    numbers = [level["value"] for level in question["levels"]]
    return min(numbers), max(numbers)


def unanswered(question: Charted, words: Phrases) -> str:
    skipped = skipped_text(question, words)
    return f"{skipped}." if skipped else words("unanswered")


def choice_blocks(question: ChoiceQuestion, words: Phrases, marks: Marks | None = None) -> list[Block]:
    if not any(group["values"] for group in question["by_relationship"]):
        return [Prose([unanswered(question, words)], quiet=True)]
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
                marks=[marks.of(group) for group, count in chosen for _ in range(count)] if marks else [],
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


def relationship_of(reference: ReferenceData, words: Phrases) -> str:
    return words("self") if reference["self_reference"] else reference["referee"]["relationship"]
