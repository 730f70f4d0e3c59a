import json
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TextIO
from zoneinfo import ZoneInfo

import httpx2

from goodword.core.workdays import add_working_days, calendar_of
from goodword.demo import actions
from goodword.demo.actions import Api, DemoReferee
from goodword.demo.browser import WAIT_SECONDS, Browser, Mailbox, StoryFailed, text_of, wait_until
from goodword.demo.greenhouse import CATEGORIES, WEBHOOKS, DemoPerson, Greenhouse
from goodword.demo.world import ORGANISATION, World

CLOSED = "There is nothing to do here at the moment"
REFEREES = (
    DemoReferee(
        name="Zoë Müller",
        email="zoe.mueller@brightworks.example",
        relationship="Manager",
        company="Brightworks",
    ),
    DemoReferee(
        name="ليلى حداد",
        email="layla.haddad@brightworks.example",
        relationship="Colleague",
        company="Brightworks",
    ),
)


@dataclass(kw_only=True)
class StoryResult:
    """The outcome of the story: credentials, addresses, documents, and the time of each step."""

    v1_key: str = ""
    v3_client_id: str = ""
    v3_client_secret: str = ""
    endpoint_url: str = ""
    secret_key: str = ""
    report_pdf: str = ""
    notes: list[dict[str, str]] = field(default_factory=list)
    steps: list[dict[str, object]] = field(default_factory=list)


def play(world: World, *, api: Api, out: TextIO) -> StoryResult:
    """Play the story. `api`: the version of Harvest that Goodword uses."""
    with closing(Story(world, api=api)) as story:
        _play_steps(story, out)
        return story.result


def _play_steps(story: "Story", out: TextIO) -> None:
    steps: list[tuple[str, Callable[[], None]]] = [
        ("Create API credentials in Greenhouse", story.credentials),
        ("Connect Goodword to Greenhouse", story.connect),
        ("Create four webhooks", story.webhooks),
        ("Create a role and map its stages", story.role),
        ("A candidate takes the assessment", story.assessment),
        ("Two referees answer the reference check", story.references),
        ("Rejections, a hire, a prospect and a reminder", story.others),
        ("Repeated and reordered deliveries", story.noise),
    ]
    width = max(len(name) for name, _ in steps)
    for number, (name, step) in enumerate(steps, start=1):
        story.begin(name)
        print(f"{number}/{len(steps)}  {name:{width}} ", end=" ", file=out, flush=True)
        began = time.monotonic()
        try:
            _play_step(name, step)
        except BaseException:
            print(f"failed after {time.monotonic() - began:.1f} s", file=out, flush=True)
            raise
        seconds = time.monotonic() - began
        story.result.steps.append({"name": name, "seconds": round(seconds, 2)})
        print(f"{seconds:5.1f} s", file=out, flush=True)


def _play_step(name: str, step: Callable[[], None]) -> None:
    try:
        step()
    except httpx2.HTTPError as error:
        raise StoryFailed(name, f"A page could not be reached: {error}") from error
    except json.JSONDecodeError as error:
        raise StoryFailed(name, f"A response is not JSON: {error}") from error
    except StoryFailed:
        raise
    except Exception as error:  # name the step in any error
        raise StoryFailed(name, f"{type(error).__name__}: {error}") from error


