"""Settings > Organisation."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from pytest_django.fixtures import Settings

from goodword.accounts.domain.organisation import settings_of
from goodword.accounts.models import AuditEntry, Membership, Organisation
from goodword.core.workdays import coming_holidays, countries, regions
from goodword.reports.models import SigningCertificate
from tests.reports.test_signing import made_by_openssl
from tests.support import factories
from tests.support.pages import signed_in
from tests.workspace.applications import path
from tests.workspace.role.test_step_settings import errors

pytestmark = pytest.mark.django_db

TYPED = {
    "name": " Acme   Windows ",
    "language": "de",
    "time_zone": "Europe/Vienna",
    "holiday_country": "DE",
    "holiday_region": "BY",
    "watches_devices": "on",
}


@pytest.fixture
def org() -> Organisation:
    return factories.organisation(name="Acme")


@pytest.fixture
def ada(org: Organisation) -> Membership:
    return factories.member(org, kind="admin")


def post(who: Membership, **typed: Any) -> Any:
    return signed_in(who).post(path("organisation_settings", who.organisation), TYPED | typed)


def days(response: Any) -> list[str]:
    page = BeautifulSoup(response.content, "html.parser")
    return [" ".join(row.get_text(" ").split()) for row in page.select("#holidays .kv__row")]


def test_settings_are_saved_and_audited(org: Organisation, ada: Membership) -> None:
    assert post(ada).status_code == 302
    org.refresh_from_db()
    assert (org.name, org.language, org.time_zone) == ("Acme Windows", "de", "Europe/Vienna")
    assert (org.holiday_country, org.holiday_region) == ("DE", "BY")
    assert org.watches_devices is True
    [entry] = AuditEntry.objects.of(org).filter(action="organisation.settings_changed")
    assert (entry.member, entry.details["changed"]) == (
        ada,
        {
            "name": ["Acme", "Acme Windows"],
            "language": ["en", "de"],
            "time_zone": ["Europe/Berlin", "Europe/Vienna"],
            "holiday_country": ["", "DE"],
            "holiday_region": ["", "BY"],
            "watches_devices": [False, True],
        },
    )


def test_saving_unchanged_settings_is_not_audited(org: Organisation, ada: Membership) -> None:
    post(ada)
    post(ada)
    assert AuditEntry.objects.of(org).filter(action="organisation.settings_changed").count() == 1


@pytest.mark.world
def test_holidays_are_not_working_days(org: Organisation, ada: Membership) -> None:
    post(ada)
    org.refresh_from_db()
    epiphany, plain = date(2027, 1, 6), date(2027, 1, 7)
    assert [org.calendar.is_working_day(day) for day in (epiphany, plain)] == [False, True]


@pytest.mark.world
def test_show_previews_holidays_without_saving(org: Organisation, ada: Membership) -> None:
    before = settings_of(org)
    shown = post(ada, show="holidays", name="")
    page = BeautifulSoup(shown.content, "html.parser")
    assert [tag["value"] for tag in page.select("[name=holiday_region] [selected]")] == ["BY"]
    assert (len(days(shown)), errors(shown)) == (5, [])
    # a region of another country is invalid
    other = post(ada, show="holidays", holiday_country="FR")
    page = BeautifulSoup(other.content, "html.parser")
    assert [tag["value"] for tag in page.select("[name=holiday_region] [selected]")] == [""]
    org.refresh_from_db()
    assert settings_of(org) == before


@pytest.mark.world
def test_the_next_holidays_match_region_and_language() -> None:
    after = date(2026, 12, 26)
    assert coming_holidays("DE", "BY", after=after, number=2, language="en") == [
        (date(2027, 1, 1), "New Year's Day"),
        (date(2027, 1, 6), "Epiphany"),
    ]
    assert coming_holidays("DE", "nowhere", after=after, number=2, language="fr")[1] == (
        date(2027, 3, 26),
        "Karfreitag",
    )
    assert coming_holidays("", "", after=after, number=2, language="en") == []


def test_countries_and_regions_have_names() -> None:
    assert [countries()[code] for code in ("GB", "BA", "US")] == [
        "United Kingdom",
        "Bosnia and Herzegovina",
        "United States",
    ]
    assert regions("GB")["SCT"] == "Scotland"
    assert regions("XX") == {}


def test_countries_without_regions_accept_none(org: Organisation, ada: Membership) -> None:
    post(ada, holiday_country="")
    org.refresh_from_db()
    assert (org.holiday_country, org.holiday_region) == ("", "")


@pytest.mark.world
@pytest.mark.matrix
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": " "}, "Name: Enter the name of your organisation."),
        ({"name": "\x07"}, "Name: Enter the name of your organisation."),
        ({"name": "x" * 121}, "Name: Use at most 120 characters."),
        ({"language": "xx"}, "Language: Choose a language."),
        ({"time_zone": "Mars/Olympus"}, "Time zone: Choose a time zone from the list."),
        ({"time_zone": ""}, "Time zone: Choose a time zone."),
        ({"holiday_country": "XX"}, "Public holidays: Choose a country from the list."),
        ({"holiday_country": "FR"}, "Region: Choose a region of this country."),
    ],
    ids=str,
)
def test_invalid_settings_are_refused(
    org: Organisation, ada: Membership, typed: dict[str, str], said: str
) -> None:
    before = settings_of(org)
    response = post(ada, **typed)
    assert errors(response) == [said]
    org.refresh_from_db()
    assert settings_of(org) == before
    assert not AuditEntry.objects.of(org).filter(action="organisation.settings_changed").exists()


@pytest.mark.parametrize("zone", ["EST5EDT", "Europe/Vienna"])
def test_the_page_offers_the_present_time_zone(ada: Membership, zone: str) -> None:
    Organisation.objects.filter(pk=ada.organisation_id).update(time_zone=zone)
    page = BeautifulSoup(
        signed_in(ada).get(path("organisation_settings", ada.organisation)).content, "html.parser"
    )
    chosen = page.select("select[name=time_zone] option[selected]")
    assert [option["value"] for option in chosen] == [zone]


def test_only_admins_see_organisation_settings(org: Organisation, ada: Membership) -> None:
    here = path("organisation_settings", org)
    assert here in signed_in(ada).get(path("integrations", org)).content.decode()
    rita = factories.member(org)
    assert here not in signed_in(rita).get(path("integrations", org)).content.decode()


@pytest.mark.world
def test_organisation_settings_need_an_admin(org: Organisation, ada: Membership) -> None:
    before = settings_of(org)
    others = factories.member(factories.organisation(), kind="admin")
    for client, status in [
        (signed_in(factories.member(org)), 403),
        (signed_in(factories.member(org, kind="hiring_manager")), 403),
        (signed_in(others), 404),
        (Client(), 302),
    ]:
        assert client.get(path("organisation_settings", org)).status_code == status
        assert client.post(path("organisation_settings", org), TYPED).status_code == status
    org.refresh_from_db()
    assert settings_of(org) == before


def test_the_adjustments_contact_is_saved(org: Organisation, ada: Membership) -> None:
    assert (
        post(ada, adjustments_name=" Hanna  Rehm ", adjustments_email="hanna@acme.example").status_code == 302
    )
    org.refresh_from_db()
    assert (org.adjustments_name, org.adjustments_email) == ("Hanna Rehm", "hanna@acme.example")
    entry = AuditEntry.objects.of(org).get(action="organisation.settings_changed")
    assert entry.details["changed"]["adjustments_email"] == ["", "hanna@acme.example"]
    assert post(ada).status_code == 302
    org.refresh_from_db()
    assert (org.adjustments_name, org.adjustments_email) == ("", "")


@pytest.mark.world
@pytest.mark.matrix
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (
            {"adjustments_name": "Hanna", "adjustments_email": f"hanna@{'acme.' * 50}example"},
            "Contact's e-mail: Use at most 254 characters.",
        ),
        (
            {"adjustments_name": "Hanna"},
            "Contact's e-mail: Enter the e-mail address too, or leave both empty.",
        ),
        (
            {"adjustments_email": "hanna@acme.example"},
            "Contact's name: Enter the name too, or leave both empty.",
        ),
        (
            {"adjustments_name": "Hanna", "adjustments_email": "hanna"},
            "Contact's e-mail: Enter an e-mail address such as name@example.org.",
        ),
    ],
)
def test_the_contact_needs_name_and_address(
    org: Organisation, ada: Membership, typed: dict[str, str], sentence: str
) -> None:
    response = post(ada, **typed)
    assert errors(response) == [sentence]
    org.refresh_from_db()
    assert (org.name, org.adjustments_name, org.adjustments_email) == ("Acme", "", "")


def domains(who: Membership, **typed: str) -> Any:
    return signed_in(who).post(path("organisation_domains", who.organisation), typed, follow=True)


def proposals(response: Any) -> list[str]:
    page = BeautifulSoup(response.content, "html.parser")
    return [str(button["value"]) for button in page.select("#domains button[name=add]")]


@pytest.mark.world
def test_domains_are_saved_and_audited(org: Organisation, ada: Membership) -> None:
    typed = " @Acme.Example \nbücher.example, mail.acme.example.\n\nacme.example"
    assert "Saved. Applies from now on." in domains(ada, domains=typed).content.decode()
    org.refresh_from_db()
    assert org.own_domains == ["acme.example", "xn--bcher-kva.example", "mail.acme.example"]
    [entry] = AuditEntry.objects.of(org).filter(action="organisation.settings_changed")
    assert entry.details == {"changed": {"own_domains": [[], org.own_domains]}}
    assert "Saved" not in domains(ada, domains="\n".join(org.own_domains)).content.decode()
    assert AuditEntry.objects.of(org).filter(action="organisation.settings_changed").count() == 1
    domains(ada, domains="")
    org.refresh_from_db()
    assert org.own_domains == []


@pytest.mark.world
@pytest.mark.matrix
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (
            "gmail.com",
            "Anyone can have an address at gmail.com, so it cannot be your organisation's domain.",
        ),
        ("mail.web.de", "Anyone can have an address at mail.web.de"),
        ("yahoo.com.br", "Anyone can have an address at yahoo.com.br"),
        ("mail.outlook.at", "Anyone can have an address at mail.outlook.at"),
        ("mailinator.com", "Anyone can have an address at mailinator.com"),
        ("com", "“com” is not a domain."),
        (
            "co.uk",
            "co.uk is shared by many organisations. Enter your own domain in full, such as acme.co.uk.",
        ),
        ("github.io", "github.io is shared by many organisations."),
        ("localhost", "“localhost” is not a domain."),
        ("ada@acme.com", "“ada@acme.com” is not a domain. Enter what comes after the @ in an address"),
        ("https://acme.com", "“https://acme.com” is not a domain."),
        ("acme.com/x", "“acme.com/x” is not a domain."),
        ("*.acme.com", "“*.acme.com” is not a domain."),
        ("acme..com", "“acme..com” is not a domain."),
        ("10.0.0.1", "“10.0.0.1” is not a domain."),
        ("x" * 64 + ".com", "is not a domain."),
        ("\n".join(f"a{n}.com" for n in range(21)), "Enter at most 20 domains."),
    ],
)
def test_invalid_domains_are_refused(org: Organisation, ada: Membership, typed: str, sentence: str) -> None:
    response = domains(ada, domains=f"acme.com\n{typed}")
    text = BeautifulSoup(response.content, "html.parser").get_text()
    assert sentence in text
    assert f"acme.com\n{typed}" in response.content.decode().replace("\r\n", "\n") or "20 domains" in sentence
    org.refresh_from_db()
    assert org.own_domains == []


@pytest.mark.world
def test_members_domains_are_suggested(org: Organisation, ada: Membership) -> None:
    for address in ("b@acme.co.uk", "c@acme.co.uk", "d@gmail.com", "e@sub.acme.example", "f@localhost"):
        factories.member(org, email=address)
    gone = factories.member(org, email="g@left.com").user
    gone.is_active = False
    gone.save()
    client = signed_in(ada)
    where = path("organisation_settings", org)
    assert proposals(client.get(where)) == ["acme.co.uk", "acme.example", "sub.acme.example"]
    after = domains(ada, add="acme.co.uk")
    org.refresh_from_db()
    assert (org.own_domains, proposals(after)) == (["acme.co.uk"], ["acme.example", "sub.acme.example"])
    assert "Anyone can have an address at gmail.com" in domains(ada, add="gmail.com").content.decode()
    org.refresh_from_db()
    assert org.own_domains == ["acme.co.uk"]


def test_only_admins_set_domains(org: Organisation, ada: Membership) -> None:
    where = path("organisation_domains", org)
    clients = [
        signed_in(factories.member(org)),
        signed_in(factories.member(org, kind="hiring_manager")),
        signed_in(factories.member(factories.organisation(), kind="admin")),
        Client(),
    ]
    assert [client.post(where, {"add": "acme.com"}).status_code for client in clients] == [403, 403, 404, 302]
    assert signed_in(ada).get(where).status_code == 405
    org.refresh_from_db()
    assert org.own_domains == []


@pytest.mark.world
def test_the_signing_certificate_is_shown_and_why_your_own_is_not_used(
    ada: Membership, settings: Settings
) -> None:
    where, client = path("organisation_settings", ada.organisation), signed_in(ada)

    def card() -> str:
        page = BeautifulSoup(client.get(where).content, "html.parser")
        return " ".join(page.select("#signature")[0].get_text(" ").split())

    assert card() == "Signature of reports Signed by Goodword at localhost:8000 Verify a report"
    settings.GOODWORD_SIGNING_CERTIFICATE = "/nowhere/own.p12"
    assert card().startswith(
        "Signature of reports Your certificate is not used The file /nowhere/own.p12 can't be read: No such file or "
        "directory. Until this is fixed on the server, reports are signed with the certificate of this installation."
    )
    assert not SigningCertificate.objects.exists()  # viewing the page creates no key


@pytest.mark.world
def test_a_certificate_with_an_unsupported_key_is_explained_on_the_page(
    ada: Membership, settings: Settings, tmp_path: Path
) -> None:
    settings.GOODWORD_SIGNING_CERTIFICATE = str(tmp_path / "own.pem")
    (tmp_path / "own.pem").write_bytes(made_by_openssl("unsupported curve", tmp_path))
    page = signed_in(ada).get(path("organisation_settings", ada.organisation))
    assert page.status_code == 200
    assert "or its encryption, is of a kind that can&#x27;t be read." in page.content.decode()
