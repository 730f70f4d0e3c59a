"""Simulates a mail server that accepts queued mail, with all reactions."""

import json
from datetime import datetime

from django.db import connection

from goodword.candidates.models import Application
from goodword.core import events, outbox
from goodword.core.models import Event
from goodword.notifications.domain.send import record_sent
from goodword.notifications.models import Email
from tests.support.jobs import reactions_to


def mail_is_taken(of: Application, *, at: datetime) -> None:
    """Send all due mails of the application's organisation at this time, and run the reactions."""
    due = Email.objects.of(of.organisation).filter(state="queued", not_before__lte=at)
    for pk in due.order_by("pk").values_list("pk", flat=True):
        email = outbox.claim(Email, pk, now=at)
        assert email is not None
        with events.reacting():
            record_sent(email, now=at)
        _forget("email.send", email_id=pk)
        event = Event.objects.filter(name="email.sent", data__email_id=pk).latest("pk")
        assert events.run_reactions(reactions_to(event))
        event.delete()  # tests that start like this only list later events


def _forget(task: str, **args: object) -> None:
    """Mark the job as done, so that later runs and counts ignore it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'succeeded' WHERE status = 'todo' AND task_name = %s "
            "AND args @> %s::jsonb",
            [task, json.dumps(args)],
        )
