"""Webhook bodies: the actions we handle, and which records to read from Harvest. Almost any value can be null."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from goodword.greenhouse.client.records import id_of
from goodword.greenhouse.sync.fetching import Hint, WebhookUser

APPLICATION_ACTIONS = frozenset(
    {
        "application_updated",
        "candidate_stage_change",
        "delete_application",
        "hire_candidate",
        "new_candidate_application",
        "new_prospect_application",
        "reject_candidate",
        "unhire_candidate",
        "unreject_candidate",
    }
)

#: actions about a candidate, whose id can be in one of three places
PERSON_ACTIONS = frozenset(
    {"candidate_anonymized", "delete_candidate", "merge_candidate", "update_candidate"}
)

#: actions about a job, one of its posts, or one of its stages
JOB_ACTIONS = frozenset(
    {
        "job_created",
        "job_deleted",
        "job_interview_stage_deleted",
        "job_post_created",
        "job_post_deleted",
        "job_post_updated",
        "job_updated",
    }
)

PING = "ping"

FOLLOWED = APPLICATION_ACTIONS | PERSON_ACTIONS | JOB_ACTIONS | {PING}

#: labels, as in Greenhouse's list of events where it has them
LABELS = {
    "application_updated": "Application has been updated",
    "candidate_anonymized": "Candidate or prospect has been anonymised",
    "candidate_stage_change": "Candidate has changed stage",
    "delete_application": "Application has been deleted",
    "delete_candidate": "Candidate or prospect has been deleted",
    "department_deleted": "Department has been deleted",
    "hire_candidate": "Candidate has been hired",
    "interview_deleted": "Interview has been deleted",
    "job_approved": "Job has been approved",
    "job_created": "Job has been created",
    "job_deleted": "Job has been deleted",
    "job_interview_stage_deleted": "Stage of a job has been deleted",
    "job_post_created": "Job post has been created",
    "job_post_deleted": "Job post has been deleted",
    "job_post_updated": "Job post has been updated",
    "job_updated": "Job has been updated",
    "merge_candidate": "Candidate has been merged",
    "new_candidate_application": "Candidate has submitted application",
    "new_prospect_application": "Prospect has been created",
    "offer_approved": "Offer has been approved",
    "offer_created": "Offer has been created",
    "offer_deleted": "Offer has been deleted",
    "offer_updated": "Offer has been updated",
    "office_deleted": "Office has been deleted",
    PING: "Webhook has been saved",
    "reject_candidate": "Candidate or prospect has been rejected",
    "scorecard_deleted": "Scorecard has been deleted",
    "unhire_candidate": "Candidate has been unhired",
    "unreject_candidate": "Candidate or prospect has been unrejected",
    "update_candidate": "Candidate or prospect has been updated",
}

UNREADABLE = "Unreadable"

UNKNOWN = "Unknown event"

ARRIVALS = ("candidate_stage_change", "new_candidate_application")

RESTORED = ("unreject_candidate", "unhire_candidate")


def label(action: str) -> str:
    return LABELS.get(action, UNKNOWN) if action else UNREADABLE


def no_effect(action: str) -> str:
    """Return why an event has no effect here; empty if we follow it."""
    return "" if action in FOLLOWED else f"“{action}” has no effect here."


def matching_actions(query: str) -> list[str]:
    wanted = query.casefold()
    return [code for code, text in LABELS.items() if wanted in text.casefold() or wanted in code]


class Malformed(Exception):
    def __init__(self, reason: str, *, action: str = "") -> None:
        super().__init__(reason)
        self.action = action


@dataclass(frozen=True, slots=True, kw_only=True)
class Ping:
    event: str
    name: str
    webhook_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """`job_ids`: empty without a job, None if the payload doesn't say. `winner_id`: the candidate that remains after a
    merge. `stage_id`: if deleted."""

    action: str
    application_id: int | None = None
    job_ids: tuple[int, ...] | None = None
    candidate_id: int | None = None
    winner_id: int | None = None
    deleted_application_ids: tuple[int, ...] = ()
    anonymised_fields: tuple[str, ...] = ()
    stage_id: int | None = None
    ping: Ping | None = None
    hint: Hint = field(default_factory=Hint)


def read_payload(body: bytes) -> Payload:
    """Parse a body. Raises Malformed. Actions that we don't follow may have any payload."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Malformed("The body is not JSON.") from error
    if not isinstance(data, Mapping):
        raise Malformed("The body is not a JSON object.")
    action = _text(data.get("action"))[:60]
    if not action:
        raise Malformed("The body names no action.")
    payload = data.get("payload")
    if not isinstance(payload, Mapping):
        if action in FOLLOWED:
            raise Malformed("The body has no payload.", action=action)
        payload = {}
    if action == PING:
        return Payload(action=action, ping=_ping(payload))
    if action in APPLICATION_ACTIONS:
        return _of_application(action, payload)
    if action in PERSON_ACTIONS:
        return _of_person(action, payload)
    if action in JOB_ACTIONS:
        return _of_job(action, payload)
    return Payload(
        action=action,
        application_id=_find_id(payload, "application", "application_id"),
        candidate_id=_find_id(payload, "candidate", "candidate_id"),
    )


