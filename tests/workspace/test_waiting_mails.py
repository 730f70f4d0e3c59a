"""Mails to the team that waited for the mail server while their reader lost access."""

from collections.abc import Callable

import pytest

from goodword.accounts.models import Membership
from goodword.candidates.models import Application, Candidate
from goodword.core import outbox
from goodword.core.addresses import Correspondent
from goodword.core.mail import Fault, FaultScope, MailWithdrawn
from goodword.notifications.domain.send import SendPermit, _hand_over, _not_accepted, send
from goodword.notifications.models import Email
from goodword.reports.domain.reviews import assign, assign_several
from goodword.reports.models import ResultReview
from goodword.roles.models import Role
from goodword.workflow.domain.own_erasure import request_own_erasure
from goodword.workspace.comments import write_comment
from goodword.workspace.members.changes import deactivate
from tests.notifications.mails import queued
from tests.support import factories
from tests.workspace.applications import NOW, named
from tests.workspace.results_to_review.test_assigning_several import to_review

pytestmark = pytest.mark.django_db

NOT_SEEN = "The recipient can no longer see the candidate."


@pytest.fixture
def rita() -> Membership:
    return factories.member(factories.organisation(name="Acme"), name="Rita Recruiter")


@pytest.fixture
def role(rita: Membership) -> Role:
    return factories.role(rita.organisation, title="Window Washer", owner=rita)


@pytest.fixture
def jonas(rita: Membership) -> Membership:
    return factories.member(rita.organisation, name="Jonas Lindqvist")


def sent(email: Email) -> tuple[str, str, str]:
    """Send a waiting mail. Returns its state and its error or subject, and to whom it went."""
    send(email_id=email.pk, now=NOW)
    email.refresh_from_db()
    return email.state, email.last_error or email.subject, email.to_address


def becomes_private(role: Role, jonas: Membership) -> None:
    Candidate.objects.of(role.organisation).update(private=True)


def becomes_confidential(role: Role, jonas: Membership) -> None:
    Role.objects.of(role.organisation).update(confidential=True)


def becomes_hiring_manager(role: Role, jonas: Membership) -> None:
    Membership.objects.of(role.organisation).filter(pk=jonas.pk).update(kind="hiring_manager")


def is_deactivated(role: Role, jonas: Membership) -> None:
    Membership.objects.of(role.organisation).filter(pk=jonas.pk).update(deactivated_at=NOW)


def nothing(role: Role, jonas: Membership) -> None: ...


@pytest.mark.main_case
@pytest.mark.world
@pytest.mark.parametrize(
    ("happens", "error"),
    [
        (becomes_private, NOT_SEEN),
        (becomes_confidential, NOT_SEEN),
        (becomes_hiring_manager, NOT_SEEN),
        (is_deactivated, "The recipient was deactivated."),
        (nothing, ""),
    ],
)
def test_a_colleague_who_lost_access_gets_no_mail(
    role: Role, rita: Membership, jonas: Membership, happens: Callable[[Role, Membership], None], error: str
) -> None:
    review = to_review(named(role, "Ada", "Zorn"))
    assign(review, to=jonas, by=rita, now=NOW)
    write_comment(
        application_id=review.step_request.application_id, text="@Jonas Lindqvist, look", author=rita, now=NOW
    )
    assert Email.objects.of(role.organisation).filter(to_address=jonas.user.email).count() == 2
    happens(role, jonas)
    for email in Email.objects.of(role.organisation).filter(to_address=jonas.user.email):
        state, words, _ = sent(email)
        assert (state, words if error else "") == ("cancelled" if error else "sent", error)


@pytest.mark.world
def test_the_mail_about_several_results_counts_those_still_assigned(
    role: Role, rita: Membership, jonas: Membership
) -> None:
    other = factories.role(role.organisation, title="Glazier", owner=rita)
    reviews = [to_review(named(one, "Ada", "Zorn")) for one in (role, role, other)]
    assign_several(reviews, to=jonas, by=rita, now=NOW)
    Role.objects.of(role.organisation).filter(pk=other.pk).update(confidential=True)
    email = Email.objects.of(role.organisation).get(kind="reports.assigned_several")
    assert sent(email)[:2] == ("sent", "Please review 2 results")
    assert ("Window Washer: 2" in email.text, "Glazier" in email.text) == (True, False)


@pytest.mark.world
@pytest.mark.parametrize("case", ["private", "assigned to another"])
def test_no_mail_about_several_results_if_none_is_left(
    role: Role, rita: Membership, jonas: Membership, case: str
) -> None:
    reviews = [to_review(named(role, "Ada", "Zorn")) for _ in range(2)]
    assign_several(reviews, to=jonas, by=rita, now=NOW)
    if case == "private":
        becomes_private(role, jonas)
    else:
        ResultReview.objects.of(role.organisation).update(assigned_to=rita)
    email = Email.objects.of(role.organisation).get(kind="reports.assigned_several")
    assert sent(email)[:2] == ("cancelled", "This mail was no longer valid.")


def recruited(role: Role, address: str) -> Application:
    return factories.application(role, recruiter_email=address, recruiter_name="Somebody")


