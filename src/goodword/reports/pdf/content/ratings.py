"""The answers to one question of a reference check, by relationship, and the head of any question."""

from collections import Counter
from statistics import fmean

from goodword.reports.pdf.content.blocks import Block, dots, heading, prose, ratings
from goodword.reports.pdf.snapshot import (
    ChoiceQuestion,
    Question,
    RatingQuestion,
    StatementQuestion,
    Values,
)
from goodword.reports.pdf.words import Words

type Charted = RatingQuestion | StatementQuestion | ChoiceQuestion


def answer_blocks(question: Charted, words: Words) -> list[Block]:
    """The question as a heading and its answers as dots; a sentence where nobody answered."""
    blocks = head_of(question, words, note=_scale(question))
    if not any(group["values"] for group in question["by_relationship"]):
        return [*blocks, prose(_nobody(question, words), quiet=True)]
    if question["type"] == "choice":
        return [*blocks, *_choice(question, words)]
    header = [words("relationship"), words("answers"), words("mean")]
    axis = _axis(question)
    rows = [_row(group, axis, words) for group in question["by_relationship"]]
    if question["type"] == "statement":  # places, of which neither end is more
        header, rows = [*header[:2], ""], [{**row, "mean": None, "mean_text": ""} for row in rows]
    return [*blocks, ratings(header, axis, rows)]


def head_of(question: Question, words: Words, *, note: str | None = None) -> list[Block]:
    """The heading of a question: its competency where it has one, then its text; and who was not asked, and why."""
    competency = question.get("competency")
    text = question["text"]
    blocks = [
        heading(competency, note=text if note is None else f"{text}\n{note}")
        if competency
        else heading(text, note=note)
    ]
    told = []
    if own := question.get("own_text"):
        told.append(words("own_text", text=own))
    if why := question.get("note"):
        told.append(why)
    if not_asked := question.get("not_asked"):
        told.append(words.count("not_asked", len(not_asked)))
    if told:
        blocks.append(prose(" ".join(told), quiet=True, leads=True))
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


def _nobody(question: Charted, words: Words) -> str:
    skipped = sum(group["skipped"] for group in question["by_relationship"])
    return words.count("skipped", skipped) + "." if skipped else words("nobody_answered")


def is_identifiable(group: Values) -> bool:
    """Whether the mark is due: never for the candidate, who is known anyway."""
    return group["identifiable"] and not group["self_reference"]


def _row(group: Values, axis: tuple[int, int], words: Words) -> Block:
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
    return {
        "label": label,
        "note": " · ".join(notes),
        "values": values,
        "answers": listed or "–",
        "mean": mean,
        "mean_text": "–" if mean is None else words.number(mean, 1),
        "hollow": group["self_reference"],
        "alt": words(
            "rating_alt",
            relationship=label,
            low=axis[0],
            high=axis[1],
            answers=listed or words("no_answers"),
        ),
    }


def _choice(question: ChoiceQuestion, words: Words) -> list[Block]:
    """Every option with its dots; of a long list of adjectives the unchosen ones in one line instead."""
    rows: list[Block] = []
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
            {
                "label": option["label"],
                "filled": others,
                "hollow": own,
                "alt": words.count("choice_alt", others + own),
                "who": ", ".join(_who(group, count, words) for group, count in chosen) or "–",
            }
        )
    if question["multiple"]:
        rows.sort(key=lambda row: -row["filled"])
    blocks = [dots([words("option"), words("how_many"), words("who")], rows)]
    if unchosen:
        blocks.append(prose(words("not_chosen", options=", ".join(unchosen)), quiet=True))
    return blocks


def _who(group: Values, count: int, words: Words) -> str:
    label = words("self") if group["self_reference"] else group["relationship"]
    told = words("who_n", relationship=label, n=count)
    return f"{told} ({words('identifiable')})" if is_identifiable(group) else told
