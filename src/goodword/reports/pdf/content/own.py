"""Own questions: each with its answer in full, and what raters had given."""

from statistics import fmean

from goodword.reports.pdf.content.blocks import Block, comment, comments, heading, prose, section, table
from goodword.reports.pdf.content.sheet import sheet
from goodword.reports.pdf.taken import Criterion, OwnQuestion, QuestionsTest
from goodword.reports.pdf.words import Words


def own_answers(test: QuestionsTest, words: Words) -> Block:
    right = test["right"]
    said = [words("own_read")]
    if right is not None:
        said.insert(0, words("own_right", n=right, m=test["keyed"]))
    blocks = [prose(*said)]
    for question in test["questions"]:
        blocks += _question(question, words)
    return section(test["name"], [*blocks, *sheet(test, words)])


def _question(question: OwnQuestion, words: Words) -> list[Block]:
    answer, blocks = question["answer"], [heading(question["text"])]
    if answer is None:
        blocks.append(prose(words("not_answered"), quiet=True))
        return blocks
    told = words("file", name=answer) if question["is_file"] else answer
    blocks.append(comments([comment(told, by=_by(question, words), language=None)]))
    if question["state"] == "done":
        blocks += _marks(question, words)
    return blocks


def _by(question: OwnQuestion, words: Words) -> str:
    """The quiet line under an answer: whether it is right, or how far its marking was."""
    if question["right"] is not None:
        return (
            words("is_right")
            if question["right"]
            else words("the_right_answer", text=question["right_answer"])
        )
    match question["state"]:
        case "not_yet":
            return words("not_marked")
        case "half":
            return words("half_marked")
    return words("answered_by")


def _marks(question: OwnQuestion, words: Words) -> list[Block]:
    raters, criteria = question["raters"], question["criteria"]
    sums = [sum(one["given"][place] or 0 for one in criteria) for place in range(len(raters))]
    most = sum(one["points"] for one in criteria)
    mean = words.number(fmean(sums), 1) if len(raters) > 1 else str(sums[0])
    several = len(raters) > 1
    said = (
        words("points_mean", n=mean, m=most, raters=len(raters))
        if several
        else words("points_of", n=mean, m=most)
    )
    header = [words("criterion"), *raters, *([words("mean")] if several else [])]
    rows: list[list[str | Block]] = [_criterion(one, words, several=several) for one in criteria]
    rows.append([words("together"), *map(str, sums), *([mean] if several else [])])
    blocks = [prose(said, leads=True), table(header, rows, widths=[6, *(2 for _ in header[1:])])]
    remarks = [
        comment(one["text"] or words("text_removed"), by=one["who"], language=None)
        for one in question["remarks"]
    ]
    return [*blocks, comments(remarks)] if remarks else blocks


def _criterion(criterion: Criterion, words: Words, *, several: bool) -> list[str | Block]:
    given = [one for one in criterion["given"] if one is not None]
    cells: list[str | Block] = [
        f"{criterion['text']} ({words('points_to', points=criterion['points'])})",
        *("–" if one is None else str(one) for one in criterion["given"]),
    ]
    if several:
        cells.append(words.number(fmean(given), 1) if given else "–")
    return cells
