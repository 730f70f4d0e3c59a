import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.text import get_text_list
from django.utils.translation import get_language_info, gettext
from django.utils.translation import gettext_lazy as _

from goodword.assessments.attempts import mails as assessments
from goodword.core.text import clean_text, has_link, language_codes
from goodword.notifications.domain.mail_texts import (
    SUBJECT,
    EditableMail,
    TextPart,
    placeholders_in,
    version_of,
)
from goodword.notifications.models import MailText
from goodword.references.domain import mails
from goodword.references.domain.mails import REQUEST, REQUEST_REMINDER

MAILS: Final[dict[str, EditableMail]] = {mail.kind: mail for mail in (*assessments.MAILS, *mails.MAILS)}
LANGUAGES: Final = {code: str(get_language_info(code)["name"]) for code in language_codes()}
NAMES: Final = {
    "assessment.invitation": "Invitation to the assessment",
    "assessment.reminder": "Reminder about the assessment",
    "references.invitation": "Invitation to name referees",
    "references.reminder": "Reminder to name referees",
    "references.one_more": "Request to name another referee",
    REQUEST: "Request to a referee",
    REQUEST_REMINDER: "Reminder to a referee",
}
#: e-mails to candidates and referees that can't be customised
FIXED_MAILS: Final = (
    "New links and links to continue elsewhere",
    "A member has extended a deadline",
    "A referee can't be reached, won't answer or is slow",
    "Answers about adjustments and about referees who can't be named",
    "Confirmations of and answers to requests for a human review",
    "Copies of answers, and everything about a person's own data",
)
_VERIFY: Final = "How to verify this e-mail, and your organisation's name"
_CONTROLLER: Final = "Where the address comes from, the data controller and the referee's rights"


@dataclass(frozen=True, slots=True)
class Fixed:
    """A fixed part of the e-mail. `is_button`: the only link."""

    text: str
    is_button: bool = False


#: editable parts (by name) and fixed parts, in order
LAYOUTS: Final[dict[str, tuple[str | Fixed, ...]]] = {
    "assessment.invitation": (
        "subject",
        "opening",
        Fixed("Each test with its tasks and minutes, and when to take breaks"),
        "request",
        Fixed("Who sees the result, and that no decision is based on it alone"),
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


LABELS: Final = {
    "subject": _("Subject"),
    "opening": _("Opening"),
    "request": _("Deadline"),
    "closing": _("Closing"),
}
_ROWS: Final = {"opening": 7, "request": 3, "closing": 5}
_TAG: Final = re.compile(r"</?[a-zA-Z][^<>]*>|<!--|&(?:#\d+|#x[0-9a-fA-F]+|[a-zA-Z]+\d*);")
#: the braces of an unknown placeholder
_BRACES: Final = re.compile(r"\{+[^{}\n]{0,30}\}*|\}+")


class _TextField(forms.CharField):
    """Cleans the text before its length is counted, since browsers send two characters per line break."""

    def __init__(self, *, one_line: bool, **options: Any) -> None:
        super().__init__(**options)
        self.one_line = one_line

    def to_python(self, value: Any) -> str:
        return clean_text(str(super().to_python(value)), one_line=self.one_line)


class MailTextsForm(forms.Form):
    """The texts of an e-mail in one language, in page order."""

    #: the version on the page; not `initial`, since a refused form shows the new one
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        data: QueryDict | None,
        *,
        mail: EditableMail,
        language: str,
        stored: MailText | None,
    ) -> None:
        texts = mail.standard_texts(language=language) | (stored.texts if stored else {})
        super().__init__(data, initial={**texts, "seen": version_of(stored)})
        self.mail = mail
        self.language = language
        for part in mail.parts:
            self.fields[part.name] = _field(part, language=language)

    @property
    def rows(self) -> list[tuple[forms.BoundField | None, Any]]:
        """Fields and fixed parts in order."""
        return [
            (self[layout], None) if isinstance(layout, str) else (None, layout)
            for layout in LAYOUTS[self.mail.kind]
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for part in self.mail.parts:
            if part.name in data:
                for problem in _problems(data[part.name], part, self.mail):
                    self.add_error(part.name, problem)
        return data

    def texts(self) -> dict[str, str]:
        return {part.name: self.cleaned_data[part.name] for part in self.mail.parts}

    def refuse(self, row: MailText | None) -> None:
        """Say who has saved in the meantime; saving again overwrites that."""
        if row is None:
            problem = gettext("These texts have been reset to the standard in the meantime.")
        else:
            who = row.changed_by.user.name if row.changed_by else gettext("Somebody")
            problem = gettext("%(who)s has changed these texts in the meantime.") % {"who": who}
        self.add_error(None, f"{problem} {gettext('Your texts are below. Save again to use them.')}")
        assert isinstance(self.data, QueryDict)
        self.data = self.data.copy()
        self.data["seen"] = version_of(row)


def _field(part: TextPart, *, language: str) -> _TextField:
    attrs: dict[str, Any] = {"lang": language, "spellcheck": "true", "autocomplete": "off"}
    widget = (
        forms.TextInput(attrs=attrs)
        if part.name == SUBJECT
        else forms.Textarea(attrs=attrs | {"rows": _ROWS[part.name]})
    )
    return _TextField(
        one_line=part.name == SUBJECT,
        label=LABELS[part.name],
        max_length=part.longest,
        widget=widget,
        error_messages={
            "required": _("Enter a text, or reset this e-mail to the standard text."),
            "max_length": _("Use at most %(limit_value)d characters. This text has %(show_value)d."),
        },
    )


def _problems(text: str, part: TextPart, mail: EditableMail) -> list[str]:
    found, rest = placeholders_in(text)
    problems = [_unknown(name, mail) for name in dict.fromkeys(found) if name not in mail.placeholders]
    if brace := _BRACES.search(rest):
        problems.append(
            gettext("“%(text)s” isn't a placeholder. Write one in single braces, for example %(example)s.")
            % {"text": brace[0], "example": _likely(brace[0], mail)}
        )
    missing = [f"{{{name}}}" for name in part.needed if name not in found]
    if missing:
        problems.append(
            gettext("Keep %(names)s in this text.") % {"names": get_text_list(missing, gettext("and"))}
        )
    if has_link(text) or has_link(_filled_in(text)):
        problems.append(
            gettext(
                "Remove web and e-mail addresses: the button is the only link, and replies go to the recruiter."
            )
        )
    if tag := _TAG.search(text):
        problems.append(
            gettext("Write plain text: “%(tag)s” would be shown as it is.") % {"tag": tag[0][:40]}
        )
    return problems


def _filled_in(text: str) -> str:
    return re.sub(r"\{[a-z_]+\}", "x", text)


def _unknown(name: str, mail: EditableMail) -> str:
    near = get_close_matches(name, mail.placeholders, n=1)
    if near:
        sentence = gettext("{%(name)s} doesn't exist. Did you mean {%(near)s}?")
        return sentence % {"name": name, "near": near[0]}
    sentence = gettext("{%(name)s} can't be used in this e-mail. Use %(names)s.")
    return sentence % {
        "name": name,
        "names": ", ".join(f"{{{placeholder}}}" for placeholder in mail.placeholders),
    }


def _likely(written: str, mail: EditableMail) -> str:
    inner = re.sub(r"[^a-z]+", "_", written.casefold()).strip("_")
    near = get_close_matches(inner, mail.placeholders, n=1)
    return f"{{{near[0] if near else mail.placeholders[0]}}}"
