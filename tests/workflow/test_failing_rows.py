"""A failing row does not stop a sweep."""

import logging
from datetime import timedelta

import pytest
from django.db import transaction

from goodword.accounts.models import Organisation
from goodword.assessments.attempts.invitations import assign
from goodword.assessments.attempts.reminders import remind_due
from goodword.core.jobs import for_each
from goodword.references.domain.invitations import open_check
from goodword.references.domain.reminders import remind_candidates
from goodword.workflow.models import lock_step_request
from tests.support import factories
from tests.support.jobs import run_jobs
from tests.support.mail import mail_is_taken

pytestmark = pytest.mark.django_db

NOW = factories.NOW
DUE = NOW + timedelta(days=2)


def test_a_failing_row_is_logged_and_does_not_stop_the_sweep(caplog: pytest.LogCaptureFixture) -> None:
    seen = []

    def act(pk: int) -> bool:
        seen.append(pk)
        return 6 // (pk - 2) > 0

    with caplog.at_level(logging.ERROR):
        assert for_each([1, 2, 3], act) == 1
    assert seen == [1, 2, 3]
    assert [record.getMessage().rpartition(" ")[2] for record in caplog.records] == ["2"]


@pytest.mark.main_case
@pytest.mark.parametrize("kind", ["assessment", "reference_check"])
def test_broken_settings_of_one_organisation_do_not_affect_others(kind: str) -> None:
    for _ in range(2):
        begun(kind)
    run_jobs()
    broken = Organisation.objects.order_by("pk")[0]  # the first in the sweep
    Organisation.objects.filter(pk=broken.pk).update(time_zone="Nowhere/At_All")
    remind = remind_due if kind == "assessment" else remind_candidates
    assert remind(now=DUE) == 1


def begun(kind: str) -> None:
    step_request = factories.step_request(
        factories.application(factories.role(factories.organisation())), kind
    )
    with transaction.atomic():
        found = lock_step_request(step_request.pk)
        assert found is not None
        if kind == "assessment":
            assign(step_request=found[0], application=found[1], now=NOW, by="greenhouse")
        else:
            open_check(step_request=found[0], now=NOW, by="greenhouse")
    mail_is_taken(found[1], at=NOW)
