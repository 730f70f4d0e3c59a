"""Compute every issued total again, from the scores of an export alone."""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from goodword.assessments.evidence.tally import Tally
from goodword.assessments.models import Assessment
from goodword.assessments.totals import ScoredPart, make_total

type Row = Mapping[str, str]

_MODES: Final = (Assessment.Total.CATEGORIES.value, Assessment.Total.WEIGHTS.value)


def check_totals(
    rows: Sequence[Row],
    *,
    parts: Sequence[Row],
    scores: Mapping[str, Mapping[str, Row]],
    kinds: Mapping[str, str],
) -> Tally:
    """Compare them with `rows`. `scores` by the name of a part and scale, `kinds` of tests by the name of a part."""
    of: dict[str, list[Row]] = defaultdict(list)
    for part in parts:
        of[part["attempt"]].append(part)
    tally, times = Tally(), Counter(row["attempt"] for row in rows)
    for row in rows:
        name = f"Total of attempt {row['attempt']}"
        modes = {part["total"] for part in of[row["attempt"]]}
        if times[row["attempt"]] > 1:
            tally.say(f"{name}: it stands in {times[row['attempt']]} rows.")
        elif row["mode"] not in _MODES or modes - {row["mode"]}:
            tally.say(f"{name}: its mode is “{row['mode']}”, and in attempts.csv {_listed(modes)}.")
        else:
            tally.count(name, _wrong(row, of[row["attempt"]], scores, kinds))
    for attempt, its in of.items():
        if attempt not in times and any(part["total"] for part in its):
            tally.say(f"Total of attempt {attempt}: it was issued and stands in no row of totals.csv.")
    return tally


def _listed(modes: set[str]) -> str:
    return " and ".join(f"“{mode}”" for mode in sorted(modes)) or "there is none"


def _wrong(
    row: Row, parts: Sequence[Row], scores: Mapping[str, Mapping[str, Row]], kinds: Mapping[str, str]
) -> list[str]:
    try:
        weights = json.loads(row["weights"]) if row["weights"] else {}
        made = make_total(
            [
                ScoredPart(
                    part=part["part"],
                    kind=kinds[part["part"]],
                    scores={
                        scale: (float(one["value"]) if one["value"] else None, int(one["items"]))
                        for scale, one in scores.get(part["part"], {}).items()
                    },
                    weight=weights.get(part["part"]),
                )
                for part in parts
            ],
            mode=row["mode"],
        )
    except (LookupError, ValueError, TypeError, AttributeError) as error:
        return [f"it cannot be computed: {error}"]
    again = {"value": made.written, "why_not": made.why_not, "scoring_version": made.version}
    wrong = [
        f"{column} was {row[column] or 'empty'} and is {value or 'empty'}"
        for column, value in again.items()
        if row[column] != value
    ]
    if left_over := sorted(set(weights) - set(made.weights)):
        wrong.append(f"there is a weight for part {left_over[0]}, which has no share in it")
    return wrong
