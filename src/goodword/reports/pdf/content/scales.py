"""A test of scales: each mean with its band, then the answers behind it."""

from goodword.reports.pdf.content.blocks import Block, cell, heading, prose, scales, section, table
from goodword.reports.pdf.content.sheet import sheet, standing_text
from goodword.reports.pdf.taken import Item, Scale, ScalesTest
from goodword.reports.pdf.words import Words


def scales_results(test: ScalesTest, words: Words) -> Block:
    low, high = test["scale_min"], test["scale_max"]
    norm = test["norm"]
    if any(scale.get("standing") for scale in test["scales"]):
        compared = words("band_read")
    elif norm is None:
        compared = words("no_norm")
    else:
        compared = words("norm", name=norm["name"], version=norm["version"], n=norm["n"], text=norm["text"])
    header = [words("scale"), words("low_end"), words("high_end"), words("mean")]
    steps = [
        f"{value} {label}"
        for value, label in zip(range(low, high + 1), test["response_labels"], strict=False)
    ]
    return section(
        test["name"],
        [
            prose(words("scales_read", low=low, high=high), leads=True),
            scales(
                header,
                (low, high),
                [_strip(scale, test, words) for scale in test["scales"]],
                notes=[" · ".join(steps), compared],
            ),
        ],
    )


def _strip(scale: Scale, test: ScalesTest, words: Words) -> Block:
    low, high, mean, band = test["scale_min"], test["scale_max"], scale["mean"], scale["band"]
    standing = scale.get("standing")
    values = [value for item in scale["items"] if (value := _turned(item, test)) is not None]
    shown = words("no_mean") if mean is None else words.number(mean, 2)
    alt = words(
        "scale_alt",
        scale=scale["name"],
        low=low,
        high=high,
        mean=words("no_mean_note") if mean is None else shown,
        answers=", ".join(map(str, sorted(values))) or words("no_answers"),
    )
    if band is not None:
        ends = {"low": words.number(band["low"], 2), "high": words.number(band["high"], 2)}
        alt = words("scale_alt_band", alt=alt, label=band["label"], **ends)
    if standing is not None:
        ends = {"low": words.number(standing["low"], 2), "high": words.number(standing["high"], 2)}
        alt = words("scale_alt_standing", alt=alt, **ends)
    drawn = standing or band
    return {
        "label": scale["name"],
        "note": words("n_of_m", n=scale["n_answered"], m=scale["n_items"]) + _compared(scale, words),
        "low": scale["low_text"],
        "high": scale["high_text"],
        "values": values,
        "mean": mean,
        "mean_text": shown,
        "band": None if drawn is None else [drawn["low"], drawn["high"]],
        "alt": alt,
    }


def _compared(scale: Scale, words: Words) -> str:
    if standing := scale.get("standing"):
        ends = {"low": standing["percentile_low"], "high": standing["percentile_high"]}
        return f" · {words('band_note', **ends)}"
    return f" · {scale['band']['label']}" if scale["band"] is not None else ""


def scales_answers(test: ScalesTest, words: Words) -> Block:
    """Down to the answers: for each scale its statements, and how the test stands on its feet."""
    blocks: list[Block] = []
    header = [words("statement_asked"), words("answer"), words("counts_as")]
    for scale in test["scales"]:
        counts = {"n": scale["n_answered"], "m": scale["n_items"]}
        if scale["mean"] is None:
            line = words("scale_line_none", **counts)
        else:
            line = words("scale_line", mean=words.number(scale["mean"], 2), **counts)
        rows = [
            [item["text"], _answer(item, words), _counts_as(item, test, words)] for item in scale["items"]
        ]
        if held := scale.get("standing"):
            line = f"{line} {standing_text(held, words)}"
        blocks.append(heading(scale["name"], note=f"{scale['description']} {line}".strip()))
        if rows:
            blocks.append(table(header, rows, widths=[7, 3, 2]))
    blocks += sheet(test, words)
    return section(words("answers_behind"), blocks)


def _answer(item: Item, words: Words) -> str | Block:
    if item["answer"] is None:
        return cell("", note=words("not_answered"))
    return item["answer_label"] or str(item["answer"])


def _counts_as(item: Item, test: ScalesTest, words: Words) -> str:
    value = _turned(item, test)
    if value is None:
        return words("no_mean")
    return str(value) if item["keyed"] == 1 else words("turned", value=value)


def _turned(item: Item, test: ScalesTest) -> int | None:
    """The answer as it counts: turned round about the middle of the scale where the item is worded so."""
    answer = item["answer"]
    if answer is None or item["keyed"] == 1:
        return answer
    return test["scale_min"] + test["scale_max"] - answer
