"""Webhooks, their deliveries, and faults injected into deliveries."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from greenhouse_sandbox.store.table import Row

PENDING, HELD, DELIVERED, GIVEN_UP, DROPPED = "pending", "held", "delivered", "given up", "dropped"
#: kind of fault to its description
KINDS: dict[str, str] = {
    "drop": "never sends it; it stays in the log as dropped",
    "duplicate": "sends `copies` more, with the same event id or, with `new_event_id`, new ones",
    "delay": "sends it `seconds` of the sandbox's clock later",
    "reorder": "collects `times` of them and sends them one by one, shuffled by the seed `random`",
    "corrupt_signature": "signs its first `attempts` attempts with a wrong key",
    "garble": "sends only half of the body, correctly signed",
}

#: the events that a webhook can subscribe to
EVENTS: dict[str, str] = {
    "candidate_stage_change": "Candidate has changed stage",
    "hire_candidate": "Candidate has been hired",
    "reject_candidate": "Candidate or Prospect has been rejected",
    "new_candidate_application": "Candidate has submitted application",
    "new_prospect_application": "Prospect has been created",
    "application_updated": "Application has been updated",
    "delete_application": "Application has been deleted",
    "unreject_candidate": "Candidate or Prospect has been unrejected",
    "unhire_candidate": "Candidate has been unhired",
    "update_candidate": "Candidate or Prospect has been updated",
    "merge_candidate": "Candidate has been merged",
    "delete_candidate": "Candidate or Prospect has been deleted",
    "candidate_anonymized": "Candidate or Prospect has been anonymized",
    "job_created": "Job has been created",
    "job_updated": "Job has been updated",
    "job_deleted": "Job has been deleted",
    "job_post_created": "Job post has been created",
    "job_post_updated": "Job post has been updated",
    "job_post_deleted": "Job post has been deleted",
    "job_interview_stage_deleted": "Job stage has been deleted",
    "offer_created": "Offer has been created",
    "offer_updated": "Offer has been updated",
    "offer_approved": "Offer has been approved",
    "offer_deleted": "Offer has been deleted",
    "department_deleted": "Department has been deleted",
    "office_deleted": "Office has been deleted",
    "interview_deleted": "Interview has been deleted",
    "scorecard_deleted": "Scorecard has been deleted",
}

PING = "ping"


@dataclass(kw_only=True)
class Webhook(Row):
    """One event, one endpoint. `active` is false after a failed ping."""

    name: str
    action: str
    endpoint_url: str
    secret_key: str
    active: bool = False


@dataclass(kw_only=True)
class Delivery(Row):
    """One event on its way to one endpoint. `body` is the exact text that is signed and sent.

    `attempts` holds `{"at": iso, "event_id": str, "status": int | None, "error": str | None, "milliseconds": int}`.
    """

    webhook_id: int
    event_id: str
    action: str
    body: str
    state: str = PENDING
    next_attempt_at: datetime | None = None
    attempts: list[dict[str, Any]] = field(default_factory=list)
    copy_of_id: int | None = None
    fault: str | None = None
    after_id: int | None = None
    corrupt_attempts: int = 0


#: the least and most of each number in a fault; None is no limit
LIMITS: dict[str, tuple[int, int | None]] = {
    "times": (1, None),
    "seconds": (0, 10_000_000),
    "retry_after": (0, 10_000_000),
    "copies": (0, 1000),
}


def check_number(name: str, value: object) -> None:
    """Raises ValueError with a message if the field of a fault is not a number within its limits."""
    least, most = LIMITS.get(name, (0, None))
    range_ = f"of at least {least}" if most is None else f"from {least} to {most}"
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= (most or value):
        raise ValueError(f"{name} must be a number {range_}, not {value!r}.")


@dataclass(kw_only=True)
class HookFault:
    """A fault for the next `times` deliveries of `action` (empty: any), after `after` successful ones."""

    id: int
    kind: str
    action: str = ""
    webhook_id: int = 0
    times: int = 1
    after: int = 0
    seconds: float = 60.0
    copies: int = 1
    new_event_id: bool = False
    random: int = 0
    attempts: int = 1
    collected: list[int] = field(default_factory=list)


class HookFaults:
    """Faults that wait for a delivery. Hold the store's lock."""

    def __init__(self) -> None:
        self._orders: list[HookFault] = []
        self._made = 0

    def add(self, wanted: dict[str, Any]) -> HookFault:
        """Raises ValueError with a message if the fault is invalid."""
        if str(wanted.get("kind")) not in KINDS:
            raise ValueError(f"There is no fault of kind {wanted.get('kind')!r}. Known: {', '.join(KINDS)}.")
        unknown = wanted.keys() - (HookFault.__dataclass_fields__.keys() - {"id", "collected"})
        if unknown:
            raise ValueError(f"Unknown fields: {', '.join(sorted(unknown))}.")
        for name in ("webhook_id", "times", "after", "seconds", "copies", "random", "attempts"):
            value = wanted.get(name, 1)
            check_number(name, value)
        self._made += 1
        fault = HookFault(id=self._made, **wanted)
        self._orders.append(fault)
        return fault

    def take(self, action: str, webhook_id: int) -> HookFault | None:
        """The fault for this delivery, if any; counts it down."""
        for fault in self._orders:
            if fault.action in {"", action} and fault.webhook_id in {0, webhook_id}:
                if fault.after > 0:
                    fault.after -= 1
                    return None
                fault.times -= 1
                if fault.times <= 0:
                    self._orders.remove(fault)
                return fault
        return None

    def orders(self) -> list[dict[str, Any]]:
        return [asdict(fault) for fault in self._orders]

    def clear(self) -> list[int]:
        """Return the ids of the deliveries collected for a shuffle."""
        collected = [one for fault in self._orders for one in fault.collected]
        self._orders.clear()
        return collected
