"""Settings > Sender domain, with a local DNS server."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse

from goodword.accounts.models import Membership
from goodword.core import mail
from goodword.core.dns import SECONDS, DnsAnswer, Failure, servers, txt_records
from goodword.core.environment import SettingError
from tests.support import factories
from tests.support.dns_server import GARBAGE, SERVFAIL, SILENT, Zone, dns_server
from tests.support.pages import signed_in

pytestmark = pytest.mark.django_db

LONG_KEY = "v=DKIM1; k=rsa; p=" + "M" * 392
GOOD_ZONE = {
    "acme.example": ["verification=1", "v=spf1 include:spf.example.net -all"],
    "_dmarc.acme.example": ["v=DMARC1; p=reject"],
    "s1._domainkey.acme.example": [LONG_KEY],
}


@pytest.fixture
def little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lookups time out after a second instead of four."""
    monkeypatch.setattr("goodword.core.dns.SECONDS", SECONDS / 4)
    monkeypatch.setattr("goodword.core.dns._ATTEMPT", SECONDS / 8)


@pytest.fixture
def ada(settings: Any) -> Membership:
    settings.GOODWORD_MAIL_FROM = "people@acme.example"
    settings.GOODWORD_MAIL_SPF = ["include:spf.example.net"]
    settings.GOODWORD_MAIL_DKIM_SELECTORS = ["s1"]
    settings.GOODWORD_RETURN_ADDRESS = ""
    settings.MAILERS = mail.mailers(provider="", smtp_url="smtp://user:hush@mail.acme.example:587")
    return factories.member(factories.organisation(), kind="admin")


def shown(who: Membership, settings: Any, zone: Zone, query: str = "") -> Any:
    with dns_server(zone) as server:
        settings.GOODWORD_DNS_SERVERS = [server]
        page = signed_in(who).get(reverse("sender_domain", args=[who.organisation.slug]) + query)
    assert page.status_code == 200
    return page


def words(page: Any) -> tuple[str, list[str], str]:
    context = page.context
    return context["spf"].word, [one.word for one in context["dkim"]], context["dmarc"].word


def text_of(page: Any) -> str:
    return BeautifulSoup(page.content, "html.parser").get_text(" ", strip=True)


def test_all_three_records_are_seen(ada: Membership, settings: Any) -> None:
    page = shown(ada, settings, GOOD_ZONE)
    assert words(page) == ("Set", ["Set"], "Set")
    text = text_of(page)
    for seen in ("people@acme.example", "mail.acme.example", "v=spf1 include:spf.example.net -all", LONG_KEY):
        assert seen in text
    assert "hush" not in page.content.decode()


def test_missing_records_come_with_what_to_set(ada: Membership, settings: Any) -> None:
    page = shown(ada, settings, {"acme.example": []})
    assert words(page) == ("Missing", ["Missing"], "Missing")
    copied = [
        tag.get_text() for tag in BeautifulSoup(page.content, "html.parser").select("[data-copy-value]")
    ]
    assert copied == [
        "acme.example",
        "v=spf1 include:spf.example.net ~all",
        "s1._domainkey.acme.example",
        "_dmarc.acme.example",
        "v=DMARC1; p=none",
    ]


@pytest.mark.matrix
@pytest.mark.usefixtures("little_patience")
@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (SERVFAIL, "The DNS server could not look this up."),
        (SILENT, "The DNS server did not respond within 4 seconds."),
        (GARBAGE, "The DNS server did not respond within 4 seconds."),
    ],
)
def test_a_failing_dns_server_is_reported_in_time(
    ada: Membership, settings: Any, answer: str, sentence: str
) -> None:
    begun = time.monotonic()
    page = shown(ada, settings, dict.fromkeys(GOOD_ZONE, answer))
    assert time.monotonic() - begun < SECONDS + 10
    assert words(page) == ("Not known", ["Not known"], "Not known")
    assert text_of(page).count(sentence) == 3


@pytest.mark.usefixtures("little_patience")
def test_without_a_dns_server_the_page_says_so(ada: Membership, settings: Any) -> None:
    page = shown(ada, settings, GOOD_ZONE | {"_dmarc.acme.example": SERVFAIL})
    assert words(page) == ("Set", ["Set"], "Not known")
    settings.GOODWORD_DNS_SERVERS = [("127.0.0.1", 1)]  # nobody listens there
    page = signed_in(ada).get(reverse("sender_domain", args=[ada.organisation.slug]))
    assert (page.status_code, words(page)) == (200, ("Not known", ["Not known"], "Not known"))


