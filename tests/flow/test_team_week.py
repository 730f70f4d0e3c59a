"""A working week of an admin, a recruiter and a hiring manager: their pages, clicks and mails.

Candidates move in Greenhouse, the clock advances hour by hour, and members use pages only.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from zoneinfo import ZoneInfo

import pytest
import time_machine
from bs4 import BeautifulSoup, Tag
from django.core import mail
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from goodword.accounts.models import Membership
from goodword.notifications.domain.send import sweep_emails
from goodword.notifications.models import Email
from goodword.references.domain.nominations import nominate
from goodword.references.jobs import sweep_candidates, sweep_referees, sweep_slow
from goodword.reports.models import ResultReview
from goodword.roles.models import Step
from goodword.workflow.models import StepRequest
from goodword.workspace.needs_you.digest import send_digests
from greenhouse_sandbox.acts import candidates as profiles
from greenhouse_sandbox.store.applications import Application as RemoteApplication
from tests.greenhouse.conftest import _open
from tests.greenhouse.world import REFERENCES, World
from tests.notifications.returned_messages import report, take_returned
from tests.references import story
from tests.references.stage import DETAILS
from tests.support import factories
from tests.support.jobs import run_jobs
from tests.support.pages import signed_in

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

BERLIN = ZoneInfo("Europe/Berlin")
MARIA, PAUL = "maria@globex.example", "paul@globex.example"


def berlin(text: str) -> datetime:
    """For example "09 Mar 10" in 2026, Berlin time."""
    return datetime.strptime(f"2026 {text}", "%Y %d %b %H").replace(tzinfo=BERLIN).astimezone(UTC)


@dataclass
class Desk:
    """A member's browser."""

    member: Membership

    @property
    def client(self) -> Client:
        """Sign in again: sessions end overnight."""
        return signed_in(self.member)

    def page(self, name: str, *args: object) -> BeautifulSoup:
        response = self.client.get(reverse(name, args=[self.member.organisation.slug, *args]))
        assert response.status_code == 200, (name, response.status_code)
        return BeautifulSoup(response.content, "html.parser")

    def needs(self) -> list[str]:
        """The rows of Home: person and reason."""
        return [words(row) for row in self.page("needs_you").select(".need__what")]

    def badge(self) -> str:
        """The number of results to review in the navigation."""
        count = self.page("roles").select_one(".rail__side .rail__count")
        return words(count) if count else ""

    def results(self) -> list[str]:
        """The rows of Results to review: candidate and news."""
        rows = self.page("results").select("tbody tr")
        return [
            " · ".join(words(cell).partition(" PDF")[0] for cell in row.select("th, td[data-label]")[:3:2])
            for row in rows
        ]

    def press(self, name: str, *args: object, **data: object) -> str:
        """Returns the title of the page that follows."""
        url = reverse(name, args=[self.member.organisation.slug, *args])
        response = self.client.post(url, data, follow=True)
        assert response.status_code == 200, (name, response.status_code)
        return words(BeautifulSoup(response.content, "html.parser").h1)


def words(tag: Tag | None) -> str:
    return " ".join(tag.get_text(" ").split()) if tag else ""


@dataclass
class Week:
    world: World
    ann: Desk
    jonas: Desk
    hedda: Desk
    people: dict[str, RemoteApplication] = field(default_factory=dict)

    def ours(self, name: str) -> int:
        return self.world.ours(self.people[name]).pk

    def story(self, name: str) -> story.Story:
        return story.Story(self.world.ours(self.people[name]))

    # --- in Greenhouse ---

    def move(self, *names: str) -> None:
        for name in names:
            self.people[name] = self.world.apply(
                first_name=name, last_name="Zorn", email=f"{name.lower()}@mail.example"
            )
            self.world.move(self.people[name], REFERENCES)
        self.world.deliver()

    def correct_address(self, name: str, address: str) -> None:
        store = self.world.greenhouse.store
        person = store.candidates.get(self.people[name].candidate_id)
        assert person is not None
        profiles.update_candidate(store, person, email=address, now=self.world.greenhouse.now())
        self.world.deliver()

    def reject(self, name: str) -> None:
        self.world.reject(self.people[name])
        self.world.deliver()

    def notes(self, name: str) -> list[str]:
        """The first line of each note on the Activity Feed."""
        rows = self.world.greenhouse.store.notes.by("candidate_id", self.people[name].candidate_id)
        return [row.body.splitlines()[0] for row in rows if row.type == "NOTE" and row.body]

    # --- candidates and referees ---

    def bounce(self, address: str) -> None:
        email = Email.objects.across_organisations().get(to_address=address)
        take_returned(report(email, code="550 5.1.1 No such user"), now=datetime.now(UTC))

    def name_referees(self, name: str) -> None:
        told = self.story(name)
        for slot, details in enumerate((DETAILS, story.PAUL), start=1):
            nominate(check_id=told.check.pk, slot=slot, details=details, now=datetime.now(UTC))
        story.press_send(told)


