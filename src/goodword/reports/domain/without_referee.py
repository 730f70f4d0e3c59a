"""A snapshot without one referee: who they were and what they said goes, everybody else's words stay."""

from collections.abc import Mapping, Sequence
from typing import Any

#: what a referee chose, by question id: levels, places or numbers of options
Given = Mapping[str, Sequence[int]]


def without_referee(snapshot: Mapping[str, Any], *, reference: str, given: Given) -> dict[str, Any]:
    """A copy of a reference check's snapshot without this reference; it still has the shape of `check_snapshot`.

    That there was one stays, with its relationship. `given` is for snapshots that do not say whose each value is.
    """
    check = snapshot["check"]
    known = {one["id"]: one["referee"]["relationship"] for one in check["references"]}
    kept = {
        **check,
        "references": [_unnamed(one) if one["id"] == reference else one for one in check["references"]],
        "questions": [
            _question(one, reference, relationship=known[reference], given=given.get(one["id"], ()))
            for one in check["questions"]
        ],
        "verification": [one for one in check["verification"] if one["reference"] != reference],
    }
    if "contradictions" in check:
        kept["contradictions"] = [
            one for one in check["contradictions"] if reference not in one["references"]
        ]
    return {**snapshot, "check": kept, "left_out": snapshot.get("left_out", 0) + 1}


def _unnamed(reference: Mapping[str, Any]) -> dict[str, Any]:
    nobody = {**reference["referee"], "name": None, "company": None, "title": None}
    kept = {key: value for key, value in reference.items() if key not in {"late", "language"}}
    return {**kept, "referee": nobody, "period_text": None, "submitted_at_text": "–", "erased": True}


def _question(
    question: Mapping[str, Any], reference: str, *, relationship: str, given: Sequence[int]
) -> dict[str, Any]:
    kept = {**question, "comments": _others(question["comments"], reference)}
    if "answers" in question:
        kept["answers"] = _others(question["answers"], reference)
    if "by_relationship" in question:
        groups = [
            _group(group, reference, relationship=relationship, given=given)
            for group in question["by_relationship"]
        ]
        kept["by_relationship"] = [group for group in groups if group["n"] or group["skipped"]]
    return kept


def _group(
    group: Mapping[str, Any], reference: str, *, relationship: str, given: Sequence[int]
) -> dict[str, Any]:
    if "answers" not in group:
        return _older(group, given) if _is_of(group, relationship) else dict(group)
    answers = _others(group["answers"], reference)
    if len(answers) == len(group["answers"]):
        return dict(group)
    answered = [one for one in answers if one["values"]]
    return {
        **group,
        "answers": answers,
        "n": len(answered),
        "skipped": len(answers) - len(answered),
        "values": [value for one in answered for value in one["values"]],
        "identifiable": len(answers) == 1,
    }


def _is_of(group: Mapping[str, Any], relationship: str) -> bool:
    return group["relationship"] == relationship and not group["self_reference"]


def _older(group: Mapping[str, Any], given: Sequence[int]) -> dict[str, Any]:
    """One referee's values out of a heap of them."""
    values = list(group["values"])
    for value in given:
        if value in values:
            values.remove(value)
    n, skipped = group["n"] - bool(given), group["skipped"] - (not given)
    return {
        **group,
        "values": values,
        "n": max(n, 0),
        "skipped": max(skipped, 0),
        "identifiable": n + skipped == 1,
    }


def _others(entries: Sequence[Mapping[str, Any]], reference: str) -> list[Mapping[str, Any]]:
    return [one for one in entries if one["reference"] != reference]
