"""Which missed starts a pass makes up for by itself: few, and only for those who came a short time ago.

Reconciliation never mass-mails. Webhooks can be off for weeks, a permission can come back, a clock can be wrong: an
invitation for a move of last month would surprise candidate and recruiter alike.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

#: starts that one pass makes at the most
AT_ONCE = 20
#: a stage entry older than this waits for a click
FRESH = timedelta(hours=48)

TOO_MANY = f"More than {AT_ONCE} starts were missed: the first {AT_ONCE} went by themselves, the rest waits."
TOO_OLD = "In this stage for more than 48 hours."
UNKNOWN = "Greenhouse does not say since when they are in this stage."
STANDS = "In this stage without the step: they may have left it and come back, or a rejection was taken back."
REACHABLE = (
    "Can be e-mailed now, but has been in this stage for more than 48 hours, or nobody knows how long."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """Somebody who stands in a mapped stage without a started step.

    `entered_at` is when they came into the stage, if Greenhouse tells. `not_before` is a moment at which they were
    surely not there yet (they had not applied, or stood elsewhere): without the former it can still prove that the
    entry is fresh. `not_after` is a moment at which they surely were (of the last activity): it can only prove that
    the entry is old. `stands`: our copy stands there too, so that no arrival was missed. `hindered`: the start
    waited for an address or for leave to e-mail. `stood`: they were there when the mapping was confirmed; our copy
    follows, and nothing starts.
    """

    remote_id: int
    job_id: int | None
    stage_id: int | None
    entered_at: datetime | None = None
    not_before: datetime | None = None
    not_after: datetime | None = None
    stands: bool = False
    hindered: bool = False
    stood: bool = False

    def is_fresh(self, now: datetime) -> bool:
        """Whether the entry is known to be younger than 48 hours."""
        moment = self.entered_at or self.not_before
        return moment is not None and moment > now - FRESH

    def is_old(self, now: datetime) -> bool:
        """Whether the entry is known to be older."""
        moment = self.entered_at or self.not_after
        return moment is not None and moment <= now - FRESH


def to_json(one: Missed) -> dict[str, Any]:
    """The JSON stored with an interrupted pass."""
    plain = asdict(one)
    return {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in plain.items()
    }


def from_json(plain: Mapping[str, Any]) -> Missed:
    """The inverse of `to_json`."""
    values = dict(plain)
    for name in ("entered_at", "not_before", "not_after"):
        if values[name] is not None:
            values[name] = datetime.fromisoformat(values[name])
    return Missed(**values)


def decide(
    missed: Iterable[Missed], *, now: datetime, budget: int = AT_ONCE
) -> tuple[list[Missed], list[tuple[Missed, str]]]:
    """Those who start at once, who waited longest first; and those who wait for a click, with the reason."""
    fresh: list[Missed] = []
    waiting: list[tuple[Missed, str]] = []
    for one in missed:
        if one.stands:
            waiting.append((one, STANDS))
        elif one.is_fresh(now):
            fresh.append(one)
        elif one.hindered:
            waiting.append((one, REACHABLE))
        else:
            waiting.append((one, TOO_OLD if one.is_old(now) else UNKNOWN))
    fresh.sort(key=lambda one: (one.entered_at or now, one.remote_id))
    waiting += [(one, TOO_MANY) for one in fresh[max(budget, 0) :]]
    return fresh[: max(budget, 0)], waiting
