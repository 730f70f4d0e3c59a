"""Recording and deleting network addresses and devices."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.test import RequestFactory, override_settings

from goodword.references.domain.member_actions import correct_address
from goodword.references.flags.raising import ENOUGH_CHECKS, device_flags, update_flags
from goodword.references.flags.traces import MAX_TRACES, blank_raw_traces, record_trace
from goodword.references.models import Check, CheckFlag, Trace
from goodword.workflow.models import lock
from tests.references.flags.people import DESKTOP, PHONE, Visitor, watched
from tests.references.story import NOW, Story, referee_path
from tests.support import factories
from tests.support.jobs import run_jobs
from tests.support.kept import kept

pytestmark = pytest.mark.django_db


def noted(story: Story, *, address: str, device: str = PHONE, referee: int | None = None) -> None:
    """Record the address and device of the candidate (None) or a referee."""
    request = RequestFactory(REMOTE_ADDR=address, HTTP_USER_AGENT=device).post("/")
    asked = story.requests[referee] if referee is not None else None
    check = story.check
    record_trace(request, check, asked, now=NOW)


def another_check(story: Story) -> Check:
    check, step_request = story.check, story.check.step_request
    assert story.application.role is not None
    step_request.pk, step_request.application = None, factories.application(story.application.role)
    step_request.save()
    check.pk, check.step_request = None, step_request
    check.save()
    return check


def traces(story: Story) -> list[Trace]:
    return list(Trace.objects.of(story.application.organisation).order_by("pk"))


@pytest.fixture
@kept
def story() -> Story:
    story = watched()
    Visitor(address="203.0.113.7").send(story)
    return story


def test_send_records_each_address_and_device_of_the_candidate_once(story: Story) -> None:
    for _ in range(2):
        noted(story, address="203.0.113.7")
    noted(story, address="203.0.113.8")
    assert [(t.request, t.address, t.device) for t in traces(story)] == [
        (None, "203.0.113.7", PHONE),
        (None, "203.0.113.8", PHONE),
    ]
    assert len({t.address_hash for t in traces(story)}) == 2
    assert len({t.device_hash for t in traces(story)}) == 1


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2:bbbb::2", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:203.0.113.9", "203.0.113.9", True),
    ],
)
def test_ipv6_addresses_of_one_household_are_equal(story: Story, one: str, other: str, same: bool) -> None:
    noted(story, address=one, referee=0)
    noted(story, address=other, referee=1)
    first, second = traces(story)[-2:]
    assert (first.address_hash == second.address_hash) is same


@pytest.mark.matrix
@pytest.mark.parametrize(
    "address", ["", "unix:", "127.0.0.1", "10.1.2.3", "192.168.0.9", "::1", "fd00::1", "100.64.3.4"]
)
def test_private_addresses_are_not_recorded(story: Story, address: str) -> None:
    noted(story, address=address, referee=0)
    last = traces(story)[-1]
    assert (last.address, last.address_hash, last.device) == (None, "", PHONE)


@pytest.mark.world
def test_hashes_differ_between_organisations(story: Story) -> None:
    other = watched()
    Visitor(address="203.0.113.7").send(other)
    assert traces(other)[0].address_hash != traces(story)[0].address_hash
    with override_settings(GOODWORD_FIELD_KEYS={"new": b"n" * 32}):
        noted(story, address="203.0.113.7")
    assert len({t.address_hash for t in traces(story)}) == 2


def test_hostile_user_agents_are_cleaned_and_truncated(story: Story) -> None:
    noted(story, address="203.0.113.7", device="x\u202e" + "y" * 1000, referee=0)
    assert traces(story)[-1].device == "x" + "y" * 399


@pytest.mark.world
def test_the_number_of_traces_per_person_is_limited(story: Story) -> None:
    for number in range(MAX_TRACES + 5):
        noted(story, address="203.0.113.7", device=f"browser {number}", referee=0)
    noted(story, address="203.0.113.8", referee=1)
    people = [trace.request_id for trace in traces(story)]
    first, second = (request.pk for request in story.requests)
    assert (people.count(first), people.count(second)) == (MAX_TRACES, 1)


def test_raw_values_are_deleted_after_thirty_days(story: Story) -> None:
    hashes = [(t.address_hash, t.device_hash) for t in traces(story)]
    assert blank_raw_traces(now=NOW + timedelta(days=29, hours=23)) == 0
    assert traces(story)[0].address == "203.0.113.7"
    assert blank_raw_traces(now=NOW + timedelta(days=30)) == 1
    assert [(t.address, t.device) for t in traces(story)] == [(None, "")]
    assert [(t.address_hash, t.device_hash) for t in traces(story)] == hashes
    assert blank_raw_traces(now=NOW + timedelta(days=60)) == 0


def test_raw_values_are_deleted_when_switched_off(story: Story) -> None:
    organisation = story.application.organisation
    organisation.watches_devices = False
    organisation.save()
    assert blank_raw_traces(now=NOW) == 1
    noted(story, address="203.0.113.8")
    assert [(t.address, t.device) for t in traces(story)] == [(None, "")]


@pytest.mark.world
def test_only_rare_devices_raise_a_flag_on_their_own(story: Story) -> None:
    noted(story, address="203.0.113.99", referee=0)
    referees = [request.referee for request in story.requests]
    check = story.check
    assert device_flags(check, referees) == []
    shown = traces(story)[0]
    for number in range(ENOUGH_CHECKS):
        Trace.objects.create(
            organisation=check.organisation,
            check_run=another_check(story),
            address_hash=f"place {number}",
            device_hash="another device",
            seen_at=NOW,
        )
    assert [(flag.code, flag.grade) for flag in device_flags(check, referees)] == [("same_device", "low")]
    Trace.objects.of(check.organisation).filter(address_hash="place 3").update(device_hash=shown.device_hash)
    assert device_flags(check, referees) == []


def test_different_devices_and_networks_raise_no_flag(story: Story) -> None:
    noted(story, address="203.0.113.99", device=DESKTOP, referee=0)
    assert device_flags(story.check, [request.referee for request in story.requests]) == []


@pytest.mark.world
def test_correcting_an_address_removes_device_flags_about_the_previous_recipient() -> None:
    story = watched()
    organisation = story.application.organisation
    Visitor(address="203.0.113.7").send(story)
    Visitor(address="203.0.113.7").post(f"{referee_path('maria@globex.example')}begin/")
    with transaction.atomic():
        update_flags(lock(Check, story.check.pk), now=NOW)
    flags = CheckFlag.objects.of(organisation).values_list("code", flat=True)
    assert list(flags) == ["same_network_and_device"]
    correct_address(
        request_id=story.requests[0].pk,
        address="maria.schmidt@globex.example",
        member=factories.member(organisation),
        now=NOW,
    )
    run_jobs()
    assert list(flags.all()) == []
