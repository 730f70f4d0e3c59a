"""The page that creates the first organisation and its admin with the code printed by `goodword serve`."""

import pytest
from django.test import Client, override_settings
from django.urls import reverse

from goodword.accounts.first_admin import AlreadyCreated, announcement, code, create_first
from goodword.accounts.models import Membership, Organisation, User
from tests.support import factories
from tests.support.factories import NOW

pytestmark = pytest.mark.django_db
URL = "/accounts/first/"
GOOD = "correct horse battery"


def given(**changed: str) -> dict[str, str]:
    return {
        "code": code(),
        "organisation": "Northwind",
        "time_zone": "Europe/London",
        "name": "Ann Admin",
        "email": "ann@northwind.example",
        "password": GOOD,
    } | changed


def test_the_code_creates_the_organisation_and_signs_its_admin_in() -> None:
    client = Client()
    response = client.post(URL, given())
    member = Membership.objects.across_organisations().get()
    assert (member.organisation.name, member.organisation.slug, member.organisation.time_zone) == (
        "Northwind",
        "northwind",
        "Europe/London",
    )
    assert (member.kind, member.user.name, member.user.email) == (
        Membership.Kind.ADMIN,
        "Ann Admin",
        "ann@northwind.example",
    )
    assert member.user.check_password(GOOD)
    assert (response.status_code, response["Location"]) == (302, reverse("needs_you", args=["northwind"]))
    assert client.get(response["Location"], follow=True).redirect_chain == [("/o/northwind/home/setup/", 302)]


def test_the_code_may_be_typed_in_small_letters_without_hyphens() -> None:
    assert Client().post(URL, given(code=f" {code().replace('-', ' ').lower()} ")).status_code == 302


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"code": "AAAA-BBBB-CCCC-DDDD"}, "code", "That isn't the code."),
        ({"code": ""}, "code", "Enter the code from the log."),
        ({"organisation": " "}, "organisation", "Enter the name of your organisation."),
        ({"time_zone": "Europe/Atlantis"}, "time_zone", "Choose a time zone from the list."),
        ({"time_zone": ""}, "time_zone", "Choose a time zone."),
        ({"name": ""}, "name", "Enter your name."),
        ({"name": "Goodword"}, "name", "This name is used by Goodword itself."),
        ({"email": "ann"}, "email", "Enter an e-mail address such as name@example.org."),
        (
            {"email": "ann@\N{KELVIN SIGN}iosk.example"},
            "email",
            "has a letter that only looks like i, s or k.",
        ),
        ({"password": "short"}, "password", "at least 10 characters"),
    ],
)
def test_wrong_entries_create_nothing_and_stay_in_the_form(
    changed: dict[str, str], field: str, sentence: str
) -> None:
    response = Client().post(URL, given(**changed))
    assert response.status_code == 422
    assert sentence in " ".join(response.context["form"].errors[field])
    if field != "organisation":
        assert 'value="Northwind"' in response.content.decode()
    assert GOOD not in response.content.decode()
    assert (Organisation.objects.count(), User.objects.count()) == (0, 0)


def test_the_page_closes_with_the_first_organisation() -> None:
    factories.organisation()
    client = Client()
    assert [client.get(URL)["Location"], client.post(URL, given())["Location"]] == [
        reverse("account_login")
    ] * 2
    assert (Organisation.objects.count(), User.objects.count()) == (1, 0)


def test_of_two_submissions_at_once_the_second_creates_nothing() -> None:
    values = {name: value for name, value in given().items() if name != "code"}
    create_first(**values, now=NOW)
    with pytest.raises(AlreadyCreated):
        create_first(**values | {"email": "bea@northwind.example"}, now=NOW)
    assert (Organisation.objects.count(), User.objects.count()) == (1, 1)


@pytest.mark.slow
def test_twenty_guesses_a_minute_are_allowed() -> None:
    client = Client(REMOTE_ADDR="192.0.2.77")
    for _ in range(20):
        assert client.post(URL, given(code="wrong")).status_code == 422
    response = client.post(URL, given())
    assert (response.status_code, response["Retry-After"]) == (429, "60")
    assert "Wait a minute" in response.content.decode()
    assert Organisation.objects.count() == 0


def test_the_address_of_the_installation_leads_to_the_page_until_there_is_an_organisation() -> None:
    assert Client().get("/")["Location"] == URL
    factories.organisation()
    assert Client().get("/")["Location"] == f"{reverse('account_login')}?next=/"


def test_the_server_prints_the_code_until_there_is_an_organisation() -> None:
    assert announcement() == (
        "There is no organisation yet. To create it and its first admin, open "
        f"http://localhost:8000/accounts/first/ and enter the code {code()}"
    )
    factories.organisation()
    assert announcement() == ""


def test_another_secret_key_has_another_code() -> None:
    before = code()
    with override_settings(SECRET_KEY="another secret key of more than forty characters 0123456789"):
        assert code() != before
    assert code() == before
