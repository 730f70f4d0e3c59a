"""Legal holds prevent erasure."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from goodword.accounts.models import AuditEntry, Membership, Organisation
from goodword.candidates.domain.erasure_requests import Reason, carry_out_erasure, request_erasure
from goodword.candidates.domain.holds import hold_on
from goodword.candidates.models import Application, Candidate, Erasure, Hold
from goodword.greenhouse.sync.candidates import merge_candidates
from goodword.greenhouse.sync.due_erasures import erase_due
from goodword.notifications.models import Email, Link
from goodword.references.domain.referee_erasure import erase_asked
from goodword.references.models import Check, Referee
from goodword.workflow.domain.legal_holds import NothingToKeep, lift_hold, place_hold
from goodword.workflow.domain.own_erasure import request_own_erasure
from goodword.workspace.retention.rules import Months, preview_run, sweep
from tests.references.answered import asked, checked, data_path, whole
from tests.support import factories
from tests.support.jobs import run_jobs
from tests.support.pages import signed_in
from tests.workspace.applications import path, portal

NOW = factories.NOW
pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]
CLAIMS = "Acme needs it to establish, exercise or defend legal claims."
DUTY = "Acme is legally required to keep it."
SECRET = "Lovelace v. Acme, 7 Ca 12/26"


@pytest.fixture
def check() -> Check:
    return whole()


@pytest.fixture
def admin(check: Check) -> Membership:
    return factories.member(check.organisation, kind="admin")


@pytest.fixture(params=["person", "role"])
def hold(request: pytest.FixtureRequest, check: Check, admin: Membership) -> Hold:
    return placed(check, admin, on_role=request.param == "role")


def placed(check: Check, admin: Membership, *, on_role: bool = False, ground: str = "claims") -> Hold:
    application = check.step_request.application
    on = application.role if on_role else application.candidate
    assert on is not None
    return place_hold(on=on, ground=ground, reason=SECRET, by=admin, now=NOW)


def own_path(check: Check) -> str:
    address = check.step_request.application.candidate.email
    return data_path(Link.Purpose.CANDIDATE_DATA, check, check.step_request_id, address)


def referee_path(check: Check) -> tuple[Referee, str]:
    request = check.requests.select_related("referee").order_by("pk")[0]
    door = data_path(Link.Purpose.REFEREE_DATA, check, request.pk, request.referee.email)
    return request.referee, door


def text(content: bytes) -> str:
    return " ".join(content.decode().split())


def is_erased(check: Check) -> bool:
    return (
        Candidate.objects.of(check.organisation).get(pk=check.step_request.application.candidate_id).erased_at
        is not None
    )


def audit(organisation: Organisation, action: str) -> list[tuple[Membership | None, dict[str, Any]]]:
    rows = AuditEntry.objects.of(organisation).filter(action=action).order_by("pk")
    return [(row.member, row.details) for row in rows]


# --- effect --------------------------------------------------------------------------------------------------


def test_retention_skips_people_under_a_hold(check: Check, admin: Membership, hold: Hold) -> None:
    org = check.organisation
    Organisation.objects.filter(pk=org.pk).update(erases_old=True)
    Application.objects.of(org).update(status="rejected", rejected_at=NOW - timedelta(days=900))
    seen = preview_run(org, Months(old=12, hidden=None), now=NOW)
    assert (seen.due, seen.on_hold) == ([], 1)
    assert sweep(org.pk, now=NOW) == 0
    assert lift_hold(hold_id=hold.pk, by=admin, now=NOW)
    assert sweep(org.pk, now=NOW + timedelta(days=1)) == 1
    assert is_erased(check)


@pytest.mark.world
@pytest.mark.matrix
@pytest.mark.parametrize("reason", list(Reason))
def test_erasures_wait_until_the_hold_is_lifted(
    check: Check, admin: Membership, hold: Hold, reason: Reason
) -> None:
    application = check.step_request.application
    of = application if reason == Reason.APPLICATION_DELETED else application.candidate
    with transaction.atomic():
        erasure = request_erasure(of=of, reason=reason, now=NOW - timedelta(days=8), by="x")
    assert not carry_out_erasure(erasure_id=erasure.pk, now=NOW)
    assert erase_due(now=NOW) == 0
    assert not is_erased(check)
    assert check.referees.filter(erased_at=None).count() == 3
    erasure.refresh_from_db()
    assert (erasure.done_at, erasure.cancelled_at) == (None, None)
    lift_hold(hold_id=hold.pk, by=admin, now=NOW)
    assert erase_due(now=NOW) == 1
    assert Application.objects.of(check.organisation).get(pk=application.pk).erased_at is not None


@pytest.mark.world
def test_a_hold_on_a_role_does_not_cover_other_roles(check: Check, admin: Membership) -> None:
    other = factories.application(
        factories.role(check.organisation), candidate=check.step_request.application.candidate
    )
    placed(check, admin, on_role=True)
    with transaction.atomic():
        requested = request_erasure(of=other, reason=Reason.APPLICATION_DELETED, now=NOW, by="x")
    assert carry_out_erasure(erasure_id=requested.pk, now=NOW)
    # but not the whole person
    assert hold_on(other.candidate) is not None


def test_a_hold_follows_a_merged_person(check: Check, admin: Membership) -> None:
    loser = check.step_request.application.candidate
    hold = placed(check, admin)
    winner = factories.candidate(check.organisation)
    with transaction.atomic():
        merge_candidates(loser_id=loser.pk, winner=winner, now=NOW)
    assert hold_on(winner) == hold
    page = signed_in(admin).get(path("retention", check.organisation)).content.decode()
    assert (winner.name in page, "Candidate without a name" in page) == (True, False)
    assert path("candidate_hold", check.organisation, check.step_request.application_id) in page
    with transaction.atomic():
        erasure = request_erasure(of=winner, reason=Reason.MEMBER, now=NOW, by="x", due_at=NOW)
    assert not carry_out_erasure(erasure_id=erasure.pk, now=NOW)
    Organisation.objects.filter(pk=check.organisation_id).update(erases_old=True, keep_months=1)
    Application.objects.of(check.organisation).update(status="rejected", rejected_at=NOW - timedelta(days=90))
    assert sweep(check.organisation_id, now=NOW) == 0


@pytest.mark.world
def test_a_hold_does_not_affect_other_people(check: Check, hold: Hold) -> None:
    other = factories.application(factories.role(check.organisation))
    with transaction.atomic():
        erasure = request_erasure(of=other.candidate, reason=Reason.MEMBER, now=NOW, by="x", due_at=NOW)
    assert carry_out_erasure(erasure_id=erasure.pk, now=NOW)


# --- requests during a hold ---------------------------------------------------------------------------------------


@pytest.mark.world
def test_candidates_see_the_hold_and_their_request_is_stored(
    check: Check, admin: Membership, hold: Hold
) -> None:
    door = own_path(check)
    before = text(Client().get(f"{door}erase/").content)
    assert CLAIMS in before
    assert "In seven days" not in before
    assert Client().post(f"{door}erase/")["Location"] == door
    after = text(Client().get(door).content)
    assert "Your data is kept for now" in after and CLAIMS in after
    assert "It will be erased on" not in after
    assert SECRET not in before + after
    assert Client().get(f"{door}download/").status_code == 200
    # an old mail does not reveal the reason
    old = text(Client().get(f"{portal(check.step_request)}data/").content)
    assert "Your data will be erased" in old
    assert "legal claims" not in old
    recruiter = Email.objects.of(check.organisation).get(kind="workflow.erasure_requested")
    assert recruiter.context["kept"] is True
    run_jobs()
    assert erase_due(now=NOW + timedelta(days=30)) == 0
    lift_hold(hold_id=hold.pk, by=admin, now=NOW + timedelta(days=30))
    assert erase_due(now=NOW + timedelta(days=30)) == 1
    assert is_erased(check)


@pytest.mark.matrix
@pytest.mark.parametrize(("ground", "says"), [("claims", CLAIMS), ("duty", DUTY)])
@pytest.mark.parametrize("on_role", [True, False])
def test_people_with_pending_requests_are_mailed_once(
    check: Check, admin: Membership, ground: str, says: str, on_role: bool
) -> None:
    request_own_erasure(application=check.step_request.application, now=NOW)
    for _ in range(2):
        placed(check, admin, on_role=on_role, ground=ground)
    [mail] = Email.objects.of(check.organisation).filter(kind="workflow.kept")
    assert (mail.to_address, mail.context["why"]) == (check.step_request.application.candidate.email, says)
    assert SECRET not in str(mail.context)


def test_the_mail_about_a_hold_is_in_the_language_that_the_candidate_chose(
    check: Check, admin: Membership
) -> None:
    application = check.step_request.application
    request_own_erasure(application=application, now=NOW, language="de")
    Candidate.objects.of(check.organisation).update(chosen_language="de")
    placed(check, admin)
    [mail] = Email.objects.of(check.organisation).filter(kind="workflow.kept")
    assert mail.language == "de"


def test_holds_send_no_other_mails(check: Check, hold: Hold) -> None:
    assert not Email.objects.of(check.organisation).filter(kind="workflow.kept").exists()


@pytest.mark.world
def test_referees_are_informed_and_erased_after_the_hold(check: Check, admin: Membership, hold: Hold) -> None:
    referee, door = referee_path(check)
    assert CLAIMS in text(Client().get(f"{door}erase/").content)
    response = Client().post(f"{door}erase/")
    assert response["Location"] == door
    page = text(Client().get(door).content)
    assert "Your data is kept for now" in page and CLAIMS in page and SECRET not in page
    assert "Erase my data" not in page
    referee.refresh_from_db()
    assert (referee.erased_at, referee.erasure_asked_at) == (None, NOW)
    assert referee.email == "maria@globex.example"
    assert erase_asked(now=NOW) == 0
    lift_hold(hold_id=hold.pk, by=admin, now=NOW)
    assert erase_asked(now=NOW) == 1
    referee.refresh_from_db()
    assert (referee.erased_at, referee.email) == (NOW, "")
    assert erase_asked(now=NOW) == 0


def test_referees_requesting_erasure_under_a_hold_are_not_contacted(admin: Membership) -> None:
    check = checked(done=False)
    request = asked(check, 1, state="sent")
    placed(check, factories.member(check.organisation, kind="admin"))
    door = data_path(Link.Purpose.REFEREE_DATA, check, request.pk, request.referee.email)
    Client().post(f"{door}erase/")
    request.refresh_from_db()
    assert (request.state, request.next_reminder_at) == ("declined", None)


@pytest.mark.world
def test_erasing_under_a_hold_redirects_to_the_hold(check: Check, admin: Membership, hold: Hold) -> None:
    org, application = check.organisation, check.step_request.application
    referee = check.referees.order_by("pk")[0]
    for where in (
        path("candidate_erase", org, application.pk),
        path("referee_erase", org, application.pk, referee.pk),
    ):
        for send in (signed_in(admin).get, signed_in(admin).post):
            assert send(where)["Location"] == path("candidate_hold", org, application.pk)
    assert not Erasure.objects.of(org).exists()
    referee.refresh_from_db()
    assert referee.erased_at is None
    page = signed_in(admin).get(path("candidate", org, application.pk)).content.decode()
    assert "Under legal hold" in page and SECRET in page


@pytest.mark.world
def test_hiring_managers_do_not_see_the_reason(check: Check, hold: Hold) -> None:
    viewer = factories.member(check.organisation, kind="hiring_manager")
    role = check.step_request.application.role
    assert role is not None
    role.viewers.add(viewer)
    page = signed_in(viewer).get(path("candidate", check.organisation, check.step_request.application_id))
    assert (page.status_code, SECRET in page.content.decode()) == (200, False)


# --- placing and lifting --------------------------------------------------------------------------------------------


@pytest.mark.world
@pytest.mark.parametrize("name", ["candidate_hold", "role_hold"])
def test_placing_and_lifting_a_hold_is_audited(check: Check, admin: Membership, name: str) -> None:
    org, application = check.organisation, check.step_request.application
    pk = application.pk if name == "candidate_hold" else application.role_id
    assert pk is not None
    client = signed_in(admin)
    assert client.get(path(name, org, pk)).status_code == 200
    assert client.post(path(name, org, pk), {"reason": " "}).status_code == 422
    assert not Hold.objects.of(org).exists()
    for _ in range(2):  # idempotent
        assert client.post(path(name, org, pk), {"ground": "duty", "reason": SECRET}).status_code == 302
    hold = Hold.objects.of(org).get()
    assert (hold.ground, hold.reason, hold.placed_by, hold.placed_at) == ("duty", SECRET, admin, NOW)
    on = {"candidate": application.candidate_id} if name == "candidate_hold" else {"role": pk}
    assert audit(org, "hold.placed") == [(admin, {"hold": hold.pk, "ground": "duty", **on})]
    assert SECRET in client.get(path(name, org, pk)).content.decode()
    assert SECRET in client.get(path("retention", org)).content.decode()
    for _ in range(2):
        assert client.post(path("hold_lift", org, hold.pk)).status_code == 302
    hold.refresh_from_db()
    assert (hold.lifted_at, hold.lifted_by) == (NOW, admin)
    assert audit(org, "hold.lifted") == [(admin, {"hold": hold.pk})]
    assert hold_on(application.candidate) is None


@pytest.mark.world
def test_holds_need_an_admin(check: Check, admin: Membership) -> None:
    org, application = check.organisation, check.step_request.application
    role = application.role
    assert role is not None
    hold = placed(check, admin, on_role=True)
    stranger = factories.member(factories.organisation(), kind="admin")
    typed = {"ground": "claims", "reason": "x"}
    for client, status in (
        (Client(), 302),
        (signed_in(stranger), 404),
        (signed_in(factories.member(org)), 403),
        (signed_in(factories.member(org, kind="hiring_manager")), 403),
    ):
        for where in (path("candidate_hold", org, application.pk), path("role_hold", org, role.pk)):
            assert client.get(where).status_code == status
            assert client.post(where, typed).status_code == status
        assert client.post(path("hold_lift", org, hold.pk)).status_code == status
    # also not through the URL of another organisation
    theirs = stranger.organisation
    for where in (
        path("candidate_hold", theirs, application.pk),
        path("role_hold", theirs, role.pk),
        path("hold_lift", theirs, hold.pk),
    ):
        assert signed_in(stranger).post(where, typed).status_code == 404
    assert lift_hold(hold_id=hold.pk, by=stranger, now=NOW) is False
    assert Hold.objects.across_organisations().filter(lifted_at=None).count() == 1


@pytest.mark.world
def test_erased_people_cannot_be_put_on_hold(check: Check, admin: Membership) -> None:
    with transaction.atomic():
        erasure = request_erasure(
            of=check.step_request.application.candidate, reason=Reason.MEMBER, now=NOW, by="x", due_at=NOW
        )
    carry_out_erasure(erasure_id=erasure.pk, now=NOW)
    with pytest.raises(NothingToKeep):
        placed(check, admin)
    assert not Hold.objects.of(check.organisation).exists()


@pytest.mark.world
def test_the_reason_is_erased_with_the_person(check: Check, admin: Membership) -> None:
    hold = placed(check, admin)
    lift_hold(hold_id=hold.pk, by=admin, now=NOW)
    with transaction.atomic():
        erasure = request_erasure(
            of=check.step_request.application.candidate, reason=Reason.MEMBER, now=NOW, by="x", due_at=NOW
        )
    assert carry_out_erasure(erasure_id=erasure.pk, now=NOW)
    hold.refresh_from_db()
    assert hold.reason == ""
