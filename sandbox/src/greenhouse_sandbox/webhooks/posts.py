"""Job posts, job stages, departments and offices as web hook bodies show them."""

from typing import Any

from greenhouse_sandbox.clock import milliseconds
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.hiring import Department, JobPost, JobStage, Office

ANSWER_TYPES = {
    "short_text": "input_text",
    "long_text": "textarea",
    "attachment": "input_file",
    "boolean": "multi_value_single_select",
    "single_select": "multi_value_single_select",
    "multi_select": "multi_value_multi_select",
    "hidden": "input_hidden",
}
"""The type of a question in v3 to its older name, which events use."""


def post_payload(post: JobPost) -> dict[str, Any]:
    """A post that was made or changed: no wrapper round it."""
    return {
        "id": post.id,
        "title": post.title,
        "location": post.location,
        "content": post.content,
        "internal_content": post.internal_content,
        "updated_at": milliseconds(post.updated_at),
        "job_id": post.job_id,
        "external": not post.internal,
        "internal": post.internal,
        "live": post.live,
        "questions": [_question(one) for one in post.questions],
    }


def deleted_post_payload(post: JobPost) -> dict[str, Any]:
    """A post that was deleted: wrapped, unlike the others."""
    return {"job_post": post_payload(post)}


def stage_payload(stage: JobStage) -> dict[str, Any]:
    """A stage that was removed; it says `active` all the same, as the published sample does."""
    return {
        "job_interview_stage": {
            "id": stage.id,
            "job_id": stage.job_id,
            "created_at": milliseconds(stage.created_at),
            "updated_at": milliseconds(stage.updated_at),
            "name": stage.name,
            "active": True,
        }
    }


def department_payload(store: Store, row: Department) -> dict[str, Any]:
    """A department that was deleted, with all departments below it."""
    return {
        "department": {
            "id": row.id,
            "name": row.name,
            "child_ids": _below([(one.id, one.parent_id) for one in store.departments.rising()], row.id),
            "parent_id": row.parent_id,
            "external_id": row.external_id,
        }
    }


def office_payload(store: Store, row: Office) -> dict[str, Any]:
    """An office that was deleted; its location is an object, unlike in jobs."""
    return {
        "office": {
            "id": row.id,
            "name": row.name,
            "location": {"name": row.location},
            "child_ids": _below([(one.id, one.parent_id) for one in store.offices.rising()], row.id),
            "parent_id": row.parent_id,
            "external_id": row.external_id,
        }
    }


def _below(tree: list[tuple[int, int | None]], root: int) -> list[int]:
    """All ids under `root`, children before grandchildren."""
    found = [root]
    for above in found:
        found += [child for child, parent in tree if parent == above and child not in found]
    return found[1:]


def _question(question: dict[str, Any]) -> dict[str, Any]:
    kind = str(question.get("answer_type"))
    values = (
        ["Yes", "No"] if kind == "boolean" else [one.get("label") for one in question.get("options") or []]
    )
    return {
        "required": question.get("required"),
        "private": question.get("private"),
        "label": question.get("label"),
        "type": ANSWER_TYPES.get(kind, kind),
        "values": values,
    }
