"""What tests of every kind say: how they stand on their feet, and where a score stands in a norm group."""

from goodword.core.report_blocks import Block, Heading, Labelled, Words
from goodword.reports.pdf.taken import Standing, Test


def sheet(test: Test, words: Words) -> list[Block]:
    """The technical sheet of a test."""
    said = test["sheet"]
    return [
        Heading(words("sheet")),
        Labelled(
            [
                (words("measures"), test["construct"]),
                (words("reliability"), said["reliability"]),
                (words("validity"), said["validity"]),
                (words("limits"), said["limits"]),
            ]
        ),
    ]


def standing_text(standing: Standing, words: Words, *, by_distance: bool = False) -> str:
    """The percentiles of a score with their group, and its band, in two or three sentences.

    `by_distance`: the score is a distance from a key, of which a low percentile is near to it.
    """
    group = group_text(standing, words)
    low, high = standing["percentile_low"], standing["percentile_high"]
    if by_distance:
        place = words("standing_nearer", low=100 - high, high=100 - low, group=group)
    else:
        place = words("standing", low=low, high=high, group=group)
    said = [
        place,
        words("standing_band", low=words.number(standing["low"], 1), high=words.number(standing["high"], 1)),
    ]
    if standing["reliability"] is not None:
        said.append(words("standing_reliability", value=words.number(standing["reliability"], 2)))
    return " ".join(said)


def group_text(standing: Standing, words: Words) -> str:
    """Who a score is held against: "132 first attempts in English on computers, norms 2"."""
    return words(
        {"phone": "group_phone", "computer": "group_computer"}.get(standing["device"], "group_any"),
        n=standing["n"],
        language=standing["language"],
        norms=standing["norms"],
    )
