"""Tell the story: eight steps, each verified, with live progress."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TextIO
from zoneinfo import ZoneInfo

import httpx2

from goodword.core.workdays import add_working_days
from goodword.demo.story import acts
from goodword.demo.story.acts import Referee
from goodword.demo.story.browser import Browser
from goodword.demo.story.failure import StoryFailed
from goodword.demo.story.greenhouse import WEBHOOKS, Greenhouse, Person
from goodword.demo.story.mailbox import Mailbox, wait_until
from goodword.demo.story.told import Told
from goodword.demo.world import World

NEUTRAL = "Nothing is needed here at the moment"
REFEREES = (
    Referee(
        name="Zoë Müller",
        email="zoe.mueller@brightworks.example",
        relationship="Manager",
        company="Brightworks",
    ),
    Referee(
        name="ليلى حداد",
        email="layla.haddad@brightworks.example",
        relationship="Colleague",
        company="Brightworks",
    ),
)


class Story:
    """The people of the story with their browsers, and what they found out so far."""

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

    def begin(self, step: str) -> None:
        """All failures from here on name this step."""
        self.step = step
        for one in (self.recruiter, self.guest, self.greenhouse.browser, self.mailbox):
            one.step = step

    def check(self, true: bool, sentence: str) -> None:
        """Break the story with this sentence unless it is so."""
        if not true:
            raise StoryFailed(self.step, sentence)

    def wait(self, true: Callable[[], bool], otherwise: Callable[[], str]) -> float:
        """Wait until it is so."""
        return wait_until(true, step=self.step, otherwise=otherwise)

    # --- the steps ---------------------------------------------------------------------------------------------

    def credentials(self) -> None:
        """1: in Greenhouse, a Harvest key with the article's permissions, and a Harvest V3 credential."""
        self.told.v1_key = self.greenhouse.create_harvest_key()
        self.told.v3_client_id, self.told.v3_client_secret = self.greenhouse.create_v3_credential()

    def connect(self) -> None:
        """2: in Goodword, paste the key; the card is active; the box gives endpoint and secret."""
        acts.sign_in(self.recruiter, self.world.password)
        self.told.endpoint_url, self.told.secret_key = acts.connect(self.recruiter, self.told.v1_key)
        self.check(self.told.endpoint_url.startswith("http"), "The box shows no endpoint URL.")
        self.check(len(self.told.secret_key) >= 32, "The box shows no secret key.")

    def webhooks(self) -> None:
        """3: the four webhooks of the article; each ping is answered and shows in Goodword."""
        for name, when in WEBHOOKS:
            self.greenhouse.create_webhook(
                name, when, endpoint_url=self.told.endpoint_url, secret_key=self.told.secret_key
            )
        self.wait(
            lambda: acts.webhooks_in_place(self.recruiter, len(WEBHOOKS)),
            lambda: f"Goodword does not show all pings: {self.recruiter.text()[:900]}",
        )

    def role(self) -> None:
        """4: a role, its Greenhouse job and post, both steps connected to stages."""
        self.role_url = acts.make_role(self.recruiter, acts.JOB)
        acts.manage_automation(self.recruiter, self.role_url, job_id=self._job_id())
        self.recruiter.open(self.role_url)
        self.recruiter.must_say("Assessment → Assessment")
        self.recruiter.must_say("Reference Check → Reference check")

    def assessment(self) -> None:
        """5: a candidate applies, is moved, is invited, answers; report, mail and note."""
        ada = self._apply("Ada", "Okonkwo-Łuczak 🎈")
        self._move_and_wait(ada, "Assessment", subject="assessment")
        self._role_shows(ada, "Waiting")
        invitation = self.mailbox.wait(to=ada.email, subject="assessment")
        self.check(
            len(invitation["links"]) == 1, f"The invitation has {len(invitation['links'])} links, not one."
        )
        self.check(
            "northwind" in invitation["from"].lower(), f"It does not name who asks: {invitation['from']}"
        )
        acts.take_assessment(self.guest, invitation["links"][0])
        self._role_shows(ada, "Done")
        self._note(ada, "ssessment", count=1)
        self.mailbox.wait(to=self._recruiter_address(ada), subject="has finished the assessment")

    def references(self) -> None:
        """6: moved to Reference Check; two referees answer; mails, report and note."""
        ada = self.people["Ada"]
        self._move_and_wait(ada, "Reference Check", subject="eference")
        invitation = self.mailbox.wait(to=ada.email, subject="eference")
        acts.name_referees(self.guest, invitation["links"][0], REFEREES, ada)
        recruiter = self._recruiter_address(ada)
        for number, referee in enumerate(REFEREES, start=1):
            mail = self.mailbox.wait(to=referee.email)
            acts.give_reference(self.guest, mail["links"][0])
            if number == 1:
                self.mailbox.wait(to=recruiter, subject="First reference")
        self._role_shows(ada, "Done", times=2)
        note = self._note(ada, "eference", count=2)
        self.mailbox.wait(to=recruiter, subject="The references for")
        self.told.notes = self.greenhouse.notes(ada)
        self.told.report_pdf = self._download(note["link"])

    def others(self) -> None:
        """7: one rejected while invited, one hired, a prospect rejected; three working days; one reminder."""
        rejected, hired, due = (
            self._apply("Reza", "Tehrani"),
            self._apply("Hana", "Novák"),
            self._apply("Dana", "Ortiz"),
        )
        for person in (rejected, hired, due):
            self._move_and_wait(person, "Assessment", subject="assessment")
        link = self.mailbox.wait(to=rejected.email, subject="assessment")["links"][0]
        self.greenhouse.reject(rejected, "Lacking skills or qualifications")
        self.greenhouse.hire(hired)
        prospect = self.greenhouse.add_prospect(
            first_name="Pia", last_name="Lind", email="pia.lind@mail.example"
        )
        self.greenhouse.reject(prospect, "Lacking skills or qualifications")
        self._role_shows(rejected, "Rejected")
        self._role_shows(rejected, "Lacking skills or qualifications")
        self._role_shows(hired, "Hired")
        before = len(self.mailbox.all())
        self._three_working_days()
        self.mailbox.wait(to=due.email, count=2, seconds=60)
        time.sleep(2.0)  # what must not come is given time to come
        new = self.mailbox.all()[before:]
        self.check(
            [mail["to"] for mail in new] == [due.email],
            f"One reminder, to {due.email}, was due. There are: {[(m['to'], m['subject']) for m in new]}",
        )
        self.guest.open(link)
        self.guest.must_say(NEUTRAL)
        self.check(not self.guest.says("reject"), "The neutral page tells of the rejection.")

    def noise(self) -> None:
        """8: the same delivery three times, and two in the wrong order, change nothing further."""
        quinn = self._apply("Quinn", "Adeyemi")
        self._move_and_wait(quinn, "Assessment", subject="assessment")
        delivery = self._deliveries("candidate_stage_change")[-1]["id"]
        before = len(self.mailbox.all()), self._role_row(quinn)
        for again in ({"times": 2}, {"times": 1, "new_event_id": True}):
            self.control.post(f"/_sandbox/deliveries/{delivery}/redeliver", json=again).raise_for_status()
        self.control.post("/_sandbox/deliveries/hold").raise_for_status()
        self.greenhouse.move(quinn, "Phone Screen")
        self.greenhouse.move(quinn, "Assessment")
        self.control.post("/_sandbox/deliveries/release", json={"order": "newest"}).raise_for_status()
        self._settled()
        after = len(self.mailbox.all()), self._role_row(quinn)
        self.check(before == after, f"Before: {before}. After the repeated and reversed deliveries: {after}.")

    # --- what the steps share ----------------------------------------------------------------------------------

    def _apply(self, first_name: str, last_name: str) -> Person:
        email = f"{first_name.lower()}@mail.example"
        person = self.greenhouse.apply(acts.JOB, first_name=first_name, last_name=last_name, email=email)
        self.people[first_name] = person
        return person

    def _move_and_wait(self, person: Person, stage: str, *, subject: str) -> None:
        count = len(self.mailbox.all(to=person.email, subject=subject))
        self.greenhouse.move(person, stage)
        self.mailbox.wait(to=person.email, subject=subject, count=count + 1)

    def _job_id(self) -> int:
        self.greenhouse.browser.open("/")
        self.greenhouse.browser.follow(acts.JOB)
        return int(self.greenhouse.browser.url.rstrip("/").rsplit("/", 1)[1])

    def _role_row(self, person: Person) -> str:
        self.recruiter.open(self.role_url)
        for row in self.recruiter.page.select("tbody tr"):
            if person.name in " ".join(row.get_text(" ").split()):
                return " ".join(row.get_text(" ").split())
        return ""

    def _role_shows(self, person: Person, words: str, *, times: int = 1) -> None:
        self.wait(
            lambda: self._role_row(person).count(words) >= times,
            lambda: f"The role page should show “{words}” for {person.name}: {self._role_row(person)!r}",
        )

    def _note(self, person: Person, words: str, *, count: int) -> dict[str, str]:
        self.wait(
            lambda: len(self.greenhouse.notes(person)) >= count,
            lambda: f"No note on the Activity Feed: {self.greenhouse.browser.text()[:700]}",
        )
        notes = self.greenhouse.notes(person)
        self.check(len(notes) == count, f"There are {len(notes)} notes on the Activity Feed, not {count}.")
        newest = notes[0]
        self.check(words in newest["body"], f"The note does not say what was completed: {newest}")
        self._download(newest["link"])
        return newest

    def _download(self, link: str) -> str:
        stranger = Browser(self.world.goodword_url)
        stranger.step = self.step
        stranger.open(link)
        self.check(stranger.body.startswith(b"%PDF-"), f"{link} is no PDF but {stranger.content_type}.")
        path = Path(self.world.data) / "report.pdf"
        path.write_bytes(stranger.body)
        return str(path)

    def _recruiter_address(self, person: Person) -> str:
        mails = self.mailbox.all(to=person.email)
        return str(mails[0]["reply_to"])

    def _three_working_days(self) -> None:
        zone = ZoneInfo("Europe/Berlin")
        now = datetime.now(UTC)
        # late in the morning of the third working day: reminders go out in working hours only
        later = add_working_days(now, 3, zone=zone).astimezone(zone).replace(hour=11, minute=0)
        hours = round((later - now) / timedelta(hours=1))
        self.recruiter.open("/_demo/clock/")
        self.recruiter.press("Move clock", {"Go on by hours": str(hours)})
        self.greenhouse.browser.open("/")
        self.greenhouse.browser.follow("Sandbox")
        self.greenhouse.browser.press("Move clock", {"Go on by hours": str(hours)})

    def _deliveries(self, action: str) -> list[dict[str, object]]:
        rows: list[dict[str, object]] = self.control.get(
            "/_sandbox/deliveries", params={"action": action}
        ).json()
        return rows

    def _settled(self) -> None:
        self.control.post("/_sandbox/wait-until-idle", json={}).raise_for_status()
        time.sleep(2.0)  # what must not come is given time to come


