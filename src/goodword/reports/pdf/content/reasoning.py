"""Generated tasks: how many were solved, then each task as it was given, with its answer and its rule."""

from goodword.reports.pdf.content.blocks import Block, heading, labelled, matrix, prose, section, table
from goodword.reports.pdf.content.sheet import sheet, standing_text
from goodword.reports.pdf.taken import Category, ReasoningTest, Task
from goodword.reports.pdf.words import Words


def reasoning_results(test: ReasoningTest, words: Words) -> Block:
    whole, ability = test["whole"], test["ability"]
    if whole["solved"] is None:
        return section(test["name"], [prose(words("tasks_erased", m=whole["given"]))])
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
    return section(test["name"], [prose(*said, leads=True), table(header, rows, widths=[6, 2, 2])])


def _category(found: Category, words: Words) -> list[str | Block]:
    name: str | Block = words.category(found["name"])
    if found["standing"] is not None:
        name = {**_named(words.category(found["name"])), "note": standing_text(found["standing"], words)}
    solved = words("n_of_m", n=found["solved"] or 0, m=found["given"])
    return [name, solved, str(found["answered"] or 0)]


def _named(name: str) -> Block:
    return {"text": name, "note": None, "rows": 1, "together": False}


def reasoning_tasks(test: ReasoningTest, words: Words) -> Block:
    blocks: list[Block] = []
    for task in test["tasks"]:
        blocks += _task(task, words)
    return section(words("tasks_behind", test=test["name"]), [*blocks, *sheet(test, words)])


def _task(task: Task, words: Words) -> list[Block]:
    solved = words("is_solved") if task["chosen"] == task["right"] else words("is_not_solved")
    blocks = [
        heading(
            words("task_n", n=task["number"], category=words.category(task["category"])),
            note=solved if task["chosen"] is not None else words("not_answered"),
        ),
        prose(*task["lines"], task["question"], leads=bool(task["terms"] or task["drawings"])),
    ]
    if task["terms"]:
        blocks.append(prose("   ".join([*task["terms"], "?"])))
    if task["drawings"]:
        blocks.append(_matrix(task, words))
    options = [option["text"] for option in task["options"] if option["text"]]
    rows = [(words("options"), " · ".join(options))] if options else []
    rows += [
        (words("answer"), _option(task, task["chosen"], words)),
        (words("right_answer"), _option(task, task["right"], words)),
        (words("rule"), task["rule"]),
    ]
    return [*blocks, labelled(rows)]


def _option(task: Task, number: int | None, words: Words) -> str:
    for option in task["options"]:
        if option["number"] == number:
            drawing = option["drawing"]
            if drawing is None:
                return option["text"]
            return words("figure_says", n=option["number"], text=drawing["alt"])
    return words("not_answered")


def _matrix(task: Task, words: Words) -> Block:
    options = []
    for option in task["options"]:
        drawing, number = option["drawing"], option["number"]
        if drawing is None:
            continue
        marks = [words("figure_right")] if number == task["right"] else []
        marks += [words("figure_chosen")] if number == task["chosen"] else []
        options.append(
            {
                **drawing,
                "alt": words("figure_says", n=number, text=drawing["alt"]),
                "label": str(number),
                "note": ", ".join(marks),
                "right": number == task["right"],
            }
        )
    return matrix([dict(drawing) for drawing in task["drawings"]], options)