@pytest.fixture
def week(db: None, settings: Settings) -> Iterator[Week]:
    with time_machine.travel(berlin("09 Mar 08"), tick=False):
        for world in _open("v3", settings):
            org = world.organisation
            org.name = "Acme"
            org.holiday_country, org.holiday_region = "DE", "BE"
            org.save()
            ann, jonas, hedda = (
                Desk(factories.member(org, kind=kind, name=name, email=email))
                for kind, name, email in (
                    ("admin", "Ann Petersen", "ann@acornoak.example"),
                    ("recruiter", "Jonas Lindqvist", "jonas.lindqvist@acornoak.example"),
                    ("hiring_manager", "Hedda Berg", "hedda@acornoak.example"),
                )
            )
            world.role.owner = jonas.member
            world.role.save()
            step = factories.step(world.role, Step.Kind.REFERENCE_CHECK)
            step.deadline_days = 3
            step.save()
            yield Week(world, ann, jonas, hedda)


type Script = dict[str, Callable[[], object]]


def live(script: Script, *, start: str, end: str) -> list[str]:
    """Run the script hour by hour, with all sweeps and their jobs. Returns each sent mail: hour, reader, subject."""
    left, now = dict(script), berlin(start)
    mails: list[str] = []
    while now <= berlin(end):
        with time_machine.travel(now, tick=False):
            if act := left.pop(f"{now.astimezone(BERLIN):%d %b %H}", None):
                act()
                run_jobs()
            for sweep in (sweep_candidates, sweep_referees, sweep_slow, sweep_emails):
                sweep.run()
            send_digests(now=now)
            run_jobs()
        for message in mail.outbox[len(mails) :]:
            reader = parseaddr(message.to[0])[1].partition("@")[0]
            mails.append(f"{now.astimezone(BERLIN):%a %H} {reader}: {message.subject}")
        now += timedelta(hours=1)
    assert left == {}
    return mails


