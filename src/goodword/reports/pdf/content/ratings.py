"""The answers to one question of a reference check, by relationship."""

from collections import Counter
from statistics import fmean

from goodword.reports.pdf.content.blocks import Block, dots, heading, prose, ratings
from goodword.reports.pdf.snapshot import ChoiceQuestion, RatingQuestion, StatementQuestion, Values
from goodword.reports.pdf.words import Words


def answer_blocks(question: RatingQuestion | StatementQuestion | ChoiceQuestion, words: Words) -> list[Block]:
    """The question as a heading and its answers as dots; a sentence where nobody answered."""
    if not any(group["values"] for group in question["by_relationship"]):
        return [heading(question["text"]), prose(words("nobody_answered"), quiet=True)]
    if question["type"] == "choice":
        return [heading(question["text"]), *_choice(question, words)]
    if question["type"] == "rating":
        numbers = [level["value"] for level in question["levels"]]
        axis = (min(numbers), max(numbers))
        steps = [f"{level['value']} {level['label']}" for level in question["levels"]]
        note = " · ".join(steps)
    else:
        axis = (question["scale_min"], question["scale_max"])
        note = f"{axis[0]} {question['low_text']} · {axis[1]} {question['high_text']}"
    header = [words("relationship"), words("answers"), words("mean")]
    rows = [_row(group, axis, words) for group in question["by_relationship"]]
    return [heading(question["text"], note=note), ratings(header, axis, rows)]


def is_identifiable(group: Values) -> bool:
    """Whether the mark is due: never for the candidate, who is known anyway."""
    return group["identifiable"] and not group["self_reference"]


def _row(group: Values, axis: tuple[int, int], words: Words) -> Block:
    values = sorted(group["values"])
    listed = ", ".join(map(str, values))
    label = words("self") if group["self_reference"] else group["relationship"]
    notes = [words.count("group", len(values))]
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
