"""What a signed delivery says beside the truth that Harvest tells. It decides nothing; it fills gaps."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class UserSaid:
    """A Greenhouse user as a webhook body names them."""

    id: int
    name: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """The parts of a delivery that Harvest may not tell: since when, why, and who.

    `stage_id` is the stage that a stage change names, `arrived` whether they have just come into it, `restored`
    whether a rejection or a hire was taken back, `received_at` when the delivery came; `reason` is the name of a
    rejection reason; `users` are the recruiters in the body.
    """

    stage_id: int | None = None
    arrived: bool = False
    restored: bool = False
    received_at: datetime | None = None
    reason: str = ""
    users: tuple[UserSaid, ...] = ()


NOTHING = Hint()
