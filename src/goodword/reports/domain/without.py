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
        assessment = snapshot["assessment"]
        return found | {"assessment": {**assessment, "tests": [_test(test) for test in assessment["tests"]]}}
    name = snapshot["candidate"]["name"]
    with translation.override(snapshot["language"]):
        return found | {"check": _unnamed(_check(snapshot["check"]), name, gettext("the candidate"))}


def _test(test: Mapping[str, Any]) -> dict[str, Any]:
    return {**test, "scales": [_scale(scale) for scale in test["scales"]]}


def _scale(scale: Mapping[str, Any]) -> dict[str, Any]:
    items = [{**item, "answer": None, "answer_label": None} for item in scale["items"]]
    return {**scale, "mean": None, "band": None, "items": items}


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
