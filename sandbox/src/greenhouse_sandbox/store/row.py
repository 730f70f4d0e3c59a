"""What every stored record has."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(kw_only=True)
class Row:
    """A record with its id and its two timestamps (aware, UTC)."""

    id: int
    created_at: datetime
    updated_at: datetime
