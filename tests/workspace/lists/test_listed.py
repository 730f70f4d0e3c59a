"""The rows that lists sort and count by match the steps after each event."""

import random
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from goodword import cli
from goodword.accounts.models import Membership
from goodword.assessments.attempts import invitations
from goodword.assessments.attempts import member_actions as attempts
from goodword.assessments.models import Attempt
from goodword.candidates.domain.erasure_requests import carry_out_erasure, request_erasure
from goodword.candidates.models import Application, Candidate, Erasure
from goodword.references.domain import invitations as checks
from goodword.references.domain import member_actions
from goodword.references.domain.checks import CheckClosed
from goodword.references.domain.slot_changes import cannot_provide
from goodword.references.models import Check
from goodword.roles.models import Role, StageRule, Step
from goodword.workflow.domain.runs import Refused
from goodword.workflow.domain.step_requests import CannotStart, NotConfirmed
from goodword.workflow.models import MoveNotAllowed, StepRequest, StepRun, lock, move
from goodword.workspace.lists.query import NAMES, STEPS, state_at
from goodword.workspace.lists.repair import different, repair
from goodword.workspace.lists.rows import VisibleScope
from goodword.workspace.models import ListedApplication
from goodword.workspace.progress import progress_of
from tests.support import factories
from tests.workspace.applications import checked, invited, named

NOW = factories.NOW
#: state of a page -> state of a list
SHOWN = {
    "pending": "waiting",
    "unsent": "waiting",
    "completed": "done",
    "marked_complete": "done",
    "cancelled": "closed",
    "declined": "closed",
    "already_there": "not_started",
}
#: expected errors of actions that make no sense in a random history
NO = (
    *(Refused, CheckClosed, MoveNotAllowed, CannotStart, NotConfirmed),
    *(invitations.CannotInvite, checks.CannotInvite),
)


@pytest.fixture
def rita(db: None) -> Membership:
    return factories.member(factories.organisation(), kind="admin")


@pytest.fixture
def role(rita: Membership) -> Role:
    return factories.role(rita.organisation, owner=rita)


def assert_stored_as_shown(rita: Membership, *, now: datetime) -> None:
    rows = VisibleScope.of(rita, None).rows()
    found = rows.values_list("pk", *(state_at(step, now=now) for step in STEPS))
    stored = {pk: [NAMES[one], NAMES[other]] for pk, one, other in found}
    applications = Application.objects.of(rita.organisation).filter(role__isnull=False)
    marks = progress_of(applications, organisation=rita.organisation, now=now)
    assert stored == {
        pk: [
            "needs_attention" if progress.attention else SHOWN.get(progress.state, progress.state)
            for progress in pair
        ]
        for pk, pair in marks.items()
    }
    assert different() == []


def _move(kind: type[StepRun], pk: int, act: str, now: datetime) -> None:
    with transaction.atomic():
        move(lock(kind, pk), act, at=now, by="candidate")


def _erase(of: Application, now: datetime) -> None:
    with transaction.atomic():
        erasure = request_erasure(
            of=of.candidate, reason=Erasure.Reason.MEMBER, by="member:1", now=now, due_at=now
        )
    assert carry_out_erasure(erasure_id=erasure.pk, now=now)


