"""The sign-in trail, session expiry, and lockouts caused by others' failed attempts."""

import logging
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any

import pytest
import pytest_django
import time_machine
from allauth.account.adapter import get_adapter
from django.core import mail
from django.core.cache import caches
from django.core.cache.backends.locmem import LocMemCache
from django.test import Client, RequestFactory
from pytest_django.fixtures import Settings

from goodword.accounts.domain.audit import FAILED, TRAIL, record_sign_in
from goodword.accounts.jobs import prune_audit_log
from goodword.accounts.models import AuditEntry, Membership, Organisation
from goodword.core import clock
from tests.support import factories
from tests.support.jobs import run_jobs
from tests.support.shared import shared_world

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"
HOME, ELSEWHERE = "203.0.113.7", "198.51.100.9"
HOME_6, BESIDE_HOME_6 = "2001:db8:1::aaaa", "2001:db8:1::bbbb"
NEW = "a staple of batteries"


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
    entries = AuditEntry.objects.of(organisation).filter(action__in=TRAIL).order_by("pk")
    return [(entry.action, entry.details["address"]) for entry in entries]


def test_signing_in_and_out_is_audited_with_address_and_browser(rita: Membership) -> None:
    client = browser()
    assert sign_in(client)
    client.post("/accounts/logout/")
    entries = AuditEntry.objects.of(rita.organisation).order_by("pk")
    assert list(entries.values_list("action", "member", "actor", "details")) == [
        (action, rita.pk, str(rita.user), {"address": HOME, "browser": "Firefox/140"} | how)
        for action, how in (("sign_in.succeeded", {"methods": ["password"]}), ("sign_in.ended", {}))
    ]


def test_each_organisation_of_a_user_gets_the_entry(rita: Membership) -> None:
    other, foreign = factories.organisation(), factories.organisation()
    Membership.objects.create(organisation=other, user=rita.user, kind="admin", created_at=factories.NOW)
    factories.member(foreign, email="else@foreign.example")
    sign_in(browser())
    assert [trail(organisation) for organisation in (rita.organisation, other, foreign)] == [
        [("sign_in.succeeded", HOME)],
        [("sign_in.succeeded", HOME)],
        [],
    ]


@pytest.mark.world
def test_failed_attempts_and_one_lockout_are_audited(rita: Membership) -> None:
    client = browser(ELSEWHERE)
    for _ in range(8):
        sign_in(client, password="wrong")
    assert trail(rita.organisation) == [("sign_in.failed", ELSEWHERE)] * 5 + [
        ("sign_in.locked_out", ELSEWHERE)
    ]
    assert set(AuditEntry.objects.of(rita.organisation).values_list("actor", flat=True)) == {"not signed in"}


def test_an_unknown_address_is_logged_without_the_input(
    rita: Membership, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, logger="goodword"):
        sign_in(browser(), email="my-password@typed.example", password="wrong")
    assert [record.getMessage() for record in caplog.records] == [
        f"Failed sign-in with an unknown e-mail address from {HOME}"
    ]
    assert trail(rita.organisation) == []


@pytest.mark.world
def test_wrong_passwords_from_elsewhere_do_not_lock_out_the_owner(rita: Membership) -> None:
    for _ in range(12):
        sign_in(browser(ELSEWHERE), password="wrong")
    assert not sign_in(browser(ELSEWHERE))
    assert sign_in(browser(HOME))


def guess_from_everywhere(email: str, *, place: int) -> None:
    """Use up an hour's failed attempts, five from each network; the last of each by the page, which takes longer."""
    for network in range(20):
        address = f"2001:db8:bad{place}:{network:x}::1"
        for _ in range(4):
            request = RequestFactory().post(LOGIN, REMOTE_ADDR=address)
            get_adapter(request).pre_authenticate(request, email=email)
        sign_in(browser(address), email, password="wrong")