def test_a_team_lives_through_a_week(week: Week) -> None:
    ann, jonas, hedda, role = week.ann, week.jonas, week.hedda, week.world.role
    seen: dict[str, object] = {}

    def look(when: str) -> None:
        seen[when] = {"needs": jonas.needs(), "badges": (jonas.badge(), ann.badge())}

    def send_to_ben() -> None:
        application = week.world.ours(week.people["Ben"])
        request = StepRequest.objects.of(application.organisation).get(application=application)
        jonas.press("step_send_again", application.pk, request.pk)

    def hand_over() -> None:
        """Jonas asks Ann to review and Hedda for her opinion."""
        (review,) = ResultReview.objects.of(role.organisation)
        jonas.press("result_assign", review.pk, colleague=ann.member.pk)
        jonas.press("candidate_comment", week.ours("Ada"), text="@Hedda Berg what do you think?")

    def give_opinion() -> None:
        assert "@Hedda Berg what do you think?" in words(hedda.page("candidate", week.ours("Ada")))
        hedda.press("candidate_comment", week.ours("Ada"), text="Strong. @Jonas Lindqvist go on.")
        (review,) = ResultReview.objects.of(role.organisation)
        url = reverse("result_tick", args=[role.organisation.slug, review.pk])
        assert hedda.client.post(url).status_code == 403  # she may read and comment

    def extend_cleo() -> None:
        chosen = {"act": "extend", "step": "check", "days": 5, "application": week.ours("Cleo")}
        assert jonas.press("role_bulk", role.pk, **chosen) == "Extend 1 of 1"
        assert jonas.press("role_bulk", role.pk, **chosen, confirmed=1) == "1 of 1 extended"

    def finish() -> None:
        assert ann.results() == ["Ada Zorn · Reference check complete"]
        (review,) = ResultReview.objects.of(role.organisation)
        ann.press("result_tick", review.pk)

    mails = live(
        {
            "09 Mar 10": lambda: week.move("Ada", "Ben", "Cleo", "Dora"),
            "09 Mar 11": lambda: week.bounce("ben@mail.example"),
            "09 Mar 12": lambda: look("Monday"),
            "09 Mar 13": lambda: jonas.press("role_viewers", role.pk, member=hedda.member.pk),
            "10 Mar 10": lambda: week.name_referees("Ada"),
            "10 Mar 11": lambda: week.correct_address("Ben", "ben.zorn@mail.example"),
            "10 Mar 12": send_to_ben,
            "11 Mar 10": lambda: story.answer(story.referee_path(MARIA)),
            "11 Mar 11": lambda: look("Wednesday morning"),
            "11 Mar 12": hand_over,
            "11 Mar 13": lambda: look("Wednesday afternoon"),
            "11 Mar 14": give_opinion,
            "11 Mar 15": lambda: jonas.page("candidate", week.ours("Ada")),  # the mention is read
            "12 Mar 10": lambda: week.reject("Dora"),
            "13 Mar 09": lambda: look("Friday morning"),
            "13 Mar 10": extend_cleo,
            "13 Mar 11": lambda: story.answer(story.referee_path(PAUL)),
            "13 Mar 12": finish,
            "13 Mar 17": lambda: look("Friday evening"),
        },
        start="09 Mar 09",
        end="13 Mar 18",
    )

    assert seen == {
        "Monday": {"needs": ["Ben Zorn doesn't get our e-mail Mon 9 Mar, 11:00"], "badges": ("", "")},
        "Wednesday morning": {"needs": [], "badges": ("1", "")},
        "Wednesday afternoon": {"needs": [], "badges": ("", "1")},
        "Friday morning": {
            "needs": ["Cleo Zorn hasn't named referees less than a day late"],
            "badges": ("", "1"),
        },
        "Friday evening": {"needs": [], "badges": ("", "")},
    }
    assert mails == [
        "Mon 10 ada: Your references for Window Washer at Acme",
        "Mon 10 ben: Your references for Window Washer at Acme",
        "Mon 10 cleo: Your references for Window Washer at Acme",
        "Mon 10 dora: Your references for Window Washer at Acme",
        "Mon 11 jonas.lindqvist: An e-mail about Ben Zorn couldn't be delivered",
        "Tue 09 jonas.lindqvist: Today: 1 stuck",
        "Tue 10 maria: A reference for Ada Zorn?",
        "Tue 10 paul: A reference for Ada Zorn?",
        "Tue 12 ben.zorn: Your references for Window Washer at Acme",
        "Wed 10 jonas.lindqvist: First reference for Ada Zorn (Window Washer)",
        "Wed 10 cleo: Reminder: your references for Window Washer at Acme",
        "Wed 10 dora: Reminder: your references for Window Washer at Acme",
        "Wed 12 ann: Please review Ada Zorn's result (Window Washer)",
        "Wed 12 hedda: Jonas Lindqvist mentioned you in a comment on Ada Zorn (Window Washer)",
        "Wed 14 jonas.lindqvist: Hedda Berg mentioned you in a comment on Ada Zorn (Window Washer)",
        # Dora is rejected on Thursday and gets no more mails
        "Thu 09 ann: Today: 1 result to review",
        "Thu 10 paul: Reminder: a reference for Ada Zorn",
        "Thu 12 ben.zorn: Reminder: your references for Window Washer at Acme",
        "Fri 09 ann: Today: 1 result to review",
        "Fri 09 jonas.lindqvist: Today: 1 overdue",
        "Fri 10 cleo: More time: references for Window Washer at Acme",
        "Fri 11 jonas.lindqvist: The reference check for Ada Zorn is complete",
    ]
    assert week.notes("Ada") == ["Reference check for Ada Zorn completed: 2 of 2 references are in."]
