"""Settings > Members: kinds, roles, and deactivation without losing open work."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from goodword.accounts.models import AuditEntry, Membership
from goodword.candidates.domain.erasure_requests import Reason, request_erasure
from goodword.candidates.models import Application, Candidate, recruiter_of
from goodword.core import clock
from goodword.core.addresses import Correspondent
from goodword.notifications.domain import links
from goodword.notifications.domain.mail_texts import render
from goodword.notifications.domain.queue import LinkFor, queue, send_again
from goodword.notifications.models import Email, Link
from goodword.roles.models import Role, visible_roles
from goodword.workflow.domain.own_erasure import mail_erasure_cancelled
from goodword.workspace.comments import write_comment
from goodword.workspace.members import changes
from goodword.workspace.needs_you.digest import send_digest
from tests.support import factories
from tests.support.pages import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> Membership:
    org = factories.organisation(name="Acme", slug="acme")
    return factories.member(org, kind="admin", name="Ann Admin", email="ann@acme.example")


@pytest.fixture
def rita(ann: Membership) -> Membership:
    return factories.member(ann.organisation, name="Rita Recruiter", email="rita@acme.example")


@pytest.fixture
def role(rita: Membership) -> Role:
    return factories.role(rita.organisation, title="Window Washer", owner=rita)


def page(name: str, member: Membership, *args: object) -> str:
    return reverse(name, args=[member.organisation.slug, *args])


def listed(response: Any) -> list[str]:
    return [row.user.name for row, _, _ in response.context["rows"]]


def actions(member: Membership) -> list[str]:
    return list(AuditEntry.objects.of(member.organisation).order_by("pk").values_list("action", flat=True))


def test_the_page_lists_members_with_their_roles(ann: Membership, role: Role) -> None:
    manager = factories.member(ann.organisation, kind="hiring_manager", name="Ben Manager")
    factories.member(ann.organisation, kind="hiring_manager", name="Cem Manager")
    role.viewers.add(manager)
    Authenticator.objects.create(user=manager.user, type=Authenticator.Type.TOTP, data={})
    text = signed_in(ann).get(page("members", ann)).content.decode()
    for found in ("Authenticator app", "Owns 1 role", "Window Washer", "No role yet", "Owns none", "never"):
        assert found in text


@pytest.mark.world
def test_twenty_members_can_be_searched_by_name_and_address(ann: Membership) -> None:
    factories.member(ann.organisation, name="Łukasz Müßig", email="lm@acme.example")
    client = signed_in(ann)
    assert "Search members" not in client.get(page("members", ann)).content.decode()
    for number in range(18):
        factories.member(ann.organisation, name=f"Colleague {number}")
    assert "Search members" in client.get(page("members", ann)).content.decode()
    for query in ("mussig", " LUKASZ ", "LM@acme"):
        assert listed(client.get(page("members", ann), {"q": query})) == ["Łukasz Müßig"]
    nobody = client.get(page("members", ann), {"q": "<b>Zoe"})
    assert listed(nobody) == []
    assert "No results for “&lt;b&gt;Zoe”." in nobody.content.decode()


@pytest.mark.world
def test_more_members_take_no_more_queries(ann: Membership, role: Role) -> None:
    client = signed_in(ann)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert client.get(page("members", ann)).status_code == 200
        return len(found)

    role.viewers.add(factories.member(ann.organisation, kind="hiring_manager"))
    before = queries()
    for _ in range(3):
        role.viewers.add(factories.member(ann.organisation, kind="hiring_manager"))
    assert queries() == before


@pytest.mark.world
def test_an_admin_changes_kind_and_roles(ann: Membership, role: Role) -> None:
    ben = factories.member(ann.organisation)
    other = factories.role(ann.organisation, title="Cook", owner=ann)
    client, url = signed_in(ann), page("member", ann, ben.pk)
    assert client.post(url, {"kind": "hiring_manager", "roles": [role.pk, other.pk]}).status_code == 302
    ben.refresh_from_db()
    assert (ben.kind, set(visible_roles(ben))) == ("hiring_manager", {role, other})
    assert client.post(url, {"kind": "hiring_manager", "roles": [other.pk]}).status_code == 302
    assert set(visible_roles(ben)) == {other}
    assert actions(ann)[-4:] == [
        "member.kind_changed",
        "role.viewer_added",
        "role.viewer_added",
        "role.viewer_removed",
    ]


def test_roles_of_another_organisation_cannot_be_given(ann: Membership) -> None:
    ben = factories.member(ann.organisation, kind="hiring_manager")
    foreign = factories.role(factories.organisation())
    response = signed_in(ann).post(
        page("member", ann, ben.pk), {"kind": "hiring_manager", "roles": [foreign.pk]}
    )
    assert response.status_code == 422
    assert not foreign.viewers.exists()


@pytest.mark.world
def test_an_owner_who_becomes_a_hiring_manager_hands_over_roles(
    ann: Membership, rita: Membership, role: Role
) -> None:
    client, url = signed_in(ann), page("member", ann, rita.pk)
    response = client.post(url, {"kind": "hiring_manager"})
    assert response.status_code == 422
    assert "Choose who takes over their roles." in response.content.decode()
    role.refresh_from_db()
    assert role.owner == rita
    assert client.post(url, {"kind": "hiring_manager", "successor": ann.pk}).status_code == 302
    role.refresh_from_db()
    assert role.owner == ann


def test_the_only_admin_is_refused_with_a_sentence(ann: Membership) -> None:
    response = signed_in(ann).post(page("member", ann, ann.pk), {"kind": "recruiter"})
    assert response.status_code == 422
    assert "Make someone else an admin first." in response.content.decode()
    ann.refresh_from_db()
    assert ann.is_admin


@pytest.mark.world
def test_a_deactivated_members_roles_mails_and_links_are_passed_on(
    ann: Membership, rita: Membership, role: Role
) -> None:
    ada = factories.application(role, recruiter_email="rita@acme.example", recruiter_name="Rita Recruiter")
    now = clock.now()
    sent, waiting = (_review_mail(ada, key, now=now) for key in ("sent", "waiting"))
    Email.objects.of(ann.organisation).filter(pk=sent.pk).update(state="sent")
    url = links.mint(
        organisation=ann.organisation, purpose=Link.Purpose.REVIEW, subject_id=ada.pk, now=now, email=sent
    )
    opened, client = "/v/" + url.partition("/v/")[2], signed_in(rita)
    assert Client().get(opened).status_code == 200
    response = signed_in(ann).post(page("member_deactivate", ann, rita.pk), {"successor": ann.pk})
    assert response.status_code == 302
    role.refresh_from_db()
    waiting.refresh_from_db()
    assert role.owner == ann
    assert recruiter_of(ada).address == "ann@acme.example"
    assert (waiting.to_address, waiting.to_name, waiting.context["to_name"]) == (
        "ann@acme.example",
        "Ann Admin",
        "Ann Admin",
    )
    assert Client().get(opened).status_code == 410
    assert client.get(page("roles", ann))["Location"].startswith("/accounts/login/")
    assert actions(ann)[-2:] == ["member.deactivated", "role.owner_changed"]


@pytest.mark.parametrize("state", ["queued", "failed"])
def test_a_deactivated_member_sends_nothing_more_to_candidates(
    ann: Membership, rita: Membership, role: Role, state: str
) -> None:
    ada = factories.application(role, recruiter_email="rita@acme.example", recruiter_name="Rita Recruiter")
    now = clock.now()
    invitation = queue(
        organisation=ann.organisation,
        kind="references.invitation",
        key="invitation",
        to=Correspondent(name="Ada", address=ada.candidate.email),
        sender=Correspondent(name="Rita Recruiter", address="rita@acme.example"),
        template="references/mail/invitation",
        context={},
        application=ada,
        now=now,
    )
    assert invitation is not None
    Email.objects.of(ann.organisation).update(state=state)
    assert changes.deactivate(member=rita, successor=ann, by=ann, now=now)
    if state == "failed":
        assert send_again(email_id=invitation.pk, to_address="", member=ann, now=now)
    invitation.refresh_from_db()
    assert (invitation.from_name, invitation.reply_to) == ("Ann Admin (Acme)", "ann@acme.example")
    said = [invitation.context[name] for name in ("sender_name", "reply_to", "to_name")]
    assert said == ["Ann Admin", "ann@acme.example", "Ada"]


def test_a_notice_names_the_current_recruiter_as_the_one_to_write_to(
    ann: Membership, rita: Membership, role: Role
) -> None:
    ada, now = factories.application(role), clock.now()
    with transaction.atomic():
        erasure = request_erasure(
            of=ada.candidate, reason=Reason.CANDIDATE, now=now, by="candidate", due_at=now
        )
    mail_erasure_cancelled(erasure, now=now)
    assert changes.deactivate(member=rita, successor=ann, by=ann, now=now)
    notice = Email.objects.of(ann.organisation).get(kind="workflow.erasure_cancelled")
    assert "write to Ann Admin (ann@acme.example)" in render(notice, link="").text


def test_a_review_link_closes_with_its_members_access(ann: Membership, rita: Membership, role: Role) -> None:
    ada = factories.application(role, recruiter_email="rita@acme.example", recruiter_name="Rita Recruiter")
    now = clock.now()
    sent = _review_mail(ada, "sent", now=now)
    url = links.mint(
        organisation=ann.organisation, purpose=Link.Purpose.REVIEW, subject_id=ada.pk, now=now, email=sent
    )
    opened = "/v/" + url.partition("/v/")[2]
    wanted = changes.Change(kind="hiring_manager", roles=(), successor=ann)
    assert changes.change(member=rita, wanted=wanted, by=ann, now=now)
    assert Client().get(opened).status_code == 200  # still the candidate's recruiter
    Application.objects.of(ann.organisation).update(recruiter_email="ann@acme.example")
    closed = Client().get(opened)
    assert (closed.status_code, b"no longer have access" in closed.content) == (410, True)
    role.viewers.add(rita)
    assert Client().get(opened).status_code == 200


def test_a_former_recruiter_without_a_login_sees_no_private_candidate(ann: Membership) -> None:
    role = factories.role(ann.organisation, owner=ann)
    ada = factories.application(role, recruiter_email="rita@acme.example", recruiter_name="Rita Recruiter")
    now = clock.now()
    url = links.mint(
        organisation=ann.organisation,
        purpose=Link.Purpose.REVIEW,
        subject_id=ada.pk,
        now=now,
        email=_review_mail(ada, "sent", now=now),
    )
    opened = "/v/" + url.partition("/v/")[2]
    Candidate.objects.of(ann.organisation).update(private=True)
    assert Client().get(opened).status_code == 200  # still the candidate's recruiter
    Application.objects.of(ann.organisation).update(recruiter_email="ann@acme.example")
    assert Client().get(opened).status_code == 410
    Candidate.objects.of(ann.organisation).update(private=False)
    assert Client().get(opened).status_code == 200


@pytest.mark.world
def test_the_page_says_how_many_shared_links_stay(ann: Membership, rita: Membership) -> None:
    now = clock.now()
    for member, days in ((rita, 1), (rita, 30), (rita, -1), (ann, 30)):
        links.mint(
            organisation=ann.organisation,
            purpose=Link.Purpose.REPORT,
            subject_id=1,
            now=now,
            expires_at=now + timedelta(days=days),
            created_by=member,
        )
    text = signed_in(ann).get(page("member_deactivate", ann, rita.pk)).content.decode()
    assert "2 links to reports that Rita Recruiter shared still work" in text


@pytest.mark.world
def test_mentions_and_the_digest_of_a_deactivated_member_go_to_nobody(
    ann: Membership, rita: Membership, role: Role
) -> None:
    ada = factories.application(role, recruiter_email="ann@acme.example")
    with time_machine.travel(factories.NOW, tick=False):
        write_comment(application_id=ada.pk, text="@Rita Recruiter, she failed.", author=ann, now=clock.now())
        assert send_digest(member_id=rita.pk, now=clock.now())
        changes.deactivate(member=rita, successor=ann, by=ann, now=clock.now())
    rows = Email.objects.of(ann.organisation).order_by("pk")
    assert {(row.kind, row.to_address, row.state) for row in rows} == {
        ("workspace.mentioned", "rita@acme.example", "cancelled"),
        ("workspace.digest", "rita@acme.example", "cancelled"),
    }


def _review_mail(ada: Application, key: str, *, now: object) -> Email:
    email = queue(
        organisation=ada.organisation,
        kind="reference.review",
        key=key,
        to=Correspondent(name="Rita Recruiter", address="rita@acme.example"),
        sender=Correspondent(name="Goodword", address="help@goodword.example"),
        template="references/mail/review",
        context={},
        link=LinkFor(purpose=Link.Purpose.REVIEW, subject_id=ada.pk),
        application=ada,
        for_recruiter=True,
        now=clock.now() + timedelta(0),
    )
    assert email is not None
    return email


@pytest.mark.world
def test_an_owner_of_roles_needs_a_successor(ann: Membership, rita: Membership, role: Role) -> None:
    manager = factories.member(ann.organisation, kind="hiring_manager")
    client, url = signed_in(ann), page("member_deactivate", ann, rita.pk)
    assert "Window Washer" in client.get(url).content.decode()
    for chosen in ("", manager.pk, rita.pk, factories.member(factories.organisation()).pk):
        assert client.post(url, {"successor": chosen}).status_code == 422
    rita.refresh_from_db()
    role.refresh_from_db()
    assert (rita.deactivated_at, role.owner) == (None, rita)


def test_a_deactivated_member_sees_who_can_help(ann: Membership, rita: Membership) -> None:
    assert changes.deactivate(member=rita, successor=None, by=ann, now=clock.now())
    rita.user.refresh_from_db()
    client = signed_in(rita)
    refused = client.get(page("roles", ann))
    assert refused.status_code == 403
    home = client.get("/")
    for response in (refused, home):
        assert "Your access was deactivated" in response.content.decode()
        assert "ann@acme.example" in response.content.decode()


def test_someone_deactivated_in_one_organisation_keeps_the_other(ann: Membership, rita: Membership) -> None:
    other = Membership.objects.create(
        organisation=factories.organisation(slug="globex"),
        user=rita.user,
        kind="recruiter",
        created_at=clock.now(),
    )
    changes.deactivate(member=rita, successor=None, by=ann, now=clock.now())
    rita.user.refresh_from_db()
    client = signed_in(other)
    assert client.get("/")["Location"] == "/o/globex/home/"
    assert client.get(page("roles", ann)).status_code == 403


@pytest.mark.world
def test_a_reactivated_member_is_listed_again(ann: Membership, rita: Membership) -> None:
    changes.deactivate(member=rita, successor=None, by=ann, now=clock.now())
    client = signed_in(ann)
    assert "1 deactivated member" in client.get(page("members", ann)).content.decode()
    response = client.post(page("member_reactivate", ann, rita.pk), follow=True)
    assert "Rita Recruiter has access again." in response.content.decode()
    rita.refresh_from_db()
    assert rita.deactivated_at is None


@pytest.mark.world
def test_only_admins_of_the_organisation_see_and_change_members(
    ann: Membership, rita: Membership, role: Role
) -> None:
    before = actions(ann)
    for who, status in (
        (rita, 403),
        (factories.member(ann.organisation, kind="hiring_manager"), 403),
        (factories.member(factories.organisation(), kind="admin"), 404),
        (None, 302),
    ):
        client = signed_in(who) if who else Client()
        for name in ("member", "member_deactivate"):
            assert client.get(page(name, ann, ann.pk)).status_code == status
        assert client.get(page("members", ann)).status_code == status
        for name in ("member", "member_deactivate", "member_reactivate"):
            sent = {"kind": "admin", "successor": ann.pk}
            assert client.post(page(name, ann, rita.pk), sent).status_code == status
    stranger = factories.member(factories.organisation(), kind="admin")
    for name in ("member", "member_deactivate", "member_reactivate"):
        assert signed_in(stranger).post(page(name, stranger, rita.pk), {"kind": "admin"}).status_code == 404
    rita.refresh_from_db()
    assert (rita.kind, rita.deactivated_at, actions(ann)) == ("recruiter", None, before)


def test_the_page_of_a_refusal_names_who_can(ann: Membership, rita: Membership) -> None:
    text = signed_in(rita).get(page("members", ann)).content.decode()
    assert "Only admins can open it." in text
    assert "ann@acme.example" in text
    manager = factories.member(ann.organisation, kind="hiring_manager")
    assert (
        "Only recruiters and admins can open it."
        in signed_in(manager).get(page("library", ann)).content.decode()
    )
