"""A snapshot without the person: what was asked stays, who it was and what was answered goes."""

from collections.abc import Mapping
from typing import Any

from django.utils import translation
from django.utils.translation import gettext


def without_person(snapshot: Mapping[str, Any]) -> dict[str, Any]:
    """A redacted copy, which still has the shape that `check_snapshot` asks for.

    What stays: the role, the questions and tests, and how many answers there were. Questions name the candidate;
    their name there becomes "the candidate".
    """
    found = {**snapshot, "candidate": {"name": None}, "redacted": True}
    if snapshot["kind"] == "assessment":
        return found | {"assessment": _assessment(snapshot["assessment"])}
    name = snapshot["candidate"]["name"]
    with translation.override(snapshot["language"]):
        return found | {"check": _unnamed(_check(snapshot["check"]), name, gettext("the candidate"))}


def _assessment(assessment: Mapping[str, Any]) -> dict[str, Any]:
    kept = {**assessment, "tests": [_test(test) for test in assessment["tests"]]}
    if total := assessment.get("total"):
        kept["total"] = {**total, "value": None, "portions": []}
    return kept


def _test(test: Mapping[str, Any]) -> dict[str, Any]:
    match test.get("kind", "scales"):
        case "reasoning":
            return _reasoning(test)
        case "judgement":
            return _judgement(test)
        case "questions":
            return {**test, "right": None, "questions": [_own(question) for question in test["questions"]]}
    return {**test, "scales": [_scale(scale) for scale in test["scales"]]}


def _scale(scale: Mapping[str, Any]) -> dict[str, Any]:
    items = [{**item, "answer": None, "answer_label": None} for item in scale["items"]]
    kept = {**scale, "mean": None, "band": None, "items": items}
    return kept | {"standing": None} if "standing" in scale else kept


def _reasoning(test: Mapping[str, Any]) -> dict[str, Any]:
    """Tasks were drawn for this person alone: they go as well. How many there were stays."""
    categories = [_category(category) for category in test["categories"]]
    return {**test, "whole": _category(test["whole"]), "categories": categories, "ability": None, "tasks": []}


def _category(category: Mapping[str, Any]) -> dict[str, Any]:
    return {**category, "solved": None, "answered": None, "standing": None}


def _judgement(test: Mapping[str, Any]) -> dict[str, Any]:
    situations = [
        {
            **situation,
            "actions": [
                {**action, "answer": None, "answer_label": None, "distance": None}
                for action in situation["actions"]
            ],
        }
        for situation in test["situations"]
    ]
    return {**test, "distance": None, "n_answered": 0, "standing": None, "situations": situations}


def _own(question: Mapping[str, Any]) -> dict[str, Any]:
    gone: dict[str, Any] = {"answer": None, "is_file": False, "raters": [], "remarks": []}
    criteria = [{**criterion, "given": []} for criterion in question["criteria"]]
    right = None if question["right"] is None else False
    return {**question, **gone, "right": right, "criteria": criteria, "state": "none"}


def _check(check: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **check,
        "references": [_reference(reference) for reference in check["references"]],
        "questions": [_question(question) for question in check["questions"]],
        "verification": [],
        **({"contradictions": []} if "contradictions" in check else {}),
    }


def _reference(reference: Mapping[str, Any]) -> dict[str, Any]:
    nobody = {**reference["referee"], "name": None, "company": None, "title": None}
    return {**reference, "referee": nobody, "period_text": None}


def _question(question: Mapping[str, Any]) -> dict[str, Any]:
    gone = [{"reference": comment["reference"], "text": None} for comment in question["comments"]]
    answers: dict[str, list[Any]] = {"by_relationship": []} if "by_relationship" in question else {}
    if "answers" in question:
        answers["answers"] = []
    return {**question, "comments": gone, **answers}


def _unnamed(value: Any, name: str | None, instead: str) -> Any:
    """Every text without the name."""
    if isinstance(value, str):
        return value.replace(name, instead) if name else value
    if isinstance(value, dict):
        return {key: _unnamed(one, name, instead) for key, one in value.items()}
    if isinstance(value, list):
        return [_unnamed(one, name, instead) for one in value]
    return value
