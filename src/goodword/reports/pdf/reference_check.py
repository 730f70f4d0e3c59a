from collections import Counter
from dataclasses import replace
from itertools import groupby
from operator import itemgetter
from statistics import fmean

from goodword.core.report_blocks import (
    Block,
    Cell,
    Heading,
    Labelled,
    Notice,
    OptionChart,
    OptionRow,
    Phrases,
    Prose,
    Quote,
    Quotes,
    RatingChart,
    RatingRow,
    Section,
    Table,
)
from goodword.reports.pdf.snapshot import (
    Check,
    ChoiceQuestion,
    GroupValues,
    Question,
    RatingQuestion,
    Reference,
    StatementQuestion,
    Verification,
)
from goodword.reports.pdf.text import clipped, isolate

type Charted = RatingQuestion | StatementQuestion | ChoiceQuestion


def check_facts(check: Check, words: Phrases) -> list[tuple[str, str]]:
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


def check_sections(check: Check, words: Phrases) -> list[Section]:
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


def _name(reference: Reference, number: int, words: Phrases) -> str:
    return isolate(clipped(reference["referee"]["name"] or words("referee_n", n=number)))


def _relationship(reference: Reference, words: Phrases) -> str:
    return words("self") if reference["self_reference"] else reference["referee"]["relationship"]


def _summary(check: Check, people: dict[str, str], words: Phrases) -> Section:
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
    blocks: list[Block] = [Prose([" ".join(sentences)])]
    header = [words(key) for key in ("referee", "relationship", "company", "worked_together", "answered_on")]
    rows = [_referee_row(reference, people, words) for reference in check["references"]]
    if rows:
        blocks.append(Table(header, rows, widths=[4, 2.6, 3.2, 3.8, 2.6]))
    blocks.append(Notice([words("no_verdict")]))
    return Section(words("summary"), blocks)


def _referee_row(reference: Reference, people: dict[str, str], words: Phrases) -> list[str | Cell]:
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


def _ratings(check: Check, words: Phrases) -> Section | None:
    questions = [q for q in check["questions"] if q["type"] != "long_text" and q["type"] != "line"]
    if not questions:
        return None
    notes = [words("ratings_read")]
    if any(is_identifiable(group) for question in questions for group in question["by_relationship"]):
        notes.append(words("identifiable_note"))
    blocks: list[Block] = [Prose(notes)]
    for question in questions:
        blocks += answer_blocks(question, words)
    return Section(words("ratings"), blocks)


def _lines(check: Check, people: dict[str, str], words: Phrases) -> Section | None:
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
            Table(header, rows, widths=[4, 3, 6]) if rows else Prose([words("unanswered")], quiet=True)
        )
    return Section(words("short_answers"), blocks) if blocks else None


def _comments(check: Check, people: dict[str, str], words: Phrases) -> Section | None:
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
            entries.append(Quote(text=text, by=" · ".join(by), language=entry.get("language")))
        if entries:
            blocks += [*_comment_head(question, words), Quotes(entries)]
    if not blocks:
        return None
    return Section(words("comments"), [Prose([words("comments_read")], leads=True), *blocks])


def _comment_head(question: Question, words: Phrases) -> list[Block]:
    if question["type"] == "long_text":
        return head_of(question, words)
    return [Heading(question.get("competency") or question["text"])]


def _verification(check: Check, people: dict[str, str], words: Phrases) -> Section | None:
    if not check["verification"]:
        return None
    header = [words(key) for key in ("referee", "what", "stated", "confirmed")]
    rows: list[list[str | Cell]] = []
    for reference, group in groupby(check["verification"], key=itemgetter("reference")):
        entries = list(group)
        for place, entry in enumerate(entries):
            first: list[str | Cell] = [Cell(people[reference], rows=len(entries))] if place == 0 else []
            stated = entry["stated"] or words("not_given")
            shown = [isolate(clipped(text)) for text in (stated, _confirmed(entry, words))]
            rows.append([*first, clipped(entry["what"]), *shown])
    blocks: list[Block] = [
        Prose([words("verification_read")], leads=True),
        Table(header, rows, widths=[3, 3, 4, 4]),
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
                                text=isolate(clipped(said["text"])),
                                who=", ".join(people[reference] for reference in said["by"]),
                            )
                            for said in one["said"]
                        ),
                    )
                    for one in found
                ]
            )
        )
    return Section(words("verification"), blocks)


def _confirmed(entry: Verification, words: Phrases) -> str:
    match entry.get("verdict"):
        case "confirmed":
            return words("is_confirmed")
        case "unsure":
            return words("is_unsure")
    return entry["confirmed"] or words("not_given")


def _questions(check: Check, words: Phrases) -> Section | None:
    if not check["questions"]:
        return None
    blocks: list[Block] = []
    for number, question in enumerate(check["questions"], start=1):
        note = _kind(question, words)
        if why := question.get("note"):
            note = f"{note}. {why}"
        blocks.append(Heading(f"{number}. {question['text']}", note=note))
        if question["type"] == "rating" and not question.get("agreement"):
            header = [words("level"), words("meaning"), words("example")]
            rows = [
                [str(level["value"]), level["label"], level["example"] or ""] for level in question["levels"]
            ]
            if not any(level["example"] for level in question["levels"]):
                header, rows = header[:2], [row[:2] for row in rows]
            blocks.append(Table(header, rows, widths=[0, 3, 8][: len(header)]))
    return Section(words("questions"), blocks)


def _kind(question: Question, words: Phrases) -> str:
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
    blocks = head_of(question, words, note=_scale(question))
    if not any(group["values"] for group in question["by_relationship"]):
        return [*blocks, Prose([_unanswered(question, words)], quiet=True)]
    if question["type"] == "choice":
        return [*blocks, *_choice(question, words)]
    header = [words("relationship"), words("answers"), words("mean")]
    axis = _axis(question)
    rows = [_rating_row(group, axis, words) for group in question["by_relationship"]]
    if question["type"] == "statement":  # neither end is better, so there is no mean
        header, rows = [*header[:2], ""], [replace(row, mean=None, mean_text="") for row in rows]
    return [*blocks, RatingChart(header, axis, rows)]


def head_of(question: Question, words: Phrases, *, note: str | None = None) -> list[Block]:
    competency = question.get("competency")
    text = question["text"]
    blocks: list[Block] = [
        Heading(competency, note=text if note is None else f"{text}\n{note}")
        if competency
        else Heading(text, note=note)
    ]
    notes = []
    if own := question.get("own_text"):
        notes.append(words("own_text", text=own))
    if why := question.get("note"):
        notes.append(why)
    if not_asked := question.get("not_asked"):
        notes.append(words.count("not_asked", len(not_asked)))
    if notes:
        blocks.append(Prose([" ".join(notes)], quiet=True, leads=True))
    return blocks


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
    blocks: list[Block] = [OptionChart([words("option"), words("how_many"), words("who")], rows)]
    if unchosen:
        blocks.append(Prose([words("not_chosen", options=", ".join(unchosen))], quiet=True))
    return blocks


def _who(group: GroupValues, count: int, words: Phrases) -> str:
    label = words("self") if group["self_reference"] else group["relationship"]
    who = words("who_n", relationship=label, n=count)
    return f"{who} ({words('identifiable')})" if is_identifiable(group) else who
