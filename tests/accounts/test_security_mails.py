"""E-mails about a changed password or second factor, and resets by an admin."""

from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client
from django.urls import reverse

from goodword.accounts.domain import audit
from goodword.accounts.models import AuditEntry, Membership, Organisation
from goodword.accounts.reauthentication import has_second_factor
from goodword.accounts.security_mails import CHANGES, FACTORS_RESET, mail_change
from goodword.cli import main
from tests.support import factories
from tests.support.jobs import run_jobs, waiting
from tests.support.pages import signed_in
from tests.support.second_factors import code, with_app

pytestmark = pytest.mark.django_db
JOB = "accounts.mail_security_change"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def ann() -> Membership:
    org = factories.organisation(name="Acme", slug="acme")
    return factories.member(org, kind="admin", name="Ann Admin", email="ann@acme.example")


@pytest.fixture
def rita(ann: Membership) -> Membership:
    return factories.member(ann.organisation, name="Rita Recruiter", email="rita@acme.example")


def where(ann: Membership, of: Membership) -> str:
    return reverse("member_second_factor", args=[ann.organisation.slug, of.pk])


def subjects() -> list[str]:
    assert run_jobs() == [JOB] * len(mail.outbox)
    return [str(message.subject) for message in mail.outbox]


def entries(who: Membership) -> list[tuple[Any, str, Any]]:
    rows = AuditEntry.objects.of(who.organisation).filter(action=audit.FACTORS_REMOVED)
    return list(rows.values_list("member", "actor", "details"))


@pytest.mark.main_case
def test_a_changed_password_is_reported_by_mail_with_time_device_and_address(rita: Membership) -> None:
    client = signed_in(rita)
    new = "a different horse"
    client.post(
        "/accounts/password/change/",
        {"oldpassword": factories.PASSWORD, "password1": new, "password2": new},
        headers={"user-agent": FIREFOX},
    )
    assert mail.outbox == []  # the page must not wait for the mail server
    assert subjects() == ["Your password was changed"]
    [message] = mail.outbox
    assert message.to == ["rita@acme.example"]
    assert isinstance(message, mail.EmailMultiAlternatives)
    for body in (str(message.body), str(message.alternatives[0][0])):
        assert "with Firefox on Linux from 127.0.0.1." in body
        assert body.count("/accounts/password/reset/") == 1
        assert body.count("If this was you, you don't need to do anything.") == 1


@pytest.mark.parametrize(
    ("zone", "moment"),
    [("Europe/Berlin", "Tue 3 Mar, 10:00 CET"), ("Pacific/Chatham", "Tue 3 Mar, 22:45 UTC+13:45")],
)
def test_the_time_of_a_change_names_its_zone(rita: Membership, zone: str, moment: str) -> None:
    Organisation.objects.filter(pk=rita.organisation_id).update(time_zone=zone)
    with time_machine.travel(factories.NOW, tick=False):
        mail_change(user_id=rita.user_id, change=FACTORS_RESET, at=factories.NOW)
    assert moment in str(mail.outbox[0].body)


@pytest.mark.world
def test_each_change_of_a_second_factor_is_reported(
    rita: Membership, django_capture_on_commit_callbacks: Any
) -> None:
    client, app = signed_in(rita), "/accounts/second-factor/app/"
    secret = client.get(app).context["form"].secret
    with django_capture_on_commit_callbacks(execute=True):
        client.post(app, {"code": code(secret)})
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/accounts/recovery-codes/new/")
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"{app}remove/")
    run_jobs()
    assert [message.subject for message in mail.outbox] == [
        "An authenticator app was added to your account",
        "New recovery codes were created for your account",
        "Your authenticator app was removed",
    ]


@pytest.mark.world
@pytest.mark.parametrize("page", ["/accounts/login/code/", "/accounts/reauthenticate/code/"])
def test_wrong_codes_that_lock_the_step_are_reported_once_an_hour(rita: Membership, page: str) -> None:
    with_app(rita.user)
    client = Client() if "login" in page else signed_in(rita)
    if "login" in page:
        client.post("/accounts/login/", {"login": rita.user.email, "password": factories.PASSWORD})
    for _ in range(8):
        client.post(page, {"code": "000000"}, headers={"user-agent": FIREFOX})
    assert subjects() == ["Too many wrong codes were entered for your account"]
    body = str(mail.outbox[0].body)
    assert "with Firefox on Linux from 127.0.0.1." in body
    assert (
        "Whoever entered them knew your password or was signed in as you. Codes are refused for five minutes."
        in body
    )
    trail = AuditEntry.objects.of(rita.organisation).filter(action=audit.LOCKED_OUT)
    assert trail.count() == 1