def acts(one: Application, rita: Membership, now: datetime) -> list[Callable[[], Any]]:
    """Events that can happen to an application."""
    organisation = rita.organisation
    by: dict[str, Any] = {"member": rita, "now": now}
    mine = Application.objects.of(organisation).filter(pk=one.pk)
    requests = StepRequest.objects.of(organisation).filter(application=one)
    attempt = Attempt.objects.of(organisation).filter(step_request__application=one).order_by("-pk").first()
    check = Check.objects.of(organisation).filter(step_request__application=one).order_by("-pk").first()
    candidates = Candidate.objects.of(organisation).filter(pk=one.candidate_id)
    found: list[Callable[[], Any]] = [
        lambda: mine.update(status=random.choice(["active", "rejected", "hired"])),
        lambda: mine.update(stage_name=random.choice(["Offer", "Interview"])),
        lambda: mine.update(role=factories.role(organisation, owner=rita)),
        lambda: candidates.update(preferred_name=random.choice(["", "Bob"]), private=random.random() < 0.5),
    ]
    if not requests.filter(step__kind="assessment").exists():
        found.append(
            lambda: factories.step_request(one, "assessment", state="waiting", waiting_reason="no_address")
        )
        found.append(lambda: invited(one))
    elif attempt is None:
        found.append(lambda: requests.update(state="reused"))
        found.append(lambda: requests.filter(step__kind="assessment").delete())
    if not requests.filter(step__kind="reference_check").exists():
        found.append(lambda: checked(one))
    if attempt is not None:
        again: dict[str, Any] = {"step_request": attempt.step_request, "after": attempt.pk, **by}
        found += [
            lambda: attempts.pause_attempt(attempt_id=attempt.pk, **by),
            lambda: attempts.resume_attempt(attempt_id=attempt.pk, **by),
            lambda: attempts.extend_attempt(attempt_id=attempt.pk, days=3, **by),
            lambda: attempts.remind_now(attempt_id=attempt.pk, **by),
            lambda: attempts.cancel_attempt(attempt_id=attempt.pk, **by),
            lambda: attempts.mark_complete(attempt_id=attempt.pk, **by),
            lambda: invitations.invite_again(**again),
            lambda: Attempt.objects.of(organisation).filter(pk=attempt.pk).update(attention="undelivered"),
            *(
                lambda act=act: _move(Attempt, attempt.pk, act, now)
                for act in ("begin", "complete", "decline", "reopen")
            ),
        ]
    if check is not None:
        found += [
            lambda: member_actions.pause_check(check_id=check.pk, **by),
            lambda: member_actions.resume_check(check_id=check.pk, **by),
            lambda: member_actions.extend_check(check_id=check.pk, days=3, referees=True, **by),
            lambda: member_actions.cancel_check(check_id=check.pk, **by),
            lambda: cannot_provide(check_id=check.pk, slot=1, reason="Retired.", now=now),
            lambda: checks.invite_again(step_request=check.step_request, after=check.pk, **by),
            *(lambda act=act: _move(Check, check.pk, act, now) for act in ("begin", "decline", "reopen")),
        ]
    return found


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_rows_match_the_steps_after_every_action(rita: Membership, role: Role, seed: int) -> None:
    random.seed(seed)
    people = [named(role, name, "Zorn") for name in ("Ada", "Bo")]
    now, done = NOW, 0
    for _ in range(40):
        now += timedelta(days=random.random())
        one = Application.objects.of(role.organisation).get(pk=random.choice(people).pk)
        try:
            with transaction.atomic():
                random.choice(acts(one, rita, now))()
            done += 1
        except NO:
            continue
        assert_stored_as_shown(rita, now=now)
    assert done > 15


def test_an_erased_candidate_leaves_no_name(rita: Membership, role: Role) -> None:
    ada = named(role, "Ada", "Zorn")
    assert VisibleScope.of(rita, role).rows().get().sort_name == "zorn ada"
    _erase(ada, NOW)
    assert "zorn" not in VisibleScope.of(rita, role).rows().get().sort_name
    assert_stored_as_shown(rita, now=NOW)


def test_waiting_steps_are_paused_while_the_candidate_is_not_in_their_stages(
    rita: Membership, role: Role
) -> None:
    automation = factories.automation(
        role,
        connection_id=1,
        job_id=5,
        stages={"assessment": (501, "Test"), "reference_check": (502, "Offer")},
    )
    ada = named(role, "Ada", "Zorn", job_id=5, stage_id=501)
    kinds = ("assessment", "reference_check")
    waiting = [
        factories.step_request(ada, kind, state="waiting", waiting_reason="no_address") for kind in kinds
    ]

    def states() -> list[str]:
        assert_stored_as_shown(rita, now=NOW)
        row = VisibleScope.of(rita, role).rows().get()
        return [NAMES[row.assessment_state], NAMES[row.check_state]]

    applications = Application.objects.of(role.organisation)
    Step.objects.of(role.organisation).update(on_leave=Step.OnLeave.PAUSE)
    assert states() == ["needs_attention", "paused"]
    applications.update(stage_id=502)
    assert states() == ["paused", "needs_attention"]
    applications.update(job_id=6)
    assert states() == ["paused", "paused"]
    applications.update(job_id=5, stage_id=503)
    Step.objects.of(role.organisation).filter(pk=waiting[0].step_id).update(on_leave=Step.OnLeave.GO_ON)
    assert states() == ["needs_attention", "paused"]
    StepRequest.objects.of(role.organisation).filter(pk=waiting[0].pk).update(waiting_reason="unpublished")
    assert states() == ["paused", "paused"]
    StageRule.objects.of(role.organisation).filter(step=waiting[1].step).update(stage_id=503)
    assert states() == ["paused", "needs_attention"]
    automation.delete()
    assert states() == ["paused", "paused"]
    applications.update(connection_id=None)
    assert states() == ["needs_attention", "needs_attention"]


