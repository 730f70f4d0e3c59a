"""A test of scales: each mean with its band."""

from goodword.core.report_blocks import Block, Heading, Prose, ScaleChart, ScaleRow, Section, Words
from goodword.reports.pdf.content.sheet import sheet, standing_text
from goodword.reports.pdf.taken import Scale, ScalesTest


def scales_results(test: ScalesTest, words: Words) -> Section:
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
    return Section(
        test["name"],
        [
            Prose([words("scales_read", low=low, high=high)], leads=True),
            ScaleChart(
                header,
                (low, high),
                [_strip(scale, test, words) for scale in test["scales"]],
                notes=[" · ".join(steps), compared],
            ),
        ],
    )


def _strip(scale: Scale, test: ScalesTest, words: Words) -> ScaleRow:
    low, high, mean, band = test["scale_min"], test["scale_max"], scale["mean"], scale["band"]
    standing = scale.get("standing")
    shown = words("no_mean") if mean is None else words.number(mean, 2)
    alt = words(
        "scale_alt",
        scale=scale["name"],
        low=low,
        high=high,
        mean=words("no_mean_note") if mean is None else shown,
    )
    if band is not None:
        ends = {"low": words.number(band["low"], 2), "high": words.number(band["high"], 2)}
        alt = words("scale_alt_band", alt=alt, label=band["label"], **ends)
    if standing is not None:
        ends = {"low": words.number(standing["low"], 2), "high": words.number(standing["high"], 2)}
        alt = words("scale_alt_standing", alt=alt, **ends)
    drawn = standing or band
    return ScaleRow(
        label=scale["name"],
        note=words("n_of_m", n=scale["n_answered"], m=scale["n_items"]) + _compared(scale, words),
        low=scale["low_text"],
        high=scale["high_text"],
        mean=mean,
        mean_text=shown,
        band=None if drawn is None else (drawn["low"], drawn["high"]),
        alt=alt,
    )


def _compared(scale: Scale, words: Words) -> str:
    if standing := scale.get("standing"):
        ends = {"low": standing["percentile_low"], "high": standing["percentile_high"]}
        return f" · {words('band_note', **ends)}"
    return f" · {scale['band']['label']}" if scale["band"] is not None else ""


def scale_details(test: ScalesTest, words: Words) -> Section:
    """What each scale measures and how its mean was computed, then the technical sheet."""
    blocks: list[Block] = []
    for scale in test["scales"]:
        counts = {"n": scale["n_answered"], "m": scale["n_items"]}
        if scale["mean"] is None:
            line = words("scale_line_none", **counts)
        else:
            line = words("scale_line", mean=words.number(scale["mean"], 2), **counts)
        if held := scale.get("standing"):
            line = f"{line} {standing_text(held, words)}"
        blocks.append(Heading(scale["name"], note=f"{scale['description']} {line}".strip()))
    blocks += sheet(test, words)
    return Section(words("about_scales"), blocks)
