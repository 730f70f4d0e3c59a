"""Reading a delivery's body, tolerantly: only what decides whether, and about whom, Harvest is asked.

Shapes: Greenhouse's published samples, which are rough (a hire has no status and no stage but `job` and
`jobs`; almost any member may be null). A body that cannot be understood is Malformed, with the reason.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from goodword.greenhouse.sync.hint import Hint, UserSaid

LARGEST_ID = 2**63 - 1

#: `payload.application` is what they are about
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
#: a person is what they are about, in one of three places
PERSON_ACTIONS = frozenset(
    {"candidate_anonymized", "delete_candidate", "merge_candidate", "update_candidate"}
)
PING = "ping"


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
    """A body as far as we read it. `job_ids` None: it names no jobs at all (not the same as having none)."""

    action: str
    application_id: int | None = None
    job_ids: tuple[int, ...] | None = None
    candidate_id: int | None = None
    deleted_application_ids: tuple[int, ...] = ()
    ping: Ping | None = None
    hint: Hint = field(default_factory=Hint)


def read(body: bytes) -> Delivery:
    """Read a body. Raises Malformed."""
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
        raise Malformed("The body has no payload.", action=action)
    if action == PING:
        return Delivery(action=action, ping=_ping(payload))
    if action in APPLICATION_ACTIONS:
        return _of_application(action, payload)
    if action in PERSON_ACTIONS:
        return _of_person(action, payload)
    return Delivery(action=action)


def _ping(payload: Mapping[str, Any]) -> Ping:
    event, name = _text(payload.get("event"))[:200], _text(payload.get("name"))[:200]
    return Ping(event=event, name=name, webhook_id=_id(payload.get("web_hook_id")))


def _of_application(action: str, payload: Mapping[str, Any]) -> Delivery:
    application = _child(payload, "application")
    application_id = _id(application.get("id"))
    if application_id is None:
        raise Malformed("The body names no application.", action=action)
    jobs = [*_children(application, "jobs"), *_objects([application.get("job")])]
    named = "jobs" in application or "job" in application
    hint = Hint(
        stage_id=_id(_child(application, "current_stage").get("id")),
        reason=_text(_child(application, "rejection_reason").get("name")),
        users=tuple(_users(application)),
    )
    return Delivery(
        action=action,
        application_id=application_id,
        job_ids=tuple(dict.fromkeys(_ids(job.get("id") for job in jobs))) if named else None,
        hint=hint,
    )


def _of_person(action: str, payload: Mapping[str, Any]) -> Delivery:
    person = _child(payload, "person")
    places = (person.get("id"), _child(payload, "candidate").get("id"), payload.get("candidate_id"))
    candidate_id = next(_ids(places), None)
    if candidate_id is None:
        raise Malformed("The body names no candidate.", action=action)
    gone = person.get("deleted_application_ids")
    return Delivery(
        action=action,
        candidate_id=candidate_id,
        deleted_application_ids=tuple(_ids(gone if isinstance(gone, list) else [])),
    )


def _users(application: Mapping[str, Any]) -> Iterator[UserSaid]:
    """The recruiters that a body names, the application's own before the candidate's."""
    for place in (application, _child(application, "candidate")):
        user = _child(place, "recruiter")
        user_id = _id(user.get("id"))
        if user_id is not None:
            yield UserSaid(id=user_id, name=_text(user.get("name")), email=_text(user.get("email")))


def _child(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = data.get(name)
    return value if isinstance(value, Mapping) else {}


def _children(data: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    value = data.get(name)
    yield from _objects(value if isinstance(value, list) else [])


def _objects(values: list[Any]) -> Iterator[Mapping[str, Any]]:
    return (value for value in values if isinstance(value, Mapping))


def _ids(values: Any) -> Iterator[int]:
    return (found for value in values if (found := _id(value)) is not None)


def _id(value: object) -> int | None:
    """An id that our columns can hold."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= LARGEST_ID:
        return None
    return value


def _text(value: object) -> str:
    """Text that PostgreSQL can hold: JSON can carry NUL and halves of surrogate pairs."""
    if not isinstance(value, str):
        return ""
    return value.replace("\0", "").encode("utf-8", "replace").decode("utf-8").strip()
