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
    """The parts of a delivery that Harvest may not provide.

    `stage_id`: the stage in a stage change; `arrived`: whether they have just entered it; `restored`: whether a
    rejection or a hire was undone; `received_at`: when the delivery came; `reason`: the name of a rejection reason;
    `users`: the recruiters in the body.
    """

    stage_id: int | None = None
    arrived: bool = False
    restored: bool = False
    received_at: datetime | None = None
    reason: str = ""
    users: tuple[UserSaid, ...] = ()


NOTHING = Hint()
