"""Attempts that were completed before totals were kept: theirs is issued now, as it was shown until now.

By the rule as it was then (version 1), written out here so that a later version of it changes none of them.
"""

from collections import defaultdict
from fractions import Fraction
from typing import Any

from django.db import migrations

_CATEGORIES = ("numerical", "letters", "figural", "deductive")
_VERSION = "1"


def issue_totals(apps: Any, schema_editor: Any) -> None:
    del schema_editor
    attempts, parts, scores, totals = (
        apps.get_model("assessments", name).objects
        for name in ("Attempt", "AttemptPart", "Score", "IssuedTotal")
    )
    completed = attempts.filter(
        completed_at__isnull=False,
        issued_total=None,
        start__application__erased_at=None,
        start__application__candidate__erased_at=None,
    ).exclude(assessment__total="off")
    for attempt in completed.exclude(close_reason="erasure").select_related("assessment").order_by("pk"):
        counted: dict[int, list[tuple[str, int, int]]] = {}
        weights = {}
        rows = parts.filter(attempt=attempt).select_related("version__test", "part").order_by("order")
        for part in rows.defer("version__content"):
            if found := _counts(part, {one.scale: one for one in scores.filter(part=part)}):
                counted[part.order], weights[part.order] = found, part.part.weight
        totals.create(
            organisation_id=attempt.organisation_id,
            attempt=attempt,
            mode=attempt.assessment.total,
            reason=attempt.assessment.total_reason,
            scoring_version=_VERSION,
            **_total(counted, weights if attempt.assessment.total == "weights" else None),
        )


def _counts(part: Any, scores: dict[str, Any]) -> list[tuple[str, int, int]]:
    """(category, solved, given) of a right-or-wrong test; an own set of questions is a category by itself, ""."""
    if part.version.test.kind == "reasoning":
        categories = sorted(set(scores) - {""}, key=_CATEGORIES.index)
        return [(one, round(scores[one].value or 0), scores[one].items) for one in categories]
    if part.version.test.kind == "questions" and "" in scores and scores[""].value is not None:
        return [("", round(scores[""].value), scores[""].items)]
    return []


def _total(
    counted: dict[int, list[tuple[str, int, int]]], weights: dict[int, int | None] | None
) -> dict[str, Any]:
    kept = {str(part): weight for part, weight in (weights or {}).items() if weight}
    made: dict[str, Any] = {"weights": kept, "value": "", "portions": []}
    if not counted or not all(sum(given for _, _, given in one) for one in counted.values()):
        return made | {"why_not": "no_count"}
    if len(kept) < len(weights or {}):
        return made | {"why_not": "no_weight"}
    groups: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for part, found in counted.items():
        whole = ("", sum(solved for _, solved, _ in found), sum(given for _, _, given in found))
        for category, solved, given in found if weights is None else [whole]:
            if given:
                held = {"part": str(part), "solved": solved, "given": given}
                groups[category, "" if category else str(part)].append(held)
    shares = {
        key: sum((Fraction(one["solved"], one["given"]) for one in held), Fraction(0)) / len(held)
        for key, held in groups.items()
    }
    parts_of_all = {key: kept[key[1]] if weights is not None else 1 for key in groups}
    in_all = sum(parts_of_all.values())
    value = sum((shares[key] * Fraction(parts_of_all[key], in_all) for key in groups), Fraction(0))
    made["value"] = str(value)
    made["portions"] = [
        {
            "category": category,
            "part": part,
            "share": str(shares[category, part]),
            "weight": str(Fraction(parts_of_all[category, part], in_all)),
            "counted": held,
        }
        for (category, part), held in groups.items()
    ]
    return made | {"why_not": ""}


class Migration(migrations.Migration):
    dependencies = [
        ("assessments", "0006_issued_totals"),
        ("candidates", "0003_what_was_erased_and_merged"),
    ]

    operations = [migrations.RunPython(issue_totals, migrations.RunPython.noop)]