@pytest.mark.world
def test_a_selector_is_asked_for_and_looked_up(ada: Membership, settings: Any) -> None:
    settings.GOODWORD_MAIL_DKIM_SELECTORS = []
    assert "A key can't be looked up without its selector." in text_of(shown(ada, settings, GOOD_ZONE))
    page = shown(ada, settings, GOOD_ZONE, "?selector=s1")
    assert words(page)[1] == ["Set"]
    assert [one.name for one in page.context["dkim"]] == ["s1._domainkey.acme.example"]
    for typed in ("s_1!", "a" * 64, "..", "a b"):
        page = shown(ada, settings, GOOD_ZONE, f"?selector={typed}")
        assert page.context["form"].errors["selector"]
        assert page.context["form"]["selector"].value() == typed
        assert page.context["dkim"] == []


def test_spf_is_checked_for_the_domain_of_bounces(ada: Membership, settings: Any) -> None:
    settings.GOODWORD_RETURN_ADDRESS = "bounce@mailer.example"
    zone = GOOD_ZONE | {"mailer.example": ["v=spf1 include:spf.example.net -all"]}
    page = shown(ada, settings, zone)
    assert (page.context["spf"].name, words(page)[0]) == ("mailer.example", "Set")
    assert "Bounces go to another domain (mailer.example), so SPF can't satisfy DMARC" in text_of(page)


@pytest.mark.world
def test_a_providers_own_bounce_address_is_not_guessed(ada: Membership, settings: Any) -> None:
    settings.MAILERS = mail.mailers(provider="postmark", smtp_url="")
    settings.GOODWORD_MAIL_PROVIDER = "postmark"
    text = text_of(shown(ada, settings, GOOD_ZONE))
    assert "postmark (its API)" in text
    assert "an address at your e-mail provider" in text
    assert "Set a record here only if the provider asks for it." in text


def test_only_admins_see_it(ada: Membership, settings: Any) -> None:
    org = ada.organisation
    url = reverse("sender_domain", args=[org.slug])
    refused = [
        (Client(), 302),
        (signed_in(factories.member(org, kind="recruiter")), 403),
        (signed_in(factories.member(org, kind="hiring_manager")), 403),
        (signed_in(factories.member(factories.organisation(), kind="admin")), 404),
    ]
    settings.GOODWORD_DNS_SERVERS = [("127.0.0.1", 1)]
    for client, status in refused:
        assert client.get(url).status_code == status
    assert signed_in(ada).post(url).status_code == 405


@pytest.fixture
def silent() -> Iterator[tuple[str, int]]:
    with dns_server({"slow.example": SILENT, "good.example": ["a" * 300, "b"]}) as server:
        yield server


@pytest.mark.usefixtures("little_patience")
def test_names_are_looked_up_together(silent: tuple[str, int]) -> None:
    begun = time.monotonic()
    names = ["slow.example", "good.example", "none.example", "good.example", f"{'x' * 70}.example"]
    found = txt_records(names, using=[silent])
    assert time.monotonic() - begun < SECONDS + 10
    assert found == {
        "slow.example": DnsAnswer(failure=Failure.TIMEOUT),
        "good.example": DnsAnswer(("a" * 300, "b")),
        "none.example": DnsAnswer(),
        f"{'x' * 70}.example": DnsAnswer(failure=Failure.SERVER),
    }
    assert txt_records([]) == {}


def test_dns_servers_of_the_settings() -> None:
    assert servers(["9.9.9.9", "127.0.0.1:5353", "[2001:db8::1]:53", "2001:db8::1"]) == [
        ("9.9.9.9", 53),
        ("127.0.0.1", 5353),
        ("2001:db8::1", 53),
        ("2001:db8::1", 53),
    ]
    for wrong in ("dns.example", "1.2.3.4:0", "1.2.3.4:x", "", "[::1"):
        with pytest.raises(SettingError, match="GOODWORD_DNS_SERVERS must be IP addresses"):
            servers([wrong])


def test_mail_settings_that_cannot_be_right_are_refused() -> None:
    right = ["include:spf.example.net", "ip4:192.0.2.1", "mx", "a:mail.example.net", "redirect=x.example"]
    assert mail.spf_mechanisms(right) == right
    assert mail.dkim_selectors(["s1", "2026.mail"]) == ["s1", "2026.mail"]
    for one in ("all", "+all", "spf.example.net", "include:"):
        with pytest.raises(SettingError, match="GOODWORD_MAIL_SPF"):
            mail.spf_mechanisms([one])
    for one in ("s1._domainkey.example.com", "-s", "x" * 64):
        with pytest.raises(SettingError, match="GOODWORD_MAIL_DKIM_SELECTORS"):
            mail.dkim_selectors([one])
