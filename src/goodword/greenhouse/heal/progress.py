"""How far a pass is, and what it has gathered."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from goodword.greenhouse.heal import passes
from goodword.greenhouse.heal.carry import carry
from goodword.greenhouse.heal.compare import Found
from goodword.greenhouse.heal.examine import OVERLAP
from goodword.greenhouse.heal.limits import Missed
from goodword.greenhouse.models import Connection, Reconciliation
from goodword.greenhouse.sync.apply import NOBODY_HELD, Held
from goodword.greenhouse.sync.meter import Meter

#: what happened a moment ago is left to its delivery, unless a person asked for the pass
GRACE = timedelta(minutes=1)

#: without a pass that came to its end the window begins here; a full pass comes first anyway
LONGEST = timedelta(days=14)


class Disconnected(Exception):
    """Greenhouse was disconnected while the pass ran."""


@dataclass
class Pass:
    """A pass in one worker's hands. `tick` tells the time."""

    row: Reconciliation
    connection: Connection
    tick: Callable[[], datetime]
    meter: Meter = field(default_factory=Meter)
    missed: dict[int, Missed] = field(default_factory=dict)
    #: sentences for people: what could not be done, though the pass as a whole may have come to its end
    remarks: list[str] = field(default_factory=list)
    #: it must not count as one that came to its end: what Greenhouse showed cannot be the truth
    unfinished: bool = False

    @property
    def until(self) -> datetime:
        """Where the window of this pass ends."""
        return self.row.started_at - (timedelta(0) if self.row.asked_by_id else GRACE)

    @property
    def since(self) -> datetime:
        """Where it begins: before the last pass that came to its end began."""
        return (self.connection.reconciled_at or self.row.started_at - LONGEST) - OVERLAP

    @property
    def remark(self) -> str:
        """All remarks in one line, each once."""
        return " ".join(dict.fromkeys(self.remarks))

    def expect(self, further: int) -> None:
        """There is so much more to look at."""
        self.row.total += further

    def step(self, looked_at: int = 0) -> None:
        """So much was looked at: a sign of life. Raises passes.Lost, Disconnected."""
        self.row.done += looked_at
        self.count()
        passes.beat(self.row, now=self.tick())
        here = Connection.objects.across_organisations().filter(pk=self.connection.pk)
        if here.filter(state=Connection.State.DISCONNECTED).exists():
            raise Disconnected("Greenhouse was disconnected meanwhile.")

    def count(self) -> None:
        """Note how many calls were made."""
        self.row.calls = self.meter.calls

    def fail(self, sentence: str) -> None:
        """End it with the reason."""
        self.count()
        passes.fail(self.row, sentence, now=self.tick())

    def bring_over(self, found: Sequence[Found], *, wait: bool = False, held: Held = NOBODY_HELD) -> None:
        """Bring our copy to what was found."""
        left = carry(
            found,
            row=self.row,
            connection=self.connection,
            tick=self.tick,
            after=self.step,
            wait=wait,
            held=held,
        )
        if left:
            shown = ", ".join(map(str, left[:5])) + (" and more" if len(left) > 5 else "")
            self.remarks.append(
                f"Could not be read or written: application {shown}. The next full pass tries again."
            )
