"""The layout of each e-mail on its page: editable texts, and fixed parts between them."""

from dataclasses import dataclass
from typing import Final

from goodword.assessments import mail_texts as assessments
from goodword.notifications.domain.mail_texts import EditableMail
from goodword.references import mail_texts as references
from goodword.references.domain.mails import REQUEST, REQUEST_REMINDER

MAILS: Final[dict[str, EditableMail]] = {mail.kind: mail for mail in (*assessments.MAILS, *references.MAILS)}
LANGUAGES: Final = {"en": "English", "de": "German", "fr": "French"}
NAMES: Final = {
    "assessment.invitation": "Invitation to the assessment",
    "assessment.reminder": "Reminder about the assessment",
    "references.invitation": "Invitation to name referees",
    "references.reminder": "Reminder to name referees",
    "references.one_more": "Request to name another referee",
    REQUEST: "Request to a referee",
    REQUEST_REMINDER: "Reminder to a referee",
}
#: mails to candidates and referees that can't be customised
FIXED_MAILS: Final = (
    "New links and links to continue elsewhere",
    "More time: a member has extended a deadline",
    "A referee can't be reached, won't answer or is slow",
    "Answers about adjustments and about referees who can't be named",
    "Confirmations of and answers to requests for a human review",
    "Copies of answers, and everything about a person's own data",
)
_VERIFY: Final = "How to verify this e-mail, and your organisation's name"
_CONTROLLER: Final = "Where the address comes from, the data controller and the referee's rights"


@dataclass(frozen=True, slots=True)
class Fixed:
    """A fixed part of the e-mail. `is_button`: its only link."""

    text: str
    is_button: bool = False


#: editable parts (by name) and fixed parts, from top to bottom
LAYOUTS: Final[dict[str, tuple[str | Fixed, ...]]] = {
    "assessment.invitation": (
        "subject",
        "opening",
        Fixed("Each test with its tasks and minutes, and when to take breaks"),
        "request",
        Fixed("Who sees the result, and that the result alone decides nothing"),
        Fixed("Open the assessment", is_button=True),
        Fixed("How many reminders there will be"),
        "closing",
        Fixed(_VERIFY),
    ),
    "assessment.reminder": (
        "subject",
        "opening",
        "request",
        Fixed("Open the assessment", is_button=True),
        Fixed("How many reminders are left"),
        "closing",
        Fixed(_VERIFY),
    ),
    "references.invitation": (
        "subject",
        "opening",
        Fixed("Which referees the role asks for"),
        "request",
        Fixed("Reminders; that nobody is contacted before Send; what referees are asked and who reads it"),
        Fixed("Name your referees", is_button=True),
        "closing",
        Fixed(_VERIFY),
    ),
    "references.reminder": (
        "subject",
        "opening",
        Fixed("What is missing: referees to name, an e-mail to send, or their own answers"),
        "request",
        Fixed("That they may decline, and how many reminders are left"),
        Fixed("Name your referees", is_button=True),
        "closing",
        Fixed(_VERIFY),
    ),
    "references.one_more": (
        "subject",
        "opening",
        Fixed("What the recruiter adds, if anything"),
        "request",
        Fixed("That nobody is contacted before Send, and that they can say so if they can't name anyone"),
        Fixed("Name your referee", is_button=True),
        "closing",
        Fixed(_VERIFY),
    ),
    REQUEST: (
        "subject",
        "opening",
        Fixed("The candidate's own message, if there is one"),
        "request",
        Fixed("How many reminders there will be, and that they may decline"),
        Fixed("View the questions", is_button=True),
        Fixed(_CONTROLLER),
        "closing",
        Fixed(_VERIFY),
    ),
    REQUEST_REMINDER: (
        "subject",
        "opening",
        "request",
        Fixed("That they may decline, and how many reminders are left"),
        Fixed("View the questions", is_button=True),
        Fixed(_CONTROLLER),
        "closing",
        Fixed(_VERIFY),
    ),
}
