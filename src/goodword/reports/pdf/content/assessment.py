"""What an assessment's report says: one test after another, each mean with the answers behind it."""

from goodword.reports.pdf.content.blocks import (
    Block,
    cell,
    heading,
    labelled,
    notice,
    prose,
    scales,
    section,
    table,
)
from goodword.reports.pdf.snapshot import Assessment, Item, Scale, Test
from goodword.reports.pdf.words import Words


def assessment_facts(assessment: Assessment, words: Words) -> list[tuple[str, str]]:
    return [
        (words("title_of_assessment"), assessment["title"]),
        (words("taken"), assessment["taken_at_text"]),
        (words("taken_in"), assessment["language"]),
    ]


def assessment_method(words: Words) -> list[str]:
    return [words("method_assessment"), words("method_scales")]


def assessment_sections(assessment: Assessment, words: Words) -> list[Block]:
    tests = assessment["tests"]
    parts = [_summary(tests, words)]
    for test in tests:
        parts += [_results(test, words), _answers(test, words)]
    return parts


def _summary(tests: list[Test], words: Words) -> Block:
    rows = [
        [
            test["name"],
            test["construct"],
            words("n_of_m", n=sum(scale["n_answered"] for scale in test["scales"]), m=test["items_n"]),
            words("test_version", version=test["version"], scoring=test["scoring_version"]),
        ]
        for test in tests
    ]
    header = [words("test"), words("measures"), words("answered"), words("version")]
    return section(
        words("summary"),
        [
            table(header, rows, widths=[3, 5, 2, 3]),
            labelled([(words("why_asked"), _requirement(test, words)) for test in tests]),
            notice(words("no_verdict") + " " + words("no_better_end")),
        ],
    )


def _requirement(test: Test, words: Words) -> str:
    requirement = test["requirement"]
    if requirement is None:
        return words("no_requirement", test=test["name"])
    quoted = words("quote", text=requirement["text"])
    return words(
        "requirement", test=test["name"], text=quoted, who=requirement["who"], when=requirement["when"]
    )


def _results(test: Test, words: Words) -> Block:
    low, high = test["scale_min"], test["scale_max"]
    norm = test["norm"]
    if norm is None:
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


def _strip(scale: Scale, test: Test, words: Words) -> Block:
    low, high, mean, band = test["scale_min"], test["scale_max"], scale["mean"], scale["band"]
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
    return {
        "label": scale["name"],
        "note": words("n_of_m", n=scale["n_answered"], m=scale["n_items"])
        + (f" · {band['label']}" if band is not None else ""),
        "low": scale["low_text"],
        "high": scale["high_text"],
        "values": values,
        "mean": mean,
        "mean_text": shown,
        "band": None if band is None else [band["low"], band["high"]],
        "alt": alt,
    }


def _answers(test: Test, words: Words) -> Block:
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
        blocks.append(heading(scale["name"], note=f"{scale['description']} {line}".strip()))
        if rows:
            blocks.append(table(header, rows, widths=[7, 3, 2]))
    sheet = test["sheet"]
    blocks += [
        heading(words("sheet")),
        labelled(
            [
                (words("measures"), test["construct"]),
                (words("reliability"), sheet["reliability"]),
                (words("validity"), sheet["validity"]),
                (words("limits"), sheet["limits"]),
            ]
        ),
    ]
    return section(words("answers_behind"), blocks)


def _answer(item: Item, words: Words) -> str | Block:
    if item["answer"] is None:
        return cell("", note=words("not_answered"))
    return item["answer_label"] or str(item["answer"])


def _counts_as(item: Item, test: Test, words: Words) -> str:
    value = _turned(item, test)
    if value is None:
        return words("no_mean")
    return str(value) if item["keyed"] == 1 else words("turned", value=value)


def _turned(item: Item, test: Test) -> int | None:
    """The answer as it counts: turned round about the middle of the scale where the item is worded so."""
    answer = item["answer"]
    if answer is None or item["keyed"] == 1:
        return answer
    return test["scale_min"] + test["scale_max"] - answer
