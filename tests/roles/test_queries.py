"""Queries for roles."""

import pytest
from django.db import IntegrityError, transaction

from goodword.roles.domain.settings import create_role
from goodword.roles.models import automation_of, rules_of_stage, visible_roles
from tests.support import factories

pytestmark = pytest.mark.django_db


def test_a_job_is_linked_to_at_most_one_role() -> None:
    role = factories.role(factories.organisation())
    made = factories.automation(role, connection_id=1, job_id=31, stages={})
    assert automation_of(connection_id=1, job_id=31) == made
    assert automation_of(connection_id=2, job_id=31) is None
    assert automation_of(connection_id=1, job_id=None) is None
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.automation(factories.role(role.organisation), connection_id=1, job_id=31, stages={})


def test_stage_rules_depend_on_job_and_connection() -> None:
    role = factories.role(factories.organisation())
    both = {"assessment": (501, "Both"), "reference_check": (501, "Both")}
    factories.automation(role, connection_id=1, job_id=31, stages=both)
    factories.automation(role, connection_id=1, job_id=32, stages={"assessment": (501, "Both")})

    def kinds(connection_id: int, job_id: int | None, stage_id: int | None) -> list[str]:
        rules = rules_of_stage(connection_id=connection_id, job_id=job_id, stage_id=stage_id)
        return [rule.step.kind for rule in rules]

    assert kinds(1, 31, 501) == ["assessment", "reference_check"]
    assert kinds(1, 32, 501) == ["assessment"]
    assert (kinds(1, 31, 502), kinds(2, 31, 501), kinds(1, None, 501), kinds(1, 31, None)) == ([], [], [], [])


def test_roles_are_visible_by_kind() -> None:
    organisation = factories.organisation()
    one, two = factories.role(organisation), factories.role(organisation)
    factories.role(factories.organisation())
    manager = factories.member(organisation, kind="hiring_manager")
    assert set(visible_roles(factories.member(organisation))) == {one, two}
    assert set(visible_roles(manager)) == set()
    one.viewers.add(manager)
    assert set(visible_roles(manager)) == {one}


def test_a_new_role_has_both_steps_and_a_one_line_title() -> None:
    owner = factories.member(factories.organisation(), kind="admin")
    role = create_role(title=" Window\nWasher ", owner=owner, now=factories.NOW)
    assert (role.title, sorted(role.steps.values_list("kind", flat=True))) == (
        "Window Washer",
        ["assessment", "reference_check"],
    )
    assert [step.reminder_days for step in role.steps.all()] == [[2, 5], [2, 5]]
