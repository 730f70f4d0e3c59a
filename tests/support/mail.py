"""The mail server takes what is queued: without one, and with what follows from it."""

import json
from datetime import datetime

from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from goodword.candidates.models import Application
from goodword.core import outbox
from goodword.core.events import react
from goodword.core.models import Event
from goodword.notifications.domain.send import tell_sent
from goodword.notifications.models import Email


def mail_is_taken(of: Application, *, at: datetime) -> None:
    """All mails of the application's organisation that are due go out at that moment; their reactions are done."""
    due = Email.objects.of(of.organisation).filter(state="queued", not_before__lte=at)
    for pk in due.order_by("pk").values_list("pk", flat=True):
        email = outbox.claim(Email, pk, now=at)
        assert email is not None
        tell_sent(email, now=at)
        _forget("email.send", email_id=pk)
        event = Event.objects.filter(name="email.sent", data__email_id=pk).latest("pk")
        for job in ProcrastinateJob.objects.filter(
            status="todo", task_name="event.react", args__event_id=event.pk
        ):
            react.run(**job.args)
            _forget("event.react", **job.args)
        event.delete()  # the tests that begin like this list what comes after it


def _forget(task: str, **args: object) -> None:
    """The job is done: neither a later run nor a count of what waits finds it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'succeeded' WHERE status = 'todo' AND task_name = %s "
            "AND args @> %s::jsonb",
            [task, json.dumps(args)],
        )