@pytest.mark.django_db(transaction=True)
def test_a_mapped_stage_only_refreshes_who_waits_in_it_for_a_reason_that_needs_it() -> None:
    rita = factories.member(factories.organisation(), kind="admin")
    role = factories.role(rita.organisation, owner=rita)
    automation = factories.automation(
        role, connection_id=1, job_id=5, stages={"reference_check": (501, "Offer")}
    )
    for name, stage_id, reason in (("Ada", 502, "no_address"), ("Bo", 501, "no_address"), ("Cy", 502, "")):
        waiting = named(role, name, "Zorn", job_id=5, stage_id=stage_id)
        factories.step_request(waiting, "reference_check", state="waiting", waiting_reason=reason)

    def locks() -> dict[str, str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT sort_name, xmax::text FROM workspace_listedapplication")
            return dict(cursor.fetchall())

    before = locks()
    StageRule.objects.create(
        organisation=role.organisation,
        automation=automation,
        step=factories.step(role, "reference_check"),
        stage_id=502,
        stage_name="References",
    )
    after = locks()
    assert {name for name in after if after[name] != before[name]} == {"zorn ada"}


#: columns that never change; those of steps don't either
FIXED = {"id", "organisation_id", "step_request_id"}
FIXED_IN = {"roles_step.kind", "roles_automation.connection_id", "roles_automation.job_id"}
#: in the view's text, which both steps share, but without effect
UNUSED = {"references_check.opened_at"}


@pytest.mark.django_db
def test_triggers_watch_every_column_that_rows_are_computed_from() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.view_column_usage "
            "WHERE view_name = 'workspace_listed_now'"
        )
        used = cursor.fetchall()
        cursor.execute(
            "SELECT tgrelid::regclass::text, pg_get_triggerdef(oid) FROM pg_trigger "
            "WHERE tgname = 'listed_application_changed'"
        )
        watched = dict(cursor.fetchall())
    missing = [
        f"{table}.{column}"
        for table, column in used
        if column not in FIXED
        and f"{table}.{column}" not in FIXED_IN
        and f"new.{column})" not in watched[table].replace("::text", "")
    ]
    assert set(missing) == UNUSED


@pytest.mark.world
def test_rows_go_with_their_application(rita: Membership, role: Role) -> None:
    ada = named(role, "Ada", "Zorn")
    invited(ada)
    checked(ada)
    assert VisibleScope.of(rita, role).rows().count() == 1
    ada.delete()
    assert VisibleScope.of(rita, role).rows().count() == 0
    assert different() == []


@pytest.mark.world
def test_wrong_and_missing_rows_are_found_and_repaired(
    rita: Membership, role: Role, capsys: pytest.CaptureFixture[str]
) -> None:
    ada, bo, _cy = (named(role, name, "Zorn") for name in ("Ada", "Bo", "Cy"))
    rows = VisibleScope.of(rita, role).rows()
    rows.filter(pk=ada.pk).update(assessment_state=6)
    rows.filter(pk=bo.pk).delete()
    assert different() == [ada.pk, bo.pk]
    assert cli.main(["check-lists"]) == 1
    assert capsys.readouterr().out == "Wrong or missing: 2\n"
    assert cli.main(["check-lists", "--repair"]) == 0
    assert capsys.readouterr().out == "Repaired: 2\n"
    assert (different(), repair()) == ([], 0)
    assert cli.main(["check-lists"]) == 0


@pytest.mark.programs
@pytest.mark.django_db(transaction=True)
def test_two_transactions_on_one_candidate_neither_lose_a_state_nor_wait_for_each_other() -> None:
    rita = factories.member(factories.organisation(), kind="admin")
    role = factories.role(rita.organisation, owner=rita)
    ada = named(role, "Ada", "Zorn")
    attempt, check = invited(ada), checked(ada)
    both = threading.Barrier(2)

    def act(kind: type[StepRun], pk: int) -> None:
        try:
            with transaction.atomic():
                move(lock(kind, pk), "begin", at=NOW, by="candidate")
                both.wait(60)
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=pair) for pair in ((Attempt, attempt.pk), (Check, check.pk))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    row = ListedApplication.objects.of(role.organisation).get()
    assert (NAMES[row.assessment_state], NAMES[row.check_state]) == ("in_progress", "in_progress")
    assert different() == []
