"""Pausing stops unsent invitations; returning sends them."""

import pytest
from django.db import transaction

from goodword.candidates.models import Application
from goodword.core.events import record
from goodword.notifications.models import Email
from tests.support import factories
from tests.support.jobs import run_jobs

pytestmark = pytest.mark.django_db


def tell(application: Application, name: str, **data: object) -> None:
    with transaction.atomic():
        record(
            name,
            organisation_id=application.organisation_id,
            application_id=application.pk,
            actor="greenhouse",
            at=factories.NOW,
            data=data,
        )


@pytest.mark.main_case
def test_an_invitation_stopped_by_a_pause_is_sent_on_return() -> None:
    role = factories.role(factories.organisation())
    factories.automation(role, connection_id=1, job_id=31, stages={"assessment": (501, "Assessment")})
    application = factories.application(role, job_id=31, stage_id=501)
    tell(application, "application.entered_stage", job_id=31, stage_id=501, stage_name="Assessment")
    run_jobs(but_not={"email.send"})
    assert states(application) == ["queued"]

    application.stage_id = 502
    application.save()
    tell(application, "application.left_stage", stage_id=501, to_stage_id=502)
    run_jobs(but_not={"email.send"})
    assert states(application) == ["cancelled"]

    application.stage_id = 501
    application.save()
    tell(application, "application.entered_stage", job_id=31, stage_id=501, stage_name="Assessment")
    run_jobs(but_not={"email.send"})
    assert states(application) == ["queued"]


def states(application: Application) -> list[str]:
    return list(
        Email.objects.of(application.organisation)
        .filter(kind="assessment.invitation")
        .values_list("state", flat=True)
    )
