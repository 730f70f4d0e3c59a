"""The sign-in trail, the end of sessions, and what a stranger's wrong passwords do to an account."""

import logging
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.cache import cache
from django.test import Client
from pytest_django.fixtures import Settings

from goodword.accounts.domain import sign_ins
from goodword.accounts.jobs import prune_sign_ins
from goodword.accounts.models import AuditEntry, Membership, Organisation
from goodword.core import clock
from tests.support import factories
from tests.support.jobs import run_jobs

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"
HOME, ELSEWHERE = "203.0.113.7", "198.51.100.9"
NEW = "a staple of batteries"


@pytest.fixture(autouse=True)
def no_tries_so_far() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def acme() -> Organisation:
    return factories.organisation(name="Acme", slug="acme")


@pytest.fixture
def rita(acme: Organisation) -> Membership:
    return factories.member(acme, email="rita@acme.example")


def browser(address: str = HOME) -> Client:
    return Client(headers={"user-agent": "Firefox/140"}, REMOTE_ADDR=address)


def sign_in(client: Client, email: str = "rita@acme.example", password: str = factories.PASSWORD) -> bool:
    client.post(LOGIN, {"login": email, "password": password})
    return "_auth_user_id" in client.session


def trail(organisation: Organisation) -> list[tuple[str, str]]:
    entries = AuditEntry.objects.of(organisation).filter(action__in=sign_ins.TRAIL).order_by("pk")
    return [(entry.action, entry.details["address"]) for entry in entries]


def test_signing_in_and_out_is_in_the_audit_log_with_address_and_browser(rita: Membership) -> None:
    client = browser()
    assert sign_in(client)
    client.post("/accounts/logout/")
    entries = AuditEntry.objects.of(rita.organisation).order_by("pk")
    assert list(entries.values_list("action", "member", "actor", "details")) == [
        (action, rita.pk, str(rita.user), {"address": HOME, "browser": "Firefox/140"})
        for action in ("sign_in.succeeded", "sign_in.ended")
    ]


def test_each_organisation_of_a_person_has_the_trail_and_no_other(rita: Membership) -> None:
    other, foreign = factories.organisation(), factories.organisation()
    Membership.objects.create(organisation=other, user=rita.user, kind="admin", created_at=factories.NOW)
    factories.member(foreign, email="else@foreign.example")
    sign_in(browser())
    assert [trail(one) for one in (rita.organisation, other, foreign)] == [
        [("sign_in.succeeded", HOME)],
        [("sign_in.succeeded", HOME)],
        [],
    ]


def test_failed_tries_and_one_lockout_are_recorded_by_nobody_signed_in(rita: Membership) -> None:
    client = browser(ELSEWHERE)
    for _ in range(8):
        sign_in(client, password="wrong")
    assert trail(rita.organisation) == [("sign_in.failed", ELSEWHERE)] * 5 + [
        ("sign_in.locked_out", ELSEWHERE)
    ]
    assert set(AuditEntry.objects.of(rita.organisation).values_list("actor", flat=True)) == {"not signed in"}


def test_an_unknown_address_leaves_a_line_in_the_log_without_what_was_typed(
    rita: Membership, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, logger="goodword"):
        sign_in(browser(), email="my-password@typed.example", password="wrong")
    assert [record.getMessage() for record in caplog.records] == [
        f"Failed sign-in with an unknown e-mail address from {HOME}"
    ]
    assert trail(rita.organisation) == []


def test_a_stranger_with_wrong_passwords_does_not_lock_out_the_owner(rita: Membership) -> None:
    for _ in range(12):
        sign_in(browser(ELSEWHERE), password="wrong")
    assert not sign_in(browser(ELSEWHERE))
    assert sign_in(browser(HOME))


def test_a_guess_from_many_addresses_is_stopped_and_a_known_address_still_gets_in(rita: Membership) -> None:
    assert sign_in(browser(HOME))
    for number in range(100):
        sign_in(browser(f"192.0.2.{number}"), password="wrong")
    assert not sign_in(browser(ELSEWHERE))
    assert sign_in(browser(HOME))


