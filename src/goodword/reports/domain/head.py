"""The head of a snapshot: what every report says of itself."""

import base64
from datetime import datetime

from django.utils.formats import date_format

from goodword.accounts.models import Organisation
from goodword.candidates.models import Application
from goodword.core.written import written_day
from goodword.reports.pdf import current_engine
from goodword.reports.pdf.snapshot import SCHEMA, Head


def head(application: Application, *, code: str, version: int, now: datetime) -> Head:
    """Who, for what, when and by what engine; times in the organisation's zone."""
    organisation = application.organisation
    return {
        "schema": SCHEMA,
        "code": code,
        "version": version,
        "made_at": now.isoformat(),
        "made_at_text": moment_text(now, organisation=organisation),
        "language": organisation.language,
        "organisation": {
            "name": organisation.name,
            "accent": organisation.accent,
            "logo": base64.b64encode(bytes(organisation.logo)).decode() if organisation.logo else None,
        },
        "candidate": {"name": application.candidate.name},
        "role": {"title": application.role.title if application.role else ""},
        "engine": current_engine(),
        "redacted": False,
    }


def moment_text(moment: datetime, *, organisation: Organisation) -> str:
    """A moment as people read it, "24 November 2026, 14:05 CET", in the organisation's zone."""
    local = moment.astimezone(organisation.zone)
    return f"{written_day(local)}, {date_format(local, 'H:i')} {local.tzname()}"
