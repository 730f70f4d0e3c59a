"""Time from a stage move in Greenhouse until the invitation is in the candidate's mailbox.

End to end: the sandbox's screen, its webhook, the inbox, reads through Harvest, the step, the mail over SMTP. One after
the other, and in a burst; the burst also at Greenhouse's rate limit. Run it with
`.venv/bin/python -m bench.invitation`.
"""

import argparse
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime

from bench.ready import distribution, ready
from goodword.demo import actions
from goodword.demo.browser import Browser
from goodword.demo.greenhouse import Greenhouse, Person
from goodword.demo.story import Story

AT_ONCE = 8
TIMEOUT = 180.0
#: the rate limit of a v1 key in Greenhouse, and one that is never reached
GREENHOUSE_LIMIT, UNLIMITED = 50, 1_000_000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Time from stage move to invitation.")
    parser.add_argument("--moves", type=int, default=30, help="moves one after the other")
    parser.add_argument(
        "--burst", type=int, default=100, help="moves as fast as the sandbox's screen takes them"
    )
    options = parser.parse_args()
    with ready() as story:
        story.begin("bench")
        limit_reads(story, UNLIMITED)
        single, burst = applied(story, "Ona", options.moves), applied(story, "Bo", options.burst)
        limited = applied(story, "Cy", options.burst)
        story.let_deliveries_arrive(seconds=TIMEOUT)

        print(distribution("one after the other", one_by_one(story, single)), flush=True)
        show_burst(story, "burst, without a limit on reads", burst)
        story.let_deliveries_arrive(seconds=TIMEOUT)
        limit_reads(story, GREENHOUSE_LIMIT)
        show_burst(story, f"burst, {GREENHOUSE_LIMIT} reads in 10 s", limited)


def limit_reads(story: Story, number: int) -> None:
    """Set the number of Harvest v1 calls that the sandbox allows in ten seconds."""
    story.control.post("/_sandbox/switches", json={"v1_rate_limit": number}).raise_for_status()


def show_burst(story: Story, what: str, people: list[Person]) -> None:
    """Measure a burst and print it."""
    began = time.time()
    print(distribution(what, at_once(story, people)))
    took = max(arrivals(story, people).values()) - began
    print(f"    {len(people)} invitations within {took:.1f} s of the first move", flush=True)


def applied(story: Story, first_name: str, number: int) -> list[Person]:
    """Create candidates who have just applied."""
    print(f"{number} candidates apply", file=sys.stderr, flush=True)
    return [
        story.greenhouse.apply(
            actions.JOB,
            first_name=first_name,
            last_name=f"Number {one}",
            email=f"{first_name}{one}@mail.example",
        )
        for one in range(number)
    ]


def one_by_one(story: Story, people: list[Person]) -> list[float]:
    """Move one, wait for their mail, move the next. Returns the seconds for each."""
    delays = []
    for person in people:
        moved = move(story.greenhouse, person)
        story.mailbox.wait(to=person.email)
        delays.append(arrivals(story, [person])[person.email] - moved)
    return delays


def at_once(story: Story, people: list[Person]) -> list[float]:
    """Move all, several at once. Returns the seconds from each one's move to their mail."""

    def moved(person: Person) -> float:
        with closing(Browser(story.world.sandbox_url)) as browser:
            return move(Greenhouse(browser), person)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        moments = list(pool.map(moved, people))
    for person in people:
        story.mailbox.wait(to=person.email, seconds=TIMEOUT)
    arrived = arrivals(story, people)
    return [arrived[person.email] - moment for person, moment in zip(people, moments, strict=True)]


def move(greenhouse: Greenhouse, person: Person) -> float:
    """Move somebody to the stage of the assessment. Returns the time just before the click."""
    greenhouse.browser.open(person.profile)
    moment = time.time()
    greenhouse.browser.press("Move stage", {"Move stage": "Assessment"})
    return moment


def arrivals(story: Story, people: list[Person]) -> dict[str, float]:
    """The arrival time of each one's mail by the mailbox's clock, which is this machine's."""
    wanted = {person.email for person in people}
    return {
        mail["to"]: datetime.fromisoformat(mail["received_at"]).timestamp()
        for mail in story.mailbox.all()
        if mail["to"] in wanted
    }


if __name__ == "__main__":
    main()
