"""Bulk actions while a colleague acts on the same candidates."""

import pytest

from goodword.accounts.models import AuditEntry, Membership
from goodword.assessments.attempts.member_actions import cancel_attempt
from goodword.candidates.models import Application
from goodword.references.domain.member_actions import cancel_check
from goodword.roles.models import Role
from goodword.workflow.domain.application_outcome import set_status
from goodword.workflow.domain.step_requests import start_by_member
from tests.support import factories
from tests.support.overlap import before_commit
from tests.support.pages import signed_in
from tests.workspace.applications import checked, invited, named
from tests.workspace.lists.test_bulk import by_hand, press, told

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.programs]
NOW = factories.NOW


@pytest.fixture
def ben() -> Membership:
    return factories.member(factories.organisation(), name="Ben Both")


@pytest.fixture
def role(ben: Membership) -> Role:
    return factories.role(ben.organisation, owner=ben)


def audited(role: Role) -> list[str]:
    return list(AuditEntry.objects.of(role.organisation).order_by("pk").values_list("action", flat=True))


def test_a_candidate_whom_a_colleague_has_just_hired_is_not_rejected(role: Role, ben: Membership) -> None:
    ada, browser = by_hand(role, "Ada"), signed_in(factories.member(role.organisation))
    asked = {"act": "reject", "application": [ada.pk], "confirmed": "yes"}
    with before_commit(lambda: press(browser, role, **asked)) as replies:
        set_status(application_id=ada.pk, status=Application.Status.HIRED, member=ben, now=NOW)
    assert told(replies[0]) == ("0 of 1 rejected", [], ["Ada: Already hired."])
    ada.refresh_from_db()
    assert ada.status == "hired"


@pytest.mark.parametrize("step", ["assessment", "check"])
def test_a_step_that_a_colleague_has_just_cancelled_is_cancelled_once(
    role: Role, ben: Membership, step: str
) -> None:
    ada, browser = named(role, "Ada", "Zorn"), signed_in(factories.member(role.organisation))
    run = invited(ada) if step == "assessment" else checked(ada)
    asked = {"act": "cancel", "step": step, "application": [ada.pk], "confirmed": "yes"}
    before = audited(role)
    with before_commit(lambda: press(browser, role, **asked)) as replies:
        if step == "assessment":
            cancel_attempt(attempt_id=run.pk, member=ben, now=NOW)
        else:
            cancel_check(check_id=run.pk, member=ben, now=NOW)
    assert told(replies[0]) == ("0 of 1 cancelled", [], ["Ada: Already closed."])
    assert audited(role) == before


def test_a_candidate_whom_a_colleague_has_just_invited_is_invited_once(role: Role, ben: Membership) -> None:
    ada, browser = named(role, "Ada", "Zorn"), signed_in(factories.member(role.organisation))
    asked = {"act": "invite", "step": "check", "application": [ada.pk], "confirmed": "yes"}
    step = role.steps.get(kind="reference_check")
    before = audited(role)
    with before_commit(lambda: press(browser, role, **asked)) as replies:
        start_by_member(application_id=ada.pk, step=step, member=ben, now=NOW)
    assert told(replies[0]) == ("0 of 1 invited", [], ["Ada: Already invited."])
    assert audited(role) == before
