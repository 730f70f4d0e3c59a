"""How far a pass is, and what it has gathered."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Self

from goodword.core import stopping
from goodword.greenhouse.models import Connection, Reconciliation
from goodword.greenhouse.reconciliation import limits, passes
from goodword.greenhouse.reconciliation.carry import carry
from goodword.greenhouse.reconciliation.compare import Found
from goodword.greenhouse.reconciliation.examine import OVERLAP
from goodword.greenhouse.reconciliation.limits import Missed
from goodword.greenhouse.sync.applications import NONE_SUPPRESSED, Suppressed
from goodword.greenhouse.sync.calls import Meter

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
    #: in a full pass: the jobs read completely, how many applications they had, and those of ours not seen in any job
    #: yet (None: not started)
    read_jobs: set[int] = field(default_factory=set)
    shown: int = 0
    unseen: set[int] | None = None
    #: calls made by earlier workers for this pass
    earlier_calls: int = 0
    #: sentences for people: what could not be done, though the pass as a whole may have come to its end
    remarks: list[str] = field(default_factory=list)
    #: it must not count as one that came to its end: what Greenhouse showed cannot be the truth
    unfinished: bool = False

    @classmethod
    def of(cls, row: Reconciliation, *, tick: Callable[[], datetime], meter: Meter) -> Self:
        """The pass of a row just claimed; an interrupted one continues where it stopped."""
        work = cls(row=row, connection=row.connection, tick=tick, meter=meter)
        if row.full and row.resume:
            work.read_jobs = set(row.resume["read_jobs"])
            work.shown = row.resume["shown"]
            work.unseen = None if row.resume["unseen"] is None else set(row.resume["unseen"])
            work.earlier_calls = row.resume["calls"]
            work.missed = {one.remote_id: one for one in map(limits.from_json, row.resume["missed"])}
            work.remarks = list(row.resume["remarks"])
        return work

    def release(self) -> None:
        """Let another worker continue from here."""
        self.count()
        resume = {
            "read_jobs": sorted(self.read_jobs),
            "shown": self.shown,
            "unseen": None if self.unseen is None else sorted(self.unseen),
            "calls": self.row.calls,
            "missed": [limits.to_json(one) for one in self.missed.values()],
            "remarks": self.remarks,
        }
        passes.release(self.row, resume, now=self.tick())

    @property
    def until(self) -> datetime:
        """Where the window of this pass ends."""
        return self.row.started_at - (timedelta(0) if self.row.requested_by_id else GRACE)

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
        """Record progress and renew the lease. Raises passes.Lost, Disconnected, stopping.Stopped."""
        self.row.done += looked_at
        self.count()
        passes.beat(self.row, now=self.tick())
        here = Connection.objects.across_organisations().filter(pk=self.connection.pk)
        if here.filter(state=Connection.State.DISCONNECTED).exists():
            raise Disconnected("Greenhouse was disconnected meanwhile.")
        stopping.check()

    def count(self) -> None:
        """Note how many calls were made."""
        self.row.calls = self.earlier_calls + self.meter.calls

    def fail(self, sentence: str) -> None:
        """End it with the reason."""
        self.count()
        passes.fail(self.row, sentence, now=self.tick())

    def bring_over(
        self,
        found: Sequence[Found],
        *,
        wait: bool = False,
        held: Suppressed = NONE_SUPPRESSED,
        decided: bool = False,
    ) -> None:
        """Update our copy. `decided`: these were missed starts, which are settled by this."""

        def after(batch: Sequence[Found]) -> None:
            if decided:
                for one in batch:
                    self.missed.pop(one.remote_id, None)
            self.step()

        left = carry(
            found,
            row=self.row,
            connection=self.connection,
            tick=self.tick,
            after=after,
            wait=wait,
            held=held,
        )
        if left:
            shown = ", ".join(map(str, left[:5])) + (" and more" if len(left) > 5 else "")
            self.remarks.append(
                f"Could not be read or written: application {shown}. The next full pass tries again."
            )
