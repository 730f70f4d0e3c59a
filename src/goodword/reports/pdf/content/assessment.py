"""The results in an assessment's report, test by test.

A PDF can be passed on to anyone, so it contains no test items, answers to single items or scoring keys
(docs/decisions/0034-*).
"""

from goodword.core.report_blocks import Block, Labelled, Notice, Prose, Section, Table, Words
from goodword.reports.pdf.content.figures import figures_sections
from goodword.reports.pdf.content.judgement import judgement_results
from goodword.reports.pdf.content.own import own_results
from goodword.reports.pdf.content.reasoning import reasoning_results
from goodword.reports.pdf.content.scales import scale_details, scales_results
from goodword.reports.pdf.content.sheet import sheet
from goodword.reports.pdf.taken import Assessment, Test, Total

#: what is said of the method of each kind, in the order in which it is said
_METHODS = {
    "scales": ("method_self", "method_scales"),
    "reasoning": ("method_tasks",),
    "judgement": ("method_judgement",),
    "questions": ("method_own",),
}


def assessment_facts(assessment: Assessment, words: Words) -> list[tuple[str, str]]:
    return [
        (words("title_of_assessment"), assessment["title"]),
        (words("taken"), assessment["taken_at_text"]),
        (words("taken_in"), assessment["language"]),
    ]


def assessment_method(assessment: Assessment, words: Words, *, erased: bool) -> list[str]:
    kinds = {_kind(test) for test in assessment["tests"]}
    if kinds <= {"scales"}:
        said = ["method_assessment", "method_scales"]
    else:
        said = ["method_online", *(key for kind, keys in _METHODS.items() if kind in kinds for key in keys)]
    return [words(key) for key in (said if erased else [*said, "items_left_out"])]


def assessment_sections(assessment: Assessment, words: Words) -> list[Section]:
    parts = [_summary(assessment, words)]
    if total := assessment.get("total"):
        parts.append(_total(total, words))
    for test in assessment["tests"]:
        parts += _sections(test, words)
    return parts + figures_sections(assessment, words)


def _kind(test: Test) -> str:
    """The kind of a test; those of the first two schemas are of scales."""
    return test.get("kind", "scales")


def _sections(test: Test, words: Words) -> list[Section]:
    """The result of a test and its technical sheet."""
    if "kind" not in test or test["kind"] == "scales":
        return [scales_results(test, words), scale_details(test, words)]
    if test["kind"] == "reasoning":
        blocks = reasoning_results(test, words)
    elif test["kind"] == "judgement":
        blocks = judgement_results(test, words)
    else:
        blocks = own_results(test, words)
    return [Section(test["name"], [*blocks, *sheet(test, words)])]


def _summary(assessment: Assessment, words: Words) -> Section:
    tests, total = assessment["tests"], assessment.get("total")
    rows = [
        [
            test["name"],
            test["construct"],
            _answered(test, words),
            words("test_version", version=test["version"], scoring=test["scoring_version"])
            if test["scoring_version"]
            else test["version"],
        ]
        for test in tests
    ]
    header = [words("test"), words("measures"), words("answered"), words("version")]
    if total is None:
        said = [words("no_verdict"), words("no_better_end")]
    else:
        said = [words("no_verdict_alone"), words("no_better_end_alone")]
    return Section(
        words("summary"),
        [
            Table(header, rows, widths=[3, 5, 2, 3]),
            *_asked(tests, words),
            Notice([" ".join(said if _has_scales(tests) else said[:1])]),
        ],
    )


def _asked(tests: list[Test], words: Words) -> list[Block]:
    """Why each test was asked, under one label."""
    said = "\n".join(_requirement(test, words) for test in tests)
    return [Labelled([(words("why_asked"), said)] if tests else [])]


def _has_scales(tests: list[Test]) -> bool:
    return not tests or any(_kind(test) == "scales" for test in tests)


def _answered(test: Test, words: Words) -> str:
    if "kind" not in test or test["kind"] == "scales":
        n = sum(scale["n_answered"] for scale in test["scales"])
    elif test["kind"] == "reasoning":
        n = test["whole"]["answered"] or 0
    elif test["kind"] == "judgement":
        n = test["n_answered"]
    else:
        n = sum(question["answer"] is not None for question in test["questions"])
    return words("n_of_m", n=n, m=test["items_n"])


def _requirement(test: Test, words: Words) -> str:
    requirement = test["requirement"]
    if requirement is None:
        return words("no_requirement", test=test["name"])
    quoted = words("quote", text=requirement["text"])
    return words(
        "requirement", test=test["name"], text=quoted, who=requirement["who"], when=requirement["when"]
    )


def _total(total: Total, words: Words) -> Section:
    if total["value"] is None:
        return Section(words("total"), [Prose([words("total_none")])])
    value = _percent(total["value"], words)
    how = words("total_weights", reason=total["reason"]) if total["weighted"] else words("total_categories")
    rows = [
        [
            words.category(one["name"]),
            one["counted"],
            words("percent", value=_percent(one["share"], words)),
            words("percent", value=_percent(one["weight"], words)),
        ]
        for one in total["portions"]
    ]
    header = [
        words("test") if total["weighted"] else words("category"),
        words("solved"),
        words("share_solved"),
        words("weight"),
    ]
    made = " + ".join(f"{weight} × {share}" for _, _, share, weight in rows)
    return Section(
        words("total"),
        [
            Prose([words("total_is", value=value), how], leads=True),
            Table(header, rows, widths=[4, 5, 2, 2]),
            Prose([words("total_rule", made=made, value=value), words("total_harder")], quiet=True),
        ],
    )


def _percent(value: float, words: Words) -> str:
    """With a decimal only where there is one."""
    return words.number(value, 0 if float(round(value, 1)).is_integer() else 1)
