"""Texts of e-mails, which organisations can customise, and rendering.

A mail has `parts`: its subject and some paragraphs. The standard text of a part is the template
"<template>/<part>.txt". When a mail is queued, the organisation's texts are copied into it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from typing import Any, Final

from css_inline import CSSInliner
from django.db import transaction
from django.db.models import QuerySet
from django.template import Context
from django.template.backends.django import Template
from django.template.loader import get_template
from django.utils import translation
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import ngettext

from goodword.accounts.domain.audit import write_by
from goodword.accounts.models import Membership, Organisation
from goodword.core.compiled_queries import compiled
from goodword.core.models import HasPk
from goodword.core.text import clean_text, defused, defused_in_header
from goodword.notifications.models import Email, MailText

SUBJECT: Final = "subject"
#: placeholder -> path to its value in a mail's context
PLACEHOLDERS: Final = {
    "first_name": ("first_name",),
    "candidate": ("candidate",),
    "referee": ("to_name",),
    "role": ("title",),
    "organisation": ("organisation", "name"),
    "recruiter": ("sender_name",),
    "deadline": ("deadline",),
    "duration": ("duration",),
    "people": ("people",),
    "wanted_referee": ("asked",),
    "company": ("company",),
    "period": ("period",),
}
_STRONG: Final = frozenset({"deadline"})
_PLACEHOLDER: Final = re.compile(r"\{([a-z_]+)\}")
_BETWEEN_PARAGRAPHS: Final = re.compile(r"\n[ \t]*\n\s*")
LINK_PATH: Final = "link_path"
REDACTED = "[link]"
LOGO_ID: Final = "logo@goodword.invalid"
#: context values that we trust; everything else is untrusted text
_OURS: Final = frozenset({"page_url", "accent", "language"})
_ADDRESSES: Final = frozenset({"reply_to", "failed_to", "address"})
_ADDRESS: Final = re.compile(r"[^\s@:/<>]+@[^\s@:/<>]+")
#: keeps media queries for dark mode, which can't be inlined, and fetches nothing
_INLINER = CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPart:
    """`longest`: maximum characters before placeholders are filled. `needed`: required placeholders."""

    name: str
    longest: int
    needed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EditableMail:
    """`sample`: an example of its context, in the active language."""

    kind: str
    template: str
    placeholders: tuple[str, ...]
    parts: tuple[TextPart, ...]
    sample: Callable[[], dict[str, Any]]

    def standard_texts(self, *, language: str) -> dict[str, str]:
        with translation.override(language):
            return {part.name: standard_text(self.template, part.name) for part in self.parts}

    def clean(self, texts: Mapping[str, str]) -> dict[str, str]:
        return {part.name: clean_text(texts[part.name], one_line=part.name == SUBJECT) for part in self.parts}


class TextsChanged(Exception):
    """The texts were saved or reset after the page was opened. `row`: the current ones, if any."""

    def __init__(self, row: MailText | None) -> None:
        super().__init__("The texts have changed.")
        self.row = row


def standard_text(template: str, part: str) -> str:
    found = get_template(f"{template}/{part}.txt")
    assert isinstance(found, Template)
    context: dict[str, Any] = {}
    for name, (*path, last) in PLACEHOLDERS.items():
        reduce(lambda inner, key: inner.setdefault(key, {}), path, context)[last] = f"{{{name}}}"
    text = str(found.template.render(Context(context, autoescape=False)))
    return clean_text(text, one_line=part == SUBJECT)


def placeholders_in(text: str) -> tuple[list[str], str]:
    """Return the names of the placeholders, and the text without them. A brace that is left in it is an error."""
    return _PLACEHOLDER.findall(text), _PLACEHOLDER.sub("", text)


def own_texts(organisation: Organisation, *, kind: str, language: str) -> dict[str, str]:
    found = _texts(organisation, kind, language)
    return dict(found[0].texts) if found else {}


@compiled
def _texts(organisation: HasPk, kind: str, language: str) -> QuerySet[MailText]:
    return MailText.objects.of(organisation).filter(kind=kind, language=language)


def stored_texts(organisation: Organisation, *, kind: str, language: str) -> MailText | None:
    rows = MailText.objects.of(organisation).select_related("changed_by__user")
    return rows.filter(kind=kind, language=language).first()


def version_of(row: MailText | None) -> str:
    return row.changed_at.isoformat() if row else ""


def save_texts(
    mail: EditableMail,
    *,
    language: str,
    texts: Mapping[str, str],
    seen: str,
    by: Membership,
    now: datetime,
) -> bool:
    """Store the parts that differ from the standard text, or reset if none do. Returns whether anything changed.
    `seen`: the version that `by` saw. Raises TextsChanged."""
    standard = mail.standard_texts(language=language)
    own = {name: text for name, text in mail.clean(texts).items() if text != standard[name]}
    with transaction.atomic():
        row = _locked(mail, by.organisation, language=language)
        before = dict(row.texts) if row else {}
        if own == before:
            return False
        if seen != version_of(row):
            raise TextsChanged(row)
        if not own:
            return _reset(mail, row, by=by, now=now)
        row = row or MailText(organisation=by.organisation, kind=mail.kind, language=language)
        row.texts, row.changed_at, row.changed_by = own, now, by
        row.save()
        changed = {
            name: [before.get(name, standard[name]), own.get(name, standard[name])]
            for name in standard
            if before.get(name) != own.get(name)
        }
        _audit("mail_text.changed", mail, language, by=by, now=now, changed=changed)
        return True


def reset_texts(mail: EditableMail, *, language: str, seen: str, by: Membership, now: datetime) -> bool:
    """Go back to the standard text. Returns whether anything changed. Raises TextsChanged."""
    with transaction.atomic():
        row = _locked(mail, by.organisation, language=language)
        if row is not None and seen != version_of(row):
            raise TextsChanged(row)
        return _reset(mail, row, by=by, now=now)


def _locked(mail: EditableMail, organisation: Organisation, *, language: str) -> MailText | None:
    """Return the texts, if any, and lock the organisation, since there may be no row yet."""
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    return stored_texts(organisation, kind=mail.kind, language=language)


def _reset(mail: EditableMail, row: MailText | None, *, by: Membership, now: datetime) -> bool:
    if row is None:
        return False
    standard = mail.standard_texts(language=row.language)
    changed = {name: [text, standard.get(name, "")] for name, text in row.texts.items()}
    row.delete()
    _audit("mail_text.reset", mail, row.language, by=by, now=now, changed=changed)
    return True


def _audit(
    action: str,
    mail: EditableMail,
    language: str,
    *,
    by: Membership,
    now: datetime,
    changed: dict[str, list[str]],
) -> None:
    details = {"mail": mail.kind, "language": language, "changed": changed}
    write_by(by, action, now=now, details=details)


def filled(text: str, context: Mapping[str, Any]) -> str:
    """Fill in placeholders, for plain text and subjects. Braces in values are kept."""
    return _PLACEHOLDER.sub(lambda found: _value(found[1], context), text)


def filled_html(text: str, context: Mapping[str, Any]) -> SafeString:
    """The text as paragraphs, with everything escaped."""
    paragraphs = [paragraph for paragraph in _BETWEEN_PARAGRAPHS.split(text.strip()) if paragraph]
    return format_html_join("\n", "<p>{}</p>", ((_lines(paragraph, context),) for paragraph in paragraphs))


def _lines(paragraph: str, context: Mapping[str, Any]) -> SafeString:
    escaped = escape(paragraph).replace("\n", "<br>")
    return mark_safe(_PLACEHOLDER.sub(lambda found: _value_html(found[1], context), escaped))  # noqa: S308


def _value_html(name: str, context: Mapping[str, Any]) -> SafeString:
    value = _value(name, context)
    return format_html("<strong>{}</strong>", value) if name in _STRONG else escape(value)


def _value(name: str, context: Mapping[str, Any]) -> str:
    """The value on one line, or the placeholder itself if the mail lacks the value."""
    value: Any = context
    for key in PLACEHOLDERS.get(name, (name,)):
        value = value.get(key) if isinstance(value, Mapping) else None
    return " ".join(value.split()) if isinstance(value, str) and value else f"{{{name}}}"


def about_minutes(n: int) -> str:
    return ngettext("about %(n)s minute", "about %(n)s minutes", n) % {"n": n}


@dataclass(frozen=True)
class Rendered:
    subject: str
    text: str
    html: str
    logo: bytes | None = None


def render(email: Email, *, link: str, logo: bytes | None = None) -> Rendered:
    """Render with this link (or "") and the logo, which is embedded because remote images could track. The first line
    of the text template is the subject. Untrusted text is defused, and escaped in HTML."""
    button_url = f"{link}{email.context.get(LINK_PATH, '')}" if link else ""
    context = {**_defused(email.context), "link": link, "button_url": button_url, "language": email.language}
    context["mail_template"] = email.template
    if logo:
        context["logo_id"] = LOGO_ID
    with translation.override(email.language):
        text = _render(f"{email.template}.txt", context, autoescape=False)
        head, _, body = text.lstrip().partition("\n")
        # spam filters dislike invisible characters in subjects
        subject = defused_in_header(" ".join(head.removeprefix("Subject:").split()))[:300]
        html = _render(f"{email.template}.html", {**context, "subject": subject}, autoescape=True)
    body = re.sub(r"\n{3,}", "\n\n", body).strip() + "\n"
    return Rendered(subject=subject, text=body, html=_INLINER.inline(html), logo=logo)


def redact(rendered: Rendered, *, link: str) -> Rendered:
    """The mail without its secret link, for the delivery log."""
    if not link:
        return rendered
    return Rendered(
        subject=rendered.subject,
        text=rendered.text.replace(link, REDACTED),
        html=rendered.html.replace(link, REDACTED),
    )


def _defused(value: Any) -> Any:
    if isinstance(value, str):
        return defused(value)
    if isinstance(value, Mapping):
        return {key: item if _is_trusted(key, item) else _defused(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_defused(item) for item in value]
    return value


def _is_trusted(key: str, value: Any) -> bool:
    is_address = isinstance(value, str) and _ADDRESS.fullmatch(value) is not None
    return key in _OURS or (key in _ADDRESSES and is_address)


def _render(name: str, context: dict[str, object], *, autoescape: bool) -> str:
    template = get_template(name)
    assert isinstance(template, Template)
    return str(template.template.render(Context(context, autoescape=autoescape)))
