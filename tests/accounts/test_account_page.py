"""The account page: name, password, second factors, sessions."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from goodword.accounts.jobs import prune_audit_log
from goodword.accounts.models import AuditEntry, Membership, Organisation
from goodword.accounts.security_mails import browser_name
from goodword.accounts.sign_in import LAST_SEEN
from tests.support import factories
from tests.support.pages import signed_in
from tests.support.second_factors import with_app

pytestmark = pytest.mark.django_db
ACCOUNT, LOGIN = "/accounts/", "/accounts/login/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Safari/604.1"


@pytest.fixture
def rita() -> Membership:
    return factories.member(
        factories.organisation(name="Acme", slug="acme"), email="rita@acme.example", name="Rita"
    )


def browser(who: Membership, user_agent: str = FIREFOX, address: str = "203.0.113.7") -> Client:
    client = Client(headers={"user-agent": user_agent}, REMOTE_ADDR=address)
    client.post(LOGIN, {"login": who.user.email, "password": factories.PASSWORD})
    assert "_auth_user_id" in client.session
    return client


def actions(who: Membership) -> list[str]:
    return list(AuditEntry.objects.of(who.organisation).order_by("pk").values_list("action", flat=True))


def test_the_page_needs_a_sign_in(rita: Membership) -> None:
    for method in (Client().get, Client().post):
        assert method(ACCOUNT, {"name": "Eve"})["Location"].startswith(LOGIN)
    rita.user.refresh_from_db()
    assert (rita.user.name, actions(rita)) == ("Rita", [])


def test_the_name_is_changed_and_audited(rita: Membership) -> None:
    client = signed_in(rita)
    before = rita.user.name
    empty = client.post(ACCOUNT, {"name": "  "})
    assert empty.context["form"].errors["name"] == ["Enter your name."]
    longer_once_normalised = client.post(ACCOUNT, {"name": "\u0958" * 150})
    assert [*longer_once_normalised.context["form"].errors] == ["name"]
    for _ in range(2):
        assert client.post(ACCOUNT, {"name": " Rita  Hansen "})["Location"] == ACCOUNT
    rita.user.refresh_from_db()
    assert (rita.user.name, actions(rita)) == ("Rita Hansen", ["member.name_changed"])
    [details] = AuditEntry.objects.of(rita.organisation).values_list("details", flat=True)
    assert details["changed"] == {"name": [before, "Rita Hansen"]}


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("ann  ADMIN", "Another member of Acme has this name. Add an initial or a middle name."),
        ("\uff21nn Admin", "Another member of Acme has this name. Add an initial or a middle name."),
        ("Operator", "This name is used by Goodword itself. Enter your own."),
        ("goodword", "This name is used by Goodword itself. Enter your own."),
        ("Single sign-on", "This name is used by Goodword itself. Enter your own."),
        ("Candidate", "This name is used by Goodword itself. Enter your own."),
        ("Link 17", "This name is used by Goodword itself. Enter your own."),
    ],
)
def test_nobody_takes_the_name_of_a_colleague_or_of_goodword(
    rita: Membership, name: str, sentence: str
) -> None:
    factories.member(rita.organisation, name="Ann Admin")
    factories.member(factories.organisation(), name="Else Where")
    client, before = signed_in(rita), rita.user.name
    refused = client.post(ACCOUNT, {"name": name})
    assert refused.context["form"].errors["name"] == [sentence]
    rita.user.refresh_from_db()
    assert (rita.user.name, actions(rita)) == (before, [])
    assert client.post(ACCOUNT, {"name": "Else Where"})["Location"] == ACCOUNT


def test_the_page_shows_what_is_set_up(rita: Membership) -> None:
    client = signed_in(rita)
    before = client.get(ACCOUNT).content.decode()
    with_app(rita.user)
    after = signed_in(rita, method="mfa").get(ACCOUNT).content.decode()
    assert ("Set up app" in before, "Remove app" in before, "codes left" in before) == (True, False, False)
    assert ("Set up app" in after, "Remove app" in after, "10 codes left" in after) == (False, True, True)


@pytest.mark.world
def test_the_password_is_changed_with_the_current_one_and_the_session_stays(rita: Membership) -> None:
    here, elsewhere = browser(rita), browser(rita, SAFARI)
    new = {"password1": "a staple of batteries", "password2": "a staple of batteries"}
    wrong = here.post(f"{ACCOUNT}password/change/", {"oldpassword": "wrong", **new})
    assert wrong.status_code == 200
    done = here.post(f"{ACCOUNT}password/change/", {"oldpassword": factories.PASSWORD, **new})
    assert done["Location"] == ACCOUNT
    rita.user.refresh_from_db()
    assert rita.user.check_password("a staple of batteries")
    assert [client.get(ACCOUNT).status_code for client in (here, elsewhere)] == [200, 302]
    assert [row.is_this for row in here.get(ACCOUNT).context["sessions"]] == [True]


def test_sessions_are_listed_with_browser_address_and_last_use(rita: Membership) -> None:
    browser(rita, SAFARI, "198.51.100.9")
    here = browser(rita)
    rows = [(row.browser, row.address, row.is_this) for row in here.get(ACCOUNT).context["sessions"]]
    assert rows == [
        ("Firefox on Linux", "203.0.113.7", True),
        ("Safari on iPhone", "198.51.100.9", False),
    ]


def test_times_are_in_the_zone_of_an_organisation_of_the_member(rita: Membership) -> None:
    Organisation.objects.filter(pk=rita.organisation_id).update(time_zone="Pacific/Auckland")
    here = browser(rita)
    UserSession.objects.update(created_at=factories.NOW.replace(hour=20))
    assert "Wed 4 Mar" in here.get(ACCOUNT).content.decode()


@pytest.mark.world
def test_last_use_is_noted_every_five_minutes(rita: Membership) -> None:
    here = browser(rita)
    before = UserSession.objects.get().last_seen_at
    here.get("/o/acme/roles/", REMOTE_ADDR="198.51.100.9")
    assert UserSession.objects.get().last_seen_at == before
    session = here.session
    session[LAST_SEEN] -= 301
    session.save()
    here.get("/o/acme/roles/", REMOTE_ADDR="198.51.100.9")
    row = UserSession.objects.get()
    assert (row.last_seen_at > before, row.ip) == (True, "198.51.100.9")


@pytest.mark.world
def test_one_session_is_signed_out_and_the_others_stay(rita: Membership) -> None:
    phone, here, third = browser(rita, SAFARI, "198.51.100.9"), browser(rita), browser(rita)
    (row,) = UserSession.objects.filter(ip="198.51.100.9")
    done = here.post(f"{ACCOUNT}sessions/{row.pk}/end/", follow=True)
    assert "Safari on iPhone is signed out." in done.content.decode()
    assert [client.get("/o/acme/roles/").status_code for client in (phone, here, third)] == [302, 200, 200]
    entry = AuditEntry.objects.of(rita.organisation).get(action="sign_in.session_ended")
    assert entry.details == {"address": "198.51.100.9", "browser": SAFARI}


@pytest.mark.world
def test_sessions_of_others_and_this_one_cannot_be_ended(rita: Membership) -> None:
    other = factories.member(rita.organisation, kind="admin")
    mine, theirs = browser(rita), browser(other)
    own, foreign = UserSession.objects.get(user=rita.user), UserSession.objects.get(user=other.user)
    for pk in (own.pk, foreign.pk, 0):
        assert mine.post(f"{ACCOUNT}sessions/{pk}/end/").status_code == 404
    assert mine.get(f"{ACCOUNT}sessions/{foreign.pk}/end/").status_code == 405
    assert Client().post(f"{ACCOUNT}sessions/{own.pk}/end/")["Location"].startswith(LOGIN)
    assert [client.get("/o/acme/roles/").status_code for client in (mine, theirs)] == [200, 200]
    assert "sign_in.session_ended" not in actions(rita)


@pytest.mark.world
def test_signing_out_everywhere_empties_the_list(rita: Membership) -> None:
    browser(rita, SAFARI)
    browser(rita).post(f"{ACCOUNT}sign-out-everywhere/")
    assert [row.is_this for row in browser(rita).get(ACCOUNT).context["sessions"]] == [True]


def test_addresses_of_ended_sessions_are_forgotten_daily(rita: Membership) -> None:
    browser(rita).session.flush()
    kept = browser(factories.member(rita.organisation))
    prune_audit_log.run()
    assert list(UserSession.objects.values_list("session_key", flat=True)) == [kept.session.session_key]


def test_the_page_takes_the_same_queries_for_many_passkeys_and_organisations(rita: Membership) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            signed_in_client.get(ACCOUNT)
        return len(found)

    signed_in_client: Any = signed_in(rita)
    one = queries()
    for _ in range(3):
        Membership.objects.create(
            organisation=factories.organisation(), user=rita.user, kind="recruiter", created_at=factories.NOW
        )
    assert queries() == one


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (FIREFOX, "Firefox on Linux"),
        (SAFARI, "Safari on iPhone"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0 Safari/537.36 Edg/142.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 Chrome/142.0 Safari/537.36",
            "Chrome on macOS",
        ),
        ("curl/8.5", "curl/8.5"),
        ("", "Unknown browser"),
    ],
)
def test_browsers_are_named(user_agent: str, name: str) -> None:
    assert browser_name(user_agent) == name


def test_asking_how_long_the_session_lasts_does_not_prolong_it(rita: Membership) -> None:
    here = browser(rita)
    session = here.session
    session[LAST_SEEN] -= 301
    session.save()
    Session.objects.update(expire_date=timezone.now() + timedelta(seconds=240, milliseconds=900))
    asked = [here.get("/accounts/session/").json()["seconds"] for _ in range(2)]
    stayed = here.post("/accounts/session/").json()["seconds"]
    assert (asked, stayed) == ([240, 240], 8 * 3600)
    assert here.get("/accounts/session/").json()["seconds"] > 8 * 3600 - 60
    assert Client().get("/accounts/session/").json()["seconds"] == 0


def test_pages_that_poll_do_not_prolong_the_session(rita: Membership) -> None:
    here = browser(rita)
    session = here.session
    session[LAST_SEEN] -= 301
    session.save()
    soon = timezone.now() + timedelta(seconds=240)
    Session.objects.update(expire_date=soon)
    roles = "/o/acme/roles/"
    assert here.get(roles, headers={"X-Goodword": "poll"}).status_code == 200
    assert Session.objects.get().expire_date == soon
    here.get(roles)
    assert Session.objects.get().expire_date > soon
