from typing import Any, Final

from goodword.notifications.domain.mail_texts import SUBJECT, EditableMail, Part, about_minutes
from goodword.questionnaires import labels
from goodword.references import wording
from goodword.references.domain.mails import REQUEST, REQUEST_REMINDER
from goodword.roles.slots import ANY

_TO_CANDIDATES: Final = ("first_name", "role", "organisation", "recruiter", "deadline", "duration")
_TO_REFEREES: Final = ("referee", "candidate", "role", "organisation", "recruiter", "deadline", "duration")


def _parts(*in_opening: str) -> tuple[Part, ...]:
    return (
        Part(name=SUBJECT, longest=150),
        Part(name="opening", longest=1500, needed=in_opening),
        Part(name="request", longest=500, needed=("deadline",)),
        Part(name="closing", longest=800, needed=("recruiter",)),
    )


def _sample() -> dict[str, Any]:
    return {
        "minutes": 8,
        "duration": about_minutes(8),
        "wanted": 2,
        "people": wording.several_referees(ANY, 2),
        "asked_for": [],
        "asked": wording.one_referee("manager"),
        "hint": "",
        "competencies": [],
        "self_reference": "",
        "nothing_sent": True,
        "reminders": 2,
        "company": "Contoso",
        "period": labels.period("2022-03", "2025-08"),
        "message_lines": [],
        "address_corrected": False,
    }


MAILS: Final = (
    EditableMail(
        kind="references.invitation",
        template="references/mail/invitation",
        placeholders=(*_TO_CANDIDATES, "people"),
        parts=_parts("role", "people"),
        sample=_sample,
    ),
    EditableMail(
        kind="references.reminder",
        template="references/mail/reminder",
        placeholders=_TO_CANDIDATES,
        parts=_parts(),
        sample=_sample,
    ),
    EditableMail(
        kind="references.one_more",
        template="references/mail/one_more",
        placeholders=(*_TO_CANDIDATES, "wanted_referee"),
        parts=_parts("role", "wanted_referee"),
        sample=_sample,
    ),
    EditableMail(
        kind=REQUEST,
        template="references/mail/request",
        placeholders=(*_TO_REFEREES, "company", "period"),
        parts=_parts("candidate", "organisation"),
        sample=_sample,
    ),
    EditableMail(
        kind=REQUEST_REMINDER,
        template="references/mail/request_reminder",
        placeholders=(*_TO_REFEREES, "company", "period"),
        parts=_parts("candidate", "organisation"),
        sample=_sample,
    ),
)
