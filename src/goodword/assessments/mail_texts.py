"""Customisable e-mails about assessments."""

from typing import Any, Final

from django.utils.translation import gettext

from goodword.notifications.domain.mail_texts import SUBJECT, EditableMail, Part, about_minutes

_PLACEHOLDERS: Final = ("first_name", "role", "organisation", "recruiter", "deadline", "duration")
_PARTS: Final = (
    Part(name=SUBJECT, longest=150),
    Part(name="opening", longest=1500, needed=("role",)),
    Part(name="request", longest=500, needed=("deadline",)),
    Part(name="closing", longest=800, needed=("recruiter",)),
)


def _sample() -> dict[str, Any]:
    part = {"kind": "scales", "title": gettext("Work style"), "items": 20, "minutes": 6, "timed": False}
    return {
        "overview": {"minutes": 6, "timed": False, "parts": [part]},
        "duration": about_minutes(6),
        "reminders": 2,
        "left": 1,
    }


MAILS: Final = tuple(
    EditableMail(
        kind=f"assessment.{name}",
        template=f"assessments/mail/{name}",
        placeholders=_PLACEHOLDERS,
        parts=_PARTS,
        sample=_sample,
    )
    for name in ("invitation", "reminder")
)
