"""Reasoning: tasks solved, in total and by category."""

from goodword.reports.pdf.content.blocks import Block, prose, table
from goodword.reports.pdf.content.sheet import standing_text
from goodword.reports.pdf.taken import Category, ReasoningTest
from goodword.reports.pdf.words import Words


def reasoning_results(test: ReasoningTest, words: Words) -> list[Block]:
    whole, ability = test["whole"], test["ability"]
    if whole["solved"] is None:
        return [prose(words("tasks_erased", m=whole["given"]))]
    said = [words("tasks_solved", n=whole["solved"], m=whole["given"], answered=whole["answered"] or 0)]
    if whole["standing"] is not None:
        said.append(standing_text(whole["standing"], words))
    if ability is not None:
        figures = {name: words.number(ability[name], 1) for name in ("value", "error")}
        said.append(words("ability", **figures))
    elif whole["standing"] is None:
        said.append(words("not_ranked"))
    header = [words("category"), words("solved"), words("answered")]
    rows = [_category(found, words) for found in test["categories"]]
    return [prose(*said, leads=True), table(header, rows, widths=[6, 2, 2])]


def _category(found: Category, words: Words) -> list[str | Block]:
    name: str | Block = words.category(found["name"])
    if found["standing"] is not None:
        name = {**_named(words.category(found["name"])), "note": standing_text(found["standing"], words)}
    solved = words("n_of_m", n=found["solved"] or 0, m=found["given"])
    return [name, solved, str(found["answered"] or 0)]


def _named(name: str) -> Block:
    return {"text": name, "note": None, "rows": 1, "together": False}