def tell(world: World, *, out: TextIO) -> Told:
    """Play the story. Raises StoryFailed at the first thing that is not as it must be."""
    story = Story(world)
    steps: list[tuple[str, Callable[[], None]]] = [
        ("Create API credentials in Greenhouse", story.credentials),
        ("Connect Greenhouse in Goodword", story.connect),
        ("Create the four webhooks", story.webhooks),
        ("Make a role and map its stages", story.role),
        ("A candidate takes the assessment", story.assessment),
        ("Two referees answer the reference check", story.references),
        ("Rejected, hired, a prospect, and three working days", story.others),
        ("Repeated and reversed deliveries", story.noise),
    ]
    for number, (name, act) in enumerate(steps, start=1):
        story.begin(name)
        print(f"{number}/{len(steps)} {name} ...", end=" ", file=out, flush=True)
        began = time.monotonic()
        try:
            act()
        except httpx2.HTTPError as error:
            raise StoryFailed(name, f"A page could not be reached: {error}") from error
        except json.JSONDecodeError as error:
            raise StoryFailed(name, f"An answer was no JSON: {error}") from error
        seconds = time.monotonic() - began
        story.told.steps.append({"name": name, "seconds": round(seconds, 2)})
        print(f"done in {seconds:.1f} s", file=out, flush=True)
    return story.told
