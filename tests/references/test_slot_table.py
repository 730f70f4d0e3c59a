"""Every action on a slot in every state."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction

from goodword.references.domain import checks
from goodword.references.domain.checks import slot_status, slot_statuses
from goodword.references.domain.nominations import (
    InvalidNomination,
    RefereeDetails,
    nominate,
    remove_nomination,
    replace_referee,
)
from goodword.references.domain.sending import release_referee
from goodword.references.domain.slot_changes import answer_cannot, cannot_provide
from goodword.references.models import Check, Referee, ReferenceRequest, Slot
from goodword.workflow.domain.runs import Refused
from tests.references.story import NOW, opened
from tests.support import factories
from tests.support.kept import kept

pytestmark = pytest.mark.django_db

#: states of slots 1, 2, ...
STATES = (
    "free",
    "named",
    "deferred",
    "out",
    "undelivered",
    "answered",
    "declined",
    "questioned",
    "waived",
)
#: action -> states that allow it
ALLOWED = {
    "nominate": {"free", "named", "deferred"},
    "remove": {"named", "deferred"},
    "replace": {"out", "undelivered", "declined"},
    "cannot_provide": {"free", "undelivered", "declined"},
    "answer_cannot": {"questioned"},
    "release": {"deferred"},
}


@pytest.fixture
@kept
def check() -> Check:
    """A check with a slot in each state."""
    found = opened(
        step={"slots": [{"relationship": "any", "count": len(STATES), "needed": False, "hint": ""}]}
    ).check
    for number, state in enumerate(STATES, start=1):
        _bring(found, number, state)
    return found


def _bring(check: Check, number: int, state: str) -> None:
    slot = Slot.objects.of(check.organisation).get(check_run=check, number=number)
    if state == "questioned":
        slot.cannot_at = NOW
    if state == "waived":
        slot.cannot_at = slot.answered_at = NOW
        slot.answer = Slot.Answer.WAIVED
    slot.save()
    if state in {"free", "questioned", "waived"}:
        return
    referee = Referee.objects.create(
        organisation=check.organisation,
        check_run=check,
        slot=number,
        deferred_at=NOW if state == "deferred" else None,
        created_at=NOW,
        **_details(f"{state}@globex.example"),
    )
    if state in {"named", "deferred"}:
        return
    states = {"answered": "answered", "declined": "declined"}
    ReferenceRequest.objects.create(
        organisation=check.organisation,
        check_run=check,
        referee=referee,
        state=states.get(state, "sent"),
        undelivered_at=NOW if state == "undelivered" else None,
        sent_at=NOW,
        deadline_at=NOW + timedelta(days=7),
    )


def _details(email: str) -> dict[str, str]:
    return {
        "name": "Maria Schmidt",
        "email": email,
        "relationship": "manager",
        "company": "Globex",
        "from_month": "2021-04",
        "to_month": "2023-08",
    }


def _new() -> RefereeDetails:
    return RefereeDetails(
        name="Nora Neu",
        email="new@globex.example",
        relationship="manager",
        company="Globex",
        candidate_title="",
        from_month="2021-04",
        to_month="2023-08",
        message="",
    )


def acts(check: Check, number: int) -> dict[str, Callable[[], object]]:
    new = _new()
    member = factories.member(check.organisation)
    place = slot_status(check, number)
    assert place is not None
    referee_id = place.referee.pk if place.referee else 0
    return {
        "nominate": lambda: nominate(check_id=check.pk, slot=number, details=new, now=NOW),
        "remove": lambda: remove_nomination(check_id=check.pk, slot=number, now=NOW),
        "replace": lambda: replace_referee(check_id=check.pk, slot=number, details=new, now=NOW),
        "cannot_provide": lambda: cannot_provide(check_id=check.pk, slot=number, reason="x", now=NOW),
        "answer_cannot": lambda: answer_cannot(
            check_id=check.pk, slot=number, answer="waived", note="", member=member, now=NOW
        ),
        "release": lambda: release_referee(referee_id=referee_id, member=member, now=NOW),
    }


def rows(check: Check) -> object:
    """Everything an action on a slot can change."""
    return [
        list(model.objects.of(check.organisation).filter(check_run=check).order_by("pk").values())
        for model in (Slot, Referee, ReferenceRequest)
    ]


def changes(check: Check, act: Callable[[], object]) -> bool:
    """Whether the action changed anything; it is rolled back."""
    before = rows(check)
    with transaction.atomic():
        try:
            with transaction.atomic():
                act()
        except (checks.CheckClosed, Refused, InvalidNomination, Referee.DoesNotExist):
            pass
        changed = rows(check) != before
        transaction.set_rollback(True)
    return changed


def test_slots_have_the_states_of_the_table(check: Check) -> None:
    assert tuple(place.state for place in slot_statuses(check)) == STATES


@pytest.mark.slow
def test_actions_are_allowed_in_the_states_of_the_table_only(check: Check) -> None:
    found: dict[str, set[str]] = {act: set() for act in ALLOWED}
    for number, state in enumerate(STATES, start=1):
        for name, act in acts(check, number).items():
            if changes(check, act):
                found[name].add(state)
    assert found == ALLOWED


@pytest.mark.slow
def test_no_action_is_possible_in_a_finished_check(check: Check) -> None:
    Check.objects.of(check.organisation).update(progress="completed", completed_at=NOW)
    led = [
        (name, state)
        for number, state in enumerate(STATES, start=1)
        for name, act in acts(check, number).items()
        if changes(check, act)
    ]
    assert led == []


def test_unknown_slots_are_refused(check: Check) -> None:
    new = _new()
    with pytest.raises(checks.CheckClosed):
        nominate(check_id=check.pk, slot=99, details=new, now=NOW)
    with pytest.raises(checks.CheckClosed):
        cannot_provide(check_id=check.pk, slot=99, reason="x", now=NOW)