def test_a_changed_password_is_recorded_and_must_differ(rita: Membership) -> None:
    client = browser()
    sign_in(client)
    form = {
        "oldpassword": factories.PASSWORD,
        "password1": factories.PASSWORD,
        "password2": factories.PASSWORD,
    }
    same = client.post("/accounts/password/change/", form)
    assert same.context["form"].errors == {
        "password1": ["This is your present password. Choose another one."]
    }
    client.post("/accounts/password/change/", form | {"password1": NEW, "password2": NEW})
    rita.user.refresh_from_db()
    assert rita.user.check_password(NEW)
    assert trail(rita.organisation)[1:] == [("sign_in.password_changed", HOME)]


def test_a_reset_is_recorded_when_asked_for_and_when_done_and_must_differ(rita: Membership) -> None:
    client = browser()
    client.post("/accounts/password/reset/", {"email": rita.user.email})
    run_jobs()
    (message,) = mail.outbox
    (link,) = re.findall(r"https?://[^/\s]+(/accounts/password/reset/key/\S+)", str(message.body))
    where = client.get(link, follow=True).redirect_chain[-1][0]
    same = client.post(where, {"password1": factories.PASSWORD, "password2": factories.PASSWORD})
    assert same.context["form"].errors == {
        "password1": ["This is your present password. Choose another one."]
    }
    client.post(where, {"password1": NEW, "password2": NEW})
    assert trail(rita.organisation) == [("sign_in.reset_requested", HOME), ("sign_in.password_reset", HOME)]


def test_signing_out_everywhere_ends_every_session_of_this_person_alone(rita: Membership) -> None:
    laptop, phone, colleague = browser(), browser(ELSEWHERE), browser()
    factories.member(rita.organisation, email="bo@acme.example")
    assert (sign_in(laptop), sign_in(phone), sign_in(colleague, "bo@acme.example")) == (True, True, True)
    assert laptop.get("/accounts/sign-out-everywhere/").status_code == 200
    assert phone.get("/o/acme/roles/").status_code == 200
    done = laptop.post("/accounts/sign-out-everywhere/", follow=True)
    assert "You are signed out on all devices." in done.content.decode()
    assert [one.get("/o/acme/roles/").status_code for one in (laptop, phone, colleague)] == [302, 302, 200]
    assert trail(rita.organisation)[-1] == ("sign_in.ended_everywhere", HOME)
    assert sign_in(laptop)


def test_signing_out_everywhere_needs_a_login(rita: Membership) -> None:
    client = browser()
    assert client.post("/accounts/sign-out-everywhere/")["Location"].startswith(LOGIN)
    assert trail(rita.organisation) == []


def test_a_member_at_work_stays_signed_in_and_one_who_is_away_does_not(rita: Membership) -> None:
    start = clock.now()
    client = browser()
    with time_machine.travel(start, tick=False) as travel:
        sign_in(client)
        for hours in (7, 14, 21):
            travel.move_to(start + timedelta(hours=hours))
            assert client.get("/o/acme/roles/").status_code == 200
        travel.move_to(start + timedelta(hours=29, minutes=1))
        assert client.get("/o/acme/roles/").status_code == 302


def test_a_session_is_not_written_with_every_request(rita: Membership) -> None:
    client = browser()
    sign_in(client)
    before = client.cookies["goodword_session"].OutputString()
    client.get("/o/acme/roles/")
    assert client.cookies["goodword_session"].OutputString() == before


def test_the_trail_is_pruned_by_age_and_other_entries_stay(rita: Membership, settings: Settings) -> None:
    settings.GOODWORD_SIGN_IN_DAYS = 180
    now = clock.now()
    for days in (181, 179):
        sign_ins.record(
            rita.user, action=sign_ins.FAILED, address=HOME, browser="", now=now - timedelta(days=days)
        )
    AuditEntry.objects.create(
        organisation=rita.organisation, actor="x", action="member.added", at=now - timedelta(days=400)
    )
    prune_sign_ins.run()
    assert sorted(AuditEntry.objects.of(rita.organisation).values_list("action", flat=True)) == [
        "member.added",
        "sign_in.failed",
    ]
