"""Settings > Organisation: by admins only, judged, written down, and with the holidays that come next."""

from datetime import date
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from goodword.accounts.domain.organisation import settings_of
from goodword.accounts.holidays import coming, countries, regions
from goodword.accounts.models import AuditEntry, Membership, Organisation
from tests.support import factories
from tests.support.pages import signed_in
from tests.workspace.people import path
from tests.workspace.test_step_settings import errors

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


def test_what_is_saved_counts_and_is_in_the_audit_log_before_and_after(
    org: Organisation, ada: Membership
) -> None:
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


def test_saving_the_same_once_more_writes_nothing_down(org: Organisation, ada: Membership) -> None:
    post(ada)
    post(ada)
    assert AuditEntry.objects.of(org).filter(action="organisation.settings_changed").count() == 1


def test_its_holidays_are_no_working_days(org: Organisation, ada: Membership) -> None:
    post(ada)
    org.refresh_from_db()
    epiphany, plain = date(2027, 1, 6), date(2027, 1, 7)
    assert [org.calendar.is_working_day(day) for day in (epiphany, plain)] == [False, True]


def test_show_brings_the_holidays_of_what_is_chosen_and_keeps_nothing(
    org: Organisation, ada: Membership
) -> None:
    before = settings_of(org)
    shown = post(ada, show="holidays", name="")
    page = BeautifulSoup(shown.content, "html.parser")
    assert [one["value"] for one in page.select("[name=holiday_region] [selected]")] == ["BY"]
    assert (len(days(shown)), errors(shown)) == (5, [])
    # the part of another country is none of this one
    other = post(ada, show="holidays", holiday_country="FR")
    page = BeautifulSoup(other.content, "html.parser")
    assert [one["value"] for one in page.select("[name=holiday_region] [selected]")] == [""]
    org.refresh_from_db()
    assert settings_of(org) == before


def test_the_next_holidays_are_those_of_the_part_in_the_members_language() -> None:
    after = date(2026, 12, 26)
    assert coming("DE", "BY", after=after, number=2, language="en") == [
        (date(2027, 1, 1), "New Year's Day"),
        (date(2027, 1, 6), "Epiphany"),
    ]
    assert coming("DE", "nowhere", after=after, number=2, language="fr")[1] == (
        date(2027, 3, 26),
        "Karfreitag",
    )
    assert coming("", "", after=after, number=2, language="en") == []


def test_countries_and_their_parts_have_names() -> None:
    assert [countries()[code] for code in ("GB", "BA", "US")] == [
        "United Kingdom",
        "Bosnia and Herzegovina",
        "United States",
    ]
    assert regions("GB")["SCT"] == "Scotland"
    assert regions("XX") == {}


def test_a_country_without_parts_takes_none(org: Organisation, ada: Membership) -> None:
    post(ada, holiday_country="")
    org.refresh_from_db()
    assert (org.holiday_country, org.holiday_region) == ("", "")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": " "}, "Name: Write the name of your organisation."),
        ({"name": "\x07"}, "Name: Write the name of your organisation."),
        ({"name": "x" * 121}, "Name: Write 120 characters at the most."),
        ({"language": "xx"}, "Language: Choose one of the languages."),
        ({"time_zone": "Mars/Olympus"}, "Time zone: Choose a time zone of the list."),
        ({"time_zone": ""}, "Time zone: Choose a time zone."),
        ({"holiday_country": "XX"}, "Public holidays of: Choose a country of the list."),
        ({"holiday_country": "FR"}, "Part of the country: Choose a part of this country."),
    ],
    ids=str,
)
def test_what_cannot_be_is_said_in_a_sentence_and_nothing_is_kept(
    org: Organisation, ada: Membership, typed: dict[str, str], said: str
) -> None:
    before = settings_of(org)
    response = post(ada, **typed)
    assert errors(response) == [said]
    org.refresh_from_db()
    assert settings_of(org) == before
    assert not AuditEntry.objects.of(org).filter(action="organisation.settings_changed").exists()


def test_it_stands_in_the_list_of_settings_for_admins_only(org: Organisation, ada: Membership) -> None:
    here = path("organisation_settings", org)
    assert here in signed_in(ada).get(path("integrations", org)).content.decode()
    rita = factories.member(org)
    assert here not in signed_in(rita).get(path("integrations", org)).content.decode()


def test_nobody_else_may_look_or_change(org: Organisation, ada: Membership) -> None:
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


def test_who_answers_candidates_who_ask_for_more_time_is_named_by_name_and_address(
    org: Organisation, ada: Membership
) -> None:
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


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (
            {"adjustments_name": "Hanna"},
            "Their e-mail address: Write the address as well, or leave both empty.",
        ),
        (
            {"adjustments_email": "hanna@acme.example"},
            "Their name: Write the name as well, or leave both empty.",
        ),
        (
            {"adjustments_name": "Hanna", "adjustments_email": "hanna"},
            "Their e-mail address: Write an e-mail address, such as name@example.org.",
        ),
    ],
)
def test_half_a_person_is_not_saved(
    org: Organisation, ada: Membership, typed: dict[str, str], sentence: str
) -> None:
    response = post(ada, **typed)
    assert errors(response) == [sentence]
    org.refresh_from_db()
    assert (org.name, org.adjustments_name, org.adjustments_email) == ("Acme", "", "")
