"""Fourteen days of a reference check, hour by hour, over Good Friday, Easter Monday and the change to summer time.

A hiring team in Berlin, a referee in New York, a wrong address, a pause: all mails, each with the reader's local time.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from django.db import transaction

from goodword.notifications.domain.send import sweep_emails
from goodword.notifications.models import Email
from goodword.references.domain.checks import store_time_zone
from goodword.references.domain.member_actions import pause_check, resume_check
from goodword.references.domain.nominations import RefereeDetails, nominate, replace_referee
from goodword.references.domain.sending import fingerprint, preview_mails, send_requests
from goodword.references.jobs import sweep_candidates, sweep_referees, sweep_slow
from goodword.references.models import Check, ReferenceRequest
from goodword.roles.models import Step
from goodword.workflow.domain.step_requests import request_step
from tests.notifications.returned_messages import report, take_returned
from tests.references.story import FACTS, Story, post, referee_path
from tests.support import factories
from tests.support.jobs import run_jobs

#: slow on a busy machine
pytestmark = [pytest.mark.slow, pytest.mark.django_db]

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
ADA, RITA = "ada@mail.example", "rita@acme.example"
MARIA, PAUL, NORA, OLGA = (f"{name}@globex.example" for name in ("maria", "paul", "nora", "olga"))

#: day and hour in Berlin, and the action
type Script = dict[str, Callable[[], object]]


def berlin(text: str) -> datetime:
    """For example "22 Mar 10" in 2027, Berlin time."""
    return datetime.strptime(f"2027 {text}", "%Y %d %b %H").replace(tzinfo=BERLIN).astimezone(UTC)


class World:
    """A reference check and its participants. Every action happens at the current frozen time."""

    def __init__(self) -> None:
        organisation = factories.organisation(name="Acme", holiday_country="DE", holiday_region="BE")
        self.role = factories.role(organisation)
        self.rita = factories.member(organisation)
        who = factories.candidate(organisation, email=ADA)
        self.story = Story(factories.application(self.role, candidate=who, recruiter_email=RITA))
        self.step = factories.step(self.role, Step.Kind.REFERENCE_CHECK)
        self.step.slots = [{"relationship": "any", "count": 3}]
        self.step.reminder_days = self.step.referee_reminder_days = [2, 5]
        self.step.save()

    @property
    def check(self) -> Check:
        return self.story.check

    def open_check(self) -> None:
        with transaction.atomic():
            request_step(
                application=self.story.application, step=self.step, at=datetime.now(UTC), by="greenhouse"
            )

    def name_referees(self, *addresses: str) -> None:
        for slot, address in enumerate(addresses, start=1):
            nominate(check_id=self.check.pk, slot=slot, details=details(address), now=datetime.now(UTC))
        self.press_send()

    def press_send(self) -> None:
        check, now = self.check, datetime.now(UTC)
        seen = fingerprint(preview_mails(check, now=now, link="x"))
        send_requests(check_id=check.pk, seen=seen, link="x", now=now)

    def change_referee(self, address: str, *, slot: int) -> None:
        replace_referee(check_id=self.check.pk, slot=slot, details=details(address), now=datetime.now(UTC))
        self.press_send()

    def request(self, address: str) -> ReferenceRequest:
        return next(
            reference_request
            for reference_request in self.story.requests
            if reference_request.referee.email == address
        )

    def bounce(self, address: str) -> None:
        email = Email.objects.across_organisations().get(to_address=address)
        take_returned(report(email, code="550 5.1.1 No such user"), now=datetime.now(UTC))

    def answer(self, address: str) -> None:
        response = post(f"{referee_path(address)}facts/", FACTS)
        assert response.status_code == 302

    def pause(self) -> None:
        pause_check(check_id=self.check.pk, member=self.rita, now=datetime.now(UTC))

    def resume(self) -> None:
        resume_check(check_id=self.check.pk, member=self.rita, now=datetime.now(UTC))


def details(address: str) -> RefereeDetails:
    return RefereeDetails(
        name=f"{address.partition('@')[0].capitalize()} Globe",
        email=address,
        relationship="manager",
        company="Globex",
        candidate_title="Engineer",
        from_month="2021-04",
        to_month="2023-08",
        message="",
    )


def live(script: Script, *, start: str, end: str) -> None:
    """Run the script hour by hour from 6:00 to 18:00, with all sweeps and their jobs.

    E-mails that come due at night are sent at 6:00.
    """
    left, now = dict(script), berlin(start)
    while now <= berlin(end):
        here = now.astimezone(BERLIN)
        if 6 <= here.hour <= 18:
            with time_machine.travel(now, tick=False):
                if act := left.pop(f"{here:%d %b %H}", None):
                    act()
                    run_jobs()
                for sweep in (sweep_candidates, sweep_referees, sweep_slow, sweep_emails):
                    sweep.run()
                run_jobs()
        now += timedelta(hours=1)
    assert left == {}


def mails() -> list[str]:
    """Every sent mail in order: the reader's local time, the reader and the kind."""
    sent = Email.objects.across_organisations().filter(state=Email.State.SENT).order_by("settled_at", "pk")
    assert len(mail.outbox) == sent.count()
    lines = []
    for email in sent:
        zone = NEW_YORK if email.to_address == PAUL else BERLIN
        assert email.settled_at is not None
        when = email.settled_at.astimezone(zone)
        lines.append(f"{when:%a %d %b %H:%M} {email.to_address.partition('@')[0]}: {email.kind}")
    return lines


def test_fourteen_days_of_a_reference_check_send_exactly_these_mails() -> None:
    world = World()
    live(
        {
            "22 Mar 10": world.open_check,
            "24 Mar 14": lambda: world.name_referees(MARIA, PAUL, NORA),
            "24 Mar 15": lambda: world.bounce(NORA),
            "25 Mar 11": lambda: world.change_referee(OLGA, slot=3),
            "25 Mar 16": lambda: store_time_zone(world.request(PAUL), "America/New_York"),
            "30 Mar 16": lambda: world.answer(MARIA),
            "31 Mar 09": world.pause,
            "01 Apr 09": world.resume,
            "05 Apr 10": lambda: world.answer(PAUL),
            "05 Apr 16": lambda: world.answer(OLGA),
        },
        start="22 Mar 10",
        end="08 Apr 18",
    )
    assert mails() == [
        "Mon 22 Mar 10:00 ada: references.invitation",
        "Wed 24 Mar 10:00 ada: references.reminder",  # the second working day
        "Wed 24 Mar 14:00 maria: references.request",
        "Wed 24 Mar 09:00 paul: references.request",
        "Wed 24 Mar 14:00 nora: references.request",
        "Wed 24 Mar 15:00 ada: references.another",
        "Thu 25 Mar 11:00 olga: references.request",
        # the second working day, after Good Friday, Easter Monday and the clock change
        "Tue 30 Mar 14:00 maria: references.request_reminder",
        "Tue 30 Mar 09:00 paul: references.request_reminder",  # 14:00 in Berlin is 8:00 in New York
        "Tue 30 Mar 16:00 rita: references.review",
        # Olga's reminder on Wednesday 31 fell into the pause and is skipped
        "Fri 02 Apr 09:00 ada: references.slow",  # Paul has two working days left
        "Fri 02 Apr 09:00 paul: references.request_reminder",
        "Mon 05 Apr 11:00 olga: references.request_reminder",
        "Mon 05 Apr 16:00 rita: reports.completed",
    ]
    assert world.check.progress == "completed"