@pytest.mark.matrix
@time_machine.travel(factories.NOW, tick=False)
@pytest.mark.parametrize("change", sorted(CHANGES))
def test_every_change_has_a_mail(rita: Membership, change: str) -> None:
    mail_change(
        user_id=rita.user_id,
        change=change,
        at=factories.NOW,
        by="Ann Admin",
    )
    [message] = mail.outbox
    assert message.subject == str(CHANGES[change])
    assert "Tue 3 Mar, 10:00 CET" in str(message.body)


@pytest.mark.main_case
def test_an_admin_resets_a_colleagues_second_factor(ann: Membership, rita: Membership) -> None:
    with_app(rita.user)
    theirs, client = signed_in(rita), signed_in(ann)
    page = client.get(reverse("member", args=["acme", rita.pk])).content.decode()
    assert page.count(where(ann, rita)) == 1
    assert "First make sure that the request comes from them" in client.get(where(ann, rita)).content.decode()
    assert has_second_factor(rita.user)
    assert client.post(where(ann, rita))["Location"] == reverse("member", args=["acme", rita.pk])
    assert not Authenticator.objects.filter(user=rita.user).exists()
    assert theirs.get("/o/acme/roles/").status_code == 302
    assert entries(ann) == [(ann.pk, str(ann.user), {"member": rita.pk})]
    assert subjects() == ["Your second factor was reset"]
    [message] = mail.outbox
    body = str(message.body)
    assert (message.to, "Ann Admin removed the authenticator app" in body) == (["rita@acme.example"], True)
    assert (body.count("/accounts/login/"), body.count("password/reset")) == (1, 0)
    client.post(where(ann, rita))
    assert (run_jobs(), len(entries(ann))) == ([], 1)
    assert where(ann, rita) not in client.get(reverse("member", args=["acme", rita.pk])).content.decode()


def test_the_reset_needs_a_recent_sign_in(ann: Membership, rita: Membership) -> None:
    with_app(rita.user)
    response = signed_in(ann, seconds_ago=3600).post(where(ann, rita))
    assert "/accounts/reauthenticate/" in response["Location"]
    assert (has_second_factor(rita.user), entries(ann)) == (True, [])


@pytest.mark.world
def test_members_cannot_reset_themselves_deactivated_members_or_people_elsewhere(
    ann: Membership, rita: Membership
) -> None:
    gone = factories.member(ann.organisation, name="Gone")
    gone.deactivated_at = factories.NOW
    gone.save()
    elsewhere = factories.member(ann.organisation, name="Else")
    Membership.objects.create(
        organisation=factories.organisation(),
        user=elsewhere.user,
        kind="recruiter",
        created_at=factories.NOW,
    )
    for member, sentence in (
        (ann, "You can&#x27;t reset your own second factor."),
        (gone, "Gone is deactivated."),
        (elsewhere, "Only the operator of Goodword can change how Else signs in."),
    ):
        with_app(member.user)
        response = signed_in(ann, method="mfa").post(where(ann, member))
        assert (response.status_code, sentence in response.content.decode()) == (422, True)
        assert has_second_factor(member.user)
    assert (entries(ann), waiting()) == ([], [])


@pytest.mark.world
def test_others_cannot_reset_a_second_factor(ann: Membership, rita: Membership) -> None:
    with_app(rita.user)
    manager = factories.member(ann.organisation, kind="hiring_manager")
    stranger = factories.member(factories.organisation(slug="globex"), kind="admin")
    colleague = factories.member(ann.organisation)
    statuses = [signed_in(who).post(where(ann, rita)).status_code for who in (colleague, manager, stranger)]
    assert statuses == [403, 403, 404]
    foreign = reverse("member_second_factor", args=["globex", rita.pk])
    assert signed_in(stranger).post(foreign).status_code == 404
    assert Client().post(where(ann, rita)).status_code == 302
    assert (has_second_factor(rita.user), entries(ann), waiting()) == (True, [], [])


@pytest.mark.world
def test_the_operators_command_notifies_the_member_too(rita: Membership, capsys: Any) -> None:
    with_app(rita.user)
    assert main(["recover-sign-in", "--email", rita.user.email]) == 0
    assert "no longer has a second factor" in capsys.readouterr().out
    assert entries(rita) == [(None, "operator", {"member": rita.pk})]
    assert subjects() == [str(CHANGES[FACTORS_RESET])]
    assert "the operator of Goodword removed the authenticator app" in str(mail.outbox[0].body)