@dataclass
class Guessed:
    """Two accounts and an unknown address after an hour's failed attempts; Rita had signed in with her laptop.
    `counts` is the cache's content at that point.
    """

    rita: Membership
    bo: Membership
    laptop: SimpleCookie
    counts: tuple[dict[str, Any], dict[str, Any]]


def kept_in_memory() -> Any:
    """The local-memory cache, restored afterwards."""
    found = caches["default"]
    assert isinstance(found, LocMemCache)
    return found


@pytest.fixture(scope="module")
def guessed_once(
    django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker
) -> Iterator[Guessed]:
    def build() -> Guessed:
        organisation = factories.organisation()
        rita, bo = (factories.member(organisation) for _ in range(2))
        laptop, memory = browser(HOME), kept_in_memory()
        assert sign_in(laptop, rita.user.email)
        laptop.post("/accounts/logout/")
        assert sign_in(browser(HOME_6), rita.user.email)
        memory.clear()
        for place, email in enumerate((rita.user.email, bo.user.email, "nobody@acme.example")):
            guess_from_everywhere(email, place=place)
        counts = dict(memory._cache), dict(memory._expire_info)
        memory.clear()
        return Guessed(rita, bo, laptop.cookies, counts)

    yield from shared_world(django_db_blocker, build)


@pytest.fixture
def guessed(db: None, guessed_once: Guessed) -> Guessed:
    found, memory = deepcopy(guessed_once), kept_in_memory()
    memory._cache.update(found.counts[0])
    memory._expire_info.update(found.counts[1])
    return found


@pytest.mark.slow
@pytest.mark.parametrize("later", [HOME, BESIDE_HOME_6], ids=["IPv4", "IPv6 /64"])
def test_distributed_guessing_is_blocked_except_from_known_networks(guessed: Guessed, later: str) -> None:
    assert not sign_in(browser(ELSEWHERE), guessed.rita.user.email)
    assert sign_in(browser(later), guessed.rita.user.email)


@pytest.mark.world
def test_a_known_browser_works_from_a_new_network_only_for_its_owner(guessed: Guessed) -> None:
    on_the_road = browser("2001:db8:77::1")
    on_the_road.cookies = guessed.laptop
    assert not sign_in(on_the_road, guessed.bo.user.email)
    assert sign_in(on_the_road, guessed.rita.user.email)


@pytest.mark.world
def test_a_forged_cookie_is_not_a_known_browser(guessed: Guessed) -> None:
    forger = browser(ELSEWHERE)
    forger.cookies["goodword_browser"] = str(guessed.rita.user.pk)
    assert not sign_in(forger, guessed.rita.user.email)


@pytest.mark.main_case
def test_a_password_reset_lifts_the_limits(guessed: Guessed) -> None:
    client = browser(ELSEWHERE)
    assert not sign_in(client, guessed.rita.user.email)
    set_new_password(client, guessed.rita)
    assert sign_in(client, guessed.rita.user.email, NEW)


def test_the_limit_does_not_reveal_which_accounts_exist(guessed: Guessed) -> None:
    said = []
    for email in (guessed.rita.user.email, "nobody@acme.example"):
        page = browser(ELSEWHERE).post(LOGIN, {"login": email, "password": "wrong"})
        said.append(page.context["form"].errors)
    assert said[0] == said[1]


def test_a_password_change_is_audited_and_needs_a_different_password(rita: Membership) -> None:
    client = browser()
    sign_in(client)
    form = {
        "oldpassword": factories.PASSWORD,
        "password1": factories.PASSWORD,
        "password2": factories.PASSWORD,
    }
    same = client.post("/accounts/password/change/", form)
    assert same.context["form"].errors == {
        "password1": ["This is your current password. Choose a different one."]
    }
    client.post("/accounts/password/change/", form | {"password1": NEW, "password2": NEW})
    rita.user.refresh_from_db()
    assert rita.user.check_password(NEW)
    assert trail(rita.organisation)[1:] == [("sign_in.password_changed", HOME)]