class StorySupport:
    def __init__(self, world: World, *, api: Api) -> None:
        self.world, self.api = world, api
        self.recruiter = Browser(world.goodword_url)
        self.greenhouse = Greenhouse(Browser(world.sandbox_url))
        self.guest = Browser(world.goodword_url)
        self.mailbox = Mailbox(world.mailbox_url)
        self.control = httpx2.Client(base_url=world.sandbox_url, timeout=30)
        self.result = StoryResult()
        self.role_url = ""
        self.step = ""
        self.people: dict[str, DemoPerson] = {}

    def close(self) -> None:
        for client in (self.recruiter, self.guest, self.greenhouse.browser, self.mailbox, self.control):
            client.close()

    def begin(self, step: str) -> None:
        self.step = step
        for client in (self.recruiter, self.guest, self.greenhouse.browser, self.mailbox):
            client.step = step

    def check(self, condition: bool, message: str) -> None:
        if not condition:
            raise StoryFailed(self.step, message)

    def wait(
        self, condition: Callable[[], bool], message: Callable[[], str], *, seconds: float = WAIT_SECONDS
    ) -> float:
        return wait_until(condition, step=self.step, message=message, seconds=seconds)

    def apply(self, first_name: str, last_name: str) -> DemoPerson:
        email = f"{first_name.lower()}@mail.example"
        person = self.greenhouse.apply(actions.JOB, first_name=first_name, last_name=last_name, email=email)
        self.people[first_name] = person
        return person

    def move_and_wait(self, person: DemoPerson, stage: str, *, subject: str) -> dict[str, Any]:
        """Move a candidate to a stage. Returns the mail that they receive, after checking it."""
        count = len(self.mailbox.all(to=person.email, subject=subject))
        self.greenhouse.move(person, stage)
        mail = self.mailbox.wait(to=person.email, subject=subject, count=count + 1)
        self.check_mail(mail)
        return mail

    def note(self, person: DemoPerson, text: str, *, count: int) -> dict[str, str]:
        self.wait(
            lambda: len(self.greenhouse.notes(person)) >= count,
            lambda: f"No note on the Activity Feed: {self.greenhouse.browser.text()[:700]}",
        )
        notes = self.greenhouse.notes(person)
        self.check(len(notes) == count, f"There are {len(notes)} notes on the Activity Feed, not {count}.")
        newest = notes[0]
        self.check(text in newest["body"], f"The note does not name the completed step: {newest}")
        self.check(newest["visibility"] == "private", f"The note is not private: {newest}")
        recruiter = self.greenhouse.recruiter(actions.JOB)
        self.check(newest["author"] == recruiter, f"The author of the note is not {recruiter}: {newest}")
        return newest

    def role_row(self, person: DemoPerson, column: str = "") -> str:
        self.recruiter.open(self.role_url)
        for row in self.recruiter.page.select("tbody tr"):
            if person.name in text_of(row):
                cells = row.select(f'td[data-label="{column}"]') if column else [row]
                return " ".join(text_of(cell) for cell in cells)
        return ""

    def role_shows(self, person: DemoPerson, text: str, *, column: str = "") -> None:
        self.wait(
            lambda: text in self.role_row(person, column),
            lambda: f"The role page should show “{text}” for {person.name}: {self.role_row(person)!r}",
        )

    def must_be_synced(self, person: DemoPerson) -> None:
        self.recruiter.open(self.role_url)
        self.recruiter.follow(person.name)
        self.recruiter.must_say(person.email)
        self.recruiter.must_say("Synced")

    def timeline(self, person: DemoPerson) -> str:
        self.recruiter.open(self.role_url)
        self.recruiter.follow(person.name)
        return "\n".join(text_of(entry) for entry in self.recruiter.page.select("#timeline li"))

    def mails(self) -> list[dict[str, Any]]:
        """All mails except the daily digest, which depends on the time of day."""
        return [mail for mail in self.mailbox.all() if not mail["subject"].startswith("Today:")]

    def check_mail(self, mail: dict[str, Any]) -> None:
        """Check a mail's sender and organisation, reply address, text and HTML parts, single link, absence of
        images."""
        sender, reply_to = str(mail["from"]), str(mail["reply_to"])
        self.check(f"({ORGANISATION})" in sender, f"The sender does not name the organisation: {sender}")
        self.check("@" in reply_to and reply_to not in sender, f"Replies would go to “{reply_to}”: {sender}")
        self.check(len(mail["links"]) == 1, f"The mail has {len(mail['links'])} links, not one: {mail}")
        link = mail["links"][0]
        self.check(link in mail["text"], f"The text part has no link: {mail['text']}")
        self.check(mail["html"].count(f'href="{link}"') == 1, f"The HTML part lacks the link: {mail}")
        self.check("<img" not in mail["html"], f"The HTML part loads an image: {mail['html'][:400]}")

    def recruiter_address(self, person: DemoPerson) -> str:
        """The reply address of mails to this candidate. Their results go there too."""
        return str(self.mailbox.all(to=person.email)[0]["reply_to"])

    def download(self, link: str) -> str:
        anonymous = Browser(self.world.goodword_url)
        anonymous.step = self.step
        with closing(anonymous):
            anonymous.open(link)
        self.check(anonymous.body.startswith(b"%PDF-"), f"{link} is {anonymous.content_type}, not a PDF.")
        path = Path(self.world.data) / "report.pdf"
        path.write_bytes(anonymous.body)
        return str(path)

    def let_deliveries_arrive(self, *, seconds: float = WAIT_SECONDS) -> None:
        """Wait until all deliveries have been sent and handled. None may fail."""
        idle = self.control.post("/_sandbox/wait-until-idle", json={}).raise_for_status().json()
        self.check(bool(idle["idle"]), "Greenhouse still has deliveries to send.")
        self.wait(
            lambda: actions.inbox_has(self.recruiter, "received", 0),
            lambda: f"Deliveries are waiting in the inbox: {self.recruiter.text()[:700]}",
            seconds=seconds,
        )
        self.check(
            actions.inbox_has(self.recruiter, "failed", 0),
            f"Deliveries failed: {self.recruiter.text()[:700]}",
        )

    def settle(self, first_name: str, last_name: str) -> DemoPerson:
        """Wait until earlier changes have taken effect, by moving a candidate and waiting for the invitation."""
        self.let_deliveries_arrive()
        person = self.apply(first_name, last_name)
        self.move_and_wait(person, "Assessment", subject="assessment")
        return person