@pytest.mark.world
@pytest.mark.parametrize(
    ("private", "login", "reader"),
    [
        (False, True, "jonas@acme.example"),  # still sees the candidate
        (True, True, "new@acme.example"),
        (False, False, "jonas@acme.example"),
        (True, False, "new@acme.example"),
    ],
)
def test_a_result_goes_to_the_recruiter_who_has_taken_over(
    role: Role, private: bool, login: bool, reader: str
) -> None:
    if login:
        factories.member(role.organisation, name="Jonas Lindqvist", email="jonas@acme.example")
    application = recruited(role, "jonas@acme.example")
    email = queued(
        application, to=Correspondent(name="Jonas", address="jonas@acme.example"), for_recruiter=True
    )
    Application.objects.of(role.organisation).update(
        recruiter_email="new@acme.example", recruiter_name="Nora New"
    )
    Candidate.objects.of(role.organisation).update(private=private)
    assert sent(email)[::2] == ("sent", reader)
    assert ("Nora" in email.text) == (reader == "new@acme.example")


@pytest.mark.world
def test_the_recruiter_of_a_private_candidate_keeps_getting_mails(role: Role) -> None:
    factories.member(role.organisation, name="Jonas Lindqvist", email="jonas@acme.example")
    application = recruited(role, "jonas@acme.example")
    email = queued(
        application, to=Correspondent(name="Jonas", address="jonas@acme.example"), for_recruiter=True
    )
    Candidate.objects.of(role.organisation).update(private=True)
    assert sent(email)[::2] == ("sent", "jonas@acme.example")


@pytest.mark.world
def test_a_deactivated_colleagues_assignment_goes_to_nobody(
    role: Role, rita: Membership, jonas: Membership
) -> None:
    review = to_review(named(role, "Ada", "Zorn"))
    assign(review, to=jonas, by=rita, now=NOW)
    deactivate(member=jonas, successor=None, by=factories.member(role.organisation, kind="admin"), now=NOW)
    email = Email.objects.of(role.organisation).get(kind="reports.assigned")
    assert (email.state, email.to_address) == ("cancelled", jonas.user.email)


@pytest.mark.world
def test_mails_that_wait_for_the_mail_server_follow_a_deactivation(
    role: Role, rita: Membership, jonas: Membership
) -> None:
    review = to_review(named(role, "Ada", "Zorn"))
    assign(review, to=jonas, by=rita, now=NOW)
    ben = recruited(role, jonas.user.email)
    them = Correspondent(name="Jonas", address=jonas.user.email)
    queued(ben, key="result", to=them, for_recruiter=True)
    queued(ben, key="invitation", sender=them)
    mails = Email.objects.of(role.organisation).order_by("pk")
    claimed = [outbox.claim(Email, email.pk, now=NOW) for email in mails]
    deactivate(member=jonas, successor=None, by=factories.member(role.organisation, kind="admin"), now=NOW)
    for email in claimed:
        assert email is not None
        with pytest.raises(MailWithdrawn):
            _hand_over(email, SendPermit(probe=0), link=None, now=NOW)
    personal, result, invitation = mails.all()
    assert personal.state == "cancelled"
    assert (result.state, result.to_address) == ("queued", rita.user.email)
    assert (invitation.state, invitation.reply_to) == ("queued", rita.user.email)
    assert sent(result)[::2] == ("sent", rita.user.email)


@pytest.mark.world
@pytest.mark.parametrize("permanent", [True, False])
def test_a_mail_recalled_from_a_deactivated_member_is_not_settled_by_what_their_address_answers(
    role: Role, rita: Membership, jonas: Membership, permanent: bool
) -> None:
    them = Correspondent(name="Jonas", address=jonas.user.email)
    result = queued(recruited(role, jonas.user.email), to=them, for_recruiter=True)
    claimed = outbox.claim(Email, result.pk, now=NOW)
    assert claimed is not None
    deactivate(member=jonas, successor=None, by=factories.member(role.organisation, kind="admin"), now=NOW)
    refused = Fault("No such mailbox.", scope=FaultScope.MAIL, permanent=permanent, address=True)
    _not_accepted(claimed, SendPermit(probe=0), refused, now=NOW)
    result.refresh_from_db()
    assert (result.state, result.to_address, result.bounced_at) == ("queued", rita.user.email, None)
    assert (result.counted_attempts, result.last_error) == (0, "")
    assert sent(result)[::2] == ("sent", rita.user.email)


@pytest.mark.world
def test_a_deactivated_member_who_is_a_candidate_gets_their_own_mails(
    role: Role, rita: Membership, jonas: Membership
) -> None:
    ada = named(role, "Jonas", "Lindqvist", email=jonas.user.email)
    Application.objects.of(role.organisation).update(recruiter_email=rita.user.email)
    request_own_erasure(application=ada, now=NOW)
    deactivate(member=jonas, successor=None, by=factories.member(role.organisation, kind="admin"), now=NOW)
    email = Email.objects.of(role.organisation).get(kind="workflow.erasure_confirmed")
    assert (email.state, email.to_address) == ("queued", jonas.user.email)
