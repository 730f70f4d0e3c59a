"""The time from a stage move in Greenhouse until the invitation is in the candidate's mailbox, and its cost.

Measured end to end: webhook, inbox, reads through Harvest, step, mail over SMTP. Moves come one by one at a fixed rate,
then in bursts, one of them at Greenhouse's rate limit. Run it with `.venv/bin/python -m bench.invitation`.
"""

import argparse
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime
from itertools import batched

from bench.costs import Meter, listed, statements_each
from bench.figures import distribution_of, in_words, record
from bench.ready import distribution, ready
from goodword.demo import actions
from goodword.demo.story import Story

AT_ONCE = 4
TIMEOUT = 300.0
#: the rate limit of a v1 key in Greenhouse, and one that is never reached
GREENHOUSE_LIMIT, UNLIMITED = 50, 1_000_000
#: moves before the first measurement
WARM_UP = 10


class Bench:
    """A world whose candidates are moved by their application ids, without a browser."""

    def __init__(self, story: Story, meter: Meter) -> None:
        self.story = story
        self.meter = meter
        self._mailbox = story.world.data / "mailbox.jsonl"
        self._offset = 0
        self._arrived: dict[str, float] = {}

    def apply(self, name: str, number: int) -> dict[str, int]:
        """Add applicants. Returns application ids by address."""
        print(f"{number} candidates apply", file=sys.stderr, flush=True)
        people = {f"{name.lower()}{one}@mail.example": f"Number {one}" for one in range(number)}
        orders: list[dict[str, object]] = [
            {"act": "apply", "job": actions.JOB, "first_name": name, "last_name": last, "email": email}
            for email, last in people.items()
        ]
        done = [one for some in batched(orders, 50) for one in self._act(list(some))]
        self.story.let_deliveries_arrive(seconds=TIMEOUT)
        return dict(zip(people, [one["application_id"] for one in done], strict=True))

    def move(self, application_id: int) -> float:
        """Move to the stage of the assessment. Returns the time just before."""
        moment = time.time()
        self._act([{"act": "move", "application_id": application_id, "stage": "Assessment"}])
        return moment

    def _act(self, orders: list[dict[str, object]]) -> list[dict[str, int]]:
        answer = self.story.control.post("/_sandbox/act", json={"acts": orders}).raise_for_status()
        done: list[dict[str, int]] = answer.json()["done"]
        return done

    def at_rate(self, people: dict[str, int], rate: float) -> list[float]:
        """Move `rate` candidates per second without waiting for earlier mails. Returns the seconds for each."""
        began = time.monotonic()
        moments = {}
        for number, (email, application_id) in enumerate(people.items()):
            time.sleep(max(0.0, began + number / rate - time.monotonic()))
            moments[email] = self.move(application_id)
        return self._delays(moments)

    def at_once(self, people: dict[str, int]) -> list[float]:
        """Move all of them, several at a time. Returns the seconds from each move to the mail."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            moments = dict(zip(people, pool.map(self.move, people.values()), strict=True))
        return self._delays(moments)

    def _delays(self, moments: dict[str, float]) -> list[float]:
        end = time.monotonic() + TIMEOUT
        while not moments.keys() <= self.arrivals().keys():
            if time.monotonic() > end:
                missing = len(moments.keys() - self._arrived.keys())
                raise SystemExit(f"{missing} mails did not arrive within {TIMEOUT:.0f} s.")
            time.sleep(0.1)
        return [self._arrived[email] - moment for email, moment in moments.items()]

    def arrivals(self) -> dict[str, float]:
        """The time of the first mail to each address, by this machine's clock."""
        if self._mailbox.exists():
            with self._mailbox.open("rb") as file:
                file.seek(self._offset)
                text = file.read()
            whole = text.rpartition(b"\n")[0]
            self._offset += len(whole) + bool(whole)
            for line in whole.splitlines():
                mail = json.loads(line)
                at = datetime.fromisoformat(mail["received_at"]).timestamp()
                self._arrived.setdefault(mail["to"].lower(), at)
        return self._arrived

    def burst(self, what: str, people: dict[str, int]) -> None:
        before, began = self.meter.now(), time.time()
        delays = self.at_once(people)
        print(distribution(what, delays))
        arrived = [self._arrived[email] - began for email in people]
        print(
            f"    {len(people)} invitations: the first after {min(arrived):.1f} s, the last after {max(arrived):.1f} s"
        )
        costs = self.meter.now().each(before, len(people))
        record(
            f"{what}, {len(people)} moves",
            first_s=round(min(arrived), 1),
            last_s=round(max(arrived), 1),
            **distribution_of([1000 * delay for delay in delays]),
            **costs,
        )
        print(f"    {in_words(costs)}", flush=True)

    def limit_reads(self, number: int) -> None:
        """Set the number of calls that the sandbox allows in a window of ten seconds."""
        self.story.control.post(
            "/_sandbox/switches", json={"v1_rate_limit": number, "v3_rate_limit": number}
        ).raise_for_status()


def main() -> None:
    parser = argparse.ArgumentParser(description="Time from stage move to invitation.")
    parser.add_argument("--moves", type=int, default=300, help="single moves")
    parser.add_argument("--rate", type=float, default=10.0, help="single moves a second")
    parser.add_argument(
        "--counted", type=int, default=20, help="moves whose statements are counted, one a second"
    )
    parser.add_argument("--burst", type=int, default=500, help="moves as fast as the sandbox takes them")
    parser.add_argument("--limited", type=int, default=100, help="a burst at Greenhouse's limit of reads")
    parser.add_argument("--statements", action="store_true", help="print each statement of a move")
    parser.add_argument("--api", choices=["v1", "v3"], default="v1", help="version of Harvest")
    options = parser.parse_args()
    with ready(api=options.api) as story, closing(Meter(story.world)) as meter:
        story.begin("bench")
        bench = Bench(story, meter)
        bench.limit_reads(UNLIMITED)
        bench.at_rate(bench.apply("Una", WARM_UP), 2.0)
        if options.moves:
            people = bench.apply("Ona", options.moves)
            before = meter.now()
            delays = bench.at_rate(people, options.rate)
            what, costs = f"{options.rate:g} moves a second", meter.now().each(before, len(people))
            print(f"{distribution(what, delays)}\n    {in_words(costs)}", flush=True)
            record(what, **distribution_of([1000 * delay for delay in delays]), **costs)
        if options.counted:
            people = bench.apply("Cas", options.counted)
            time.sleep(5)
            found = meter.statements(
                lambda: print(distribution("1 move a second, logged", bench.at_rate(people, 1.0)))
            )
            counts = statements_each(found, len(people))
            record("1 move a second, statements logged", n=len(people), **counts)
            print(f"    {in_words(counts)}", flush=True)
            if options.statements:
                print(listed(found, len(people)), flush=True)
        if options.burst:
            bench.burst("burst, without a limit on reads", bench.apply("Bo", options.burst))
        if options.limited:
            people = bench.apply("Cy", options.limited)
            bench.limit_reads(GREENHOUSE_LIMIT)
            bench.burst(f"burst, {GREENHOUSE_LIMIT} reads in 10 s", people)


if __name__ == "__main__":
    main()
