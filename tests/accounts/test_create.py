"""Creating an organisation and its admins."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from goodword.accounts.domain.organisation import create_admin, create_organisation
from goodword.accounts.models import AuditEntry, Membership, Organisation, User
from tests.support import factories

pytestmark = pytest.mark.django_db
NOW = factories.NOW
GOOD = "correct horse battery"
ZONE = "Europe/London"


def test_slugs_are_unique() -> None:
    slugs = [
        create_organisation(name=name, now=NOW, time_zone=ZONE).slug
        for name in ("Müller & Co", "muller co", "東京")
    ]
    assert slugs == ["muller-co", "muller-co-2", "organisation"]


def test_long_names_are_truncated_in_the_slug_and_overlong_ones_rejected() -> None:
    assert (
        create_organisation(name="Longish " * 15, now=NOW, time_zone=ZONE).slug
        == "longish-longish-longish-longish-longish"
    )
    with pytest.raises(ValidationError, match="must have 1 to 120 characters"):
        create_organisation(name="x" * 121, now=NOW, time_zone=ZONE)
    with pytest.raises(ValidationError, match="must have 1 to 120 characters"):
        create_organisation(name="  ", now=NOW, time_zone=ZONE)


@pytest.mark.matrix
@pytest.mark.parametrize("zone", ["Europe/Atlantis", "/etc/passwd", "../x", "", "Europe", "localtime", "GB"])
def test_an_unknown_time_zone_is_rejected(zone: str) -> None:
    with pytest.raises(ValidationError, match="Unknown time zone"):
        create_organisation(name="Acme", now=NOW, time_zone=zone)


def test_the_zone_of_servers_is_accepted() -> None:
    assert create_organisation(name="Acme", now=NOW, time_zone="Etc/UTC").zone.utcoffset(NOW) == timedelta()


def admin(organisation: Organisation, **values: str) -> Membership:
    given = {"email": "Ana@Acme.Example", "name": "Ana  Admin", "password": GOOD} | values
    return create_admin(organisation=organisation, now=NOW, **given)


def test_an_admin_gets_a_login_and_an_audit_entry() -> None:
    organisation = create_organisation(name="Acme", now=NOW, time_zone=ZONE)
    made = admin(organisation)
    assert (made.kind, made.user.email, made.user.name) == ("admin", "ana@acme.example", "Ana Admin")
    assert made.user.check_password(GOOD)
    assert list(AuditEntry.objects.of(organisation).values_list("action", "details")) == [
        ("member.added", {"member": made.pk})
    ]


def test_an_existing_user_keeps_the_password_and_becomes_an_admin() -> None:
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


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"password": "short"}, "This password is too short. It must contain at least 10 characters."),
        ({"password": "password123"}, "This password is too common."),
        ({"email": "ana"}, "“ana” is not an e-mail address."),
    ],
)
def test_invalid_credentials_are_rejected_with_a_message(values: dict[str, str], said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        admin(factories.organisation(), **values)
    assert refused.value.messages == [said]
    assert User.objects.count() == 0