class Story(StorySupport):
    def credentials(self) -> None:
        self.result.v1_key = self.greenhouse.create_harvest_key()
        self.result.v3_client_id, self.result.v3_client_secret = self.greenhouse.create_v3_credential()

    def connect(self) -> None:
        actions.sign_in(self.recruiter, self.world.password)
        if self.api == "v1":
            actions.connect_v1(self.recruiter, self.result.v1_key)
        else:
            actions.connect_v3(self.recruiter, self.result.v3_client_id, self.result.v3_client_secret)
        for category in CATEGORIES:
            # with a v1 key, write access shows with the first note
            untested = self.api == "v1" and category == "Activity Feed"
            self.recruiter.must_say(f"{category} {'Untested' if untested else 'Granted'}")
        today = datetime.now(ZoneInfo("Europe/Berlin")).strftime("connected %a %-d %b")
        self.recruiter.must_say(today)
        self.result.endpoint_url, self.result.secret_key = actions.webhook_settings(self.recruiter)
        self.check(self.result.endpoint_url.startswith("http"), "There is no endpoint URL.")
        self.check(len(self.result.secret_key) >= 32, "There is no secret key.")

    def webhooks(self) -> None:
        for name, when in WEBHOOKS:
            self.greenhouse.create_webhook(
                name, when, endpoint_url=self.result.endpoint_url, secret_key=self.result.secret_key
            )
        self.wait(
            lambda: actions.webhooks_live(self.recruiter, len(WEBHOOKS)),
            lambda: f"Not all pings show in Goodword: {self.recruiter.text()[:900]}",
        )
        for name, _ in WEBHOOKS:
            self.recruiter.must_say(name)

    def role(self) -> None:
        self.role_url = actions.create_role(self.recruiter, actions.JOB)
        actions.manage_automation(self.recruiter, self.role_url, job_id=self._job_id())
        self.recruiter.open(self.role_url)
        self.recruiter.must_say("Assessment → Assessment")
        self.recruiter.must_say("Reference Check → Reference check")

    def assessment(self) -> None:
        ada = self.apply("Ada", "Okonkwo-Łuczak 🎈")
        invitation = self.move_and_wait(ada, "Assessment", subject="assessment")
        self.role_shows(ada, "Waiting", column="Assessment")
        self.must_be_synced(ada)
        link = invitation["links"][0]
        actions.take_assessment(self.guest, link, meanwhile=lambda: self._half_way(ada))
        self.role_shows(ada, "Done", column="Assessment")
        mail = self.mailbox.wait(to=self.recruiter_address(ada), subject="has finished the assessment")
        self.check_mail(mail)
        self.download(self.note(ada, "ssessment", count=1)["link"])
        self.wait(
            lambda: actions.may_write(self.recruiter),
            lambda: f"The card does not show write access: {self.recruiter.text()[:900]}",
        )

    def references(self) -> None:
        ada = self.people["Ada"]
        invitation = self.move_and_wait(ada, "Reference Check", subject="eference")
        self.role_shows(ada, "Waiting", column="Reference check")
        actions.name_referees(self.guest, invitation["links"][0], REFEREES, ada)
        recruiter = self.recruiter_address(ada)
        for number, referee in enumerate(REFEREES, start=1):
            request = self.mailbox.wait(to=referee.email)
            self.check_mail(request)
            self.role_shows(ada, "In progress", column="Reference check")
            actions.give_reference(self.guest, request["links"][0], referee=number - 1)
            if number == 1:
                self._open_review(self.mailbox.wait(to=recruiter, subject="First reference"), referee)
                self.role_shows(ada, f"{number}/{len(REFEREES)}", column="Reference check")
        self.role_shows(ada, "Done", column="Reference check")
        self.check_mail(self.mailbox.wait(to=recruiter, subject="The reference check for"))
        note = self.note(ada, "eference", count=2)
        self.result.report_pdf = self.download(note["link"])
        self.result.notes = self.greenhouse.notes(ada)

    def others(self) -> None:
        rejected, hired = self.apply("Reza", "Tehrani"), self.apply("Hana", "Novák")
        due = self.apply("Dana", "Ortiz")
        invitations = [
            self.move_and_wait(person, "Assessment", subject="assessment")
            for person in (rejected, hired, due)
        ]
        self.greenhouse.reject(rejected, "Lacking skills or qualifications")
        self.greenhouse.hire(hired)
        prospect = self.greenhouse.add_prospect(
            first_name="Pia", last_name="Lind", email="pia.lind@mail.example"
        )
        self.greenhouse.reject(prospect, "Lacking skills or qualifications")
        self.role_shows(rejected, "Rejected")
        self.role_shows(rejected, "Lacking skills or qualifications")
        self.role_shows(hired, "Hired")
        before = len(self.mails())
        self._three_working_days()
        reminder = self.mailbox.wait(to=due.email, count=2)
        self.check_mail(reminder)
        new = self.settle("Quinn", "Adeyemi")
        mails = self.mails()
        self.check(
            [mail["to"] for mail in mails[before:]] == [due.email, new.email],
            f"Expected one reminder to {due.email} and an invitation to {new.email}. "
            f"Received: {[(mail['to'], mail['subject']) for mail in mails[before:]]}",
        )
        self.check(not self.mailbox.all(to=prospect.email), "The prospect received a mail.")
        self.guest.open(invitations[0]["links"][0])
        self.guest.must_say(CLOSED)
        self.check(not self.guest.says("reject"), "The closed page mentions the rejection.")

    def noise(self) -> None:
        quinn = self.people["Quinn"]
        self.wait(
            lambda: "E-mail sent: invitation" in self.timeline(quinn),
            lambda: f"The invitation is not in the timeline: {self.recruiter.text()[:900]}",
        )
        mails, row, timeline = len(self.mails()), self.role_row(quinn), self.timeline(quinn)
        delivery = self._deliveries("candidate_stage_change")[-1]["id"]
        for again in ({"times": 2}, {"times": 1, "new_event_id": True}):
            self.control.post(f"/_sandbox/deliveries/{delivery}/redeliver", json=again).raise_for_status()
        # handling a delivery reads the current stage, so these must be done before the next moves
        self.let_deliveries_arrive()
        self.control.post("/_sandbox/deliveries/hold").raise_for_status()
        self.greenhouse.move(quinn, "Phone Screen")
        self.greenhouse.move(quinn, "Assessment")
        self.control.post("/_sandbox/deliveries/release", json={"order": "newest"}).raise_for_status()
        noor = self.settle("Noor", "Haddad")
        new = [(mail["to"], mail["subject"]) for mail in self.mails()[mails:]]
        self.check([to for to, _ in new] == [noor.email], f"Expected only a mail to {noor.email}: {new}")
        self._check_unchanged(row, self.role_row(quinn))
        self._check_unchanged(timeline, self.timeline(quinn))

    def _check_unchanged(self, before: str, after: str) -> None:
        self.check(before == after, f"Before the repeated and reordered deliveries: {before}. After: {after}")

    def _half_way(self, person: DemoPerson) -> None:
        self.role_shows(person, "In progress", column="Assessment")
        self.role_shows(person, "4/8", column="Assessment")

    def _job_id(self) -> int:
        self.greenhouse.job(actions.JOB)
        return int(self.greenhouse.browser.url.rstrip("/").rsplit("/", 1)[1])

    def _open_review(self, mail: dict[str, object], referee: DemoReferee) -> None:
        self.check_mail(mail)
        links = mail["links"]
        assert isinstance(links, list)
        self.guest.open(str(links[0]))
        self.guest.must_say(referee.name)

    def _three_working_days(self) -> None:
        zone = (calendar := calendar_of("Europe/Berlin")).zone
        now = datetime.now(UTC)
        # at 11 a.m., since reminders are sent in working hours
        later = add_working_days(now, 3, calendar=calendar).astimezone(zone).replace(hour=11, minute=0)
        hours = round((later - now) / timedelta(hours=1))
        self.recruiter.open("/_demo/clock/")
        self.recruiter.press("Move clock", {"Hours": str(hours)})
        self.greenhouse.browser.open("/")
        self.greenhouse.browser.follow("Sandbox")
        self.greenhouse.browser.press("Move clock", {"Advance by hours": str(hours)})

    def _deliveries(self, action: str) -> list[dict[str, object]]:
        rows: list[dict[str, object]] = self.control.get(
            "/_sandbox/deliveries", params={"action": action}
        ).json()
        return rows
