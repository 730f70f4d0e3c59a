"""Queued test mails and their links."""

import re
from datetime import datetime
from typing import Any

from goodword.candidates.models import Application
from goodword.core.addresses import Correspondent
from goodword.notifications.domain.queue import LinkFor, queue
from goodword.notifications.models import Email, Link
from tests.support import factories

NOW = factories.NOW
LINK = re.compile(r"http://localhost:8000/v/([\w-]{43})/")


def application(**values: Any) -> Application:
    return factories.application(factories.role(factories.organisation(name="Acme")), **values)


def queued(about: Application | None = None, **values: Any) -> Email:
    """A queued mail *report completed*: it has a link, names and a title."""
    about = about or application()
    wanted: dict[str, Any] = {
        "organisation": about.organisation,
        "kind": "reports.completed",
        "key": f"test:{about.pk}",
        "to": Correspondent(name="Rita Recruiter", address="rita@acme.example"),
        "sender": Correspondent(name="Goodword", address="help@goodword.example"),
        "template": "reports/mail/completed",
        "context": {"candidate_name": "Ada Lovelace", "role_title": "Engineer", "step": "assessment"},
        "application": about,
        "subject_ref": f"report:{about.pk}",
        "link": LinkFor(purpose=Link.Purpose.REVIEW, subject_id=about.pk),
        "now": NOW,
    }
    made = queue(**wanted | values)
    assert made is not None
    return made


def state(email: Email) -> tuple[str, int, str]:
    email.refresh_from_db()
    return email.state, email.attempts, email.last_error


def links_of(email: Email) -> list[tuple[str, int, str, datetime | None]]:
    rows = Link.objects.of(email.organisation).filter(email=email).order_by("pk")
    return list(rows.values_list("purpose", "subject_id", "token_hash", "expires_at"))
