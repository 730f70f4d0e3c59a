"""Situational judgement: how far the ratings are from the key."""

from goodword.core.report_blocks import Block, Prose, Words
from goodword.reports.pdf.content.sheet import standing_text
from goodword.reports.pdf.taken import JudgementTest


def judgement_results(test: JudgementTest, words: Words) -> list[Block]:
    n, m, distance = test["n_answered"], test["items_n"], test["distance"]
    if distance is not None:
        figures = {"distance": words.number(distance, 1), "largest": words.number(test["largest"], 1)}
        smallest = test.get("smallest")
        if smallest is None:
            said = [words("judgement_is_at_most", **figures)]
        else:
            said = [words("judgement_is", smallest=words.number(smallest, 2 if smallest else 0), **figures)]
            if smallest:
                said.append(words("judgement_halves"))
    else:
        said = [words("judgement_none", n=n, m=m) if n else words("judgement_erased", m=m)]
    if test["standing"] is not None:
        said.append(standing_text(test["standing"], words, by_distance=True))
    if n and test.get("voided"):
        said.append(words("judgement_voided", n=test["voided"]))
    return [Prose([*said, words("key_basis", text=test["key_basis"])])]