def set_new_password(client: Client, member: Membership) -> None:
    client.post("/accounts/password/reset/", {"email": member.user.email})
    run_jobs()
    (link,) = re.findall(r"https?://[^/\s]+(/accounts/password/reset/key/\S+)", str(mail.outbox[-1].body))
    where = client.get(link, follow=True).redirect_chain[-1][0]
    client.post(where, {"password1": NEW, "password2": NEW})


@pytest.mark.world
def test_a_password_reset_is_audited_and_needs_a_different_password(rita: Membership) -> None:
    client = browser()
    client.post("/accounts/password/reset/", {"email": rita.user.email})
    run_jobs()
    (message,) = mail.outbox
    (link,) = re.findall(r"https?://[^/\s]+(/accounts/password/reset/key/\S+)", str(message.body))
    where = client.get(link, follow=True).redirect_chain[-1][0]
    same = client.post(where, {"password1": factories.PASSWORD, "password2": factories.PASSWORD})
    assert same.context["form"].errors == {
        "password1": ["This is your current password. Choose a different one."]
    }
    client.post(where, {"password1": NEW, "password2": NEW})
    assert trail(rita.organisation) == [("sign_in.reset_requested", HOME), ("sign_in.password_reset", HOME)]


@pytest.mark.world
def test_signing_out_everywhere_ends_all_sessions_of_this_user_only(rita: Membership) -> None:
    laptop, phone, colleague = browser(), browser(ELSEWHERE), browser()
    factories.member(rita.organisation, email="bo@acme.example")
    assert (sign_in(laptop), sign_in(phone), sign_in(colleague, "bo@acme.example")) == (True, True, True)
    assert laptop.get("/accounts/sign-out-everywhere/").status_code == 200
    assert phone.get("/o/acme/roles/").status_code == 200
    done = laptop.post("/accounts/sign-out-everywhere/", follow=True)
    assert "You are signed out on all devices." in done.content.decode()
    assert [client.get("/o/acme/roles/").status_code for client in (laptop, phone, colleague)] == [
        302,
        302,
        200,
    ]
    assert trail(rita.organisation)[-1] == ("sign_in.ended_everywhere", HOME)
    assert sign_in(laptop)


def test_signing_out_everywhere_needs_a_login(rita: Membership) -> None:
    client = browser()
    assert client.post("/accounts/sign-out-everywhere/")["Location"].startswith(LOGIN)
    assert trail(rita.organisation) == []


@pytest.mark.world
def test_an_active_session_stays_and_an_idle_one_expires(rita: Membership) -> None:
    start = clock.now()
    client = browser()
    with time_machine.travel(start, tick=False) as travel:
        sign_in(client)
        for hours in (7, 14, 21):
            travel.move_to(start + timedelta(hours=hours))
            assert client.get("/o/acme/roles/").status_code == 200
        travel.move_to(start + timedelta(hours=29, minutes=1))
        assert client.get("/o/acme/roles/").status_code == 302


def test_the_session_cookie_is_not_renewed_on_every_request(rita: Membership) -> None:
    client = browser()
    sign_in(client)
    before = client.cookies["goodword_session"].OutputString()
    client.get("/o/acme/roles/")
    assert client.cookies["goodword_session"].OutputString() == before


def test_only_old_sign_in_entries_are_pruned(rita: Membership, settings: Settings) -> None:
    settings.GOODWORD_SIGN_IN_DAYS = 180
    now = clock.now()
    for days in (181, 179):
        record_sign_in(rita.user, action=FAILED, address=HOME, browser="", now=now - timedelta(days=days))
    AuditEntry.objects.create(
        organisation=rita.organisation, actor="x", action="member.added", at=now - timedelta(days=400)
    )
    prune_audit_log.run()
    assert sorted(AuditEntry.objects.of(rita.organisation).values_list("action", flat=True)) == [
        "member.added",
        "sign_in.failed",
    ]
