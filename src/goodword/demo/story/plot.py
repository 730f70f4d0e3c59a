"""The eight steps of the story, each verified by what a person can see."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from goodword.core.workdays import add_working_days, calendar_of
from goodword.demo.story import acts
from goodword.demo.story.acts import Referee
from goodword.demo.story.greenhouse import CATEGORIES, WEBHOOKS, Person
from goodword.demo.story.stage import Stage

NEUTRAL = "There is nothing to do here at the moment"
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


class Plot(Stage):
    """What happens, in order."""

    def credentials(self) -> None:
        """1: in Greenhouse, a Harvest key with the article's permissions, and a Harvest V3 credential."""
        self.told.v1_key = self.greenhouse.create_harvest_key()
        self.told.v3_client_id, self.told.v3_client_secret = self.greenhouse.create_v3_credential()

    def connect(self) -> None:
        """2: in Goodword, paste the key; the card is active; the box gives endpoint and secret."""
        acts.sign_in(self.recruiter, self.world.password)
        acts.connect(self.recruiter, self.told.v1_key)
        for category in CATEGORIES:
            # nothing is written to try a key, so whether notes may be written shows with the first one
            untried = category == "Activity Feed"
            self.recruiter.must_say(f"{category} {'Untested' if untried else 'Granted'}")
        today = datetime.now(ZoneInfo("Europe/Berlin")).strftime("connected %a %-d %b")
        self.recruiter.must_say(today)
        self.told.endpoint_url, self.told.secret_key = acts.box(self.recruiter)
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
        for name, _ in WEBHOOKS:
            self.recruiter.must_say(f"{name} In place")

    def role(self) -> None:
        """4: a role, its Greenhouse job and post, both steps connected to stages."""
        self.role_url = acts.make_role(self.recruiter, acts.JOB)
        acts.manage_automation(self.recruiter, self.role_url, job_id=self._job_id())
        self.recruiter.open(self.role_url)
        self.recruiter.must_say("Assessment → Assessment")
        self.recruiter.must_say("Reference Check → Reference check")

    def assessment(self) -> None:
        """5: a candidate applies, is moved, is invited, answers; report, mail and note."""
        ada = self.apply("Ada", "Okonkwo-Łuczak 🎈")
        invitation = self.move_and_wait(ada, "Assessment", subject="assessment")
        self.role_shows(ada, "Waiting", column="Assessment")
        self.has_been_synced(ada)
        link = invitation["links"][0]
        acts.take_assessment(self.guest, link, meanwhile=lambda: self._half_way(ada))
        self.role_shows(ada, "Done", column="Assessment")
        told = self.mailbox.wait(to=self.recruiter_address(ada), subject="has finished the assessment")
        self.is_from_a_person(told)
        self.download(self.note(ada, "ssessment", count=1)["link"])
        self.wait(
            lambda: acts.may_write(self.recruiter),
            lambda: f"The card does not say that notes are written: {self.recruiter.text()[:900]}",
        )

    def references(self) -> None:
        """6: moved to Reference Check; two referees answer; mails, report and note."""
        ada = self.people["Ada"]
        invitation = self.move_and_wait(ada, "Reference Check", subject="eference")
        self.role_shows(ada, "Waiting", column="Reference check")
        acts.name_referees(self.guest, invitation["links"][0], REFEREES, ada)
        recruiter = self.recruiter_address(ada)
        for number, referee in enumerate(REFEREES, start=1):
            request = self.mailbox.wait(to=referee.email)
            self.is_from_a_person(request)
            self.role_shows(ada, "In progress", column="Reference check")
            acts.give_reference(self.guest, request["links"][0], referee=number - 1)
            if number == 1:
                self._reads_the_review(self.mailbox.wait(to=recruiter, subject="First reference"), referee)
                self.role_shows(ada, f"{number}/{len(REFEREES)}", column="Reference check")
        self.role_shows(ada, "Done", column="Reference check")
        self.is_from_a_person(self.mailbox.wait(to=recruiter, subject="The references for"))
        note = self.note(ada, "eference", count=2)
        self.told.report_pdf = self.download(note["link"])
        self.told.notes = self.greenhouse.notes(ada)

    def others(self) -> None:
        """7: one rejected while invited, one hired, a prospect rejected; three working days; one reminder."""
        rejected, hired = self.apply("Reza", "Tehrani"), self.apply("Hana", "Novák")
        due = self.apply("Dana", "Ortiz")
        invitations = [
            self.move_and_wait(one, "Assessment", subject="assessment") for one in (rejected, hired, due)
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
        before = len(self.mailbox.all())
        self._three_working_days()
        reminder = self.mailbox.wait(to=due.email, count=2)
        self.is_from_a_person(reminder)
        new = self.let_all_arrive("Quinn", "Adeyemi")
        mails = self.mailbox.all()
        self.check(
            [mail["to"] for mail in mails[before:]] == [due.email, new.email],
            f"One reminder, to {due.email}, was due, and an invitation for {new.email}. "
            f"There are: {[(mail['to'], mail['subject']) for mail in mails[before:]]}",
        )
        self.check(not self.mailbox.all(to=prospect.email), "The prospect was written to.")
        self.guest.open(invitations[0]["links"][0])
        self.guest.must_say(NEUTRAL)
        self.check(not self.guest.says("reject"), "The neutral page tells of the rejection.")

    def noise(self) -> None:
        """8: the same delivery three times, and two in the wrong order, change nothing further."""
        quinn = self.people["Quinn"]
        self.wait(
            lambda: "Mail sent: invitation" in self.timeline(quinn),
            lambda: f"The timeline does not say that the invitation was sent: {self.recruiter.text()[:900]}",
        )
        mails, row, timeline = len(self.mailbox.all()), self.role_row(quinn), self.timeline(quinn)
        delivery = self._deliveries("candidate_stage_change")[-1]["id"]
        for again in ({"times": 2}, {"times": 1, "new_event_id": True}):
            self.control.post(f"/_sandbox/deliveries/{delivery}/redeliver", json=again).raise_for_status()
        # what counts is what Harvest says: the next moves must not be read by these deliveries
        self.let_deliveries_arrive()
        self.control.post("/_sandbox/deliveries/hold").raise_for_status()
        self.greenhouse.move(quinn, "Phone Screen")
        self.greenhouse.move(quinn, "Assessment")
        self.control.post("/_sandbox/deliveries/release", json={"order": "newest"}).raise_for_status()
        noor = self.let_all_arrive("Noor", "Haddad")
        new = [(mail["to"], mail["subject"]) for mail in self.mailbox.all()[mails:]]
        self.check([to for to, _ in new] == [noor.email], f"Beside {noor.email}'s, mails went out: {new}")
        self._is_unchanged(row, self.role_row(quinn))
        self._is_unchanged(timeline, self.timeline(quinn))

    def _is_unchanged(self, before: str, after: str) -> None:
        self.check(before == after, f"Before the repeated and reversed deliveries: {before}. After: {after}")

    def _half_way(self, person: Person) -> None:
        self.role_shows(person, "In progress", column="Assessment")
        self.role_shows(person, "10/20", column="Assessment")

    def _job_id(self) -> int:
        self.greenhouse.job(acts.JOB)
        return int(self.greenhouse.browser.url.rstrip("/").rsplit("/", 1)[1])

    def _reads_the_review(self, mail: dict[str, object], referee: Referee) -> None:
        self.is_from_a_person(mail)
        links = mail["links"]
        assert isinstance(links, list)
        self.guest.open(str(links[0]))
        self.guest.must_say(referee.name)

    def _three_working_days(self) -> None:
        zone = (calendar := calendar_of("Europe/Berlin")).zone
        now = datetime.now(UTC)
        # late in the morning of the third working day: reminders go out in working hours only
        later = add_working_days(now, 3, calendar=calendar).astimezone(zone).replace(hour=11, minute=0)
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
