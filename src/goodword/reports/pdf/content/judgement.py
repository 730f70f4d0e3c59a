"""Situations to judge: how far the ratings lie from the key, then each action with its rating and the reason."""

from goodword.reports.pdf.content.blocks import Block, cell, heading, prose, section, table
from goodword.reports.pdf.content.sheet import sheet, standing_text
from goodword.reports.pdf.taken import Action, JudgementTest
from goodword.reports.pdf.words import Words


def judgement_results(test: JudgementTest, words: Words) -> Block:
    n, m, distance = test["n_answered"], test["items_n"], test["distance"]
    if distance is not None:
        figures = {"distance": words.number(distance, 1), "largest": words.number(test["largest"], 1)}
        said = [words("judgement_is", **figures)]
    else:
        said = [words("judgement_none", n=n, m=m) if n else words("judgement_erased", m=m)]
    if test["standing"] is not None:
        said.append(standing_text(test["standing"], words, by_distance=True))
    if n and test.get("voided"):
        said.append(words("judgement_voided", n=test["voided"]))
    return section(test["name"], [prose(*said, words("key_basis", text=test["key_basis"]))])


def judgement_answers(test: JudgementTest, words: Words) -> Block:
    steps = " · ".join(
        f"{value} {label}" for value, label in enumerate(test["response_labels"], start=test["scale_min"])
    )
    blocks = [prose(steps, quiet=True)]
    header = [words("action"), words("rated"), words("key"), words("distance")]
    for number, situation in enumerate(test["situations"], start=1):
        rows = [_action(action, words) for action in situation["actions"]]
        blocks += [
            heading(words("situation_n", n=number)),
            prose(situation["text"], leads=True),
            table(header, rows, widths=[8, 3, 2, 2]),
        ]
    return section(words("situations_behind", test=test["name"]), [*blocks, *sheet(test, words)])


def _action(action: Action, words: Words) -> list[str | Block]:
    answer, distance = action["answer"], action["distance"]
    rated: str | Block = cell("", note=words("not_answered"))
    if answer is not None:
        rated = f"{answer} {action['answer_label'] or ''}".strip()
    return [
        cell(action["text"], note=action["reason"] or None),
        rated,
        _steps(action["key"], words),
        "–" if distance is None else _steps(distance, words),
    ]


def _steps(value: float, words: Words) -> str:
    """Half steps are the finest there are."""
    return words.number(value, 0 if float(value).is_integer() else 1)
