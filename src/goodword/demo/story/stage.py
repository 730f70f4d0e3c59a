"""Where the story plays: the people's browsers and mail, and what several steps look for."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx2

from goodword.demo.story import acts
from goodword.demo.story.browser import Browser, words_of
from goodword.demo.story.failure import StoryFailed
from goodword.demo.story.greenhouse import Greenhouse, Person
from goodword.demo.story.mailbox import WAIT_SECONDS, Mailbox, wait_until
from goodword.demo.story.told import Told
from goodword.demo.world import ORGANISATION, World


class Stage:
    """The people with their browsers, and what they found out so far."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.recruiter = Browser(world.goodword_url)
        self.greenhouse = Greenhouse(Browser(world.sandbox_url))
        self.guest = Browser(world.goodword_url)
        self.mailbox = Mailbox(world.mailbox_url)
        self.control = httpx2.Client(base_url=world.sandbox_url, timeout=30)
        self.told = Told()
        self.role_url = ""
        self.step = ""
        self.people: dict[str, Person] = {}

    def close(self) -> None:
        """Everybody closes their browser."""
        for one in (self.recruiter, self.guest, self.greenhouse.browser, self.mailbox, self.control):
            one.close()

    def begin(self, step: str) -> None:
        """All failures from here on name this step."""
        self.step = step
        for one in (self.recruiter, self.guest, self.greenhouse.browser, self.mailbox):
            one.step = step

    def check(self, true: bool, sentence: str) -> None:
        """Break the story with this sentence unless it is so."""
        if not true:
            raise StoryFailed(self.step, sentence)

    def wait(
        self, true: Callable[[], bool], otherwise: Callable[[], str], *, seconds: float = WAIT_SECONDS
    ) -> float:
        """Wait until it is so."""
        return wait_until(true, step=self.step, otherwise=otherwise, seconds=seconds)

    # --- in Greenhouse -------------------------------------------------------------------------------------------

    def apply(self, first_name: str, last_name: str) -> Person:
        """A candidate submits an application for the story's job."""
        email = f"{first_name.lower()}@mail.example"
        person = self.greenhouse.apply(acts.JOB, first_name=first_name, last_name=last_name, email=email)
        self.people[first_name] = person
        return person

    def move_and_wait(self, person: Person, stage: str, *, subject: str) -> dict[str, Any]:
        """Move somebody to a stage; the mail that this brings them, looked at from all sides."""
        count = len(self.mailbox.all(to=person.email, subject=subject))
        self.greenhouse.move(person, stage)
        mail = self.mailbox.wait(to=person.email, subject=subject, count=count + 1)
        self.is_from_a_person(mail)
        return mail

    def note(self, person: Person, said: str, *, count: int) -> dict[str, str]:
        """The newest note on the Activity Feed, one of so many: what it says, who sees it, where it leads."""
        self.wait(
            lambda: len(self.greenhouse.notes(person)) >= count,
            lambda: f"No note on the Activity Feed: {self.greenhouse.browser.text()[:700]}",
        )
        notes = self.greenhouse.notes(person)
        self.check(len(notes) == count, f"There are {len(notes)} notes on the Activity Feed, not {count}.")
        newest = notes[0]
        self.check(said in newest["body"], f"The note does not say what was completed: {newest}")
        self.check(newest["visibility"] == "private", f"The note is not a private one: {newest}")
        recruiter = self.greenhouse.recruiter(acts.JOB)
        self.check(newest["author"] == recruiter, f"The note is not written as {recruiter}: {newest}")
        return newest

    # --- in Goodword ---------------------------------------------------------------------------------------------

    def role_row(self, person: Person, column: str = "") -> str:
        """What the role page says about somebody, or one column of it; empty if they are not on it."""
        self.recruiter.open(self.role_url)
        for row in self.recruiter.page.select("tbody tr"):
            if person.name in words_of(row):
                cells = row.select(f'td[data-label="{column}"]') if column else [row]
                return " ".join(words_of(cell) for cell in cells)
        return ""

    def role_shows(self, person: Person, said: str, *, column: str = "") -> None:
        """Wait until the role page says this about somebody."""
        self.wait(
            lambda: said in self.role_row(person, column),
            lambda: f"The role page should show “{said}” for {person.name}: {self.role_row(person)!r}",
        )

    def has_been_synced(self, person: Person) -> None:
        """Somebody's page has their name and address as Greenhouse has them."""
        self.recruiter.open(self.role_url)
        self.recruiter.follow(person.name)
        self.recruiter.must_say(person.email)
        self.recruiter.must_say("Synced")

    def timeline(self, person: Person) -> str:
        """What the candidate's page tells of all that happened."""
        self.recruiter.open(self.role_url)
        self.recruiter.follow(person.name)
        return "\n".join(words_of(entry) for entry in self.recruiter.page.select(".timeline li"))

    # --- mail ----------------------------------------------------------------------------------------------------

    def is_from_a_person(self, mail: dict[str, Any]) -> None:
        """A mail as it must be: a person's name and the organisation's, a reply address, two parts, one link."""
        sender, reply_to = str(mail["from"]), str(mail["reply_to"])
        self.check(f"({ORGANISATION})" in sender, f"The mail does not name who asks: {sender}")
        self.check(
            "@" in reply_to and reply_to not in sender, f"An answer would go to “{reply_to}”: {sender}"
        )
        self.check(len(mail["links"]) == 1, f"The mail has {len(mail['links'])} links, not one: {mail}")
        link = mail["links"][0]
        self.check(link in mail["text"], f"The text part has no link: {mail['text']}")
        self.check(mail["html"].count(f'href="{link}"') == 1, f"The HTML part has not that one link: {mail}")
        self.check("<img" not in mail["html"], f"The HTML part loads a picture: {mail['html'][:400]}")

    def recruiter_address(self, person: Person) -> str:
        """The recipient of a person's replies to our mails and of their results."""
        return str(self.mailbox.all(to=person.email)[0]["reply_to"])

    def download(self, link: str) -> str:
        """Open a report's link as somebody without a login; the path of the PDF."""
        stranger = Browser(self.world.goodword_url)
        stranger.step = self.step
        with closing(stranger):
            stranger.open(link)
        self.check(stranger.body.startswith(b"%PDF-"), f"{link} is no PDF but {stranger.content_type}.")
        path = Path(self.world.data) / "report.pdf"
        path.write_bytes(stranger.body)
        return str(path)

    # --- quiet ---------------------------------------------------------------------------------------------------

    def let_deliveries_arrive(self, *, seconds: float = WAIT_SECONDS) -> None:
        """Greenhouse has delivered all, and no delivery waits in Goodword's inbox, nor has one failed."""
        idle = self.control.post("/_sandbox/wait-until-idle", json={}).raise_for_status().json()
        self.check(bool(idle["idle"]), "Greenhouse still has something to deliver.")
        self.wait(
            lambda: acts.inbox_has(self.recruiter, "received", 0),
            lambda: f"Deliveries wait in Goodword's inbox: {self.recruiter.text()[:700]}",
            seconds=seconds,
        )
        self.check(
            acts.inbox_has(self.recruiter, "failed", 0), f"Deliveries failed: {self.recruiter.text()[:700]}"
        )

    def let_all_arrive(self, first_name: str, last_name: str) -> Person:
        """Come to a point after which nothing of what was done before can still have an effect.

        All deliveries are worked on, and one more candidate, who is moved only then, has had their invitation:
        that took the same road, behind all the rest.
        """
        self.let_deliveries_arrive()
        person = self.apply(first_name, last_name)
        self.move_and_wait(person, "Assessment", subject="assessment")
        return person