def _ping(payload: Mapping[str, Any]) -> Ping:
    event, name = _text(payload.get("event"))[:200], _text(payload.get("name"))[:200]
    return Ping(event=event, name=name, webhook_id=id_of(payload.get("web_hook_id")))


def _of_application(action: str, payload: Mapping[str, Any]) -> Payload:
    application = _child(payload, "application")
    application_id = id_of(application.get("id"))
    if application_id is None:
        raise Malformed("The body names no application.", action=action)
    jobs = [*_objects(_list(application, "jobs")), *_objects([application.get("job")])]
    jobs += _objects([{"id": application.get("job_id")}])  # deleted applications have no nested job
    job_ids = tuple(dict.fromkeys(_ids(job.get("id") for job in jobs)))
    hint = Hint(
        stage_id=id_of(_child(application, "current_stage").get("id")),
        arrived=action in ARRIVALS,
        restored=action in RESTORED,
        reason=_text(_child(application, "rejection_reason").get("name")),
        users=tuple(_users(application)),
    )
    return Payload(
        action=action,
        application_id=application_id,
        candidate_id=next(
            _ids([_child(application, "candidate").get("id"), application.get("candidate_id")]), None
        ),
        job_ids=job_ids if job_ids or application.get("jobs") == [] else None,
        hint=hint,
    )


def _of_person(action: str, payload: Mapping[str, Any]) -> Payload:
    person = _child(payload, "person")
    ids = (person.get("id"), _child(payload, "candidate").get("id"), payload.get("candidate_id"))
    candidate_id = next(_ids(ids), None)
    if candidate_id is None:
        raise Malformed("The body names no candidate.", action=action)
    return Payload(
        action=action,
        candidate_id=candidate_id,
        winner_id=id_of(person.get("new_candidate_id")),
        deleted_application_ids=tuple(_ids(_list(person, "deleted_application_ids"))),
        anonymised_fields=tuple(filter(None, map(_text, _list(payload, "anonymized_fields")))),
    )


def _of_job(action: str, payload: Mapping[str, Any]) -> Payload:
    """Parse an event about a job, which has its id in `job`, or about a stage or post, which has it in `job_id`. Fields
    of a post are nested only if it was deleted."""
    stage, post = _child(payload, "job_interview_stage"), _child(payload, "job_post")
    ids = (
        _child(payload, "job").get("id"),
        stage.get("job_id"),
        post.get("job_id"),
        payload.get("job_id"),
    )
    return Payload(action=action, job_ids=tuple(_ids(ids))[:1], stage_id=id_of(stage.get("id")))


def _find_id(payload: Mapping[str, Any], child: str, name: str) -> int | None:
    """Find ids even in events that we don't follow, so that an erasure finds their bodies."""
    inside = _objects(list(payload.values()))
    return next(
        _ids([_child(payload, child).get("id"), payload.get(name), *(x.get(name) for x in inside)]), None
    )


def _users(application: Mapping[str, Any]) -> Iterator[WebhookUser]:
    """The application's recruiter comes before the candidate's."""
    for parent in (application, _child(application, "candidate")):
        user = _child(parent, "recruiter")
        user_id = id_of(user.get("id"))
        if user_id is not None:
            yield WebhookUser(id=user_id, name=_text(user.get("name")), email=_text(user.get("email")))


def _child(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = data.get(name)
    return value if isinstance(value, Mapping) else {}


def _list(data: Mapping[str, Any], name: str) -> list[Any]:
    value = data.get(name)
    return value if isinstance(value, list) else []


def _objects(values: list[Any]) -> Iterator[Mapping[str, Any]]:
    return (value for value in values if isinstance(value, Mapping))


def _ids(values: Any) -> Iterator[int]:
    return (found for value in values if (found := id_of(value)) is not None)


def _text(value: object) -> str:
    if not isinstance(value, str):
        return ""
    return value.replace("\0", "").encode("utf-8", "replace").decode("utf-8").strip()
