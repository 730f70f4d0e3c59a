"""From a queued row to the words of a mail, in the recipient's language, text and HTML."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from css_inline import CSSInliner
from django.template import Context
from django.template.backends.django import Template
from django.template.loader import get_template
from django.utils import translation

from goodword.core.quoted import defused, defused_in_header
from goodword.notifications.models import Email

REDACTED = "[link]"

#: context values that are ours; everything else is untrusted text
_OURS: Final = frozenset({"page_url", "accent", "language"})
#: context values that may be a mail address, and nothing else
_ADDRESSES: Final = frozenset({"reply_to", "failed_to", "address"})
_ADDRESS: Final = re.compile(r"[^\s@:/<>]+@[^\s@:/<>]+")

#: keeps the rules for dark screens, which cannot stand in an element, and fetches nothing
_INLINER = CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


@dataclass(frozen=True)
class Rendered:
    """A mail's subject and both parts."""

    subject: str
    text: str
    html: str


def render(email: Email, *, link: str) -> Rendered:
    """Render the mail with this link (empty if it has none).

    The text template's first line is the subject, after "Subject:". Text is not escaped, HTML is. Names, messages and
    other untrusted text are printed so that no mail program makes links of them.
    """
    context = {**_defused(email.context), "link": link, "button_url": link, "language": email.language}
    with translation.override(email.language):
        text = _render(f"{email.template}.txt", context, autoescape=False)
        head, _, body = text.lstrip().partition("\n")
        # spam filters dislike invisible characters in subjects
        subject = defused_in_header(" ".join(head.removeprefix("Subject:").split()))[:300]
        html = _render(f"{email.template}.html", {**context, "subject": subject}, autoescape=True)
    body = re.sub(r"\n{3,}", "\n\n", body).strip() + "\n"
    return Rendered(subject=subject, text=body, html=_INLINER.inline(html))


def redact(rendered: Rendered, *, link: str) -> Rendered:
    """The same without the secret, for the delivery log."""
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
        return {key: one if _stays(key, one) else _defused(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_defused(one) for one in value]
    return value


def _stays(key: str, value: Any) -> bool:
    is_address = isinstance(value, str) and _ADDRESS.fullmatch(value) is not None
    return key in _OURS or (key in _ADDRESSES and is_address)


def _render(name: str, context: dict[str, object], *, autoescape: bool) -> str:
    template = get_template(name)
    assert isinstance(template, Template)
    return str(template.template.render(Context(context, autoescape=autoescape)))
