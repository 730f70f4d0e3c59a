"""Inviting members, and the invitation page."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from goodword.accounts.domain.invitations import InviterGone
from goodword.accounts.domain.members import deactivate
from goodword.accounts.models import AuditEntry, Invitation, Membership, Organisation, User
from goodword.core import clock
from goodword.notifications.domain import links
from goodword.notifications.models import Email
from goodword.roles.models import visible_roles
from goodword.workspace.members import invitations
from tests.support import factories, oidc
from tests.support.factories import PASSWORD
from tests.support.jobs import run_jobs
from tests.support.pages import signed_in

pytestmark = pytest.mark.django_db
NINA = "nina@acme.example"


@pytest.fixture
def ann() -> Membership:
    org = factories.organisation(name="Acme", slug="acme")
    return factories.member(org, kind="admin", name="Ann Admin", email="ann@acme.example")


def invite(ann: Membership, email: str = NINA, kind: str = "recruiter", **values: Any) -> Invitation:
    [made] = invitations.invite(
        emails=[email], kind=kind, roles=values.get("roles", []), by=ann, now=clock.now()
    )
    return made


def url_of(invitation: Invitation, **values: Any) -> str:
    url = links.mint(
        organisation=invitation.organisation,
        purpose=invitations.PURPOSE,
        subject_id=invitation.pk,
        now=clock.now(),
        **values,
    )
    return "/i/" + url.partition("/i/")[2]


def page(name: str, ann: Membership, *args: object) -> str:
    return reverse(name, args=[ann.organisation.slug, *args])


def actions(ann: Membership) -> list[str]:
    return list(AuditEntry.objects.of(ann.organisation).order_by("pk").values_list("action", flat=True))


@pytest.mark.world
def test_an_admin_invites_several_people_who_get_a_link_each(ann: Membership, mailoutbox: list[Any]) -> None:
    role = factories.role(ann.organisation, title="Window Washer", owner=ann)
    response = signed_in(ann).post(
        page("members", ann),
        {"emails": f"{NINA}; Otto@acme.example,\n{NINA};", "kind": "hiring_manager", "roles": [role.pk]},
    )
    assert (response.status_code, response["Location"]) == (302, page("members", ann))
    rows = Invitation.objects.of(ann.organisation).order_by("pk")
    assert [(row.email, row.kind, row.role_ids) for row in rows] == [
        (NINA, "hiring_manager", [role.pk]),
        ("otto@acme.example", "hiring_manager", [role.pk]),
    ]
    run_jobs()
    assert [mail.to for mail in mailoutbox] == [[NINA], ["otto@acme.example"]]
    mail = mailoutbox[0]
    assert mail.subject == "Ann Admin has invited you to join Acme on Goodword"
    assert "Window Washer" in mail.body
    assert mail.reply_to == ["ann@acme.example"]
    [link] = re.findall(r"https?://\S+/i/\S+/", mail.body)
    token = link.partition("/i/")[2].strip("/")
    found = links.resolve(token, purpose=invitations.PURPOSE)
    assert found is not None
    assert found.expires_at - found.created_at == timedelta(days=7)
    assert token not in Email.objects.of(ann.organisation).order_by("pk")[0].text


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Enter at least one address."),
        ("nina@acme.example, nina", "These are not e-mail addresses: nina."),
        ("ANN@acme.example", "ann@acme.example is already a member."),
        ("gone@acme.example", "gone@acme.example is a deactivated member. Reactivate them instead."),
        ("twice@acme.example", "twice@acme.example is already invited. Send the invitation again."),
    ],
)
def test_one_refused_address_refuses_all_invitations(ann: Membership, typed: str, sentence: str) -> None:
    gone = factories.member(ann.organisation, email="gone@acme.example")
    deactivate(member=gone, by=ann, now=clock.now())
    invite(ann, "twice@acme.example")
    before = Invitation.objects.of(ann.organisation).count()
    sent = {"emails": f"new@acme.example {typed}" if typed else "", "kind": "recruiter"}
    response = signed_in(ann).post(page("members", ann), sent)
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert sent["emails"] in response.content.decode()
    assert Invitation.objects.of(ann.organisation).count() == before


@pytest.mark.world
def test_a_new_person_sets_name_and_password_and_is_signed_in(ann: Membership) -> None:
    role = factories.role(ann.organisation, title="Window Washer", owner=ann)
    url = url_of(invite(ann, kind="hiring_manager", roles=[role]))
    client = Client()
    shown = client.get(url)
    assert shown.status_code == 200
    assert "Set password and join" in shown.content.decode()
    assert shown["Referrer-Policy"] == "no-referrer"
    assert not User.objects.filter(email=NINA).exists()
    response = client.post(url, {"name": "Nina New", "password": "a long enough sentence"})
    assert (response.status_code, response["Location"]) == (302, "/o/acme/home/")
    nina = Membership.objects.of(ann.organisation).get(user__email=NINA)
    assert (nina.kind, nina.user.name, list(visible_roles(nina))) == ("hiring_manager", "Nina New", [role])
    assert "Window Washer" in client.get("/o/acme/roles/").content.decode()
    assert actions(ann)[1:] == [
        "member.invited",
        "member.joined",
        "role.viewer_added",
        "sign_in.succeeded",
    ]


@pytest.mark.world
def test_a_new_person_needs_no_password_where_single_sign_on_is_required(
    ann: Membership, settings: Settings
) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = oidc.configuration("http://127.0.0.1:9/o")
    url, client = url_of(invite(ann)), Client()
    Organisation.objects.update(requires_single_sign_on=True)
    shown = client.get(url).content.decode()
    assert ("Set password and join" in shown, 'type="password"' in shown) == (False, False)
    response = client.post(url, {"name": "Nina New"})
    assert (response.status_code, response["Location"]) == (302, "/accounts/login/?next=/o/acme/home/")
    assert [str(message) for message in get_messages(response.wsgi_request)] == [
        "You have joined. Acme requires single sign-on. Use “Sign in with Northwind ID”."
    ]
    nina = Membership.objects.of(ann.organisation).get(user__email=NINA)
    assert (nina.user.name, nina.user.has_usable_password()) == ("Nina New", False)
    assert actions(ann)[-1:] == ["member.joined"]


def test_a_weak_password_keeps_the_name(ann: Membership) -> None:
    response = Client().post(url_of(invite(ann)), {"name": "Nina New", "password": "12345"})
    assert response.status_code == 422
    assert "too short" in response.content.decode()
    assert 'value="Nina New"' in response.content.decode()
    assert not User.objects.filter(email=NINA).exists()


def test_a_used_link_says_so_and_leads_its_user_on(ann: Membership) -> None:
    url, client = url_of(invite(ann)), Client()
    client.post(url, {"name": "Nina New", "password": "a long enough sentence"})
    assert client.get(url)["Location"] == "/o/acme/home/"
    other = Client().get(url)
    assert other.status_code == 410
    assert "You have already joined" in other.content.decode()
    assert User.objects.filter(email=NINA).count() == 1


@pytest.mark.world
def test_someone_with_a_login_elsewhere_signs_in_and_accepts(ann: Membership) -> None:
    nina = factories.member(factories.organisation(), email=NINA)
    url, client = url_of(invite(ann)), Client()
    assert "Sign in with it, then accept." in client.get(url).content.decode()
    to_sign_in = client.post(url)
    assert to_sign_in["Location"] == "/accounts/login/?next=/i/"
    signed = client.post(to_sign_in["Location"], {"login": NINA, "password": PASSWORD})
    assert signed["Location"] == "/i/"
    assert "Accept the invitation" in client.get("/i/").content.decode()
    assert not Membership.objects.of(ann.organisation).filter(user=nina.user).exists()
    assert client.post("/i/")["Location"] == "/o/acme/home/"
    assert Membership.objects.of(ann.organisation).get(user=nina.user).kind == "recruiter"
    assert client.get("/i/")["Location"] == "/"


def test_an_invitation_is_only_for_its_address(ann: Membership) -> None:
    url = url_of(invite(ann))
    other = signed_in(factories.member(factories.organisation(), email="eve@else.example"))
    for response in (other.get(url), other.post(url, {"name": "Eve", "password": "a long enough sentence"})):
        assert "You are signed in as eve@else.example" in response.content.decode()
    assert not Membership.objects.of(ann.organisation).exclude(pk=ann.pk).exists()


@pytest.mark.world
def test_withdrawn_expired_and_replaced_links_say_what_to_do(ann: Membership) -> None:
    invitation = invite(ann)
    expired = url_of(invitation, expires_at=clock.now() - timedelta(seconds=1))
    replaced = url_of(invitation)
    assert invitations.send_again(invitation=invitation, by=ann, now=clock.now())
    current = url_of(invitation)
    said = {expired: "has expired", replaced: "There is a newer invitation", current: "Set password and join"}
    links_ended = Client().get(expired).content.decode()
    assert "There is a newer invitation" in links_ended  # replaced by the newer invitation
    assert said[replaced] in Client().get(replaced).content.decode()
    assert said[current] in Client().get(current).content.decode()
    late = url_of(invitation, expires_at=clock.now() - timedelta(seconds=1))
    assert said[expired] in Client().get(late).content.decode()
    assert invitations.withdraw(invitation=invitation, by=ann, now=clock.now())
    response = Client().post(current, {"name": "Nina", "password": "a long enough sentence"})
    assert response.status_code == 410
    assert "This invitation was withdrawn" in response.content.decode()
    assert "ann@acme.example" in response.content.decode()
    assert not User.objects.filter(email=NINA).exists()


@pytest.mark.world
def test_a_member_deactivated_since_sees_who_can_help(ann: Membership) -> None:
    url, client = url_of(invite(ann)), Client()
    client.post(url, {"name": "Nina New", "password": "a long enough sentence"})
    nina = Membership.objects.of(ann.organisation).get(user__email=NINA)
    deactivate(member=nina, by=ann, now=clock.now())
    assert "Your access was deactivated" in client.get(url).content.decode()


@pytest.mark.world
@pytest.mark.parametrize("how", ["deactivated", "demoted"])
def test_invitations_of_a_former_admin_are_withdrawn(ann: Membership, how: str) -> None:
    mal = factories.member(ann.organisation, kind="admin", name="Mal")
    made, other = invite(mal, kind="admin"), invite(ann, email="otto@acme.example")
    url = url_of(made)
    client = signed_in(ann)
    if how == "deactivated":
        where, data = page("member_deactivate", ann, mal.pk), {}
        assert "1 open invitation that Mal sent is withdrawn." in client.get(where).content.decode()
    else:
        where, data = page("member", ann, mal.pk), {"kind": "recruiter"}
        text = client.get(where).content.decode()
        assert "If Mal stops being an admin, 1 open invitation that they sent is withdrawn." in text
    assert client.post(where, data).status_code == 302
    made.refresh_from_db()
    other.refresh_from_db()
    assert (made.is_open, other.is_open) == (False, True)
    assert "member.invitation_withdrawn" in actions(ann)
    refused = Client().post(url, {"name": "Nina", "password": PASSWORD})
    assert refused.status_code == 410
    assert not User.objects.filter(email=NINA).exists()


def test_invitations_of_an_admin_who_steps_down_are_withdrawn(ann: Membership) -> None:
    factories.member(ann.organisation, kind="admin")
    made = invite(ann)
    assert signed_in(ann).post(page("member", ann, ann.pk), {"kind": "recruiter"}).status_code == 302
    made.refresh_from_db()
    assert not made.is_open


@pytest.mark.world
def test_only_an_admins_invitation_is_accepted_and_another_can_send_it_again(ann: Membership) -> None:
    mal = factories.member(ann.organisation, kind="admin", name="Mal")
    made = invite(mal, kind="admin")
    url, new = url_of(made), {"name": "Nina", "password": PASSWORD}
    Membership.objects.of(ann.organisation).filter(pk=mal.pk).update(kind="recruiter")
    for refused in (Client().get(url), Client().post(url, new)):
        assert refused.status_code == 410
        text = refused.content.decode()
        assert "The person who sent it is no longer an admin of Acme. Ask an admin to send it again:" in text
        assert "ann@acme.example" in text
    with pytest.raises(InviterGone):
        invitations.accept(
            invitation=made, user=User.objects.create_user(email=NINA, name="Nina"), now=clock.now()
        )
    User.objects.filter(email=NINA).delete()
    assert invitations.send_again(invitation=made, by=ann, now=clock.now())
    assert Client().post(url_of(made), new)["Location"] == page("needs_you", ann)


def test_an_invited_person_cannot_take_a_colleagues_name(ann: Membership) -> None:
    url = url_of(invite(ann))
    refused = Client().post(url, {"name": "ann admin", "password": PASSWORD})
    assert refused.context["form"].errors["name"] == [
        "Another member of Acme has this name. Add an initial or a middle name."
    ]
    assert not User.objects.filter(email=NINA).exists()


def test_an_unknown_link_has_a_page() -> None:
    assert Client().get("/i/" + "x" * 43 + "/").status_code == 404


@pytest.mark.world
def test_sending_again_ends_the_earlier_link_and_mail(ann: Membership, mailoutbox: list[Any]) -> None:
    invitation = invite(ann)
    run_jobs()
    response = signed_in(ann).post(page("invitation_send_again", ann, invitation.pk))
    assert response["Location"] == page("members", ann)
    run_jobs()
    assert len(mailoutbox) == 2
    found = re.findall(r"/i/\S+/", mailoutbox[0].body + mailoutbox[1].body)
    assert [Client().get(url).status_code for url in found] == [410, 200]
    assert "member.invitation_sent_again" in actions(ann)


@pytest.mark.world
def test_an_undelivered_mail_shows_on_the_page(ann: Membership) -> None:
    invite(ann)
    client = signed_in(ann)
    assert "Being sent" in client.get(page("members", ann)).content.decode()
    Email.objects.of(ann.organisation).update(state="failed", last_error="No such mailbox.")
    shown = client.get(page("members", ann)).content.decode()
    assert "Not delivered" in shown
    assert "No such mailbox." in shown


@pytest.mark.world
def test_withdrawing_twice_is_harmless(ann: Membership) -> None:
    invitation, client = invite(ann), signed_in(ann)
    for text in ("withdrawn.", "Not withdrawn"):
        response = client.post(page("invitation_withdraw", ann, invitation.pk), follow=True)
        assert text in response.content.decode()
    assert actions(ann) == ["member.invited", "member.invitation_withdrawn"]


@pytest.mark.world
def test_only_admins_of_the_organisation_send_again_or_withdraw(ann: Membership) -> None:
    invitation = invite(ann)
    before = (actions(ann), Email.objects.of(ann.organisation).count())
    for who, status in (
        (factories.member(ann.organisation), 403),
        (factories.member(ann.organisation, kind="hiring_manager"), 403),
        (factories.member(factories.organisation(), kind="admin"), 404),
        (None, 302),
    ):
        client = signed_in(who) if who else Client()
        for name in ("invitation_send_again", "invitation_withdraw"):
            assert client.post(page(name, ann, invitation.pk)).status_code == status
        assert client.post(page("members", ann), {"emails": "x@y.example"}).status_code == status
    stranger = factories.member(factories.organisation(), kind="admin")
    there = reverse("invitation_withdraw", args=[stranger.organisation.slug, invitation.pk])
    assert signed_in(stranger).post(there).status_code == 404
    assert (actions(ann), Email.objects.of(ann.organisation).count()) == before
