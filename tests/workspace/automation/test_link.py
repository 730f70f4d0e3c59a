"""Linking a role to a job."""

from typing import Any

import pytest

from goodword.accounts.models import Membership
from goodword.roles.domain.automation import (
    JobLink,
    JobTaken,
    StageLink,
    StagePlacement,
    link,
)
from goodword.roles.models import Automation, Role
from tests.support import factories


def _link(role: Role, by: Membership, **changes: Any) -> Automation:
    given: dict[str, Any] = {
        "job": JobLink(connection_id=1, job_id=2, job_name="Job"),
        "stages": {"assessment": [StageLink(stage_id=3, name="Test")]},
        "present": [
            StagePlacement(application_id=4, stage_id=3),
            StagePlacement(application_id=5, stage_id=6),
        ],
        "now": factories.NOW,
    }
    return link(role=role, by=by, **(given | changes))


@pytest.mark.django_db
def test_a_job_is_linked_to_at_most_one_role() -> None:
    organisation = factories.organisation()
    admin = factories.member(organisation, kind="admin")
    first, second = factories.role(organisation, owner=admin), factories.role(organisation, owner=admin)
    _link(first, admin)
    with pytest.raises(JobTaken) as taken:
        _link(second, admin)
    assert taken.value.role == first
    assert list(second.automations.all()) == []
