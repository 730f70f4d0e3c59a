"""Reasoning: tasks solved, in total and by category."""

from goodword.core.report_blocks import Block, Cell, Prose, Table, Words
from goodword.reports.pdf.content.sheet import standing_text
from goodword.reports.pdf.taken import Category, ReasoningTest


def reasoning_results(test: ReasoningTest, words: Words) -> list[Block]:
    whole, ability = test["whole"], test["ability"]
    if whole["solved"] is None:
        return [Prose([words("tasks_erased", m=whole["given"])])]
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
    return [Prose(said, leads=True), Table(header, rows, widths=[6, 2, 2])]


def _category(found: Category, words: Words) -> list[str | Cell]:
    name: str | Cell = words.category(found["name"])
    if found["standing"] is not None:
        name = Cell(words.category(found["name"]), note=standing_text(found["standing"], words))
    solved = words("n_of_m", n=found["solved"] or 0, m=found["given"])
    return [name, solved, str(found["answered"] or 0)]
