"""The first organisation and its admin, by the command and by the functions behind it."""

import io
import sys

import pytest
from django.core.exceptions import ValidationError

from goodword import cli
from goodword.accounts.domain.create import create_admin, create_organisation
from goodword.accounts.models import AuditEntry, Membership, Organisation, User
from tests.support import factories

pytestmark = pytest.mark.django_db
NOW = factories.NOW
GOOD = "correct horse battery"


def test_an_organisation_gets_an_address_of_its_own() -> None:
    slugs = [create_organisation(name=name, now=NOW).slug for name in ("Müller & Co", "muller co", "東京")]
    assert slugs == ["muller-co", "muller-co-2", "organisation"]


def test_a_long_name_still_gets_an_address_and_a_longer_one_is_refused() -> None:
    assert (
        create_organisation(name="Longish " * 15, now=NOW).slug == "longish-longish-longish-longish-longish"
    )
    with pytest.raises(ValidationError, match="a name of 1 to 120 characters"):
        create_organisation(name="x" * 121, now=NOW)
    with pytest.raises(ValidationError, match="a name of 1 to 120 characters"):
        create_organisation(name="  ", now=NOW)


@pytest.mark.parametrize("zone", ["Europe/Atlantis", "/etc/passwd", "../x", "", "Europe"])
def test_a_zone_that_there_is_not_is_refused(zone: str) -> None:
    with pytest.raises(ValidationError, match="There is no time zone"):
        create_organisation(name="Acme", now=NOW, time_zone=zone)


def admin(organisation: Organisation, **values: str) -> Membership:
    given = {"email": "Ana@Acme.Example", "name": "Ana  Admin", "password": GOOD} | values
    return create_admin(organisation=organisation, now=NOW, **given)


def test_an_admin_has_a_login_and_stands_in_the_audit_log() -> None:
    organisation = create_organisation(name="Acme", now=NOW)
    made = admin(organisation)
    assert (made.kind, made.user.email, made.user.name) == ("admin", "ana@acme.example", "Ana Admin")
    assert made.user.check_password(GOOD)
    assert list(AuditEntry.objects.of(organisation).values_list("action", "details")) == [
        ("member.added", {"member": made.pk})
    ]


def test_who_has_a_login_keeps_their_password_and_becomes_an_admin_here_too() -> None:
    first, second = factories.organisation(), factories.organisation()
    admin(first)
    again = admin(second, password="quite another one")
    assert again.user.check_password(GOOD)
    assert User.objects.count() == 1
    assert Membership.objects.of(second).get().kind == "admin"


def test_a_recruiter_becomes_an_admin() -> None:
    organisation = factories.organisation()
    factories.member(organisation, kind="recruiter", email="ana@acme.example")
    assert admin(organisation).kind == "admin"
    admin(organisation)
    assert list(AuditEntry.objects.of(organisation).values_list("action", flat=True)) == ["member.made_admin"]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"password": "short"}, "This password is too short. It must contain at least 10 characters."),
        ({"password": "password123"}, "This password is too common."),
        ({"email": "ana"}, "Enter a valid email address."),
    ],
)
def test_what_cannot_be_a_login_is_refused_in_a_sentence(values: dict[str, str], said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        admin(factories.organisation(), **values)
    assert refused.value.messages == [said]
    assert User.objects.count() == 0


def command(monkeypatch: pytest.MonkeyPatch, *more: str, password: str = GOOD) -> int:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{password}\n"))
    who = ["--organisation", "Acme", "--email", "ana@acme.example", "--name", "Ana"]
    return cli.main(["createadmin", *who, "--password-stdin", *more])


def test_the_command_makes_both_and_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(monkeypatch, "--time-zone", "America/New_York") == 0
    assert capsys.readouterr() == ("ana@acme.example is an admin of Acme.\n", "")
    assert Organisation.objects.get().time_zone == "America/New_York"


def test_the_command_adds_to_the_organisation_of_an_address(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command(monkeypatch)
    assert command(monkeypatch, "--organisation", "acme", "--email", "bo@acme.example") == 0
    assert (Organisation.objects.count(), Membership.objects.across_organisations().count()) == (1, 2)
    assert capsys.readouterr().out.splitlines()[-1] == "bo@acme.example is an admin of Acme."


def test_the_command_refuses_in_a_sentence_and_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(monkeypatch, password="short") == 2
    assert capsys.readouterr() == (
        "",
        "goodword: This password is too short. It must contain at least 10 characters.\n",
    )
    assert Organisation.objects.count() == 0
