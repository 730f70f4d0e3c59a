"""Invite somebody who stood in a mapped stage already when the mapping was confirmed."""

from datetime import datetime

from django.db import transaction

from goodword.candidates.models import Application
from goodword.greenhouse.models import Connection
from goodword.greenhouse.sync.applications import start_stage_steps, sync_application
from goodword.roles.models import Automation


def invite(*, automation_id: int, remote_application_id: int, by: str, now: datetime) -> None:
    """Sync the application, and ask for the steps of the stage in which Greenhouse then says it stands.

    Nothing happens to one that has moved on, or whose step was started before. Raises HarvestError, and is
    then to be tried again.
    """
    automation = Automation.objects.across_organisations().filter(pk=automation_id).first()
    if automation is None:  # unlinked since
        return
    connection = (
        Connection.objects.across_organisations()
        .select_related("organisation")
        .exclude(state=Connection.State.DISCONNECTED)
        .filter(pk=automation.connection_id)
        .first()
    )
    if connection is None:
        return
    sync_application(connection, remote_application_id, now=now)
    application = (
        Application.objects.of(connection.organisation)
        .filter(connection_id=connection.pk, remote_id=remote_application_id)
        .first()
    )
    if application is not None:
        with transaction.atomic():
            start_stage_steps(application.pk, job_id=automation.job_id, by=by, at=now)
