"""Reading a delivery's body, tolerantly: only what decides whether, and about whom, Harvest is asked.

Shapes: Greenhouse's published samples, which are rough (a hire has no status and no stage but `job` and
`jobs`; almost any member may be null). A body that cannot be understood is Malformed, with the reason.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from goodword.greenhouse.inbox.actions import (
    APPLICATION_ACTIONS,
    FOLLOWED,
    JOB_ACTIONS,
    PERSON_ACTIONS,
    PING,
)
from goodword.greenhouse.inbox.values import child, children, id_of, ids, listed, objects, text
from goodword.greenhouse.sync.reading import Hint
from goodword.greenhouse.sync.recruiters import WebhookUser

#: what says that somebody has just come into the stage that it names
ARRIVALS = ("candidate_stage_change", "new_candidate_application")
#: events that undo a rejection or a hire
RESTORED = ("unreject_candidate", "unhire_candidate")


class Malformed(Exception):
    """The body cannot be understood; the message says why, for people. `action` is what could be read of it."""

    def __init__(self, reason: str, *, action: str = "") -> None:
        super().__init__(reason)
        self.action = action


@dataclass(frozen=True, slots=True, kw_only=True)
class Ping:
    """What Greenhouse says of a webhook when it is saved."""

    event: str
    name: str
    webhook_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A body as far as we read it.

    `job_ids` None: it names no jobs at all (not the same as having none). `winner_id` is whom a candidate was
    merged into; `anonymised_fields` are in Greenhouse's words; `stage_id` is the stage of a job that was deleted.
    """

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


def read(body: bytes) -> Delivery:
    """Read a body. Raises Malformed. What is asked of a payload is asked only of actions that we follow."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Malformed("The body is not JSON.") from error
    if not isinstance(data, Mapping):
        raise Malformed("The body is not a JSON object.")
    action = text(data.get("action"))[:60]
    if not action:
        raise Malformed("The body names no action.")
    payload = data.get("payload")
    if not isinstance(payload, Mapping):
        if action in FOLLOWED:
            raise Malformed("The body has no payload.", action=action)
        payload = {}
    if action == PING:
        return Delivery(action=action, ping=_ping(payload))
    if action in APPLICATION_ACTIONS:
        return _of_application(action, payload)
    if action in PERSON_ACTIONS:
        return _of_person(action, payload)
    if action in JOB_ACTIONS:
        return _of_job(action, payload)
    return Delivery(
        action=action,
        application_id=_anywhere(payload, "application", "application_id"),
        candidate_id=_anywhere(payload, "candidate", "candidate_id"),
    )


def _ping(payload: Mapping[str, Any]) -> Ping:
    event, name = text(payload.get("event"))[:200], text(payload.get("name"))[:200]
    return Ping(event=event, name=name, webhook_id=id_of(payload.get("web_hook_id")))


def _of_application(action: str, payload: Mapping[str, Any]) -> Delivery:
    application = child(payload, "application")
    application_id = id_of(application.get("id"))
    if application_id is None:
        raise Malformed("The body names no application.", action=action)
    jobs = [*children(application, "jobs"), *objects([application.get("job")])]
    jobs += objects([{"id": application.get("job_id")}])  # flat in a deleted one
    named = any(name in application for name in ("jobs", "job", "job_id"))
    hint = Hint(
        stage_id=id_of(child(application, "current_stage").get("id")),
        arrived=action in ARRIVALS,
        restored=action in RESTORED,
        reason=text(child(application, "rejection_reason").get("name")),
        users=tuple(_users(application)),
    )
    return Delivery(
        action=action,
        application_id=application_id,
        candidate_id=next(
            ids([child(application, "candidate").get("id"), application.get("candidate_id")]), None
        ),
        job_ids=tuple(dict.fromkeys(ids(job.get("id") for job in jobs))) if named else None,
        hint=hint,
    )


def _of_person(action: str, payload: Mapping[str, Any]) -> Delivery:
    person = child(payload, "person")
    places = (person.get("id"), child(payload, "candidate").get("id"), payload.get("candidate_id"))
    candidate_id = next(ids(places), None)
    if candidate_id is None:
        raise Malformed("The body names no candidate.", action=action)
    return Delivery(
        action=action,
        candidate_id=candidate_id,
        winner_id=id_of(person.get("new_candidate_id")),
        deleted_application_ids=tuple(ids(listed(person, "deleted_application_ids"))),
        anonymised_fields=tuple(filter(None, map(text, listed(payload, "anonymized_fields")))),
    )


def _of_job(action: str, payload: Mapping[str, Any]) -> Delivery:
    """A job has its id in `job`; a post (told flat when it is not deleted) and a stage have it in `job_id`."""
    stage, post = child(payload, "job_interview_stage"), child(payload, "job_post")
    places = (
        child(payload, "job").get("id"),
        stage.get("job_id"),
        post.get("job_id"),
        payload.get("job_id"),
    )
    return Delivery(action=action, job_ids=tuple(ids(places))[:1], stage_id=id_of(stage.get("id")))


def _anywhere(payload: Mapping[str, Any], whose: str, name: str) -> int | None:
    """Whom or what an event is about that we do not follow: its body is found by it when a person is erased."""
    inside = objects(list(payload.values()))
    return next(
        ids([child(payload, whose).get("id"), payload.get(name), *(x.get(name) for x in inside)]), None
    )


def _users(application: Mapping[str, Any]) -> Iterator[WebhookUser]:
    """The recruiters that a body names, the application's own before the candidate's."""
    for place in (application, child(application, "candidate")):
        user = child(place, "recruiter")
        user_id = id_of(user.get("id"))
        if user_id is not None:
            yield WebhookUser(id=user_id, name=text(user.get("name")), email=text(user.get("email")))
